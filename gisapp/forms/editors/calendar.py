"""A month to click a day in, under the field of a date."""

from __future__ import annotations

import datetime
from collections.abc import Callable

from PySide6.QtCore import QDate, QLocale, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCalendarWidget, QVBoxLayout, QWidget

from gisapp.language import Language
from gisapp.theme import Theme


class CalendarPopup(QWidget):
    """Goes away after a click, with Esc and with a click elsewhere. ``take`` gets the day as it is stored."""

    def __init__(
        self, language: Language, theme: Theme, parent: QWidget, take: Callable[[str], None]
    ) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("calendarPopup")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._take = take
        self.month = QCalendarWidget()
        self.month.setFont(theme.font("small"))
        chinese = QLocale(QLocale.Language.Chinese, QLocale.Country.China)
        self.month.setLocale(chinese if language.code == "zh" else QLocale(QLocale.Language.English))
        self.month.setFirstDayOfWeek(Qt.DayOfWeek.Monday)
        self.month.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
        self.month.clicked.connect(self._choose)
        self.month.activated.connect(self._choose)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.addWidget(self.month)

    def open(self, day: datetime.date, below: QWidget) -> None:
        """Show the month of ``day`` under a field; above it where there is no room below."""
        self.month.setSelectedDate(QDate(day.year, day.month, day.day))
        self.adjustSize()
        corner = below.mapToGlobal(QPoint(0, below.height()))
        room = below.screen().availableGeometry()
        if corner.y() + self.height() > room.bottom():
            corner.setY(below.mapToGlobal(QPoint(0, 0)).y() - self.height())
        corner.setX(max(room.left(), min(corner.x(), room.right() - self.width())))
        self.move(corner)
        self.show()
        self.month.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def _choose(self, day: QDate) -> None:
        self.close()
        self._take(day.toString(Qt.DateFormat.ISODate))
