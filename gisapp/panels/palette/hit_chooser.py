"""A small list at the cursor: which of the assets that lie here is meant."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QListView, QVBoxLayout, QWidget

from gisapp.panels.palette.model import ROW_HEIGHT, Entry, PaletteDelegate, PaletteModel
from gisapp.theme import Theme

WIDTH = 300
ROWS_SHOWN = 8


class HitChooser(QFrame):
    """Lies over the map until one is chosen (click, or up, down and Enter) or Esc puts it away."""

    def __init__(self, theme: Theme, canvas: QWidget) -> None:
        super().__init__(canvas)
        self.setObjectName("palette")
        self._canvas = canvas
        self.model = PaletteModel(self)
        self.list = QListView(uniformItemSizes=True)
        self.list.setModel(self.model)
        self.list.setItemDelegate(PaletteDelegate(theme, self.list))
        self.list.setMouseTracking(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.clicked.connect(lambda index: self._choose(index.row()))
        self.list.installEventFilter(self)
        self.list.setCursor(Qt.CursorShape.ArrowCursor)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        column.addWidget(self.list)
        self.hide()

    def open(self, entries: Sequence[Entry], at: QPoint) -> None:
        """Come up beside a pixel of the canvas, the first entry marked."""
        self.model.show(list(entries))
        self.list.setFixedHeight(min(len(entries), ROWS_SHOWN) * ROW_HEIGHT)
        self.setFixedSize(WIDTH, self.list.height() + 2)
        x = at.x() + 8 if at.x() + 8 + WIDTH <= self._canvas.width() else at.x() - 8 - WIDTH
        y = min(at.y() + 8, self._canvas.height() - self.height() - 8)
        self.move(max(x, 8), max(y, 8))
        self.list.setCurrentIndex(self.model.index(0, 0))
        self.show()
        self.raise_()
        self.list.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent):
            return self._on_key(event)
        if event.type() == QEvent.Type.FocusOut and self.isVisible():
            self.hide()
        return False

    def _on_key(self, event: QKeyEvent) -> bool:
        acts: dict[int, Callable[[], None]] = {
            Qt.Key.Key_Escape: self._leave,
            Qt.Key.Key_Return: lambda: self._choose(self.list.currentIndex().row()),
            Qt.Key.Key_Enter: lambda: self._choose(self.list.currentIndex().row()),
        }
        if event.type() == QEvent.Type.ShortcutOverride and event.key() in acts:
            event.accept()  # ours before it lets go of the selection
            return True
        if event.type() == QEvent.Type.KeyPress and event.key() in acts:
            acts[event.key()]()
            return True
        return False

    def _choose(self, row: int) -> None:
        if 0 <= row < len(self.model.entries):
            entry = self.model.entries[row]
            self._leave()
            entry.choose()

    def _leave(self) -> None:
        self.hide()
        self._canvas.setFocus()
