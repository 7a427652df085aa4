"""What people have to look after before and after a hand-over: two bars each in percent of the mean grid.

They are judged, and the mark stands, by what people have on the mean: there may be more grids than people.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gisapp.language import Language
from gisapp.theme import Theme
from layers.grids.load.limits import LoadLimits, Standing
from layers.reports.wording import percent_text
from layers.responsibility.handing_over.move import LoadChange
from layers.text import Message

_ROW, _NAME, _FIGURES = 30, 74, 104
_LEAST_FULL = 150.0
#: The colour of a bar by how its load stands.
LOAD_COLOURS: Mapping[Standing, str] = {
    "low": "bar_fill", "even": "bar_fill", "high": "warn", "over": "danger",
}  # fmt: skip


class LoadBars(QWidget):
    """A row for everybody concerned."""

    def __init__(self, language: Language, theme: Theme) -> None:
        super().__init__()
        self._language, self._theme = language, theme
        self.changes: tuple[LoadChange, ...] = ()
        self._limits, self._mean = LoadLimits(), 100.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)
        language.changed.connect(self.update)

    def show_changes(
        self, changes: Sequence[LoadChange], limits: LoadLimits | None = None, mean: float = 100.0
    ) -> None:
        """Show these, coloured by ``limits`` against the ``mean`` of people."""
        self.changes, self._limits, self._mean = tuple(changes), limits or self._limits, mean
        self.setAccessibleName("\n".join(self.words_of(each) for each in changes))
        self.updateGeometry()
        self.update()

    def standing_of(self, change: LoadChange) -> Standing:
        """How what somebody has then stands among people."""
        return self._limits.standing((change.after or 0.0) / self._mean * 100.0)

    def words_of(self, change: LoadChange) -> str:
        """A change in words."""
        values = {
            "name": change.person.name,
            "before": percent_text(change.before),
            "after": percent_text(change.after),
        }
        return self._language.render(Message("grid_desk.load_change", values))

    def sizeHint(self) -> QSize:
        return QSize(300, max(len(self.changes), 1) * _ROW)

    def minimumSizeHint(self) -> QSize:
        return QSize(220, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        full = max(
            [
                _LEAST_FULL,
                self._mean,
                *(value for each in self.changes for value in (each.before, each.after) if value),
            ]
        )
        for number, change in enumerate(self.changes):
            self._row(painter, QRect(0, number * _ROW, self.width(), _ROW), change, full)
        painter.end()

    def _row(self, painter: QPainter, place: QRect, change: LoadChange, full: float) -> None:
        theme = self._theme
        painter.setFont(theme.font("base"))
        painter.setPen(theme.color("text"))
        name = painter.fontMetrics().elidedText(change.person.name, Qt.TextElideMode.ElideRight, _NAME - 4)
        painter.drawText(
            QRect(place.left(), place.top(), _NAME, place.height()), Qt.AlignmentFlag.AlignVCenter, name
        )
        bar = QRect(place.left() + _NAME, place.top() + 8, place.width() - _NAME - _FIGURES, 14)
        painter.fillRect(bar, theme.color("bar_bg"))
        after = change.after or 0.0
        colour = LOAD_COLOURS[self.standing_of(change)]
        if change.before:
            painter.fillRect(
                QRect(bar.left(), bar.top(), round(bar.width() * change.before / full), 7),
                theme.color("bar_fill2"),
            )
        if after:
            painter.fillRect(
                QRect(bar.left(), bar.top() + 7, round(bar.width() * after / full), 7), theme.color(colour)
            )
        tick = bar.left() + round(bar.width() * self._mean / full)
        painter.fillRect(QRect(tick, bar.top() - 2, 2, bar.height() + 4), theme.color("text"))
        figures = QRect(bar.right() + 8, place.top(), _FIGURES - 8, place.height())
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.setFont(theme.font("base", strong=True))
        painter.setPen(theme.color(colour if colour != "bar_fill" else "text"))
        told = percent_text(change.after)
        painter.drawText(figures, right, told)
        used = painter.fontMetrics().horizontalAdvance(told)
        painter.setFont(theme.font("base"))
        painter.setPen(theme.color("text2"))
        before = percent_text(change.before).removesuffix(" %")
        painter.drawText(figures.adjusted(0, 0, -used, 0), right, f"{before} → ")
