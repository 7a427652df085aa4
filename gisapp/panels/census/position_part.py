"""Where a target was found: clicked on the map, typed, or read from a receiver's file; and how far from the book."""

from __future__ import annotations

import math
from pathlib import Path

import shapely
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QFileDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from gisapp.forms.chip import Chip
from gisapp.forms.words import Button, Label, set_style
from gisapp.language import Language
from gisapp.theme import Theme
from layers.census.fieldwork.tracks import nearest_fix, read_fixes
from layers.errors import UserError
from layers.geometry.coordinate_reading import read_coordinates
from layers.geometry.crs import Crs
from layers.text import Message

CLICKED, MEASURED = "digitised", "surveyed"
"""Where a position comes from (list ``data_origin``): taken from the map, or measured on the spot."""


_FAR_M = 50_000
"""No target of a city is found farther from where the book has it: the numbers are those of another system."""


class PositionPart(QWidget):
    """``pick_asked``: the next click on the map shall be the place. ``refused``: a UserError.

    ``is_check``: the place is compared with where a team found it.
    """

    changed = Signal()
    pick_asked = Signal()
    refused = Signal(object)

    def __init__(self, language: Language, theme: Theme, *, is_check: bool = False) -> None:
        super().__init__()
        self._language, self._is_check = language, is_check
        self._is_new = False
        self._near: tuple[float, float] | None = None
        self._doubtful_m = math.inf
        self._crs: Crs | None = None
        self.book: tuple[float, float] | None = None
        self.place: tuple[float, float] | None = None
        self.origin: str | None = None
        self.accuracy_m: float | None = None
        self.line = QLineEdit()
        self.line.setFont(theme.font("base"))
        language.say(self.line, "setPlaceholderText", Message("census_desk.place.typed"))
        language.say(self.line, "setAccessibleName", Message("census_desk.place"))
        self.line.textEdited.connect(self._enter)
        self.pick = Button(language, Message("census_desk.place.pick"))
        self.pick.clicked.connect(self.pick_asked)
        self.file = Button(language, Message("census_desk.place.file"))
        self.file.clicked.connect(self.ask_file)
        self.said = Label(language, theme, size="small", tone="quiet", wrap=True)
        self.doubt = Chip(language, theme, "", "warn")
        self.counts = QCheckBox()
        language.say(self.counts, "setText", Message("census_desk.place.counts"))
        self.counts.toggled.connect(lambda _: self.changed.emit())
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.pick)
        row.addWidget(self.file)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.line)
        column.addWidget(self.said)
        column.addLayout(row)
        column.addWidget(self.doubt, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.counts)
        self._show()

    def begin(
        self,
        crs: Crs,
        book: tuple[float, float] | None,
        near: tuple[float, float] | None = None,
        *,
        doubtful_m: float = math.inf,
    ) -> None:
        """Nothing is measured yet; ``book`` is where it should be, ``near`` where people are at work.

        A place farther off than ``doubtful_m`` metres is taken, and asked about.
        """
        self._crs, self.book, self._near, self._doubtful_m = crs, book, book or near, doubtful_m
        self.place, self.origin, self.accuracy_m = None, None, None
        self.line.clear()
        set_style(self.line, "wrong", "")
        self.counts.setChecked(False)
        self._show()

    def take(
        self,
        place: tuple[float, float],
        origin: str,
        accuracy_m: float | None = None,
        *,
        counts: bool | None = None,
    ) -> None:
        """It was found here."""
        self.place, self.origin, self.accuracy_m = place, origin, accuracy_m
        self.line.setText(f"{place[0]:.3f}, {place[1]:.3f}")
        set_style(self.line, "wrong", "")
        # Who takes the trouble to say a place means it.
        self.counts.setChecked(self.book is not None if counts is None else counts)
        self._show()
        self.changed.emit()

    @property
    def point(self) -> shapely.Point | None:
        return None if self.place is None else shapely.Point(self.place)

    @property
    def is_moved(self) -> bool:
        """Whether it stands elsewhere than the book says, and that shall count."""
        return self.place is not None and self.book is not None and self.counts.isChecked()

    def show_new(self, on: bool) -> None:
        """What is placed stands beside the target and is not in the book."""
        if on != self._is_new:
            self._is_new = on
            self._show()

    @property
    def is_wrong(self) -> bool:
        """Whether something was typed that is no place, or none here."""
        return bool(self.line.text().strip()) and (self.place is None or self._is_far)

    @property
    def is_doubtful(self) -> bool:
        """Whether the place is so far off that it may be a slip of the hand; it can be written."""
        return not self.is_wrong and self._apart > self._doubtful_m

    @property
    def _is_far(self) -> bool:
        return self._apart > _FAR_M

    @property
    def _apart(self) -> float:
        """Metres between the place and where people are at work; 0 where one of them is not known."""
        return 0.0 if self.place is None or self._near is None else math.dist(self.place, self._near)

    def ask_file(self) -> None:
        """Ask which file of a receiver."""
        say = self._language.render
        kinds = f"{say(Message('census_desk.place.files'))} (*.gpx *.nmea *.nma *.txt *.log)"
        path, _ = QFileDialog.getOpenFileName(
            self.window(), say(Message("census_desk.place.file")), "", kinds
        )
        if path:
            self.read_file(Path(path))

    def read_file(self, path: Path) -> None:
        """Take the position of the file that is nearest to the target."""
        if self._crs is None:
            return
        try:
            fix = nearest_fix(read_fixes(path, self._crs), self.book)
        except UserError as error:
            self.refused.emit(error)
            return
        self.take((fix.x, fix.y), MEASURED, fix.accuracy_m)

    def _enter(self, text: str) -> None:
        self.place = None
        if self._crs is not None and text.strip():
            try:
                readings = read_coordinates(text, self._crs)
            except UserError:
                readings = ()
            if readings:
                self.place, self.origin, self.accuracy_m = (readings[0].x, readings[0].y), MEASURED, None
                self.counts.setChecked(self.book is not None)
        set_style(self.line, "wrong", "true" if self.is_wrong else "")
        self._show()
        self.changed.emit()

    def _show(self) -> None:
        asks = self.book is not None and not self._is_check and not self._is_new
        self.counts.setVisible(self.place is not None and asks and not self.is_wrong)
        self.said.setVisible(self.place is not None or self.is_wrong)
        self.doubt.setVisible(self.is_doubtful)
        if self.is_doubtful:
            metres = f"{self._apart / 1000:,.1f}" if self._apart >= 1000 else f"{self._apart:,.0f}"
            unit = "km" if self._apart >= 1000 else "m"
            self.doubt.show_state(
                Message("census_desk.place.doubtful", {"distance": f"{metres} {unit}"}), "warn"
            )
        self.said.set_tone("danger" if self.is_wrong else "quiet")
        if self.is_wrong or self.place is None:
            self.said.show_words(Message("census_desk.place.wrong") if self.is_wrong else "")
            return
        words = Message("census_desk.place.taken")
        if self.book is not None:
            from_what = "census_desk.place.apart"
            if self._is_check:
                from_what = "census_desk.place.apart_team"
            elif self._is_new:
                from_what = "census_desk.place.apart_target"
            words = Message(from_what, {"metres": f"{math.dist(self.place, self.book):,.2f}"})
        if self.accuracy_m is not None:
            words = Message(
                "census_desk.place.accuracy", {"words": words, "metres": f"{self.accuracy_m:.2f}"}
            )
        self.said.show_words(words)
