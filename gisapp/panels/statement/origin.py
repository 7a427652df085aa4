"""Where a figure comes from: its objects on a small map and in a list, in the place of the inspector."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QTableWidget, QTableWidgetItem, QVBoxLayout, QWidget
from shapely.geometry.base import BaseGeometry

from gisapp.forms.words import Button, IconButton, Label, Line
from gisapp.language import Words
from gisapp.map.canvas import MapCanvas
from gisapp.panels.workplace import Workplace
from layers.feedback import Feedback
from layers.model.asset import AssetKey
from layers.model.fields import Field, LinkField
from layers.model.query import Box, Query
from layers.register import Register
from layers.renewal.figure import Figure
from layers.renewal.pipes import FIELDS, PIPE, pipe_arrays
from layers.renewal.settings import RenewalSettings
from layers.reports.wording import number_text, shown
from layers.search.link_names import RegisterLinks
from layers.text import Message

#: So many objects at most are drawn and listed; all of them are selected.
MOST_DRAWN, MOST_LISTED = 3000, 200
#: What is listed of the types that figures are made of; of others their name alone.
_COLUMNS = {
    "pipe": ("code", "dn", "material", "completion_date"),
    "project": ("code", "name", "kind", "state"),
    "supervision_visit": ("visit_date", "project", "inspector"),
    "visit_finding": ("item", "deduction", "rectify_by", "rechecked_date"),
    "milestone": ("project", "stage", "planned_date", "actual_date"),
}
_MAP_HEIGHT, _WIDEST = 300, 130
_NUMBER = re.compile(r"-?[\d,]+(?:\.\d+)?")


@dataclass(frozen=True)
class _Found:
    """The objects of a figure as far as they are still there."""

    rows: tuple[tuple[str, ...], ...]
    keys: tuple[AssetKey, ...]
    columns: tuple[Words, ...]
    shapes: tuple[BaseGeometry, ...]


class OriginPanel(QWidget):
    """``closed`` when it is put away; ``map_asked`` to see the objects on the large map."""

    closed = Signal()
    map_asked = Signal()

    def __init__(self, place: Workplace) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        language, theme, actions = place.language, place.theme, place.actions
        session, tasks, view = place.session, place.tasks, place.view
        self._language, self._theme, self._view = language, theme, view
        self._session, self._tasks = session, tasks
        self.figure: Figure | None = None
        self.heading = Label(language, theme, Message("reporting.origin"), size="heading", strong=True)
        close = IconButton(language, theme, "x", Message("reporting.close"))
        close.clicked.connect(self.closed)
        head = QHBoxLayout()
        head.setContentsMargins(12, 6, 6, 6)
        head.addWidget(self.heading, 1)
        head.addWidget(close)
        self.words = Label(
            language, theme, Message("reporting.origin.none"), size="small", tone="quiet", wrap=True
        )
        self.number = Label(language, theme, size="figure", strong=True)
        self.unit = Label(language, theme, size="small", tone="quiet")
        self.count = Label(language, theme, size="small", tone="quiet")
        value = QHBoxLayout()
        value.setSpacing(6)
        for label in (self.number, self.unit, self.count):
            value.addWidget(label, 0, Qt.AlignmentFlag.AlignBottom)
        value.addStretch(1)
        said = QVBoxLayout()
        said.setContentsMargins(12, 8, 12, 8)
        said.setSpacing(2)
        said.addWidget(self.words)
        said.addLayout(value)
        self.canvas = MapCanvas(tasks, theme.colors())
        self.canvas.setFixedHeight(_MAP_HEIGHT)
        self.canvas.renderer.dress(view.dress)
        self.list = QTableWidget()
        self.list.setObjectName("originList")
        self.list.verticalHeader().hide()
        self.list.verticalHeader().setDefaultSectionSize(26)
        self.list.setShowGrid(False)
        self.list.setFont(theme.font("small"))
        self.list.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.list.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.list.cellDoubleClicked.connect(lambda row, _: self._look_at(row))
        self.more = Label(language, theme, size="small", tone="faint")
        self.more.setContentsMargins(12, 4, 12, 4)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(12, 8, 12, 8)
        self.in_table = Button(language, Message("reporting.in_table"))
        self.in_table.clicked.connect(lambda: actions.trigger("view.table_selected"))
        self.on_map = Button(language, Message("reporting.on_map"))
        self.on_map.clicked.connect(self.map_asked)
        buttons.addWidget(self.on_map)
        buttons.addWidget(self.in_table)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(Line())
        column.addLayout(said)
        column.addWidget(self.canvas)
        column.addWidget(self.list, 1)
        column.addWidget(self.more)
        column.addStretch(0)
        self._foot = QFrame()
        self._foot.setLayout(buttons)
        column.addWidget(self._foot)
        self._empty = QWidget()
        column.addWidget(self._empty, 1)
        self.keys: tuple[AssetKey, ...] = ()
        view.scene_shown.connect(self._take_scene)
        theme.changed.connect(self._recolour)
        self._take_scene(view.canvas.scene)
        self.show_figure("", None)

    def show_figure(self, words: Words, figure: Figure | None) -> None:
        """Show this figure's objects, or that none is chosen."""
        self.figure = figure
        for part in (self.canvas, self.list, self._foot):
            part.setVisible(figure is not None)
        self._empty.setVisible(figure is None)
        self.more.hide()
        self.number.show_words("" if figure is None else number_text(figure))
        self.unit.show_words("" if figure is None else shown(figure.unit).unit)
        self.count.show_words("")
        self.words.show_words(words if figure is not None else Message("reporting.origin.none"))
        register = self._session.register
        if figure is None or register is None:
            return
        title = register.catalogue[figure.type].title
        self.count.show_words(Message("reporting.objects", {"count": f"{len(figure.ids):,}", "type": title}))
        self._tasks.run(
            Message("reporting.finding"),
            lambda feedback: _find(register, figure, self._language.code, feedback),
            lambda found: self._take(figure, found),
            owner=self,
            key="statements.origin",
            shown=False,
        )

    def _take(self, figure: Figure, found: _Found) -> None:
        if figure is not self.figure:
            return
        self.keys = found.keys
        self.list.setColumnCount(len(found.columns))
        self.list.setHorizontalHeaderLabels([self._language.render(title) for title in found.columns])
        self.list.setRowCount(len(found.rows))
        for line, row in enumerate(found.rows):
            for column, text in enumerate(row):
                item = QTableWidgetItem(text)
                if _NUMBER.fullmatch(text):
                    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                self.list.setItem(line, column, item)
        self.list.resizeColumnsToContents()
        for column in range(len(found.columns)):
            self.list.setColumnWidth(column, min(self.list.columnWidth(column), _WIDEST))
        self.list.horizontalHeader().setStretchLastSection(True)
        hidden = len(figure.ids) - len(found.rows)
        self.more.setVisible(hidden > 0)
        self.more.show_words(Message("reporting.more_objects", {"count": f"{hidden:,}"}))
        self.canvas.setVisible(bool(found.shapes))
        self.canvas.select(found.shapes)
        if found.shapes:
            boxes = [shape.bounds for shape in found.shapes]
            x0, y0, x1, y1 = zip(*boxes, strict=True)
            room = max(60.0, 0.1 * max(max(x1) - min(x0), max(y1) - min(y0)))
            self.canvas.fit(Box(min(x0) - room, min(y0) - room, max(x1) + room, max(y1) + room))

    def _look_at(self, row: int) -> None:
        if row < len(self.keys):
            self._session.select((self.keys[row],))
            self.map_asked.emit()

    def _take_scene(self, scene: Any) -> None:
        self.canvas.hidden = self._view.canvas.hidden
        self.canvas.show_scene(scene)

    def _recolour(self) -> None:
        self.canvas.renderer.dress(self._view.dress)
        self.canvas.recolour(self._theme.colors())


def _find(register: Register, figure: Figure, language: str, feedback: Feedback) -> _Found:
    asset_type = register.catalogue[figure.type]
    wanted = _COLUMNS.get(figure.type, asset_type.label_fields)
    fields = tuple(asset_type.field_named(name) for name in wanted if name in asset_type)
    names = tuple(field.name for field in fields)
    listed = register.find(Query(figure.type, ids=figure.ids[:MOST_LISTED], fields=names))
    feedback.check()
    links = RegisterLinks(register)

    def text(field: Field, value: Any) -> str:
        if value is None:
            return ""
        return links.name(field, value) if isinstance(field, LinkField) else field.format(value, language)

    lengths = _lengths(register, figure)
    rows = tuple(tuple(text(field, row.values.get(field.name)) for field in fields) for row in listed)
    shapes: tuple[BaseGeometry, ...] = ()
    if asset_type.shape is not None:
        located = register.find(
            Query(figure.type, ids=figure.ids[:MOST_DRAWN], located=True, fields=("geom",))
        )
        shapes = tuple(
            row.geometry for row in located if row.geometry is not None and not row.geometry.is_empty
        )
    columns: tuple[Words, ...] = tuple(field.title for field in fields)
    if lengths:
        # Beside the code: the metres that were counted.
        columns = (columns[0], Message("reporting.length"), *columns[1:])
        rows = tuple(
            (row[0], lengths.get(asset.id, ""), *row[1:]) for row, asset in zip(rows, listed, strict=True)
        )
    return _Found(rows, tuple(row.key for row in listed), columns, shapes)


def _lengths(register: Register, figure: Figure) -> dict[int, str]:
    """The counted metres of the pipes listed, by id."""
    if figure.type != PIPE:
        return {}
    ids = figure.ids[:MOST_LISTED]
    asset_type, settings = register.catalogue[PIPE], RenewalSettings.of(register)
    pipes = pipe_arrays(register.rows(PIPE, ids, FIELDS), register.rows(PIPE, ids, ()), asset_type, settings)
    return {int(id): f"{metres:.1f}" for id, metres in zip(pipes.ids, pipes.length, strict=True)}
