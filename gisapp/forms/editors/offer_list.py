"""The list that comes up under a field: what may be meant, the best first. The keyboard stays in the field."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from gisapp.forms.editors.offers import Offer
from gisapp.language import Language
from gisapp.theme import Theme

ROWS_SHOWN = 9
ROW_HEIGHT = 26
LEAST_WIDTH = 200
PADDING = 10

_Index = QModelIndex | QPersistentModelIndex


class OfferList(QFrame):
    """One for a whole form; lies over the window under the field that asked. ``chosen`` gives the offer."""

    chosen = Signal(object)

    def __init__(self, language: Language, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("palette")
        self._model = OfferModel(language, self)
        self._list = QListView(uniformItemSizes=True)
        self._list.setModel(self._model)
        self._list.setItemDelegate(_OfferDelegate(theme, self._list))
        self._list.setMouseTracking(True)
        self._list.setFrameShape(QFrame.Shape.NoFrame)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for part in (self, self._list, self._list.viewport()):
            part.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.clicked.connect(lambda index: self.chosen.emit(self._model.offers[index.row()]))
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.addWidget(self._list)
        self.hide()

    @property
    def offers(self) -> Sequence[Offer]:
        """What is listed."""
        return self._model.offers if self.isVisible() else ()

    @property
    def marked(self) -> Offer | None:
        """What Enter would take."""
        row = self._list.currentIndex().row()
        return self._model.offers[row] if self.isVisible() and row >= 0 else None

    def open(self, field: QWidget, offers: Sequence[Offer], marked: int) -> None:
        """Come up under ``field``; ``marked`` is the row marked at first, -1 for none."""
        if not offers:
            self.hide()
            return
        window = field.window()
        if self.parent() is not window:
            self.setParent(window)
        self._model.show(offers)
        height = min(len(offers), ROWS_SHOWN) * ROW_HEIGHT + 2
        width = max(field.width(), LEAST_WIDTH)
        corner = field.mapTo(window, QPoint(0, field.height() + 1))
        if corner.y() + height > window.height():
            corner = field.mapTo(window, QPoint(0, -height - 1))
        corner.setX(max(min(corner.x(), window.width() - width - 8), 0))
        self.setGeometry(corner.x(), max(corner.y(), 0), width, height)
        self.show()
        self.raise_()
        self.mark(marked)

    def mark(self, row: int) -> None:
        """Mark a row."""
        self._list.setCurrentIndex(self._model.index(row, 0) if row >= 0 else QModelIndex())

    def step(self, by: int) -> None:
        """Mark the next or the one before, round and round."""
        count = self._model.rowCount()
        row = self._list.currentIndex().row()
        self.mark((row + by) % count if row >= 0 else (0 if by > 0 else count - 1))


class OfferModel(QAbstractListModel):
    """What is offered now."""

    def __init__(self, language: Language, parent: QWidget) -> None:
        super().__init__(parent)
        self._language = language
        self.offers: Sequence[Offer] = ()

    def show(self, offers: Sequence[Offer]) -> None:
        self.beginResetModel()
        self.offers = offers
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self.offers)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        offer = self.offers[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._language.render(offer.words)
        if role == Qt.ItemDataRole.UserRole:
            return self._language.render(offer.note)
        if role == Qt.ItemDataRole.UserRole + 1:
            return offer.act is not None
        return None


class _OfferDelegate(QStyledItemDelegate):
    """Title left, note faint at the right."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(LEAST_WIDTH, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        theme = self._theme
        state = option.state
        box: QRect = option.rect
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, theme.color("selection_row"))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(box, theme.color("hover"))
        inner = box.adjusted(PADDING, 0, -PADDING, 0)
        note = str(index.data(Qt.ItemDataRole.UserRole) or "")
        small = theme.font("small")
        painter.setFont(small)
        note_width = painter.fontMetrics().horizontalAdvance(note)
        painter.setPen(theme.color("text3"))
        painter.drawText(inner, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, note)
        painter.setFont(theme.font("base"))
        painter.setPen(theme.color("accent_ink" if index.data(Qt.ItemDataRole.UserRole + 1) else "text"))
        room = inner.adjusted(0, 0, -note_width - 8 if note else 0, 0)
        text = painter.fontMetrics().elidedText(str(index.data()), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
