"""The form of one target: outcome, found beside book, condition, defects, photos, place, remark."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from gisapp.forms.editors.offer_list import OfferList
from gisapp.forms.pictures import NewPhoto
from gisapp.forms.words import Label
from gisapp.language import Language, Words
from gisapp.panels.census.choice_strip import ChoiceStrip
from gisapp.panels.census.found_row import FoundRow
from gisapp.panels.census.photo_strip import PhotoStrip
from gisapp.panels.census.position_part import CLICKED, PositionPart
from gisapp.panels.census.severity_part import SeverityPart
from gisapp.tasks import Tasks
from gisapp.theme import Theme
from layers.census.fieldwork.logging import KINDS, Logged, SeenDefect, defect_kinds
from layers.census.form import Form
from layers.census.lots.worklist import WorkRow
from layers.census.values import place_of, told_in
from layers.census.words import FOUND, INACCESSIBLE, MOVED, NEW, NOT_FOUND, SEEN
from layers.register import Register
from layers.text import Message

OUTCOMES = (FOUND, NOT_FOUND, INACCESSIBLE, NEW)
COLUMNS = ("field", "book", "found")
Part = Literal["photos", "place", "remark"]
PARTS: tuple[Part, ...] = get_args(Part)
#: A place so many times farther off than positions that agree is more often a slip of the hand than a find.
_DOUBTFUL = 300
#: No wider are the names of the fields, however long.
_WIDEST_TITLE = 112


@dataclass(frozen=True)
class Kept:
    """What was entered of a target and is not written: it comes back when it could not be."""

    outcome: str | None
    found: Mapping[str, Any]
    defects: tuple[SeenDefect, ...] = ()
    photos: tuple[NewPhoto, ...] = ()
    remark: str = ""
    place: tuple[tuple[float, float], str, float | None, bool] | None = None
    type: str | None = None
    """Of something new: what it is."""


class LoggingForm(QWidget):
    """Shows a target and what is entered of it. ``edited``: something was entered.

    ``is_check``: what a team found is looked at again; beside the field stands what the team said, and nothing is new.
    """

    edited = Signal()

    def __init__(self, language: Language, theme: Theme, tasks: Tasks, *, is_check: bool = False) -> None:
        super().__init__()
        self._language, self._theme, self._is_check = language, theme, is_check
        self._register: Register | None = None
        self._asked: Form | None = None
        self._row: WorkRow | None = None
        self._shape: tuple[str, bool, tuple[str, ...]] = ("", False, ())
        self.rows: dict[str, FoundRow] = {}
        self.popup = OfferList(language, theme)
        #: Stands above the form, on the page that holds it.
        self.outcomes = ChoiceStrip(language, theme)
        self.types = ChoiceStrip(language, theme, flowing=True, numbered=False)
        self.defects = ChoiceStrip(language, theme, several=True, flowing=True)
        self.severities = SeverityPart(language, theme)
        self.photos = PhotoStrip(language, theme, tasks)
        self.position = PositionPart(language, theme, is_check=is_check)
        self.remark = QLineEdit()
        #: What is missing, beneath the part that has no field.
        self.notes: dict[Part, Label] = {
            part: Label(language, theme, size="small", tone="danger", wrap=True) for part in PARTS
        }
        self._lay_out()
        self.outcomes.changed.connect(self.follow)
        self.types.changed.connect(self.follow)
        for signal in (
            self.defects.changed,
            self.severities.changed,
            self.photos.changed,
            self.position.changed,
            self.remark.textEdited,
        ):
            signal.connect(self.edited)
        self.edited.connect(self._ask_no_more)
        self.defects.changed.connect(self._follow_defects)
        self.severities.changed.connect(self._tell_photos)
        self.photos.changed.connect(self._tell_photos)
        self.destroyed.connect(self.popup.deleteLater)

    # ---- what it shows

    @property
    def is_new(self) -> bool:
        """Whether something that is not in the book is entered."""
        return self.outcomes.value == NEW

    @property
    def type(self) -> str:
        """The type that is entered."""
        return self._shape[0]

    @property
    def is_blank(self) -> bool:
        """Whether a target is called found and nothing was looked at."""
        row = self._row
        return (
            self.is_seen
            and not self.is_new
            and row is not None
            and row.target is not None
            and bool(self.rows)
            and all(each.value is None for each in self.rows.values())
            and not (self.defects.chosen or self.photos.photos or self.position.place)
        )

    @property
    def is_typing(self) -> bool:
        """Whether a text stands in a field that is not taken yet."""
        return any(row.editor is not None and row.editor.is_typing for row in self.rows.values())

    @property
    def is_seen(self) -> bool:
        """Whether there was something to see."""
        return self.outcomes.value in SEEN

    def show_row(self, register: Register, form: Form, row: WorkRow, kept: Kept | None) -> None:
        """Show a target with what is entered, or written of it already."""
        self._register, self._asked, self._row = register, form, row
        names = list(form.fields)
        if list(self.types.buttons) != names:
            self.types.offer([(name, register.catalogue[name].title) for name in names])
        kept = kept or written(row)
        self._build(kept.type or row.type, is_new=kept.type is not None or row.target is None)
        self._show_book()
        self.position.begin(register.crs, place_of(row.target or row.record), doubtful_m=_doubtful(register))
        self._fill(kept)
        self.photos.read_kept(register, row.record.key, None if row.target is None else row.target.key)
        self.follow()

    def _show_book(self) -> None:
        row, register = self._row, self._register
        target = None if row is None else row.target
        instead: Words = ""
        if self._is_check and row is not None and row.record["outcome"] not in SEEN:
            # The team saw nothing of it: what the book says is not its word.
            entry = register and register.catalogue.code_lists["census_outcome"].get(row.record["outcome"])
            target, instead = None, entry.title if entry else ""
        for name, each in self.rows.items():
            each.show_book(None if target is None else target.values.get(name), instead)

    def _fill(self, kept: Kept) -> None:
        self.outcomes.choose(kept.outcome)
        if kept.type is not None:
            self.types.choose(kept.type)
        for name, each in self.rows.items():
            each.put(kept.found.get(name))
        self.defects.choose(*(defect.kind for defect in kept.defects))
        self.severities.begin({defect.kind: defect.severity for defect in kept.defects})
        self.photos.show_photos(kept.photos)
        self.remark.setText(kept.remark)
        if kept.place is not None:
            at, origin, accuracy, counts = kept.place
            self.position.take(at, origin, accuracy, counts=counts)

    def _build(self, type_name: str, *, is_new: bool) -> None:
        """The rows of a type's form."""
        register, form = self._register, self._asked
        assert register is not None
        assert form is not None
        shape = type_name, is_new, form.fields.get(type_name, ())
        if self._shape == shape:
            return
        self._shape = shape
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for each in self.rows.values():
            each.deleteLater()
        self.rows = {}
        language, theme, asset_type = self._language, self._theme, register.catalogue[type_name]
        columns = ("field", "team", "check") if self._is_check else COLUMNS
        for number, name in enumerate(columns):
            words = Message(f"census_desk.column.{name}")
            self._grid.addWidget(Label(language, theme, words, size="small", tone="faint"), 0, number)
        for place, name in enumerate(shape[2]):
            row = FoundRow(language, theme, asset_type.field_named(name), self.popup, self, is_new=is_new)
            row.place(self._grid, 3 * place + 1)
            row.changed.connect(self.edited)
            self.rows[name] = row
        titles = [row.title.sizeHint().width() for row in self.rows.values()]
        self._grid.setColumnMinimumWidth(0, min(max(titles, default=0), _WIDEST_TITLE))
        entries = () if self._is_check else defect_kinds(register.catalogue, type_name)
        self.defects.offer([(entry.code, entry.title) for entry in entries])
        self._chain()

    def _chain(self) -> None:
        """The keyboard goes through the fields as they stand on the page."""
        chain: list[QWidget] = [self.outcomes, self.types]
        chain += [row.widget for row in self.rows.values()]
        chain += [self.defects, self.photos.choose, self.photos.paste, self.position.line, self.position.pick,
                  self.position.file, self.position.counts, self.remark]  # fmt: skip
        for first, second in itertools.pairwise(chain):
            QWidget.setTabOrder(first, second)

    def follow(self) -> None:
        """What can be entered depends on whether there was something to see."""
        row, seen = self._row, self.is_seen
        if row is None:
            return
        self.types.setVisible(self.is_new and len(self.types.buttons) > 1)
        if self.is_new and self.types.value is None:
            self.types.choose(row.type)
        wanted = (self.types.value or row.type) if self.is_new else row.type
        is_new = self.is_new or row.target is None
        if (wanted, is_new) != self._shape[:2]:
            self._build(wanted, is_new=is_new)
            self._show_book()
        for each in self.rows.values():
            each.set_enabled(seen)
        has_defects = bool(self.defects.buttons)
        self.defects.setEnabled(seen and has_defects)
        self.defects.setVisible(has_defects)
        self._defects_head.setVisible(has_defects)
        self.position.setEnabled(seen)
        self.position.show_new(self.is_new and row.target is not None)
        self._follow_defects()
        self.edited.emit()

    def _follow_defects(self) -> None:
        """A row for each defect chosen says how severe it is."""
        register = self._register
        if register is None:
            return
        kinds = register.catalogue.code_lists[KINDS]
        chosen = self.defects.chosen if self.defects.isEnabled() else ()
        self.severities.show_kinds([entry for code in chosen if (entry := kinds.get(code)) is not None])
        self.severities.chain(self.defects, self.photos.choose)
        self._tell_photos()

    def _tell_photos(self) -> None:
        """Whether the defects chosen ask for a photo, and whether there is one."""
        register = self._register
        if register is None:
            return
        least = register.setting("defect_photo_severity")
        worst = max((defect.severity or 0 for defect in self.severities.seen), default=0)
        count = len(self.photos.photos)
        is_asked = self.defects.isEnabled() and worst >= least
        words: Words = Message("census_desk.photo.count", {"count": count}) if count else ""
        if is_asked:
            words = Message("census_desk.photo.needed", {"severity": worst, "count": count})
        self.photo_note.show_words(words)
        self.photo_note.set_tone("ok" if is_asked and count else "danger" if is_asked else "quiet")

    def ask_for(self, part: Part, words: Words) -> QWidget:
        """Say beneath a part of the form what is missing there; the words themselves."""
        note = self.notes[part]
        note.show_words(words)
        note.show()
        return note

    def _ask_no_more(self) -> None:
        for note in self.notes.values():
            note.hide()

    # ---- what is entered

    def commit(self) -> None:
        """Take what stands in the field that has the keyboard."""
        for row in self.rows.values():
            row.commit()

    def confirm(self) -> None:
        """All that is not looked at yet is as in the book."""
        for row in self.rows.values():
            row.confirm()

    def entered(self) -> Kept:
        """Everything as it stands here."""
        at = self.position
        place = (
            None
            if at.place is None
            else (at.place, at.origin or CLICKED, at.accuracy_m, at.counts.isChecked())
        )
        return Kept(
            self.outcomes.value, self._found(), self.severities.seen, tuple(self.photos.photos),
            self.remark.text(), place, self.type if self.is_new else None,
        )  # fmt: skip

    def logged(self, surveyor: int | None, finder: str | None, seconds: float) -> Logged:
        """What was seen, as it is written."""
        outcome, seen, at = self.outcomes.value or FOUND, self.is_seen, self.position
        if outcome == FOUND and self._row is not None and self._row.target is None:
            outcome = NEW
        elif outcome == FOUND and at.is_moved:
            outcome = MOVED
        return Logged(
            outcome,
            self._found() if seen else {},
            at.point if seen else None,
            at.origin if seen else None,
            at.accuracy_m if seen else None,
            self.severities.seen,
            len(self.photos.photos),
            self.remark.text().strip() or None,
            surveyor,
            finder,
            seconds,
        )

    def _found(self) -> dict[str, Any]:
        return {name: each.value for name, each in self.rows.items() if each.value is not None}

    # ---- layout

    def _lay_out(self) -> None:
        language, theme = self._language, self._theme
        language.say(self.outcomes, "setAccessibleName", Message("census_desk.outcome"))
        language.say(self.defects, "setAccessibleName", Message("census_desk.defects"))
        language.say(self.remark, "setAccessibleName", Message("census_desk.remark"))
        language.say(self.remark, "setPlaceholderText", Message("census_desk.remark"))
        outcomes = OUTCOMES[:-1] if self._is_check else OUTCOMES
        self.outcomes.offer([(code, Message(f"census_desk.outcome.{code}")) for code in outcomes])
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 12)
        column.setSpacing(8)
        column.addWidget(self.types)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(6)
        self._grid.setVerticalSpacing(3)
        for number, stretch in enumerate((3, 4, 6)):
            self._grid.setColumnStretch(number, stretch)
        self._grid.setColumnMinimumWidth(3, 22)
        column.addLayout(self._grid)
        self._defects_head = self._section("defects")
        column.addWidget(self._defects_head)
        column.addWidget(self.defects)
        column.addWidget(self.severities)
        self.photo_note = Label(language, theme, size="small", tone="quiet")
        column.addWidget(self._section("photos", self.photo_note))
        column.addWidget(self.photos)
        column.addWidget(self.notes["photos"])
        column.addWidget(self._section("place"))
        column.addWidget(self.position)
        column.addWidget(self.notes["place"])
        column.addWidget(self._section("remark"))
        column.addWidget(self.remark)
        column.addWidget(self.notes["remark"])
        column.addStretch(1)
        self._ask_no_more()

    def _section(self, name: str, note: Label | None = None) -> QWidget:
        frame = QFrame()
        row = QHBoxLayout(frame)
        row.setContentsMargins(0, 4, 0, 0)
        title = Message(f"census_desk.{name}")
        row.addWidget(Label(self._language, self._theme, title, size="small", strong=True))
        row.addStretch(1)
        if note is not None:
            row.addWidget(note)
        return frame


def _doubtful(register: Register) -> float:
    """How far from its target a place is asked about, metres."""
    return _DOUBTFUL * max(float(register.setting("position_tolerance_m") or 0.0), 1.0)


def written(row: WorkRow) -> Kept:
    """What the record says already; found until somebody says otherwise."""
    record = row.record
    outcome = FOUND if row.is_open or record["outcome"] == MOVED else record["outcome"]
    at = place_of(record) if record["position_origin"] else None
    place = None
    if at is not None:
        place = at, str(record["position_origin"]), record["position_accuracy_m"], record["outcome"] == MOVED
    if record["outcome"] == NEW:
        outcome = FOUND
    return Kept(outcome, told_in(record["found"]), remark=str(record["remark"] or ""), place=place)
