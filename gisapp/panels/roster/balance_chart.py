"""Who has how much to do: a bar for every grid or person, the heaviest first, against the mean and the limits."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QToolTip, QWidget

from gisapp.language import Language
from gisapp.panels.grids.load_bars import LOAD_COLOURS
from gisapp.theme import Theme
from layers.grids.load.limits import LoadLimits, Standing
from layers.reports.wording import percent_text
from layers.responsibility.oversight.overview import Overview
from layers.text import Message

_ROW, _HEAD, _PAD = 26, 30, 12
_NAME, _FIGURE = 0.30, 62
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
#: The scale ends here at least (percent).
_LEAST_FULL = 150.0


@dataclass(frozen=True)
class LoadBar:
    """One bar: whose, how much in percent of the mean grid, how that is judged."""

    type: str
    id: int
    name: str
    percent: float
    standing: Standing
    parts: str = ""


def grid_bars(overview: Overview) -> tuple[LoadBar, ...]:
    """The grids, the heaviest first."""
    bars = (
        LoadBar("grid", row.id, f"{row.code} {row.name}", row.percent, row.standing,
                "" if row.primary is None else row.primary.name)
        for row in overview.rows
        if row.percent is not None
    )  # fmt: skip
    return tuple(sorted(bars, key=lambda bar: -bar.percent))


def person_bars(overview: Overview, limits: LoadLimits) -> tuple[LoadBar, ...]:
    """The people in charge with all their grids together, the heaviest first; judged against the mean of people."""
    names: dict[int, str] = {}
    codes: dict[int, list[str]] = {}
    for row in overview.rows:
        if row.primary is not None and row.percent is not None:
            names[row.primary.id] = row.primary.name
            codes.setdefault(row.primary.id, []).append(row.code)
    mean = _mean(overview.person_loads.values()) / 100.0 or 1.0
    bars = (
        LoadBar("person", id, names[id], percent, limits.standing(percent / mean), " ".join(codes[id]))
        for id, percent in overview.person_loads.items()
    )
    return tuple(sorted(bars, key=lambda bar: -bar.percent))


def _mean(percents: Collection[float]) -> float:
    return sum(percents) / len(percents) if percents else 0.0


class BalanceChart(QWidget):
    """Two lists of bars beside each other: grids and people. ``chosen`` tells (type, id) of the bar clicked."""

    chosen = Signal(str, int)

    def __init__(self, language: Language, theme: Theme) -> None:
        super().__init__()
        self._language, self._theme = language, theme
        self.columns: tuple[tuple[LoadBar, ...], ...] = ((), ())
        self._marked: tuple[str, int] | None = None
        self.setMouseTracking(True)
        language.changed.connect(self.update)

    def show_overview(self, overview: Overview | None, limits: LoadLimits) -> None:
        """Show the loads of a day."""
        self.columns = ((), ()) if overview is None else (grid_bars(overview), person_bars(overview, limits))
        self.setMinimumHeight(self.sizeHint().height())
        said = (f"{bar.name} {percent_text(bar.percent)}" for bars in self.columns for bar in bars)
        self.setAccessibleDescription("; ".join(said))
        self.update()

    def mark(self, type: str, id: int | None) -> None:
        """Mark the bar of what is looked at elsewhere."""
        self._marked = None if id is None else (type, id)
        self.update()

    @property
    def spread(self) -> float | None:
        """The heaviest grid as a multiple of the mean one."""
        grids = self.columns[0]
        return grids[0].percent / 100.0 if grids else None

    def sizeHint(self) -> QSize:
        most = max(len(bars) for bars in self.columns)
        return QSize(400, _HEAD + _ROW * max(most, 3) + _PAD)

    def bar_at(self, at: QPoint) -> LoadBar | None:
        """The bar at a place of the chart."""
        half = self.width() / 2
        number, row = int(at.x() >= half), (at.y() - _HEAD) // _ROW
        bars = self.columns[number]
        return bars[row] if 0 <= row < len(bars) else None

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), self._theme.color("panel"))
        half = self.width() // 2
        whole = max([_LEAST_FULL, *(bar.percent for bars in self.columns for bar in bars)])
        for number, (title, bars) in enumerate(zip(("grids", "people"), self.columns, strict=True)):
            room = QRect(number * half + _PAD, 0, half - 2 * _PAD, self.height())
            self._column(painter, room, self._say(Message(f"stewards.balance.{title}")), bars, whole)
        painter.end()

    def _column(
        self, painter: QPainter, room: QRect, title: str, bars: Sequence[LoadBar], whole: float
    ) -> None:
        theme = self._theme
        painter.setFont(theme.font("small", strong=True))
        painter.setPen(theme.color("text2"))
        painter.drawText(QRect(room.left(), 0, room.width(), _HEAD), _LEFT, title)
        wide = int(room.width() * _NAME)
        track = QRect(room.left() + wide + 8, 0, room.width() - wide - 8 - _FIGURE, 0)
        for number, bar in enumerate(bars):
            self._bar(painter, room, track, _HEAD + number * _ROW, bar, whole)
        if bars:
            # Of grids that is 100 %; of people what the mean of them has: there may be more grids than people.
            at = track.left() + track.width() * _mean([bar.percent for bar in bars]) / whole
            painter.setPen(QPen(theme.color("text"), 1.5))
            painter.drawLine(QPointF(at, _HEAD - 3), QPointF(at, _HEAD + len(bars) * _ROW))
            painter.setFont(theme.font("small"))
            painter.setPen(theme.color("text2"))
            mean = self._say(Message("stewards.balance.mean"))
            painter.drawText(QRectF(at - 60, 0, 120, _HEAD - 4), int(Qt.AlignmentFlag.AlignCenter), mean)

    def _bar(self, painter: QPainter, room: QRect, track: QRect, y: int, bar: LoadBar, whole: float) -> None:
        theme = self._theme
        if self._marked == (bar.type, bar.id):
            painter.fillRect(QRect(room.left() - 4, y, room.width() + 8, _ROW), theme.color("selection_row"))
        painter.setFont(theme.font())
        painter.setPen(theme.color("text"))
        name = QRect(room.left(), y, track.left() - room.left() - 8, _ROW)
        text = painter.fontMetrics().elidedText(bar.name, Qt.TextElideMode.ElideRight, name.width())
        painter.drawText(name, _LEFT, text)
        place = QRectF(track.left(), y + 8, track.width(), _ROW - 16)
        painter.fillRect(place, theme.color("bar_bg"))
        colour: QColor = theme.color(LOAD_COLOURS[bar.standing])
        painter.fillRect(
            QRectF(place.left(), place.top(), place.width() * bar.percent / whole, place.height()), colour
        )
        if bar.standing in ("high", "over"):
            painter.setFont(theme.font(strong=True))
            painter.setPen(colour)
        figure = QRect(track.right() + 4, y, _FIGURE - 4, _ROW)
        painter.drawText(figure, _RIGHT, percent_text(bar.percent))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        bar = self.bar_at(event.position().toPoint())
        if bar is not None:
            self.chosen.emit(bar.type, bar.id)

    def event(self, event: object) -> bool:
        if isinstance(event, QHelpEvent):
            bar = self.bar_at(event.pos())
            tip = "" if bar is None else f"{bar.name}  {percent_text(bar.percent)}  {bar.parts}"
            QToolTip.showText(event.globalPos(), tip, self)
            return True
        return bool(super().event(event))  # type: ignore[arg-type]

    def _say(self, message: Message) -> str:
        return self._language.render(message)
