"""What is wrong with the coverage of the grids: one row each, to be looked at on the map and mended with one click."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QToolButton, QVBoxLayout, QWidget

from gisapp.forms.words import Button, IconButton, IconLabel, Label
from gisapp.language import Language
from gisapp.theme import Theme
from layers.grids.sizes import area_words
from layers.text import Message

if TYPE_CHECKING:
    from layers.grids.coverage import Coverage, Flaw

WIDTH = 340
_ROW = 30
#: So many rows are seen at once; the others scroll. More than ``_MOST`` are not listed.
_SEEN, _MOST = 8, 200
_EDGE = 12


class CoverageCard(QFrame):
    """Floats on the map until it is closed."""

    chosen = Signal(object)
    """A Flaw that shall be looked at."""
    mend_asked = Signal(object)
    """A tuple of Flaws to be mended."""
    closed = Signal()

    def __init__(self, language: Language, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("mapTools")
        self._language, self._theme = language, theme
        self.coverage: Coverage | None = None
        self.title = Label(language, theme, strong=True, wrap=True)
        self.icon = IconLabel(theme, "warning", 18, "warn")
        self.close_button = IconButton(language, theme, "x", Message("grid_shaping.close"))
        self.close_button.clicked.connect(self.closed)
        self.mend_all = Button(language, Message("grid_shaping.mend_all"), "primary")
        self.mend_all.clicked.connect(lambda: self.mend_asked.emit(self.mendable))
        self.rows: list[QWidget] = []
        self._list = QWidget()
        self._column = QVBoxLayout(self._list)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._scroll = QScrollArea()
        self._scroll.setObjectName("told")
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(self._list)
        self._scroll.viewport().setAutoFillBackground(False)
        self._list.setAutoFillBackground(False)
        self.setFixedWidth(WIDTH)
        self._lay_out()
        self.hide()

    @property
    def mendable(self) -> tuple[Flaw, ...]:
        """What can be mended without anybody deciding."""
        flaws = () if self.coverage is None else self.coverage.flaws
        return tuple(flaw for flaw in flaws if flaw.fault != "gap" or flaw.grids)

    def show_coverage(self, coverage: Coverage) -> None:
        """Tell what was found."""
        self.coverage = coverage
        flaws = coverage.flaws
        for row in self.rows:
            self._column.removeWidget(row)
            row.deleteLater()
        self.rows = [self._row(flaw) for flaw in flaws[:_MOST]]
        for row in self.rows:
            self._column.addWidget(row)
        self.icon.show_icon("warning" if flaws else "check", "warn" if flaws else "ok")
        self.title.show_words(_title(coverage))
        self._scroll.setVisible(bool(flaws))
        self._scroll.setFixedHeight(min(len(self.rows), _SEEN) * _ROW)
        self.mend_all.setVisible(len(self.mendable) > 1)
        self.show()
        self.raise_()
        self.adjustSize()

    def fit(self, room: QSize, right: int, top: int) -> None:
        """Stand with its right edge at ``right``."""
        self.adjustSize()
        self.move(max(_EDGE, right - self.width()), min(top, max(room.height() - self.height() - _EDGE, 0)))

    def _row(self, flaw: Flaw) -> QWidget:
        row = QWidget()
        row.setFixedHeight(_ROW)
        look = QToolButton()
        look.setFont(self._theme.font("small"))
        look.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        look.setCursor(Qt.CursorShape.PointingHandCursor)
        self._language.say(look, "setText", self._words(flaw))
        self._language.hint(look, Message("grid_shaping.look"))
        look.clicked.connect(partial(self.chosen.emit, flaw))
        across = QHBoxLayout(row)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(6)
        across.addWidget(look)
        across.addStretch(1)
        if flaw in self.mendable:
            mend = QToolButton()
            mend.setFont(self._theme.font("small", strong=True))
            mend.setCursor(Qt.CursorShape.PointingHandCursor)
            self._language.say(mend, "setText", self._mend_words(flaw))
            mend.clicked.connect(partial(self.mend_asked.emit, (flaw,)))
            across.addWidget(mend)
        return row

    def _words(self, flaw: Flaw) -> Message:
        return Message(
            f"grid_shaping.flaw.{flaw.fault}",
            {"area": area_words(flaw.area), "grids": self._codes(flaw.grids[:3])},
        )

    def _mend_words(self, flaw: Flaw) -> Message:
        assert self.coverage is not None
        grids = self.coverage.grids
        # Of shared land the smallest code keeps it: its assets are there already.
        keeps = flaw.grids[0] if flaw.fault != "overlap" else min(flaw.grids, key=grids.position)
        return Message(f"grid_shaping.mend.{flaw.fault}", {"code": grids.codes[grids.position(keeps)]})

    def _codes(self, ids: Sequence[int]) -> tuple[str, ...]:
        assert self.coverage is not None
        grids = self.coverage.grids
        return tuple(grids.codes[grids.position(id)] for id in ids)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.icon, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self.title, 1)
        head.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.mend_all)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 8, 10)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self._scroll)
        column.addLayout(foot)


def _title(coverage: Coverage) -> Message:
    if coverage.ground is None:
        return Message("grid_shaping.no_ground")
    if not coverage.flaws:
        return Message("grid_shaping.sound")
    counts = {fault: len(coverage.of(fault)) for fault in ("gap", "overlap", "outside")}
    return Message("grid_shaping.unsound", counts)
