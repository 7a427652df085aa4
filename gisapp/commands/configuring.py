"""Fields and code lists of the company's own; the register opens again to have their columns."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from gisapp.actions import Action
from gisapp.commands.opening import reopen
from gisapp.notify import Notice
from gisapp.window import Window
from layers.errors import UserError
from layers.feedback import Feedback
from layers.later import Later
from layers.model.additions import FIELD_TYPE, LIST_TYPE, MOST_FIELDS, PREFIX
from layers.model.asset import Asset, AssetKey
from layers.model.catalogue import Catalogue
from layers.model.change import ChangeSet
from layers.model.query import Query
from layers.model.roles import CONFIGURE
from layers.register import Edit
from layers.text import Message

if TYPE_CHECKING:
    from gisapp.dialogs import fields_dialog
    from layers.search import initials
else:
    fields_dialog = Later("gisapp.dialogs.fields_dialog")
    initials = Later("layers.search.initials")

_LONGEST = 24


def configure_actions(window: Window) -> list[Action]:
    """What shapes the register to the company."""
    session = window.parts.session
    return [
        Action(
            id="tool.fields",
            title=Message("additions.action"),
            icon="list-plus",
            menu="tools",
            group=8,
            handler=lambda: FieldDesk(window).open(),
            enabled=lambda: session.is_open,
            words="字段 代码表 自定义 fields code lists columns attributes",
        ),
        Action(
            id="file.reopen",
            title=Message("additions.reopen"),
            icon="arrow-clockwise",
            menu="tools",
            group=8,
            handler=lambda: reopen(window),
            enabled=lambda: session.is_open,
            words="重新打开 刷新 reopen reload refresh",
        ),
    ]


def tie_additions(window: Window) -> None:
    """Say when somebody else added a field or a list: it can be used once the register is opened again."""
    session = window.parts.session

    def tell(awaits: bool) -> None:
        if awaits and window.findChild(fields_dialog.FieldsDialog) is None:
            words, hint = Message("additions.by_others"), Message("additions.by_others_hint")
            window.parts.notifier.tell(Notice("info", words, hint, action="file.reopen"))

    def look(change: ChangeSet) -> None:
        register = session.register
        if register is not None and (change.touches(FIELD_TYPE) or change.touches(LIST_TYPE)):
            window.parts.tasks.run(
                Message("additions.task"), lambda _: register.awaits_opening, tell, owner=window, shown=False
            )

    session.changed.connect(look)


class FieldDesk(QObject):
    """The dialog of fields and code lists, tied to the register; gone with the dialog."""

    def __init__(self, window: Window) -> None:
        parts = window.parts
        self.dialog = fields_dialog.FieldsDialog(
            parts.language, parts.theme, may_change=parts.session.may(CONFIGURE), parent=window
        )
        super().__init__(self.dialog)
        self._window = window
        self.dialog.field_asked.connect(self._ask_field)
        self.dialog.list_asked.connect(self._ask_list)
        self.dialog.entry_asked.connect(self._ask_entry)
        self.dialog.change_asked.connect(self._ask_change)
        self.dialog.switched.connect(self._switch)

    def open(self) -> None:
        """Show it."""
        self._read()
        self.dialog.open()

    def _read(self) -> None:
        register = self._window.parts.session.register
        if register is None:
            return

        def work(_: Feedback) -> tuple[Catalogue, list[Asset], dict[str, Sequence[Asset]]]:
            catalogue = register.catalogue
            fields = register.find(Query(FIELD_TYPE)) if FIELD_TYPE in catalogue else []
            lists = [each for each in catalogue.code_lists.values() if each.extensible]
            lists.sort(key=lambda each: not each.name.startswith(PREFIX))
            return catalogue, fields, {each.name: register.find(Query(each.table)) for each in lists}

        self._window.parts.tasks.run(
            Message("additions.task"),
            work,
            lambda found: self.dialog.show_rows(*found),
            owner=self.dialog,
            key="additions",
            shown=False,
        )

    def _ask_field(self) -> None:
        register, parts = self._window.parts.session.register, self._window.parts
        if register is None:
            return
        asked = fields_dialog.AddFieldDialog(parts.language, parts.theme, register.catalogue, self.dialog)
        asked.chosen.connect(self._add_field)
        asked.open()

    def _add_field(self, type_name: str, values: Mapping[str, Any]) -> None:
        register = self._window.parts.session.register
        if register is None:
            return
        label = Message("additions.edit.field", {"name": values["title_zh"]})

        def work(edit: Edit) -> None:
            taken = {str(asset["key"]) for asset in register.find(Query(FIELD_TYPE))}
            if sum(key.startswith(f"{type_name}.") for key in taken) >= MOST_FIELDS:
                told = {"type": register.catalogue[type_name].title, "count": MOST_FIELDS}
                raise UserError(Message("additions.too_many", told), Message("additions.too_many_hint"))
            name = own_name(values["title_en"] or values["title_zh"], taken, f"{type_name}.")
            edit.insert(FIELD_TYPE, {"key": f"{type_name}.{name}", **values})

        self._edit(label, work)

    def _ask_change(self, key: AssetKey) -> None:
        register, parts = self._window.parts.session.register, self._window.parts
        asset = None if register is None else register.get(key.type, key.id)
        if register is None or asset is None:
            return
        version = asset.version

        def change(_: str, values: Mapping[str, Any]) -> None:
            label = Message("additions.edit.change", {"name": values["title_zh"]})
            self._edit(label, lambda edit: _ignore(edit.update(key.type, key.id, version, values)))

        asked = fields_dialog.AddFieldDialog(
            parts.language, parts.theme, register.catalogue, self.dialog, asset
        )
        asked.chosen.connect(change)
        asked.open()

    def _ask_list(self) -> None:
        self._ask_words(Message("additions.add_list"), None, self._add_list)

    def _add_list(self, values: Mapping[str, Any]) -> None:
        register = self._window.parts.session.register
        if register is None:
            return
        label = Message("additions.edit.list", {"name": values["title_zh"]})

        def work(edit: Edit) -> None:
            taken = {str(asset["name"]) for asset in register.find(Query(LIST_TYPE))}
            edit.insert(LIST_TYPE, {"name": own_name(values["title_en"], taken), **values})

        self._edit(label, work)

    def _ask_entry(self, name: str) -> None:
        register = self._window.parts.session.register
        if register is None or not name:
            return
        code_list = register.catalogue.code_lists[name]

        def add(values: Mapping[str, Any]) -> None:
            last = max((entry.position for entry in code_list.entries), default=0)
            label = Message("additions.edit.entry", {"name": values["title_zh"], "list": code_list.title})
            row = {**values, "position": last + 10}
            self._edit(label, lambda edit: _ignore(edit.insert(code_list.table, row)))

        self._ask_words(Message("additions.add_entry"), [entry.code for entry in code_list.entries], add)

    def _ask_words(
        self, title: Message, taken: Collection[str] | None, then: Callable[[Mapping[str, Any]], None]
    ) -> None:
        parts = self._window.parts
        asked = fields_dialog.AddWordDialog(parts.language, parts.theme, title, taken, self.dialog)
        asked.chosen.connect(then)
        asked.open()

    def _switch(self, key: AssetKey, on: bool) -> None:
        register = self._window.parts.session.register
        asset = None if register is None else register.get(key.type, key.id)
        if asset is None:
            return
        label = Message(f"additions.edit.{'on' if on else 'off'}", {"name": asset["title_zh"]})
        version = asset.version
        self._edit(label, lambda edit: _ignore(edit.update(key.type, key.id, version, {"active": on})))

    def _edit(self, label: Message, work: Callable[[Edit], None]) -> None:
        session, tasks = self._window.parts.session, self._window.parts.tasks

        def done(change: ChangeSet | None) -> None:
            register = session.register
            if register is None or change is None:
                return
            tasks.run(Message("additions.task"), lambda _: register.awaits_opening, finish, shown=False)

        def finish(awaits: bool) -> None:
            if awaits:
                self.dialog.accept()
                reopen(self._window)
            else:
                self._read()

        session.edit(label, work, done)


def own_name(title: str, taken: Collection[str], before: str = "") -> str:
    """A column name for a title, by its letters or its pinyin: ``x_...``; ``before`` + name is not in ``taken``."""
    ((_, spelled),) = initials.pinyin_keys([title])
    letters = re.sub(r"[^a-z0-9]+", "_", spelled.lower()).strip("_")[:_LONGEST] or "field"
    name, number = f"{PREFIX}{letters}", 2
    while before + name in taken:
        name, number = f"{PREFIX}{letters}_{number}", number + 1
    return name


def _ignore(value: object) -> None:
    """An edit's work gives nothing back."""
