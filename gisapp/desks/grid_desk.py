"""The desk of grids and people: the grids beside the map, who is responsible in the inspector's place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, Signal
from shapely import LineString
from shapely.geometry.base import BaseGeometry

from gisapp.desks.desk import Desk
from gisapp.desks.desk_panel import DeskPanel
from gisapp.desks.desk_style import DeskStyle
from gisapp.panels.grids.centre import Asked, GridCentre
from gisapp.panels.grids.grid_labels import GridLabel, GridLabels
from gisapp.panels.workplace import Workplace
from gisapp.tools.who import WhoTool
from layers.later import Later
from layers.model.asset import AssetKey
from layers.model.duty_words import GRID
from layers.text import Message

if TYPE_CHECKING:
    from gisapp.panels.drafting.drafting import Drafting
    from gisapp.panels.grids import grid_panel, handing, who_panel
    from gisapp.panels.roster import roster_panel
    from gisapp.tools.grids import line_tool
else:
    line_tool = Later("gisapp.tools.grids.line_tool")
    roster_panel = Later("gisapp.panels.roster.roster_panel")
    handing = Later("gisapp.panels.grids.handing")
    grid_panel = Later("gisapp.panels.grids.grid_panel")
    who_panel = Later("gisapp.panels.grids.who_panel")

STYLE = "grid"
TOOL = "who"
CUT = "grid_cut"


class GridDesk(QObject):
    """Made when the window is; its panels when they are first shown. ``desk`` is what the rail takes."""

    arranged = Signal()
    """The answer shall be shown, or no longer."""
    roster_moved = Signal(bool)
    """The roster comes under the map, or goes: asked for (True), or with the desk."""
    rows_asked = Signal(object)
    """The AssetKey whose assignments shall be listed in the table."""

    def __init__(self, place: Workplace) -> None:
        view, language, theme = place.view, place.language, place.theme
        super().__init__(view)
        self.centre = GridCentre(place, self)
        self._place, self._view, self._language, self._theme = place, view, language, theme
        self._holder = DeskPanel()
        self._style = DeskStyle(view, STYLE, TOOL)
        self._panel: grid_panel.GridPanel | None = None
        self._page: who_panel.WhoPanel | None = None
        self._roster: roster_panel.RosterPanel | None = None
        #: Whether the roster stands under the map while the desk is open.
        self.wants_roster = False
        self._handing: handing.Handing | None = None
        self._is_shown = False
        self._menu_place: tuple[float, float] | None = None
        self._land: BaseGeometry | None = None
        self._waiting: Callable[[], None] | None = None
        self.wants_labels = True
        self.labels = GridLabels(theme.font("small"), theme.font("base", strong=True))
        view.canvas.overlay.sketches.append(self.labels)
        self.tool = WhoTool(view.canvas)
        view.add_tool(TOOL, self.tool)
        self.tool.news.asked.connect(self.ask_place)
        view.drafting_room.tie(self._bring_tool)
        self.desk = Desk(
            "grids", Message("window.desk.grids"), "squares-four", self._holder, 320, shown=self.show
        )
        self.centre.changed.connect(self._mark)
        self.centre.changed.connect(self._go_on)
        self.centre.chosen.connect(self._mark)
        self.centre.answered.connect(self._on_answered)
        language.changed.connect(self._mark)
        view.canvas.menu_asked.connect(self._note_menu)
        view.canvas.hovered.connect(self._forget_menu)

    def _bring_tool(self, drafting: Drafting) -> None:
        """What divides a grid by a line comes with drawing."""
        self.cut_tool = line_tool.GridLineTool(self._view.canvas, drafting.aid, self._language.render)
        self._view.add_tool(CUT, self.cut_tool)
        self.cut_tool.news.finished.connect(self._halve)

    # ---- the panels

    @property
    def panel(self) -> grid_panel.GridPanel:
        """The list of grids."""
        if self._panel is None:
            self._panel = grid_panel.GridPanel(self._language, self._theme, self.centre, self._place.actions)
            self._holder.hold(self._panel)
            self._panel.flown.connect(self.fly_to)
        return self._panel

    @property
    def page(self) -> who_panel.WhoPanel:
        """Who is responsible."""
        if self._page is None:
            self._page = who_panel.WhoPanel(self._language, self._theme, self.centre, self._place.actions)
            self._page.closed.connect(self.centre.ask_no_more)
            self._page.rows_asked.connect(self._ask_rows)
            self._page.told.connect(self._place.notifier.info)
        return self._page

    @property
    def roster(self) -> roster_panel.RosterPanel:
        """Roster, calendar and balance."""
        if self._roster is None:
            made = roster_panel.RosterPanel(
                self._language, self._theme, self.centre, self._place.tasks, self._place.actions
            )
            made.flown.connect(self.fly_to)
            made.opened.connect(lambda key: self.centre.session.select((key,)))
            made.closed.connect(lambda: self.show_roster(False))
            self._roster = made
        return self._roster

    @property
    def shows_roster(self) -> bool:
        """Whether the roster stands under the map."""
        return self._is_shown and self.wants_roster

    def show_roster(self, on: bool) -> None:
        """Put the roster under the map, or away."""
        self.wants_roster = on
        self.roster_moved.emit(True)

    @property
    def handing(self) -> handing.Handing:
        """The cards in which duties change hands."""
        if self._handing is None:
            made = handing.Handing(
                self._language, self._theme, self.centre, self._place.tasks, self._view.drafting.acts, self._view
            )  # fmt: skip
            made.line_asked.connect(self.begin_split)
            made.changed.connect(self._on_handing)
            self._handing = made
        return self._handing

    @property
    def shows_page(self) -> bool:
        """Whether somebody is asked for, and the answer stands in the inspector's place."""
        return self.centre.answer is not None

    # ---- what the window asks

    def show(self, on: bool) -> None:
        """The desk is open, or another one is."""
        if on and self._panel is None:
            self.panel.show()
        if on != self._is_shown:
            self._dress(on)
        if self._is_shown and not on:
            self._waiting = None
            self.centre.ask_no_more()
            if self._handing is not None:
                self._handing.shut()
        self._is_shown = on
        self.centre.show(on)
        self._mark()
        self.roster_moved.emit(False)
        self.arranged.emit()

    def ask_place(self, x: float, y: float) -> None:
        """Ask who answers for a place."""
        self.centre.ask(Asked(place=(x, y)))

    def take_menu_place(self) -> tuple[float, float] | None:
        """Where the map's menu was opened from which something is asked just now."""
        place, self._menu_place = self._menu_place, None
        return place

    def ask_asset(self, key: AssetKey) -> None:
        """Ask who answers for an asset."""
        self.centre.ask(Asked(asset=key))

    def ask_text(self, text: str) -> None:
        """Ask who answers for what a text names: an address, a customer, a number, a project."""
        self.centre.ask(Asked(text=text))

    def hand_over(self) -> None:
        """Hand the grid looked at over to somebody."""
        if self.centre.grid is not None:
            self.handing.hand_over(self.centre.grid)

    def leave(self, person: int | None) -> None:
        """Hand over all that somebody leaves behind; None: it is asked who."""
        self.handing.leave(person)

    def when_known(self, then: Callable[[], None]) -> None:
        """Do this now, or once what the desk shows has been read."""
        if self.centre.known is not None:
            then()
        else:
            self._waiting = then

    def begin_split(self) -> None:
        """Let a line be drawn that divides the grid looked at."""
        grid, view = self.centre.grid, self._view
        if grid is None or not view.drafting.may_edit():
            return
        view.use_tool(CUT)
        row = self.centre.row
        view.drafting.hint.show_hint(
            Message("grid_desk.hint.cut", {"grid": "" if row is None else f"{row.code} {row.name}"})
        )
        view.drafting.place()

    def _halve(self, places: Sequence[tuple[float, float]]) -> None:
        grid = self.centre.grid
        self._view.use_tool(TOOL if self._is_shown else "select")
        if grid is not None:
            self.handing.halve(grid, LineString(places))

    def fly_to(self, grid: int) -> None:
        """Go to a grid on the map."""
        self.centre.choose(grid)
        self._view.fly_to_asset(AssetKey(GRID, grid))

    def show_labels(self, on: bool) -> None:
        """Write names on the map, or not."""
        self.wants_labels = on
        self._mark()

    # ---- the map

    def _dress(self, on: bool) -> None:
        """The map shows grids while the desk is open; a style chosen meanwhile stays."""
        self._style.wear(on)
        if on and self._view.tool_name == "select":
            # Here a click asks before it selects.
            self._view.use_tool(TOOL)

    def _mark(self) -> None:
        """What stands on the map."""
        overview, labels = self.centre.overview, self.labels
        labels.is_shown = self._is_shown and self.wants_labels
        labels.outlined = self.centre.grid
        asked = self.centre.asked
        labels.hatched = None if self._handing is None else self._handing.shape
        labels.pin = None if asked is None else asked.place
        nobody = self._language.render(Message("grid_desk.label.nobody"))
        labels.labels = () if overview is None else tuple(
            GridLabel(
                row.id, row.shape, row.shape.bounds, row.label, row.code, f"{row.code} {row.name}",
                nobody if row.primary is None else row.primary.name, row.primary is None,
            )
            for row in overview.rows if row.shape is not None and row.label is not None
        )  # fmt: skip
        self._view.canvas.update()

    def _go_on(self) -> None:
        then = self._waiting
        if then is not None and self.centre.known is not None:
            self._waiting = None
            then()

    def _on_handing(self) -> None:
        self._place.actions.refresh()
        self._mark()
        land, canvas = self.labels.hatched, self._view.canvas
        if land is None or self._handing is None or self._land is land:
            self._land = land
            return
        self._land = land
        # The card lies over the foot of the map: what it speaks of is moved above it.
        x0, y0, x1, y1 = land.bounds
        at = QPointF(*canvas.viewport.to_pixel((x0 + x1) / 2, (y0 + y1) / 2)).toPoint()
        card = self._handing.card.geometry()
        if card.contains(at) or not canvas.rect().contains(at):
            goal = QPointF(card.center().x(), card.top() / 2)
            canvas.go(canvas.viewport.panned(goal.x() - at.x(), goal.y() - at.y()))

    def _note_menu(self, _: object, x: float, y: float) -> None:
        self._menu_place = x, y

    def _forget_menu(self, *_: object) -> None:
        # The mouse is on the map again: the menu is gone.
        self._menu_place = None

    def _on_answered(self) -> None:
        self._mark()
        self.arranged.emit()

    def _ask_rows(self) -> None:
        answer = self.centre.answer
        if answer is None:
            return
        main = answer.main
        if main is not None:
            self.rows_asked.emit(main.target)
        elif answer.grid is not None:
            self.rows_asked.emit(AssetKey(GRID, answer.grid.id))
