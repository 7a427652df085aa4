"""One bar: how much of an import is accepted, warned of, kept out, and known already."""

from __future__ import annotations

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from gisapp.theme import Theme
from layers.exchange.staging_data import Counts

_PARTS = ("bar_fill", "warn", "danger", "retired")


class SharesBar(QWidget):
    """What ``show_counts`` told last."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._counts = Counts()
        self.setFixedHeight(10)
        theme.changed.connect(self.update)

    def show_counts(self, counts: Counts) -> None:
        """Draw these."""
        self._counts = counts
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        counts = self._counts
        sizes = (
            counts.accepted - counts.warned,
            counts.warned,
            counts.quarantined + counts.rejected,
            counts.unchanged,
        )
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.color("bar_bg"))
        left, total = 0, max(sum(sizes), 1)
        for size, token in zip(sizes, _PARTS, strict=True):
            # What is there can be seen, however few: three pixels at least.
            width = max(round(self.width() * size / total), 3) if size else 0
            painter.fillRect(left, 0, width - 1, self.height(), self._theme.color(token))
            left += width
        painter.end()
