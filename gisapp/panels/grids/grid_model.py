"""The grids as rows of a list: areas as headings, below each its grids; kept to words, alarms or loads."""

from __future__ import annotations

from typing import Any, Literal

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from gisapp.language import Language
from gisapp.plain_tip import plain_tip
from layers.responsibility.oversight.overview import GridRow, Overview
from layers.text import Message

Index = QModelIndex | QPersistentModelIndex
Keep = Literal["", "danger", "warn", "load"]
Order = Literal["code", "load"]
ROW = Qt.ItemDataRole.UserRole


class GridModel(QAbstractListModel):
    """``entries``: GridRow for a grid, str for the heading of an area."""

    def __init__(self, language: Language, parent: QObject) -> None:
        super().__init__(parent)
        self._language = language
        self.overview: Overview | None = None
        self.entries: list[GridRow | str] = []
        self.words = ""
        self.keep: Keep = ""
        self.order: Order = "code"

    def show(self, overview: Overview | None) -> None:
        """List these."""
        self.overview = overview
        self.arrange()

    def arrange(self) -> None:
        """List them anew, as they are kept and ordered now."""
        self.beginResetModel()
        rows = [] if self.overview is None else [row for row in self.overview.rows if self._is_kept(row)]
        if self.order == "load":
            rows.sort(key=lambda row: -(row.percent or 0))
        # By their first grid, as the codes of areas run.
        areas = list(dict.fromkeys(row.area for row in rows))
        self.entries = []
        if self.order == "load" or len(areas) < 2:
            self.entries += rows
        else:
            for area in sorted(areas, key=lambda name: not name):
                self.entries.append(area)
                self.entries += [row for row in rows if row.area == area]
        self.endResetModel()

    def _is_kept(self, row: GridRow) -> bool:
        people = [each.name for each in row.people]
        text = " ".join((row.code, row.name, row.area, *people)).casefold()
        if not all(word in text for word in self.words.casefold().split()):
            return False
        return is_kept(row, self.keep)

    def row_of(self, grid: int) -> int:
        """Where a grid stands; -1 when it is not listed."""
        for number, entry in enumerate(self.entries):
            if isinstance(entry, GridRow) and entry.id == grid:
                return number
        return -1

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.entries)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if index.isValid() and isinstance(self.entries[index.row()], GridRow):
            return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return Qt.ItemFlag.NoItemFlags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self.entries):
            return None
        entry = self.entries[index.row()]
        if role == ROW:
            return entry
        if isinstance(entry, str):
            return self.area_title(entry) if role == Qt.ItemDataRole.DisplayRole else None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{entry.code} {entry.name} {self.stewards(entry)}"
        if role == Qt.ItemDataRole.ToolTipRole and entry.alarms:
            return plain_tip("\n".join(self._language.render(alarm.words) for alarm in entry.alarms))
        return None

    def area_title(self, area: str) -> str:
        """The heading of an area."""
        return area or self._language.render(Message("grid_desk.no_area"))

    @staticmethod
    def stewards(row: GridRow) -> str:
        """Primary and backups."""
        backups = "、".join(each.name for each in row.backups)
        return f"{'—' if row.primary is None else row.primary.name} / {backups or '—'}"


def is_kept(row: GridRow, keep: Keep) -> bool:
    """Whether a grid is among those a chip counts: loads have a chip of their own."""
    if keep == "load":
        return row.is_heavy
    return not keep or any(a.severity == keep and not a.kind.startswith("load") for a in row.alarms)
