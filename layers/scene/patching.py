"""A scene after a change: only the changed rows are read, everything else is taken over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from layers.feedback import Feedback
from layers.geometry.packed import Floats, Integers
from layers.model.change import ChangeSet
from layers.model.query import Box
from layers.register import Register
from layers.scene.building import Source, source_of, wanted_fields
from layers.scene.line_source import LineSource
from layers.scene.point_source import PointSource
from layers.scene.rotation import ON_PIPE
from layers.scene.scene import Scene

#: Of a type of which more assets changed at once, all are read anew.
MOST_PATCHED = 2000
#: What is drawn of so many changed assets is put in its place when there is time.
WORTH_COMPACTING = 4000


@dataclass(frozen=True)
class Touched:
    """The assets of one type that changes touched, and how many more the type has now."""

    ids: Integers
    added: int


def touched_by(change_sets: Iterable[ChangeSet]) -> tuple[dict[str, Touched], frozenset[str]]:
    """What several changes touched one by one, by type; and the types in which too much changed for that."""
    ids: dict[str, set[int]] = {}
    added: dict[str, int] = {}
    whole: set[str] = set()
    for change_set in change_sets:
        for name, part in change_set.changes.items():
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
    came: list[Source] = []
    before = next((s for s in scene.sources if s.layer.drawing == "main"), None)
    mains, moved = before, []
    if isinstance(before, LineSource) and before.layer.type in tables:
        ids = touched[before.layer.type].ids
        coming = LineSource.of(before.layer, tables[before.layer.type], feedback)
        came.append(coming)
        moved = [*_extents(before, ids), *_extents(coming, ids)]
        mains = made[before.layer.id] = before.patched(ids, coming, touched[before.layer.type].added)
    for source in scene.sources:
        feedback.check()
        if source.layer.id in made:
            continue
        if source.layer.type in tables:
            rows = _rows(source, tables[source.layer.type], mains, feedback)
            came.append(rows)
            source = _patched(source, rows, touched[source.layer.type])
        if isinstance(source, PointSource) and source.layer.rotate and isinstance(mains, LineSource):
            for box in moved:
                source = source.turned(box, mains.pieces_near(box))
        made[source.layer.id] = source
    sources = tuple(made[layer.id] for layer in layers)
    return replace(scene, sources=sources, data_version=version, box=_grown(scene.box, came))


def _patched(source: Source, rows: Source, touched: Touched) -> Source:
    if isinstance(source, LineSource):
        assert isinstance(rows, LineSource)
        return source.patched(touched.ids, rows, touched.added)
    assert isinstance(rows, PointSource)
    return source.patched(touched.ids, rows, touched.added)


def _rows(source: Source, table: pa.Table, mains: Source | None, feedback: Feedback) -> Source:
    """The changed rows as a source of their own; symbols turned with the mains near them."""
    pieces: Floats | None = None
    if source.layer.rotate and isinstance(mains, LineSource):
        upright = PointSource.of(source.layer, table, feedback)
        near = [mains.pieces_near(_around(xy[None])) for part in upright.parts() for xy in part.xy]
        pieces = np.concatenate([np.zeros((0, 4)), *near])
    return source_of(source.layer, table, feedback, pieces)


def _around(xy: Floats) -> Box:
    x0, y0 = xy.min(axis=0) - ON_PIPE
    x1, y1 = xy.max(axis=0) + ON_PIPE
    return Box(float(x0), float(y0), float(x1), float(y1))


def _extents(source: LineSource, ids: Integers) -> list[Box]:
    """Where assets of a source lie, as far as a symbol may lie on them."""
    found = []
    for part in source.of_ids(ids):
        low, high = part.boxes[:, :2] - ON_PIPE, part.boxes[:, 2:] + ON_PIPE
        found += [Box(*each) for each in np.concatenate([low, high], axis=1).tolist()]
    return found


def _grown(box: Box | None, rows: Iterable[Source]) -> Box | None:
    """The extent of everything, with what changed; it does not shrink before the scene is read anew."""
    extents = [] if box is None else [box]
    for source in rows:
        for part in source.parts():
            low, high = part.xy.min(axis=0), part.xy.max(axis=0)
            extents.append(Box(float(low[0]), float(low[1]), float(high[0]), float(high[1])))
    if not extents:
        return None
    x0, y0, x1, y1 = np.array(extents).T
    return Box(float(x0.min()), float(y0.min()), float(x1.max()), float(y1.max()))
