"""The page on which one target is logged: outcome, found beside book, condition, defects, photos, place, remark."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from PySide6.QtCore import QElapsedTimer, Qt, QTimer, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from gisapp.forms.chip import Chip
from gisapp.forms.editors.offer_list import OfferList
from gisapp.forms.pictures import NewPhoto
from gisapp.forms.words import Button, ElidedLabel, Label, SymbolLabel
from gisapp.language import Language, Words
from gisapp.panels.census.centre import CensusCentre
from gisapp.panels.census.choice_strip import ChoiceStrip
from gisapp.panels.census.found_row import FoundRow
from gisapp.panels.census.photo_strip import PhotoStrip
from gisapp.panels.census.position_part import CLICKED, PositionPart
from gisapp.theme import Theme
from layers.census.logging import KINDS, Logged, SeenDefect, defect_kinds
from layers.census.values import from_text
from layers.census.words import FOUND, INACCESSIBLE, MOVED, NEW, NOT_FOUND, SEEN
from layers.census.worklist import DECIDED, WorkRow, place_of
from layers.errors import UserError
from layers.text import Message

OUTCOMES = (FOUND, NOT_FOUND, INACCESSIBLE, NEW)
_TICK = 1000
_KEYS: tuple[tuple[str, str], ...] = (
    ("F2", "confirm"), ("Ctrl+Return", "save"), ("Ctrl+Enter", "save"), ("F3", "focus_scale"), ("F4", "focus_defects"),
    ("F5", "ask_photo"), ("F6", "paste_photo"), ("F7", "ask_place"), ("Alt+F7", "ask_place_file"),
    ("Ctrl+PgDown", "go_forth"), ("Ctrl+PgUp", "go_back"),
)  # fmt: skip


@dataclass
class _Kept:
    """What was entered of a target and is not written: it comes back when it could not be."""

    outcome: str | None
    found: Mapping[str, Any]
    defects: tuple[str, ...]
    photos: tuple[NewPhoto, ...]
    remark: str
    place: tuple[tuple[float, float], str, float | None, bool] | None = field(default=None)


class LoggingPage(QWidget):
    """Follows the desk. ``pick_asked``: the next click on the map is the place where it was found."""

    pick_asked = Signal()
    written = Signal(object)
    """The id of the record that is in the register now; None for one found new."""

    def __init__(self, language: Language, theme: Theme, centre: CensusCentre) -> None:
        super().__init__()
        self.setObjectName("inspector")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAcceptDrops(True)
        self._language, self._theme, self.centre = language, theme, centre
        self._row: WorkRow | None = None
        self._type = ""
        self._shape: tuple[str, bool, tuple[str, ...]] = ("", False, ())
        self._clock = QElapsedTimer()
        self._tick = QTimer(self, interval=_TICK)
        self._tick.timeout.connect(self._tell_time)
        self._kept: dict[int, _Kept] = {}
        self.rows: dict[str, FoundRow] = {}
        self.popup = OfferList(language, theme)
        self.symbol = SymbolLabel(theme, 28)
        self.code = ElidedLabel(language, theme, size="heading", strong=True)
        self.place_in_list = Label(language, theme, size="small", tone="quiet")
        self.about = ElidedLabel(language, theme, size="small", tone="quiet")
        self.time = Chip(language, theme, "", "info")
        self.decided = Label(language, theme, size="small", tone="warn", wrap=True)
        self.outcomes = ChoiceStrip(language, theme)
        self.types = ChoiceStrip(language, theme, flowing=True, numbered=False)
        self.defects = ChoiceStrip(language, theme, several=True, flowing=True)
        self.photos = PhotoStrip(language, theme, centre.tasks)
        self.position = PositionPart(language, theme)
        self.remark = QLineEdit()
        self.error = Label(language, theme, size="small", tone="danger", wrap=True)
        self.empty = Label(language, theme, Message("census_desk.page.empty"), tone="quiet", wrap=True)
        self.back = Button(language, Message("census_desk.page.back"))
        self.same = Button(language, Message("census_desk.page.same"))
        self.save_button = Button(language, Message("census_desk.page.save"), "primary")
        language.hint(self.save_button, Message("census_desk.page.save.tip"))
        self._lay_out()
        self._tie()
        self._show()

    # ---- what it shows

    @property
    def is_new(self) -> bool:
        """Whether something that is not in the book is entered."""
        return self.outcomes.value == NEW

    def _show(self) -> None:
        """Show the target of the desk."""
        row, register = self.centre.row, self.centre.register
        is_there = row is not None and register is not None and self.centre.form is not None
        self._scroll.setVisible(is_there)
        self._head.setVisible(is_there)
        self._foot.setVisible(is_there)
        self.empty.setVisible(not is_there)
        self._row = row
        if row is None or register is None or self.centre.form is None:
            self._tick.stop()
            return
        asset_type = register.catalogue[row.type]
        self.symbol.show_type(asset_type)
        self.code.show_words(row.code)
        places = [each.id for each in self.centre.rows]
        told = {"number": places.index(row.id) + 1, "count": len(places)}
        self.place_in_list.show_words(Message("census_desk.page.place", told))
        self.about.show_words(
            " · ".join(part for part in (row.road, self._language.render(asset_type.title)) if part)
        )
        self._offer_types()
        self._build(row.type, is_new=False)
        book = {} if row.target is None else row.target.values
        for name, each in self.rows.items():
            each.show_book(book.get(name))
        self.position.begin(
            register.crs, place_of(row.target) if row.target is not None else place_of(row.record)
        )
        self._fill(row)
        is_decided = row.record["state"] in DECIDED
        reason = row.record["decision_reason"]
        self.decided.setVisible(is_decided or bool(reason))
        if is_decided:
            self.decided.show_words(Message("census_desk.page.decided"))
        elif reason:
            self.decided.show_words(Message("census_desk.page.again", {"reason": reason}))
        for widget in (self.save_button, self.same):
            widget.setEnabled(not is_decided and self.centre.session.may("edit"))
        self.error.hide()
        self._follow_outcome()
        self._clock.start()
        self._tick.start()
        self._tell_time()
        self._scroll.verticalScrollBar().setValue(0)

    def _fill(self, row: WorkRow) -> None:
        """What is entered or written of it already."""
        kept, record = self._kept.get(row.id), row.record
        if kept is None:
            outcome = record["outcome"] if not row.is_open else FOUND
            kept = _Kept(
                FOUND if outcome == MOVED else outcome,
                from_text(record["found"]),
                (),
                (),
                record["remark"] or "",
            )
            at = place_of(record) if record["position_origin"] else None
            if at is not None:
                kept.place = at, record["position_origin"], record["position_accuracy_m"], outcome == MOVED
        self.outcomes.choose(kept.outcome)
        for name, each in self.rows.items():
            each.put(kept.found.get(name))
        self.defects.choose(*kept.defects)
        self.photos.show_photos(kept.photos, 0)
        self.remark.setText(kept.remark)
        if kept.place is not None:
            self.position.take(*kept.place[:3], counts=kept.place[3])

    def _build(self, type_name: str, *, is_new: bool) -> None:
        """The rows of a type's form."""
        register, form = self.centre.register, self.centre.form
        assert register is not None
        assert form is not None
        self._type = type_name
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
        asset_type = register.catalogue[type_name]
        for number, words in enumerate(("field", "book", "found")):
            label = Label(
                self._language,
                self._theme,
                Message(f"census_desk.column.{words}"),
                size="small",
                tone="faint",
            )
            self._grid.addWidget(label, 0, number)
        for place, name in enumerate(form.fields.get(type_name, ())):
            row = FoundRow(
                self._language, self._theme, asset_type.field_named(name), self.popup, self, is_new=is_new
            )
            row.place(self._grid, 2 * place + 1)
            row.changed.connect(self._on_entered)
            self.rows[name] = row
        entries = defect_kinds(register.catalogue, type_name)
        self.defects.offer([(entry.code, entry.title) for entry in entries])
        # As they stand on the page, and nowhere before it.
        chain: list[QWidget] = [self.outcomes, self.types]
        chain += [row.editor if row.strip is None else row.strip for row in self.rows.values()]
        chain += [self.defects, self.photos.choose, self.photos.paste, self.position.text, self.position.pick,
                  self.position.file, self.position.counts, self.remark, self.save_button]  # fmt: skip
        for first, second in itertools.pairwise(chain):
            QWidget.setTabOrder(first, second)

    def _offer_types(self) -> None:
        register, form = self.centre.register, self.centre.form
        assert register is not None
        assert form is not None
        names = list(form.fields)
        if list(self.types.buttons) != names:
            self.types.offer([(name, register.catalogue[name].title) for name in names])

    def _follow_outcome(self) -> None:
        """What can be entered depends on whether there was something to see."""
        seen = self.outcomes.value in SEEN
        row = self._row
        self.types.setVisible(self.is_new and len(self.types.buttons) > 1)
        if self.is_new and self.types.value is None and row is not None:
            self.types.choose(row.type)
        if row is not None:
            wanted = (self.types.value or row.type) if self.is_new else row.type
            is_new = self.is_new or row.target is None
            if (wanted, is_new) != self._shape[:2]:
                self._build(wanted, is_new=is_new)
                if not is_new and row.target is not None:
                    for name, each in self.rows.items():
                        each.show_book(row.target.values.get(name))
        for each in self.rows.values():
            each.set_enabled(seen)
        self.defects.setEnabled(seen and not self.is_new)
        self._defects_head.setVisible(not self.is_new and bool(self.defects.buttons))
        self.defects.setVisible(not self.is_new and bool(self.defects.buttons))
        self.position.setEnabled(seen)
        self.same.setEnabled(self.outcomes.value == FOUND and self.save_button.isEnabled())
        self._tell_photos()

    def _tell_time(self) -> None:
        seconds = self._clock.elapsed() // 1000
        self.time.show_state(
            Message("census_desk.page.time", {"time": f"{seconds // 60}:{seconds % 60:02d}"}), "info"
        )

    def _tell_photos(self) -> None:
        """Whether the defects chosen ask for a photo, and whether there is one."""
        register = self.centre.register
        if register is None:
            return
        least, kinds = register.setting("defect_photo_severity"), register.catalogue.code_lists[KINDS]
        entries = [entry for code in self.defects.chosen if (entry := kinds.get(code)) is not None]
        worst = max((int(entry.value("severity") or 1) for entry in entries), default=0)
        count = len(self.photos.photos)
        is_asked = self.defects.isEnabled() and worst >= least
        words: Words = Message("census_desk.photo.count", {"count": count}) if count else ""
        if is_asked:
            words = Message("census_desk.photo.needed", {"severity": worst, "count": count})
        self.photo_note.show_words(words)
        self.photo_note.set_tone("ok" if is_asked and count else "danger" if is_asked else "quiet")

    # ---- what keys and buttons do

    def begin(self) -> None:
        """The keyboard comes here."""
        self.outcomes.setFocus(Qt.FocusReason.TabFocusReason)

    def confirm(self) -> None:
        """All that is not looked at yet is as in the book."""
        self._commit()
        if self.same.isEnabled():
            for row in self.rows.values():
                row.confirm()

    def press_outcome(self, key: str) -> None:
        """Choose the outcome of a digit."""
        self._commit()
        self.outcomes.press(key)

    def focus_scale(self) -> None:
        """Go to the condition, or what else is told on a scale."""
        row = next((row for row in self.rows.values() if row.strip is not None), None)
        if row is not None:
            row.focus()

    def focus_defects(self) -> None:
        """Go to the defects."""
        self.defects.setFocus()

    def ask_photo(self) -> None:
        """Ask which photos."""
        self.photos.ask()

    def paste_photo(self) -> None:
        """Take the picture on the clipboard along."""
        self.photos.paste_picture()

    def ask_place(self) -> None:
        """Let the next click on the map say where it was found."""
        self.pick_asked.emit()

    def ask_place_file(self) -> None:
        """Ask for the file of a receiver."""
        self.position.ask_file()

    def take_place(self, x: float, y: float) -> None:
        """The place was clicked."""
        self.position.take((x, y), CLICKED)
        self.activateWindow()
        self.remark.setFocus()

    def go_forth(self) -> None:
        """Go to the next row, leaving this one as it is."""
        self._step(1)

    def go_back(self) -> None:
        """Go to the row before."""
        self._step(-1)

    def _step(self, by: int) -> None:
        self._remember()
        self.centre.step(by)
        self.begin()

    def save(self) -> None:
        """Write what is entered, and go on to the next target."""
        row = self._row
        if row is None or not self.save_button.isEnabled():
            return
        self._commit()
        wrong = next((each for each in self.rows.values() if each.problem is not None), None)
        if wrong is not None and wrong.problem is not None and self.outcomes.value in SEEN:
            self._refuse(wrong.problem.message)
            wrong.focus()
            return
        if self.position.is_wrong and self.outcomes.value in SEEN:
            self._refuse(Message("census_desk.place.wrong"))
            self.position.text.setFocus()
            return
        logged, photos = self._logged(), tuple(self.photos.photos)
        kept = self._entered()
        try:
            if self.is_new and row.target is not None:
                code = self.centre.provisional_code()
                self.centre.log_new(
                    self._type,
                    code,
                    logged,
                    photos,
                    lambda: self.written.emit(None),
                    partial(self._come_back, row, kept),
                )
                # What was looked for is still to be logged.
                self._kept.pop(row.id, None)
                self._show()
                self.begin()
                return
            self.centre.log(
                row, logged, photos, lambda: self._on_written(row), partial(self._come_back, row, kept)
            )
        except UserError as error:
            self._refuse(_sentences(error))
            return
        self._kept.pop(row.id, None)
        if not self.centre.go_on():
            self.centre.notifier.info(Message("census_desk.page.all_done"))
        self.begin()

    def _on_written(self, row: WorkRow) -> None:
        self._kept.pop(row.id, None)
        self.written.emit(row.id)

    def _come_back(self, row: WorkRow, kept: _Kept, error: UserError) -> None:
        """It could not be written: what was entered stands here again."""
        self._kept[row.id] = kept
        if self.centre.record == row.id:
            self._show()
        else:
            self.centre.choose(row.id)
        self._refuse(_sentences(error))

    def _logged(self) -> Logged:
        outcome = self.outcomes.value or FOUND
        seen = outcome in SEEN
        if outcome == FOUND and self.position.is_moved:
            outcome = MOVED
        row = self._row
        if (
            row is not None
            and row.record["outcome"] == NEW
            and outcome in (FOUND, MOVED)
            and row.target is None
        ):
            outcome = NEW
        found = {name: each.value for name, each in self.rows.items() if each.value is not None}
        return Logged(
            outcome,
            found if seen else {},
            self.position.point if seen else None,
            self.position.origin if seen else None,
            self.position.accuracy_m if seen else None,
            tuple(SeenDefect(code) for code in self.defects.chosen) if self.defects.isEnabled() else (),
            len(self.photos.photos),
            self.remark.text().strip() or None,
            self.centre.me,
            self.centre.my_name or None,
            round(self._clock.elapsed() / 1000, 1),
        )

    def _entered(self) -> _Kept:
        at = self.position
        place = (
            None
            if at.place is None
            else (at.place, at.origin or CLICKED, at.accuracy_m, at.counts.isChecked())
        )
        found = {name: each.value for name, each in self.rows.items() if each.value is not None}
        return _Kept(
            self.outcomes.value,
            found,
            self.defects.chosen,
            tuple(self.photos.photos),
            self.remark.text(),
            place,
        )

    def _remember(self) -> None:
        """What was entered and not written stands here again when one comes back."""
        self._commit()
        row = self._row
        if row is not None and not self.is_new and row.record["state"] not in DECIDED:
            self._kept[row.id] = self._entered()

    def _commit(self) -> None:
        for row in self.rows.values():
            row.commit()

    def _refuse(self, words: Words) -> None:
        self.error.show_words(words)
        self.error.show()

    def _on_entered(self) -> None:
        self.error.hide()

    def _on_row(self) -> None:
        if self._row is not None and self.centre.record != self._row.id:
            self.error.hide()
        self._show()

    def _on_listed(self) -> None:
        """News of the list: what is being entered stays as it is."""
        row = self.centre.row
        if row is None or self._row is None or row.id != self._row.id:
            self._show()
        elif row.record.version != self._row.record.version:
            self._row = row
            self._show() if not row.is_open else None

    # ---- layout

    def _tie(self) -> None:
        self.centre.chosen.connect(self._on_row)
        self.centre.listed.connect(self._on_listed)
        self._language.changed.connect(self._on_row)
        self.outcomes.changed.connect(self._follow_outcome)
        self.types.changed.connect(self._follow_outcome)
        self.defects.changed.connect(self._tell_photos)
        self.photos.changed.connect(self._tell_photos)
        self.photos.refused.connect(lambda error: self._refuse(_sentences(error)))
        self.position.refused.connect(lambda error: self._refuse(_sentences(error)))
        self.position.pick_asked.connect(self.pick_asked)
        self.back.clicked.connect(self.go_back)
        self.same.clicked.connect(self.confirm)
        self.save_button.clicked.connect(self.save)
        self.destroyed.connect(self.popup.deleteLater)
        acts: list[tuple[str, Callable[[], None]]] = [(key, getattr(self, name)) for key, name in _KEYS]
        acts += [
            (f"Alt+{number + 1}", partial(self.press_outcome, str(number + 1)))
            for number in range(len(OUTCOMES))
        ]
        for key, act in acts:
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)

    def _lay_out(self) -> None:
        language, theme = self._language, self._theme
        language.say(self.outcomes, "setAccessibleName", Message("census_desk.outcome"))
        language.say(self.defects, "setAccessibleName", Message("census_desk.defects"))
        language.say(self.remark, "setAccessibleName", Message("census_desk.remark"))
        language.say(self.remark, "setPlaceholderText", Message("census_desk.remark"))
        self.outcomes.offer([(code, Message(f"census_desk.outcome.{code}")) for code in OUTCOMES])
        self.error.setContentsMargins(12, 4, 12, 4)
        self.error.hide()
        self.empty.setContentsMargins(16, 24, 16, 24)
        self._head = QFrame()
        head = QVBoxLayout(self._head)
        head.setContentsMargins(12, 10, 12, 8)
        head.setSpacing(4)
        first = QHBoxLayout()
        first.setSpacing(8)
        first.addWidget(self.symbol)
        first.addWidget(self.code, 1)
        first.addWidget(self.place_in_list)
        first.addWidget(self.time)
        head.addLayout(first)
        head.addWidget(self.about)
        head.addWidget(self.decided)
        head.addWidget(self.outcomes)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(12, 8, 12, 12)
        column.setSpacing(8)
        column.addWidget(self.types)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(6)
        self._grid.setVerticalSpacing(3)
        self._grid.setColumnStretch(0, 3)
        self._grid.setColumnStretch(1, 4)
        self._grid.setColumnStretch(2, 6)
        self._grid.setColumnMinimumWidth(3, 22)
        column.addLayout(self._grid)
        self._defects_head = self._section("defects")
        column.addWidget(self._defects_head)
        column.addWidget(self.defects)
        self.photo_note = Label(language, theme, size="small", tone="quiet")
        column.addWidget(self._section("photos", self.photo_note))
        column.addWidget(self.photos)
        column.addWidget(self._section("place"))
        column.addWidget(self.position)
        column.addWidget(self._section("remark"))
        column.addWidget(self.remark)
        column.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(body)
        self._foot = QFrame()
        self._foot.setObjectName("panelFoot")
        foot = QHBoxLayout(self._foot)
        foot.setContentsMargins(12, 8, 12, 8)
        foot.setSpacing(6)
        foot.addWidget(self.back)
        foot.addWidget(self.same)
        foot.addStretch(1)
        foot.addWidget(self.save_button)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._head)
        whole.addWidget(self.empty)
        whole.addWidget(self._scroll, 1)
        whole.addWidget(self.error)
        whole.addWidget(self._foot)

    def _section(self, name: str, note: Label | None = None) -> QWidget:
        frame = QFrame()
        row = QHBoxLayout(frame)
        row.setContentsMargins(0, 4, 0, 0)
        title = Label(self._language, self._theme, Message(f"census_desk.{name}"), size="small", strong=True)
        row.addWidget(title)
        row.addStretch(1)
        if note is not None:
            row.addWidget(note)
        return frame

    # ---- dropping

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() and self.save_button.isEnabled():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.photos.add_files(paths)


def _sentences(error: UserError) -> Words:
    if error.hint is None:
        return error.title
    return Message("form.two_sentences", {"first": error.title, "second": error.hint})
