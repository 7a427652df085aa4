"""What others changed under an act: asset by asset, field by field, mine or theirs. Nothing is written before."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from gisapp.dialogs.frame import Dialog
from gisapp.forms.mine_theirs import MineTheirs
from gisapp.forms.words import Button, IconLabel, Label, Line, SymbolLabel
from gisapp.language import Language
from gisapp.session import ClashAsk
from gisapp.theme import Theme
from layers.history.clashing import ClashTold, is_harmless
from layers.model.asset import AssetKey
from layers.text import Message

#: So many assets are told one by one; the others go the way that is chosen for all.
CARDS = 30
LIST_HEIGHT = 320
_ASSET = ""
"""Stands for the whole asset where it was to be removed."""


class ClashDialog(Dialog):
    """``decided`` gives the fields that stay with the other, by asset, once the user says go."""

    decided = Signal(object)

    def __init__(self, language: Language, theme: Theme, ask: ClashAsk, parent: QWidget) -> None:
        super().__init__(language, theme, Message("clash.title"), parent, width=560)
        self.ask = ask
        #: The pair of buttons of every field to choose.
        self.choices: dict[tuple[AssetKey, str], MineTheirs] = {}
        told = sorted((each for each in ask.told if not is_harmless(each)), key=lambda each: not each.is_open)
        self._beyond = [each for each in told[CARDS:] if each.is_open]
        self._beyond_mine: bool | None = None
        self.body.addWidget(Label(language, theme, ask.label, size="heading", strong=True, wrap=True))
        self.body.addLayout(self._head(told))
        self.body.addWidget(self._cards(told), 1)
        self.body.addWidget(
            Label(language, theme, Message("clash.note"), size="small", tone="faint", wrap=True)
        )
        self.go = self.add_buttons(Message("clash.go"), Message("clash.leave"))
        self._follow()
        # No choice is made by a key pressed too early.
        self.setFocus()

    def choose_all(self, mine: bool) -> None:
        """Choose for every field of every asset."""
        for pair in self.choices.values():
            pair.choose(mine)
        self._beyond_mine = mine
        self._follow()

    def accept(self) -> None:
        """Go: tell what was decided."""
        theirs: dict[AssetKey, set[str]] = {}
        for (key, name), pair in self.choices.items():
            if pair.answer is False:
                theirs.setdefault(key, set()).add(name)
        for each in self._beyond if self._beyond_mine is False else ():
            theirs[each.key] = set(_to_choose(each))
        self.decided.emit({key: frozenset(names) for key, names in theirs.items()})
        super().accept()

    def _follow(self) -> None:
        open_yet = any(pair.answer is None for pair in self.choices.values())
        self.go.setEnabled(not open_yet and not (self._beyond and self._beyond_mine is None))

    def _head(self, told: list[ClashTold]) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(IconLabel(self.theme, "warning", 16, "warn"), 0, Qt.AlignmentFlag.AlignTop)
        words = Message("clash.explain", {"count": len(told)})
        row.addWidget(Label(self.language, self.theme, words, wrap=True), 1)
        if sum(len(_to_choose(each)) for each in told) > 1:
            for name, mine in (("mine", True), ("theirs", False)):
                button = Button(self.language, Message(f"clash.all.{name}"), "link")
                button.setObjectName(f"all_{name}")
                button.clicked.connect(lambda _=False, which=mine: self.choose_all(which))
                row.addWidget(button)
        return row

    def _cards(self, told: list[ClashTold]) -> QScrollArea:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(4)
        for each in told[:CARDS]:
            column.addWidget(Line())
            self._card(column, each)
        if len(told) > CARDS:
            more = Message("clash.more", {"count": f"{len(told) - CARDS:,}"})
            column.addWidget(Label(self.language, self.theme, more, size="small", tone="faint", wrap=True))
        column.addStretch(1)
        scroll = QScrollArea(widgetResizable=True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(page)
        scroll.setMinimumHeight(min(LIST_HEIGHT, page.sizeHint().height() + 4))
        return scroll

    def _card(self, column: QVBoxLayout, told: ClashTold) -> None:
        head = QHBoxLayout()
        head.setSpacing(6)
        symbol = SymbolLabel(self.theme, 16)
        symbol.show_type(told.type)
        head.addWidget(symbol, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(Label(self.language, self.theme, told.head, wrap=True), 1)
        column.addLayout(head)
        for contest in told.contests:
            words = Message("clash.field", {"field": contest.title, "value": contest.was})
            name = Label(self.language, self.theme, words, size="small", tone="quiet", wrap=True)
            name.setContentsMargins(22, 2, 0, 0)
            column.addWidget(name)
            mine = Message("form.mine", {"value": contest.mine})
            self._pair(column, told, contest.field, mine, Message("form.theirs", {"value": contest.theirs}))
        if told.is_removal:
            self._pair(column, told, _ASSET, Message("clash.remove"), Message("clash.keep"))
        for change in told.others:
            words = Message("clash.other", {"field": change.title, "change": change.told})
            line = Label(self.language, self.theme, words, size="small", tone="quiet", wrap=True)
            line.setContentsMargins(22, 0, 0, 0)
            column.addWidget(line)

    def _pair(self, column: QVBoxLayout, told: ClashTold, name: str, mine: Message, theirs: Message) -> None:
        pair = MineTheirs(self.language, self.theme, mine, theirs)
        pair.setContentsMargins(22, 0, 0, 2)
        pair.chosen.connect(lambda _: self._follow())
        self.choices[(told.key, name)] = pair
        column.addWidget(pair)


def _to_choose(told: ClashTold) -> tuple[str, ...]:
    return (_ASSET,) if told.is_removal else tuple(contest.field for contest in told.contests)
