"""Findings: broken rules of many rows at once, kept as arrays until somebody reads them one by one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from layers.model.problem import Problem, Severity
from layers.text import Message

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Finding:
    """One rule broken by ``rows`` (positions in a batch). ``values`` are the offending values beside them.

    Each row's message is ``message`` with the parameter ``value`` set to its own.
    """

    rule: str
    severity: Severity
    message: Message
    rows: Rows
    field: str | None = None
    column: str | None = None
    values: pa.Array | None = None

    def moved(self, rows: Rows) -> Finding:
        """The same finding with its positions looked up in ``rows``: from a part of a batch to the whole."""
        return replace(self, rows=rows[self.rows])

    def placed(self, numbers: Rows) -> Finding:
        """The same finding of rows of a file as positions in a batch that holds the rows ``numbers`` (others: left)."""
        order = np.argsort(numbers, kind="stable")
        keep = np.isin(self.rows, numbers)
        at = order[np.searchsorted(numbers, self.rows[keep], sorter=order)]
        values = None if self.values is None else self.values.filter(pa.array(keep))
        return replace(self, rows=at, values=values)

    def without(self, numbers: Rows) -> Finding:
        """The same finding without the rows ``numbers``."""
        keep = ~np.isin(self.rows, numbers)
        values = None if self.values is None else self.values.filter(pa.array(keep))
        return replace(self, rows=self.rows[keep], values=values)

    def only(self, wanted: NDArray[np.bool_]) -> Finding:
        """Only those rows for which ``wanted`` (one flag per row of the batch) holds."""
        keep = wanted[self.rows]
        values = None if self.values is None else self.values.filter(pa.array(keep))
        return replace(self, rows=self.rows[keep], values=values)

    def problems(self) -> Iterator[tuple[int, Problem]]:
        """Position and problem, row by row."""
        values: Sequence[Any] = [None] * len(self.rows) if self.values is None else self.values.to_pylist()
        for row, value in zip(self.rows.tolist(), values, strict=True):
            parameters = dict(self.message.parameters)
            if self.values is not None:
                parameters["value"] = value
            yield (
                row,
                Problem(self.rule, self.severity, Message(self.message.id, parameters), self.field, value),
            )


@dataclass
class Findings:
    """All findings of one batch of rows, and which rows they keep out of the register."""

    size: int
    found: list[Finding] = field(default_factory=list)

    def add(self, finding: Finding) -> None:
        """Take in a finding; one without rows is passed over."""
        if len(finding.rows):
            self.found.append(finding)

    def flag(
        self,
        rule: str,
        severity: Severity,
        message: Message,
        flags: NDArray[np.bool_],
        *,
        field: str | None = None,
        column: str | None = None,
        values: pa.Array | None = None,
    ) -> None:
        """Add a finding for every row that ``flags`` marks; ``values`` has one entry per row of the batch."""
        rows = np.flatnonzero(flags)
        if len(rows):
            picked = None if values is None else values.take(pa.array(rows))
            self.found.append(Finding(rule, severity, message, rows, field, column, picked))

    def marked(self, severity: Severity) -> NDArray[np.bool_]:
        """One flag per row: does a finding of this severity concern it."""
        flags = np.zeros(self.size, dtype=np.bool_)
        for finding in self.found:
            if finding.severity == severity:
                flags[finding.rows] = True
        return flags

    @property
    def broken(self) -> NDArray[np.bool_]:
        """The rows that an error keeps out."""
        return self.marked("error")

    def by_row(self, rows: Iterable[int]) -> dict[int, list[tuple[Finding, Problem]]]:
        """The problems of the given rows, row by row."""
        wanted = {row: [] for row in rows}  # type: dict[int, list[tuple[Finding, Problem]]]
        flags = np.zeros(self.size, dtype=np.bool_)
        flags[list(wanted)] = True
        for finding in self.found:
            for row, problem in finding.only(flags).problems():
                wanted[row].append((finding, problem))
        return wanted
