"""Choosing a person: by name, staff number or the initials of the pinyin, with what each has to look after already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QCompleter

from gisapp.language import Language, Words
from gisapp.theme import Theme
from layers.search.initials import pinyin_keys

_KEYS = int(Qt.ItemDataRole.UserRole) + 1


@dataclass(frozen=True)
class Candidate:
    """Somebody to choose, or nobody (``id`` None); ``note`` stands beside the name."""

    id: int | None
    name: str
    code: str
    note: Words


class PersonBox(QComboBox):
    """``picked``: another person (an id or None). Typing filters; Enter takes the first that fits."""

    picked = Signal(object)

    def __init__(self, language: Language, theme: Theme) -> None:
        super().__init__()
        self._language = language
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setMaxVisibleItems(14)
        self.setFont(theme.font("base"))
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(12)
        completer = QCompleter(self.model(), self)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setCompleter(completer)
        editor = self.lineEdit()
        assert editor is not None
        editor.returnPressed.connect(lambda: self.choose_text(editor.text()))
        self.currentIndexChanged.connect(lambda _: self.picked.emit(self.person))

    @property
    def person(self) -> int | None:
        """Who is chosen."""
        return self.currentData() if self.currentIndex() >= 0 else None

    def offer(self, candidates: Sequence[Candidate], chosen: int | None = None) -> None:
        """Offer these; nobody is chosen when ``chosen`` is none of them."""
        self.blockSignals(True)
        self.clear()
        keys = pinyin_keys([each.name for each in candidates])
        for each, (initials, full) in zip(candidates, keys, strict=True):
            note = self._language.render(each.note)
            self.addItem(f"{each.name}  {note}" if note else each.name, each.id)
            self.setItemData(self.count() - 1, f"{each.name}|{each.code}|{initials}|{full}".casefold(), _KEYS)
        at = -1 if chosen is None else self.findData(chosen)
        self.setCurrentIndex(at)
        if at < 0:
            self.setEditText("")
        self.blockSignals(False)

    def choose(self, person: int | None) -> None:
        """Take this one."""
        self.setCurrentIndex(self.findData(person))

    def choose_text(self, text: str) -> None:
        """Take the first that is called so, has the number, or the initials."""
        wanted = text.split("  ")[0].strip().casefold()
        if not wanted:
            return
        found = [at for at in range(self.count()) if wanted in str(self.itemData(at, _KEYS))]
        # Whoever is called exactly so comes before those whose name only contains it.
        found.sort(key=lambda at: not str(self.itemData(at, _KEYS)).startswith(wanted))
        if found:
            self.setCurrentIndex(found[0])
        completer = self.completer()
        popup = None if completer is None else completer.popup()
        if popup is not None:
            popup.hide()
