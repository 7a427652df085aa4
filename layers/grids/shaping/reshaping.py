"""Any change of boundaries as one plan: shapes, new and ended grids, their people, what changes its grid."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers.editing.plan import Born, BulkSet, Delete, EditPlan, Ghost, Insert, Update
from layers.errors import UserError
from layers.feedback import Feedback
from layers.geometry.packed import Integers
from layers.grids.ground import GEOMETRY, NONE, Grids, Shapes
from layers.grids.membership import membership_changes
from layers.grids.patchwork import new_places, with_places
from layers.grids.shaping.outlines import following_parents
from layers.grids.shaping.people import copied_assignments, ended_assignments
from layers.model import edtf
from layers.model.asset import Asset
from layers.model.duty_words import GRID
from layers.model.query import Query
from layers.register import Register
from layers.text import Message

#: In the grids of the day after: ids of those that are still to be made count down from here.
_FIRST_NEW: Final = -2


@dataclass(frozen=True, eq=False)
class NewGrid:
    """A grid to be made. ``replaces``: the grid its land belonged to, whose people it gets; ``values`` for its
    fields (level and parent are those of ``replaces`` unless given)."""

    shape: BaseGeometry
    replaces: int | None = None
    values: Mapping[str, Any] = field(default_factory=dict)


def plan_boundaries(
    register: Register,
    grids: Grids,
    label: Message,
    shapes: Mapping[int, BaseGeometry] | None = None,
    *,
    new: Sequence[NewGrid] = (),
    ended: Mapping[int, int | None] | None = None,
    parents: Mapping[int, int | Born] | None = None,
    reason: str = "",
    figures: Sequence[Message] = (),
    feedback: Feedback | None = None,
) -> EditPlan:
    """Give grids other ``shapes`` (by id) from today on, make ``new`` ones and end others (id to the one in whose
    place it goes, or None); ``parents``: what grids are part of from now on.

    ``grids`` are today's. The inserts of the plan begin with the new grids in their order. Neighbours get a vertex
    where they now meet another corner, outlines of the grids above follow, assets change their grid in the same act;
    ``reason`` is written into the assignments that end. Raises ``UserError`` for a shape that cannot be.
    """
    shapes, ended, as_of = dict(shapes or {}), dict(ended or {}), register.data_version
    _check(grids, shapes, new)
    drawn = shapes
    shapes = _with_neighbours(grids, shapes, [each.shape for each in new], ended)
    after = _under(_grids_after(grids, shapes, new, ended), parents or {})
    following = following_parents(grids, after)
    after = after.with_shapes(following)
    changes = membership_changes(register, grids, after, feedback)
    born = {_FIRST_NEW - number: number for number in range(len(new))}
    bulk = tuple(BulkSet(t, GRID, found.ids, found.grids, born) for t, found in changes.items())
    inserts, updates, deletes = _people(register, grids, new, ended, reason)
    updates += _updates(register, grids, {**shapes, **following}, ended, parents or {})
    deletes += [Delete(GRID, id, _version(grids, id)) for id in ended if _is_of_today(register, id)]
    return EditPlan(
        label,
        (*(Insert(GRID, _values(grids, each)) for each in new), *inserts),
        tuple(updates),
        tuple(deletes),
        (*figures, *_moves(register, bulk)),
        _ghosts(grids, drawn, new, ended),
        bulk=bulk,
        as_of=as_of,
    )


def _moves(register: Register, bulk: Sequence[BulkSet]) -> tuple[Message, ...]:
    """How many assets change their grid, in one sentence."""
    what = tuple(
        Message(
            "grid_ground.moves_of", {"type": register.catalogue[b.type].plural, "count": f"{len(b.ids):,}"}
        )
        for b in bulk
    )
    return (Message("grid_ground.moves", {"what": what}),) if what else ()


def _check(grids: Grids, shapes: Mapping[int, BaseGeometry], new: Sequence[NewGrid]) -> None:
    for id, shape in shapes.items():
        check_area(shape, grids.codes[grids.position(id)])
    for each in new:
        check_area(each.shape, str(each.values.get("code") or each.values.get("name") or ""))


def check_area(shape: BaseGeometry, code: str) -> None:
    """Raises ``UserError`` for an area that crosses itself or is none."""
    is_finite = bool(np.isfinite(shapely.get_coordinates(shape)).all())
    # A bow of two equal loops has an area of nothing too: what it spans tells.
    if shape.is_empty or not is_finite or shapely.convex_hull(shape).area <= 0:
        raise UserError(Message("grid_ground.no_area", {"code": code}), Message("grid_ground.no_area_hint"))
    if not shape.is_valid:
        raise UserError(
            Message("grid_ground.crosses_itself", {"code": code}),
            Message("grid_ground.crosses_itself_hint"),
        )


def _with_neighbours(
    grids: Grids,
    shapes: dict[int, BaseGeometry],
    new: Sequence[BaseGeometry],
    ended: Mapping[int, int | None],
) -> dict[int, BaseGeometry]:
    """With the neighbours that must get a vertex where a corner now stands on their outline."""
    before = [grids.shapes[grids.position(id)] for id in {**shapes, **ended}]
    before = [shape for shape in before if shape is not None]
    places = new_places(before, [*shapes.values(), *new])
    if not len(places):
        return shapes
    reach = shapely.multipoints(places)
    found = dict(shapes)
    for number in grids.tree.query(reach, predicate="dwithin", distance=1.0).tolist():
        position = grids.lowest[number]
        id = int(grids.ids[position])
        if id in ended:
            continue
        shape = found.get(id, grids.shapes[position])
        mended = with_places(shape, places)
        if mended is not shape:
            found[id] = mended
    return found


def _grids_after(
    grids: Grids,
    shapes: Mapping[int, BaseGeometry],
    new: Sequence[NewGrid],
    ended: Mapping[int, int | None],
) -> Grids:
    """The grids as they will be: what has ended is gone, what is new has an id of -2 or less."""
    kept = np.array([int(id) not in ended for id in grids.ids], dtype=bool)
    all_shapes = grids.with_shapes(shapes).shapes
    added: Shapes = np.empty(len(new), dtype=object)
    for number, each in enumerate(new):
        added[number] = each.shape
    values = [_values(grids, each) for each in new]
    # A new code is not known yet: it comes after all others, as the next number of the pattern does.
    codes = [str(row.get("code") or "\U0010ffff") for row in values]
    after = Grids(
        grids.day,
        _with(grids.ids[kept], [_FIRST_NEW - number for number in range(len(new))]),
        _with(grids.versions[kept], [0] * len(new)),
        (*(c for c, k in zip(grids.codes, kept, strict=True) if k), *codes),
        (
            *(n for n, k in zip(grids.names, kept, strict=True) if k),
            *(str(r.get("name") or "") for r in values),
        ),
        (*(v for v, k in zip(grids.levels, kept, strict=True) if k), *(r.get("level") for r in values)),
        _with(grids.parents[kept], [_id(row.get("parent")) for row in values]),
        _with(grids.replaces[kept], [_id(each.replaces) for each in new]),
        np.concatenate([all_shapes[kept], added]),
    )
    order = sorted(range(len(after)), key=lambda at: after.codes[at])
    return _ordered(after, order)


def _under(grids: Grids, parents: Mapping[int, int | Born]) -> Grids:
    """The grids with other parents for some."""
    changed = grids.parents.copy()
    for id, parent in parents.items():
        changed[grids.position(id)] = _FIRST_NEW - parent.number if isinstance(parent, Born) else parent
    return replace(grids, parents=changed)


def _ordered(grids: Grids, order: Sequence[int]) -> Grids:
    return replace(
        grids,
        ids=grids.ids[order], versions=grids.versions[order], codes=tuple(grids.codes[at] for at in order),
        names=tuple(grids.names[at] for at in order), levels=tuple(grids.levels[at] for at in order),
        parents=grids.parents[order], replaces=grids.replaces[order], shapes=grids.shapes[order],
    )  # fmt: skip


def _values(grids: Grids, new: NewGrid) -> dict[str, Any]:
    """What a new grid begins with: level and parent of the one it replaces, valid from today."""
    values: dict[str, Any] = {"valid_from": grids.day.isoformat()}
    if new.replaces is not None:
        position = grids.position(new.replaces)
        parent = int(grids.parents[position])
        values |= {
            "level": grids.levels[position],
            "parent": None if parent == NONE else parent,
            "replaces": new.replaces,
        }
    values |= new.values
    values[GEOMETRY] = new.shape
    return values


def _people(
    register: Register,
    grids: Grids,
    new: Sequence[NewGrid],
    ended: Mapping[int, int | None],
    reason: str,
) -> tuple[list[Insert], list[Update], list[Delete]]:
    inserts: list[Insert] = []
    updates: list[Update] = []
    deletes: list[Delete] = []
    for number, each in enumerate(new):
        if each.replaces is not None:
            inserts += copied_assignments(register, each.replaces, Born(number), grids.day)
    for id in ended:
        ending, gone = ended_assignments(register, id, grids.day, reason)
        updates += ending
        deletes += gone
    return inserts, updates, deletes


def _updates(
    register: Register,
    grids: Grids,
    shapes: Mapping[int, BaseGeometry],
    ended: Mapping[int, int | None],
    parents: Mapping[int, int | Born],
) -> list[Update]:
    values: dict[int, dict[str, Any]] = {id: {GEOMETRY: shape} for id, shape in shapes.items()}
    versions = {id: _version(grids, id) for id in {**shapes, **ended, **parents}}
    for id, parent in parents.items():
        values.setdefault(id, {})["parent"] = parent
    yesterday = (grids.day - datetime.timedelta(1)).isoformat()
    gone = {id for id in ended if _is_of_today(register, id)}
    for id, by in ended.items():
        if id not in gone:
            values[id] = {"valid_to": yesterday, "replaced_by": by}
    for each in register.find(Query(GRID)) if gone else ():
        if each.id not in gone and (links := _links_past(register, each, gone, ended)):
            values.setdefault(each.id, {}).update(links)
            versions[each.id] = each.version
    return [Update(GRID, id, versions[id], changed) for id, changed in values.items()]


def _links_past(
    register: Register, grid: Asset, gone: set[int], ended: Mapping[int, int | None]
) -> dict[str, int | None]:
    """What a grid that names one of ``gone``, which never lived a day, names in its place."""
    found: dict[str, int | None] = {}
    if grid.get("replaced_by") in gone:
        found["replaced_by"] = ended[int(grid["replaced_by"])]
    before = grid.get("replaces")
    if before in gone:
        passed: set[Any] = set()
        while before in gone:
            # What replaces each other in a circle replaces nothing.
            passed.add(before)
            older = register.get(GRID, int(before))
            before = None if older is None else older.get("replaces")
            before = None if before in passed else before
        found["replaces"] = before
    return found


def _is_of_today(register: Register, id: int) -> bool:
    """Whether a grid began only today: it never was valid on a day that is over, so ending it means taking it away."""
    asset = register.get(GRID, id)
    begins = None if asset is None else edtf.earliest(asset.get("valid_from"))
    return begins is not None and begins >= datetime.date.today()


def _ghosts(
    grids: Grids,
    shapes: Mapping[int, BaseGeometry],
    new: Sequence[NewGrid],
    ended: Mapping[int, int | None],
) -> tuple[Ghost, ...]:
    gone = [grids.shape_of(id) for id in ended]
    return (
        *(Ghost("new", GRID, each.shape) for each in new),
        *(Ghost("changed", GRID, shape) for shape in shapes.values()),
        *(Ghost("gone", GRID, shape) for shape in gone if shape is not None),
    )


def _version(grids: Grids, id: int) -> int:
    return int(grids.versions[grids.position(id)])


def _with(column: Integers, more: Sequence[int]) -> Integers:
    return np.concatenate([column, np.array(more, np.int64)])


def _id(link: Any) -> int:
    return link if isinstance(link, int) else NONE
