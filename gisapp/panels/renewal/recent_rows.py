"""The newest logs, visits, contracts and documents of a project, a line each; all of them are in the table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from gisapp.forms.words import Button, ElidedLabel, Label
from gisapp.language import Language, Words
from gisapp.panels.renewal.numbers import metres, money
from gisapp.theme import Theme
from layers.model.asset import Asset, AssetKey
from layers.model.catalogue import Catalogue
from layers.model.fields import ChoiceField
from layers.renewal.progress.details import Details
from layers.text import Message, Title

_SHOWN = 3


class Line(NamedTuple):
    """A row as a line: its day, what it says, and what stands at the end."""

    key: AssetKey
    day: str
    words: Words
    end: Words = ""


class RecentRows(QWidget):
    """``opened``: the row clicked; ``all_asked``: the type whose rows shall be listed in the table; ``add_asked``:
    the type of which a new row shall be entered."""

    opened = Signal(object)
    all_asked = Signal(str)
    add_asked = Signal(str)

    def __init__(self, language: Language, theme: Theme) -> None:
        super().__init__()
        self._language, self._theme = language, theme
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 8)
        self._column.setSpacing(0)

    def show_details(self, details: Details | None, catalogue: Catalogue, *, is_writable: bool) -> None:
        """Show what belongs to a project."""
        while (item := self._column.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        if details is None:
            return
        code = self._language.code
        for type_name, lines in (
            ("daily_log", [_log_line(row, catalogue) for row in details.logs[:_SHOWN]]),
            ("supervision_visit", [_visit_line(row, details) for row in details.visits[:_SHOWN]]),
            ("contract", [_contract_line(row, code) for row in details.contracts[:_SHOWN]]),
            ("budget_item", [_budget_line(row, code) for row in details.budget[:_SHOWN]]),
            ("section", [_section_line(row) for row in details.sections[:_SHOWN]]),
            ("project_document", [_document_line(row) for row in details.documents[:_SHOWN]]),
        ):
            self._add_group(type_name, lines, details, catalogue, is_writable=is_writable)

    def _add_group(
        self, name: str, lines: Sequence[Line], details: Details, catalogue: Catalogue, *, is_writable: bool
    ) -> None:
        language, theme = self._language, self._theme
        head = QFrame()
        head.setObjectName("groupHeader")
        head.setFixedHeight(theme.size("group_header"))
        row = QHBoxLayout(head)
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(8)
        row.addWidget(Label(language, theme, catalogue[name].plural, size="small", strong=True))
        row.addStretch(1)
        if is_writable and name != "daily_log":
            add = Button(language, Message("renewal_desk.add"), "link")
            add.setFont(theme.font("small"))
            add.setObjectName(f"add.{name}")
            add.clicked.connect(lambda: self.add_asked.emit(name))
            row.addWidget(add)
        count = details.counts.get(name, 0)
        if count:
            every = Button(language, Message("renewal_desk.all_rows", {"count": f"{count:,}"}), "link")
            every.setFont(theme.font("small"))
            every.clicked.connect(lambda: self.all_asked.emit(name))
            row.addWidget(every)
        self._column.addWidget(head)
        for line in lines:
            self._column.addWidget(_LineView(language, theme, line, self.opened))
        if not lines:
            none = Label(language, theme, Message("renewal_desk.none"), size="small", tone="faint")
            none.setContentsMargins(12, 3, 12, 3)
            self._column.addWidget(none)


class _LineView(QFrame):
    def __init__(self, language: Language, theme: Theme, line: Line, opened: object) -> None:
        super().__init__()
        self.setObjectName("milestoneRow")
        self._line, self._opened = line, opened
        self.setFixedHeight(22)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(8)
        if line.day:
            day = Label(language, theme, line.day, size="small", tone="quiet")
            day.setFixedWidth(70)
            row.addWidget(day)
        row.addWidget(ElidedLabel(language, theme, line.words, size="small"), 1)
        end = Label(language, theme, line.end, size="small", tone="quiet")
        end.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(end)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._opened.emit(self._line.key)  # type: ignore[attr-defined]


def _log_line(row: Asset, catalogue: Catalogue) -> Line:
    work = _title(catalogue, "daily_log", "work", row.get("work"))
    if row.get("metres"):
        values = {"work": work, "dn": row.get("dn") or "?", "metres": metres(row["metres"])}
        words: Words = Message("renewal_desk.log.line", values)
    else:
        words = work
    return Line(row.key, str(row.get("work_date", "")), words, str(row.get("crew", "")))


def _visit_line(row: Asset, details: Details) -> Line:
    its = [finding for finding in details.findings if finding.get("visit") == row.id]
    points = sum(finding.get("deduction") or 0 for finding in its)
    waiting = sum(1 for finding in its if finding.get("rectify_by") and not finding.get("rechecked_date"))
    words = Message(
        "renewal_desk.visit.line", {"inspector": str(row.get("inspector", "—")), "points": f"{points:g}"}
    )
    end: Words = Message("renewal_desk.visit.waiting", {"count": waiting}) if waiting else ""
    return Line(row.key, str(row.get("visit_date", "")), words, end)


def _contract_line(row: Asset, language: str) -> Line:
    values = {"paid": money(row.get("paid", 0.0), language), "value": money(row.get("value", 0.0), language)}
    name = str(row.get("contractor") or row.get("number") or row.get("code") or "—")
    return Line(row.key, str(row.get("signed_date", "")), name, Message("renewal_desk.contract.line", values))


def _budget_line(row: Asset, language: str) -> Line:
    quantity, price = row.get("quantity", 0.0), row.get("unit_price", 0.0)
    values = {"quantity": f"{quantity:g}", "price": f"{price:g}", "amount": money(quantity * price, language)}
    return Line(row.key, "", str(row.get("name", "—")), Message("renewal_desk.budget.line", values))


def _section_line(row: Asset) -> Line:
    places = [str(row[name]) for name in ("from_place", "to_place") if row.get(name)]
    name = str(row.get("name") or row.get("code") or "—")
    return Line(row.key, "", " ".join([name, " — ".join(places)]).strip(), str(row.get("contractor", "")))


def _document_line(row: Asset) -> Line:
    return Line(
        row.key, str(row.get("document_date", "")), str(row.get("title", "—")), str(row.get("number", ""))
    )


def _title(catalogue: Catalogue, type_name: str, field: str, code: object) -> Title | str:
    choice = catalogue[type_name].field_named(field)
    entry = choice.code_list.get(code) if isinstance(choice, ChoiceField) and isinstance(code, str) else None
    return str(code or "—") if entry is None else entry.title
