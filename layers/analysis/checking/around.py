"""Checking what lies around a change: the assets it touched and their neighbours, quickly, without the worker.

Old findings of these assets go, what is found now comes instead. Rules whose ``scope`` is the whole register are left
out: what an edit does to them cannot be told from what lies around it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from shapely.geometry.base import BaseGeometry

from layers.analysis.checking.book import Book, Flags
from layers.analysis.checking.finding import Findings, merged
from layers.analysis.checking.gathering import FIELD_RULE, check_book
from layers.analysis.checking.rule_file import RuleBook, load_rules
from layers.feedback import Feedback
from layers.geometry.packed import Integers
from layers.model.asset import AssetKey
from layers.model.change import ChangeSet
from layers.model.query import Box
from layers.register import Register

#: A change of more assets than this, or over more places, is for a run over everything.
MANY = 400
_PLACES = 24
#: Metres across; what lies in so small a box is read at once.
_SMALL = 2_000.0
_GEOMETRY = "geom"


@dataclass(frozen=True)
class Around:
    """What was checked anew: the assets and the rules, and what was found about them; what was ``read`` for it."""

    assets: Mapping[str, frozenset[int]]
    rules: frozenset[str]
    found: list[Findings]
    read: Mapping[str, frozenset[int]]

    def holds(self, key: AssetKey) -> bool:
        return key.id in self.assets.get(key.type, ())

    def into(self, before: Iterable[Findings]) -> list[Findings]:
        """The findings of an earlier run, brought up to date."""
        kept = [part.take(~self.concerns(part)) if part.rule in self.rules else part for part in before]
        return merged([*kept, *self.found])

    def concerns(self, part: Findings) -> Flags:
        """Which findings are about the assets that were checked anew, of those that could be found again."""
        own = _among(part.ids, self.assets.get(part.type, frozenset()))
        if part.others is not None:
            other = np.fromiter((any(map(self.holds, keys)) for keys in part.others), bool, len(part))
            # A hydrant far off a pipe that was edited has not been looked at.
            own |= other & _among(part.ids, self.read.get(part.type, frozenset()))
        return own


def is_local(change: ChangeSet, register: Register) -> bool:
    """Whether a change is small enough to look only around it."""
    touched = [part for name, part in change.changes.items() if register.catalogue[name].group != "system"]
    return not any(part.is_bulk for part in touched) and sum(part.count for part in touched) <= MANY


def check_around(
    register: Register,
    changes: Sequence[ChangeSet],
    feedback: Feedback | None = None,
    rule_book: RuleBook | None = None,
) -> Around:
    """Check the assets that changed and what lies where they are and were."""
    feedback, rule_book = feedback or Feedback(), rule_book or load_rules()
    touched, shapes = _touched(register, changes)
    reach = max(
        float(register.setting(name))
        for name in ("near_miss_m", "point_pipe_distance_m", "duplicate_distance_m")
    )
    catalogue = register.catalogue
    located = [t.name for t in catalogue.of_group("network") if t.shape is not None]
    areas = {t.name for t in catalogue if t.shape == "polygon"}
    inner = _places(shapes, reach)
    near = {name: _read(register, name, inner, touched.get(name, set()), feedback) for name in located}
    # The neighbours are judged too, so whatever they meet must be known.
    bounds = [_bounds(near[name]) for name in located if catalogue[name].shape == "line"]
    outer = [*inner, *_grown(np.concatenate(bounds) if bounds else np.zeros((0, 4)), reach)]
    outer = _few(outer)

    seen: dict[str, frozenset[int]] = {}

    def read(type_name: str) -> pa.Table:
        if type_name in located:
            table = _read(register, type_name, outer, touched.get(type_name, set()), feedback)
            seen[type_name] = frozenset(_ids(table))
            return table
        if type_name in areas:
            return register.columns(type_name, geometry=True, feedback=feedback)
        return _rows(register, type_name, touched.get(type_name, set()))

    book = Book(catalogue, read, register.setting, rule_book.connected_statuses, feedback)
    rules = frozenset(rule.id for rule in rule_book.rules if rule.scope == "near")
    found = check_book(book, rule_book, {*rules, FIELD_RULE})
    judged = {name: frozenset(_ids(near[name]) | touched.get(name, set())) for name in located}
    judged |= {name: frozenset(ids) for name, ids in touched.items() if name not in judged}
    around = Around(judged, rules | {FIELD_RULE}, [], seen)
    return replace(around, found=merged(part.take(around.concerns(part)) for part in found))


def _among(ids: Integers, chosen: frozenset[int]) -> Flags:
    return np.isin(ids, np.fromiter(chosen, np.int64, len(chosen)))


def _touched(
    register: Register, changes: Sequence[ChangeSet]
) -> tuple[dict[str, set[int]], list[BaseGeometry]]:
    """The assets that changed, and their shapes before and now."""
    touched: dict[str, set[int]] = {}
    shapes: list[BaseGeometry] = []
    for change in changes:
        for row in register.row_changes(change_set=change.id, limit=2 * MANY):
            if register.catalogue[row.type].group == "system":
                continue
            touched.setdefault(row.type, set()).add(row.id)
            for values in (row.before, row.after):
                shape = None if values is None else values.get(_GEOMETRY)
                if isinstance(shape, BaseGeometry) and not shape.is_empty:
                    shapes.append(shape)
    for name, ids in touched.items():
        if register.catalogue[name].shape is not None:
            for asset_id in ids:
                asset = register.get(name, asset_id)
                if asset is not None and asset.geometry is not None and not asset.geometry.is_empty:
                    shapes.append(asset.geometry)
    return touched, shapes


def _places(shapes: Sequence[BaseGeometry], reach: float) -> list[Box]:
    return _few(_grown(shapely.bounds(np.array(shapes, dtype=object)).reshape(-1, 4), reach))


def _grown(bounds: Any, reach: float) -> list[Box]:
    """Boxes with room around, each once."""
    found = {(x0 - reach, y0 - reach, x1 + reach, y1 + reach) for x0, y0, x1, y1 in bounds.tolist()}
    return [Box(*each) for each in found if all(np.isfinite(each))]


def _few(boxes: list[Box]) -> list[Box]:
    """One box around all when they lie near each other or are many: every read has its price."""
    if len(boxes) < 2:
        return boxes
    whole = _around_all(boxes)
    is_small = max(whole.width, whole.height) <= _SMALL
    return [whole] if is_small or len(boxes) > _PLACES else boxes


def _around_all(boxes: Sequence[Box]) -> Box:
    x0, y0, x1, y1 = zip(*boxes, strict=True)
    return Box(min(x0), min(y0), max(x1), max(y1))


def _read(
    register: Register, type_name: str, boxes: Sequence[Box], ids: set[int], feedback: Feedback
) -> pa.Table:
    """The assets in the boxes and those with these ids, each once, ordered by id."""
    parts = [register.columns(type_name, geometry=True, box=box, feedback=feedback) for box in boxes]
    here = _rows(register, type_name, ids)
    table = pa.concat_tables([here, *(part.cast(here.schema) for part in parts)])
    _, first = np.unique(table.column("fid").to_numpy(), return_index=True)
    return table.take(pa.array(first))


def _rows(register: Register, type_name: str, ids: set[int]) -> pa.Table:
    fields = [f.name for f in register.catalogue[type_name].columns]
    return register.rows(type_name, sorted(ids), fields)


def _bounds(table: pa.Table) -> Any:
    shapes = shapely.from_wkb(table.column(_GEOMETRY).to_numpy(), on_invalid="ignore")
    found = shapely.bounds(shapes).reshape(-1, 4)
    return found[np.isfinite(found).all(axis=1)]


def _ids(table: pa.Table) -> set[int]:
    return set(table.column("fid").to_pylist())
