"""Editing, copying and pasting in the table: judged here, previewed in the strip, written by the session."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication

from gisapp.language import Language
from gisapp.panels.table.grid import Grid
from gisapp.panels.table.model import TableModel
from gisapp.panels.table.paste_strip import PasteStrip
from gisapp.session import Session
from gisapp.tasks import Tasks
from layers.errors import Conflict, UserError
from layers.feedback import Feedback
from layers.model.change import ChangeSet
from layers.model.columns import judge
from layers.model.fields import Field, LinkField
from layers.register import ValuesRefused
from layers.search.link_names import RegisterLinks
from layers.table.clipboard import read_cells, write_cells
from layers.table.pasting import MOST_CELLS, CellPlan, plan_cells
from layers.text import Message


class CellWork(QObject):
    """What is done with the cells of a grid. One cell is written at once, several after a preview."""

    noticed = Signal(object)
    """A Message for the status bar."""
    written = Signal(object)
    """The Message of an act that was saved."""
    warned = Signal(object, object)
    """Something was not done: what, and what to do about it."""

    def __init__(
        self,
        language: Language,
        session: Session,
        tasks: Tasks,
        grid: Grid,
        strip: PasteStrip,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._language, self._session, self._tasks = language, session, tasks
        self._grid, self._strip = grid, strip
        grid.cells.judge = self.wrong
        grid.cells.typed.connect(self._on_typed)
        grid.copied.connect(self.copy)
        grid.pasted.connect(self.paste)
        grid.cleared.connect(self.clear)
        strip.accepted.connect(self._write)
        strip.left.connect(grid.setFocus)

    @property
    def _model(self) -> TableModel:
        return self._grid.table()

    def wrong(self, field: Field, text: str) -> Message | None:
        """Why a text is no value of a field; None when it is one. Links are looked up when they are written."""
        if isinstance(field, LinkField):
            return None
        value, problems = judge(field, text)
        if value is None and not problems and field.required:
            problems = list(field.check(None))
        return next((p.message for p in problems if p.severity == "error"), None)

    # ---- copying

    def copy(self, with_titles: bool = False) -> None:
        """Put the marked cells on the clipboard as a sheet takes them."""
        marked, data = self._grid.range(), self._model.data_shown
        if marked is None or data is None:
            return
        top, bottom, left, right = marked
        columns = self._grid.columns_between(left, right)
        fields = [field for field in map(self._model.field_at, columns) if field is not None]
        if (bottom - top + 1) * len(fields) > MOST_CELLS:
            limit = {"count": f"{MOST_CELLS:,}"}
            self.warned.emit(Message("table.too_many_cells", limit), Message("table.too_many_cells.hint"))
            return
        code = self._language.code
        shown = [data.columns[field.name] for field in fields]
        lines: list[list[str]] = []
        if with_titles:
            lines.append([self._language.render(field.title) for field in fields])
        for row in self._model.rows[top : bottom + 1].tolist():
            lines.append(
                [
                    column.show(row, code)
                    if isinstance(field, LinkField)
                    else field.format(column.value(row), code)
                    for field, column in zip(fields, shown, strict=True)
                ]
            )
        QApplication.clipboard().setText(write_cells(lines))
        self.noticed.emit(Message("table.copied", {"rows": f"{bottom - top + 1:,}", "columns": len(fields)}))

    # ---- changing

    def paste(self) -> None:
        """Put the clipboard's cells where the marked cells begin; one cell or line fills all that are marked."""
        marked = self._grid.range()
        if marked is None or not self._may_edit():
            return
        texts = read_cells(QApplication.clipboard().text())
        top, bottom, left, right = marked
        columns = self._grid.columns_between(left, right)
        height, width = len(texts), len(texts[0])
        if height > bottom - top + 1 or (bottom - top + 1) % height:
            bottom = top + height - 1
        if width > len(columns) or len(columns) % width:
            head = self._grid.horizontalHeader()
            first = head.visualIndex(columns[0])
            columns = [head.logicalIndex(first + n) for n in range(width)]
        rows = self._model.rows
        if bottom >= len(rows) or columns[-1] < 0:
            beyond = {"rows": height, "columns": width}
            self.warned.emit(Message("table.beyond", beyond), Message("table.beyond.hint"))
            return
        self._plan(rows[top : bottom + 1].tolist(), columns, texts)

    def clear(self) -> None:
        """Empty the marked cells."""
        marked = self._grid.range()
        if marked is None or not self._may_edit():
            return
        top, bottom, left, right = marked
        self._plan(
            self._model.rows[top : bottom + 1].tolist(), self._grid.columns_between(left, right), [[""]]
        )

    def _on_typed(self, index: object, text: str, key: object) -> None:
        row = int(self._model.rows[index.row()])  # type: ignore[attr-defined]
        self._plan([row], [index.column()], [[text]])  # type: ignore[attr-defined]

    def _may_edit(self) -> bool:
        may = self._session.may("edit")
        if not may:
            refusal = self._session.refusal()
            if refusal is not None:
                self.warned.emit(refusal.title, refusal.hint)
            else:
                self.warned.emit(Message("table.read_only"), Message("table.read_only.hint"))
        return may

    def _plan(self, rows: Sequence[int], columns: Sequence[int], texts: Sequence[Sequence[str]]) -> None:
        """Judge it beside the window; several rows, or anything wrong, are shown first."""
        register, data = self._session.register, self._model.data_shown
        fields = [field for field in map(self._model.field_at, columns) if field is not None]
        if register is None or data is None or not fields:
            return
        if len(rows) * len(fields) > MOST_CELLS:
            limit = {"count": f"{MOST_CELLS:,}"}
            self.warned.emit(Message("table.too_many_cells", limit), Message("table.too_many_cells.hint"))
            return

        def work(_: Feedback) -> CellPlan:
            return plan_cells(data, rows, fields, texts, RegisterLinks(register))

        def take(plan: CellPlan) -> None:
            if plan.refused or len(plan.rows) > 1:
                self._strip.show_plan(data.type, plan)
            elif plan.rows:
                self._write(plan)

        self._tasks.run(Message("table.judging"), work, take, owner=self, key="table-plan", shown=False)

    def _write(self, plan: CellPlan) -> None:
        register = self._session.register
        if register is None:
            return
        asset_type = register.catalogue[plan.type]
        titles = tuple(asset_type.field_named(name).title for name in plan.counts)
        if len(plan.rows) == 1:
            label = Message("table.edit_one", {"name": plan.rows[0].name, "fields": titles})
        else:
            told = {"count": f"{len(plan.rows):,}", "type": asset_type.plural, "fields": titles}
            label = Message("table.edit_several", told)

        def done(change: ChangeSet | None) -> None:
            if change is not None:
                self.written.emit(Message("table.written", {"label": label}))

        def failed(error: UserError) -> None:
            self._tasks.failed.emit(error)
            if not isinstance(error, Conflict | ValuesRefused):
                # Nothing is wrong with what was typed: it waits to be written once the fault is mended.
                self._strip.show_plan(asset_type, plan)

        self._session.edit(label, plan.apply, done, failed)

    def row_of_view(self, row: int) -> int | None:
        """Where the view shows a row of the data."""
        found = np.flatnonzero(self._model.rows == row)
        return int(found[0]) if len(found) else None
