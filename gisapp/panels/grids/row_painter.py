"""How a grid stands in the list: swatch, name, stewards and what is wrong; households, bar and percent of the mean."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from gisapp.language import Language
from gisapp.panels.grids.grid_model import ROW, GridModel
from gisapp.theme import Theme
from layers.reports.wording import percent_text
from layers.responsibility.finding import Alarm
from layers.responsibility.oversight.overview import GridRow
from layers.text import Message

ROW_HEIGHT = 48
HEADING_HEIGHT = 26
#: Left edge, swatch, where stewards and bar begin, what percent and households take.
_PAD, _SWATCH, _BAR_LEFT, _PERCENT = 12, 12, 102, 46
#: A bar is full at so many percent of the mean.
FULL = 150.0
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_COLOURS = {"low": "bar_fill2", "even": "bar_fill", "high": "warn", "over": "danger"}


class RowPainter(QStyledItemDelegate):
    """Paints one row of the list."""

    def __init__(self, language: Language, theme: Theme, model: GridModel) -> None:
        super().__init__(model)
        self._language, self._theme, self._model = language, theme, model

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        is_heading = isinstance(index.data(ROW), str)
        return QSize(_BAR_LEFT, HEADING_HEIGHT if is_heading else ROW_HEIGHT)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        entry = index.data(ROW)
        place: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if isinstance(entry, GridRow):
            state = option.state
            if state & QStyle.StateFlag.State_Selected:
                painter.fillRect(place, self._theme.color("selection_row"))
            elif state & QStyle.StateFlag.State_MouseOver:
                painter.fillRect(place, self._theme.color("hover"))
            self._row(painter, place, entry)
        else:
            self._heading(painter, place, self._model.area_title(entry))
        painter.setPen(self._theme.color("border"))
        painter.drawLine(place.bottomLeft(), place.bottomRight())
        painter.restore()

    def _heading(self, painter: QPainter, place: QRect, text: str) -> None:
        painter.fillRect(place, self._theme.color("sunken"))
        painter.setFont(self._theme.font("small", strong=True))
        painter.setPen(self._theme.color("text2"))
        painter.drawText(place.adjusted(_PAD, 0, -_PAD, 0), _LEFT, text)

    def _row(self, painter: QPainter, place: QRect, row: GridRow) -> None:
        theme = self._theme
        first = QRect(place.left() + _PAD, place.top() + 5, place.width() - 2 * _PAD, 20)
        swatch = QRectF(first.left() + 0.5, first.top() + 4.5, _SWATCH, _SWATCH)
        painter.setBrush(theme.color(f"grid{row.colour % 4 + 1}"))
        painter.setPen(QPen(theme.color("border_strong"), 1))
        painter.drawRect(swatch)
        painter.setPen(theme.color("text"))
        right = first.right() + 1
        if row.worst is not None:
            right -= self._chip(painter, first, row.worst) + 6
        painter.setFont(theme.font("base"))
        name_left = first.left() + _SWATCH + 8
        name = f"{row.code} {row.name}"
        width = min(painter.fontMetrics().horizontalAdvance(name) + 8, max(right - name_left - 60, 60))
        self._text(painter, QRect(name_left, first.top(), width, 20), name)
        painter.setPen(theme.color("text2"))
        left = max(name_left + width, place.left() + _BAR_LEFT + 16)
        painter.setFont(theme.font("small"))
        self._text(painter, QRect(left, first.top(), right - left, 20), self._model.stewards(row))
        self._load(painter, QRect(place.left() + _PAD, place.top() + 25, place.width() - 2 * _PAD, 18), row)

    def _load(self, painter: QPainter, place: QRect, row: GridRow) -> None:
        theme = self._theme
        painter.setFont(theme.font("small"))
        painter.setPen(theme.color("text2"))
        if row.households is not None:
            words = Message("grid_desk.households", {"count": f"{row.households:,.0f}"})
            homes = QRect(place.left(), place.top(), _BAR_LEFT - _PAD - 6, place.height())
            painter.drawText(homes, _RIGHT, self._language.render(words))
        bar = QRect(
            place.left() - _PAD + _BAR_LEFT, place.top() + 6, place.width() + _PAD - _BAR_LEFT - _PERCENT, 6
        )
        painter.fillRect(bar, theme.color("bar_bg"))
        level = row.standing
        if row.percent is not None:
            share = min(row.percent, FULL) / FULL
            filled = bar.adjusted(0, 0, round(bar.width() * (share - 1)), 0)
            painter.fillRect(filled, theme.color(_COLOURS[level]))
        tick = bar.left() + round(bar.width() * 100 / FULL)
        painter.fillRect(QRect(tick, bar.top() - 3, 2, 12), theme.color("text"))
        painter.setPen(theme.color(_COLOURS[level] if row.is_heavy else "text2"))
        painter.setFont(theme.font("small", strong=row.is_heavy))
        painter.drawText(place, _RIGHT, percent_text(row.percent))

    def _chip(self, painter: QPainter, place: QRect, alarm: Alarm) -> int:
        """What is wrong, at the right end; the width it took."""
        theme = self._theme
        text = self._language.render(alarm.short)
        painter.setFont(theme.font("small"))
        width = min(painter.fontMetrics().horizontalAdvance(text) + 28, place.width() // 2)
        chip = QRect(place.right() + 1 - width, place.top() + 1, width, 18)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color(f"{alarm.severity}_soft"))
        painter.drawRoundedRect(chip, 3, 3)
        icon = "info" if alarm.severity == "info" else "warning"
        theme.icon(icon, alarm.severity).paint(painter, QRect(chip.left() + 5, chip.top() + 3, 12, 12))
        painter.setPen(theme.color(alarm.severity))
        self._text(painter, chip.adjusted(21, 0, -5, 0), text)
        painter.setPen(theme.color("text"))
        return width

    @staticmethod
    def _text(painter: QPainter, place: QRect, text: str) -> None:
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, place.width())
        painter.drawText(place, _LEFT, shown)
