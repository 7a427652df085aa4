"""One defect: how it looked and looks, its order, and what is done about it: put right, looked at again."""

from __future__ import annotations

from PySide6.QtCore import Signal

from gisapp.forms.chip import ChipKind
from gisapp.forms.words import Button
from gisapp.language import Language
from gisapp.panels.census.case_card import CaseCard
from gisapp.panels.census.centre import CensusCentre
from gisapp.panels.census.order_person import OrderPerson
from gisapp.theme import Theme
from layers.census.fieldwork.repairs import (
    AFTER,
    CLOSED,
    OPEN,
    REPAIRED,
    WAITS,
    DefectCase,
    photos_of,
    plan_look_again,
    plan_order,
    plan_repair,
)
from layers.census.words import DEFECT
from layers.model.asset import Asset
from layers.register import Edit, Register
from layers.text import Message

_TONES: dict[str, ChipKind] = {"open": "danger", "ordered": "works", "repaired": "warn", "closed": "ok"}


class DefectCard(CaseCard):
    """Shows a case of the list. ``opened``: its census record is asked for."""

    opened = Signal(int)

    def __init__(self, language: Language, theme: Theme, centre: CensusCentre) -> None:
        sides = Message("repairs.before"), Message("repairs.after")
        super().__init__(
            language, theme, centre.session, centre.tasks, centre.write, sides, Message("repairs.empty")
        )
        self.centre = centre
        self.case: DefectCase | None = None
        self.order = Button(language, Message("repairs.raise"))
        self.repair = Button(language, Message("repairs.repair"), "primary")
        self.confirm = Button(language, Message("repairs.confirm"), "primary")
        self.reopen = Button(language, Message("repairs.reopen"))
        self.record = Button(language, Message("repairs.record"), "link")
        self.add_buttons(self.repair, self.confirm, self.reopen, self.order, last=self.record)
        self.order.clicked.connect(self._order)
        self.repair.clicked.connect(self._repair)
        self.confirm.clicked.connect(lambda: self._look_again(is_right=True))
        self.reopen.clicked.connect(lambda: self._look_again(is_right=False))
        self.record.clicked.connect(self._open)
        self.proceeded.connect(self.go_on)
        self.show_case(None)

    # ---- showing

    def show_case(self, case: DefectCase | None) -> None:
        """Show a defect; None: what can be done here. What is being entered of the same one stays."""
        register, before = self.centre.register, self.case
        is_news = before is None or case is None or (before.id, before.state) != (case.id, case.state)
        self.case = case
        self.show_body(case is not None)
        if case is None or register is None:
            return
        code, of_defect, defect = self._language.code, register.catalogue[DEFECT], case.defect
        kind, severity, state = (
            of_defect.field_named(name).show(defect[name], code) for name in ("kind", "severity", "state")
        )
        told = {"code": case.code or str(defect["code"]), "kind": kind, "severity": severity}
        self.heading.show_words(Message("repairs.title", told))
        self.state.show_state(state, _TONES.get(case.state, "neutral"))
        self._tell_order(case)
        may = self.session.may("edit")
        waits, repaired = may and case.state in WAITS, may and case.state == REPAIRED
        buttons = [self.repair] if waits else [self.confirm, self.reopen] if repaired else []
        if waits and case.state == OPEN and case.order is None:
            buttons.append(self.order)
        if defect["record"]:
            buttons.append(self.record)
        self.offer(entries=waits or repaired, photos=waits, buttons=buttons)
        place = "repairs.reason" if repaired else "repairs.remark"
        self._language.say(self.remark, "setPlaceholderText", Message(place))
        if is_news:
            self.begin()
            self._read_photos(register, defect)

    def _tell_order(self, case: DefectCase) -> None:
        order, defect = case.order, case.defect
        is_late = case.is_late(self.today)
        self.about.set_tone("danger" if is_late else "quiet")
        if case.state == CLOSED:
            told = {"day": str(defect["closed_date"] or ""), "name": str(defect["closed_by"] or "—")}
            self.about.show_words(Message("repairs.closed_line", told))
        elif order is None:
            self.about.show_words(Message("repairs.no_order", {"day": str(defect["found_date"] or "—")}))
        else:
            told = {
                "order": str(order["code"]),
                "person": case.person or "—",
                "due": str(order["due_date"] or "—"),
            }
            self.about.show_words(Message("repairs.order_late" if is_late else "repairs.order_line", told))

    def _read_photos(self, register: Register, defect: Asset) -> None:
        def show(found: tuple[tuple[Asset, ...], tuple[Asset, ...]]) -> None:
            if self.case is not None and self.case.id == defect.id:
                self.pair.show_photos(*found)

        self._tasks.run(
            Message("task.photos"), lambda _: photos_of(register, defect), show, owner=self, shown=False
        )

    # ---- doing

    def go_on(self) -> None:
        """What comes next: it is put right, or looked at again and right."""
        if self.case is not None and self.case.state == REPAIRED:
            self._look_again(is_right=True)
        else:
            self._repair()

    def _order(self) -> None:
        case, register, today = self.case, self.centre.register, self.today
        if case is None or register is None:
            return

        def work(edit: Edit) -> None:
            person = OrderPerson(register).of_link(case.defect["target"], None)
            plan_order(register, case, today, person).apply(edit)

        self.do(lambda: plan_order(register, case, today, None), work)

    def _repair(self) -> None:
        case, register, today = self.case, self.centre.register, self.today
        if case is None or register is None:
            return
        photos, day, remark = tuple(self.photos.photos), self.typed_day, self.remark.text()
        pictures = sum(photo.is_picture for photo in photos)

        def work(edit: Edit) -> None:
            plan_repair(register, case, day, pictures, remark, today).apply(edit)
            for photo in photos:
                kind = AFTER if photo.is_picture else "document"
                register.attach(edit, DEFECT, case.id, photo.name, photo.data, {"kind": kind})

        self.do(lambda: plan_repair(register, case, day, pictures, remark, today), work)

    def _look_again(self, *, is_right: bool) -> None:
        case, register, today = self.case, self.centre.register, self.today
        if case is None or register is None:
            return
        day, reason, who = self.typed_day, self.remark.text(), self.centre.my_name
        self.do(lambda: plan_look_again(register, case, day, who, reason, today, is_right=is_right))

    def _open(self) -> None:
        if self.case is not None and self.case.defect["record"]:
            self.opened.emit(int(self.case.defect["record"]))
