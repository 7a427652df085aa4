"""Exporting assets of a register into files: which types, which rows, in which system, with which words.

Field names are stable and codes are written as codes, so that an export can be imported again; links are
written as the code of what they lead to. Personal data is masked unless asked for. Every export is noted in
the register.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from layers.errors import UserError
from layers.exchange.cad import words
from layers.exchange.identity import same_file
from layers.exchange.noting import note_given
from layers.exchange.out_layer import OutLayer
from layers.exchange.placement import Placement
from layers.exchange.shapes import moved
from layers.exchange.writers import Written, write_layers
from layers.feedback import Feedback
from layers.geometry.crs import Crs
from layers.model.catalogue import AssetType
from layers.model.condition_terms import Place
from layers.model.condition_text import ConditionError, UnknownField, read_condition
from layers.model.fields import BooleanField, ChoiceField, DateField, Field, LinkField
from layers.model.personal import mask
from layers.model.query import Condition
from layers.past.book import Past, read_as_of
from layers.register import Register
from layers.search.link_names import RegisterLinks
from layers.store.bulk_read import run_read
from layers.text import Message

GEOMETRY = "geom"
_FIRST_LANGUAGE = "zh"


@dataclass(frozen=True)
class ExportOptions:
    """What to export and how.

    ``types`` empty: every type that has assets. ``where``: a condition as the window reads it; types without the
    fields it names are left out. ``language``: headers and words of lists in it instead of
    field names and codes. ``personal``: personal data in clear. ``rows``: only the assets of these ids, by type.
    ``past``: as of that day.
    """

    types: tuple[str, ...] = ()
    where: str | None = None
    crs: Crs | None = None
    language: str | None = None
    personal: bool = False
    rows: Mapping[str, npt.NDArray[np.int64]] | None = None
    past: Past | None = None

    def of_rows(self, rows: Mapping[str, npt.NDArray[np.int64]]) -> ExportOptions:
        """The same of these assets only."""
        return replace(self, types=tuple(rows), rows=dict(rows))


@dataclass(frozen=True)
class Exported:
    """The files written, how many assets of which type, and what the format could not hold as it is."""

    written: Written
    counts: dict[str, int]
    crs: Crs
    masked: bool


def export_assets(
    register: Register, path: Path, options: ExportOptions, feedback: Feedback | None = None
) -> Exported:
    """Write assets to ``path`` in the format of its ending. Long: a task.

    Raises ``UserError`` for an unknown type, condition or ending, for the register itself as the target,
    and when there is nothing to export.
    """
    feedback = feedback or Feedback()
    refuse_own_register(register.target, path)
    drawn = path.suffix.lower() == words.ENDING
    if drawn:
        # People read a drawing, no field names.
        options = replace(options, language=options.language or _FIRST_LANGUAGE)
    target = options.crs or register.crs
    if target != register.crs and (target.is_local or register.crs.is_local):
        raise UserError(
            Message("export.local_crs", {"crs": target.title}), Message("crs.local_has_no_place.hint")
        )
    types = _types(register, options)
    conditions: dict[str, Condition] = {}
    if options.where is not None:
        conditions = _conditions(register, options.where, types)
        types = [each for each in types if each.name in conditions]
    layers: list[OutLayer] = []
    counts: dict[str, int] = {}
    masked = False
    for number, asset_type in enumerate(types):
        part = feedback.part(0.5 * number / len(types), 0.5 * (number + 1) / len(types))
        part.progress(0.0, Message("export.progress.reading", {"type": asset_type.title}))
        layer = _layer(register, asset_type, options, conditions.get(asset_type.name), part, drawn=drawn)
        if layer is not None:
            counts[asset_type.name] = layer.table.num_rows
            layers.append(layer)
            masked |= not options.personal and _has_personal(asset_type, layer.table)
    if not layers:
        raise UserError(Message("export.nothing"), Message("export.nothing.hint"))
    placement = Placement(register.crs, target)
    written = register.worker.run(_write, str(path), layers, placement, feedback=feedback.part(0.5, 1.0))
    _note(register, path, options, counts)
    return Exported(written, counts, target, masked)


def refuse_own_register(target: str | Path, path: Path) -> None:
    """Raise ``UserError`` if ``path`` is the open register."""
    if not str(target).startswith(("postgresql:", "postgres:")) and same_file(Path(target), path):
        raise UserError(
            Message("export.own_register", {"file": path.name}), Message("export.own_register.hint")
        )


def _types(register: Register, options: ExportOptions) -> list[AssetType]:
    known = [t for t in register.catalogue if t.group != "system"]
    if not options.types:
        # What is gone today may have been there on a past day.
        return [t for t in known if options.past is not None or register.count(t.name)]
    names = {t.name for t in known}
    for name in options.types:
        if name not in names:
            raise UserError(
                Message("cli.error.no_such_type", {"name": name}),
                Message("cli.hint.one_of", {"values": tuple(sorted(names))}),
            )
    return [register.catalogue[name] for name in dict.fromkeys(options.types)]


def _conditions(register: Register, text: str, types: Sequence[AssetType]) -> dict[str, Condition]:
    """What ``text`` asks of each type that has the fields it names.

    Raises ``ConditionError`` where it is wrong, or names a field that none of ``types`` has.
    """
    links = RegisterLinks(register)
    found: dict[str, Condition] = {}
    lacking: list[tuple[AssetType, UnknownField]] = []
    for asset_type in types:
        try:
            condition = read_condition(text, asset_type, links)
        except UnknownField as error:
            lacking.append((asset_type, error))
            continue
        except ConditionError as error:
            raise _pointed(error, text) from error
        if condition is None:
            raise ConditionError(Message("condition.expected.field"), Place(0, 0))
        found[asset_type.name] = condition
    if lacking and not found:
        raise _pointed(_lacked(lacking, text), text)
    return found


def _lacked(lacking: Sequence[tuple[AssetType, UnknownField]], text: str) -> ConditionError:
    """The error of the types that have most of the fields."""
    start = max(error.place.start for _, error in lacking)
    furthest = [(asset_type, error) for asset_type, error in lacking if error.place.start == start]
    error = furthest[0][1]
    if len(furthest) == 1:
        return error
    told = {"types": tuple(each.title for each, _ in furthest), "field": text[start : error.place.end]}
    return ConditionError(Message("export.where.no_field", told), error.place)


def _pointed(error: ConditionError, text: str) -> ConditionError:
    """The same, with the text and the place in it."""
    start, end = error.place.start, error.place.end
    told = {"before": text[:start], "wrong": text[start:end], "after": text[end:]}
    error.detail = Message("export.where.place", told)
    return error


def _layer(
    register: Register,
    asset_type: AssetType,
    options: ExportOptions,
    condition: Condition | None,
    feedback: Feedback,
    *,
    drawn: bool,
) -> OutLayer | None:
    located = asset_type.shape is not None
    fields = [field.name for field in asset_type.columns]
    read = read_as_of(register, asset_type.name, options.past, fields, condition, geometry=located)
    found: pa.Table = register.worker.run(run_read, register.settled(read), feedback=feedback)
    if options.past is not None:
        # What changed since comes behind what did not.
        found = found.sort_by("fid")
    if options.rows is not None:
        wanted = pa.array(options.rows.get(asset_type.name, ()), pa.int64())
        found = found.filter(pc.is_in(found.column("fid"), value_set=wanted))
    if not found.num_rows:
        return None
    columns: dict[str, pa.Array] = {}
    stored = {field.name: _combined(found.column(field.name)) for field in asset_type.columns}
    for field in asset_type.columns:
        values = stored[field.name]
        columns[_header(field, options.language, columns)] = _written(register, field, values, options)
    geometry = _combined(found.column(GEOMETRY)) if located else None
    if geometry is not None and geometry.null_count == len(geometry):
        geometry = None
    name = asset_type.name if options.language is None else asset_type.title[options.language]
    layer = OutLayer(name, pa.table(columns), geometry, register.crs)
    if not drawn or options.language is None:
        return layer
    sizes = words.sizes_of(asset_type, stored)
    return replace(layer, sizes=sizes, labels=words.labels_of(asset_type, stored, sizes, options.language))


def _has_personal(asset_type: AssetType, table: pa.Table) -> bool:
    """Whether there is anything to mask; the columns stand in the order of the type's fields."""
    columns = zip(asset_type.columns, table.columns, strict=True)
    return any(field.personal and column.null_count < len(column) for field, column in columns)


def _header(field: Field, language: str | None, taken: dict[str, Any]) -> str:
    if language is None:
        return field.name
    title = field.title[language]
    return title if title not in taken else f"{title} ({field.name})"


def _written(register: Register, field: Field, values: pa.Array, options: ExportOptions) -> pa.Array:
    if isinstance(field, LinkField):
        values = _codes(register, field, values, options.past)
    if field.personal and not options.personal:
        return pa.array([None if v is None else mask(str(v)) for v in values.to_pylist()], pa.string())
    if options.language is not None and isinstance(field, ChoiceField | BooleanField | DateField):
        return _in_words(field, values, options.language)
    return values


def _in_words(field: Field, values: pa.Array, language: str) -> pa.Array:
    encoded = values.dictionary_encode()
    words = pa.array([field.format(value, language) for value in encoded.dictionary.to_pylist()], pa.string())
    return words.take(encoded.indices)


def _codes(register: Register, field: LinkField, values: pa.Array, past: Past | None) -> pa.Array:
    """Links as the business codes of their targets: ids mean nothing outside the register."""
    if values.null_count == len(values):
        return pa.nulls(len(values), pa.string())
    result = pa.nulls(len(values), pa.string())
    for target in field.targets:
        target_type = register.catalogue[target]
        naming = "code" if "code" in target_type else target_type.label_fields[0]
        table = _names(register, target, naming, past)
        ids = table.column("fid").cast(pa.string())
        keys = _combined(pc.binary_join_element_wise(target, ids, ":")) if field.several else _combined(ids)
        place = pc.index_in(values.cast(pa.string()), value_set=keys)
        # Some are called by a number, and what nothing has a name for has no type either.
        codes = _combined(table.column(naming)).cast(pa.string()).take(place)
        if field.several:
            codes = pc.binary_join_element_wise(target, codes, ":")
        result = pc.coalesce(result, codes)
    return result


def _names(register: Register, target: str, naming: str, past: Past | None) -> pa.Table:
    """What assets are called. By dates they may be gone that day and still be what another leads to."""
    of_book = past if past is not None and past.basis == "book" else None
    read = read_as_of(register, target, of_book, [naming], geometry=False)
    return register.worker.run(run_read, register.settled(read))


def _write(feedback: Feedback, path: str, layers: Sequence[OutLayer], placement: Placement) -> Written:
    """Runs in the worker: into the target's coordinates, and out."""
    moved = [_moved(layer, placement) for layer in layers]
    feedback.progress(0.3)
    return write_layers(feedback.part(0.3, 1.0), path, moved)


def _moved(layer: OutLayer, placement: Placement) -> OutLayer:
    if layer.geometry is None or placement.is_identity:
        return replace(layer, crs=placement.target)
    raw = np.asarray(layer.geometry.to_numpy(zero_copy_only=False), dtype=object)
    shapes, _ = moved(shapely.from_wkb(raw), placement)
    wkb = shapely.to_wkb(shapes, output_dimension=3, byte_order=1, flavor="iso")
    return replace(layer, geometry=pa.array(wkb, pa.binary()), crs=placement.target)


def _note(register: Register, path: Path, options: ExportOptions, counts: dict[str, int]) -> None:
    personal = options.personal and any(
        f.personal for name in counts for f in register.catalogue[name].columns
    )
    total = sum(counts.values())
    note_given(
        register,
        path,
        Message("export.noted", {"count": total, "file": path.name}),
        counts,
        total,
        personal=personal,
        condition=None if options.where is None else options.where[:500],
        as_of=None if options.past is None else options.past.day,
    )


def _combined(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
