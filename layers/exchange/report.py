"""ImportReport: what an import did or would do, for people and, with stable keys, for machines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from layers.exchange.findings import Finding
from layers.exchange.staging_data import Counts
from layers.model.problem import Problem, Severity
from layers.text import Texts

MOST_PROBLEMS = 100_000
"""So many problems are listed one by one; the counts are always whole."""


@dataclass(frozen=True)
class Reported:
    """One problem where it stands: ``line`` is the file's own number of the row (None: the whole layer or
    file).
    """

    file: str
    layer: str
    line: int | None
    column: str | None
    problem: Problem


@dataclass(frozen=True)
class LayerFindings:
    """The findings of one layer; their rows are the file's own row numbers."""

    file: str
    layer: str
    findings: tuple[Finding, ...]

    def __iter__(self) -> Iterator[Reported]:
        for finding in self.findings:
            for row, problem in finding.problems():
                line = None if row < 0 else row
                yield Reported(self.file, self.layer, line, finding.column or problem.field, problem)


@dataclass(frozen=True)
class TypeOutcome:
    """What became of the source rows of one type, and how many assets were (or would be) made."""

    counts: Counts = field(default_factory=Counts)
    written: int = 0


@dataclass(frozen=True)
class ImportReport:
    """The outcome. ``read`` = accepted + unchanged + quarantined + rejected, in rows of the files.

    ``references`` are the layers that were not imported, ``change_set`` the act that can be undone (None
    for a dry run and when nothing changed).
    """

    counts: Counts
    by_type: Mapping[str, TypeOutcome]
    general: tuple[Reported, ...] = ()
    layers: tuple[LayerFindings, ...] = ()
    references: tuple[str, ...] = ()
    change_set: int | None = None
    dry_run: bool = False
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def has_failures(self) -> bool:
        """Whether rows were quarantined or rejected: exit code 1."""
        return bool(self.counts.quarantined or self.counts.rejected)

    def problems(self) -> Iterator[Reported]:
        """Every problem, those of whole files first."""
        yield from self.general
        for layer in self.layers:
            yield from layer

    def problem_count(self) -> int:
        """How many problems there are, without listing them."""
        return len(self.general) + sum(len(f.rows) for layer in self.layers for f in layer.findings)

    def rules(self) -> dict[tuple[Severity, str], int]:
        """How many rows each rule concerns, by severity and rule."""
        found: dict[tuple[Severity, str], int] = {}
        for reported in self.general:
            key = (reported.problem.severity, reported.problem.rule)
            found[key] = found.get(key, 0) + 1
        for layer in self.layers:
            for finding in layer.findings:
                key = (finding.severity, finding.rule)
                found[key] = found.get(key, 0) + len(finding.rows)
        return found

    def severities(self) -> dict[Severity, int]:
        """How many problems there are of each severity: of a row that breaks two rules, two."""
        found: dict[Severity, int] = {"error": 0, "warning": 0, "note": 0}
        for (severity, _), count in self.rules().items():
            found[severity] += count
        return found

    def as_json(self, texts: Texts) -> dict[str, Any]:
        """The report of design.md 9; keys are stable, texts are in the language of ``texts``."""
        listed: list[dict[str, Any]] = []
        for reported in self.problems():
            if len(listed) >= MOST_PROBLEMS:
                break
            listed.append(_problem_json(reported, texts))
        result: dict[str, Any] = {
            **_counts_json(self.counts),
            "by_type": {
                name: {**_counts_json(outcome.counts), "written": outcome.written}
                for name, outcome in self.by_type.items()
            },
            "problems": listed,
        }
        if (total := self.problem_count()) > len(listed):
            result["problems_left_off"] = total - len(listed)
        return {**result, **self.extra}


def _counts_json(counts: Counts) -> dict[str, int]:
    return {name: getattr(counts, name) for name in Counts.__dataclass_fields__}


def _problem_json(reported: Reported, texts: Texts) -> dict[str, Any]:
    problem = reported.problem
    return {
        "file": reported.file,
        "layer": reported.layer,
        "line": reported.line,
        "column": reported.column,
        "value": problem.value,
        "rule": problem.rule,
        "severity": problem.severity,
        "text": texts.render(problem.message),
    }
