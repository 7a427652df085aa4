"""The menus of the table: what a right click offers on cells and on the name of a column."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu

from gisapp.panels.filter_bar import session_with
from layers.model.query import Compare, Order
from layers.table.data import DRAWN_LENGTH
from layers.table.totals import may_class
from layers.text import Message

if TYPE_CHECKING:
    from gisapp.panels.table.drawer import TableDrawer


def cell_menu(drawer: TableDrawer, row: int, column: int, at: QPoint) -> QMenu:
    """Offer what can be done with the cells marked, and with the value under the mouse."""
    menu, render = _menu(drawer), drawer.language.render
    field = drawer.model.field_at(column)
    cells, grid = drawer.cells, drawer.grid
    _add(menu, render(Message("table.menu.fly")), lambda: grid.flown.emit(row))
    menu.addSeparator()
    if field is not None and field is not DRAWN_LENGTH:
        shown = str(grid.model().index(row, column).data() or render(Message("table.blank")))
        shown = shown if len(shown) <= 24 else f"{shown[:23]}…"
        told = {"field": field.title, "value": shown}
        _add(menu, render(Message("table.menu.keep", told)), lambda: keep_value(drawer, row, column))
        _add(
            menu, render(Message("table.menu.drop", told)), lambda: keep_value(drawer, row, column, out=True)
        )
        menu.addSeparator()
    _add(menu, render(Message("table.menu.copy")), lambda: cells.copy(), "Ctrl+C")
    _add(menu, render(Message("table.menu.copy_titles")), lambda: cells.copy(True), "Ctrl+Shift+C")
    if drawer.model.may_edit:
        _add(menu, render(Message("table.menu.paste")), cells.paste, "Ctrl+V")
        _add(menu, render(Message("table.menu.edit")), lambda: grid.begin_edit(grid.currentIndex()), "F2")
        _add(menu, render(Message("table.menu.clear")), cells.clear, "Del")
    menu.popup(at)
    return menu


def header_menu(drawer: TableDrawer, column: int, at: QPoint) -> QMenu:
    """Offer to sort by a column, to filter by it, to count its classes, to hide it, to show others."""
    menu, render = _menu(drawer), drawer.language.render
    field = drawer.model.field_at(column)
    if field is not None:
        name = field.name
        _add(menu, render(Message("table.menu.up")), lambda: drawer.sort_by((Order(name),)))
        _add(menu, render(Message("table.menu.down")), lambda: drawer.sort_by((Order(name, True),)))
        _add(
            menu,
            render(Message("table.menu.further")),
            lambda: drawer.sort_by((*(o for o in drawer.feed.wanted.sorts if o.field != name), Order(name))),
        )
        menu.addSeparator()
        _add(
            menu, render(Message("table.menu.filter")), lambda: drawer.condition_asked.emit(drawer.type_name)
        )
        if may_class(field):
            _add(menu, render(Message("table.menu.by")), lambda: drawer.totals.classed.emit(name))
        _add(menu, render(Message("table.menu.hide")), lambda: drawer.hide_column(name))
        menu.addSeparator()
    _add(menu, render(Message("table.columns.tip")), drawer.choose_columns)
    menu.popup(at)
    return menu


def keep_value(drawer: TableDrawer, row: int, column: int, *, out: bool = False) -> None:
    """Filter, on the map too, by the value of a cell; ``out``: show those that have another."""
    field, data = drawer.model.field_at(column), drawer.model.data_shown
    if field is None or data is None or field is DRAWN_LENGTH:
        return
    value = data.columns[field.name].value(int(drawer.model.rows[row]))
    if value is None:
        part = Compare(field.name, "is not null" if out else "is null")
    else:
        part = Compare(field.name, "!=" if out else "=", value)
    session_with(drawer.session, drawer.type_name, part)


def _menu(drawer: TableDrawer) -> QMenu:
    menu = QMenu(drawer)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return menu


def _add(menu: QMenu, words: str, act: object, key: str = "") -> None:
    words = words.replace("&", "&&")
    action = menu.addAction(f"{words}\t{key}" if key else words)
    action.triggered.connect(lambda _=False: act())  # type: ignore[operator]
