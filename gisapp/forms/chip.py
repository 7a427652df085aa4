"""Chips and origin tiles: a state in a word and an icon, never in colour alone."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton

from gisapp.forms.words import IconLabel, Label, set_style
from gisapp.language import Language, Words
from gisapp.theme import Theme
from layers.text import Message

ChipKind = Literal["quiet", "ok", "info", "works", "warn", "danger", "neutral"]

_ICONS: dict[str, tuple[str, str]] = {
    "quiet": ("check", "ok"),
    "ok": ("check", "ok"),
    "info": ("clock", "info"),
    "works": ("circle-half", "works"),
    "warn": ("warning", "warn"),
    "danger": ("warning", "danger"),
    "neutral": ("pause", "neutral"),
}
# The life cycle of domain.md d.2; a state that a company adds is shown without judgement.
_LIFE: dict[str, ChipKind] = {
    "in_service": "ok",
    "planned": "works",
    "construction": "works",
    "out_of_service": "neutral",
    "abandoned": "neutral",
    "removed": "neutral",
}
_ORIGINS = {
    "book": Message("inspector.origin.book"),
    "census": Message("inspector.origin.census"),
    "survey": Message("inspector.origin.survey"),
    "computed": Message("inspector.origin.computed"),
    "edited": Message("inspector.origin.edited"),
}


class Chip(QFrame):
    """A word on a tinted ground with an icon of its kind."""

    def __init__(self, language: Language, theme: Theme, words: Words = "", kind: ChipKind = "quiet") -> None:
        super().__init__()
        self.setObjectName("chip")
        self.setFixedHeight(theme.size("chip"))
        self._icon = IconLabel(theme, *_ICONS[kind][:1], size=12, color=_ICONS[kind][1])
        self._words = Label(language, theme, words, size="small")
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 0, 6, 0)
        row.setSpacing(4)
        row.addWidget(self._icon)
        row.addWidget(self._words)
        self.show_state(words, kind)

    def show_state(self, words: Words, kind: ChipKind) -> None:
        """Show another state."""
        icon, color = _ICONS[kind]
        self._icon.show_icon(icon, color)
        self._words.show_words(words)
        set_style(self, "kind", kind)
        self._words.ensurePolished()
        set_style(self._words, "tone", "")


def filter_chip(theme: Theme) -> QToolButton:
    """What a list is kept to while it is pressed in."""
    chip = QToolButton()
    chip.setObjectName("filterChip")
    chip.setCheckable(True)
    chip.setFont(theme.font("small"))
    return chip


def alarm_chip(theme: Theme, kind: str, icon: str = "warning") -> QToolButton:
    """How many alarms of a ``kind`` (a tone of the theme) there are; pressed it shows them."""
    chip = QToolButton()
    chip.setObjectName("alarmChip")
    chip.setProperty("kind", kind)
    chip.setFont(theme.font("small"))
    chip.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    chip.setIcon(theme.icon(icon, kind))
    return chip


def tab_button(theme: Theme, size: str = "small") -> QToolButton:
    """One of the pages of a panel, by its name."""
    button = QToolButton()
    button.setObjectName("tab")
    button.setCheckable(True)
    button.setFont(theme.font(size))
    return button


class SampleMark(QFrame):
    """示例数据: says that what one sees is invented."""

    def __init__(self, language: Language, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("chip")
        self.setFixedHeight(theme.size("chip"))
        self.setProperty("kind", "neutral")
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 0, 6, 0)
        row.addWidget(Label(language, theme, Message("window.sample"), size="small", tone="quiet"))


def life_kind(code: str | None) -> ChipKind:
    """How a state of the life cycle is shown."""
    return _LIFE.get(code or "", "quiet")


class OriginTile(QToolButton):
    """One sign at the edge of a field: where its value came from."""

    def __init__(self, language: Language, theme: Theme, origin: str, note: Words = "") -> None:
        super().__init__()
        self._language = language
        self.setObjectName("originTile")
        self.setFixedSize(18, 16)
        self.setFont(theme.font("rail"))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._note: Words = ""
        self.show_origin(origin, note)

    def show_origin(self, origin: str, note: Words = "") -> None:
        """Show another sign; ``none`` is a place to say where the value comes from."""
        if self.property("kind") == origin and self._note == note:
            return
        self._note = note
        set_style(self, "kind", origin)
        self._language.say(self, "setText", Message(f"inspector.origin.{origin}.sign"))
        self._language.hint(self, note or _ORIGINS[origin])
