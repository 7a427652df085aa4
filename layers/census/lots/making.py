"""Making lots: one row per lot and one record per target, to be filled in the field."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import shapely

from layers.census.lots.cutting import Cut
from layers.census.lots.targets import Targets
from layers.census.words import LOT, PLANNED, RECORD
from layers.errors import UserError
from layers.feedback import Feedback
from layers.model.change import IdRange
from layers.model.query import All, Compare, Query
from layers.register import Edit, Register
from layers.store import read
from layers.store.conditions import where_clause
from layers.store.one_at_a_time import one_at_a_time
from layers.store.packed_read import packed_columns
from layers.text import Message

Render = Callable[[Message], str]


@dataclass(frozen=True)
class Made:
    """What came of it: the ids of the lots in the order of the cuts, and their records."""

    lots: tuple[int, ...]
    records: IdRange | None


def make_lots(
    edit: Edit,
    campaign: int,
    cuts: Sequence[Cut],
    render: Render,
    *,
    teams: Mapping[int, int] | None = None,
    due: str | None = None,
    feedback: Feedback | None = None,
) -> Made:
    """Add the lots of a campaign and the records of their targets, within an open edit.

    ``teams``: position of a cut to the id of its team; ``due``: the day they are all due. The records of 290,000
    targets are inserted in bulk. Raises ``UserError`` when somebody else cut some of them into lots meanwhile.
    """
    feedback = feedback or Feedback()
    _refuse_cut(edit, campaign, cuts)
    lots = []
    for number, cut in enumerate(cuts):
        name = cut.name if isinstance(cut.name, str) else render(cut.name)
        values = {
            "campaign": campaign,
            "name": name,
            "state": PLANNED,
            "due_date": due,
            "walk_m": None if cut.walk_m is None else float(round(cut.walk_m)),
            "geom": _hull(cut.targets),
        }
        lots.append(edit.insert(LOT, values | {"team": (teams or {}).get(number)}))
    tables = [_records(campaign, lot, cut.targets) for lot, cut in zip(lots, cuts, strict=True) if len(cut)]
    if not tables:
        return Made(tuple(lots), None)
    return Made(tuple(lots), edit.insert_bulk(RECORD, pa.concat_tables(tables), feedback))


def _refuse_cut(edit: Edit, campaign: int, cuts: Sequence[Cut]) -> None:
    """Raise ``UserError`` when the campaign has a record of one of these targets already: two may be cutting it."""
    one_at_a_time(edit.connection, f"wa_lots_{campaign}")
    asked = Query(RECORD, All((Compare("campaign", "=", campaign), Compare("target", "is not null"))))
    if not read.count(edit.store, edit.connection, asked):
        return
    there = packed_columns(edit.store, RECORD, ("target",), where_clause(edit.store, asked))["target"]
    known = set(there.to_pylist())
    count = sum(link in known for cut in cuts for link in links_of(cut.targets))
    if count:
        told = Message("census.cut_meanwhile", {"count": count})
        raise UserError(told, Message("census.cut_meanwhile_hint"))


def refuse_twice(register: Register, campaign: int, targets: Targets) -> Targets:
    """The targets without those the campaign has a record of; ``UserError`` when that leaves none."""
    if not len(targets):
        raise UserError(Message("census.no_assets"), Message("census.no_assets_hint"))
    table = register.values(
        RECORD, ("target",), All((Compare("campaign", "=", campaign), Compare("target", "is not null")))
    )
    known = set(table["target"].to_pylist())
    fresh = targets.take(np.array([link not in known for link in links_of(targets)], dtype=bool))
    if not len(fresh):
        raise UserError(Message("census.no_targets"), Message("census.no_targets_hint"))
    return fresh


def links_of(targets: Targets) -> list[str]:
    """What a link to each of them is (``meter:17``)."""
    names = [targets.types[kind] for kind in targets.kind.tolist()]
    return [f"{name}:{id}" for name, id in zip(names, targets.ids.tolist(), strict=True)]


def _records(campaign: int, lot: int, targets: Targets) -> pa.Table:
    count = len(targets)
    points = np.full(count, None, dtype=object)
    placed = targets.is_placed
    points[placed] = shapely.to_wkb(shapely.points(targets.xy[placed]))
    return pa.table(
        {
            "campaign": pa.array(np.full(count, campaign, np.int64)),
            "lot": pa.array(np.full(count, lot, np.int64)),
            "target": pa.array(links_of(targets), pa.string()),
            "target_type": pa.array([targets.types[kind] for kind in targets.kind.tolist()], pa.string()),
            "state": pa.array([PLANNED] * count, pa.string()),
            "geom": pa.array(list(points), pa.binary()),
        }
    )


def _hull(targets: Targets) -> shapely.Geometry | None:
    """The ground of a lot, with some room around; None where nothing of it has a place."""
    placed = targets.xy[targets.is_placed]
    return shapely.multipoints(placed).convex_hull.buffer(15.0, quad_segs=2) if len(placed) else None
