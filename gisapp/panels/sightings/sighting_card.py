"""One report: its photos, its order, and what is done about it: sent to somebody, dealt with, or nothing in it."""

from __future__ import annotations

from gisapp.forms.chip import ChipKind
from gisapp.forms.words import Button
from gisapp.panels.census.case_card import CaseCard
from gisapp.panels.census.order_person import OrderPerson
from gisapp.panels.workplace import Workplace
from layers.census.fieldwork.repairs import AFTER
from layers.census.fieldwork.sightings import ReportCase, plan_report_closed, plan_report_order
from layers.census.values import place_of
from layers.census.words import REPORT
from layers.model.asset import Asset
from layers.register import Edit, Register
from layers.text import Message

_TONES: dict[str, ChipKind] = {"open": "danger", "confirmed": "works", "closed": "ok", "unfounded": "neutral"}


class SightingCard(CaseCard):
    """Shows a case of the list."""

    def __init__(self, place: Workplace) -> None:
        sides = Message("sighting.photos_seen"), Message("sighting.photos_after")
        super().__init__(
            place.language,
            place.theme,
            place.session,
            place.tasks,
            place.edit,
            sides,
            Message("sighting.empty"),
        )
        self.case: ReportCase | None = None
        self.order = Button(place.language, Message("sighting.raise"), "primary")
        self.close_case = Button(place.language, Message("sighting.close"))
        self.nothing = Button(place.language, Message("sighting.nothing"))
        self.add_buttons(self.order, self.close_case, self.nothing)
        self.order.clicked.connect(self._order)
        self.close_case.clicked.connect(lambda: self._close(is_true=True))
        self.nothing.clicked.connect(lambda: self._close(is_true=False))
        self.proceeded.connect(lambda: self._close(is_true=True))
        place.language.say(self.remark, "setPlaceholderText", Message("sighting.result"))
        self.show_case(None)

    def show_case(self, case: ReportCase | None) -> None:
        """Show a report; None: what can be done here. What is being entered of the same one stays."""
        register, before = self.session.register, self.case
        is_news = before is None or case is None or (before.id, before.state) != (case.id, case.state)
        self.case = case
        self.show_body(case is not None)
        if case is None or register is None:
            return
        code, of_report, report = self._language.code, register.catalogue[REPORT], case.report
        kind, state, when = (
            of_report.field_named(name).show(report[name], code) for name in ("kind", "state", "found_at")
        )
        told = {"code": str(report["code"]), "kind": kind, "seen": str(report["seen"] or "")}
        self.heading.show_words(Message("sighting.title", told))
        self.state.show_state(state, _TONES.get(case.state, "neutral"))
        is_late = case.is_late(self.today)
        self.about.set_tone("danger" if is_late else "quiet")
        finder = of_report.field_named("finder").show(report["finder"], code) if report["finder"] else "—"
        if report["result"]:
            day = str(report["closed_date"] or "")
            self.about.show_words(
                Message("sighting.closed_line", {"day": day, "result": str(report["result"])})
            )
        elif case.order is None:
            self.about.show_words(Message("sighting.line", {"finder": finder, "when": when}))
        else:
            told = {
                "order": str(case.order["code"]),
                "person": case.person or "—",
                "due": str(case.order["due_date"] or "—"),
            }
            self.about.show_words(Message("repairs.order_late" if is_late else "repairs.order_line", told))
        may = self.session.may("edit") and case.is_waiting
        buttons = [self.close_case, self.nothing] if may else []
        if may and case.order is None:
            buttons.append(self.order)
        self.offer(entries=may, photos=may, buttons=buttons)
        if is_news:
            self.begin()
            self._read_photos(register, report)

    def _read_photos(self, register: Register, report: Asset) -> None:
        def read(_: object) -> tuple[list[Asset], list[Asset]]:
            photos = register.attachments(REPORT, report.id)
            after = [each for each in photos if each["kind"] == AFTER]
            return [each for each in photos if each["kind"] != AFTER], after

        def show(found: tuple[list[Asset], list[Asset]]) -> None:
            if self.case is not None and self.case.id == report.id:
                self.pair.show_photos(*found)

        self._tasks.run(Message("task.photos"), read, show, owner=self, shown=False)

    # ---- doing

    def _order(self) -> None:
        case, register, today = self.case, self.session.register, self.today
        if case is None or register is None:
            return
        at = place_of(case.report)

        def work(edit: Edit) -> None:
            person = OrderPerson(register).of_link(case.report["target"], at)
            plan_report_order(register, case, today, person).apply(edit)

        self.do(lambda: plan_report_order(register, case, today, None), work)

    def _close(self, *, is_true: bool) -> None:
        case, register, today = self.case, self.session.register, self.today
        if case is None or register is None or not case.is_waiting:
            return
        photos, day, result = tuple(self.photos.photos), self.typed_day, self.remark.text()

        def work(edit: Edit) -> None:
            plan_report_closed(register, case, day, result, today, is_true=is_true).apply(edit)
            for photo in photos:
                kind = AFTER if photo.is_picture else "document"
                register.attach(edit, REPORT, case.id, photo.name, photo.data, {"kind": kind})

        self.do(lambda: plan_report_closed(register, case, day, result, today, is_true=is_true), work)
