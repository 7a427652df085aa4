"""The panel of the census desk: the campaign, the lot, how far it is, and its targets in walking order."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QListView, QVBoxLayout, QWidget

from gisapp.actions import Actions
from gisapp.forms.words import IconButton, Label, Line
from gisapp.language import Language
from gisapp.panels.census.alarm_line import AlarmLine
from gisapp.panels.census.centre import CensusCentre
from gisapp.panels.census.kinds import done_words
from gisapp.panels.census.state_bar import StateBar
from gisapp.panels.census.work_model import ROW, WorkModel, WorkPainter
from gisapp.panels.grids.action_button import ActionButton
from gisapp.panels.renewal.entry_card import EntryCard
from gisapp.theme import Theme
from layers.census.lots.worklist import LotRow
from layers.text import Message


class CensusPanel(QWidget):
    """``flown``: the record double-clicked; ``entered``: Return in the list, the page is to have the keyboard."""

    flown = Signal(int)
    entered = Signal()

    def __init__(self, language: Language, theme: Theme, centre: CensusCentre, actions: Actions) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._language, self._theme, self._centre, self._actions = language, theme, centre, actions
        self.campaigns = QComboBox()
        self.lots = QComboBox()
        self.who = Label(language, theme, size="small", tone="quiet")
        self.count = Label(language, theme, strong=True)
        self.bar = StateBar(language, theme)
        self.alarms = AlarmLine(language, theme, centre)
        self.model = WorkModel(language, self)
        self.list = QListView()
        self.card = EntryCard(language, theme, self)
        self._empty = Label(language, theme, tone="quiet", wrap=True)
        self._lay_out()
        self._tie()
        self._show()

    # ---- showing

    def _show(self) -> None:
        """Campaigns and lots."""
        centre, book = self._centre, self._centre.book
        self.campaigns.blockSignals(True)
        self.campaigns.clear()
        for campaign in centre.campaigns:
            self.campaigns.addItem(str(campaign["name"]), campaign.id)
        self.campaigns.setCurrentIndex(-1 if book is None else self.campaigns.findData(book.campaign.id))
        self.campaigns.blockSignals(False)
        self.lots.blockSignals(True)
        self.lots.clear()
        for lot in () if book is None else book.lots:
            self.lots.addItem(self._lot_words(lot), lot.id)
        self.lots.setCurrentIndex(self.lots.findData(centre.lot))
        self.lots.blockSignals(False)
        self._empty.setVisible(book is None or not book.lots)
        self._empty.show_words(Message("census_desk.no_campaign" if book is None else "census_desk.no_lots"))
        for widget in (self._body, self.list):
            widget.setVisible(book is not None and bool(book.lots))
        self.campaigns.setVisible(bool(centre.campaigns))
        self.make_campaign.setVisible(book is None)
        self.make_lots.setVisible(book is not None and not book.lots)
        self._show_rows()

    def _lot_words(self, lot: LotRow) -> str:
        late = (
            self._language.render(Message("census_desk.lot.late")) if lot.is_late(self._centre.today) else ""
        )
        return f"{lot.lot['code']} {lot.lot['name']}  {lot.done}/{lot.total} {late}".rstrip()

    def _show_rows(self) -> None:
        """The targets of the lot, and how far they are."""
        centre = self._centre
        self.model.show(centre.rows)
        self._show_current()
        counts: dict[str, int] = {}
        counted = [row for row in centre.rows if not row.is_older]
        for row in counted:
            counts[row.kind] = counts.get(row.kind, 0) + 1
        self.bar.show_counts(counts)
        new = counts.get("new", 0)
        total = len(counted) - new
        self.count.show_words(done_words(total - counts.get("planned", 0), total, new))
        lot = None if centre.book is None else centre.book.lot(centre.lot)
        if lot is not None:
            due = lot.lot["due_date"]
            told = {"team": lot.team or Message("census_desk.lots.nobody"), "due": str(due or "—")}
            self.who.show_words(Message("census_desk.lot.who", told))
            self.who.set_tone("danger" if lot.is_late(centre.today) else "quiet")

    def _show_current(self) -> None:
        place = self.model.mark(self._centre.record)
        if place >= 0:
            index = self.model.index(place)
            self.list.setCurrentIndex(index)
            self.list.scrollTo(index)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # What is logged stays in sight when what lies below takes its room.
        self._show_current()

    # ---- choosing

    def _on_current(self, index: QModelIndex) -> None:
        row = index.data(ROW)
        if row is not None:
            self._centre.choose(row.id)

    def _tie(self) -> None:
        centre = self._centre
        centre.changed.connect(self._show)
        centre.listed.connect(self._show_rows)
        centre.chosen.connect(self._show_current)
        self._language.changed.connect(self._show)
        self.campaigns.activated.connect(lambda place: centre.choose_campaign(self.campaigns.itemData(place)))
        self.lots.activated.connect(lambda place: centre.choose_lot(self.lots.itemData(place)))
        self.list.selectionModel().currentChanged.connect(lambda index, _: self._on_current(index))
        self.list.doubleClicked.connect(lambda index: self.flown.emit(index.data(ROW).id))
        self.list.activated.connect(lambda _: self.entered.emit())

    # ---- layout

    def _lay_out(self) -> None:
        language, theme, actions = self._language, self._theme, self._actions
        head = QFrame()
        head.setFixedHeight(theme.size("panel_title"))
        row = QHBoxLayout(head)
        row.setContentsMargins(12, 0, 8, 0)
        row.setSpacing(4)
        row.addWidget(Label(language, theme, Message("census_desk.title"), size="heading", strong=True))
        row.addStretch(1)
        for name in ("survey.campaign", "survey.lots", "survey.board", "survey.below"):
            small = IconButton(language, theme, actions[name].icon, actions[name].title)
            small.clicked.connect(lambda _=False, which=name: actions.trigger(which))
            row.addWidget(small)
        for combo, words in ((self.campaigns, "campaign"), (self.lots, "lot")):
            combo.setFont(theme.font("base"))
            combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            language.say(combo, "setAccessibleName", Message(f"census_desk.{words}"))
        self._body = QWidget()
        body = QVBoxLayout(self._body)
        body.setContentsMargins(12, 6, 12, 6)
        body.setSpacing(6)
        body.addWidget(self.lots)
        line = QHBoxLayout()
        line.addWidget(self.who, 1)
        line.addWidget(self.count)
        body.addLayout(line)
        body.addWidget(self.bar)
        upper = QVBoxLayout()
        upper.setContentsMargins(12, 6, 12, 0)
        upper.setSpacing(0)
        upper.addWidget(self.campaigns)
        upper.addWidget(self.alarms)
        self.list.setModel(self.model)
        self.list.setItemDelegate(WorkPainter(language, theme, self.list))
        self.list.setMouseTracking(True)
        self.list.setUniformItemSizes(True)
        language.say(self.list, "setAccessibleName", Message("census_desk.list"))
        self._empty.setContentsMargins(16, 16, 16, 8)
        self.make_campaign = ActionButton(
            language, theme, actions, "survey.campaign", actions["survey.campaign"].title, primary=True
        )
        self.make_lots = ActionButton(
            language, theme, actions, "survey.lots", actions["survey.lots"].title, primary=True
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(head)
        column.addWidget(Line())
        column.addLayout(upper)
        column.addWidget(self._body)
        column.addWidget(self._empty)
        for button in (self.make_campaign, self.make_lots):
            column.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self.list, 1)
        column.addStretch(0)
