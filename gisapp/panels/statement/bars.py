"""The painter of bar charts: the same on the screen, in Word and on paper."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QBuffer, QIODevice, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QFont, QImage, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from gisapp.language import Language
from gisapp.theme import Theme
from layers.renewal.figure import Words
from layers.reports.document import BAR, BAR_GROUND, FAINT, INK, Picture
from layers.reports.report import Chart
from layers.reports.wording import number_text, percent_text

ROW = 30.0
_LABEL, _NUMBERS = 0.3, 116.0
Render = Callable[[Words], str]
Colours = dict[str, QColor]
PAPER: Colours = {
    "text": QColor(f"#{INK}"), "text2": QColor(f"#{FAINT}"), "bar_fill": QColor(f"#{BAR}"),
    "bar_bg": QColor(f"#{BAR_GROUND}"), "panel": QColor("#FFFFFF"),
}  # fmt: skip


def bars_height(chart: Chart) -> float:
    """Px that a chart is high."""
    return ROW * len(chart.bars) + 8


def paint_bars(
    painter: QPainter,
    chart: Chart,
    room: QRectF,
    colours: Colours,
    font: Callable[[bool], QFont],
    render: Render,
) -> None:
    """Paint the bars of ``chart`` into ``room``: name, bar, number and percent; what is beyond the last is hatched."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    label = min(room.width() * _LABEL, 220.0)
    left, right = room.left() + label + 12, room.right() - _NUMBERS
    whole = max(chart.whole, max((bar.value.value or 0.0 for bar in chart.bars), default=0.0), 1e-9)
    centre, end = Qt.AlignmentFlag.AlignVCenter, Qt.AlignmentFlag.AlignRight
    for number, bar in enumerate(chart.bars):
        top = room.top() + 4 + number * ROW
        middle = QRectF(left, top + 6, right - left, ROW - 12)
        value = bar.value.value or 0.0
        painter.setFont(font(False))
        painter.setPen(colours["text"])
        name = painter.fontMetrics().elidedText(render(bar.title), Qt.TextElideMode.ElideRight, int(label))
        painter.drawText(QRectF(room.left(), top, label, ROW), int(centre | end), name)
        painter.fillRect(middle, colours["bar_bg"])
        filled = QRectF(middle.left(), middle.top(), middle.width() * value / whole, middle.height())
        painter.fillRect(filled, colours["bar_fill"])
        if bar.excess > 0:
            beyond = QRectF(filled)
            beyond.setLeft(filled.right() - middle.width() * bar.excess / whole)
            painter.fillRect(beyond, colours["panel"])
            painter.fillRect(beyond, QBrush(colours["bar_fill"], Qt.BrushStyle.BDiagPattern))
        painter.setFont(font(True))
        painter.setPen(colours["text"])
        painter.drawText(QRectF(right + 4, top, 52, ROW), int(centre | end), number_text(bar.value))
        if bar.percent is not None:
            painter.setFont(font(False))
            painter.setPen(colours["text2"])
            painter.drawText(
                QRectF(right + 58, top, 58, ROW), int(centre | end), percent_text(bar.percent, 1)
            )


def bars_picture(
    chart: Chart, font: Callable[[bool], QFont], render: Render, *, width: float = 660.0
) -> Picture:
    """The chart as a PNG for paper, three pixels to the px."""
    height, ratio = bars_height(chart), 3
    image = QImage(round(width * ratio), round(height * ratio), QImage.Format.Format_RGB32)
    image.fill(0xFFFFFFFF)
    painter = QPainter(image)
    try:
        painter.scale(ratio, ratio)
        paint_bars(painter, chart, QRectF(0, 0, width, height), PAPER, font, render)
    finally:
        painter.end()
    return Picture(png_of(image), width * 25.4 / 96, height * 25.4 / 96)


def png_of(image: QImage) -> bytes:
    """An image as the bytes of a PNG."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())


class BarChart(QWidget):
    """A chart on the screen. ``figure_chosen`` tells (path, words, figure) of the bar clicked."""

    figure_chosen = Signal(str, object, object)

    def __init__(self, language: Language, theme: Theme, chart: Chart) -> None:
        super().__init__()
        self._language, self._theme, self.chart = language, theme, chart
        self.setFixedHeight(round(bars_height(chart)))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        said = (f"{language.render(bar.title)} {number_text(bar.value)}" for bar in chart.bars)
        self.setAccessibleName("; ".join(said))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        colours = {name: theme.color(name) for name in PAPER}
        painter = QPainter(self)
        try:
            room = QRectF(self.rect()).adjusted(0, 0, -8, 0)
            paint_bars(
                painter,
                self.chart,
                room,
                colours,
                lambda strong: theme.font(strong=strong),
                self._language.render,
            )
        finally:
            painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.choose(int((event.position() - QPointF(0, 4)).y() // ROW))

    def choose(self, number: int) -> None:
        """Open the figure of a bar."""
        if 0 <= number < len(self.chart.bars) and self.chart.bars[number].value.ids:
            bar = self.chart.bars[number]
            self.figure_chosen.emit(f"{self.chart.name}/{number}", bar.title, bar.value)
