"""The inspector's page of one asset: head, tabs, what others did, the page of a tab, and the bar that saves."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QScrollArea,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gisapp.forms.asset_form import AssetForm
from gisapp.forms.chip import Chip, life_kind
from gisapp.forms.news import FormNews
from gisapp.forms.save_bar import SaveBar
from gisapp.forms.words import ElidedLabel, IconButton, Line, SymbolLabel
from gisapp.language import Language, Words
from gisapp.panels.history.day_note import DayNote
from gisapp.panels.reading import Inspected, asset_label
from gisapp.session import Session
from gisapp.theme import Theme
from layers.model.catalogue import AssetType
from layers.model.fields import ChoiceField
from layers.text import Message

_TABS = {
    "fields": Message("inspector.tab.fields"),
    "links": Message("inspector.tab.links"),
    "history": Message("inspector.tab.history"),
    "photos": Message("inspector.tab.photos"),
}


class OnePage(QWidget):
    """Head, tabs and the page of one asset."""

    tab_chosen = Signal(str)

    def __init__(self, language: Language, theme: Theme, session: Session, form: AssetForm) -> None:
        super().__init__()
        self._language, self._theme = language, theme
        self._symbol = SymbolLabel(theme, 26)
        self._symbol.setObjectName("symbolTile")
        self._symbol.setFixedSize(36, 36)
        self.name = ElidedLabel(language, theme, size="object", strong=True)
        self.name.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._kind = ElidedLabel(language, theme, size="small", tone="quiet")
        self._chip = Chip(language, theme)
        self.fly = IconButton(
            language, theme, "crosshair-simple", Message("inspector.fly.tip"), words=Message("inspector.fly")
        )
        self.fly.setObjectName("filterChip")
        self.who = IconButton(
            language, theme, "user-focus", Message("inspector.who.tip"), words=Message("inspector.who")
        )
        self.who.setObjectName("filterChip")
        self.day = DayNote(language, theme, session, "asset")
        self.news = FormNews(language, theme)
        self.bar = SaveBar(language, theme)
        self._stack = QStackedWidget()
        self._scroll = _scroll()
        self._stack.addWidget(self._scroll)
        self._kept: dict[str, QScrollArea] = {}
        self.keep_page("fields", form)
        self.tabs = {name: _tab(language, theme, title) for name, title in _TABS.items()}
        self._lay_out()

    def show_head(self, inspected: Inspected) -> None:
        """Symbol, name, kind and state."""
        asset_type, asset = inspected.type, inspected.asset
        self.day.tell("asset" if inspected.was_there else "absent")
        self._symbol.show_type(asset_type)
        self.name.show_words(asset_label(asset_type, asset))
        kind = _choice_title(asset_type, asset_type.kind_field, asset.values)
        words: Words = asset_type.title
        if kind is not None:
            words = Message("inspector.kind", {"type": asset_type.title, "kind": kind})
        self._kind.show_words(words)
        status = _choice_title(asset_type, "status", asset.values)
        self._chip.setVisible(status is not None)
        if status is not None:
            self._chip.show_state(status, life_kind(asset.values.get("status")))
        self.fly.setEnabled(asset.geometry is not None)
        counts = {
            "links": sum(group.count for group in inspected.groups),
            "history": inspected.acts,
            "photos": len(inspected.photos),
        }
        for name, tab in self.tabs.items():
            count = counts.get(name)
            title = (
                Message("inspector.tab.count", {"tab": _TABS[name], "count": f"{count:,}"})
                if count
                else _TABS[name]
            )
            self._language.say(tab, "setText", title)

    def keep_page(self, tab: str, page: QWidget) -> None:
        """The page of a tab that stays and follows the asset by itself."""
        scroll = _scroll()
        scroll.setWidget(page)
        self._kept[tab] = scroll
        self._stack.addWidget(scroll)

    def show_kept(self, tab: str) -> None:
        """Show the page that stays."""
        self._mark(tab)
        self._stack.setCurrentWidget(self._kept[tab])

    def _mark(self, tab: str) -> None:
        for name, button in self.tabs.items():
            button.setProperty("shown", "true" if name == tab else "false")
        self.tabs[tab].setChecked(True)

    def show_page(self, tab: str, page: QWidget) -> None:
        """Put a page under the tabs; the place scrolled to stays when the tab does."""
        same = self.tabs[tab].property("shown") == "true"
        position = self._scroll.verticalScrollBar().value() if same else 0
        self._mark(tab)
        self._stack.setCurrentWidget(self._scroll)
        self._scroll.setWidget(page)
        self._scroll.verticalScrollBar().setValue(position)

    def _lay_out(self) -> None:
        texts = QVBoxLayout()
        texts.setSpacing(0)
        texts.addWidget(self.name)
        texts.addWidget(self._kind)
        head = QHBoxLayout()
        head.setContentsMargins(12, 12, 12, 8)
        head.setSpacing(8)
        head.addWidget(self._symbol)
        head.addLayout(texts, 1)
        head.addWidget(self._chip, 0, Qt.AlignmentFlag.AlignTop)
        acts = QHBoxLayout()
        acts.setContentsMargins(12, 0, 12, 8)
        acts.setSpacing(8)
        acts.addWidget(self.fly)
        acts.addWidget(self.who)
        acts.addStretch(1)
        tabs = QHBoxLayout()
        tabs.setContentsMargins(4, 0, 4, 0)
        tabs.setSpacing(0)
        group = QButtonGroup(self)
        for name, button in self.tabs.items():
            group.addButton(button)
            button.clicked.connect(lambda _=False, chosen=name: self.tab_chosen.emit(chosen))
            tabs.addWidget(button)
        tabs.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addLayout(acts)
        column.addLayout(tabs)
        column.addWidget(Line())
        column.addWidget(self.day)
        column.addWidget(self.news)
        column.addWidget(self._stack, 1)
        column.addWidget(self.bar)


def _choice_title(asset_type: AssetType, name: str | None, values: Any) -> Words | None:
    if name is None or name not in asset_type or values.get(name) is None:
        return None
    field = asset_type.field_named(name)
    entry = field.code_list.get(values[name]) if isinstance(field, ChoiceField) else None
    return entry.title if entry is not None else str(values[name])


def _scroll() -> QScrollArea:
    scroll = QScrollArea(widgetResizable=True)
    scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    return scroll


def _tab(language: Language, theme: Theme, title: Message) -> QToolButton:
    button = QToolButton()
    button.setObjectName("tab")
    button.setFont(theme.font("base"))
    button.setCheckable(True)
    button.setFixedHeight(theme.size("tab_bar"))
    language.say(button, "setText", title)
    return button
