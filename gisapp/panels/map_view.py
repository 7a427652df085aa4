"""The map with what floats on it, following the session."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QFont, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gisapp.actions import Actions
from gisapp.language import Language
from gisapp.map.canvas import MapCanvas
from gisapp.map.label_words import label_writer
from gisapp.map.renderer import Dress
from gisapp.map.scene_feed import SceneFeed
from gisapp.map.tool import MapTool
from gisapp.map.viewport import Viewport
from gisapp.panels.legend_rows import legend_rows
from gisapp.panels.map_selection import ASSET_DENOMINATOR, MapSelection
from gisapp.panels.map_tools import MapFoot, StyleButton, ToolStrip
from gisapp.session import Session
from gisapp.tasks import Debounce, Tasks
from gisapp.theme import Theme, font_families
from gisapp.tools.look import PanTool, SelectTool
from layers.model.asset import AssetKey
from layers.model.query import Box
from layers.register import Register
from layers.scene.request import Counts
from layers.scene.scene import Scene
from layers.scene.style import METRES_PER_PIXEL
from layers.scene.style_file import style_names
from layers.text import Message

MARGIN = 12


class MapView(QWidget):
    """The canvas of the session's register; tells the legend what is drawn."""

    legend_changed = Signal(list)
    note_changed = Signal(object)
    loading = Signal()
    """Another register is being read."""
    noticed = Signal(object)
    """A Message for the status bar."""

    def __init__(
        self, language: Language, theme: Theme, session: Session, tasks: Tasks, actions: Actions
    ) -> None:
        super().__init__()
        self._language, self._theme, self._session, self._tasks = language, theme, session, tasks
        self.bounds: Box | None = None
        self.tool_name = "select"
        self._counts_in_view = False
        self._left_hidden: frozenset[str] | None = None
        self._counts: dict[str, Counts] = {}
        self.canvas = MapCanvas(tasks, theme.colors())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.canvas)
        self.selection = MapSelection(self.canvas, session, tasks, self)
        self.selection.noticed.connect(self.noticed)
        self._tools: dict[str, MapTool] = {
            "select": SelectTool(self.canvas, self.selection.select, self.selection.select_box),
            "pan": PanTool(self.canvas),
        }
        self.canvas.tool = self._tools["select"]
        self.tool_strip = ToolStrip(theme, actions, ("tool.select", "tool.pan"), self)
        self.style_button = StyleButton(language, theme, self)
        self.zoom_strip = ToolStrip(
            theme, actions, ("view.zoom_in", "view.zoom_out", "view.fit"), self, upright=True
        )
        self.foot = MapFoot(language, theme, self)
        self._recount = Debounce(150, self._count, self)
        self._feed = SceneFeed(session, tasks, self)
        self._tie()

    def _tie(self) -> None:
        session = self._session
        session.opened.connect(self._on_opened)
        session.closed.connect(self._on_closed)
        self._feed.ready.connect(self._show_scene)
        self.canvas.viewport_changed.connect(self._on_viewport)
        self.canvas.hovered.connect(self.foot.show_position)
        self.style_button.chosen.connect(self.use_style)
        self._language.changed.connect(self.canvas.redraw)
        self._theme.changed.connect(self._recolour)

    # ---- what the window asks

    def fit(self) -> None:
        """Show everything."""
        self.canvas.fit(self.bounds)

    def zoom(self, factor: float) -> None:
        """Zoom about the middle."""
        self.canvas.zoom(factor)

    def fly_to(self, x: float, y: float) -> None:
        """Show a place near by."""
        nearest = min(self.canvas.viewport.metres_per_pixel, ASSET_DENOMINATOR * METRES_PER_PIXEL)
        self.canvas.fly_to(x, y, nearest)

    def fly_to_asset(self, key: AssetKey) -> None:
        """Show an asset; one without a place leaves the map where it is."""
        self.selection.fly_to((key,))

    def fly_to_selection(self) -> None:
        """Show all that is selected."""
        self.selection.fly_to(self._session.selection)

    def use_tool(self, name: str) -> None:
        """Let the mouse mean ``select`` or ``pan``."""
        if self.canvas.tool is not None:
            self.canvas.tool.cancel()
        self.tool_name = name
        self.canvas.tool = self._tools[name]

    def use_style(self, name: str) -> None:
        """Class the mains another way."""
        self._feed.use_style(name)

    def hide_layers(self, names: Sequence[str]) -> None:
        """Leave out these classes (``layer/class``) and whole layers."""
        scene = self.canvas.scene
        if scene is None:
            return
        hidden = {name for name in names if "/" in name}
        hidden |= {
            f"{source.layer.id}/{style.id}"
            for source in scene.sources
            if source.layer.id in names
            for style in source.layer.classes
        }
        self.canvas.hide_classes(frozenset(hidden))

    def count_in_view(self, on: bool) -> None:
        """Let the legend count what is in view, or everything."""
        self._counts_in_view = on
        self._count()

    @property
    def looks(self) -> tuple[Box | None, str, tuple[str, ...]]:
        """The box seen, the style, and what is switched off: to be found again next time."""
        # Left before anything was shown: there is nothing to find again.
        seen = self.bounds is not None and self.canvas.scene is not None
        box = self.canvas.viewport.box if seen else None
        return box, self._feed.style, tuple(sorted(self.canvas.hidden))

    def restore(self, box: Box, style: str, hidden: Sequence[str]) -> None:
        """Look as when this register was left; called while its scene is still being read."""
        self._left_hidden = frozenset(hidden)
        if style in style_names():
            self._feed.use_style(style)
        self.canvas.fit(box)

    # ---- following the session

    def _on_opened(self, register: Register) -> None:
        self.canvas.show_scene(None)
        self.loading.emit()
        self.bounds = register.bounds()
        self.foot.show_crs(register.crs)
        self.canvas.renderer.dress(self.dress)
        self.fit()
        self._place()

    def _on_closed(self) -> None:
        self.bounds = None
        self.canvas.show_scene(None)
        self.legend_changed.emit([])
        self.note_changed.emit(None)

    def _show_scene(self, scene: Scene) -> None:
        was_empty = self.bounds is None
        self._keep_hidden(self.canvas.scene, scene)
        if self._left_hidden is not None:
            self.canvas.hide_classes(self._left_hidden & scene.style.class_ids)
            self._left_hidden = None
        self.bounds = scene.box
        self.style_button.show_style(scene.style.name)
        self.canvas.show_scene(scene)
        if was_empty:
            self.fit()
        self._tell_scales()
        self._count()

    def _keep_hidden(self, before: Scene | None, scene: Scene) -> None:
        """What was switched off stays so; classes new on the map begin as their style says."""
        known = frozenset() if before is None else before.style.class_ids
        kept = self.canvas.hidden & known & scene.style.class_ids
        self.canvas.hide_classes(kept | (scene.style.hidden - known))

    def _count(self) -> None:
        scene = self.canvas.scene
        if scene is None:
            return
        box = self.canvas.viewport.box if self._counts_in_view else None
        self._tasks.run(
            Message("task.count"),
            lambda _: scene.counts(box),
            lambda counts: self._show_counts(scene, counts),
            owner=self,
            key="counts",
            shown=False,
        )

    def _show_counts(self, scene: Scene, counts: dict[str, Counts]) -> None:
        self._counts = counts
        if scene is self.canvas.scene:
            rows = legend_rows(
                scene, counts, self.canvas.hidden, self._theme.colors(), self.devicePixelRatioF()
            )
            self.legend_changed.emit(rows)

    def _on_viewport(self, viewport: Viewport) -> None:
        self.foot.show_scale(viewport.metres_per_pixel, 1 / METRES_PER_PIXEL)
        self._place()
        self._tell_scales()
        if self._counts_in_view:
            self._recount.touch()

    def _tell_scales(self) -> None:
        """Name what is there but not drawn at this scale, so that nobody takes it for missing."""
        scene = self.canvas.scene
        if scene is None:
            return
        denominator = self.canvas.viewport.denominator
        waiting: dict[float, list[object]] = {}
        for source in scene.sources:
            layer = source.layer
            hidden = all(f"{layer.id}/{each.id}" in self.canvas.hidden for each in layer.classes)
            if layer.in_legend and not hidden and not layer.is_visible(denominator) and len(source.ids):
                waiting.setdefault(layer.largest_denominator, []).append(layer.title)
        if not waiting:
            self.note_changed.emit(None)
            return
        nearest = max(waiting)
        self.note_changed.emit(
            Message("map.from_scale", {"layers": tuple(waiting[nearest]), "scale": f"{nearest:,.0f}"})
        )

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
        scene = self.canvas.scene
        if scene is not None:
            self._show_counts(scene, self._counts)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        self.tool_strip.move(MARGIN, MARGIN)
        self.style_button.move(MARGIN + self.tool_strip.width() + MARGIN, MARGIN)
        self.zoom_strip.move(self.width() - self.zoom_strip.width() - MARGIN, MARGIN)
        self.foot.move(MARGIN, self.height() - self.foot.height() - MARGIN)


def _font(pixels: float, strong: bool) -> QFont:
    font = QFont(font_families())
    font.setPixelSize(round(pixels))
    if strong:
        font.setWeight(QFont.Weight.DemiBold)
    return font
