"""The map with what floats on it, following the session."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

from platformdirs import user_cache_path
from PySide6.QtCore import Signal
from PySide6.QtGui import QFont, QResizeEvent
from PySide6.QtWidgets import QFrame, QToolButton, QVBoxLayout, QWidget

from gisapp.actions import Actions
from gisapp.first_use import FirstUse
from gisapp.language import Language
from gisapp.map.canvas import MapCanvas
from gisapp.map.label_words import label_writer
from gisapp.map.renderer import Dress
from gisapp.map.tool import MapTool
from gisapp.map.viewport import Viewport
from gisapp.panels.drafting.choice import DrawChoice
from gisapp.panels.history.map_past import MapPast
from gisapp.panels.map_foot import MapFoot
from gisapp.panels.map_legend import MapLegend
from gisapp.panels.map_navigation import MapNavigation
from gisapp.panels.map_same import MapSame
from gisapp.panels.map_selection import ASSET_DENOMINATOR, MapSelection
from gisapp.panels.map_styles import MapStyles
from gisapp.panels.map_tools import EDITING, MEASURING, TOOLS, ZOOMING, ToolStrip, place_in_rows
from gisapp.panels.scene_feed import SceneFeed
from gisapp.panels.select_bar import SelectBar
from gisapp.panels.style.button import StyleButton
from gisapp.session import Session
from gisapp.tasks import Debounce, Tasks
from gisapp.theme import Theme, font_families
from gisapp.tools.look import PanTool
from gisapp.tools.pick import PickTool
from gisapp.tools.select import IdentifyTool, SelectTool
from gisapp.tools.select_shapes import SelectLineTool, SelectPolygonTool, SelectRadiusTool
from layers.later import Later
from layers.model.asset import AssetKey
from layers.model.query import Box
from layers.register import Register
from layers.scene.planning import Begun
from layers.scene.scene import Scene
from layers.scene.style import METRES_PER_PIXEL, MapStyle
from layers.text import Message

if TYPE_CHECKING:
    from gisapp.panels.drafting import drafting as drafting_room
else:
    drafting_room = Later("gisapp.panels.drafting.drafting")

MARGIN = 12
#: Milliseconds after which the legend follows what is drawn.
RECOUNT = 120
GAP = 6
#: What the button of the basemaps takes beside that of the styles.
BASEMAP_ROOM = 100


class MapView(QWidget):
    """The canvas of the session's register; tells the legend what is drawn."""

    loading = Signal()
    """Another register is being read."""
    noticed = Signal(object)
    """A Message for the status bar."""
    scene_shown = Signal(object)
    """Another Scene is on the map."""

    def __init__(
        self, language: Language, theme: Theme, session: Session, tasks: Tasks, actions: Actions
    ) -> None:
        super().__init__()
        self._language, self._theme, self._session, self._tasks = language, theme, session, tasks
        self._actions = actions
        self.bounds: Box | None = None
        self._scale = 0.0
        self.tool_name = "select"
        self.canvas = MapCanvas(tasks, theme.colors())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.canvas)
        self.selection = MapSelection(self.canvas, session, tasks, language, theme, self)
        self.selection.noticed.connect(self.noticed)
        self.same = MapSame(self.canvas, session, self.selection, self)
        self._radius_tool = SelectRadiusTool(self.canvas, self.selection)
        self._tools: dict[str, MapTool] = {
            "select": SelectTool(self.canvas, self.selection),
            "identify": IdentifyTool(self.canvas, self.selection),
            "select_polygon": SelectPolygonTool(self.canvas, self.selection),
            "select_line": SelectLineTool(self.canvas, self.selection),
            "select_radius": self._radius_tool,
            "pan": PanTool(self.canvas),
        }
        self.canvas.tool = self._tools["select"]
        self.tool_strip = ToolStrip(theme, actions, TOOLS, self)
        self.select_bar = SelectBar(language, theme, self)
        self.style_button = StyleButton(language, theme, actions, self)
        self.measure_strip = ToolStrip(theme, actions, MEASURING, self)
        self.zoom_strip = ToolStrip(theme, actions, ZOOMING, self, upright=True)
        self.foot = MapFoot(language, theme, self)
        self.navigation = MapNavigation(
            language, theme, session, tasks, actions, self.canvas, self.foot, self
        )
        self._tools |= self.navigation.tools
        self.edit_strip = ToolStrip(theme, actions, EDITING, self)
        self.draw_choice = DrawChoice(theme, session, actions, self)
        self.drafting_room = FirstUse(self._make_drafting)
        self.legend = MapLegend(self.canvas, theme, tasks, self)
        cache = user_cache_path("gisapp", appauthor=False) / "scenes"
        self._feed = SceneFeed(session, tasks, cache, self, denominator=lambda: self._denominator)
        self.past = MapPast(language, theme, session, tasks, self.canvas, self)
        self.styles = MapStyles(session, tasks, self._feed, self.style_button, self)
        self._recount = Debounce(RECOUNT, self.legend.count, self)
        self._tie()

    def _tie(self) -> None:
        session = self._session
        session.opened.connect(self._on_opened)
        session.closed.connect(self._on_closed)
        self._feed.ready.connect(self.past.map.take_today)
        self.past.map.ready.connect(self._show_scene)
        self.select_bar.mode_chosen.connect(self.selection.use_mode)
        self.select_bar.radius_given.connect(self._give_radius)
        self.select_bar.radius.left.connect(self.canvas.setFocus)
        self.select_bar.waiting_chosen.connect(self._select_waiting)
        self.selection.mode_changed.connect(self.select_bar.show_mode)
        self.same.reference_changed.connect(self._actions.refresh)
        self.canvas.viewport_changed.connect(self._on_viewport)
        self.canvas.frame_shown.connect(self._feed.painted)
        self.canvas.panels_above = self._panels
        self.canvas.hovered.connect(self.foot.show_position)
        self.canvas.tool_left.connect(lambda: self._actions.trigger("tool.select"))
        self.navigation.strip.closed.connect(lambda: self._actions.trigger("tool.select"))
        self.navigation.noticed.connect(self.noticed)
        self.navigation.style_asked.connect(self.use_style)
        self.navigation.possible_changed.connect(self._actions.refresh)
        self.foot.resized.connect(self._place)
        self._language.changed.connect(self.canvas.redraw)
        self._theme.changed.connect(self._recolour)

    @property
    def drafting(self) -> drafting_room.Drafting:
        """Drawing and mending, made when first used."""
        return self.drafting_room()

    @property
    def is_drawing(self) -> bool:
        """Whether something is drawn that is not finished."""
        made = self.drafting_room.made
        return made is not None and made.is_drawing

    def _make_drafting(self) -> drafting_room.Drafting:
        made = drafting_room.Drafting(
            self._language, self._theme, self._session, self._tasks, self._actions, self.draw_choice,
            self.canvas, self,
        )  # fmt: skip
        self._tools |= made.tools
        made.tool_asked.connect(self.use_tool)
        made.possible_changed.connect(self._actions.refresh)
        return made

    # ---- what the window asks

    def fit(self) -> None:
        """Show everything."""
        self.canvas.fit(self.bounds)

    def reach(self, box: Box) -> None:
        """Show all of a box, unless it lies in view already."""
        seen = self.canvas.viewport.box
        if not (seen.x0 <= box.x0 and box.x1 <= seen.x1 and seen.y0 <= box.y0 and box.y1 <= seen.y1):
            self.canvas.fit(box)

    def zoom(self, factor: float) -> None:
        """Zoom about the middle."""
        self.canvas.zoom(factor)

    def fly_to(self, x: float, y: float) -> None:
        """Show a place near by."""
        nearest = min(self.canvas.viewport.metres_per_pixel, ASSET_DENOMINATOR * METRES_PER_PIXEL)
        self.canvas.fly_to(x, y, nearest)

    def open_bookmarks(self) -> None:
        """Show the bookmarks beside the button that does."""
        self.navigation.open_bookmarks(self.zoom_strip)

    def choose_type(self) -> None:
        """Offer everything that can be drawn beside the button that does."""
        self.drafting.choose_type(self.edit_strip)

    def fly_to_asset(self, key: AssetKey) -> None:
        """Show an asset; one without a place leaves the map where it is."""
        self.selection.fly_to((key,))

    def fly_to_selection(self) -> None:
        """Show all that is selected."""
        self.selection.fly_to(self._session.selection)

    def add_tool(self, name: str, tool: MapTool) -> None:
        """Let ``use_tool`` know one more."""
        self._tools[name] = tool

    def use_tool(self, name: str) -> None:
        """Let the mouse mean this: a name of ``_tools``, as in the action ``tool.NAME``."""
        if self.canvas.tool is not None:
            self.canvas.tool.cancel()
        if name not in self._tools:
            # Those for editing come with what they edit by.
            self.drafting_room()
        self.tool_name = name
        self.canvas.tool = self._tools[name]
        self.select_bar.show_tool(name)
        self.navigation.begin_measuring(name)
        if self.drafting_room.made is not None:
            self.drafting_room.made.begin(name)
        if name == "draw":
            # The bar of what is drawn stands in the same place.
            self.navigation.go_panel.leave()
        self._place()
        self._actions.refresh()
        self.canvas.setFocus()

    def pick(self, types: Collection[str], take: Callable[[AssetKey], None]) -> None:
        """Let the next click name an asset of one of ``types``; then the tool before comes back."""
        register = self._session.register
        if register is None:
            return
        names = tuple(register.catalogue[name].title for name in types)
        before = self.tool_name

        def taken(key: AssetKey) -> None:
            self.use_tool(before)
            take(key)

        def missed() -> None:
            self.noticed.emit(Message("form.link.not_here", {"types": names}))

        self.canvas.tool = PickTool(self.canvas, types, taken, missed)
        self.canvas.setFocus()
        self.noticed.emit(Message("form.link.pointing", {"types": names}))

    def is_kept(self, target: str) -> bool:
        """Whether there is a scene of this register from an earlier day: then nothing need be built."""
        return self._feed.is_kept(target)

    def take_ahead(self, begun: Begun) -> None:
        """Go on with this for the register that is opened next."""
        self._feed.ahead = begun

    def tell_of(self, day: datetime.date | None) -> None:
        """Styles tell who is responsible as of a day; None: as of the day that the map shows."""
        self._feed.tell_of(day)

    def use_style(self, style: str | MapStyle) -> None:
        """Draw the map another way: in the style of that name, or in one that is being made."""
        self.styles.use(style)

    @property
    def looks(self) -> tuple[Box | None, str, tuple[str, ...]]:
        """The box seen, the style, and what is switched off: to be found again next time."""
        # Left before anything was shown: there is nothing to find again.
        seen = self.bounds is not None and self.canvas.scene is not None
        box = self.canvas.viewport.box if seen else None
        return box, self.styles.name, tuple(sorted(self.canvas.hidden))

    def restore(self, box: Box, style: str, hidden: Sequence[str]) -> None:
        """Look as when this register was left; called while its scene is still being read."""
        self.legend.restore(hidden)
        self.styles.use(style)
        # To the pixel: with a margin, every start would show a little more of the land than the last.
        self.canvas.fit(box, margin=0.0)

    def _give_radius(self, metres: float | None) -> None:
        self._radius_tool.metres = metres

    def _select_waiting(self, on: bool) -> None:
        self.selection.with_waiting = on

    @property
    def _denominator(self) -> float:
        return self.canvas.viewport.metres_per_pixel / METRES_PER_PIXEL

    # ---- following the session

    def _on_opened(self, register: Register) -> None:
        self.canvas.show_scene(None)
        self.loading.emit()
        self.bounds = register.city()
        self.foot.show_crs(register.crs)
        self.canvas.renderer.dress(self.dress)
        self.fit()
        self._place()

    def _on_closed(self) -> None:
        self.bounds = None
        self.use_tool("select")
        self.canvas.show_scene(None)
        self.legend.clear()

    def _show_scene(self, scene: Scene) -> None:
        was_empty = self.bounds is None
        self.legend.prepare(scene)
        self.bounds = scene.box
        width = self.style_button.sizeHint().width()
        self.style_button.show_style(scene.style)
        if self.style_button.sizeHint().width() != width:
            self._place()
        self.navigation.show_scene(scene, self.styles.name)
        self.canvas.show_scene(scene)
        self.selection.refresh()
        self.scene_shown.emit(scene)
        if was_empty:
            self.fit()
        # The frame first: counting and painting the legend takes as long as the frame itself.
        self._recount.touch()

    def _on_viewport(self, viewport: Viewport) -> None:
        if viewport.metres_per_pixel != self._scale:
            self._scale = viewport.metres_per_pixel
            self.foot.show_scale(viewport.metres_per_pixel, 1 / METRES_PER_PIXEL)
            self._place()

    def _panels(self) -> list[QWidget]:
        """What lies over the map and hides it."""
        strips = [each for each in self.children() if isinstance(each, QFrame | QToolButton)]
        return [self.navigation.overview, *(each for each in strips if each.objectName() == "mapTools")]

    # ---- looks

    def dress(self) -> Dress:
        register = self._session.register
        assert register is not None
        scene = self.canvas.scene
        short_names = {} if scene is None else scene.style.short_names
        writer = label_writer(register.catalogue, short_names, self._language.render, _font)
        return Dress(self._theme.colors(), writer)

    def _recolour(self) -> None:
        self.canvas.renderer.dress(self.dress)
        self.canvas.recolour(self._theme.colors())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        self.zoom_strip.move(self.width() - self.zoom_strip.width() - MARGIN, MARGIN)
        strips = (self.tool_strip, self.edit_strip, self.measure_strip, self.style_button)
        below = place_in_rows(strips, MARGIN, self.zoom_strip.x() - GAP, GAP, after_last=BASEMAP_ROOM)
        self.select_bar.move(MARGIN, below)
        self.select_bar.give_room(self.zoom_strip.x() - GAP - MARGIN)
        self.foot.give_room(self.width() - 2 * MARGIN)
        self.foot.move(MARGIN, self.height() - self.foot.height() - MARGIN)
        if not self.select_bar.isHidden():
            below += self.select_bar.height() + GAP
        if self.drafting_room.made is not None:
            self.drafting_room.made.place(below - GAP, self.zoom_strip.x() - GAP - MARGIN)
        self.navigation.place(below - GAP)
        overview = self.navigation.overview
        self.past.place(self.width() if overview.isHidden() else overview.x(), self.foot.y())


def _font(pixels: float, strong: bool) -> QFont:
    font = QFont(font_families())
    font.setPixelSize(round(pixels))
    if strong:
        font.setWeight(QFont.Weight.DemiBold)
    return font
