"""The first picture of a start: the window as it was left, shown while the program is still being loaded.

Only the map and what stands still around it: what was selected, typed or told is not in it. It gives way to the window
once that shows the living map, and at once to whatever wants the user's eye.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable

from PySide6.QtCore import QBuffer, QEventLoop, QIODevice, QRect, Qt, QTimer
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget

from layers.scene.last_picture import LastPicture

#: Milliseconds that a screen may take to show it.
_SHOWN_WITHIN = 150
#: Milliseconds from the living map's frame until it is on the screen.
_PAINTED = 30
#: Longer than this it never stays.
_LONGEST = 8000
#: Of the quick kind: the picture is written while the program closes.
_PNG_QUALITY = 85


class FirstPicture(QWidget):
    """Lies where the window will be. ``qt`` is the application it was made in."""

    def __init__(self, qt: QApplication, image: QImage, place: QRect) -> None:
        super().__init__(
            None,
            Qt.WindowType.SplashScreen
            | Qt.WindowType.FramelessWindowHint
            | Qt.WindowType.WindowStaysOnTopHint,
        )
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.qt = qt
        self.is_painted = False
        self._image = image
        self.setGeometry(place)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.drawImage(0, 0, self._image)
        painter.end()
        self.is_painted = True

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.close()

    def begin_to_go(self) -> None:
        """The window lies ready beneath: stay no longer than it takes to read the map."""
        QTimer.singleShot(_LONGEST, self, self.close)

    def give_way(self) -> None:
        """The living map is there: go as soon as it is painted."""
        QTimer.singleShot(_PAINTED, self, self.close)


def show_first_picture(kept: LastPicture) -> FirstPicture:
    """Show a picture; where the screens are others than when it was taken, it stays hidden."""
    qt = QApplication(sys.argv[:1])
    place = QRect(*kept.place)
    image = QImage.fromData(kept.png)
    image.setDevicePixelRatio(kept.ratio)
    picture = FirstPicture(qt, image, place)
    screens = [screen for screen in qt.screens() if screen.geometry().intersects(place)]
    if image.isNull() or not any(screen.devicePixelRatio() == kept.ratio for screen in screens):
        return picture
    picture.show()
    until = QTimer(picture, singleShot=True, interval=_SHOWN_WITHIN)
    until.start()
    while not picture.is_painted and until.isActive():
        qt.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
    return picture


def picture_of(window: QWidget, passing: Iterable[QWidget], ground: QColor) -> Callable[[], LastPicture]:
    """The window as it is, with nothing but ``ground`` where its ``passing`` parts lie; what it gives may be called
    beside the window."""
    ratio, place = window.devicePixelRatioF(), window.geometry()
    image = window.grab().toImage()
    painter = QPainter(image)
    for part in passing:
        if part.isVisible():
            painter.fillRect(QRect(part.mapTo(window, part.rect().topLeft()), part.size()), ground)
    painter.end()

    def encoded() -> LastPicture:
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        image.save(buffer, "PNG", _PNG_QUALITY)  # type: ignore[call-overload]
        lies = (place.x(), place.y(), place.width(), place.height())
        return LastPicture(bytes(buffer.data().data()), lies, ratio)

    return encoded
