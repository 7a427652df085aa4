"""The card on which something seen in passing is noted: kind, place, a word, a photo; by keyboard alone if need be."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence

import shapely
from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from gisapp.forms.escape import claims_escape
from gisapp.forms.words import Button, IconButton, Label
from gisapp.language import Language, Words
from gisapp.panels.census.choice_strip import ChoiceStrip
from gisapp.panels.census.photo_drop import accept_files, take_files
from gisapp.panels.census.photo_strip import PhotoStrip
from gisapp.panels.census.position_part import CLICKED, PositionPart
from gisapp.panels.census.target_page import sentences
from gisapp.tasks import Tasks
from gisapp.theme import Theme
from layers.census.fieldwork.sightings import KINDS, Seen
from layers.errors import UserError
from layers.geometry.crs import Crs
from layers.model.asset import AssetKey
from layers.model.catalogue import Catalogue
from layers.text import Message

WIDTH = 360
_FORM = "%Y-%m-%d %H:%M"


class SightingEntry(QFrame):
    """``saved``: it shall be written; ``left``: it shall not; ``pick_asked``: the next click on the map is the place;
    ``placed``: there is another place, or none. It stays filled until ``begin``."""

    saved = Signal()
    left = Signal()
    pick_asked = Signal()
    placed = Signal()

    def __init__(self, language: Language, theme: Theme, tasks: Tasks, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("palette")
        self.setAcceptDrops(True)
        self.setFixedWidth(WIDTH)
        self._language, self._theme = language, theme
        self._target: AssetKey | None = None
        self.kinds = ChoiceStrip(language, theme, flowing=True)
        self.position = PositionPart(language, theme, is_check=True)
        self.words = QLineEdit()
        self.finder = QLineEdit()
        self.when = QLineEdit()
        self.photos = PhotoStrip(language, theme, tasks)
        self.target = Label(language, theme, size="small", tone="quiet", wrap=True)
        self.error = Label(language, theme, size="small", tone="danger", wrap=True)
        self.save = Button(language, Message("sighting.save"), "primary")
        self.cancel = Button(language, Message("renewal_desk.cancel"))
        self._lay_out()
        self._tie()
        self.hide()

    # ---- what is entered

    def begin(
        self,
        catalogue: Catalogue,
        crs: Crs,
        near: tuple[float, float] | None,
        finder: str,
        target: AssetKey | None,
        told: str,
    ) -> None:
        """A new one: now, by whoever works here, ``near`` where the map stands; ``target`` is the asset selected,
        ``told`` what it is called."""
        entries = [entry for entry in catalogue.code_lists[KINDS].entries if entry.active]
        self.kinds.offer([(entry.code, entry.title) for entry in entries])
        self.kinds.choose(entries[0].code if entries else None)
        self.position.begin(crs, None, near)
        self.words.clear()
        self.finder.setText(finder)
        self.when.setText(datetime.datetime.now().strftime(_FORM))
        self.photos.show_photos(())
        self._target = target
        self.target.setVisible(target is not None)
        if target is not None:
            self.target.show_words(Message("sighting.of", {"asset": told}))
        self.error.hide()
        self.save.setEnabled(True)
        self.fit()

    def take_place(self, x: float, y: float) -> None:
        """The place was clicked."""
        self.position.take((x, y), CLICKED)
        self.words.setFocus()

    def seen(self) -> Seen:
        """What is entered. Raises ``UserError`` for a time or coordinates nobody can read."""
        try:
            when = datetime.datetime.strptime(self.when.text().strip().replace("/", "-"), _FORM).astimezone()
        except ValueError:
            raise UserError(Message("sighting.no_time"), Message("sighting.no_time_hint")) from None
        if self.position.is_wrong:
            raise UserError(Message("census_desk.place.wrong"))
        place = None if self.position.place is None else shapely.Point(self.position.place)
        texts = (self.finder.text().strip() or None, self.words.text().strip() or None)
        return Seen(self.kinds.value, place, when, *texts, self._target)

    def refuse(self, error: UserError) -> None:
        """It cannot be written; it still stands here."""
        self.save.setEnabled(True)
        self.error.show_words(sentences(error))
        self.error.show()
        self.fit()

    def fit(self) -> None:
        """As high as what it holds."""
        self.adjustSize()

    def _on_changed(self) -> None:
        self.error.hide()
        self.fit()
        self.placed.emit()

    # ---- layout

    def _tie(self) -> None:
        self.save.clicked.connect(self.saved)
        self.cancel.clicked.connect(self.left)
        self.position.changed.connect(self._on_changed)
        self.position.pick_asked.connect(self.pick_asked)
        self.photos.changed.connect(self._on_changed)
        for part in (self.position, self.photos):
            part.refused.connect(self.refuse)
        keys: Sequence[tuple[str, Callable[[], object]]] = (
            ("Ctrl+Return", self.saved.emit), ("Ctrl+Enter", self.saved.emit), ("F5", self.photos.ask),
            ("F6", self.photos.paste_picture), ("F7", self.pick_asked.emit),
        )  # fmt: skip
        for key, act in keys:
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)

    def _lay_out(self) -> None:
        language, theme = self._language, self._theme
        language.say(self.kinds, "setAccessibleName", Message("sighting.kind"))
        head = QHBoxLayout()
        head.addWidget(Label(language, theme, Message("sighting.new"), strong=True), 1)
        shut = IconButton(language, theme, "x", Message("renewal_desk.cancel"))
        shut.clicked.connect(self.left)
        head.addWidget(shut)
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        rows: Sequence[tuple[str, QLineEdit]] = (
            ("words", self.words), ("finder", self.finder), ("when", self.when),
        )  # fmt: skip
        for number, (name, editor) in enumerate(rows):
            title: Words = Message(f"sighting.{name}")
            editor.setFont(theme.font("base"))
            language.say(editor, "setAccessibleName", title)
            grid.addWidget(Label(language, theme, title, size="small", tone="quiet"), number, 0)
            grid.addWidget(editor, number, 1)
        language.say(self.words, "setPlaceholderText", Message("sighting.words_place"))
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.save)
        buttons.addWidget(self.cancel)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 10)
        column.setSpacing(6)
        column.addLayout(head)
        for part in (self.kinds, self.position, self.target):
            column.addWidget(part)
        column.addLayout(grid)
        column.addWidget(self.photos)
        column.addWidget(self.error)
        column.addLayout(buttons)

    # ---- keys and dropping

    def event(self, event: QEvent) -> bool:
        # Esc here leaves the entry; it is not the window's.
        return claims_escape(event) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        accept_files(event)

    def dropEvent(self, event: QDropEvent) -> None:
        take_files(event, self.photos)
