"""What others changed under an act: asset by asset, field by field, mine or theirs. Nothing is written before."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from gisapp.dialogs.frame import Dialog
from gisapp.dialogs.side_list import SideList, add_links
from gisapp.forms.words import IconLabel, Label
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
        self.sides: SideList[tuple[AssetKey, str]] = SideList(language, theme)
        self.sides.chosen.connect(self._follow)
        told = sorted((each for each in ask.told if not is_harmless(each)), key=lambda each: not each.is_open)
        self._beyond = [each for each in told[CARDS:] if each.is_open]
        self._beyond_mine: bool | None = None
        self.body.addWidget(Label(language, theme, ask.label, size="heading", strong=True, wrap=True))
        self.body.addLayout(self._head(told))
        self._tell(told)
        self.body.addWidget(self.sides, 1)
        self.body.addWidget(
            Label(language, theme, Message("clash.note"), size="small", tone="faint", wrap=True)
        )
        self.go = self.add_buttons(Message("clash.go"), Message("clash.leave"))
        self._follow()
        # No choice is made by a key pressed too early.
        self.setFocus()

    def choose_all(self, mine: bool) -> None:
        """Choose for every field of every asset."""
        self.sides.choose_all(mine)
        self._beyond_mine = mine
        self._follow()

    def accept(self) -> None:
        """Go: tell what was decided."""
        theirs: dict[AssetKey, set[str]] = {}
        for (key, name), mine in self.sides.answers.items():
            if not mine:
                theirs.setdefault(key, set()).add(name)
        for each in self._beyond if self._beyond_mine is False else ():
            theirs[each.key] = set(_to_choose(each))
        self.decided.emit({key: frozenset(names) for key, names in theirs.items()})
        super().accept()

    def _follow(self) -> None:
        open_yet = len(self.sides.answers) < len(self.sides.pairs)
        self.go.setEnabled(not open_yet and not (self._beyond and self._beyond_mine is None))

    def _head(self, told: list[ClashTold]) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(IconLabel(self.theme, "warning", 16, "warn"), 0, Qt.AlignmentFlag.AlignTop)
        words = Message("clash.explain", {"count": len(told)})
        row.addWidget(Label(self.language, self.theme, words, wrap=True), 1)
        if sum(len(_to_choose(each)) for each in told) > 1:
            mine, theirs = Message("clash.all.mine"), Message("clash.all.theirs")
            links = (("mine", mine, True), ("theirs", theirs, False))
            add_links(row, self.language, links, self.choose_all)
        return row

    def _tell(self, told: list[ClashTold]) -> None:
        """Tell of the first assets what others did to them, and ask."""
        sides = self.sides
        for each in told[:CARDS]:
            sides.begin(each.type, each.head)
            for contest in each.contests:
                sides.say(Message("clash.field", {"field": contest.title, "value": contest.was}), above=2)
                mine = Message("form.mine", {"value": contest.mine})
                sides.ask((each.key, contest.field), mine, Message("form.theirs", {"value": contest.theirs}))
            if each.is_removal:
                sides.ask((each.key, _ASSET), Message("clash.remove"), Message("clash.keep"))
            for change in each.others:
                sides.say(Message("clash.other", {"field": change.title, "change": change.told}))
        beyond = len(told) - CARDS
        more = Message("clash.more", {"count": f"{beyond:,}"}) if beyond > 0 else None
        sides.end(LIST_HEIGHT, more)


def _to_choose(told: ClashTold) -> tuple[str, ...]:
    return (_ASSET,) if told.is_removal else tuple(contest.field for contest in told.contests)
