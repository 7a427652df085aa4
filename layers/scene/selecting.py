"""Selecting on the map: what of a scene lies in a region, belongs to a class, or is not selected yet.

Only what is switched on in the legend and passes the filters the scene was built with; with a ``denominator``
only what is drawn at that scale. Backdrop layers are never selected. Areas of which the outline alone is drawn are
met at their outline, like lines.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from layers.feedback import Feedback
from layers.geometry.packed import Floats, Integers, PackedLines, segments, take_lines
from layers.model.asset import AssetKey
from layers.model.selection import Selection
from layers.scene.line_source import LineSource
from layers.scene.part import LinePart, PointPart
from layers.scene.point_source import PointSource
from layers.scene.region import Region
from layers.scene.scene import Scene
from layers.scene.style import ClassStyle, LayerStyle

Source = LineSource | PointSource
Found = dict[str, list[Integers]]


def select_region(
    scene: Scene,
    region: Region,
    *,
    hidden: frozenset[str] = frozenset(),
    denominator: float | None = None,
    symbol_reach: float = 0.0,
    feedback: Feedback | None = None,
) -> Selection:
    """What of ``scene`` meets ``region``. Symbols count ``symbol_reach`` metres around their point."""
    found: Found = {}
    wide = Region(region.shape, region.reach + symbol_reach) if symbol_reach else region
    for source in selectable(scene, denominator):
        if feedback is not None:
            feedback.check()
        layer = source.layer
        of_layer = wide if layer.drawing == "symbol" else region
        for number, assets in source.classes.items():
            if class_of(layer, number) not in hidden and layer.drawing != "area":
                found.setdefault(layer.type, []).append(assets.ids_meeting(of_layer))
        if layer.drawing == "area" and isinstance(source, LineSource):
            # All rings are needed to tell the inside of an area from its outside.
            found.setdefault(layer.type, []).extend(
                of_layer.meets_areas(part.xy, part.offsets, part.id)
                for part in source.parts()
                if class_of(layer, part.class_number) not in hidden
            )
    return _selection(found)


def select_class(scene: Scene, layer_id: str, class_id: str | None = None) -> Selection:
    """Every asset of a layer or of one class of it, those without a place included, as the legend counts them."""
    found: Found = {}
    for source in scene.sources:
        if source.layer.id == layer_id:
            for number, style in enumerate(source.layer.classes):
                if class_id in (None, style.id):
                    found.setdefault(source.layer.type, []).append(source.ids_of_class(number))
    return _selection(found)


def select_same_class(scene: Scene, key: AssetKey) -> Selection:
    """Every asset of the legend's class that an asset is of; nothing when the map does not show it."""
    for source in scene.sources:
        if source.layer.type == key.type:
            for number, style in enumerate(source.layer.classes):
                if (source.ids_of_class(number) == key.id).any():
                    return select_class(scene, source.layer.id, style.id)
    return Selection()


def select_all(
    scene: Scene, *, hidden: frozenset[str] = frozenset(), denominator: float | None = None
) -> Selection:
    """Everything that is on the map."""
    found: Found = {}
    for source in selectable(scene, denominator):
        layer = source.layer
        for number in range(len(layer.classes)):
            if class_of(layer, number) not in hidden:
                found.setdefault(layer.type, []).append(source.ids_of_class(number))
    return _selection(found)


def inverted(
    scene: Scene,
    selection: Selection,
    *,
    hidden: frozenset[str] = frozenset(),
    denominator: float | None = None,
) -> Selection:
    """What is on the map and not selected: of the types that are selected, or of all when nothing is."""
    everything = select_all(scene, hidden=hidden, denominator=denominator)
    types = set(selection.by_type) or set(everything.by_type)
    return Selection({n: ids for n, ids in everything.by_type.items() if n in types}).difference(selection)


@dataclass(frozen=True)
class ClassFigure:
    """How many selected assets are of a class, and how long they are together (metres; None for symbols)."""

    layer: LayerStyle
    style: ClassStyle
    count: int
    metres: float | None


def class_figures(
    scene: Scene, selection: Selection, feedback: Feedback | None = None
) -> tuple[ClassFigure, ...]:
    """The selection by class, in the order of the style; assets without a place have no length."""
    figures: dict[tuple[str, str], ClassFigure] = {}
    for source, number, chosen in _chosen_parts(scene, selection, feedback):
        layer, style = source.layer, source.layer.classes[number]
        metres = None if isinstance(chosen, PointPart) else float(_lengths(chosen).sum())
        figure = ClassFigure(layer, style, len(np.unique(chosen.id)), metres)
        # On the map a class may come in several widths.
        before = figures.get((layer.id, style.id))
        if before is not None:
            longer = None if metres is None else metres + (before.metres or 0.0)
            figure = replace(before, count=before.count + figure.count, metres=longer)
        figures[layer.id, style.id] = figure
    ranks = [(layer.id, style.id) for layer in scene.style.layers for style in layer.classes]
    return tuple(figures[rank] for rank in ranks if rank in figures)


def selected_shapes(
    scene: Scene, selection: Selection, feedback: Feedback | None = None
) -> tuple[Floats, Floats]:
    """Where the selection lies on the map: its points (n, 2) and the straight pieces (m, 4) of its lines."""
    points, pieces = [np.zeros((0, 2))], [np.zeros((0, 4))]
    for _, _, chosen in _chosen_parts(scene, selection, feedback):
        if isinstance(chosen, PointPart):
            points.append(chosen.xy)
        else:
            pieces.append(segments(PackedLines(chosen.xy, chosen.offsets, chosen.id))[0])
    return np.concatenate(points), np.concatenate(pieces)


def _chosen_parts(
    scene: Scene, selection: Selection, feedback: Feedback | None
) -> Iterator[tuple[Source, int, PointPart | LinePart]]:
    """The selected part of every class that has one."""
    for source in scene.sources:
        wanted = selection.ids(source.layer.type)
        if not len(wanted) or not source.layer.in_legend:
            continue
        for part in source.parts():
            if feedback is not None:
                feedback.check()
            found = np.flatnonzero(selection.holds(source.layer.type, part.id))
            if not len(found):
                continue
            if isinstance(part, PointPart):
                yield source, part.class_number, replace(part, id=part.id[found], xy=part.xy[found])
            else:
                lines = take_lines(PackedLines(part.xy, part.offsets, part.id), found)
                chosen = LinePart(part.class_number, lines.row, lines.xy, lines.offsets)
                yield source, part.class_number, chosen


def _lengths(part: LinePart) -> Floats:
    pieces, _ = segments(PackedLines(part.xy, part.offsets, part.id))
    return np.asarray(np.hypot(pieces[:, 2] - pieces[:, 0], pieces[:, 3] - pieces[:, 1]))


def class_of(layer: LayerStyle, class_number: int) -> str:
    """The id under which a class is switched on and off."""
    return f"{layer.id}/{layer.classes[class_number].id}"


def selectable(scene: Scene, denominator: float | None) -> Iterator[Source]:
    """The sources whose assets can be picked at the scale 1:``denominator`` (None: at some scale)."""
    return (
        source
        for source in scene.sources
        if source.layer.in_legend and (denominator is None or source.layer.is_visible(denominator))
    )


def _selection(found: Found) -> Selection:
    return Selection({name: np.concatenate(parts) for name, parts in found.items() if parts})
