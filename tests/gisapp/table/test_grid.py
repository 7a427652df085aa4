"""The grid of very many rows asks the model for what is seen, never for every row."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from gisapp.app import Application
from gisapp.panels.table.grid import Grid
from gisapp.panels.table.model import Index, TableModel
from layers.model.catalogue_file import load_catalogue
from layers.table.columns import WordColumn
from layers.table.data import TableData

ROWS = 50_000


class _Counting(TableModel):
    asked = 0

    def flags(self, index: Index) -> Qt.ItemFlag:
        self.asked += 1
        return super().flags(index)

    def rowCount(self, *parent: Index) -> int:
        self.asked += 1
        return super().rowCount(*parent)


def test_nothing_is_asked_of_every_row(application: Application, qtbot: QtBot) -> None:
    road = load_catalogue()["road"]
    codes = (np.arange(ROWS) % 2).astype(np.int32)
    column = WordColumn(road.field_named("name"), pa.array(["大塘路", "解放巷"]), codes)
    ids = np.arange(1, ROWS + 1)
    model = _Counting(application.language, application)
    grid = Grid(application.language, application.theme, model)
    qtbot.addWidget(grid)
    grid.resize(600, 400)
    grid.show()
    data = TableData(road, ids, ids, {"name": column})
    model.show_rows(data, np.arange(ROWS), (column.field,))
    for work in (
        lambda: grid.go_to(0),
        lambda: model.show_rows(data, np.arange(ROWS)[::-1], (column.field,)),
        lambda: grid.go_to(ROWS - 1),
        lambda: qtbot.keyClick(grid, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier),
        lambda: model.show_selected(ids),
        grid.unmark,
    ):
        model.asked = 0
        work()
        grid.grab()
        assert model.asked < 5000
