"""Checking: every layer of a plan staged against the register as it is now. Nothing is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from layers.exchange.book import RegisterBook
from layers.exchange.differences import Update, split_changed, updates_of
from layers.exchange.findings import Finding
from layers.exchange.identity import folded
from layers.exchange.import_plan import ImportPlan, PlannedLayer
from layers.exchange.links import Directory, creatable_by, naming_fields
from layers.exchange.planning import link_targets
from layers.exchange.report import ImportReport, LayerFindings, Reported, TypeOutcome
from layers.exchange.staging import stage_layer
from layers.exchange.staging_data import (
    Counts,
    LayerJob,
    MissingTargets,
    QuarantineRecord,
    StagedLayer,
    StagedType,
    TypeContext,
)
from layers.feedback import Feedback
from layers.model.catalogue import Catalogue
from layers.model.problem import Problem
from layers.store.worker import Worker
from layers.text import Message

DATASET = "__dataset"
"""The column of staged rows that names their data set, until its id is known."""


@dataclass(frozen=True)
class Quarantined:
    """A row to be kept out, with the type and data set it is of."""

    type: str
    dataset: str
    file: str
    layer: str
    record: QuarantineRecord


@dataclass
class Checked:
    """A whole import, staged: ``rows`` by type in the order they are to be written, and what to keep in quarantine.

    ``created`` counts the places made because rows name them. Valid while the register is at
    ``data_version``.
    """

    plan: ImportPlan
    data_version: int
    rows: dict[str, list[pa.Table]] = field(default_factory=dict)
    quarantined: list[Quarantined] = field(default_factory=list)
    updates: list[Update] = field(default_factory=list)
    report: ImportReport = field(default_factory=lambda: ImportReport(Counts(), {}))

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to write."""
        return (
            not self.quarantined
            and not self.updates
            and not any(t.num_rows for tables in self.rows.values() for t in tables)
        )

    def count(self, type_name: str) -> int:
        """How many rows are staged for a type."""
        return sum(table.num_rows for table in self.rows.get(type_name, ()))


def check_plan(
    worker: Worker, catalogue: Catalogue, book: RegisterBook, plan: ImportPlan, feedback: Feedback
) -> Checked:
    """Stage every imported layer of ``plan``. Raises ``UserError`` when a file cannot be read any more."""
    run = _Run(worker, catalogue, book, plan)
    layers = in_order(plan, catalogue)
    for number, layer in enumerate(layers):
        part = feedback.part(number / max(len(layers), 1), (number + 1) / max(len(layers), 1))
        part.progress(
            0.0, Message("import.progress.checking", {"file": layer.file_name, "layer": layer.survey.name})
        )
        run.stage(layer, part)
    return run.finish()


def in_order(plan: ImportPlan, catalogue: Catalogue) -> list[PlannedLayer]:
    """The imported layers so that what others link to comes first; circles are cut where they close."""
    rank = type_order(plan, catalogue)
    position = {name: number for number, name in enumerate(rank)}
    return sorted(plan.imported, key=lambda layer: max(position[name] for name in layer.mapping.types))


def type_order(plan: ImportPlan, catalogue: Catalogue) -> list[str]:
    """The types of a plan, link targets before those that link to them."""
    needs: dict[str, set[str]] = {}
    for layer in plan.imported:
        for rule in layer.mapping.types.values():
            targets = link_targets(rule, catalogue) - {rule.type}
            needs.setdefault(rule.type, set()).update(targets)
            for target in targets:
                needs.setdefault(target, set())
    ordered: list[str] = []
    while needs:
        free = [name for name, targets in needs.items() if not targets - set(ordered)]
        # A circle is cut at the type that most others wait for.
        free = free or [max(needs, key=lambda name: sum(name in targets for targets in needs.values()))]
        for name in free:
            ordered.append(name)
            del needs[name]
    return ordered


class _Run:
    """One check under way."""

    def __init__(self, worker: Worker, catalogue: Catalogue, book: RegisterBook, plan: ImportPlan) -> None:
        self._worker = worker
        self._catalogue = catalogue
        self._book = book
        self._plan = plan
        self._checked = Checked(plan, book.data_version, {name: [] for name in type_order(plan, catalogue)})
        self._directories: dict[str, Directory] = {}
        self._made: dict[str, dict[str, int]] = {}
        self._outcomes: dict[str, TypeOutcome] = {}
        self._counts = Counts()
        self._findings: list[LayerFindings] = []
        self._planned = {name for layer in plan.imported for name in layer.mapping.types}
        self._unresolved: list[tuple[str, int, MissingTargets]] = []

    def stage(self, layer: PlannedLayer, feedback: Feedback) -> None:
        """Stage one layer and add it to what is to be written."""
        source_id = self._book.source_id(layer.mapping.dataset)
        job = LayerJob(
            layer.path,
            layer.survey.name,
            self._plan.options.encoding,
            layer.mapping,
            {t.name: t for t in self._catalogue if t.group != "system"},
            layer.placement,
            source_id,
            {name: self._context(name, layer.path) for name in layer.mapping.types},
            {name: self._directory(name) for name in self._targets(layer)},
            self._creatable(layer),
            self._plan.options.unknown_words,
            self._book.held,
        )
        staged = self._worker.run(stage_layer, job, feedback=feedback)
        self._take(layer, staged)

    def _resolve(self) -> list[Reported]:
        """Give the links that waited the rows that came later; what is still unknown is told by type."""
        told = []
        for name, number, missing in self._unresolved:
            rows = self._checked.rows[name][number]
            ids, found = self._directory(missing.target).find(missing.texts)
            links = pc.coalesce(_column(rows, missing.field), pa.array(ids, mask=~found))
            index = rows.column_names.index(missing.field)
            self._checked.rows[name][number] = rows.set_column(index, missing.field, links)
            lost = int((pc.is_valid(missing.texts).to_numpy(zero_copy_only=False) & ~found).sum())
            if lost:
                field = self._catalogue[name].field_named(missing.field)
                named = {"field": field.title, "type": self._catalogue[missing.target].title, "count": lost}
                message = Message("import.layer.unknown_links", named)
                told.append(
                    Reported(
                        rows.column(DATASET)[0].as_py(),
                        "",
                        None,
                        field.name,
                        Problem("unknown_link", "warning", message, field.name),
                    )
                )
        return told

    def finish(self) -> Checked:
        """The outcome of all layers."""
        unknown = self._resolve()
        changed = Counter(update.type for update in self._checked.updates)
        written = {name: self._checked.count(name) + changed[name] for name in self._checked.rows}
        outcomes = {
            name: replace(self._outcomes.get(name, TypeOutcome()), written=count)
            for name, count in written.items()
            if count or name in self._outcomes
        }
        general = [Reported(file, "", None, None, problem) for file, problem in self._plan.problems]
        general += _told_once(self._plan.layers) + unknown
        self._checked.report = ImportReport(
            self._counts,
            outcomes,
            tuple(general),
            tuple(self._findings),
            tuple(f"{layer.file_name}/{layer.survey.name}" for layer in self._plan.references),
            dry_run=True,
        )
        return self._checked

    def _targets(self, layer: PlannedLayer) -> set[str]:
        rules = layer.mapping.types.values()
        return {target for rule in rules for target in link_targets(rule, self._catalogue)}

    def _creatable(self, layer: PlannedLayer) -> frozenset[str]:
        """Types whose assets a link may name before they are there: places, and what this plan brings later."""
        order = list(self._checked.rows)
        here = max(order.index(name) for name in layer.mapping.types)
        later = {name for name in self._planned if order.index(name) > here}
        if not self._plan.options.create_places:
            return frozenset(later)
        places = {t.name for t in self._catalogue if creatable_by(t) is not None}
        return frozenset((places - self._planned) | later)

    def _context(self, name: str, path: str) -> TypeContext:
        own = {layer.mapping.dataset for layer in self._plan.imported if layer.path == path}
        codes: dict[bool, list[pa.Array]] = {True: [], False: []}
        for table in self._checked.rows[name]:
            if "code" in table.column_names and table.num_rows:
                sibling = table.column(DATASET)[0].as_py() in own
                codes[sibling].append(folded(_column(table, "code")).drop_null())
        blank = pa.array([], pa.string())
        return TypeContext(
            self._book.of(name),
            self._checked.count(name),
            pa.concat_arrays([blank, *codes[False]]),
            pa.concat_arrays([blank, *codes[True]]),
        )

    def _directory(self, name: str) -> Directory:
        if name not in self._directories:
            table = self._book.names(name, naming_fields(self._catalogue[name]))
            fid = np.asarray(table.column("fid").to_numpy(), dtype=np.int64)
            directory = Directory.of(
                [(_column(table, column), fid) for column in table.column_names if column != "fid"]
            )
            for before, rows in self._staged_so_far(name):
                directory = self._extended(name, directory, rows, before)
            self._directories[name] = directory
        return self._directories[name]

    def _staged_so_far(self, name: str) -> Iterable[tuple[int, pa.Table]]:
        before = 0
        for table in self._checked.rows.get(name, ()):
            yield before, table
            before += table.num_rows

    def _extended(self, name: str, directory: Directory, rows: pa.Table, before: int) -> Directory:
        ids = -1 - np.arange(before, before + rows.num_rows, dtype=np.int64)
        blank = pa.nulls(rows.num_rows, pa.string())
        columns = [
            (_column(rows, column) if column in rows.column_names else blank, ids)
            for column in naming_fields(self._catalogue[name])
        ]
        return directory.with_rows(columns)

    def _take(self, layer: PlannedLayer, staged: StagedLayer) -> None:
        findings = list(staged.findings)
        for name, part in staged.types.items():
            outcome, told = self._take_type(layer, name, part)
            findings += told
            self._counts = self._counts + outcome
            if name:
                earlier = self._outcomes.get(name, TypeOutcome())
                self._outcomes[name] = replace(earlier, counts=earlier.counts + outcome)
        lost = staged.counts.rejected
        self._counts = self._counts + Counts(read=lost, rejected=lost)
        self._findings.append(LayerFindings(layer.file_name, layer.survey.name, tuple(findings)))

    def _take_type(self, layer: PlannedLayer, name: str, part: StagedType) -> tuple[Counts, list[Finding]]:
        counts, told = part.counts, list[Finding]()
        waiting = self._book.waiting(name or "?", layer.mapping.dataset)
        records = [r for r in part.quarantined if f"{r.key}|{r.hash}" not in waiting]
        if part.changed is not None:
            if self._catalogue[name].kept_in_lists:
                same, updates, differing, told = updates_of(self._book, self._catalogue[name], part)
                self._checked.updates += updates
                counts = replace(counts, accepted=counts.accepted + len(updates))
            else:
                same, differing, told = split_changed(self._book, self._catalogue[name], part)
            counts = replace(
                counts, unchanged=counts.unchanged + same, quarantined=counts.quarantined + len(differing)
            )
            records += [r for r in differing if f"{r.key}|{r.hash}" not in waiting]
        dataset = layer.mapping.dataset
        self._checked.quarantined += [
            Quarantined(name, dataset, layer.file_name, layer.survey.name, record) for record in records
        ]
        if part.rows.num_rows:
            rows = self._with_places(name, part, dataset)
            before = self._checked.count(name)
            self._checked.rows[name].append(_with_dataset(rows, dataset))
            if name in self._directories:
                self._directories[name] = self._extended(name, self._directories[name], rows, before)
        return counts, told

    def _with_places(self, name: str, part: StagedType, dataset: str) -> pa.Table:
        """The staged rows with their links to places that are made for them; links to later layers wait."""
        rows = part.rows
        for missing in part.missing:
            if missing.target in self._planned:
                self._unresolved.append((name, len(self._checked.rows[name]), missing))
                continue
            ids = self._made_for(missing.target, missing.texts, dataset)
            index = rows.column_names.index(missing.field)
            links = pc.coalesce(_column(rows, missing.field), ids)
            rows = rows.set_column(index, missing.field, links)
        return rows

    def _made_for(self, target: str, texts: pa.Array, dataset: str) -> pa.Array:
        """Ids of the places that ``texts`` name; each is made once."""
        made = self._made.setdefault(target, {})
        asset_type = self._catalogue[target]
        names = pc.utf8_trim_whitespace(texts)
        fresh: list[str] = []
        before = self._checked.count(target)
        for text in pc.unique(names.drop_null()).to_pylist():
            if text.casefold() not in made:
                made[text.casefold()] = -1 - before - len(fresh)
                fresh.append(text)
        if fresh:
            column = creatable_by(asset_type)
            assert column is not None
            table = pa.table({column: pa.array(fresh, pa.string())})
            self._checked.rows.setdefault(target, []).append(_with_dataset(table, dataset))
            if target in self._directories:
                self._directories[target] = self._extended(target, self._directories[target], table, before)
        found: list[Any] = [None if t is None else made[t.casefold()] for t in names.to_pylist()]
        return pa.array(found, pa.int64())


def _told_once(layers: Iterable[PlannedLayer]) -> list[Reported]:
    """The problems of whole layers; what is the same for several layers of a file is told once, for the
    file.
    """
    found: dict[tuple[str, Problem], list[PlannedLayer]] = {}
    for layer in layers:
        for problem in layer.problems:
            found.setdefault((layer.file_name, problem), []).append(layer)
    return [
        Reported(file, where[0].survey.name if len(where) == 1 else "", None, problem.field, problem)
        for (file, problem), where in found.items()
    ]


def _with_dataset(rows: pa.Table, dataset: str) -> pa.Table:
    return rows.append_column(DATASET, pa.array([dataset] * rows.num_rows).dictionary_encode())


def _column(table: pa.Table, name: str) -> pa.Array:
    column = table.column(name)
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
