"""The conditions a table keeps to, as chips; the same conditions that the map keeps to."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QWidget

from gisapp.forms.flow_layout import FlowLayout
from gisapp.forms.words import Button, IconButton, IconLabel
from gisapp.language import Language
from gisapp.panels.filter_bar import FilterChip, filter_parts, filter_words, session_without
from gisapp.session import Session
from gisapp.theme import Theme
from layers.search.link_names import RegisterLinks
from layers.text import Message


class TableChips(QFrame):
    """``edit_asked``: the condition of the type shall be changed. ``only_these``: show nothing else on the map."""

    edit_asked = Signal(str)
    only_these = Signal(bool)

    def __init__(self, language: Language, theme: Theme, session: Session) -> None:
        super().__init__()
        self.setObjectName("tableChips")
        self._language, self._theme, self._session = language, theme, session
        self._type = ""
        self.chips: list[FilterChip] = []
        self._add = IconButton(
            language, theme, "plus", Message("filtering.add.tip"), words=Message("condition.add")
        )
        self._add.clicked.connect(lambda: self.edit_asked.emit(self._type))
        self.clear = Button(language, Message("filtering.clear"), "link")
        self.clear.clicked.connect(self._clear)
        self._flow = FlowLayout(8)
        holder = QWidget()
        holder.setLayout(self._flow)
        self.only = QCheckBox()
        self.only.setFont(theme.font("small"))
        language.say(self.only, "setText", Message("table.only_these"))
        language.hint(self.only, Message("table.only_these.tip"))
        self.only.toggled.connect(self.only_these)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 3, 12, 3)
        row.setSpacing(8)
        row.addWidget(IconLabel(theme, "funnel", 16, "text2"))
        row.addWidget(holder, 1)
        row.addWidget(self.only)
        session.filters_changed.connect(lambda _: self.refresh())
        language.changed.connect(self.refresh)

    def show_type(self, name: str) -> None:
        """Show the conditions of another type."""
        self._type = name
        self.refresh()

    def offer_only(self, is_narrowed: bool, is_on: bool) -> None:
        """Whether there is anything more to keep the map to, and whether it is."""
        self.only.blockSignals(True)
        self.only.setChecked(is_on)
        self.only.blockSignals(False)
        self.only.setEnabled(is_narrowed or is_on)

    def refresh(self) -> None:
        """Say the conditions there are now."""
        register = self._session.register
        for chip in self.chips:
            chip.hide()
            chip.deleteLater()
        self.chips = []
        condition = self._session.filters.get(self._type)
        if register is not None and condition is not None:
            links = RegisterLinks(register)
            for part in filter_parts(condition):
                _, words = filter_words(self._language, register, self._type, part, links)
                chip = FilterChip(self._language, self._theme, ("", words))
                chip.clicked.connect(lambda: self.edit_asked.emit(self._type))
                chip.removed.connect(lambda gone=part: session_without(self._session, self._type, gone))
                self.chips.append(chip)
        while self._flow.takeAt(0) is not None:
            pass
        for widget in (*self.chips, self._add, self.clear):
            self._flow.addWidget(widget)
            widget.show()
        self.clear.setVisible(bool(self.chips))

    def _clear(self) -> None:
        self._session.filter({n: c for n, c in self._session.filters.items() if n != self._type})
