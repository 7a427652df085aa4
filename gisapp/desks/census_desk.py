"""The desk of the census: the lot beside the map, the target logged in the inspector's place, figures below."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, Signal
from PySide6.QtGui import QKeySequence, QShortcut

from gisapp.desks.desk import Desk
from gisapp.desks.desk_panel import DeskPanel
from gisapp.desks.desk_style import DeskStyle
from gisapp.panels.census.centre import CensusCentre
from gisapp.panels.census.lot_labels import LotLabels
from gisapp.panels.census.lots_centre import LotsCentre
from gisapp.panels.census.quality_centre import QualityCentre
from gisapp.panels.census.walk_marks import WalkMark, WalkMarks
from gisapp.panels.workplace import Workplace
from gisapp.tools.place import PlaceTool
from layers.census.values import place_of
from layers.census.words import DEFECT, RECORD
from layers.later import Later
from layers.model.asset import Asset, AssetKey
from layers.text import Message

if TYPE_CHECKING:
    from gisapp.panels.census import below_panel, census_panel, check_page, logging_page, lot_acts, making
    from gisapp.panels.census.target_page import TargetPage
    from layers.census import links
else:
    below_panel = Later("gisapp.panels.census.below_panel")
    census_panel = Later("gisapp.panels.census.census_panel")
    check_page = Later("gisapp.panels.census.check_page")
    logging_page = Later("gisapp.panels.census.logging_page")
    lot_acts = Later("gisapp.panels.census.lot_acts")
    making = Later("gisapp.panels.census.making")
    links = Later("layers.census.links")

#: The outcomes by number.
DIGITS = ("1", "2", "3", "4")
STYLE = "census"
TOOL = "found_place"
WIDTH = 330
#: Book and finding of a target stand side by side.
SIDE_WIDTH = 376
#: A target is shown no smaller than so many metres to the pixel.
_NEAR = 0.6
#: Seen from farther than so many metres to the pixel, one goes there.
_FAR = 3.0
#: Pixels around what lies over the map in which a target counts as covered.
_ROOM = 24


class CensusDesk(QObject):
    """Made when the window is; its panels when they are first shown. ``desk`` is what the rail takes."""

    listed = Signal(str, tuple)
    """Assets of a type shall be listed in the table."""
    arranged = Signal()
    """What stands under the map shall be shown, or not."""

    def __init__(self, place: Workplace) -> None:
        view, language, theme = place.view, place.language, place.theme
        super().__init__(view)
        self.centre = CensusCentre(place, self)
        self.quality = QualityCentre(self.centre)
        self.lots = LotsCentre(self.centre)
        self.lot_labels = LotLabels(language, theme, self.centre, view)
        self.is_checking = False
        self._language, self._theme, self._view, self._actions = language, theme, view, place.actions
        self._holder = DeskPanel()
        # The map shows records by their state.
        self._style = DeskStyle(view, STYLE, TOOL)
        self._panel: census_panel.CensusPanel | None = None
        self._page: logging_page.LoggingPage | None = None
        self._check_page: check_page.CheckPage | None = None
        self._making: making.Making | None = None
        self._lot_acts: lot_acts.LotActs | None = None
        self._below: below_panel.BelowPanel | None = None
        self.wants_below = True
        self._is_shown = self._may_take_digits = False
        self._tool_before = "select"
        self.marks = WalkMarks(theme.font("small"))
        view.canvas.overlay.sketches.append(self.marks)
        self.tool = PlaceTool(view.canvas)
        view.add_tool(TOOL, self.tool)
        self.tool.news.taken.connect(self._on_place)
        self.desk = Desk(
            "census",
            Message("census_desk.rail"),
            "clipboard-text",
            self._holder,
            WIDTH,
            side=lambda: self.page,
            shown=self.show,
            side_width=SIDE_WIDTH,
            has_digits=True,
        )
        self._digits = [QShortcut(QKeySequence(digit), view) for digit in DIGITS]
        for digit, key in zip(DIGITS, self._digits, strict=True):
            key.activated.connect(partial(self._press, digit))
            key.setEnabled(False)
        self.centre.listed.connect(self._mark)
        self.centre.chosen.connect(self._on_chosen)
        self.centre.changed.connect(self._on_changed)
        self.quality.chosen.connect(self._on_check)

    # ---- the panels

    @property
    def panel(self) -> census_panel.CensusPanel:
        """Campaign, lot and work list."""
        if self._panel is None:
            self._panel = census_panel.CensusPanel(self._language, self._theme, self.centre, self._actions)
            self._holder.hold(self._panel)
            self._panel.flown.connect(lambda _: self.fly())
            self._panel.alarms.gathered.connect(self._gather_lots)
            self._panel.entered.connect(self.begin)
            self._panel.list.clicked.connect(lambda _: self.begin())
            for choice in (self._panel.campaigns, self._panel.lots):
                choice.activated.connect(lambda _: self.begin())
        return self._panel

    @property
    def page(self) -> logging_page.LoggingPage:
        """The target being logged."""
        if self._page is None:
            self._page = logging_page.LoggingPage(self._language, self._theme, self.centre)
            self._page.pick_asked.connect(self._ask_place)
        return self._page

    @property
    def check_page(self) -> check_page.CheckPage:
        """The check being done."""
        if self._check_page is None:
            self._check_page = check_page.CheckPage(self._language, self._theme, self.quality)
            self._check_page.pick_asked.connect(self._ask_place)
        return self._check_page

    @property
    def making(self) -> making.Making:
        """The cards of a campaign and its lots."""
        if self._making is None:
            self._making = making.Making(self._language, self._theme, self.centre, self.panel)
        return self._making

    @property
    def lot_acts(self) -> lot_acts.LotActs:
        """The cards of what is done with several lots."""
        if self._lot_acts is None:
            self._lot_acts = lot_acts.LotActs(self._language, self._theme, self.lots, self.panel)
        return self._lot_acts

    @property
    def below(self) -> below_panel.BelowPanel:
        """Progress, differences and defects."""
        if self._below is None:
            self._below = below_panel.BelowPanel(
                self._language, self._theme, self.centre, self.quality, self.lots, self._actions
            )
            self._below.closed.connect(lambda: self.show_below(False))
            self._below.opened.connect(self._open_record)
            self._below.gathered.connect(self._gather)
            self._below.defects.gathered.connect(lambda ids: self.listed.emit(DEFECT, ids))
            self._below.looked_at.connect(self._look_at)
            self._below.quality.opened.connect(self.open_check)
        return self._below

    @property
    def shows_below(self) -> bool:
        """Whether progress and differences stand under the map now."""
        return self._is_shown and self.wants_below and self.centre.book is not None

    @property
    def _worked_on(self) -> TargetPage:
        """What is filled in: the target, or the check."""
        return self.check_page if self.is_checking else self.page

    # ---- the keyboard

    def take_digits(self, on: bool) -> None:
        """Digits choose an outcome while the desk is open, unless they mean something else: then take them not."""
        self._may_take_digits = on
        for key in self._digits:
            key.setEnabled(on and self._is_shown)

    def _press(self, digit: str) -> None:
        self._worked_on.press_outcome(digit)
        self._worked_on.begin()

    # ---- what the window asks

    def show(self, on: bool) -> None:
        """The desk is open, or another one is."""
        if on and self._panel is None:
            self.panel.show()
        if on != self._is_shown:
            self._style.wear(on)
        self._is_shown = on
        self.centre.show(on)
        self.lot_labels.show()
        self._mark()
        self.arranged.emit()
        self.take_digits(self._may_take_digits)
        if on:
            self._worked_on.begin()

    def show_below(self, on: bool) -> None:
        """Put progress and differences under the map, or away."""
        self.wants_below = on
        self.arranged.emit()

    def begin(self) -> None:
        """The keyboard goes to the page on which targets are logged."""
        self._check(False)
        self.page.begin()

    def show_tab(self, name: str) -> None:
        """Put one of the tabs under the map."""
        self.show_below(True)
        self.below.show_tab(name)

    def open_check(self, check: int) -> None:
        """Do a quality check: its page takes the place of the one for logging."""
        self.quality.choose(check)
        self._check(True)
        self.check_page.begin()

    def _check(self, on: bool) -> None:
        if on != self.is_checking:
            self.is_checking = on
            self._mark()
            self.arranged.emit()

    def _open_record(self, record: int) -> None:
        self.begin()
        self.centre.open_record(record)

    def _look_at(self, link: str) -> None:
        """Show an asset on the map."""
        register = self.centre.register
        asset = None if register is None else links.find_linked(register, link)
        if asset is not None:
            self.centre.session.select([asset.key])
            self._go_near(asset)

    def _gather(self, records: tuple[int, ...]) -> None:
        """Show on the map what is behind a figure."""
        self.centre.session.select([AssetKey(RECORD, record) for record in records])

    def _gather_lots(self, lots: tuple[int, ...]) -> None:
        """Show lots on the board, chosen."""
        self._actions.trigger("survey.board")
        self.lots.choose(lots)

    def fly(self) -> None:
        """Go to the target on the map."""
        row = self.centre.row
        at = None if row is None else place_of(row.record)
        if at is not None:
            self._view.fly_to(*at)

    # ---- the map

    def _mark(self) -> None:
        """What stands on the map."""
        self.marks.is_shown = self._is_shown
        checked = self.quality.row if self.is_checking else None
        current = self.centre.record if checked is None else checked.record.id
        marks = []
        for row in self.centre.rows:
            at = place_of(row.record)
            if at is not None:
                number = row.record["sequence"]
                is_current = row.id == current
                marks.append(WalkMark(*at, "" if number is None else str(number), row.kind, is_current))
        self.marks.marks = tuple(marks)
        self._view.canvas.update()

    def _on_chosen(self) -> None:
        if self._is_shown and self._view.canvas.hasFocus():
            # Picked on the map: it is filled in next.
            self._worked_on.begin()
        self._mark()
        if self.centre.row is not None:
            self._go_near(self.centre.row.record)
        self._actions.refresh()

    def _on_check(self) -> None:
        if self.quality.row is None:
            self._check(False)
        else:
            self._go_near(self.quality.row.record)
            self._mark()
        self._actions.refresh()

    def _go_near(self, record: Asset) -> None:
        """Go to a record that is out of sight, or covered by what lies over the map."""
        at = place_of(record) if self._is_shown else None
        canvas = self._view.canvas
        if at is not None and self._view.bounds is not None:
            view = canvas.viewport
            box = view.box
            margin_x, margin_y = (box.x1 - box.x0) / 10, (box.y1 - box.y0) / 10
            inside = (
                box.x0 + margin_x < at[0] < box.x1 - margin_x
                and box.y0 + margin_y < at[1] < box.y1 - margin_y
            )
            spot = QPointF(*view.to_pixel(*at)).toPoint()
            inside &= not any(
                panel.isVisible() and panel.geometry().adjusted(-_ROOM, -_ROOM, _ROOM, _ROOM).contains(spot)
                for panel in canvas.panels_above()
            )
            if not inside or view.metres_per_pixel > _FAR:
                canvas.fly_to(*at, min(view.metres_per_pixel, _NEAR))

    def _on_changed(self) -> None:
        self.arranged.emit()
        self._actions.refresh()

    def _ask_place(self) -> None:
        if self._view.tool_name != TOOL:
            self._tool_before = self._view.tool_name
        self._view.use_tool(TOOL)

    def _on_place(self, x: float, y: float) -> None:
        self._view.use_tool(self._tool_before)
        (self.check_page if self.is_checking else self.page).take_place(x, y)
