"""A company adds a field and a code list in the window, without a programmer, and uses them at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTreeWidgetItem
from pytestqt.qtbot import QtBot

from gisapp.commands import configuring
from gisapp.commands.configuring import own_name
from gisapp.dialogs.fields_dialog import AddFieldDialog, AddWordDialog, FieldsDialog
from gisapp.window import Window
from layers.register import Register
from layers.text import Message
from tests.gisapp.driving import PATIENCE, settle

LEFT = Qt.MouseButton.LeftButton


def opened(window: Window, qtbot: QtBot) -> FieldsDialog:
    window.parts.actions.trigger("tool.fields")
    dialog: FieldsDialog = window.findChild(FieldsDialog)
    qtbot.waitUntil(lambda: dialog.tree.topLevelItemCount() > 1, timeout=PATIENCE)
    return dialog


def again(window: Window, qtbot: QtBot, before: object) -> None:
    session = window.parts.session
    qtbot.waitUntil(lambda: session.register is not None and session.register is not before, timeout=PATIENCE)
    settle(window, qtbot)


def branch(dialog: FieldsDialog, words: str) -> QTreeWidgetItem:
    items = [dialog.tree.topLevelItem(row) for row in range(dialog.tree.topLevelItemCount())]
    return next(item for item in items if item is not None and words in item.text(0))


def test_a_list_an_entry_and_a_field_are_added_used_and_taken_out_of_use(
    open_town: Window, qtbot: QtBot
) -> None:
    session = open_town.parts.session
    dialog, before = opened(open_town, qtbot), session.register
    qtbot.mouseClick(dialog.add_a_list, LEFT)
    words = dialog.findChild(AddWordDialog)
    words.accept()
    assert words.wrong.isVisible()
    words.chinese.setText("井盖颜色")
    words.accept()
    again(open_town, qtbot, before)
    dialog = opened(open_town, qtbot)
    dialog.tree.setCurrentItem(branch(dialog, "井盖颜色"))
    qtbot.mouseClick(dialog.add_an_entry, LEFT)
    words = dialog.findChild(AddWordDialog)
    words.code.setText("R")
    words.chinese.setText("红")
    words.accept()
    settle(open_town, qtbot)
    qtbot.waitUntil(lambda: branch(dialog, "井盖颜色").childCount() == 1, timeout=PATIENCE)
    before = session.register
    qtbot.mouseClick(dialog.add_a_field, LEFT)
    field = dialog.findChild(AddFieldDialog)
    field.type.setCurrentIndex(field.type.findData("hydrant"))
    field.chinese.setText("井盖")
    field.english.setText("Lid")
    field.kind.setCurrentIndex(field.kind.findData("choice"))
    assert field.list.isEnabled()
    assert not field.unit.isEnabled()
    field.list.setCurrentIndex(0)
    field.accept()
    again(open_town, qtbot, before)
    register = session.register
    assert register is not None
    added = register.catalogue["hydrant"].field_named("x_lid")
    assert added.parse("红") == "R"
    dialog = opened(open_town, qtbot)
    item = branch(dialog, "自定义字段").child(0)
    assert item is not None
    assert item.text(0) == "消火栓 · 井盖"
    dialog.tree.setCurrentItem(item)
    qtbot.mouseClick(dialog.switch, LEFT)
    settle(open_town, qtbot)
    assert "x_lid" not in register.catalogue["hydrant"]
    dialog.reject()


def test_limits_are_set_and_changed_and_what_others_add_is_told(
    open_town: Window, town: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, notifier = open_town.parts.session, open_town.parts.notifier
    dialog, before = opened(open_town, qtbot), session.register
    qtbot.mouseClick(dialog.add_a_field, LEFT)
    field = dialog.findChild(AddFieldDialog)
    field.type.setCurrentIndex(field.type.findData("hydrant"))
    field.chinese.setText("开启圈数")
    field.english.setText("Turns")
    field.kind.setCurrentIndex(field.kind.findData("text"))
    assert not field.minimum.isEnabled()
    field.kind.setCurrentIndex(field.kind.findData("number"))
    # A limit that is none, and limits that nothing lies between, are told and nothing is written.
    for low, high, words in (("abc", "", "abc"), ("9", "1", "大于")):
        field.minimum.setText(low)
        field.maximum.setText(high)
        field.accept()
        assert words in field.wrong.text()
    field.minimum.setText("1")
    field.maximum.setText("40")
    field.required.setChecked(True)
    field.accept()
    again(open_town, qtbot, before)
    register = session.register
    assert register is not None
    turns = register.catalogue["hydrant"].field_named("x_turns")
    assert turns.required
    assert [p.rule for p in turns.check(41.0)]
    assert list(turns.check(40.0)) == []

    # Changed later: kind and type stay, the rest is as it was given and holds at once.
    dialog = opened(open_town, qtbot)
    dialog.tree.setCurrentItem(branch(dialog, "自定义字段").child(0))
    qtbot.mouseClick(dialog.change, LEFT)
    field = dialog.findChild(AddFieldDialog)
    assert not field.kind.isEnabled()
    assert (field.minimum.text(), field.maximum.text()) == ("1", "40")
    field.maximum.setText("60")
    field.required.setChecked(False)
    field.accept()
    qtbot.waitUntil(
        lambda: not register.catalogue["hydrant"].field_named("x_turns").required, timeout=PATIENCE
    )
    settle(open_town, qtbot)
    assert list(register.catalogue["hydrant"].field_named("x_turns").check(55.0)) == []

    # There is room for so many and no more: said, not swallowed.
    monkeypatch.setattr(configuring, "MOST_FIELDS", 1)
    qtbot.mouseClick(dialog.add_a_field, LEFT)
    field = dialog.findChildren(AddFieldDialog)[-1]
    field.type.setCurrentIndex(field.type.findData("hydrant"))
    field.chinese.setText("再来一个")
    field.accept()
    qtbot.waitUntil(lambda: "不能再加" in open_town.parts.language.render(notifier.notices[-1].title))
    dialog.reject()
    qtbot.waitUntil(lambda: open_town.findChild(FieldsDialog) is None, timeout=PATIENCE)

    # Somebody else adds one: told here, and there after opening again.
    with Register.open(town, actor="周海燕") as other, other.edit(Message("additions.title")) as edit:
        edit.insert(
            "added_field",
            {"key": "pipe.x_note", "title_zh": "附注", "field_kind": "text", "active": True},
        )
    session.register.poll()
    qtbot.waitUntil(lambda: notifier.notices[-1].action == "file.reopen", timeout=PATIENCE)
    assert "x_note" not in session.register.catalogue["pipe"]
    before = session.register
    open_town.parts.actions.trigger("file.reopen")
    again(open_town, qtbot, before)
    assert "x_note" in session.register.catalogue["pipe"]


def test_who_is_no_manager_only_looks(open_town: Window, qtbot: QtBot) -> None:
    open_town.parts.session.take_role("engineer")
    dialog = opened(open_town, qtbot)
    assert dialog.wrong.isVisible()
    assert not dialog.add_a_field.isEnabled()
    dialog.reject()


@pytest.mark.parametrize(
    ("title", "taken", "name"),
    [
        ("Lid colour", (), "x_lid_colour"),
        ("井盖", (), "x_jinggai"),
        ("！？", (), "x_field"),
        ("Lid", ("pipe.x_lid",), "x_lid_2"),
    ],
)
def test_a_title_makes_a_name_for_the_column(title: str, taken: tuple[str, ...], name: str) -> None:
    assert own_name(title, taken, "pipe.") == name
