"""What the legend is told: which classes the map draws at this scale, how many, how long, what is switched off."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal

from gisapp.map.canvas import MapCanvas
from gisapp.panels.legend_model import LegendRow
from gisapp.panels.legend_rows import legend_rows
from gisapp.tasks import Debounce, Tasks
from gisapp.theme import Theme
from layers.scene.request import Counts
from layers.scene.scene import Scene
from layers.text import Message

#: The legend follows the view this long after it stands still (ms).
PAUSE = 150


class MapLegend(QObject):
    """Follows the canvas: ``rows_changed`` tells the rows, ``counted`` the numbers they come from."""

    rows_changed = Signal(list)
    note_changed = Signal(object)
    counted = Signal(object)

    def __init__(self, canvas: MapCanvas, theme: Theme, tasks: Tasks, parent: QObject) -> None:
        super().__init__(parent)
        self._canvas, self._theme, self._tasks = canvas, theme, tasks
        self._in_view = False
        self._left_hidden: frozenset[str] | None = None
        self._before: Scene | None = None
        #: Rows below those of the map's own layers.
        self.beyond: Callable[[], Sequence[LegendRow]] = lambda: ()
        self._counts: dict[str, Counts] = {}
        #: The ids of the rows that have a check box of their own: classes, and layers in one row.
        self._leaves: frozenset[str] = frozenset()
        self._later = Debounce(PAUSE, self._follow_view, self)
        canvas.viewport_changed.connect(lambda _: self._later.touch())
        theme.changed.connect(self.tell)

    def clear(self) -> None:
        """Nothing is drawn."""
        self._before = None
        self._counts = {}
        self.rows_changed.emit([])
        self.note_changed.emit(None)

    def restore(self, hidden: Sequence[str]) -> None:
        """Switch off what was off when the register was left; called while its scene is still being read."""
        self._left_hidden = frozenset(hidden)

    def prepare(self, scene: Scene) -> None:
        """Decide what of a scene that is about to be shown is switched off."""
        before, after = self._before, scene.style
        known = frozenset() if before is None else before.style.class_ids
        was_off = frozenset() if before is None else before.style.hidden
        # What was switched off stays so, unless the style itself says otherwise now; new classes begin as it says.
        told_anew = (was_off ^ after.hidden) & known
        kept = (self._canvas.hidden & known & after.class_ids) - told_anew
        hidden = kept | (after.hidden & told_anew) | (after.hidden - known)
        if self._left_hidden is not None:
            hidden = self._left_hidden & after.class_ids
            self._left_hidden = None
        self._canvas.hide_classes(hidden)
        self._before = scene

    @property
    def counts(self) -> dict[str, Counts]:
        """What was counted last, by layer."""
        return self._counts

    def count(self) -> None:
        """Count what the map shows: all, or what reaches into the view."""
        scene = self._canvas.scene
        if scene is None:
            return
        box = self._canvas.viewport.box if self._in_view else None
        self._tasks.run(
            Message("task.count"),
            lambda _: scene.counts(box),
            lambda counts: self._take(scene, counts),
            owner=self,
            key="counts",
            shown=False,
        )

    def count_in_view(self, on: bool) -> None:
        """Count what is in view, or everything."""
        self._in_view = on
        self.count()

    def hide(self, names: Sequence[str]) -> None:
        """Leave out these classes (``layer/class``) and whole layers."""
        scene = self._canvas.scene
        if scene is None:
            return
        off = set(names)
        hidden = set()
        for source in scene.sources:
            ids = [f"{source.layer.id}/{style.id}" for style in source.layer.classes]
            was_off = [name for name in ids if name in self._canvas.hidden]
            if source.layer.id in off:
                hidden |= set(ids)
            elif source.layer.id in self._leaves and len(was_off) == len(ids):
                # A layer in one row was switched on: all of it but what its style leaves out.
                hidden |= scene.style.hidden & set(ids) if source.layer.shown else set()
            else:
                # Classes without a row of their own stay as they are.
                hidden |= {name for name in was_off if name not in self._leaves} | (off & set(ids))
        self._canvas.hide_classes(frozenset(hidden))
        self._tell_note()

    def switch(self, off: frozenset[str], on: frozenset[str]) -> None:
        """Leave out some classes (``layer/class``) and show others; what is in neither stays."""
        self._canvas.hide_classes((self._canvas.hidden | off) - on)
        self.tell()

    def _take(self, scene: Scene, counts: dict[str, Counts]) -> None:
        if scene is self._canvas.scene:
            self._counts = counts
            self.counted.emit(counts)
            self.tell()

    def _follow_view(self) -> None:
        if self._in_view:
            self.count()
        else:
            self.tell()

    def tell(self) -> None:
        """Tell the rows as the map draws them at its present scale."""
        scene = self._canvas.scene
        if scene is None:
            return
        rows = legend_rows(
            scene,
            self._counts,
            self._canvas.hidden,
            self._theme.colors(),
            self._canvas.devicePixelRatioF(),
            self._canvas.viewport.denominator,
        )
        self._leaves = frozenset(leaf.id for row in rows for leaf in row.leaves)
        self.rows_changed.emit([*rows, *self.beyond()])
        self._tell_note()

    def _tell_note(self) -> None:
        """Name what is there but not drawn at this scale, so that nobody takes it for missing."""
        scene = self._canvas.scene
        if scene is None:
            return
        denominator = self._canvas.viewport.denominator
        waiting: dict[float, list[object]] = {}
        for source in scene.sources:
            layer = source.layer
            hidden = all(f"{layer.id}/{each.id}" in self._canvas.hidden for each in layer.classes)
            late = 0 < layer.largest_denominator < denominator and not layer.is_visible(denominator)
            if (
                layer.in_legend
                and late
                and not hidden
                and not layer.is_shaded(denominator)
                and (source.classes or source.unlocated)
            ):
                waiting.setdefault(layer.largest_denominator, []).append(layer.title)
        if not waiting:
            self.note_changed.emit(None)
            return
        nearest = max(waiting)
        scale = f"{nearest:,.0f}"
        self.note_changed.emit(Message("map.from_scale", {"layers": tuple(waiting[nearest]), "scale": scale}))
