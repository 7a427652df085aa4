"""Staging: one layer of a foreign file on its way into the register, all in the worker process.

Read, reproject, read the values by the fields' rules, check, take multiparts apart, identify, and sort
every row into accepted, unchanged, changed, quarantined. Nothing is written; the register is not touched.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from layers.exchange.batch import Batch
from layers.exchange.findings import Finding
from layers.exchange.foreign import ROW, ForeignTable
from layers.exchange.formats import read_layer
from layers.exchange.mapping import BY_SHAPE
from layers.exchange.staging_data import Counts, LayerJob, Numbers, QuarantineRecord, StagedLayer, StagedType
from layers.exchange.survey import shape_name
from layers.exchange.values import as_text, unique_texts
from layers.feedback import Feedback
from layers.model.code_list import normalise
from layers.model.problem import Problem
from layers.text import Message

WHOLE_LAYER = -1


@dataclass(frozen=True)
class _Part:
    """The rows of a layer that go to one type (None: none is known for them)."""

    type: str | None
    rows: Numbers
    kinds: pa.Array | None = None


def stage_layer(feedback: Feedback, job: LayerJob) -> StagedLayer:
    """Stage one layer. Raises ``UserError`` when it cannot be read, ``Cancelled`` on wish."""
    feedback.progress(0.0)
    found = read_layer(job.path, job.layer, job.encoding, feedback.part(0.0, 0.3), job.mapping.coordinates)
    feedback.progress(0.3)
    return stage_table(feedback.part(0.3, 1.0), job, found)


def stage_table(feedback: Feedback, job: LayerJob, found: ForeignTable) -> StagedLayer:
    """Stage a layer that has been read."""
    numbers = _row_numbers(found)
    types: dict[str, StagedType] = {}
    parts = list(_parts(job, found))
    counts = Counts()
    findings: list[Finding] = []
    lost, told = _reading_problems(found, numbers)
    for done, part in enumerate(parts):
        feedback.progress(done / len(parts))
        if part.type is None:
            staged = _unknown_kind(job, found, part, numbers)
        else:
            own = numbers[part.rows]
            staged = _stage_part(job, found, part, own, [each.placed(own) for each in told])
            told = [each.without(own) for each in told]
        types[part.type or ""] = staged
        counts = counts + staged.counts
        findings += staged.findings
    rejected = Counts(read=lost, rejected=lost)
    feedback.progress(1.0)
    return StagedLayer(counts + rejected, types, (*findings, *(each for each in told if len(each.rows))))


def _stage_part(
    job: LayerJob, found: ForeignTable, part: _Part, numbers: Numbers, told: Iterable[Finding]
) -> StagedType:
    """``numbers`` are those of the part's rows, ``told`` is what the reader says of them, by their positions."""
    whole = len(part.rows) == len(found)
    taken = pa.array(part.rows)
    table = found.table if whole else found.table.take(taken)
    geometry = found.geometry
    if geometry is not None:
        geometry = geometry.combine_chunks() if isinstance(geometry, pa.ChunkedArray) else geometry
        geometry = geometry if whole else geometry.take(taken)
    assert part.type is not None
    batch = Batch(
        job,
        job.types[part.type],
        job.mapping.types[part.type],
        table,
        geometry,
        numbers,
        part.kinds,
        [each for each in told if len(each.rows)],
    )
    return batch.stage()


def _parts(job: LayerJob, found: ForeignTable) -> Iterator[_Part]:
    """Which rows go to which type, by the mapping's type column if it has one."""
    mapping = job.mapping
    everything = np.arange(len(found), dtype=np.int64)
    column = mapping.type_column
    if column == BY_SHAPE:
        texts, indices = unique_texts(_shape_names(found))
    elif column is None or column not in found.table.column_names or not mapping.choices:
        yield _Part(next(iter(mapping.types)), everything)
        return
    else:
        texts, indices = unique_texts(_whole(found.table.column(column)))
    words = [normalise(text or "") for text in texts.to_pylist()]
    chosen = [mapping.choices.get(word) for word in words]
    types = [choice.type if choice is not None else mapping.otherwise for choice in chosen]
    kinds = pa.array([choice.kind if choice is not None else None for choice in chosen], pa.string())
    for name in dict.fromkeys((*types, mapping.otherwise)):
        wanted = np.array([each == name for each in types] + [mapping.otherwise == name])
        rows = np.flatnonzero(wanted[indices])
        if len(rows):
            picked = indices[rows]
            own = kinds.take(pa.array(picked, mask=picked < 0))
            yield _Part(name, rows, own if own.null_count < len(own) else None)


def _unknown_kind(job: LayerJob, found: ForeignTable, part: _Part, numbers: Numbers) -> StagedType:
    """Rows whose type nobody knows: kept, with the word that was not understood."""
    column = job.mapping.type_column
    assert column is not None
    table = found.table.take(pa.array(part.rows))
    names = [name for name in table.column_names if not name.startswith("__")]
    texts = {name: as_text(_whole(table.column(name))).to_pylist() for name in names}
    message = Message("import.row.unknown_type", {"column": column, "value": ""})
    finding = Finding(
        "unknown_type",
        "error",
        message,
        numbers[part.rows],
        None,
        column,
        as_text(_whole(table.column(column))),
    )
    problems = dict(finding.problems())
    records = tuple(
        QuarantineRecord(
            int(row), f"row:{row}", 0, {}, {name: texts[name][i] for name in names}, (), (problems[int(row)],)
        )
        for i, row in enumerate(numbers[part.rows].tolist())
    )
    counts = Counts(read=len(part.rows), quarantined=len(part.rows))
    return StagedType("", counts, pa.table({}), (finding,), quarantined=records)


def _reading_problems(found: ForeignTable, numbers: Numbers) -> tuple[int, list[Finding]]:
    """What the reader says of rows, and how many records it could not read at all."""
    lost: set[int] = set()
    present = set(numbers.tolist()) if any(p.row is not None for p in found.problems) else set()
    grouped: dict[tuple[str, str, Message, str | None], tuple[list[int], list[Problem]]] = {}
    for each in found.problems:
        row = WHOLE_LAYER if each.row is None else each.row
        if each.row is not None and each.row not in present and each.problem.severity == "error":
            lost.add(each.row)
        problem = each.problem
        rows, same = grouped.setdefault(
            (problem.rule, problem.severity, problem.message, problem.field), ([], [])
        )
        rows.append(row)
        same.append(problem)
    told = [_told_of(np.array(rows, dtype=np.int64), same) for rows, same in grouped.values()]
    return len(lost), told


def _told_of(rows: Numbers, problems: Sequence[Problem]) -> Finding:
    """One problem of many rows, which may differ in the value alone."""
    first = problems[0]
    written = [None if each.value is None else str(each.value) for each in problems]
    values = pa.array(written, pa.string()) if any(each is not None for each in written) else None
    return Finding(first.rule, first.severity, first.message, rows, None, first.field, values)


def _shape_names(found: ForeignTable) -> pa.Array:
    """What kind of geometry each row has: point, line, polygon, mixed or none."""
    if found.geometry is None:
        return pa.array(["none"] * len(found))
    shapes = shapely.from_wkb(found.geometry.to_numpy(zero_copy_only=False), on_invalid="ignore")
    return pa.array([shape_name(kind) for kind in shapely.get_type_id(shapes).tolist()])


def _row_numbers(found: ForeignTable) -> Numbers:
    if ROW in found.table.column_names:
        numbers = pc.fill_null(_whole(found.table.column(ROW)).cast(pa.int64()), 0)
        return np.asarray(numbers.to_numpy(zero_copy_only=False), dtype=np.int64)
    return np.arange(1, len(found) + 1, dtype=np.int64)


def _whole(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
