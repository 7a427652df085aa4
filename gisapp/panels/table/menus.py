"""The menus of the table: what a right click offers on cells and on the name of a column."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtWidgets import QMenu

from gisapp.language import Language
from gisapp.panels.filter_bar import session_with
from gisapp.panels.table.arrangement import Arrangement
from gisapp.panels.table.cell_work import CellWork
from gisapp.panels.table.grid import Grid
from gisapp.panels.table.model import TableModel
from gisapp.session import Session
from layers.model.query import Compare, Order
from layers.table.data import DRAWN_LENGTH
from layers.table.totals import may_class
from layers.text import Message


class TableMenus(QObject):
    """``condition_asked``: the filter of the type shall be made or changed; ``columns_asked``: the list of columns."""

    condition_asked = Signal()
    columns_asked = Signal()

    def __init__(
        self,
        language: Language,
        session: Session,
        model: TableModel,
        grid: Grid,
        cells: CellWork,
        arrangement: Arrangement,
    ) -> None:
        super().__init__(grid)
        self._language, self._session, self._model, self._grid = language, session, model, grid
        self._cells, self._arrangement = cells, arrangement
        grid.menu_asked.connect(self._open_on_cells)
        grid.header_asked.connect(self._open_on_header)

    def _open_on_cells(self, at: QPoint) -> None:
        """Offer what can be done with the cells marked, and with the value under the mouse."""
        index = self._grid.indexAt(at)
        if not index.isValid():
            return
        if self._grid.range() is None:
            self._grid.go_to(index.row(), index.column(), quietly=False)
        row, column, grid, cells = index.row(), index.column(), self._grid, self._cells
        menu, field = self._menu(), self._model.field_at(column)
        self._add(menu, Message("table.menu.fly"), lambda: grid.flown.emit(row))
        menu.addSeparator()
        if field is not None and field is not DRAWN_LENGTH:
            blank = self._language.render(Message("table.blank"))
            shown = str(self._model.index(row, column).data() or blank)
            shown = shown if len(shown) <= 24 else f"{shown[:23]}…"
            told = {"field": field.title, "value": shown}
            self._add(menu, Message("table.menu.keep", told), lambda: self.keep_value(row, column))
            self._add(menu, Message("table.menu.drop", told), lambda: self.keep_value(row, column, out=True))
            menu.addSeparator()
        self._add(menu, Message("table.menu.copy"), lambda: cells.copy(), "Ctrl+C")
        self._add(menu, Message("table.menu.copy_titles"), lambda: cells.copy(True), "Ctrl+Shift+C")
        if self._model.may_edit:
            self._add(menu, Message("table.menu.paste"), cells.paste, "Ctrl+V")
            self._add(menu, Message("table.menu.edit"), lambda: grid.begin_edit(grid.currentIndex()), "F2")
            self._add(menu, Message("table.menu.clear"), cells.clear, "Del")
        menu.popup(grid.viewport().mapToGlobal(at))

    def _open_on_header(self, column: int, at: QPoint) -> None:
        """Offer to sort by a column, to filter by it, to count its classes, to hide it, to show others."""
        menu, field, arrangement = self._menu(), self._model.field_at(column), self._arrangement
        if field is not None:
            name = field.name
            self._add(menu, Message("table.menu.up"), lambda: arrangement.sort_by((Order(name),)))
            self._add(menu, Message("table.menu.down"), lambda: arrangement.sort_by((Order(name, True),)))
            rest = tuple(order for order in arrangement.sorts if order.field != name)
            self._add(menu, Message("table.menu.further"), lambda: arrangement.sort_by((*rest, Order(name))))
            menu.addSeparator()
            self._add(menu, Message("table.menu.filter"), self.condition_asked.emit)
            if may_class(field):
                self._add(menu, Message("table.menu.by"), lambda: arrangement.class_by(name))
            self._add(menu, Message("table.menu.hide"), lambda: arrangement.hide_column(name))
            menu.addSeparator()
        self._add(menu, Message("table.columns.tip"), self.columns_asked.emit)
        menu.popup(at)

    def keep_value(self, row: int, column: int, *, out: bool = False) -> None:
        """Filter, on the map too, by the value of a cell; ``out``: show those that have another."""
        field, data = self._model.field_at(column), self._model.data_shown
        if field is None or data is None or field is DRAWN_LENGTH:
            return
        value = data.columns[field.name].value(int(self._model.rows[row]))
        if value is None:
            part = Compare(field.name, "is not null" if out else "is null")
        else:
            part = Compare(field.name, "!=" if out else "=", value)
        session_with(self._session, data.type.name, part)

    def _menu(self) -> QMenu:
        menu = QMenu(self._grid)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return menu

    def _add(self, menu: QMenu, words: Message, act: Callable[[], object], key: str = "") -> None:
        text = self._language.render(words).replace("&", "&&")
        action = menu.addAction(f"{text}\t{key}" if key else text)
        action.triggered.connect(lambda _=False: act())
