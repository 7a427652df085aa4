"""Quarantine: rows kept out of the register, to be corrected and taken in, or dropped.

They are rows of the type ``quarantined_row``, written by the import itself: undoing the import takes them
away too, and taking one in or dropping it is an act with a trail like any other.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import pyarrow as pa
import shapely

from layers.errors import UserError
from layers.exchange.book import QUARANTINE
from layers.exchange.links import naming_fields
from layers.exchange.staging_data import QuarantineRecord
from layers.model.asset import Asset, AssetKey
from layers.model.catalogue import AssetType
from layers.model.fields import LinkField, ValueRefused
from layers.model.problem import Problem
from layers.model.query import All, Compare, Condition, Query
from layers.register import Edit, Register, ValuesRefused
from layers.store.labels import decode_message, encode_parameters
from layers.text import Message

CODE, GEOMETRY = "code", "geom"


class Waiting(Protocol):
    """A row to be written into quarantine."""

    @property
    def type(self) -> str: ...
    @property
    def dataset(self) -> str: ...
    @property
    def file(self) -> str: ...
    @property
    def layer(self) -> str: ...
    @property
    def record(self) -> QuarantineRecord: ...


@dataclass(frozen=True)
class QuarantinedRow:
    """One row in quarantine: where it comes from, what it would become, and why it did not.

    ``proposed`` by field (what could not be read, as written), ``as_written`` by column of the file.
    ``asset``: the one in the book that it differs from.
    """

    id: int
    type: str
    source: str
    file: str
    layer: str
    row: int
    proposed: Mapping[str, Any]
    as_written: Mapping[str, str | None]
    parts: tuple[bytes, ...]
    problems: tuple[Problem, ...]
    asset: AssetKey | None
    key: str
    hash: int
    version: int
    dropped: bool

    @property
    def is_code_taken(self) -> bool:
        """Whether it only lacks a code of its own, which the name of its data set in front would give it."""
        return all(problem.rule == "code_taken" for problem in self.problems)


def quarantine_table(rows: Sequence[Waiting]) -> pa.Table:
    """The rows as the type ``quarantined_row`` holds them."""
    records = [each.record for each in rows]
    return pa.table(
        {
            "type_name": pa.array([each.type or "?" for each in rows], pa.string()),
            "source": pa.array([each.dataset[:200] for each in rows], pa.string()),
            "file_name": pa.array([each.file[:260] for each in rows], pa.string()),
            "layer_name": pa.array([each.layer[:200] for each in rows], pa.string()),
            "row_number": pa.array([record.row for record in records], pa.int64()),
            "row_key": pa.array([record.key for record in records], pa.string()),
            "content_hash": pa.array([str(record.hash) for record in records], pa.string()),
            "proposed": pa.array([_json(record.values) for record in records], pa.string()),
            "as_written": pa.array([_json(record.raw) for record in records], pa.string()),
            "place": pa.array([";".join(p.hex() for p in r.geometry) or None for r in records], pa.string()),
            "problems": pa.array([_problems_json(record.problems) for record in records], pa.string()),
            "asset_id": pa.array([record.fid for record in records], pa.int64()),
            "dropped": pa.array([False] * len(records), pa.bool_()),
        }
    )


def list_quarantined(
    register: Register,
    *,
    type: str | None = None,
    source: str | None = None,
    dropped: bool = False,
    limit: int = 1000,
) -> list[QuarantinedRow]:
    """The rows in quarantine, the oldest first; dropped ones on wish instead."""
    conditions: list[Condition] = [Compare("dropped", "=", dropped)]
    if type is not None:
        conditions.append(Compare("type_name", "=", type))
    if source is not None:
        conditions.append(Compare("source", "=", source))
    found = register.find(Query(QUARANTINE, All(tuple(conditions)), limit=limit))
    return [_row(register, asset) for asset in found]


def get_quarantined(register: Register, id: int) -> QuarantinedRow:
    """One row in quarantine. Raises ``UserError`` when it is there no more."""
    asset = register.get(QUARANTINE, id)
    if asset is None:
        raise UserError(Message("import.quarantine.gone", {"id": id}), Message("import.quarantine.gone.hint"))
    return _row(register, asset)


def take_in(
    register: Register,
    rows: Sequence[QuarantinedRow],
    corrections: Mapping[str, Any] | None = None,
    *,
    prefix: bool = False,
    as_type: str | None = None,
) -> list[AssetKey]:
    """Write rows into the register in one act, with ``corrections`` (texts by field) in all of them.

    ``prefix`` puts the name of the data set before their codes; ``as_type`` says what rows of no known type
    are. A row that differs from the book changes the asset it is of. Raises ``ValuesRefused`` naming every
    field that is still wrong; then nothing has changed.
    """
    keys: list[AssetKey] = []
    with register.edit(Message("import.quarantine.label", {"count": len(rows)}), "import") as edit:
        sources = {each.name: each.id for each in register.sources()}
        for row in rows:
            keys += _take_in(register, edit, row, corrections or {}, sources.get(row.source), prefix, as_type)
            edit.delete(QUARANTINE, row.id, row.version)
    return keys


def drop(register: Register, rows: Sequence[QuarantinedRow], *, dropped: bool = True) -> None:
    """Give rows up (or take that back): they stay known, so that the same file does not bring them again."""
    label = Message(
        "import.quarantine.dropped" if dropped else "import.quarantine.restored", {"count": len(rows)}
    )
    with register.edit(label) as edit:
        for row in rows:
            edit.update(QUARANTINE, row.id, row.version, {"dropped": dropped})


def _take_in(
    register: Register,
    edit: Edit,
    row: QuarantinedRow,
    corrections: Mapping[str, Any],
    source_id: int | None,
    prefix: bool,
    as_type: str | None,
) -> list[AssetKey]:
    name = as_type or row.type
    if name not in register.catalogue:
        raise UserError(
            Message("import.quarantine.no_type", {"line": row.row, "file": row.file}),
            Message("import.quarantine.no_type.hint"),
        )
    asset_type = register.catalogue[name]
    values = _values(register, asset_type, {**row.proposed, **corrections})
    if prefix and values.get(CODE):
        values[CODE] = f"{row.source}-{values[CODE]}"
    shapes = [shapely.from_wkb(part) for part in row.parts] or [None]
    identity = {"source_id": source_id, "source_key": row.key, "source_hash": row.hash}
    if row.asset is not None:
        return [_change(register, edit, row.asset, values, shapes, identity)]
    keys = []
    for number, shape in enumerate(shapes, 1):
        own = dict(values)
        if len(shapes) > 1 and own.get(CODE):
            own[CODE] = f"{own[CODE]}-{number}"
        if shape is not None and asset_type.geometry_field is not None:
            own[GEOMETRY] = shape
        keys.append(AssetKey(name, edit.insert(name, {**own, **identity})))
    return keys


def _change(
    register: Register,
    edit: Edit,
    key: AssetKey,
    values: Mapping[str, Any],
    shapes: Sequence[Any],
    identity: Mapping[str, Any],
) -> AssetKey:
    """Bring the asset in the book to what the file says; what the file leaves blank stays."""
    asset = register.get(*key)
    if asset is None:
        raise UserError(Message("import.quarantine.asset_gone"), Message("import.quarantine.asset_gone.hint"))
    wanted = {**values, **identity}
    if len(shapes) == 1 and shapes[0] is not None:
        wanted[GEOMETRY] = shapes[0]
    edit.update(key.type, key.id, asset.version, wanted)
    return key


def _values(register: Register, asset_type: AssetType, proposed: Mapping[str, Any]) -> dict[str, Any]:
    """Proposed texts and values read by their fields. Raises ``ValuesRefused`` naming each that cannot be."""
    values: dict[str, Any] = {}
    refused: list[Problem] = []
    for name, value in proposed.items():
        if name not in asset_type or value is None:
            continue
        field = asset_type.field_named(name)
        try:
            if isinstance(field, LinkField):
                values[name] = _linked(register, field, value)
            else:
                values[name] = field.parse(value)
        except ValueRefused as error:
            refused.append(error.problem)
    if refused:
        raise ValuesRefused(asset_type, str(proposed.get(CODE) or ""), refused)
    return {name: value for name, value in values.items() if value is not None}


def _linked(register: Register, field: LinkField, value: Any) -> int | str | None:
    """The asset that a text names, by code or name; none is a blank: the row stands without it."""
    for target in field.targets:
        for name in naming_fields(register.catalogue[target]):
            found = register.find(Query(target, Compare(name, "=", str(value)), limit=2))
            if len(found) == 1:
                return f"{target}:{found[0].id}" if field.several else found[0].id
    return None


def _row(register: Register, asset: Asset) -> QuarantinedRow:
    type_name = asset["type_name"]
    fid = asset.get("asset_id")
    return QuarantinedRow(
        asset.id,
        type_name,
        asset["source"],
        asset.get("file_name", ""),
        asset.get("layer_name", ""),
        asset.get("row_number", 0),
        json.loads(asset.get("proposed", "{}")),
        json.loads(asset.get("as_written", "{}")),
        tuple(bytes.fromhex(part) for part in asset.get("place", "").split(";") if part),
        tuple(_problem(each) for each in json.loads(asset.get("problems", "[]"))),
        None if fid is None else AssetKey(type_name, fid),
        asset.get("row_key", ""),
        int(asset.get("content_hash", "0")),
        asset.version,
        bool(asset.get("dropped", False)),
    )


def _json(values: Mapping[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False, default=str)


def _problems_json(problems: Sequence[Problem]) -> str:
    listed = [
        {
            "rule": problem.rule,
            "severity": problem.severity,
            "field": problem.field,
            "value": problem.value,
            "text": problem.message.id,
            "parameters": encode_parameters(problem.message),
        }
        for problem in problems
    ]
    return json.dumps(listed, ensure_ascii=False, default=str)


def _problem(data: Mapping[str, Any]) -> Problem:
    message = decode_message(data["text"], data["parameters"])
    return Problem(data["rule"], data["severity"], message, data["field"], data["value"])
