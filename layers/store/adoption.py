"""Adoption: edits that other programs (QGIS, OGR) made in the file become change sets of kind "outside".

Their rows of history, left by the triggers, have no change set yet. They are grouped by time: what lies more
than ``GAP`` apart is another act. What the programs did not check is checked here and told.
"""

from __future__ import annotations

import datetime
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from layers.model.catalogue import Catalogue
from layers.model.problem import Problem
from layers.store import history, integrity
from layers.store.base import Store
from layers.store.change_sets import open_change_set
from layers.store.edit import Edit
from layers.store.labels import encode_parameters
from layers.store.rows import current_rows
from layers.store.schema import CODE, FID, history_name
from layers.store.value_rules import Rules
from layers.text import Message

ACTOR = "outside"
GAP = datetime.timedelta(minutes=5)


@dataclass
class _Act:
    """One act of another program: history row ids by type, and when its last step was."""

    at: str
    rows: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    @property
    def count(self) -> int:
        return sum(map(len, self.rows.values()))


def types_edited_outside(store: Store, connection: sa.Connection) -> list[str]:
    """The types with rows of history that belong to no change set."""
    # As text: putting seventy expressions together takes longer than asking.
    orphans = (
        f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM \"{history_name(name)}\" WHERE changeset_id IS NULL)"
        for name in store.schema.history
    )
    return list(connection.exec_driver_sql(" UNION ALL ".join(orphans)).scalars())


def adopt(store: Store, connection: sa.Connection, catalogue: Catalogue, rules: Rules) -> list[Problem]:
    """Give every outside edit its change set, in the writing transaction; what is wrong with the rows.

    Rows drawn elsewhere without a code get one, in a change set of its own.
    """
    names = types_edited_outside(store, connection)
    if not names:
        return []
    touched: dict[str, set[int]] = {}
    found: list[tuple[str, str, int]] = []
    for name in names:
        table = store.schema.history[name]
        columns = (table.c.at, table.c.h_id, table.c[FID])
        rows = connection.execute(sa.select(*columns).where(table.c.changeset_id.is_(None))).all()
        touched[name] = {row[2] for row in rows}
        found += [(row.at, name, row.h_id) for row in rows]
    for act in _acts(sorted(found)):
        _record(store, connection, act)
    _give_codes(store, connection, catalogue, rules, touched)
    problems = store.inspect(connection, names)
    for name, ids in touched.items():
        problems += _row_problems(store, connection, catalogue, rules, name, sorted(ids))
    return problems


def _acts(found: Sequence[tuple[str, str, int]]) -> list[_Act]:
    acts: list[_Act] = []
    for at, name, h_id in found:
        if not acts or _moment(at) - _moment(acts[-1].at) > GAP:
            acts.append(_Act(at))
        acts[-1].at = at
        acts[-1].rows[name].append(h_id)
    return acts


def _moment(at: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(at)


def _record(store: Store, connection: sa.Connection, act: _Act) -> None:
    label = Message("store.outside_edits", {"count": act.count})
    table = store.schema.change_set
    result = connection.execute(
        table.insert().values(
            at=act.at,
            actor=ACTOR,
            stated=True,
            label_id=label.id,
            label_parameters=encode_parameters(label),
            kind="outside",
            is_open=True,
        )
    )
    key = result.inserted_primary_key
    assert key is not None
    fields: dict[str, list[str]] = {}
    for name, h_ids in act.rows.items():
        rows = store.schema.history[name]
        mine = store.id_in(rows.c.h_id, h_ids)
        connection.execute(rows.update().where(mine).values(changeset_id=key[0]))
        steps = history.transitions(store, connection, name, key[0])
        columns = [c.name for c in store.schema.value_columns(name)]
        fields[name] = sorted(history.changed_fields(steps, columns))
    closed = {"touched": json.dumps(fields), "is_open": False}
    connection.execute(table.update().where(table.c.id == key[0]).values(**closed))


def _give_codes(
    store: Store,
    connection: sa.Connection,
    catalogue: Catalogue,
    rules: Rules,
    touched: dict[str, set[int]],
) -> None:
    without = [
        (name, row)
        for name, ids in touched.items()
        if CODE in catalogue[name] and catalogue[name].code_prefix
        for row in current_rows(store, connection, name, sorted(ids)).values()
        if not row[CODE]
    ]
    if not without:
        return
    label = Message("store.outside_codes", {"count": len(without)})
    opened = open_change_set(store, connection, actor=ACTOR, label=label, kind="outside")
    edit = Edit(store, connection, catalogue, rules, opened)
    for name, row in without:
        edit.set(name, row, {CODE: edit.new_code(name)})
    edit.finish()


def _row_problems(
    store: Store, connection: sa.Connection, catalogue: Catalogue, rules: Rules, name: str, ids: Sequence[int]
) -> list[Problem]:
    """What the touched rows of a type break: rules of fields, uniqueness, links to one of several types."""
    asset_type = catalogue[name]
    problems = []
    for id, row in current_rows(store, connection, name, ids).items():
        broken = rules(asset_type, row, list(row))
        broken += integrity.repeated_values(store, connection, asset_type, row, id)
        broken += integrity.repeated_together(store, connection, asset_type, row, tuple(row), id)
        several = {link.name: row[link.name] for link in asset_type.links if link.several}
        broken += integrity.dangling_links(store, connection, asset_type, several)
        for problem in broken:
            parameters = {
                "type": asset_type.title,
                "name": integrity.name_rows([row])[0],
                "problem": problem.message,
            }
            message = Message("store.outside_problem", parameters)
            problems.append(Problem(problem.rule, problem.severity, message, problem.field, problem.value))
    return problems
