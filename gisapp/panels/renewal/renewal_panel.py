"""The panel of the renewal desk: figures of the portfolio, and its projects as board, list, timeline or funnel."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QScrollArea,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gisapp.actions import Actions
from gisapp.forms.chip import tab_button
from gisapp.forms.panel_head import PanelHead
from gisapp.forms.words import Button, Label, Line
from gisapp.language import Language, Words
from gisapp.panels.history.day_note import DayNote
from gisapp.panels.renewal.centre import KEPT_BY, RenewalCentre
from gisapp.panels.renewal.entry import given
from gisapp.panels.renewal.figure_strip import FigureStrip
from gisapp.panels.renewal.funnel_view import FunnelView
from gisapp.panels.renewal.gantt import Gantt, project_bars
from gisapp.panels.renewal.kanban import Kanban
from gisapp.panels.renewal.move_card import MoveCard
from gisapp.panels.renewal.new_project import NewProject
from gisapp.panels.renewal.project_list import ProjectList
from gisapp.tasks import Debounce
from gisapp.theme import Theme
from layers.errors import UserError
from layers.later import Later
from layers.renewal.words import PROJECT
from layers.text import Message

if TYPE_CHECKING:
    from layers.renewal.board import moving
    from layers.renewal.board.board import Board, Card
else:
    moving = Later("layers.renewal.board.moving")

VIEWS = ("board", "list", "timeline", "funnel")
LISTS = ("main", "conversion")
_PAUSE = 150


class RenewalPanel(QWidget):
    """``fly_asked``: the project double-clicked; ``refused``: why a card may not be moved there."""

    fly_asked = Signal(int)
    refused = Signal(object)
    complete_asked = Signal()
    arranged = Signal()
    """Other projects are listed now."""

    def __init__(
        self,
        language: Language,
        theme: Theme,
        centre: RenewalCentre,
        actions: Actions,
        my_name: Callable[[], str],
    ) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._language, self._theme, self._centre, self._actions = language, theme, centre, actions
        self._my_name = my_name
        self.view, self.list = "board", "main"
        self.cards: tuple[Card, ...] = ()
        self._listed: tuple[int, ...] = ()
        self._moving: tuple[int, str] | None = None
        self.figures = FigureStrip(language, theme)
        self.kanban = Kanban(language, theme)
        self.projects = ProjectList(language, theme)
        self.timeline = Gantt(language, theme)
        self.funnel = FunnelView(language, theme)
        self.words = QLineEdit(clearButtonEnabled=True)
        self.move_card = MoveCard(language, theme, self)
        self.new_project = NewProject(language, theme, self)
        self._later = Debounce(_PAUSE, self._show, self)
        self._lay_out()
        self._tie()
        self._show()

    # ---- what actions ask

    def show_view(self, view: str) -> None:
        """Go to ``board``, ``list``, ``timeline`` or ``funnel``."""
        self.view = view
        if view == "funnel":
            self.list = "conversion"
        self.pages.setCurrentIndex(VIEWS.index(view))
        for name, button in self.tabs.items():
            button.setChecked(name == view)
        self._show()

    def show_list(self, name: str) -> None:
        """Show projects of mains, or of the conversion of households."""
        self.list = name
        if name == "main" and self.view == "funnel":
            self.show_view("board")
        self._show()

    def open_new(self) -> None:
        """Ask for a new project."""
        register = self._centre.register
        if register is not None:
            people: list[tuple[Any, Words]] = list(self._centre.people.items())
            mine = next((id for id, name in people if name == self._my_name()), None)
            self.new_project.ask(register.catalogue[PROJECT], people, mine, self.list)

    # ---- showing

    def _show(self) -> None:
        board = self._centre.board
        is_conversion = self.list == "conversion"
        every = () if board is None else board.cards
        words = self.words.text().casefold().split()
        self.cards = tuple(
            card for card in every
            if card.is_conversion == is_conversion
            and all(word in f"{card.code} {card.name} {card.manager_name}".casefold() for word in words)
        )  # fmt: skip
        for name, button in self.lists.items():
            button.setChecked(name == self.list)
            count = sum(card.is_conversion == (name == "conversion") for card in every)
            self._language.say(
                button, "setText", Message(f"renewal_desk.kind.{name}", {"count": f"{count:,}"})
            )
        self.figures.show_cards(board, self.cards)
        self._show_kept()
        chosen = self._centre.session.selection.ids(PROJECT).tolist()
        current = 0 if self._centre.project is None else self._centre.project.id
        if self.view == "board":
            self.kanban.show_board(board, self.cards)
            self.kanban.show_current(current)
        elif self.view == "list":
            self.projects.show_board(board, self.cards, chosen)
        elif self.view == "timeline" and board is not None:
            self.timeline.show_bars(project_bars(board, self.cards), board.day, current)
        elif self.view == "funnel":
            self.funnel.show_cards(self.cards)
        self._empty.setVisible(board is not None and not every)
        self.pages.setVisible(board is None or bool(every))
        if (listed := tuple(card.id for card in self.cards)) != self._listed:
            self._listed = listed
            self.arranged.emit()

    def _show_chosen(self) -> None:
        project = self._centre.project
        current = 0 if project is None else project.id
        card = self._centre.card
        if card is not None and card.is_conversion != (self.list == "conversion") and self.view != "funnel":
            self.show_list("conversion" if card.is_conversion else "main")
        self.kanban.show_current(current)
        if self.view == "list":
            self.projects.show_chosen(self._centre.session.selection.ids(PROJECT).tolist())
        elif self.view == "timeline":
            self._show()
        self._go_on_moving()

    def _show_kept(self) -> None:
        """Say what the projects are kept to."""
        kept, board = self._centre.kept, self._centre.board
        for name, button in self.keepers.items():
            words: Words = Message("renewal_desk.keep.all")
            if kept is None:
                words = Message("renewal_desk.keep.filtered")
            elif name in kept:
                names: Mapping[int, str] = {} if board is None else self._names(board, name)
                words = names.get(kept[name], str(kept[name]))
            self._language.say(button, "setText", Message(f"renewal_desk.keep.{name}", {"name": words}))

    @staticmethod
    def _names(board: Board, name: str) -> Mapping[int, str]:
        return board.people if name == "manager" else board.programmes

    def _fill(self, name: str, menu: QMenu) -> None:
        """Offer what the projects can be kept to."""
        menu.clear()
        board, mine = self._centre.board, self._my_name()
        if board is None:
            return
        names = self._names(board, name)
        used = {card.manager if name == "manager" else card.programme for card in board.cards}
        now = (self._centre.kept or {}).get(name)
        offers: list[tuple[Words, int | None]] = [(Message(f"renewal_desk.keep.{name}.every"), None)]
        own = {id: its for id, its in names.items() if name == "manager" and its == mine}
        offers += [(Message("renewal_desk.keep.mine", {"name": its}), id) for id, its in own.items()]
        others = sorted((its, id) for id, its in names.items() if id in used | {now} and id not in own)
        offers += [(its, id) for its, id in others]
        for words, chosen in offers:
            action: QAction = menu.addAction(self._language.render(words).replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(chosen == now)
            action.triggered.connect(lambda _=False, which=chosen: self._centre.keep_to(name, which))

    # ---- moving a card

    def _ask_move(self, project: int, phase: str) -> None:
        """A card was dropped: what is known of the project is read first, then its dates are asked for."""
        self.move_card.shut()
        self._moving = project, phase
        if self._centre.project is not None and self._centre.project.id == project:
            self._go_on_moving()
        else:
            self._centre.choose(project)

    def _go_on_moving(self) -> None:
        centre, register = self._centre, self._centre.register
        if self._moving is None or centre.project is None or centre.project.id != self._moving[0]:
            return
        card = centre.card
        if card is None or centre.details is None or register is None:
            return
        phase, self._moving = self._moving[1], None
        if not centre.session.may("edit"):
            centre.refuse()
            return
        move = moving.plan_move(card, phase)
        if move.refusal is not None:
            self.refused.emit(UserError(move.refusal, move.hint))
        elif move.steps:
            title = Message(f"renewal_desk.phase.{phase}")
            place = self.kanban.place_of_phase(phase)
            day = centre.today.isoformat()
            self.move_card.ask(card, title, move, register.catalogue["milestone"], day, place)

    def _move(self, values: dict[str, dict[str, Any]]) -> None:
        project, card = self._centre.project, self._centre.card
        if project is None or card is None:
            return
        stages = tuple(step.stage.title for step in card.steps if step.stage.code in values)
        label = Message("renewal_desk.act.milestone", {"stage": stages, "project": card.name})
        self._centre.put_milestones(
            project.id, values, label, self.move_card.shut, self.move_card.show_failed
        )

    # ---- layout

    def _tie(self) -> None:
        centre = self._centre
        centre.changed.connect(self._show)
        self._language.changed.connect(self._show)
        centre.chosen.connect(self._show_chosen)
        self.words.textChanged.connect(lambda _: self._later.touch())
        self.figures.gathered.connect(centre.choose_many)
        for view in (self.kanban, self.timeline):
            view.chosen.connect(centre.choose)
        self.projects.chosen.connect(
            lambda ids: centre.choose(ids[0]) if len(ids) == 1 else centre.choose_many(ids)
        )
        self.kanban.flown.connect(self.fly_asked)
        self.projects.flown.connect(self.fly_asked)
        self.kanban.gathered.connect(centre.choose_many)
        self.kanban.moved.connect(self._ask_move)
        self.funnel.gathered.connect(centre.choose_many)
        self.move_card.agreed.connect(self._move)
        self.move_card.complete_asked.connect(self._complete)
        self.new_project.agreed.connect(self._add)
        self._language.say(self.words, "setPlaceholderText", Message("renewal_desk.search"))

    def _add(self, values: dict[str, Any]) -> None:
        """Make the project, open, and look at it."""
        label = Message("renewal_desk.act.new", {"project": str(values.get("name", ""))})
        row = {"state": "open", **given(values)}
        self._centre.add(PROJECT, row, label, self._show_new, self.new_project.show_failed)

    def _show_new(self) -> None:
        self.new_project.shut()
        if self._centre.made is not None:
            self._centre.choose(self._centre.made)

    def _complete(self) -> None:
        self.move_card.shut()
        self.complete_asked.emit()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head())
        column.addWidget(Line())
        column.addWidget(DayNote(self._language, self._theme, self._centre.session, "today"))
        column.addWidget(self.figures)
        column.addWidget(Line())
        column.addWidget(self._bar())
        self.pages = QStackedWidget()
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(self.funnel)
        for page in (self.kanban, self.projects, self.timeline, scroll):
            self.pages.addWidget(page)
        self._empty = Label(
            self._language, self._theme, Message("renewal_desk.empty"), tone="quiet", wrap=True
        )
        self._empty.setContentsMargins(24, 24, 24, 24)
        self._empty.hide()
        column.addWidget(self._empty, 1, Qt.AlignmentFlag.AlignTop)
        column.addWidget(self.pages, 1)

    def _head(self) -> QWidget:
        language, theme = self._language, self._theme
        head = PanelHead(language, theme, Message("renewal_desk.title"), spacing=6)
        self.lists: dict[str, QToolButton] = {}
        for name in LISTS:
            self.lists[name] = self._tab(head.beside, partial(self.show_list, name))
        self.keepers: dict[str, QToolButton] = {}
        for name in reversed(KEPT_BY):
            button = QToolButton()
            button.setObjectName("filterChip")
            button.setFont(theme.font("small"))
            button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
            button.setMaximumWidth(150)
            menu = QMenu(button)
            menu.aboutToShow.connect(partial(self._fill, name, menu))
            button.setMenu(menu)
            head.add(button)
            self.keepers[name] = button
        self.new = Button(language, Message("renewal_desk.new"), "primary")
        self.new.clicked.connect(lambda: self._actions.trigger("projects.new"))
        head.add(self.new)
        return head

    def _bar(self) -> QWidget:
        bar = QWidget()
        row = QHBoxLayout(bar)
        row.setContentsMargins(8, 2, 8, 2)
        row.setSpacing(4)
        self.tabs: dict[str, QToolButton] = {}
        for name in VIEWS:
            self.tabs[name] = self._tab(row, partial(self.show_view, name))
            self._language.say(self.tabs[name], "setText", Message(f"renewal_desk.view.{name}"))
        self.tabs["board"].setChecked(True)
        row.addStretch(1)
        self.words.setFixedWidth(170)
        self.words.setFont(self._theme.font("small"))
        row.addWidget(self.words)
        return bar

    def _tab(self, row: QHBoxLayout, chosen: Callable[[], None]) -> QToolButton:
        button = tab_button(self._theme)
        button.clicked.connect(lambda _=False: chosen())
        row.addWidget(button)
        return button
