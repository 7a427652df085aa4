"""One selection for table and map: the rows marked are selected, what is selected elsewhere is shown as rows."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from gisapp.panels.table.feed import TableFeed
from gisapp.panels.table.grid import Grid
from gisapp.panels.table.model import TableModel
from gisapp.session import Session
from layers.model.asset import AssetKey
from layers.model.selection import Selection


class SelectionTie(QObject):
    """Both ways. ``told``: another selection, to be counted."""

    told = Signal()

    def __init__(
        self, session: Session, feed: TableFeed, model: TableModel, grid: Grid, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._session, self._feed, self._model, self._grid = session, feed, model, grid
        self._is_own = False
        self._is_only = False
        session.selection_changed.connect(self._on_selection)
        grid.marked.connect(self._on_marked)
        grid.toggled.connect(lambda row: self._select((self.key(row),), toggle=True))

    def key(self, row: int) -> AssetKey:
        """The asset that a row of the view shows."""
        return AssetKey(self._feed.wanted.type, self._model.id_at(row))

    def show_only(self, is_only: bool) -> None:
        """List nothing but what is selected, or everything again."""
        self._is_only = is_only
        self._feed.show_only(self._session.selection.ids(self._feed.wanted.type) if is_only else None)

    def _on_marked(self, first: int, last: int) -> None:
        if self._model.data_shown is not None and last < len(self._model.rows):
            ids = self._model.ids_between(first, last)
            self._select(Selection({self._feed.wanted.type: ids}))

    def _select(self, keys: Iterable[AssetKey], *, toggle: bool = False) -> None:
        self._is_own = True
        self._session.select(keys, "toggle" if toggle else "new")
        self._is_own = False

    def _on_selection(self, selection: Selection) -> None:
        shown = self._feed.shown
        if shown is None:
            return
        ids = selection.ids(shown.data.type.name)
        self._model.show_selected(ids)
        self.told.emit()
        if self._is_own:
            return
        self._grid.unmark()
        if self._is_only:
            self._feed.show_only(ids)
            return
        row = self._model.first_selected()
        if row is not None:
            self._grid.show_row(row)
