"""Bringing back: what it would do, by type and asset by asset, and what others changed since, to be decided."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from gisapp.dialogs.frame import Dialog
from gisapp.forms.words import Button, IconLabel, Label, Line, SymbolLabel
from gisapp.language import Language
from gisapp.panels.history.acts import HistoryActs
from gisapp.panels.history.change_card import ChangeCard
from gisapp.panels.history.kinds import wall_time
from gisapp.theme import Theme
from layers.history.restoring import ConflictTold, Preview, Tally
from layers.model.asset import AssetKey
from layers.text import Message

#: So many assets are told in full; the numbers above tell of all.
CARDS = 30
LIST_HEIGHT = 220


class RestoreDialog(Dialog):
    """``decided`` gives the keys of those conflicts that shall be overwritten, once the user says go."""

    decided = Signal(object)

    def __init__(
        self, language: Language, theme: Theme, preview: Preview, acts: HistoryActs, parent: QWidget
    ) -> None:
        super().__init__(language, theme, Message("history.restore.title"), parent, width=560)
        self.preview = preview
        self._acts = acts
        self._boxes: dict[AssetKey, QCheckBox] = {}
        self.body.addWidget(Label(language, theme, preview.label, size="heading", strong=True, wrap=True))
        for tally in preview.tallies:
            self.body.addLayout(self._tally(tally))
        if preview.is_empty:
            self.body.addWidget(
                Label(language, theme, Message("history.restore.nothing"), tone="quiet", wrap=True)
            )
        if preview.conflicts:
            self.body.addWidget(self._conflicts())
        if preview.changes:
            self.body.addWidget(self._changes(), 1)
        note = Label(language, theme, Message("history.restore.note"), size="small", tone="faint", wrap=True)
        self.body.addWidget(note)
        self.go = self.add_buttons(Message("history.restore.go"), Message("history.restore.cancel"))
        self._follow()

    @property
    def boxes(self) -> dict[AssetKey, QCheckBox]:
        """The box of every conflict: ticked means overwrite."""
        return self._boxes

    def accept(self) -> None:
        """Go: tell what was decided."""
        self.decided.emit(frozenset(key for key, box in self._boxes.items() if box.isChecked()))
        super().accept()

    def _follow(self) -> None:
        chosen = any(box.isChecked() for box in self._boxes.values())
        plain = sum(tally.back + tally.changed + tally.gone for tally in self.preview.tallies)
        self.go.setEnabled(bool(plain) or chosen)

    def _tally(self, tally: Tally) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        symbol = SymbolLabel(self.theme, 16)
        symbol.show_type(tally.type)
        row.addWidget(symbol)
        row.addWidget(Label(self.language, self.theme, tally.type.plural))
        parts = tuple(
            Message(f"history.restore.{name}", {"count": f"{count:,}"})
            for name, count in (("back", tally.back), ("changed", tally.changed), ("gone", tally.gone))
            if count
        )
        row.addWidget(
            Label(self.language, self.theme, Message("history.restore.parts", {"parts": parts}), tone="quiet")
        )
        if tally.stay:
            words = Message("history.restore.stay", {"count": f"{tally.stay:,}"})
            row.addWidget(Label(self.language, self.theme, words, tone="warn"))
        row.addStretch(1)
        return row

    def _conflicts(self) -> QWidget:
        box = QFrame()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(4)
        head = QHBoxLayout()
        head.addWidget(IconLabel(self.theme, "warning", 16, "warn"))
        words = Message("history.restore.conflicts", {"count": len(self.preview.conflicts)})
        head.addWidget(Label(self.language, self.theme, words, tone="warn", wrap=True), 1)
        for name, on in (("all", True), ("none", False)):
            button = Button(self.language, Message(f"history.restore.{name}"), "link")
            button.clicked.connect(lambda _=False, ticked=on: self._tick_all(ticked))
            head.addWidget(button)
        column.addLayout(head)
        page = QWidget()
        rows = QVBoxLayout(page)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(6)
        for conflict in self.preview.conflicts:
            rows.addWidget(self._conflict(conflict))
        rows.addStretch(1)
        column.addWidget(self._scrolled(page))
        return box

    def _conflict(self, conflict: ConflictTold) -> QWidget:
        card = QWidget()
        column = QVBoxLayout(card)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        change = conflict.change
        box = QCheckBox()
        box.setFont(self.theme.font("base"))
        parameters = {
            "type": change.type.title,
            "name": change.name,
            "fields": conflict.fields,
            "actor": conflict.actor,
            "at": wall_time(conflict.at) if conflict.at else "",
        }
        self.language.say(box, "setText", Message("history.restore.conflict", parameters))
        box.toggled.connect(lambda _: self._follow())
        self._boxes[change.key] = box
        column.addWidget(box)
        if change.fields:
            inner = ChangeCard(self.language, self.theme, change, self._acts, named=False)
            inner.setContentsMargins(24, 0, 0, 0)
            column.addWidget(inner)
        return card

    def _tick_all(self, on: bool) -> None:
        for box in self._boxes.values():
            box.setChecked(on)

    def _changes(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(2)
        for change in self.preview.changes[:CARDS]:
            column.addWidget(Line())
            column.addWidget(ChangeCard(self.language, self.theme, change, self._acts, named=True))
        plain = sum(not row.is_conflict for row in self.preview.reversal.rows)
        left = plain - min(CARDS, len(self.preview.changes))
        if left > 0:
            more = Message("history.more_assets", {"count": f"{left:,}"})
            column.addWidget(Label(self.language, self.theme, more, size="small", tone="faint"))
        column.addStretch(1)
        return self._scrolled(page)

    def _scrolled(self, page: QWidget) -> QScrollArea:
        scroll = QScrollArea(widgetResizable=True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(page)
        height = page.sizeHint().height() + 4
        scroll.setMinimumHeight(min(LIST_HEIGHT, height))
        return scroll
