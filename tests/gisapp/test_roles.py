"""Roles: what each may do, kept for the user, and said where one asks."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from gisapp.dialogs.condition_dialog import ConditionDialog
from gisapp.dialogs.settings_dialog import SettingsDialog
from gisapp.settings import View
from gisapp.window import Window
from layers.model.condition_data import condition_data
from layers.model.query import Compare
from layers.model.roles import ROLES, allows
from layers.text import Message
from tests.gisapp.driving import settle

KNOWN = {"edit", "waive", "restore", "delete_mistake", "configure", "see_personal", "export_personal"}


@pytest.mark.parametrize(
    ("role", "acts"),
    [
        ("viewer", set()),
        ("surveyor", {"edit", "see_personal"}),
        ("engineer", {"edit", "waive", "restore", "delete_mistake", "see_personal", "export_personal"}),
        ("manager", KNOWN),
    ],
)
def test_each_role_may_more_than_the_one_before(role: str, acts: set[str]) -> None:
    assert {act for act in KNOWN if allows(role, act)} == acts
    assert role in ROLES


def test_a_viewer_chosen_in_the_settings_changes_nothing(open_town: Window, qtbot: QtBot) -> None:
    parts = open_town.parts
    register = parts.session.register
    assert register is not None
    parts.actions.trigger("tool.settings")
    dialog = open_town.findChild(SettingsDialog)
    dialog.role.setFocus()
    for _ in range(3):
        qtbot.keyClick(dialog.role, Qt.Key.Key_Up)
    dialog.role.activated.emit(dialog.role.currentIndex())
    dialog.reject()
    assert parts.settings.preferences.role == "viewer"
    assert open_town.top_bar.user.text() == "林工 · 查看"
    assert not parts.session.may("edit")
    # Who may only look sees no name and no number in clear: everything shown was read anew.
    assert parts.session.register is register
    assert register.veiled
    settle(open_town, qtbot)
    version = register.data_version
    refused: list[str] = []
    parts.session.edit(
        Message("action.import"),
        lambda edit: edit.delete("hydrant", 1),
        failed=lambda error: refused.append(error.title.id),
    )
    settle(open_town, qtbot)
    assert refused == ["role.no_edit"]
    told: list[str] = []
    parts.tasks.failed.connect(lambda error: told.append(error.title.id))
    parts.session.undo(lambda _: None)
    parts.session.redo(lambda _: None)
    settle(open_town, qtbot)
    assert told == ["role.no_edit"] * 2
    assert register.data_version == version
    # Who begins to draw is told why not: it is the role, the register is not read-only.
    open_town.map.drafting.warned.connect(lambda title, _: refused.append(title.id))
    parts.actions.trigger("draw.type_1")
    assert refused == ["role.no_edit"] * 2
    assert open_town.map.tool_name == "select"
    # Nor is a number found out by asking for it: the dialog says why not, and a filter kept from before is not used.
    asked = Compare("phone", "starts", "139")
    parts.actions.trigger("select.by_condition")
    dialog = open_town.findChild(ConditionDialog)
    dialog.show_type("customer", asked)
    assert "电话" in dialog.wrong.text()
    assert not any(button.isEnabled() for button in (dialog.filter, dialog.select, dialog.zoom))
    dialog.show_type("customer", None)
    assert dialog.filter.isEnabled()
    dialog.reject()
    kept = {"customer": condition_data(asked), "pipe": condition_data(Compare("dn", "=", 300))}
    parts.settings.remember_view(str(register.target), View(filters=kept))
    open_town.kept_view.restore(register)
    assert set(parts.session.filters) == {"pipe"}
    settle(open_town, qtbot)
    assert parts.session.take_role("engineer")
    assert not register.veiled
    assert parts.session.may("restore")
    assert not parts.session.may("configure")
