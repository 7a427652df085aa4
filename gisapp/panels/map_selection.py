"""What is selected on the map: acts of the selecting tools, marks and figures of the selection, flying to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QPointF, Signal
from shapely.geometry.base import BaseGeometry

from gisapp.language import Language
from gisapp.map.canvas import MapCanvas
from gisapp.map.selection_marks import SelectionMarks
from gisapp.map.viewport import Viewport
from gisapp.panels.palette.hit_chooser import HitChooser
from gisapp.panels.palette.model import Entry
from gisapp.panels.reading import asset_label
from gisapp.session import Session
from gisapp.tasks import Tasks
from gisapp.theme import Theme
from layers.feedback import Feedback
from layers.geometry.packed import Floats
from layers.model.asset import Asset, AssetKey
from layers.model.catalogue import AssetType
from layers.model.condition_terms import simplified
from layers.model.fields import ChoiceField
from layers.model.query import All, Box, Condition
from layers.model.selection import NOTHING, Selection, SelectionMode
from layers.scene.region import Region
from layers.scene.scene import Scene
from layers.scene.selecting import (
    ClassFigure,
    class_figures,
    inverted,
    select_all,
    select_class,
    select_region,
    selected_shapes,
)
from layers.scene.style import METRES_PER_PIXEL
from layers.text import Message

#: A single asset is shown at this scale or a larger one.
ASSET_DENOMINATOR = 1000.0
#: So many selected assets are marked exactly, each by itself; more of them in one picture.
MARKED_LIMIT = 500

Work = Callable[[Scene, Feedback], Selection]


class MapSelection(QObject):
    """Ties the selection of a session to a canvas, both ways. What the selecting tools and actions ask for."""

    noticed = Signal(object)
    """A Message for the status bar."""
    figures_changed = Signal(object)
    """The ClassFigures of a selection of several."""
    mode_changed = Signal(str)
    condition_asked = Signal(str)
    """A type that shall be filtered by a condition."""

    def __init__(
        self,
        canvas: MapCanvas,
        session: Session,
        tasks: Tasks,
        language: Language,
        theme: Theme,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._canvas, self._session, self._tasks, self._language = canvas, session, tasks, language
        self.mode: SelectionMode = "new"
        #: Also what is switched on but not drawn at this scale (meters in a view of the city).
        self.with_waiting = False
        self.chooser = HitChooser(theme, canvas)
        self.marks = SelectionMarks(self._beside)
        canvas.overlay.sketches.insert(0, self.marks)
        session.selection_changed.connect(self._mark)
        session.filters_changed.connect(self._keep_filtered)

    # ---- what the tools ask

    def use_mode(self, mode: SelectionMode) -> None:
        """What becomes of the old selection when something is picked without Shift or Alt."""
        self.mode = mode
        self.mode_changed.emit(mode)

    def take(self, keys: Sequence[AssetKey], mode: SelectionMode) -> None:
        """Select these, or join them to what is selected. A click beside everything only clears."""
        if keys or mode == "new":
            self._session.select(keys, mode)

    def take_region(self, region: Region, mode: SelectionMode, symbol_reach: float = 0.0) -> None:
        """Select what is on the map and meets a region."""
        hidden, denominator = self._canvas.hidden, self._denominator

        def find(scene: Scene, feedback: Feedback) -> Selection:
            return select_region(
                scene,
                region,
                hidden=hidden,
                denominator=denominator,
                symbol_reach=symbol_reach,
                feedback=feedback,
            )

        self.find(find, mode)

    def choose(self, keys: Sequence[AssetKey], at: QPointF, mode: SelectionMode) -> None:
        """List these at a pixel of the canvas, to choose one."""
        register = self._session.register
        if register is None:
            return

        def read(_: Feedback) -> list[Asset]:
            assets = (register.get(key.type, key.id) for key in keys)
            return [asset for asset in assets if asset is not None]

        def show(assets: list[Asset]) -> None:
            entries = [self._entry(register.catalogue[asset.type], asset, mode) for asset in assets]
            if entries:
                self.chooser.open(entries, at.toPoint())

        self._tasks.run(Message("task.select"), read, show, owner=self, key="choose", shown=False)

    def overlapping(self, count: int) -> None:
        """Tell that several lie under a click."""
        self.noticed.emit(Message("selecting.overlapping", {"count": count}))

    # ---- what menus ask

    def take_all(self) -> None:
        """Select everything on the map."""
        hidden, denominator = self._canvas.hidden, self._denominator
        self.find(lambda scene, _: select_all(scene, hidden=hidden, denominator=denominator), "new")

    def take_class(self, layer_id: str, class_id: str | None, mode: SelectionMode = "new") -> None:
        """Select every asset of a layer or of one class of it, those without a place too."""
        self.find(lambda scene, _: select_class(scene, layer_id, class_id), mode)

    def take_condition(
        self, type_name: str, condition: Condition | None, then: Callable[[Selection], None] | None = None
    ) -> None:
        """Select what meets a condition and passes the filter of its type, on the map or not."""
        register = self._session.register
        if register is None:
            return
        kept = self._session.filters.get(type_name)
        where = simplified(All(tuple(c for c in (condition, kept) if c is not None)))

        def find(feedback: Feedback) -> Selection:
            table = register.columns(type_name, [], where=where, feedback=feedback)
            return Selection({type_name: table.column("fid").to_numpy()})

        def take(found: Selection) -> None:
            if then is not None:
                then(found)
                return
            self._session.select(found, self.mode)
            if not found:
                self.noticed.emit(Message("selecting.nothing_meets"))

        self._tasks.run(Message("task.select"), find, take, owner=self, key="select")

    def type_of_layer(self, layer_id: str) -> str | None:
        """The type that a layer of the map draws."""
        sources = () if self._canvas.scene is None else self._canvas.scene.sources
        return next((s.layer.type for s in sources if s.layer.id == layer_id), None)

    def invert(self) -> None:
        """Select what is on the map and not selected, of the types that are."""
        hidden, denominator, before = self._canvas.hidden, self._denominator, self._session.selection
        self.find(
            lambda scene, _: inverted(scene, before, hidden=hidden, denominator=denominator),
            "new",
        )

    def fly_to(self, keys: Iterable[AssetKey]) -> None:
        """Show these assets; those without a place leave the map where it is."""
        selection, scene = Selection.of(keys), self._canvas.scene
        if len(selection) <= MARKED_LIMIT or scene is None:
            self._with_geometries(selection, lambda shapes: self._show([s.bounds for s in shapes]), "fly")
            return

        def show(shapes: tuple[Floats, Floats]) -> None:
            places = np.concatenate([shapes[0], shapes[1][:, :2], shapes[1][:, 2:]])
            if len(places):
                self._show([(*places.min(axis=0).tolist(), *places.max(axis=0).tolist())])

        self._with_shapes(scene, selection, show, "fly")

    def refresh(self) -> None:
        """The scene is another: mark and count in it what is selected, where it lies now."""
        if self._session.selection:
            self._mark(self._session.selection)

    # ---- inside

    @property
    def _denominator(self) -> float | None:
        return None if self.with_waiting else self._canvas.viewport.denominator

    def find(self, work: Work, mode: SelectionMode = "new") -> None:
        """Ask the scene beside the window, then select what was found."""
        scene = self._canvas.scene
        if scene is None:
            return

        def take(found: Selection) -> None:
            self._session.select(found, mode)
            if not found:
                self.noticed.emit(Message("selecting.nothing_here"))

        self._tasks.run(
            Message("task.select"),
            lambda feedback: work(scene, feedback),
            take,
            owner=self,
            key="select",
            shown=False,
        )

    def _keep_filtered(self, filters: Mapping[str, Condition]) -> None:
        """What is filtered away now is not selected any more."""
        register, before = self._session.register, self._session.selection
        asked = {name: where for name, where in filters.items() if len(before.ids(name))}
        if register is None or not asked:
            return

        def find(feedback: Feedback) -> Selection:
            left = dict(before.by_type)
            for name, where in asked.items():
                ids = register.columns(name, [], where=where, feedback=feedback).column("fid").to_numpy()
                left[name] = left[name][Selection({name: ids}).holds(name, left[name])]
            return Selection(left)

        self._tasks.run(
            Message("task.select"),
            find,
            lambda left: self._session.select(left, "intersect"),
            owner=self,
            key="filtered",
            shown=False,
        )

    def _mark(self, selection: Selection) -> None:
        many = len(selection) > MARKED_LIMIT
        if not many:
            self.marks.clear()
        if many or not selection:
            self._canvas.select(())
        if many:
            self._mark_many(selection)
        elif selection:
            self._with_geometries(selection, self._canvas.select, "mark")
        self._figure(selection if len(selection) > 1 else NOTHING)

    def _mark_many(self, selection: Selection) -> None:
        scene = self._canvas.scene
        if scene is None:
            return

        def show(shapes: tuple[Floats, Floats]) -> None:
            if self._session.selection == selection:
                self.marks.show(*shapes)
                self._canvas.update()

        self._with_shapes(scene, selection, show, "mark")

    def _beside(self, work: Callable[[], Any], take: Callable[[Any], None]) -> None:
        """Make a picture of very many marks without stopping the window."""

        def show(made: Any) -> None:
            take(made)
            self._canvas.update()

        self._tasks.run(Message("task.select"), lambda _: work(), show, owner=self, key="marks", shown=False)

    def _figure(self, selection: Selection) -> None:
        """Count the selection by class and tell; beside the window, for it may be large."""
        scene = self._canvas.scene
        if scene is None or not selection:
            self.figures_changed.emit(())
            return

        def tell(figures: tuple[ClassFigure, ...]) -> None:
            if self._session.selection == selection:
                self.figures_changed.emit(figures)

        self._tasks.run(
            Message("task.select"),
            lambda feedback: class_figures(scene, selection, feedback),
            tell,
            owner=self,
            key="figures",
            shown=False,
        )

    def _with_shapes(
        self, scene: Scene, selection: Selection, then: Callable[[tuple[Floats, Floats]], None], what: str
    ) -> None:
        """Points and lines of many, as the scene has them."""
        self._tasks.run(
            Message("task.select"),
            lambda feedback: selected_shapes(scene, selection, feedback),
            then,
            owner=self,
            key=f"geometries-{what}",
            shown=False,
        )

    def _with_geometries(
        self, selection: Selection, then: Callable[[Sequence[BaseGeometry]], None], what: str
    ) -> None:
        register = self._session.register
        keys = tuple(islice(selection, MARKED_LIMIT))
        if register is None or not keys:
            return

        def read(feedback: Feedback) -> list[BaseGeometry]:
            found = []
            for key in keys:
                feedback.check()
                asset = register.get(key.type, key.id)
                if asset is not None and asset.geometry is not None and not asset.geometry.is_empty:
                    found.append(asset.geometry)
            return found

        self._tasks.run(Message("task.select"), read, then, owner=self, key=f"geometries-{what}", shown=False)

    def _show(self, boxes: Sequence[tuple[float, ...]]) -> None:
        if not boxes:
            return
        x0, y0 = min(b[0] for b in boxes), min(b[1] for b in boxes)
        x1, y1 = max(b[2] for b in boxes), max(b[3] for b in boxes)
        size = self._canvas.width(), self._canvas.height()
        fitting = Viewport.fitting(Box(x0, y0, x1, y1), *size, margin=80.0)
        metres = max(fitting.metres_per_pixel, ASSET_DENOMINATOR * METRES_PER_PIXEL)
        self._canvas.fly_to(fitting.x, fitting.y, metres)

    def _entry(self, asset_type: AssetType, asset: Asset, mode: SelectionMode) -> Entry:
        note = self._language.render(asset_type.title)
        kind = asset_type.kind_field
        if kind is not None and kind in asset_type and asset.get(kind) is not None:
            field = asset_type.field_named(kind)
            if isinstance(field, ChoiceField):
                note = f"{note} · {field.show(asset[kind], self._language.code)}"
        return Entry(
            self._language.render(asset_label(asset_type, asset)),
            note,
            lambda: self.take([asset.key], mode),
            symbol=asset_type,
        )
