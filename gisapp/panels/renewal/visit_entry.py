"""A supervision visit with its checklist: points off for each item, until when it shall be mended."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QGridLayout, QLineEdit, QWidget

from gisapp.forms.words import Label
from gisapp.language import Language
from gisapp.panels.renewal.entry import Entry
from gisapp.theme import Theme
from layers.model.catalogue import AssetType
from layers.model.field import ValueRefused
from layers.model.fields import ChoiceField
from layers.text import Message


class VisitEntry(Entry):
    """``saved`` tells the values of the visit with ``findings``: a row for each item that costs points."""

    def __init__(
        self,
        language: Language,
        theme: Theme,
        visit_type: AssetType,
        finding_type: AssetType,
        day: str,
        full: float,
    ) -> None:
        super().__init__(language, theme, Message("renewal_desk.save"))
        self._points, self._until = (
            finding_type.field_named("deduction"),
            finding_type.field_named("rectify_by"),
        )
        self._full = full
        self.heading.show_words(Message("renewal_desk.visit.new"))
        self.heading.show()
        self.add_field("visit_date", visit_type.field_named("visit_date"), day)
        self.add_field("inspector", visit_type.field_named("inspector"))
        self.items: dict[str, tuple[QLineEdit, QLineEdit]] = {}
        table = QWidget()
        grid = QGridLayout(table)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(2)
        for place, field in ((1, self._points), (2, self._until)):
            grid.addWidget(Label(language, theme, field.title, size="rail", tone="faint"), 0, place)
        items = finding_type.field_named("item")
        assert isinstance(items, ChoiceField)
        for row, entry in enumerate((each for each in items.code_list.entries if each.active), start=1):
            grid.addWidget(Label(language, theme, entry.title, size="small", wrap=True), row, 0)
            points, until = QLineEdit(), QLineEdit()
            points.setFixedWidth(52)
            until.setFixedWidth(92)
            for editor, field in ((points, self._points), (until, self._until)):
                editor.setFont(theme.font("small"))
                language.say(editor, "setAccessibleName", field.title)
                editor.textChanged.connect(lambda _: self._tell())
            grid.addWidget(points, row, 1)
            grid.addWidget(until, row, 2)
            self.items[entry.code] = points, until
        grid.setColumnStretch(0, 1)
        self.add_row(table)
        self.score = Label(language, theme, size="small", strong=True)
        self.buttons.addWidget(self.score)
        self._tell()

    def values(self) -> dict[str, Any] | None:
        """The visit and its findings; None when something is wrong."""
        found = super().values()
        if found is None:
            return None
        findings = []
        for code, (points, until) in self.items.items():
            try:
                deduction, day = self._points.parse(points.text()), self._until.parse(until.text())
            except ValueRefused as refused:
                self._refuse(refused.problem.message)
                return None
            for field, value in ((self._points, deduction), (self._until, day)):
                problem = next((each for each in field.check(value) if each.severity == "error"), None)
                if problem is not None and value is not None:
                    self._refuse(problem.message)
                    return None
            if deduction:
                row = {"item": code, "deduction": deduction, "rectify_by": day}
                findings.append({name: value for name, value in row.items() if value is not None})
        return {**found, "findings": findings}

    def _refuse(self, words: Message) -> None:
        self.error.show_words(words)
        self.error.show()

    def _tell(self) -> None:
        """Say the score as it stands."""
        total = 0.0
        for points, _ in self.items.values():
            try:
                total += self._points.parse(points.text()) or 0
            except ValueRefused:
                continue  # said when it is saved
        self.score.show_words(Message("renewal_desk.visit.score", {"score": f"{self._full - total:g}"}))
