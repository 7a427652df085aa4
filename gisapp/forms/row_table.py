"""How tables for reading look: whole rows in small type, without a grid."""

from __future__ import annotations

from PySide6.QtWidgets import QAbstractItemView, QTableView

from gisapp.theme import Theme


def dress_rows(table: QTableView, theme: Theme, height: int) -> None:
    """Let ``table`` look so, with rows of ``height`` px."""
    table.setFont(theme.font("small"))
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(height)
    table.horizontalHeader().setHighlightSections(False)
