"""One defect: how it looked and looks, its order, and what is done about it: put right, looked at again."""

from __future__ import annotations

import datetime
from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeySequence, QShortcut, Qt
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from gisapp.forms.chip import Chip, ChipKind
from gisapp.forms.words import Button, ElidedLabel, Label
from gisapp.language import Language
from gisapp.panels.census.centre import CensusCentre
from gisapp.panels.census.order_person import OrderPerson
from gisapp.panels.census.photo_pair import PhotoPair
from gisapp.panels.census.photo_strip import PhotoStrip
from gisapp.panels.census.target_page import sentences
from gisapp.theme import Theme
from layers.census.repairs import (
    AFTER,
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
from layers.editing.plan import EditPlan
from layers.errors import UserError
from layers.model.asset import Asset
from layers.register import Edit, Register
from layers.text import Message

WIDTH = 490
_DAY = 96
_TONES: dict[str, ChipKind] = {"open": "danger", "ordered": "works", "repaired": "warn", "closed": "ok"}


class DefectCard(QWidget):
    """Shows a case of the list. ``opened``: its census record is asked for. Ctrl+Enter does what comes next."""

    opened = Signal(int)

    def __init__(self, language: Language, theme: Theme, centre: CensusCentre) -> None:
        super().__init__()
        self.setAcceptDrops(True)
        self._language, self._theme, self.centre = language, theme, centre
        self.case: DefectCase | None = None
        self.title = ElidedLabel(language, theme, strong=True)
        self.state = Chip(language, theme, "", "neutral")
        self.about = ElidedLabel(language, theme, size="small", tone="quiet")
        titles = (Message("repairs.before"), Message("repairs.after"))
        self.pair = PhotoPair(language, theme, centre.session, centre.tasks, titles)
        self.day = QLineEdit()
        self.remark = QLineEdit()
        self.photos = PhotoStrip(language, theme, centre.tasks)
        self.order = Button(language, Message("repairs.raise"))
        self.repair = Button(language, Message("repairs.repair"), "primary")
        self.confirm = Button(language, Message("repairs.confirm"), "primary")
        self.reopen = Button(language, Message("repairs.reopen"))
        self.record = Button(language, Message("repairs.record"), "link")
        self.error = Label(language, theme, size="small", tone="danger", wrap=True)
        self.empty = Label(language, theme, Message("repairs.empty"), tone="quiet", wrap=True)
        self._lay_out()
        self._tie()
        self.show_case(None)

    # ---- showing

    def show_case(self, case: DefectCase | None) -> None:
        """Show a defect; None: what can be done here. What is being entered of the same one stays."""
        register = self.centre.register
        is_same = case is not None and self.case is not None and self.case.id == case.id
        is_news = not is_same or self.case is None or case is None or self.case.state != case.state
        self.case = case
        self._body.setVisible(case is not None)
        self.empty.setVisible(case is None)
        if case is None or register is None:
            return
        code, of_defect = self._language.code, register.catalogue[DEFECT]
        defect = case.defect
        kind, severity = (of_defect.field_named(n).show(defect[n], code) for n in ("kind", "severity"))
        told = {"code": case.code or str(defect["code"]), "kind": kind, "severity": severity}
        self.title.show_words(Message("repairs.title", told))
        words = of_defect.field_named("state").show(defect["state"], code)
        self.state.show_state(words, _TONES.get(case.state, "neutral"))
        self._tell_order(case)
        may = self.centre.session.may("edit")
        waits, repaired = case.state in WAITS, case.state == REPAIRED
        self.order.setVisible(may and case.state == OPEN and case.order is None)
        self.repair.setVisible(may and waits)
        self.confirm.setVisible(may and repaired)
        self.reopen.setVisible(may and repaired)
        for widget in (self.day, self.remark):
            widget.setVisible(may and (waits or repaired))
        self.photos.setVisible(may and waits)
        self.record.setVisible(bool(defect["record"]))
        place = "repairs.reason" if repaired else "repairs.remark"
        self._language.say(self.remark, "setPlaceholderText", Message(place))
        if is_news:
            self.error.hide()
            self.day.setText(self.centre.today.isoformat())
            self.remark.clear()
            self.photos.show_photos((), 0)
            self._read_photos(register, defect)

    def _tell_order(self, case: DefectCase) -> None:
        order = case.order
        defect = case.defect
        if case.state == "closed":
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
            late = case.is_late(self.centre.today)
            self.about.show_words(Message("repairs.order_late" if late else "repairs.order_line", told))
            self.about.set_tone("danger" if late else "quiet")
            return
        self.about.set_tone("quiet")

    def _read_photos(self, register: Register, defect: Asset) -> None:
        self.pair.show_photos((), ())

        def show(found: tuple[tuple[Asset, ...], tuple[Asset, ...]]) -> None:
            if self.case is not None and self.case.id == defect.id:
                self.pair.show_photos(*found)

        self.centre.tasks.run(
            Message("task.photos"), lambda _: photos_of(register, defect), show, owner=self, shown=False
        )

    # ---- doing

    def go_on(self) -> None:
        """What comes next: it is put right, or looked at again and right."""
        if self.case is not None and self.case.state == REPAIRED:
            self._look_again(True)
        else:
            self._repair()

    def _order(self) -> None:
        case, register, today = self.case, self.centre.register, self.centre.today
        if case is None or register is None:
            return
        plan = self._planned(lambda: plan_order(register, case, today, None))
        if plan is None:
            return

        def work(edit: Edit) -> None:
            person = OrderPerson(register).of_link(case.defect["target"], None)
            plan_order(register, case, today, person).apply(edit)

        self.centre.write(plan.label, work, failed=self._refuse)

    def _repair(self) -> None:
        case, register, today = self.case, self.centre.register, self.centre.today
        if case is None or register is None:
            return
        photos = tuple(self.photos.photos)
        day, remark = self._typed_day(), self.remark.text()
        plan = self._planned(lambda: plan_repair(register, case, day, len(photos), remark, today))
        if plan is None:
            return
        its = plan

        def work(edit: Edit) -> None:
            its.apply(edit)
            for photo in photos:
                kind = AFTER if photo.is_picture else "document"
                register.attach(edit, DEFECT, case.id, photo.name, photo.data, {"kind": kind})

        self.centre.write(plan.label, work, failed=self._refuse)

    def _look_again(self, is_right: bool) -> None:
        case, register, today = self.case, self.centre.register, self.centre.today
        if case is None or register is None:
            return
        day, reason, who = self._typed_day(), self.remark.text(), self.centre.my_name
        plan = self._planned(
            lambda: plan_look_again(register, case, day, who, reason, today, is_right=is_right)
        )
        if plan is not None:
            its = plan
            self.centre.write(plan.label, lambda edit: its.apply(edit), failed=self._refuse)

    def _planned(self, make: Callable[[], EditPlan]) -> EditPlan | None:
        self.error.hide()
        try:
            return make()
        except UserError as error:
            self._refuse(error)
            return None

    def _typed_day(self) -> str:
        """The day typed, as it is kept; blank when it is none."""
        text = self.day.text().strip().replace("/", "-").replace(".", "-")
        try:
            return datetime.date.fromisoformat(text).isoformat()
        except ValueError:
            return ""

    def _refuse(self, error: UserError) -> None:
        self.error.show_words(sentences(error))
        self.error.show()

    def _open(self) -> None:
        if self.case is not None and self.case.defect["record"]:
            self.opened.emit(int(self.case.defect["record"]))

    # ---- layout

    def _tie(self) -> None:
        self.order.clicked.connect(self._order)
        self.repair.clicked.connect(self._repair)
        self.confirm.clicked.connect(lambda: self._look_again(True))
        self.reopen.clicked.connect(lambda: self._look_again(False))
        self.record.clicked.connect(self._open)
        self.photos.refused.connect(self._refuse)
        for key, act in (
            ("Ctrl+Return", self.go_on),
            ("Ctrl+Enter", self.go_on),
            ("F5", self.photos.ask),
            ("F6", self.photos.paste_picture),
        ):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)

    def _lay_out(self) -> None:
        language, theme = self._language, self._theme
        for editor, words in ((self.day, "repairs.day"), (self.remark, "repairs.remark")):
            editor.setFont(theme.font("small"))
            language.say(editor, "setAccessibleName", Message(words))
        language.hint(self.day, Message("repairs.day"))
        self.day.setFixedWidth(_DAY)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.title, 1)
        head.addWidget(self.state)
        typed = QHBoxLayout()
        typed.setSpacing(6)
        typed.addWidget(self.day)
        typed.addWidget(self.remark, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(6)
        for button in (self.repair, self.confirm, self.reopen, self.order):
            buttons.addWidget(button)
        buttons.addStretch(1)
        buttons.addWidget(self.record)
        right = QVBoxLayout()
        right.setSpacing(6)
        right.addLayout(typed)
        right.addWidget(self.photos)
        right.addWidget(self.error)
        right.addStretch(1)
        right.addLayout(buttons)
        both = QHBoxLayout()
        both.setSpacing(12)
        both.addWidget(self.pair)
        both.addLayout(right, 1)
        self._body = QWidget()
        body = QVBoxLayout(self._body)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(4)
        body.addLayout(head)
        body.addWidget(self.about)
        body.addLayout(both, 1)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(12, 8, 12, 8)
        whole.addWidget(self._body, 1)
        whole.addWidget(self.empty)
        self.setFixedWidth(WIDTH)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() and not self.photos.isHidden():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.photos.add_files(paths)
