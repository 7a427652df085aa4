"""What of the trail is listed: words, person, type, kind of act, time."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QLineEdit, QSizePolicy, QWidget

from gisapp.language import Language, Words
from gisapp.panels.history.kinds import KINDS
from gisapp.tasks import Debounce
from gisapp.theme import Theme
from layers.model import edtf
from layers.model.catalogue import AssetType
from layers.model.fields import format_instant
from layers.text import Message
from layers.trail import TrailFilter

PAUSE = 250
_TIMES: tuple[tuple[str, Message], ...] = (
    ("", Message("history.time.any")),
    ("1", Message("history.time.today")),
    ("7", Message("history.time.week")),
    ("30", Message("history.time.month")),
    ("365", Message("history.time.year")),
    ("between", Message("history.time.between")),
)


class TrailFilters(QWidget):
    """``changed`` is told once typing rests."""

    changed = Signal()

    def __init__(self, language: Language, theme: Theme) -> None:
        super().__init__()
        self._language, self._theme = language, theme
        self._later = Debounce(PAUSE, self.changed.emit, self)
        self.words = QLineEdit(clearButtonEnabled=True)
        language.say(self.words, "setPlaceholderText", Message("history.search"))
        language.say(self.words, "setAccessibleName", Message("history.search"))
        self.words.textChanged.connect(lambda _: self._later.touch())
        self.person, self.type, self.kind, self.time = (QComboBox() for _ in range(4))
        for box, name in (
            (self.person, Message("history.person")),
            (self.type, Message("history.type")),
            (self.kind, Message("history.kind")),
            (self.time, Message("history.time")),
        ):
            box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            language.say(box, "setAccessibleName", name)
            box.currentIndexChanged.connect(self._on_chosen)
        self.since, self.until = QLineEdit(), QLineEdit()
        language.say(self.since, "setPlaceholderText", Message("history.time.since"))
        language.say(self.until, "setPlaceholderText", Message("history.time.until"))
        for field in (self.since, self.until):
            field.textChanged.connect(lambda _: self._later.touch())
            field.hide()
        self._people: Sequence[str] = ()
        self._types: Sequence[AssetType] = ()
        self._lay_out()
        language.changed.connect(lambda: self.offer(self._people, self._types))

    def offer(self, people: Sequence[str], types: Sequence[AssetType]) -> None:
        """Let one choose among these; what is chosen stays."""
        self._people, self._types = people, types
        self._fill(self.person, Message("history.person.any"), [(name, name) for name in people])
        self._fill(self.type, Message("history.type.any"), [(t.name, t.title) for t in types])
        self._fill(self.kind, Message("history.kind.any"), [(k, words) for k, (_, words) in KINDS.items()])
        self._fill(self.time, _TIMES[0][1], list(_TIMES[1:]))

    @property
    def wanted(self) -> TrailFilter:
        """The filter as it is set; a date that cannot be read is left out."""
        since, until = self._times()
        kind = self.kind.currentData()
        return TrailFilter(
            actor=self.person.currentData() or None,
            type=self.type.currentData() or None,
            kinds=(kind,) if kind else (),
            since=since,
            until=until,
        )

    @property
    def is_set(self) -> bool:
        """Whether anything is left out of the list."""
        return bool(self.words.text().strip()) or self.wanted != TrailFilter()

    def clear(self) -> None:
        """List everything."""
        self.words.clear()
        for box in (self.person, self.type, self.kind, self.time):
            box.setCurrentIndex(0)

    def _times(self) -> tuple[str | None, str | None]:
        chosen = self.time.currentData()
        if not chosen:
            return None, None
        if chosen == "between":
            first, last = (edtf.parse(field.text()) for field in (self.since, self.until))
            begin = None if first is None else edtf.earliest(first)
            end = None if last is None else edtf.latest(last)
            return _midnight(begin), _midnight(None if end is None else end + datetime.timedelta(days=1))
        today = datetime.datetime.now().astimezone().date()
        return _midnight(today - datetime.timedelta(days=int(chosen) - 1)), None

    def _on_chosen(self) -> None:
        own = self.time.currentData() == "between"
        self.since.setVisible(own)
        self.until.setVisible(own)
        self._later.touch()

    def _fill(self, box: QComboBox, every: Message, entries: Sequence[tuple[object, Words]]) -> None:
        chosen = box.currentData()
        box.blockSignals(True)
        box.clear()
        box.addItem(self._language.render(every), "")
        for value, words in entries:
            box.addItem(self._language.render(words), value)
        box.setCurrentIndex(max(0, box.findData(chosen)))
        box.blockSignals(False)

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(12, 8, 12, 8)
        grid.setSpacing(6)
        grid.addWidget(self.words, 0, 0, 1, 2)
        grid.addWidget(self.person, 1, 0)
        grid.addWidget(self.time, 1, 1)
        grid.addWidget(self.since, 2, 0)
        grid.addWidget(self.until, 2, 1)
        grid.addWidget(self.type, 3, 0)
        grid.addWidget(self.kind, 3, 1)


def _midnight(day: datetime.date | None) -> str | None:
    """The beginning of a day on the wall's clock, as it is stored."""
    if day is None:
        return None
    return format_instant(datetime.datetime.combine(day, datetime.time()).astimezone())
