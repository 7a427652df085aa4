"""PhotoViewer: one picture large, with its neighbours a key away; the wheel zooms at the mouse."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import (
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from gisapp.forms.words import ElidedLabel, IconButton, Label
from gisapp.language import Language
from gisapp.theme import Theme
from layers.text import Message

STEP = 1.25
LARGEST = 16.0


class PhotoViewer(QDialog):
    """``read`` gives the picture of a place in the list, later: it calls back with place and image."""

    def __init__(
        self,
        language: Language,
        theme: Theme,
        captions: Sequence[str],
        read: Callable[[int, Callable[[int, QImage], None]], None],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(language.render(Message("photo.viewer")))
        self._captions, self._read = captions, read
        self.place = 0
        self.canvas = PhotoCanvas(theme)
        self._caption = ElidedLabel(language, theme)
        self._count = Label(language, theme, tone="quiet")
        row = QHBoxLayout()
        row.setContentsMargins(12, 4, 12, 8)
        buttons = (
            ("caret-left", "photo.before", lambda: self.step(-1)),
            ("caret-right", "photo.next", lambda: self.step(1)),
            ("minus", "photo.smaller", lambda: self.canvas.zoom(1 / STEP)),
            ("plus", "photo.larger", lambda: self.canvas.zoom(STEP)),
            ("corners-out", "photo.whole", self.canvas.fit),
        )
        for icon, words, act in buttons:
            button = IconButton(language, theme, icon, Message(words))
            button.clicked.connect(lambda _=False, do=act: do())
            row.addWidget(button)
        row.addWidget(self._count)
        row.addSpacing(8)
        row.addWidget(self._caption, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.canvas, 1)
        column.addLayout(row)
        self.resize(parent.window().width() * 3 // 4, parent.window().height() * 3 // 4)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

    def show_place(self, place: int) -> None:
        """Show the picture at a place of the list."""
        self.place = place
        self._caption.show_words(self._captions[place])
        self._count.show_words(f"{place + 1} / {len(self._captions)}")
        self._read(place, self._take)

    def step(self, by: int) -> None:
        """Show the next or the one before, round and round."""
        self.show_place((self.place + by) % len(self._captions))

    def _take(self, place: int, image: QImage) -> None:
        if place == self.place:
            self.canvas.show_image(image)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1}
        key = Qt.Key(event.key())
        if key in steps:
            self.step(steps[key])
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.canvas.zoom(STEP)
        elif key == Qt.Key.Key_Minus:
            self.canvas.zoom(1 / STEP)
        elif key == Qt.Key.Key_0:
            self.canvas.fit()
        else:
            super().keyPressEvent(event)


class PhotoCanvas(QWidget):
    """A picture that can be zoomed and dragged; whole at first."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._picture = QPixmap()
        self.factor = 1.0
        self._centre = QPointF()
        self._drag: QPoint | None = None
        self._is_fitted = True
        self.setMinimumSize(320, 240)
        self.setCursor(Qt.CursorShape.OpenHandCursor)

    @property
    def image_size(self) -> tuple[int, int]:
        """Width and height of the picture, upright."""
        return self._picture.width(), self._picture.height()

    def show_image(self, image: QImage) -> None:
        """Show another picture, whole."""
        self._picture = QPixmap.fromImage(image)
        self.fit()

    def fit(self) -> None:
        """As large as the whole picture can be."""
        self._is_fitted = True
        if not self._picture.isNull():
            wide, high = self.width() / self._picture.width(), self.height() / self._picture.height()
            self.factor = min(wide, high, 1.0)
            self._centre = QPointF(self._picture.width() / 2, self._picture.height() / 2)
        self.update()

    def zoom(self, by: float, at: QPointF | None = None) -> None:
        """Larger or smaller; what lies at ``at`` stays there."""
        if self._picture.isNull():
            return
        at = at or QPointF(self.width() / 2, self.height() / 2)
        offset = at - QPointF(self.width() / 2, self.height() / 2)
        before = self._centre + offset * (1 / self.factor)
        self._is_fitted = False
        self.factor = max(min(self.factor * by, LARGEST), 0.02)
        self._centre = before - offset * (1 / self.factor)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.color("sunken"))
        if not self._picture.isNull():
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            wide, high = self._picture.width() * self.factor, self._picture.height() * self.factor
            left = self.width() / 2 - self._centre.x() * self.factor
            top = self.height() / 2 - self._centre.y() * self.factor
            painter.drawPixmap(QRectF(left, top, wide, high), self._picture, QRectF(self._picture.rect()))
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        if self._is_fitted:
            self.fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zoom(STEP ** (event.angleDelta().y() / 120), event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._drag = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._drag is not None:
            here = event.position().toPoint()
            self._centre = self._centre - QPointF(here - self._drag) * (1 / self.factor)
            self._drag = here
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._drag = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.zoom(1 / self.factor, event.position()) if self._is_fitted else self.fit()
