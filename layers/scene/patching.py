"""A scene after a change: only the changed rows are read, everything else is taken over."""

from __future__ import annotations

import weakref
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from layers.feedback import Feedback
from layers.geometry.packed import Floats, Integers, PackedLines, boxes, pack_points
from layers.later import Later
from layers.model.change import ChangeSet
from layers.model.query import Box, fields_of
from layers.register import Register
from layers.scene.building import wanted_fields
from layers.scene.codec import Source
from layers.scene.layer_rows import LayerLines, LayerPoints
from layers.scene.line_source import LineSource
from layers.scene.part import LinePart
from layers.scene.point_source import PointSource
from layers.scene.rotation import ON_PIPE
from layers.scene.scene import Changes, Scene
from layers.scene.style import LayerStyle

if TYPE_CHECKING:
    import pyarrow.compute as pc
else:
    pc = Later("pyarrow.compute")

#: Of a type of which more assets changed at once, all are read anew.
MOST_PATCHED = 2000


@dataclass(frozen=True)
class Touched:
    """The assets of one type that changes touched, and how many more the type has now."""

    ids: Integers
    added: int


def needs_of(scene: Scene) -> dict[str, frozenset[str]]:
    """By type the fields that decide what a scene shows of it."""
    layers = [source.layer for source in scene.sources]
    return {
        name: frozenset({"geom", *wanted_fields(layers, name), *fields_of(scene.filters.get(name))})
        for name in dict.fromkeys(layer.type for layer in layers)
    }


def touched_by(
    change_sets: Iterable[ChangeSet], needs: Mapping[str, Collection[str]] | None = None
) -> tuple[dict[str, Touched], frozenset[str]]:
    """What several changes touched one by one, by type; and the types in which too much changed for that.

    Of the types in ``needs`` what was set in other fields alone is left out.
    """
    needs = needs or {}
    ids: dict[str, set[int]] = {}
    added: dict[str, int] = {}
    whole: set[str] = set()
    for change_set in change_sets:
        for name, part in change_set.changes.items():
            if name in needs and part.leaves(needs[name]):
                continue
            ids.setdefault(name, set()).update(part.inserted, part.updated, part.deleted)
            added[name] = added.get(name, 0) + len(part.inserted) - len(part.deleted)
            if part.is_bulk or len(ids[name]) > MOST_PATCHED:
                whole.add(name)
    few = {
        name: Touched(np.array(sorted(numbers), np.int64), added[name])
        for name, numbers in ids.items()
        if name not in whole
    }
    return few, frozenset(whole)


def prepare_patching() -> None:
    """Spare the first patch of a process a wait: with its first array of Python values pyarrow imports pandas,
    which takes 0.3 s, and with its first sum all that it can compute. To be called where nobody waits."""
    pc.is_valid(pa.array([0]))


def patched(
    scene: Scene, register: Register, touched: Mapping[str, Touched], version: int, feedback: Feedback
) -> Scene:
    """``scene`` as of ``version``; the one given stays as it is and may still be drawn."""
    layers = [source.layer for source in scene.sources]
    tables: dict[str, pa.Table] = {}
    for name in dict.fromkeys(layer.type for layer in layers):
        if name in touched:
            known = register.catalogue[name]
            fields = [each for each in wanted_fields(layers, name) if each in known]
            ids = touched[name].ids
            tables[name] = register.rows(name, ids.tolist(), fields, scene.filters.get(name))
    made: dict[str, Source] = {}
    came: list[LayerLines | LayerPoints] = []
    changed = _places(scene, touched)
    mains = next((s for s in scene.sources if s.layer.drawing == "main"), None)
    moved: list[Box] = []
    if isinstance(mains, LineSource) and mains.layer.type in tables:
        of_mains = touched[mains.layer.type]
        lines = LayerLines.of(mains.layer, tables[mains.layer.type])
        came.append(lines)
        before = list(mains.of_ids(of_mains.ids))
        after = [rows.lines for rows in lines.classes.values()]
        if _shapes([PackedLines(p.xy, p.offsets, p.id) for p in before]) != _shapes(after):
            # Only then may symbols turn: another value in a field leaves them as they stand.
            moved += [box for part in before for box in _extents(part.boxes)]
            moved += [box for each in after for box in _extents(boxes(each))]
        mains = made[mains.layer.id] = mains.patched(of_mains.ids, lines, of_mains.added)
    for source in scene.sources:
        feedback.check()
        if source.layer.id in made:
            continue
        table = tables.get(source.layer.type)
        if isinstance(source, LineSource):
            if table is not None:
                lines = LayerLines.of(source.layer, table)
                came.append(lines)
                change = touched[source.layer.type]
                source = source.patched(change.ids, lines, change.added)
        else:
            if table is not None:
                points = LayerPoints.of(source.layer, table, _mains_at(source.layer, table, mains))
                came.append(points)
                change = touched[source.layer.type]
                source = source.patched(change.ids, points, change.added)
            if source.layer.rotate and isinstance(mains, LineSource):
                source = _turned(source, moved, mains)
        made[source.layer.id] = source
    sources = tuple(made[layer.id] for layer in layers)
    grown = replace(scene, sources=sources, data_version=version, box=_grown(scene.box, came))
    where = tuple(dict.fromkeys([*changed, *moved, *_places(grown, touched)]))
    return replace(grown, changes=Changes(weakref.ref(scene), where, frozenset(touched)))


def recounted(scene: Scene, register: Register, types: Collection[str]) -> Scene:
    """``scene`` with the assets of these types counted in the register, not from the changes."""
    drawn = {source.layer.type for source in scene.sources}
    counts = {name: register.count(name) for name in drawn & set(types)}
    sources = tuple(
        replace(source, unfiltered=counts.get(source.layer.type, source.unfiltered))
        for source in scene.sources
    )
    return replace(scene, sources=sources)


def _shapes(parts: Iterable[PackedLines]) -> dict[tuple[int, bytes], int]:
    """How often each of these assets has each of these lines."""
    found: Counter[tuple[int, bytes]] = Counter()
    for part in parts:
        for number, id in enumerate(part.row.tolist()):
            found[id, part.xy[part.offsets[number] : part.offsets[number + 1]].tobytes()] += 1
    return found


def _places(scene: Scene, touched: Mapping[str, Touched]) -> list[Box]:
    """The boxes of all that is drawn of some assets."""
    found: list[Box] = []
    for source in scene.sources:
        change = touched.get(source.layer.type)
        if change is None:
            continue
        for part in source.of_ids(change.ids):
            each = part.boxes if isinstance(part, LinePart) else np.tile(part.xy, 2)
            found += [Box(*corners) for corners in each.tolist()]
    return found


def _turned(source: PointSource, moved: Iterable[Box], mains: LineSource) -> PointSource:
    """With the symbols turned that lie where mains changed."""
    for box in moved:
        if any(True for _ in source.inside(box)):
            source = source.turned(box, mains.pieces_near(box))
    return source


def _mains_at(layer: LayerStyle, table: pa.Table, mains: Source | None) -> Floats | None:
    """The pieces of mains along which the symbols of a few rows may turn."""
    if not layer.rotate or not isinstance(mains, LineSource):
        return None
    around = [_around(xy) for xy in pack_points(table.column("geom")).xy]
    return np.concatenate([np.zeros((0, 4)), *(mains.pieces_near(box) for box in around)])


def _around(xy: Floats) -> Box:
    x, y = xy.tolist()
    return Box(x - ON_PIPE, y - ON_PIPE, x + ON_PIPE, y + ON_PIPE)


def _extents(found: Floats) -> list[Box]:
    """Boxes with room for the symbols that lie on what is in them."""
    low, high = found[:, :2] - ON_PIPE, found[:, 2:] + ON_PIPE
    return [Box(*each) for each in np.concatenate([low, high], axis=1).tolist()]


def _grown(box: Box | None, came: Iterable[LayerLines | LayerPoints]) -> Box | None:
    """The extent of everything, with what changed; it does not shrink before the scene is read anew."""
    extents = [] if box is None else [box]
    for rows in came:
        if len(rows.xy):
            (x0, y0), (x1, y1) = rows.xy.min(axis=0).tolist(), rows.xy.max(axis=0).tolist()
            extents.append(Box(x0, y0, x1, y1))
    if not extents:
        return None
    x0, y0, x1, y1 = np.array(extents).T
    return Box(float(x0.min()), float(y0.min()), float(x1.max()), float(y1.max()))
