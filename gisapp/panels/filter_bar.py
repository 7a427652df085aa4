"""A bar above the map that says by which conditions assets are filtered, and takes them away again."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QWidget

from gisapp.forms.flow_layout import FlowLayout
from gisapp.forms.words import Button, IconButton, IconLabel, Label
from gisapp.language import Language
from gisapp.plain_tip import plain_tip
from gisapp.session import Session
from gisapp.theme import Theme
from layers.model.condition_terms import Links, simplified
from layers.model.condition_text import write_condition
from layers.model.query import All, Condition
from layers.register import Register
from layers.scene.scene import Scene
from layers.search.link_names import RegisterLinks
from layers.text import Message

CHIP_CHARACTERS = 42


class FilterBar(QFrame):
    """Shown as long as anything is filtered. ``edit_asked``: a type whose condition shall be changed."""

    edit_asked = Signal(str)

    def __init__(self, language: Language, theme: Theme, session: Session) -> None:
        super().__init__()
        self.setObjectName("filterBar")
        self._language, self._theme, self._session = language, theme, session
        self._figures: dict[str, tuple[int, int]] = {}
        self._elsewhere = ""
        self.chips: list[FilterChip] = []
        self._add = IconButton(
            language, theme, "plus", Message("filtering.add.tip"), words=Message("condition.add")
        )
        self._add.clicked.connect(lambda: self.edit_asked.emit(next(iter(self._session.filters), "")))
        self._clear = Button(language, Message("filtering.clear"), "link")
        self._clear.clicked.connect(lambda: session.filter({}))
        self.told = Label(language, theme, size="small", tone="quiet")
        self._flow = FlowLayout(8)
        chips = QWidget()
        chips.setLayout(self._flow)
        self._lay_chips()
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 5, 12, 5)
        row.setSpacing(8)
        row.addWidget(IconLabel(theme, "funnel", 16, "accent_ink"))
        row.addWidget(chips, 1)
        session.filters_changed.connect(self._show)
        language.changed.connect(self._show_again)
        self.hide()

    def leave_out(self, type_name: str) -> None:
        """The conditions of this type are shown elsewhere (in its table); empty for none."""
        if type_name != self._elsewhere:
            self._elsewhere = type_name
            self._show(self._session.filters)

    def show_figures(self, scene: Scene | None) -> None:
        """Say of every filtered type how many of how many are on the map."""
        self._figures.clear()
        for source in () if scene is None else scene.sources:
            if source.layer.type in self._session.filters:
                number = sum(len(source.ids_of_class(n)) for n in range(len(source.layer.classes)))
                known = self._figures.get(source.layer.type, (0, 0))
                self._figures[source.layer.type] = known[0] + number, source.unfiltered
        self._tell()

    def _show_again(self) -> None:
        self._show(self._session.filters)

    def _show(self, filters: Mapping[str, Condition]) -> None:
        register = self._session.register
        for chip in self.chips:
            chip.hide()
            chip.deleteLater()
        self.chips = []
        filters = {name: where for name, where in filters.items() if name != self._elsewhere}
        self.setVisible(bool(filters))
        if register is None or not filters:
            return
        links = RegisterLinks(register)
        for name, condition in filters.items():
            for part in filter_parts(condition):
                words = filter_words(self._language, register, name, part, links)
                chip = FilterChip(self._language, self._theme, words)
                chip.clicked.connect(lambda _=False, chosen=name: self.edit_asked.emit(chosen))
                chip.removed.connect(
                    lambda chosen=name, gone=part: session_without(self._session, chosen, gone)
                )
                self.chips.append(chip)
        self._lay_chips()
        self._tell()

    def _lay_chips(self) -> None:
        """Chips first, then what can be done, then what is shown; a new line where there is no more room."""
        while self._flow.takeAt(0) is not None:
            pass
        for part in (*self.chips, self._add, self._clear, self.told):
            self._flow.addWidget(part)
            part.show()

    def _tell(self) -> None:
        register = self._session.register
        if register is None:
            return
        told = tuple(
            Message(
                "filtering.shown",
                {
                    "shown": f"{shown:,}",
                    "whole": f"{whole:,}",
                    "type": register.catalogue[name].plural,
                },
            )
            for name, (shown, whole) in self._figures.items()
            if name in self._session.filters
        )
        self.told.show_words(Message("filtering.told", {"types": told}) if told else "")


def filter_parts(condition: Condition) -> tuple[Condition, ...]:
    """The conditions that all must hold: each has a chip of its own."""
    return condition.conditions if isinstance(condition, All) else (condition,)


def filter_words(
    language: Language, register: Register, name: str, part: Condition, links: Links
) -> tuple[str, str]:
    """What a chip says: of which type, and the condition as people write it."""
    asset_type = register.catalogue[name]
    written = write_condition(part, asset_type, language.code, links)
    for sign, shown in (("!=", "≠"), ("<=", "≤"), (">=", "≥")):
        written = written.replace(f" {sign} ", f" {shown} ")
    return language.render(asset_type.plural), written


def session_without(session: Session, name: str, *gone: Condition) -> None:
    """Take conditions of a type away; the others stay."""
    filters = dict(session.filters)
    if name not in filters:
        return
    left = tuple(part for part in filter_parts(filters.pop(name)) if part not in gone)
    condition = simplified(All(left))
    if condition is not None:
        filters[name] = condition
    session.filter(filters)


def session_with(session: Session, name: str, *more: Condition) -> None:
    """Add conditions that assets of a type must meet too."""
    filters = dict(session.filters)
    before = filter_parts(filters[name]) if name in filters else ()
    added = tuple(part for part in more if part not in before)
    condition = simplified(All((*before, *added)))
    if condition is not None:
        filters[name] = condition
        session.filter(filters)


class FilterChip(QFrame):
    """One condition: click to change it, × to take it away."""

    clicked = Signal()
    removed = Signal()

    def __init__(self, language: Language, theme: Theme, words: tuple[str, str]) -> None:
        super().__init__()
        self.setObjectName("filterChipFrame")
        type_words, condition = words
        shown = condition if len(condition) <= CHIP_CHARACTERS else f"{condition[: CHIP_CHARACTERS - 1]}…"
        self.button = QToolButton()
        self.button.setFont(theme.font("small"))
        self.button.setText(f"{type_words}  {shown}".strip().replace("&", "&&"))
        self.button.setToolTip(plain_tip(f"{type_words}  {condition}".strip()))
        self.button.clicked.connect(self.clicked)
        self.close_button = IconButton(language, theme, "x", Message("filtering.remove"), color="accent_ink")
        self.close_button.setMinimumHeight(0)
        self.close_button.clicked.connect(self.removed)
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.button)
        row.addWidget(self.close_button)
