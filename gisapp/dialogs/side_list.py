"""What two sides gave at once, one thing below the other: of each, one side is chosen."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Generic, TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from gisapp.forms.mine_theirs import MineTheirs
from gisapp.forms.words import Button, Label, Line, SymbolLabel
from gisapp.language import Language
from gisapp.theme import Theme
from layers.model.catalogue import AssetType
from layers.text import Message

_INDENT = 22
Key = TypeVar("Key", bound=Hashable)


class SideList(QScrollArea, Generic[Key]):
    """Filled by ``begin``, ``say`` and ``ask``, closed by ``end``. ``chosen`` whenever a side is taken."""

    chosen = Signal()

    def __init__(self, language: Language, theme: Theme) -> None:
        super().__init__(widgetResizable=True)
        self._language, self._theme = language, theme
        #: The pair of buttons of everything to choose, by its key.
        self.pairs: dict[Key, MineTheirs] = {}
        self._page = QWidget()
        self._column = QVBoxLayout(self._page)
        self._column.setContentsMargins(0, 0, 8, 0)
        self._column.setSpacing(4)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.NoFrame)

    def begin(self, asset_type: AssetType, words: Message) -> None:
        """Head the next thing with the symbol of its type."""
        self._column.addWidget(Line())
        head = QHBoxLayout()
        head.setSpacing(6)
        symbol = SymbolLabel(self._theme, 16)
        symbol.show_type(asset_type)
        head.addWidget(symbol, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(Label(self._language, self._theme, words, wrap=True), 1)
        self._column.addLayout(head)

    def say(self, words: Message, above: int = 0) -> None:
        """Say something of it, so many pixels below what is ``above``."""
        line = Label(self._language, self._theme, words, size="small", tone="quiet", wrap=True)
        line.setContentsMargins(_INDENT, above, 0, 0)
        self._column.addWidget(line)

    def ask(self, key: Key, mine: Message, theirs: Message) -> None:
        """Let one of two be chosen."""
        pair = MineTheirs(self._language, self._theme, mine, theirs)
        pair.setContentsMargins(_INDENT, 0, 0, 2)
        pair.chosen.connect(lambda _: self.chosen.emit())
        self.pairs[key] = pair
        self._column.addWidget(pair)

    def end(self, height: int, more: Message | None) -> None:
        """That is all; ``more`` tells what is not listed. No higher than ``height`` unless there is room."""
        if more is not None:
            self._column.addWidget(
                Label(self._language, self._theme, more, size="small", tone="faint", wrap=True)
            )
        self._column.addStretch(1)
        self.setWidget(self._page)
        self.setMinimumHeight(min(height, self._page.sizeHint().height() + 4))

    @property
    def answers(self) -> Mapping[Key, bool]:
        """What is decided, True for mine."""
        return {key: pair.answer for key, pair in self.pairs.items() if pair.answer is not None}

    def choose_all(self, mine: bool) -> None:
        """Take one side everywhere."""
        for pair in self.pairs.values():
            pair.choose(mine)


def add_links(
    row: QHBoxLayout,
    language: Language,
    links: Sequence[tuple[str, Message, bool]],
    choose: Callable[[bool], None],
) -> None:
    """Offer to take one side everywhere: name, words and whether it is mine."""
    for name, words, mine in links:
        button = Button(language, words, "link")
        button.setObjectName(f"all_{name}")
        button.clicked.connect(lambda _=False, which=mine: choose(which))
        row.addWidget(button)
