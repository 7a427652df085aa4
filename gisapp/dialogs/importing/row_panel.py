"""One row kept out: why, what the file says, what stands in the book, what would be written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from gisapp.forms.words import Button, ElidedLabel, IconLabel, Label
from gisapp.language import Language, Words
from gisapp.plain_tip import plain_tip
from gisapp.theme import Theme
from layers.model.asset import Asset
from layers.model.catalogue import AssetType
from layers.model.fields import ChoiceField, Field
from layers.model.problem import Problem
from layers.text import Message

ROWS_SHOWN = 40


class RowPanel(QWidget):
    """With ``editable`` values can be corrected: ``corrected`` tells them, the other signals the rest."""

    corrected = Signal(dict)
    prefixed = Signal()
    dropped = Signal()

    def __init__(self, language: Language, theme: Theme, *, editable: bool = False) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._language, self._theme, self._editable = language, theme, editable
        self._fields: dict[str, QLineEdit] = {}
        self._before: dict[str, str] = {}
        self._scroll = QScrollArea(widgetResizable=True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._scroll, 1)
        self.accept = Button(language, Message("importing.row.accept"), "primary")
        self.prefix = Button(language, Message("importing.row.prefix"))
        self.drop = Button(language, Message("importing.row.drop"))
        self.accept.clicked.connect(self._accept)
        self.prefix.clicked.connect(self.prefixed)
        self.drop.clicked.connect(self.dropped)
        foot = QWidget()
        foot.setLayout(self._buttons())
        foot.setVisible(editable)
        column.addWidget(foot)
        self.clear(Message("importing.row.none"))

    def clear(self, words: Message) -> None:
        """Nothing is chosen: say so."""
        self._fields.clear()
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(24, 48, 24, 0)
        label = Label(self._language, self._theme, words, tone="quiet", wrap=True)
        label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(label)
        column.addStretch(1)
        self._scroll.setWidget(page)
        for button in (self.accept, self.prefix, self.drop):
            button.setEnabled(False)

    def show_row(
        self,
        title: Words,
        problems: tuple[Problem, ...],
        asset_type: AssetType | None,
        proposed: Mapping[str, Any],
        as_written: Mapping[str, Any],
        book: Asset | None,
        *,
        can_prefix: bool = False,
    ) -> None:
        """Show a row: its problems, and its values as proposed, as written, and as they stand in the book."""
        self._fields.clear()
        self._before.clear()
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 12)
        column.setSpacing(8)
        head = Label(self._language, self._theme, title, size="heading", strong=True, wrap=True)
        head.setContentsMargins(12, 12, 12, 0)
        column.addWidget(head)
        column.addWidget(self._reasons(problems))
        if asset_type is not None:
            wrong = {problem.field for problem in problems}
            column.addLayout(self._values(asset_type, proposed, book, wrong))
        column.addLayout(self._written(as_written))
        column.addStretch(1)
        self._scroll.setWidget(page)
        self.accept.setEnabled(True)
        self.drop.setEnabled(True)
        self.prefix.setVisible(can_prefix)
        self.prefix.setEnabled(can_prefix)

    def mark_wrong(self, problems: tuple[Problem, ...]) -> None:
        """Mark the values that are still refused."""
        for name, field in self._fields.items():
            mine = [problem for problem in problems if problem.field == name]
            field.setProperty("wrong", "true" if mine else "false")
            field.style().unpolish(field)
            field.style().polish(field)
            field.setToolTip(plain_tip("\n".join(self._language.render(problem.message) for problem in mine)))

    def _reasons(self, problems: tuple[Problem, ...]) -> QFrame:
        frame = QFrame()
        frame.setObjectName("noticeBar")
        worst = any(problem.severity == "error" for problem in problems)
        frame.setProperty("severity", "error" if worst else "warning")
        column = QVBoxLayout(frame)
        column.setContentsMargins(12, 8, 12, 8)
        for problem in problems:
            row = QHBoxLayout()
            row.setSpacing(8)
            icon, color = ("x", "danger") if problem.severity == "error" else ("warning", "warn")
            row.addWidget(IconLabel(self._theme, icon, 14, color), 0, Qt.AlignmentFlag.AlignTop)
            row.addWidget(Label(self._language, self._theme, problem.message, wrap=True), 1)
            column.addLayout(row)
        return frame

    def _values(
        self, asset_type: AssetType, proposed: Mapping[str, Any], book: Asset | None, wrong: set[str | None]
    ) -> QGridLayout:
        grid = QGridLayout()
        grid.setContentsMargins(12, 0, 12, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        heads = [Message("importing.field"), Message("importing.row.value")]
        if book is not None:
            heads.insert(1, Message("importing.row.book"))
        for position, words in enumerate(heads):
            grid.addWidget(Label(self._language, self._theme, words, size="small", tone="faint"), 0, position)
        names = [f.name for f in asset_type.columns if f.name in proposed or f.name in wrong]
        for row, name in enumerate(names[:ROWS_SHOWN], 1):
            field = asset_type.field_named(name)
            title = ElidedLabel(self._language, self._theme, field.title, size="small", tone="quiet")
            title.setMinimumWidth(84)
            grid.addWidget(title, row, 0)
            text = self._text(field, proposed.get(name))
            if book is not None:
                known = field.format(book.get(name), self._language.code)
                grid.addWidget(
                    Label(self._language, self._theme, known or "—", size="small", tone="quiet"), row, 1
                )
            grid.addWidget(self._value(name, text, name in wrong), row, len(heads) - 1)
        grid.setColumnStretch(len(heads) - 1, 1)
        return grid

    def _value(self, name: str, text: str, wrong: bool) -> QWidget:
        if not self._editable:
            return Label(
                self._language,
                self._theme,
                text or "—",
                size="small",
                tone="danger" if wrong else "",
                strong=wrong,
            )
        field = QLineEdit(text)
        field.setObjectName(f"value.{name}")
        field.setProperty("wrong", "true" if wrong else "false")
        field.returnPressed.connect(self._accept)
        self._fields[name] = field
        self._before[name] = text
        return field

    def _text(self, field: Field, value: Any) -> str:
        """A value as a form shows it; what could not be read, as it was written."""
        if value is None:
            return ""
        if isinstance(field, ChoiceField) and field.code_list.get(str(value)) is not None:
            return field.format(str(value), self._language.code)
        return str(value)

    def _written(self, as_written: Mapping[str, Any]) -> QGridLayout:
        grid = QGridLayout()
        grid.setContentsMargins(12, 4, 12, 0)
        grid.setHorizontalSpacing(8)
        title = Label(
            self._language, self._theme, Message("importing.row.written"), size="small", strong=True
        )
        grid.addWidget(title, 0, 0, 1, 2)
        for row, (column, text) in enumerate(list(as_written.items())[:ROWS_SHOWN], 1):
            grid.addWidget(
                ElidedLabel(self._language, self._theme, column, size="small", tone="quiet"), row, 0
            )
            grid.addWidget(ElidedLabel(self._language, self._theme, str(text or "—"), size="small"), row, 1)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 2)
        return grid

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(8)
        row.addWidget(self.drop)
        row.addStretch(1)
        row.addWidget(self.prefix)
        row.addWidget(self.accept)
        return row

    def _accept(self) -> None:
        texts = {name: field.text().strip() for name, field in self._fields.items()}
        self.corrected.emit(
            {name: text for name, text in texts.items() if text != self._before[name].strip()}
        )
