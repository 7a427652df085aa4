"""The sheet as it will be: a coarse picture that can be dragged and zoomed; it never waits for its painter."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from gisapp.map.sheet.layout import SheetLayout
from gisapp.theme import Theme

_MARGIN = 16.0
_NOTCH = 120.0


class SheetPreview(QWidget):
    """Shows one sheet. Tells drags in px of the sheet, and notches of the wheel."""

    moved = Signal(float, float)
    """The map was dragged by so many px of the sheet."""
    turned = Signal(int)
    """The wheel was turned by so many notches."""
    resized = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._image: QImage | None = None
        self._layout: SheetLayout | None = None
        self._from: QPointF | None = None
        self._aside = QPointF()
        self.setMinimumSize(360, 300)
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        theme.changed.connect(self.update)

    @property
    def image(self) -> QImage | None:
        """The picture shown."""
        return self._image

    def share(self, layout: SheetLayout) -> float:
        """Px of the window per px of the sheet, when the whole sheet is shown."""
        width, height = self.width() - 2 * _MARGIN, self.height() - 2 * _MARGIN
        return max(min(width / layout.page.width(), height / layout.page.height()), 0.02)

    def sheet_rect(self) -> QRectF:
        """Where the sheet lies in the widget."""
        if self._layout is None:
            return QRectF()
        share = self.share(self._layout)
        size = self._layout.page.size() * share
        return QRectF(
            (self.width() - size.width()) / 2,
            (self.height() - size.height()) / 2,
            size.width(),
            size.height(),
        )

    def show_sheet(self, image: QImage, layout: SheetLayout) -> None:
        """Show a picture of a sheet laid out so."""
        self._image, self._layout = image, layout
        if self._from is None:
            self._aside = QPointF()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(680, 560)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(self.rect(), self._theme.color("sunken"))
        sheet = self.sheet_rect()
        if self._image is None or self._layout is None:
            painter.end()
            return
        painter.drawImage(sheet, self._image)
        if not self._aside.isNull():
            self._paint_moved(painter, sheet)
        painter.setPen(self._theme.color("border_strong"))
        painter.drawRect(sheet)
        painter.end()

    def _paint_moved(self, painter: QPainter, sheet: QRectF) -> None:
        """The map where it is dragged to, until it is drawn anew."""
        assert self._image is not None
        assert self._layout is not None
        share = sheet.width() / self._layout.page.width()
        map_ = self._layout.map
        window = QRectF(map_.topLeft() * share + sheet.topLeft(), map_.size() * share)
        pixels = self._image.width() / self._layout.page.width()
        source = QRectF(map_.topLeft() * pixels, map_.size() * pixels)
        painter.save()
        painter.setClipRect(window)
        painter.fillRect(window, self._theme.color("panel"))
        painter.drawImage(window.translated(self._aside), self._image, source)
        painter.restore()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resized.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._layout is not None:
            self._from = event.position() - self._aside
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._from is not None:
            self._aside = event.position() - self._from
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._from is None or self._layout is None:
            return
        self._from = None
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        if not self._aside.isNull():
            share = self.share(self._layout)
            self.moved.emit(self._aside.x() / share, self._aside.y() / share)

    def wheelEvent(self, event: QWheelEvent) -> None:
        notches = round(event.angleDelta().y() / _NOTCH)
        if notches:
            self.turned.emit(notches)
        event.accept()
