"""What imports kept out: row by row, to be corrected and taken in, or given up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelection,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QSplitter,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from gisapp.dialogs.importing.row_panel import RowPanel
from gisapp.forms.row_table import dress_rows
from gisapp.forms.words import Button, Label, Line
from gisapp.language import Language
from gisapp.session import Session
from gisapp.tasks import Tasks
from gisapp.theme import Theme
from layers.errors import UserError
from layers.exchange.quarantine import QuarantinedRow, drop, list_quarantined, take_in
from layers.feedback import Feedback
from layers.model.catalogue import Catalogue
from layers.model.change import ChangeSet
from layers.register import Register, ValuesRefused
from layers.text import Message

TYPE, SOURCE, LINE, REASON = range(4)
_HEADS = (
    Message("importing.quarantine.type"),
    Message("importing.quarantine.source"),
    Message("importing.problem.line"),
    Message("importing.problem.reason"),
)
Index = QModelIndex | QPersistentModelIndex


class QuarantineModel(QAbstractTableModel):
    """The rows in quarantine, the oldest first."""

    def __init__(self, language: Language, catalogue: Catalogue, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._language, self._catalogue = language, catalogue
        self.rows: list[QuarantinedRow] = []

    def show(self, rows: list[QuarantinedRow]) -> None:
        """List these."""
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(_HEADS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        row = self.rows[index.row()]
        if index.column() == TYPE:
            known = row.type in self._catalogue
            return self._language.render(self._catalogue[row.type].title) if known else row.type
        if index.column() == SOURCE:
            return row.source
        if index.column() == LINE:
            return str(row.row)
        return "；".join(self._language.render(problem.message) for problem in row.problems)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._language.render(_HEADS[section])
        return None


class QuarantineSheet(QWidget):
    """Follows the register; ``left`` when one is done, ``told`` a Message about what happened."""

    left = Signal()
    told = Signal(object)

    def __init__(
        self, language: Language, theme: Theme, session: Session, tasks: Tasks, register: Register
    ) -> None:
        super().__init__()
        self.setObjectName("importSheet")
        self._language, self._theme, self._tasks, self._register = language, theme, tasks, register
        self.model = QuarantineModel(language, register.catalogue, self)
        self.table = self._make_table()
        self.row = RowPanel(language, theme, editable=True)
        self.row.corrected.connect(self._correct)
        self.row.prefixed.connect(self._prefix)
        self.row.dropped.connect(self._drop)
        self._pages = QStackedWidget()
        self._chosen = 0
        self._lay_out()
        session.changed.connect(self._on_changed)
        language.changed.connect(self.read)
        self.read()

    def read(self) -> None:
        """Read the rows anew."""
        register = self._register
        self._tasks.run(
            Message("importing.quarantine.reading"), lambda _: list_quarantined(register), self._show,
            owner=self, key="quarantine", shown=False,
        )  # fmt: skip

    def _show(self, rows: list[QuarantinedRow]) -> None:
        self.model.show(rows)
        self._pages.setCurrentIndex(1 if rows else 0)
        if rows:
            self.table.selectRow(min(self._chosen, len(rows) - 1))

    def _on_changed(self, change: ChangeSet) -> None:
        self.read()

    def _current(self) -> QuarantinedRow | None:
        row = self.table.currentIndex().row()
        return self.model.rows[row] if 0 <= row < len(self.model.rows) else None

    def _on_row(self, now: QItemSelection) -> None:
        row = self._current()
        if row is None:
            return
        self._chosen = self.table.currentIndex().row()
        catalogue = self._register.catalogue
        asset_type = catalogue.types.get(row.type)
        title = Message("importing.row.title", {"layer": row.layer or row.file, "line": row.row})
        book = None if row.asset is None else self._register.get(*row.asset)
        self.row.show_row(
            title, row.problems, asset_type, row.proposed, row.as_written, book, can_prefix=row.is_code_taken
        )

    def _correct(self, corrections: dict[str, str]) -> None:
        self._do(
            lambda row: take_in(self._register, [row], corrections), Message("importing.quarantine.taken")
        )

    def _prefix(self) -> None:
        self._do(
            lambda row: take_in(self._register, [row], prefix=True), Message("importing.quarantine.taken")
        )

    def _drop(self) -> None:
        self._do(lambda row: drop(self._register, [row]), Message("importing.quarantine.given_up"))

    def _do(self, act: Callable[[QuarantinedRow], object], done: Message) -> None:
        row = self._current()
        if row is None:
            return

        def work(_: Feedback) -> None:
            act(row)

        self._tasks.run(
            done,
            work,
            lambda _: self.told.emit(done),
            failed=self._refused,
            owner=self,
            lane="writer",
            shown=False,
        )

    def _refused(self, error: UserError) -> None:
        if isinstance(error, ValuesRefused):
            self.row.mark_wrong(tuple(error.problems))
        self._tasks.failed.emit(error)

    # ---- the parts

    def _make_table(self) -> QTableView:
        table = QTableView()
        table.setModel(self.model)
        dress_rows(table, self._theme, 28)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        header = table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(REASON, QHeaderView.ResizeMode.Stretch)
        for column, width in enumerate((96, 160, 64)):
            header.resizeSection(column, width)
        table.selectionModel().selectionChanged.connect(self._on_row)
        return table

    def _lay_out(self) -> None:
        head = QFrame()
        head.setObjectName("panel")
        head.setFixedHeight(self._theme.size("panel_title") + 8)
        row = QHBoxLayout(head)
        row.setContentsMargins(16, 0, 16, 0)
        title = Message("importing.quarantine.title")
        row.addWidget(Label(self._language, self._theme, title, size="heading", strong=True))
        row.addStretch(1)
        done = Button(self._language, Message("settings.close"))
        done.clicked.connect(self.left)
        row.addWidget(done)
        columns = QSplitter(Qt.Orientation.Horizontal)
        columns.setHandleWidth(1)
        columns.setChildrenCollapsible(False)
        columns.addWidget(self.table)
        columns.addWidget(self.row)
        columns.setSizes([860, 400])
        columns.setStretchFactor(0, 1)
        self._pages.addWidget(self._nothing())
        self._pages.addWidget(columns)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(head)
        column.addWidget(Line())
        column.addWidget(self._pages, 1)

    def _nothing(self) -> QWidget:
        page = QFrame()
        page.setObjectName("panel")
        column = QVBoxLayout(page)
        column.setContentsMargins(24, 64, 24, 24)
        words = Message("importing.quarantine.empty")
        label = Label(self._language, self._theme, words, tone="quiet", wrap=True)
        label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(label)
        column.addStretch(1)
        return page
