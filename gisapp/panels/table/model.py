"""The rows of a table as Qt's views ask for them: nothing is copied, a cell is read when it is painted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from gisapp.language import Language
from gisapp.plain_tip import plain_tip
from layers.model.code_list import Tone
from layers.model.fields import ChoiceField, Field, NumericField
from layers.model.query import Order
from layers.table.columns import Numbers
from layers.table.data import TableData
from layers.table.pasting import is_fixed

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()

#: The first column, which says what is selected.
CHECK = 0
TONE_ROLE = Qt.ItemDataRole.UserRole
SELECTED_ROLE = Qt.ItemDataRole.UserRole + 1


class TableModel(QAbstractTableModel):
    """Rows ``rows`` of ``data`` in that order, the columns ``fields`` behind the check boxes."""

    redrawn = Signal()
    """Rows stay where they are and look different."""

    def __init__(self, language: Language, parent: QObject) -> None:
        super().__init__(parent)
        self._language = language
        self.data_shown: TableData | None = None
        self.rows: Numbers = np.zeros(0, np.int64)
        self.fields: tuple[Field, ...] = ()
        self.sorts: tuple[Order, ...] = ()
        self.may_edit = False
        self._selected = np.zeros(0, np.bool_)

    def show_rows(self, data: TableData | None, rows: Numbers, fields: Sequence[Field]) -> None:
        """Show other rows or columns."""
        self.beginResetModel()
        if data is None or self.data_shown is None or len(data) != len(self._selected):
            self._selected = np.zeros(0 if data is None else len(data), np.bool_)
        self.data_shown, self.rows, self.fields = data, rows, tuple(fields)
        self.endResetModel()

    def show_values(self, data: TableData) -> None:
        """The same rows with other values in them."""
        self.data_shown = data
        self._repaint()

    def show_selected(self, ids: Numbers) -> None:
        """Mark the rows of these assets."""
        if self.data_shown is not None:
            self._selected = self.data_shown.holds(ids)
            self._repaint()

    # ---- what the panel asks

    def id_at(self, number: int) -> int:
        """The asset that a row of the view shows."""
        assert self.data_shown is not None
        return int(self.data_shown.fids[self.rows[number]])

    def ids_between(self, first: int, last: int) -> Numbers:
        """The assets of rows of the view, both ends included."""
        assert self.data_shown is not None
        return self.data_shown.fids[self.rows[first : last + 1]]

    def first_selected(self) -> int | None:
        """The first row of the view whose asset is selected."""
        found = np.flatnonzero(self._selected[self.rows]) if len(self.rows) else self.rows
        return int(found[0]) if len(found) else None

    def number_of(self, id: int) -> int | None:
        """The row of the view that shows an asset."""
        if self.data_shown is None:
            return None
        row = self.data_shown.rows_of(np.array([id]))
        found = np.flatnonzero(self.rows == row[0]) if len(row) else row
        return int(found[0]) if len(found) else None

    def field_at(self, column: int) -> Field | None:
        """The field of a column; None for the check boxes."""
        return self.fields[column - 1] if 0 < column <= len(self.fields) else None

    # ---- Qt's

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.fields) + 1

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemNeverHasChildren
        field = self.field_at(index.column())
        if field is None:
            return flags
        flags |= Qt.ItemFlag.ItemIsSelectable
        return flags | Qt.ItemFlag.ItemIsEditable if self.may_edit and not is_fixed(field) else flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        data, field = self.data_shown, self.field_at(index.column())
        if not index.isValid() or data is None:
            return None
        row = int(self.rows[index.row()])
        if role == SELECTED_ROLE:
            return bool(self._selected[row])
        if field is None:
            if role == Qt.ItemDataRole.AccessibleTextRole:
                return "✓" if self._selected[row] else ""
            return None
        column = data.columns.get(field.name)
        if column is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return column.show(row, self._language.code)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(column.show(row, self._language.code))
        if role == Qt.ItemDataRole.EditRole:
            if hasattr(column, "labels") and column.labels is not None:
                return column.show(row, self._language.code)
            return field.format(column.value(row), self._language.code)
        if role == TONE_ROLE and isinstance(field, ChoiceField):
            return _tone(field, column.value(row))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = (
                Qt.AlignmentFlag.AlignRight if isinstance(field, NumericField) else Qt.AlignmentFlag.AlignLeft
            )
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        field = self.field_at(section)
        if orientation == Qt.Orientation.Vertical or field is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            unit = f" {field.unit}" if field.unit else ""
            return f"{self._language.render(field.title)}{unit}{self._mark(field)}"
        if role == Qt.ItemDataRole.ToolTipRole:
            note = f"\n{self._language.render(field.note)}" if field.note is not None else ""
            return plain_tip(f"{self._language.render(field.title)}{note}")
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = (
                Qt.AlignmentFlag.AlignRight if isinstance(field, NumericField) else Qt.AlignmentFlag.AlignLeft
            )
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None

    def _mark(self, field: Field) -> str:
        for number, order in enumerate(self.sorts):
            if order.field == field.name:
                place = str(number + 1) if len(self.sorts) > 1 else ""
                return f" {'▼' if order.descending else '▲'}{place}"
        return ""

    def _repaint(self) -> None:
        # Not dataChanged: the view would ask for the place of every one of two million rows.
        self.redrawn.emit()


def _tone(field: ChoiceField, code: Any) -> Tone:
    entry = None if code is None else field.code_list.get(code)
    return "" if entry is None else entry.tone
