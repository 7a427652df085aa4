"""The findings as a tree: rules with their counts, under each its findings. Sentences are made when looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from gisapp.language import Language
from gisapp.plain_tip import plain_tip
from gisapp.theme import Theme
from layers.analysis.checking.finding import Finding, Findings
from layers.geometry.packed import Integers
from layers.model.problem import Severity
from layers.text import Message

Index = QModelIndex | QPersistentModelIndex
SortOrder = Literal["severity", "count", "name"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
LOOKS: Mapping[Severity, tuple[str, str]] = {
    "error": ("warning-octagon", "danger"),
    "warning": ("warning", "warn"),
    "note": ("info", "info"),
}
TEXT = 0
#: A tree asks for every row it unfolds: very many come as one scrolls.
BATCH = 1000
COUNT_ROLE = int(Qt.ItemDataRole.UserRole)


@dataclass(frozen=True)
class Filter:
    """Which findings are shown: of these severities, of one type, with a word in them, new ones only."""

    severities: frozenset[Severity] = frozenset(SEVERITIES)
    type: str = ""
    words: str = ""
    new: frozenset[str] | None = None


class RuleRow(NamedTuple):
    """A rule with its findings: (table, position) of each in ``tables`` and ``rows``."""

    rule: str
    severity: Severity
    tables: Integers
    rows: Integers


class FindingModel(QAbstractItemModel):
    """One column: the rule (how many it has is in COUNT_ROLE) or the sentence of a finding."""

    def __init__(self, language: Language, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._language, self._theme = language, theme
        self._parts: list[Findings] = []
        self._words: dict[int, list[str]] = {}
        self._rules: list[RuleRow] = []
        self._fetched: list[int] = []
        self.filter = Filter()
        self.order: SortOrder = "severity"
        language.changed.connect(self._say_anew)

    # ---- what is shown

    def show(self, parts: Sequence[Findings]) -> None:
        """Show other findings."""
        self._parts = list(parts)
        self._words.clear()
        self._arrange()

    def keep(self, wanted: Filter) -> None:
        """Show only these."""
        if wanted != self.filter:
            self.filter = wanted
            self._arrange()

    def sort_by(self, order: SortOrder) -> None:
        """Bring the rules into another order."""
        self.order = order
        self._arrange()

    @property
    def count(self) -> int:
        """How many findings pass the filter."""
        return sum(len(rule.rows) for rule in self._rules)

    def rule_at(self, index: Index) -> RuleRow | None:
        """The rule that an index is, or belongs to."""
        if not index.isValid():
            return None
        at = index.row() if index.internalId() == 0 else index.internalId() - 1
        return self._rules[at] if at < len(self._rules) else None

    def finding_at(self, index: Index) -> Finding | None:
        """The finding of an index; None for a rule."""
        rule = self.rule_at(index)
        if rule is None or index.internalId() == 0 or index.row() >= len(rule.rows):
            return None
        row = index.row()
        part: Findings = self._parts[int(rule.tables[row])]
        return part[int(rule.rows[row])]

    def findings_of(self, rule: RuleRow) -> list[Finding]:
        """The findings of a rule that pass the filter."""
        pairs = zip(rule.tables.tolist(), rule.rows.tolist(), strict=True)
        return [self._parts[table][row] for table, row in pairs]

    def index_of(self, identity: str) -> QModelIndex:
        """Where a finding is shown; an invalid index when it is not."""
        name = identity.split(" ", 1)[0].split("/", 1)[0]
        for at, rule in enumerate(self._rules):
            if rule.rule != name:
                continue
            for table in np.unique(rule.tables).tolist():
                for number in self._parts[table].places_of((identity,)):
                    row = np.flatnonzero((rule.tables == table) & (rule.rows == number))
                    if len(row):
                        self._fetch(at, int(row[0]) + 1)
                        return self.createIndex(int(row[0]), TEXT, at + 1)
        return QModelIndex()

    def index_of_rule(self, name: str) -> QModelIndex:
        """Where a rule is shown; an invalid index when it is not."""
        at = next((n for n, rule in enumerate(self._rules) if rule.rule == name), None)
        return QModelIndex() if at is None else self.createIndex(at, TEXT, 0)

    # ---- Qt's questions

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008
        if not self.hasIndex(row, column, parent):
            return QModelIndex()
        return self.createIndex(row, column, parent.row() + 1 if parent.isValid() else 0)

    def parent(self, index: Index) -> QModelIndex:  # type: ignore[override]
        if not index.isValid() or index.internalId() == 0:
            return QModelIndex()
        return self.createIndex(index.internalId() - 1, TEXT, 0)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        if not parent.isValid():
            return len(self._rules)
        if parent.internalId() or parent.column():
            return 0
        return min(len(self._rules[parent.row()].rows), self._fetched[parent.row()])

    def hasChildren(self, parent: Index = QModelIndex()) -> bool:  # noqa: B008
        return self.rowCount(parent) > 0

    def canFetchMore(self, parent: Index) -> bool:
        return parent.isValid() and parent.internalId() == 0 and self.rowCount(parent) < self._total(parent)

    def fetchMore(self, parent: Index) -> None:
        if self.canFetchMore(parent):
            self._fetch(parent.row(), self.rowCount(parent) + BATCH)

    def _total(self, parent: Index) -> int:
        return len(self._rules[parent.row()].rows)

    def _fetch(self, at: int, count: int) -> None:
        """Let the first ``count`` findings of a rule be rows, by whole batches."""
        have, total = self._fetched[at], len(self._rules[at].rows)
        count = min(-(-count // BATCH) * BATCH, total)
        if count > have:
            self.beginInsertRows(self.createIndex(at, TEXT, 0), have, count - 1)
            self._fetched[at] = count
            self.endInsertRows()

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 1

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        rule = self.rule_at(index)
        if rule is None:
            return None
        if index.internalId() == 0:
            return self._rule_data(rule, role)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            finding = self.finding_at(index)
            if finding is None:
                return None
            text = self._language.render(finding.message)
            return plain_tip(text) if role == Qt.ItemDataRole.ToolTipRole else text
        return None

    def _rule_data(self, rule: RuleRow, role: int) -> Any:
        if role == COUNT_ROLE:
            return f"{len(rule.rows):,}"
        if role == Qt.ItemDataRole.DisplayRole:
            return self.title(rule)
        if role == Qt.ItemDataRole.ToolTipRole:
            return (
                self._language.render(Message(f"check.severity.{rule.severity}")) + " · " + self.title(rule)
            )
        if role == Qt.ItemDataRole.FontRole:
            return self._theme.font("small", strong=True)
        if role == Qt.ItemDataRole.DecorationRole:
            return self._theme.icon(*LOOKS[rule.severity])
        return None

    def title(self, rule: RuleRow) -> str:
        """The rule's name in the window's language."""
        return self._language.render(Message(f"check.{rule.rule}.title"))

    # ---- arranging

    def _arrange(self) -> None:
        self.beginResetModel()
        gathered: dict[tuple[str, Severity], list[tuple[int, Integers]]] = {}
        for number, part in enumerate(self._parts):
            rows = self._passing(number, part)
            if len(rows):
                gathered.setdefault((part.rule, part.severity), []).append((number, rows))
        self._rules = [
            RuleRow(
                rule,
                severity,
                np.concatenate([np.full(len(rows), number) for number, rows in parts]),
                np.concatenate([rows for _, rows in parts]),
            )
            for (rule, severity), parts in gathered.items()
        ]
        self._rules.sort(key=self._rank)
        self._fetched = [min(BATCH, len(rule.rows)) for rule in self._rules]
        self.endResetModel()

    def _rank(self, rule: RuleRow) -> tuple[Any, ...]:
        severity = SEVERITIES.index(rule.severity)
        if self.order == "count":
            return -len(rule.rows), severity
        if self.order == "name":
            return (self.title(rule),)
        return severity, -len(rule.rows)

    def _passing(self, number: int, part: Findings) -> Integers:
        wanted = self.filter
        if part.severity not in wanted.severities or (wanted.type and wanted.type != part.type):
            return np.zeros(0, np.int64)
        rows = np.arange(len(part))
        words = wanted.words.casefold().split()
        if words:
            texts = self._texts(number, part)
            rows = np.array([row for row in rows if all(word in texts[row] for word in words)], np.int64)
        if wanted.new is not None:
            rows = np.array([row for row in rows if part.identity(int(row)) in wanted.new], np.int64)
        return rows

    def _texts(self, number: int, part: Findings) -> list[str]:
        """What is searched: the rule's name, the codes and figures of each finding."""
        if number not in self._words:
            title = self._language.render(Message(f"check.{part.rule}.title")).casefold()
            columns = [part.parameters[name] for name in part.parameters if name in _SEARCHED]
            self._words[number] = [
                " ".join([title, *(str(value).casefold() for value in values)])
                for values in (zip(*columns, strict=True) if columns else [()] * len(part))
            ]
        return self._words[number]

    def _say_anew(self) -> None:
        self._words.clear()
        self._arrange()


_SEARCHED = ("code", "other", "number", "value", "size", "date")
