"""Writing: a checked import taken into the register as one change set, quarantined rows with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from layers.exchange.checking import DATASET, Checked
from layers.exchange.mapping_file import dump_mapping
from layers.exchange.quarantine import quarantine_table
from layers.exchange.report import ImportReport
from layers.feedback import Feedback
from layers.model.catalogue import AssetType, Catalogue
from layers.model.change import IdRange
from layers.model.fields import LinkField
from layers.register import Edit, Register
from layers.text import Message

#: The change set that made the register: before it there is nothing to keep a copy of.
_AS_CREATED = 1


def write_checked(register: Register, checked: Checked, feedback: Feedback) -> ImportReport:
    """Write what was checked. Nothing to write changes nothing; cancelling or any error leaves nothing."""
    if checked.is_empty:
        return replace(checked.report, dry_run=False)
    if register.data_version > _AS_CREATED:
        register.backup_before("import", feedback.part(0.0, 0.1))
    with register.edit(import_label(checked), "import") as edit:
        _write(register.catalogue, edit, checked, feedback)
        for update in checked.updates:
            asset = register.get(update.type, update.fid)
            if asset is not None:
                edit.update(update.type, update.fid, asset.version, update.values)
        # Cancelling after the commit could not be undone by leaving it out.
        feedback.check()
    written = edit.change_set
    return replace(checked.report, dry_run=False, change_set=None if written is None else written.id)


def import_label(checked: Checked) -> Message:
    """What the change set is called: the files, and how many assets came."""
    files = tuple(dict.fromkeys(Path(layer.path).name for layer in checked.plan.imported))
    count = sum(checked.count(name) for name in checked.rows) + len(checked.updates)
    shown = files if len(files) <= 3 else (*files[:2], "…")
    return Message("import.label", {"files": shown, "count": count})


def _write(catalogue: Catalogue, edit: Edit, checked: Checked, feedback: Feedback) -> None:
    descriptions = {layer.mapping.dataset: dump_mapping([layer.mapping]) for layer in checked.plan.imported}
    used = {each.dataset for each in checked.quarantined} | {
        name
        for tables in checked.rows.values()
        for table in tables
        for name in table.column(DATASET).unique().to_pylist()
    }
    sources = {name: edit.source(name, descriptions.get(name, "")) for name in sorted(used)}
    total = sum(checked.count(name) for name in checked.rows) or 1
    ranges: dict[str, IdRange] = {}
    waiting: dict[str, dict[str, pa.Array]] = {}
    done = 0
    for name, tables in checked.rows.items():
        if not tables:
            continue
        table = pa.concat_tables(tables, promote_options="permissive")
        part = feedback.part(done / total, (done + table.num_rows) / total)
        part.progress(0.0, Message("import.progress.writing", {"type": catalogue[name].title}))
        table = _with_source_ids(table, sources)
        table, waiting[name] = _with_ids(catalogue[name], table, ranges)
        ranges[name] = edit.insert_bulk(name, table, part)
        done += table.num_rows
    for name, links in waiting.items():
        _link_late(edit, catalogue[name], ranges, links)
    if checked.quarantined:
        edit.insert_bulk("quarantined_row", quarantine_table(checked.quarantined))


def _with_source_ids(table: pa.Table, sources: Mapping[str, int]) -> pa.Table:
    names = table.column(DATASET).combine_chunks()
    if not pa.types.is_dictionary(names.type):
        names = names.dictionary_encode()
    ids = pa.array([sources[name] for name in names.dictionary.to_pylist()], pa.int64())
    return table.drop_columns([DATASET]).append_column("source_id", ids.take(names.indices))


def _with_ids(
    asset_type: AssetType, table: pa.Table, ranges: Mapping[str, IdRange]
) -> tuple[pa.Table, dict[str, pa.Array]]:
    """Links to rows of this import (-1 - k) as the ids those rows got.

    Links within the type itself, and those to a type that comes later (types may link in a circle), are set
    aside: they are set once the ids are known.
    """
    aside: dict[str, pa.Array] = {}
    for field in asset_type.links:
        if field.name not in table.column_names:
            continue
        column = table.column(field.name).combine_chunks()
        if field.several:
            column = _several(column, ranges)
        else:
            target = field.targets[0]
            waiting = pc.fill_null(pc.less(column, 0), False)
            if target in ranges:
                column = pc.if_else(waiting, pc.subtract(ranges[target].first - 1, column), column)
            elif pc.any(waiting).as_py():
                aside[field.name] = pc.if_else(waiting, column, None)
                column = pc.if_else(waiting, None, column)
        table = table.set_column(table.column_names.index(field.name), field.name, column)
    return table, aside


def _several(column: pa.Array, ranges: Mapping[str, IdRange]) -> pa.Array:
    texts = []
    for text in column.to_pylist():
        if text is not None and ":-" in text:
            target, _, number = text.partition(":")
            text = f"{target}:{ranges[target].first - 1 - int(number)}" if target in ranges else None
        texts.append(text)
    return pa.array(texts, pa.string())


def _link_late(
    edit: Edit, asset_type: AssetType, ranges: Mapping[str, IdRange], links: Mapping[str, pa.Array]
) -> None:
    """Set the links that were set aside, one update a row; a link to what was kept out stays blank."""
    values: dict[int, dict[str, int]] = {}
    for name, column in links.items():
        field = asset_type.field_named(name)
        assert isinstance(field, LinkField)
        target = ranges.get(field.targets[0])
        if target is None:
            continue
        for row in np.flatnonzero(pc.is_valid(column).to_numpy(zero_copy_only=False)).tolist():
            values.setdefault(row, {})[name] = target.first - 1 - column[row].as_py()
    for row, changes in values.items():
        edit.update(asset_type.name, ranges[asset_type.name].first + row, 1, changes)
