"""The panel of the grid desk: as of which day, the figures, the grids with who looks after them, and the coverage."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gisapp.actions import Actions
from gisapp.forms.chip import alarm_chip
from gisapp.forms.panel_head import PanelHead
from gisapp.forms.words import Button, IconButton, Label, Line
from gisapp.language import Language
from gisapp.panels.grids.action_button import ActionButton, is_known
from gisapp.panels.grids.centre import GridCentre
from gisapp.panels.grids.coverage_line import CoverageLine
from gisapp.panels.grids.day_field import DayField
from gisapp.panels.grids.grid_model import ROW, GridModel, Keep, is_kept
from gisapp.panels.grids.row_painter import RowPainter
from gisapp.panels.history.day_note import DayNote
from gisapp.theme import Theme
from layers.responsibility.oversight.overview import GridRow
from layers.text import Message

#: What makes the load of a grid.
_WEIGHTS = "tool.weights"
#: What can be done with a grid of the list.
_MENU = ("view.fit_selection", "grids.hand_over", "grids.split_hand", "grid_act.merge", "grid_print.card")
_KEEPS: tuple[tuple[Keep, str], ...] = (("danger", "danger"), ("warn", "warn"), ("load", "warn"))


class GridPanel(QWidget):
    """``flown``: the grid double-clicked, to go to."""

    flown = Signal(int)

    def __init__(self, language: Language, theme: Theme, centre: GridCentre, actions: Actions) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._language, self._theme, self._centre, self._actions = language, theme, centre, actions
        self._is_following = False
        self.model = GridModel(language, self)
        self.list = QListView()
        self.day = DayField(language, theme, Message("grid_desk.day.tip"))
        self.as_of = Label(language, theme, Message("grid_desk.as_of"), tone="quiet")
        self.today = Button(language, Message("grid_desk.to_today"), "link")
        self.count = Label(language, theme, strong=True)
        self.acts: dict[str, ActionButton] = {}
        self.titles: dict[str, Label] = {}
        self.chips: dict[Keep, QToolButton] = {}
        self.words = QLineEdit(clearButtonEnabled=True)
        self.order = QToolButton()
        self.coverage = CoverageLine(language, theme, centre, actions)
        self._nothing = self._invitation()
        self._lay_out()
        self._tie()
        self._show()

    # ---- showing

    def _show(self) -> None:
        centre, overview = self._centre, self._centre.overview
        self.day.show_day(centre.day)
        # There is room for one of the two.
        self.as_of.setVisible(centre.is_today)
        self.today.setVisible(not centre.is_today)
        # What a grid holds is counted now, whoever had it then.
        of_now = "grid_desk.column.load" if centre.is_today else "grid_desk.column.load_today"
        self.titles["grid_desk.column.load"].show_words(Message(of_now))
        rows = () if overview is None else overview.rows
        homes = None if overview is None else overview.households
        words = Message("grid_desk.count", {"count": f"{len(rows):,}"})
        if homes is not None:
            words = Message("grid_desk.count.homes", {"count": f"{len(rows):,}", "homes": f"{homes:,.0f}"})
        self.count.show_words(words)
        counts = {keep: sum(is_kept(row, keep) for row in rows) for keep in self.chips}
        for keep, chip in self.chips.items():
            self._language.say(chip, "setText", Message(f"grid_desk.chip.{keep}", {"count": counts[keep]}))
            chip.setVisible(counts[keep] > 0 and (keep != "load" or centre.day >= centre.now))
            chip.setChecked(self.model.keep == keep)
        self.model.show(overview)
        self._nothing.setVisible(overview is not None and not rows)
        self.list.setVisible(overview is None or bool(rows))
        self._show_chosen()

    def _show_chosen(self) -> None:
        row = self.model.row_of(self._centre.grid) if self._centre.grid is not None else -1
        self._is_following = True
        selection = self.list.selectionModel()
        if row < 0:
            selection.clear()
        else:
            index = self.model.index(row, 0)
            selection.setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
            self.list.scrollTo(index)
        self._is_following = False

    def _arrange(self) -> None:
        self.model.words = self.words.text()
        self.model.order = "load" if self.order.isChecked() else "code"
        self.model.arrange()
        self._show_chosen()

    def keep(self, keep: Keep) -> None:
        """Keep the list to grids with such alarms, or loads; all of them when it is kept so already."""
        self.model.keep = "" if self.model.keep == keep else keep
        for name, chip in self.chips.items():
            chip.setChecked(name == self.model.keep)
        self._arrange()

    def _on_current(self, index: QModelIndex) -> None:
        row = index.data(ROW)
        if not self._is_following and isinstance(row, GridRow):
            self._centre.choose(row.id)

    def _on_double(self, index: QModelIndex) -> None:
        row = index.data(ROW)
        if isinstance(row, GridRow):
            self.flown.emit(row.id)

    # ---- layout

    def _tie(self) -> None:
        centre = self._centre
        centre.changed.connect(self._show)
        centre.chosen.connect(self._show_chosen)
        self._language.changed.connect(self.list.viewport().update)
        self._theme.changed.connect(self.list.viewport().update)
        self.day.chosen.connect(centre.go_to_day)
        self.today.clicked.connect(lambda: centre.go_to_day(centre.now))
        self.words.textChanged.connect(lambda _: self._arrange())
        self.order.toggled.connect(lambda _: self._arrange())
        self.list.selectionModel().currentChanged.connect(lambda index, _: self._on_current(index))
        self.list.doubleClicked.connect(self._on_double)

    def _lay_out(self) -> None:
        language, theme = self._language, self._theme
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part in (self._head(), Line()):
            column.addWidget(part)
        column.addWidget(DayNote(language, theme, self._centre.session, "rows"))
        column.addWidget(self._day_row())
        column.addWidget(Line())
        column.addWidget(self._figures())
        column.addWidget(self._titles())
        self.list.setModel(self.model)
        self.list.setItemDelegate(RowPainter(language, theme, self.model))
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setMouseTracking(True)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        for name in _MENU:
            if is_known(self._actions, name):
                self.list.addAction(self._actions.qt(name))
        language.hint(self.list, Message("grid_desk.list.tip"))
        self.list.setToolTip("")
        self._nothing.hide()
        column.addWidget(self._nothing, 1)
        column.addWidget(self.list, 1)
        column.addWidget(Line())
        column.addWidget(self.coverage)

    def _invitation(self) -> QWidget:
        """What stands here while there are no grids: what they are, and how to come by some."""
        place = QWidget()
        column = QVBoxLayout(place)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(12)
        words = Message("grid_desk.empty")
        column.addWidget(Label(self._language, self._theme, words, tone="quiet", wrap=True))
        for name, primary in (("grid_act.draw", True), ("grid_design.open", False)):
            if is_known(self._actions, name):
                title = self._actions[name].title
                button = ActionButton(
                    self._language, self._theme, self._actions, name, title, primary=primary
                )
                column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        return place

    def _head(self) -> QWidget:
        head = PanelHead(self._language, self._theme, Message("grid_desk.title"), spacing=6)
        for name in ("grids.split_hand", "grids.hand_over"):
            words = Message(f"grid_desk.button.{name.partition('.')[2]}")
            button = ActionButton(
                self._language, self._theme, self._actions, name, words, wanting=self._wanting
            )
            head.add(button)
            self.acts[name] = button
        return head

    def _wanting(self) -> Message | None:
        return Message("grid_desk.choose_first") if self._centre.grid is None else None

    def _day_row(self) -> QWidget:
        place = QWidget()
        row = QHBoxLayout(place)
        row.setContentsMargins(12, 6, 8, 6)
        row.setSpacing(8)
        row.addWidget(self.as_of)
        row.addWidget(self.day)
        row.addStretch(1)
        row.addWidget(self.today)
        if is_known(self._actions, "roster.open"):
            words = Message("grid_desk.button.roster")
            row.addWidget(ActionButton(self._language, self._theme, self._actions, "roster.open", words))
        return place

    def _figures(self) -> QWidget:
        place = QWidget()
        column = QVBoxLayout(place)
        column.setContentsMargins(12, 6, 8, 4)
        column.setSpacing(4)
        head = QHBoxLayout()
        head.addWidget(self.count, 1)
        self.order.setObjectName("filterChip")
        self.order.setCheckable(True)
        self.order.setFont(self._theme.font("small"))
        self._language.say(self.order, "setText", Message("grid_desk.by_load"))
        self._language.say(self.order, "setToolTip", Message("grid_desk.by_load.tip"))
        head.addWidget(self.order)
        if is_known(self._actions, _WEIGHTS):
            tip = self._actions[_WEIGHTS].title
            weights = IconButton(self._language, self._theme, "sliders-horizontal", tip)
            weights.clicked.connect(lambda: self._actions.trigger(_WEIGHTS))
            head.addWidget(weights)
        column.addLayout(head)
        row = QHBoxLayout()
        row.setSpacing(6)
        for keep, kind in _KEEPS:
            chip = alarm_chip(self._theme, kind)
            chip.setCheckable(True)
            chip.clicked.connect(lambda _=False, which=keep: self.keep(which))
            self._language.hint(chip, Message(f"grid_desk.chip.{keep}.tip"))
            row.addWidget(chip)
            self.chips[keep] = chip
        row.addStretch(1)
        column.addLayout(row)
        self.words.setFont(self._theme.font("small"))
        self._language.say(self.words, "setPlaceholderText", Message("grid_desk.search"))
        column.addWidget(self.words)
        return place

    def _titles(self) -> QWidget:
        place = QWidget()
        row = QHBoxLayout(place)
        row.setContentsMargins(12, 0, 12, 2)
        parts = (("grid_desk.column.grid", 104), ("grid_desk.column.people", 0), ("grid_desk.column.load", 0))
        for name, width in parts:
            label = Label(self._language, self._theme, Message(name), size="small", tone="faint")
            if width:
                label.setFixedWidth(width)
            self.titles[name] = label
            row.addWidget(label)
            if name.endswith("people"):
                row.addStretch(1)
        return place
