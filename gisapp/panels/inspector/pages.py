"""The inspector's further tabs: what hangs together with the asset."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from gisapp.forms.rows import GroupHeader
from gisapp.forms.words import Button, IconLabel, Label, SymbolLabel
from gisapp.language import Language, Words
from gisapp.panels.reading import LinkGroup
from gisapp.theme import Theme
from layers.model.asset import AssetKey
from layers.model.catalogue import AssetType
from layers.text import Message


def links_page(
    language: Language, theme: Theme, groups: Sequence[LinkGroup], choose: Callable[[AssetKey], None]
) -> QWidget:
    """What it belongs to and what belongs to it, each a way to go there."""
    if not groups:
        return nothing_page(language, theme, "link", Message("inspector.no_links"))
    page, column = _page()
    for group in groups:
        counted = Message("inspector.group", {"title": group.title, "count": group.count})
        header = GroupHeader(language, theme, counted if group.count > 1 else group.title)
        body = QWidget()
        rows = QVBoxLayout(body)
        rows.setContentsMargins(12, 4, 12, 4)
        rows.setSpacing(0)
        for link in group.links:
            rows.addWidget(_link_row(language, theme, group.type, link.label, partial(choose, link.key)))
        if group.count > len(group.links):
            more = Message("inspector.more", {"count": group.count - len(group.links)})
            rows.addWidget(Label(language, theme, more, size="small", tone="faint"))
        header.toggled.connect(body.setVisible)
        column.addWidget(header)
        column.addWidget(body)
    column.addStretch(1)
    return page


def _page() -> tuple[QWidget, QVBoxLayout]:
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 8)
    column.setSpacing(0)
    return page, column


def nothing_page(language: Language, theme: Theme, icon: str, words: Message) -> QWidget:
    """A page that says what it is there for."""
    page, column = _page()
    column.setContentsMargins(24, 48, 24, 0)
    column.setSpacing(8)
    column.addWidget(IconLabel(theme, icon, 28, "text3"), 0, Qt.AlignmentFlag.AlignHCenter)
    label = Label(language, theme, words, tone="quiet", wrap=True)
    label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
    column.addWidget(label)
    column.addStretch(1)
    return page


def _link_row(
    language: Language, theme: Theme, asset_type: AssetType, label: Words, choose: Callable[[], None]
) -> QWidget:
    line = QWidget()
    line.setFixedHeight(theme.size("row_field"))
    row = QHBoxLayout(line)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    symbol = SymbolLabel(theme, 16)
    symbol.show_type(asset_type)
    button = Button(language, label, "link")
    button.clicked.connect(lambda: choose())
    row.addWidget(symbol)
    row.addWidget(button)
    row.addStretch(1)
    return line
