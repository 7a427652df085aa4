"""Lots under the map: as cards by team or state, or as a list; what is wrong with them, and what evens them out."""

from __future__ import annotations

from functools import partial
from typing import Literal

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QMenu,
    QSizePolicy,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gisapp.actions import Actions
from gisapp.forms.chip import alarm_chip, filter_chip
from gisapp.forms.words import ElidedLabel
from gisapp.language import Language
from gisapp.panels.census.kinds import done_words
from gisapp.panels.census.lots_centre import LotsCentre
from gisapp.panels.census.lots_kanban import LotsKanban
from gisapp.panels.census.plain_table import PlainTable, TableRow
from gisapp.panels.grids.action_button import ActionButton
from gisapp.theme import Theme
from layers.census.lots.alarms import KINDS, SEVERITY
from layers.census.lots.board import NOBODY, LotCard, evenness, whole_days
from layers.text import Message

View = Literal["team", "state", "list"]
VIEWS: tuple[View, ...] = ("team", "state", "list")
_COLUMNS = ("code", "name", "team", "due", "done", "again", "state")
_ACTS = ("survey.even", "survey.due", "survey.walk")
_UNEVEN = 1.25


class LotsTab(QWidget):
    """``flown``: the lot double-clicked."""

    flown = Signal(int)

    def __init__(self, language: Language, theme: Theme, lots: LotsCentre, actions: Actions) -> None:
        super().__init__()
        self._language, self._theme, self.lots, self._actions = language, theme, lots, actions
        self.view: View = "team"
        self.views: dict[View, QToolButton] = {}
        self.alarms: dict[str, QToolButton] = {}
        self.kanban = LotsKanban(language, theme)
        titles = [Message(f"census_desk.lots.{column}") for column in _COLUMNS]
        self.table = PlainTable(language, theme, titles, right=(4, 5), stretch=1)
        self.even = ElidedLabel(language, theme, size="small", tone="quiet")
        self.pages = QStackedWidget()
        self._is_syncing = False
        self._lay_out()
        self._tie()
        self._show()

    def show_view(self, view: View) -> None:
        """By ``team``, by ``state``, or as a ``list``."""
        self.view = view
        self.views[view].setChecked(True)
        self.pages.setCurrentWidget(self.table if view == "list" else self.kanban)
        self._show()

    # ---- showing

    def _show(self) -> None:
        board, register = self.lots.board, self.lots.centre.register
        catalogue = None if register is None else register.catalogue
        if self.view == "list":
            self._show_list()
        else:
            self.kanban.show_board(board, catalogue, self.view)
        for kind, chip in self.alarms.items():
            count = 0 if board is None else len(board.alarmed(kind))
            chip.setVisible(bool(count))
            self._language.say(chip, "setText", Message(f"lots.chip.{kind}", {"count": count}))
        most = None if board is None else evenness(board.loads)
        is_told = most is not None and board is not None and len(board.working) > 1
        self.even.show_words(Message("lots.evenness", {"share": f"{most:.2f}"}) if is_told else "")
        self.even.set_tone("warn" if (most or 0.0) > _UNEVEN else "quiet")
        self._show_chosen()

    def _show_list(self) -> None:
        board, register = self.lots.board, self.lots.centre.register
        if board is None or register is None:
            self.table.show_rows(())
            return
        states = register.catalogue.code_lists["lot_state"]
        rows = []
        for card in board.cards:
            entry, alarm, row = states.get(card.state), card.alarm, card.row
            state = "" if entry is None else entry.title
            cells = (
                str(row.lot["code"]), str(row.lot["name"]), row.team or "—", str(row.lot["due_date"] or "—"),
                done_words(row.done, row.total, row.new), str(row.again or "—"),
                state if alarm is None else alarm.short,
            )  # fmt: skip
            rows.append(TableRow(row.id, cells, () if alarm is None else ((6, alarm.severity),)))
        self.table.show_rows(rows)

    def _show_chosen(self) -> None:
        """Mark the lots that the window has selected, else the one whose work list is open."""
        centre = self.lots.centre
        self._is_syncing = True
        chosen = self.lots.chosen
        self.kanban.show_current(chosen[0] if len(chosen) == 1 else centre.lot or 0)
        self.kanban.pick(chosen if len(chosen) > 1 else ())
        self._is_syncing = False
        self._actions.refresh()

    # ---- acting

    def _on_picked(self, lots: tuple[int, ...]) -> None:
        if not self._is_syncing:
            self.lots.choose(lots)

    def _on_dropped(self, lots: tuple[int, ...], key: object) -> None:
        if self.view == "team" and isinstance(key, int):
            self.lots.assign(lots, key)
        elif isinstance(key, str):
            self.lots.put_state(lots, key)

    def open_teams(self, lots: tuple[int, ...], at: QPoint) -> QMenu | None:
        """Offer the teams to give these lots to, with what is before each."""
        board = self.lots.board
        if board is None or not lots:
            return None
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        say = self._language.label
        title = menu.addAction(say(Message("lots.menu", {"count": len(lots)})))
        title.setEnabled(False)
        menu.addSeparator()
        its = {board.by_id[lot].team for lot in lots if lot in board.by_id}
        for team in (*board.teams, NOBODY):
            load = board.loads[team]
            given = {"team": load.name, "lots": len(load.lots), "days": whole_days(load.days)}
            words = Message("lots.nobody") if team == NOBODY else Message("lots.menu.team", given)
            action = menu.addAction(say(words))
            action.setCheckable(True)
            action.setChecked(its == {team})
            action.triggered.connect(partial(self._assign, lots, team))
        menu.popup(at)
        return menu

    def _assign(self, lots: tuple[int, ...], team: int, _: bool = False) -> None:
        self.lots.assign(lots, team)

    def _gather(self, kind: str) -> None:
        board = self.lots.board
        cards: tuple[LotCard, ...] = () if board is None else board.alarmed(kind)
        self.lots.choose([card.id for card in cards])

    # ---- layout

    def _tie(self) -> None:
        self.lots.changed.connect(self._show)
        self._language.changed.connect(self._show)
        centre = self.lots.centre
        centre.session.selection_changed.connect(lambda _: self._show_chosen())
        centre.listed.connect(self._show_chosen)
        self.kanban.chosen.connect(lambda lot: self.lots.choose((lot,)))
        self.kanban.picked.connect(self._on_picked)
        self.kanban.dropped.connect(self._on_dropped)
        self.kanban.flown.connect(self.flown)
        self.kanban.menu_asked.connect(self.open_teams)
        self.table.doubleClicked.connect(lambda index: self.flown.emit(self.table.rows.rows[index.row()].id))
        self.table.clicked.connect(lambda _: self.lots.choose(self.table.chosen_ids))

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(12, 4, 12, 4)
        row.setSpacing(6)
        group = QButtonGroup(self)
        for view in VIEWS:
            button = filter_chip(self._theme)
            self._language.say(button, "setText", Message(f"lots.view.{view}"))
            button.clicked.connect(partial(self._on_view, view))
            group.addButton(button)
            self.views[view] = button
            row.addWidget(button)
        row.addSpacing(8)
        for kind in KINDS:
            chip = alarm_chip(self._theme, SEVERITY[kind], "user" if kind == "nobody" else "warning")
            chip.clicked.connect(partial(self._on_chip, kind))
            self._language.hint(chip, Message(f"lots.chip.{kind}.tip"))
            self.alarms[kind] = chip
            row.addWidget(chip)
        # It gives way where there is no room, so that the map keeps its own.
        self.even.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.even.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.even, 1)
        for name in _ACTS:
            row.addWidget(
                ActionButton(self._language, self._theme, self._actions, name, Message(f"lots.do.{name[7:]}"))
            )
        self.pages.addWidget(self.kanban)
        self.pages.addWidget(self.table)
        self.views["team"].setChecked(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(self.pages, 1)

    def _on_view(self, view: View, _: bool = False) -> None:
        self.show_view(view)

    def _on_chip(self, kind: str, _: bool = False) -> None:
        self._gather(kind)
