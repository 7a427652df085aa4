"""How a campaign goes: bars of each day, what was logged up to each, what was planned, and when it will be done."""

from __future__ import annotations

import datetime

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from gisapp.language import Language, Words
from gisapp.theme import Theme
from layers.census.progress import Progress
from layers.text import Message

_LEFT, _RIGHT, _TOP, _BOTTOM = 48, 16, 24, 22
#: No more round numbers at the side than these; two are no nearer than so many pixels.
_MOST_TICKS, _TICK_APART = 6, 14
_MOST_DAYS = 400


def ticks(top: int, most: int) -> tuple[int, ...]:
    """Round numbers from 0 to ``top``, at most so many: in steps of 1, 2 or 5 times a power of ten."""
    power = 1
    while True:
        for step in (power, 2 * power, 5 * power):
            if top // step < most:
                return tuple(range(0, top + 1, step))
        power *= 10


class ProgressChart(QWidget):
    """``show_progress`` gives what is drawn."""

    def __init__(self, language: Language, theme: Theme) -> None:
        super().__init__()
        self._language, self._theme = language, theme
        self.progress: Progress | None = None
        self._from: datetime.date | None = None
        self._title: Words = ""
        self.setMinimumHeight(120)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        language.changed.connect(self.update)
        theme.changed.connect(self.update)

    def show_progress(
        self, progress: Progress | None, first: datetime.date | None, title: Words = ""
    ) -> None:
        """Draw this; ``first``: the day on which the campaign began; ``title``: whose progress it is."""
        self.progress, self._from, self._title = progress, first, title
        if progress is not None:
            self.setAccessibleName(self._told)
        self.update()

    @property
    def _told(self) -> str:
        title, words = self._language.render(self._title), self._language.render(self.words())
        if self.progress is not None and self.progress.new:
            said = Message("census_desk.done_and_new", {"words": words, "count": self.progress.new})
            words = self._language.render(said)
        return f"{title}  {words}" if title else words

    def words(self) -> Message:
        """The forecast in a sentence."""
        progress = self.progress
        assert progress is not None
        if not progress.curve.planned and not progress.new:
            return Message("census_desk.progress.empty")
        told = {
            "done": progress.curve.done,
            "count": progress.curve.planned,
            "day": str(progress.ends or "—"),
        }
        if progress.ends is None or not progress.curve.left:
            return Message("census_desk.progress.done", {"done": told["done"], "count": told["count"]})
        late = progress.late_days
        if late is not None and late > 0:
            return Message("census_desk.progress.late", {**told, "late": late})
        return Message("census_desk.progress.ends", told)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, progress = QPainter(self), self.progress
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._theme.font("small"))
        if progress is None or not progress.curve.planned:
            if progress is not None:
                painter.setPen(self._theme.color("text3"))
                painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._told)
            painter.end()
            return
        is_late = (progress.late_days or 0) > 0 and progress.curve.left
        painter.setPen(self._theme.color("danger" if is_late else "text2"))
        painter.drawText(QRectF(_LEFT, 2, self.width() - _LEFT - _RIGHT, 18), 0, self._told)
        self._draw(painter, progress)
        painter.end()

    def _draw(self, painter: QPainter, progress: Progress) -> None:
        theme, curve = self._theme, progress.curve
        days = [
            day
            for day in (self._from, *curve.days, progress.due, progress.ends, progress.day)
            if day is not None
        ]
        first, last = min(days), min(max(days), min(days) + datetime.timedelta(days=_MOST_DAYS))
        span, top = max((last - first).days, 1), curve.planned
        plot = QRectF(
            _LEFT, _TOP, max(self.width() - _LEFT - _RIGHT, 10), max(self.height() - _TOP - _BOTTOM, 10)
        )

        def at(day: datetime.date, count: float) -> QPointF:
            share = min(max((day - first).days / span, 0.0), 1.0)
            return QPointF(plot.left() + plot.width() * share, plot.bottom() - plot.height() * count / top)

        self._counts(painter, plot, top)
        self._days(painter, plot, first, last)
        self._today(painter, plot, progress.day, at(progress.day, 0).x())
        width = min(max(plot.width() / span * 0.6, 2.0), 16.0)
        most = max(curve.counts, default=0)
        for day, count in zip(curve.days, curve.counts, strict=True):
            if count and day <= last:
                height = plot.height() * 0.4 * count / most
                x = at(day, 0).x() - width / 2
                painter.fillRect(QRectF(x, plot.bottom() - height, width, height), theme.color("bar_fill2"))
        begun, named = self._from or first, QRectF()
        if progress.due is not None:
            painter.setPen(QPen(theme.color("text2"), 1.2, Qt.PenStyle.DashLine))
            painter.drawLine(at(begun, 0), at(progress.due, top))
            if progress.expected is not None and curve.left:
                spot = at(min(progress.day, progress.due), progress.expected)
                told = Message("census_desk.progress.planned", {"count": f"{progress.expected:,}"})
                named = self._name(painter, plot, spot, told, "text2", named, below=False)
        if curve.days:
            line = [at(begun, 0)] if begun < curve.days[0] else []
            line += [at(day, total) for day, total in zip(curve.days, curve.total, strict=True)]
            if progress.day > curve.days[-1] and curve.left:
                # Nothing was logged since.
                line.append(at(progress.day, curve.done))
            painter.setPen(QPen(theme.color("accent"), 2.0))
            painter.drawPolyline(QPolygonF(line))
            painter.setBrush(theme.color("accent"))
            painter.drawEllipse(line[-1], 3, 3)
            self._name(
                painter,
                plot,
                line[-1],
                Message("census_desk.progress.actual", {"count": f"{curve.done:,}"}),
                "accent_ink",
                named,
                below=True,
            )
            if progress.ends is not None and curve.left:
                painter.setPen(QPen(theme.color("accent"), 1.4, Qt.PenStyle.DotLine))
                painter.drawLine(line[-1], at(progress.ends, top))

    def _today(self, painter: QPainter, plot: QRectF, day: datetime.date, x: float) -> None:
        """An upright line from top to bottom, named at its foot beside the bars."""
        painter.setPen(QPen(self._theme.color("text3"), 1))
        painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
        text = self._language.render(
            Message("census_desk.progress.today", {"day": f"{day.month}-{day.day:02d}"})
        )
        width = painter.fontMetrics().horizontalAdvance(text) + 2
        left = x + 4 if x + 4 + width < plot.right() else x - width - 4
        painter.drawText(QRectF(left, plot.bottom() - 18, width, 16), 0, text)

    def _name(
        self,
        painter: QPainter,
        plot: QRectF,
        spot: QPointF,
        words: Message,
        tone: str,
        taken: QRectF,
        *,
        below: bool,
    ) -> QRectF:
        """A number beside its point: below a line to the right, above it to the left; beside what is ``taken``."""
        text = self._language.render(words)
        width = painter.fontMetrics().horizontalAdvance(text)
        left = spot.x() + 6 if below else spot.x() - width - 6
        left = min(max(left, plot.left()), plot.right() - width)
        top = min(spot.y() + 3, plot.bottom() - 16) if below else max(spot.y() - 17, plot.top() - 2)
        box = QRectF(left, top, width + 2, 16)
        if box.intersects(taken):
            box.moveLeft(taken.right() + 8)
        painter.setPen(self._theme.color(tone))
        painter.drawText(box, 0, text)
        return box

    def _counts(self, painter: QPainter, plot: QRectF, top: int) -> None:
        """Round numbers at the side, and all that is planned, which is the top."""
        most = min(max(int(plot.height() // (_TICK_APART + 4)), 2), _MOST_TICKS)
        for value in dict.fromkeys((*ticks(top, most), top)):
            y = plot.bottom() - plot.height() * value / top
            if value != top and y - plot.top() < _TICK_APART:
                continue
            painter.setPen(QPen(self._theme.color("border"), 1))
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
            painter.setPen(self._theme.color("text3"))
            box = QRectF(0, y - 9, _LEFT - 6, 18)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, f"{value:,}")

    def _days(self, painter: QPainter, plot: QRectF, first: datetime.date, last: datetime.date) -> None:
        """The days below."""
        painter.setPen(self._theme.color("text3"))
        steps = max(int(plot.width() // 90), 1)
        span = (last - first).days
        for step in range(steps + 1):
            day = first + datetime.timedelta(days=round(span * step / steps))
            x = plot.left() + plot.width() * step / steps
            painter.drawText(
                QRectF(x - 40, plot.bottom() + 3, 80, 16),
                Qt.AlignmentFlag.AlignHCenter,
                f"{day.month}-{day.day:02d}",
            )
