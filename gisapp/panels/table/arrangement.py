"""How the rows of the table are laid out: their columns, their order, the classes counted; remembered by type."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtWidgets import QWidget

from gisapp.language import Language
from gisapp.panels.table.column_chooser import ColumnChooser
from gisapp.panels.table.feed import TableFeed, Wanted
from gisapp.panels.table.grid import Grid
from gisapp.panels.table.memory import TableMemory
from gisapp.panels.table.model import TableModel
from gisapp.panels.table.sorting import clicked
from gisapp.tasks import Debounce
from gisapp.theme import Theme
from layers.model.query import Order


class Arrangement(QObject):
    """Asks the feed for rows laid out as the user wants them. ``usual_asked``: this type as it is shown usually."""

    usual_asked = Signal(str)

    def __init__(
        self,
        language: Language,
        theme: Theme,
        feed: TableFeed,
        model: TableModel,
        grid: Grid,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._feed, self._model, self._grid = feed, model, grid
        self.memory = TableMemory()
        self.chooser = ColumnChooser(language, theme, parent)
        self._moved = Debounce(0, self._use_moved, self)
        self.chooser.chosen.connect(self.use_columns)
        grid.sorted_by.connect(self._sort)
        grid.horizontalHeader().sectionMoved.connect(self._on_moved)
        grid.horizontalHeader().sectionResized.connect(self._on_resized)

    def wanted(self, type_name: str) -> Wanted:
        """What is asked for when a type is shown: its columns and classes of last time."""
        return Wanted(type_name, self.memory.columns.get(type_name), by=self.memory.by.get(type_name, ""))

    def ask(self, **values: Any) -> None:
        """Ask for the same rows, but for these ``values`` of what is wanted."""
        self._feed.show(replace(self._feed.wanted, **values))

    # ---- order and classes

    def _sort(self, column: int, further: bool) -> None:
        field = self._model.field_at(column)
        if field is not None:
            self.sort_by(clicked(self.sorts, field.name, further=further))

    @property
    def sorts(self) -> tuple[Order, ...]:
        """The order of the rows."""
        return self._feed.wanted.sorts

    def sort_by(self, sorts: tuple[Order, ...]) -> None:
        """Put rows in this order."""
        self.ask(sorts=sorts)

    def class_by(self, name: str) -> None:
        """Count the classes of a column."""
        self.memory.by[self._feed.wanted.type] = name
        self.ask(by=name)

    # ---- columns

    def open_chooser(self, corner: QPoint) -> None:
        """Open the list of columns below this point of the screen."""
        shown = self._feed.shown
        if shown is not None:
            self.chooser.open_at(corner, shown.data.type, self._feed.names)

    def use_columns(self, names: tuple[str, ...] | None) -> None:
        """Show these columns; None: those that are shown usually."""
        name = self._feed.wanted.type
        if names is None:
            self.memory.columns.pop(name, None)
            self._feed.show(replace(self._feed.wanted, type=""))
            self.usual_asked.emit(name)
            return
        self.memory.columns[name] = names
        self.ask(names=names)

    def hide_column(self, gone: str) -> None:
        """Leave a column out."""
        left = tuple(name for name in self._feed.names if name != gone)
        if left:
            self.use_columns(left)

    def fit_columns(self, type_name: str) -> None:
        """Give columns their places and their widths of last time."""
        head = self._grid.horizontalHeader()
        for number in range(head.count()):
            head.moveSection(head.visualIndex(number), number)
        self._grid.fit_columns(self.memory.widths.get(type_name, {}))

    def _on_moved(self, section: int, old: int, new: int) -> None:
        """Columns that were dragged stay where they were put."""
        head = self._grid.horizontalHeader()
        fields = [self._model.field_at(head.logicalIndex(place)) for place in range(1, head.count())]
        # Once the header has let go of its column.
        self.memory.columns[self._feed.wanted.type] = tuple(f.name for f in fields if f is not None)
        self._moved.touch()

    def _use_moved(self) -> None:
        names = self.memory.columns.get(self._feed.wanted.type)
        if names is not None:
            self.ask(names=names)

    def _on_resized(self, section: int, old: int, new: int) -> None:
        field = self._model.field_at(section)
        if field is not None and self._grid.isVisible():
            self.memory.widths.setdefault(self._feed.wanted.type, {})[field.name] = new
