"""The table of problems of a dry run: where, which value, why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QIcon

from gisapp.language import Language
from gisapp.theme import Theme
from layers.exchange.cad.titles import column_words, short_words
from layers.exchange.checking import Quarantined
from layers.exchange.report import Reported
from layers.model.problem import Severity
from layers.text import Message

SIGN, FILE, LINE, COLUMN, VALUE, REASON = range(6)
_HEADS = (
    "",
    Message("importing.problem.layer"),
    Message("importing.problem.line"),
    Message("importing.problem.column"),
    Message("importing.problem.value"),
    Message("importing.problem.reason"),
)
_SIGNS = {"error": ("x", "danger"), "warning": ("warning", "warn"), "note": ("info", "text3")}
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class Listed:
    """One problem, with the row kept out for it, if it was."""

    reported: Reported
    quarantined: Quarantined | None

    @property
    def severity(self) -> Severity:
        return self.reported.problem.severity


class ProblemModel(QAbstractTableModel):
    """The problems of the severities shown."""

    def __init__(self, language: Language, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._language = language
        self._all: Sequence[Listed] = ()
        self.rows: list[Listed] = []
        self._shown: frozenset[str] = frozenset({"error", "warning"})
        self._theme = theme
        self._icons: dict[str, QIcon] = {}
        theme.changed.connect(self._icons.clear)
        language.changed.connect(self._retell)

    def show(self, problems: Sequence[Listed]) -> None:
        """List these."""
        self._all = problems
        self._filter()

    def show_severities(self, shown: frozenset[str]) -> None:
        """List only problems of these severities."""
        self._shown = shown
        self._filter()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(_HEADS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        listed = self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole or role == Qt.ItemDataRole.ToolTipRole:
            return self._text(listed, index.column())
        if role == Qt.ItemDataRole.DecorationRole and index.column() == SIGN:
            return self._icon(listed.severity)
        if role == Qt.ItemDataRole.AccessibleTextRole and index.column() == SIGN:
            return listed.severity
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() == LINE:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._language.render(_HEADS[section])
        if role == Qt.ItemDataRole.TextAlignmentRole and section == LINE:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None

    def _filter(self) -> None:
        self.beginResetModel()
        self.rows = [listed for listed in self._all if listed.severity in self._shown]
        self.endResetModel()

    def _text(self, listed: Listed, column: int) -> str:
        reported = listed.reported
        if column == FILE:
            words = short_words(reported.file, reported.layer)
            return reported.layer or reported.file if words is None else self._language.render(words)
        if column == LINE:
            return "" if reported.line is None else str(reported.line)
        if column == COLUMN:
            return self._language.render(column_words(reported.file, reported.column or ""))
        if column == VALUE:
            return "" if reported.problem.value is None else str(reported.problem.value)
        return self._language.render(reported.problem.message) if column == REASON else ""

    def _icon(self, severity: str) -> QIcon:
        if severity not in self._icons:
            self._icons[severity] = self._theme.icon(*_SIGNS[severity])
        return self._icons[severity]

    def _retell(self) -> None:
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(_HEADS) - 1)
        if self.rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.rows) - 1, len(_HEADS) - 1))
