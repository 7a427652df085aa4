"""FormNews: what others changed while a form was being filled in, and the choice between theirs and mine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gisapp.forms.mine_theirs import MineTheirs
from gisapp.forms.words import IconButton, IconLabel, Label, set_style
from gisapp.language import Language, Words
from gisapp.theme import Theme
from layers.model.draft import Difference
from layers.text import Message, Title

#: The words of a value of a field, with unit.
Say = Callable[[str, object], Words]


class FormNews(QFrame):
    """Stands over the form until it is closed. ``chosen`` tells a field and whether mine shall stand."""

    chosen = Signal(str, bool)

    def __init__(self, language: Language, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("formNews")
        self._language, self._theme = language, theme
        self._icon = IconLabel(theme, "info", 16, "info")
        self._text = Label(language, theme, size="small", wrap=True)
        close = IconButton(language, theme, "x", Message("notify.close"))
        close.setMinimumHeight(0)
        close.clicked.connect(self.clear)
        self._close = close
        self._rows: QWidget | None = None
        #: The two buttons of every contested field: mine, theirs.
        self.choices: dict[str, tuple[QToolButton, QToolButton]] = {}
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self._text, 1)
        head.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(12, 8, 8, 8)
        self._column.setSpacing(6)
        self._column.addLayout(head)
        self.hide()

    def tell(self, words: Words, *, warn: bool = False) -> None:
        """Say something about the form as a whole."""
        self._drop_rows()
        self._show(words, warn)

    def show_differences(
        self, words: Words, differences: Sequence[Difference], titles: Callable[[str], Title], say: Say
    ) -> None:
        """Say who changed what; every contested field gets its two values to choose from."""
        self._drop_rows()
        contested = [each for each in differences if each.is_contested]
        rows = QWidget()
        grid = QGridLayout(rows)
        grid.setContentsMargins(22, 0, 4, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(0, 1)
        line = 0
        for each in contested:
            name = Label(self._language, self._theme, titles(each.field), size="small", strong=True)
            was = Label(
                self._language, self._theme, Message("form.was_both", {"value": say(each.field, each.base)}),
                size="small", tone="quiet",
            )  # fmt: skip
            grid.addWidget(name, line, 0)
            grid.addWidget(was, line, 1)
            pair = MineTheirs(
                self._language, self._theme, Message("form.mine", {"value": say(each.field, each.mine)}),
                Message("form.theirs", {"value": say(each.field, each.theirs)}),
            )  # fmt: skip
            pair.chosen.connect(partial(self.chosen.emit, each.field))
            self.choices[each.field] = (pair.mine, pair.theirs)
            grid.addWidget(pair, line + 1, 0, 1, 2)
            line += 2
        for each in differences:
            if not each.is_contested:
                change = {
                    "field": titles(each.field),
                    "before": say(each.field, each.base),
                    "after": say(each.field, each.theirs),
                }
                taken = Label(
                    self._language, self._theme, Message("form.taken_over", change), size="small", tone="quiet",
                    wrap=True,
                )  # fmt: skip
                grid.addWidget(taken, line, 0, 1, 2)
                line += 1
        self._rows = rows
        self._column.addWidget(rows)
        self._close.setVisible(not contested)
        self._show(words, bool(contested))

    def settled(self) -> None:
        """Everything was chosen: it may be closed now."""
        self._close.show()

    def clear(self) -> None:
        """Put it away."""
        self._drop_rows()
        self.hide()

    def _show(self, words: Words, warn: bool) -> None:
        self._text.show_words(words)
        self._icon.show_icon("warning" if warn else "info", "warn" if warn else "info")
        set_style(self, "kind", "warn" if warn else "")
        self.show()

    def _drop_rows(self) -> None:
        self.choices = {}
        self._close.show()
        if self._rows is not None:
            self._rows.hide()
            self._rows.deleteLater()
            self._rows = None
