"""Settings of the company, page by page: limits by group, and the lists that mean something to the program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QScrollArea, QStackedWidget, QWidget

from gisapp.dialogs.company.list_page import Change, ListPage
from gisapp.dialogs.company.setting_page import SettingPage
from gisapp.dialogs.frame import Dialog
from gisapp.language import Language
from gisapp.theme import Theme
from layers.errors import UserError
from layers.model.asset import Asset
from layers.model.catalogue import Catalogue
from layers.text import Message

_KEY = int(Qt.ItemDataRole.UserRole)
_PAGES_WIDTH = 168


@dataclass(frozen=True)
class Decided:
    """What shall be otherwise: settings by name (None: the program's own value), entries by the name of their list."""

    settings: Mapping[str, Any] = field(default_factory=dict)
    entries: Mapping[str, Sequence[Change]] = field(default_factory=dict)


class CompanyDialog(Dialog):
    """``chosen`` tells what was decided; the dialog stays until ``accept`` is called."""

    chosen = Signal(object)

    def __init__(
        self,
        language: Language,
        theme: Theme,
        catalogue: Catalogue,
        usual: Catalogue,
        values: Mapping[str, Any],
        rows: Mapping[str, Sequence[Asset]],
        *,
        may_change: bool,
        parent: QWidget,
    ) -> None:
        super().__init__(language, theme, Message("company.title"), parent, 1080)
        self.pages = QListWidget()
        self.pages.setFixedWidth(_PAGES_WIDTH)
        self._stack = QStackedWidget()
        self._stack.setMinimumHeight(420)
        self.settings: dict[str, SettingPage] = {}
        self.lists: dict[str, ListPage] = {}
        groups = dict.fromkeys(each.group for each in catalogue.settings.values())
        for group in groups:
            its = [each for each in catalogue.settings.values() if each.group == group]
            page = SettingPage(language, theme, its, values)
            self.settings[group] = page
            self._add(group, language.render(its[0].group_title), page)
        for name, assets in rows.items():
            code_list = catalogue.code_lists[name]
            entries = ListPage(language, theme, catalogue, code_list, usual.code_lists[name], assets)
            self.lists[name] = entries
            self._add(name, language.render(code_list.title), entries)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self.pages)
        row.addWidget(self._stack, 1)
        self.body.addLayout(row)
        self.pages.currentRowChanged.connect(self._stack.setCurrentIndex)
        self.pages.setCurrentRow(0)
        self.button = self.add_buttons(Message("company.save"), Message("settings.cancel"))
        self.button.setEnabled(may_change)
        self.button.clicked.disconnect()
        self.button.clicked.connect(self.decide)
        self.say_wrong(None if may_change else Message("additions.may_not"))

    def _add(self, key: str, title: str, page: QWidget) -> None:
        item = QListWidgetItem(title)
        item.setData(_KEY, key)
        item.setSizeHint(QSize(0, self.theme.size("control")))
        self.pages.addItem(item)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setWidget(page)
        self._stack.addWidget(scroll)

    def show_page(self, key: str) -> None:
        """Go to a group of settings or a list."""
        for row in range(self.pages.count()):
            if self.pages.item(row).data(_KEY) == key:
                self.pages.setCurrentRow(row)

    def decide(self) -> None:
        """Tell what was changed; what cannot be is said on its page."""
        settings: dict[str, Any] = {}
        entries: dict[str, Sequence[Change]] = {}
        for key in (*self.settings, *self.lists):
            try:
                if key in self.settings:
                    settings |= self.settings[key].changed()
                elif changes := self.lists[key].changed():
                    entries[key] = changes
            except UserError as error:
                self.show_page(key)
                self.say_wrong(error.title)
                return
        self.say_wrong(None)
        if settings or entries:
            self.chosen.emit(Decided(settings, entries))
        else:
            self.accept()

    def show_failed(self, error: UserError) -> None:
        """It could not be written; it still stands here."""
        self.say_wrong(error.title)
