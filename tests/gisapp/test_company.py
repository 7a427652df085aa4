"""What the company decides: limits, weights and roles in one dialog, saved as one step."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLineEdit
from pytestqt.qtbot import QtBot

from gisapp.dialogs.company.company_dialog import CompanyDialog
from gisapp.dialogs.company.list_page import ListPage
from gisapp.window import Window
from tests.gisapp.driving import PATIENCE, settle, unrendered, visible_texts


def open_dialog(window: Window, qtbot: QtBot, action: str) -> CompanyDialog:
    window.parts.actions.trigger(action)
    qtbot.waitUntil(lambda: window.findChild(CompanyDialog) is not None, timeout=PATIENCE)
    return window.findChild(CompanyDialog)


def cell(page: ListPage, row: int, name: str) -> tuple[int, int]:
    return row, [field.name for field in page.fields].index(name)


def put(page: ListPage, row: int, name: str, text: str) -> None:
    item = page.table.item(*cell(page, row, name))
    assert item is not None
    item.setText(text)


def test_limits_weights_and_roles_are_the_companys(open_town: Window, qtbot: QtBot) -> None:
    window = open_town
    register = window.parts.session.register
    assert register is not None
    dialog = open_dialog(window, qtbot, "tool.weights")
    assert unrendered(visible_texts(dialog)) == []
    measures, roles = dialog.lists["stock_measure"], dialog.lists["service_role"]
    assert dialog.pages.currentItem().text() == "网格统计项"
    # A condition stands there in the words of the window; one that is none is said, and nothing is written.
    assert measures.table.item(*cell(measures, 0, "condition")).text() == "水表用途 = 户表 且 状态 = 在用"  # type: ignore[union-attr]
    before = register.data_version
    put(measures, 0, "weight", "2.5")
    put(measures, 0, "condition", "颜色 = 红")
    dialog.button.click()
    assert dialog.wrong.isVisible()
    put(measures, 0, "condition", "状态 = 在用")
    put(measures, 1, "weight", "重")
    dialog.button.click()
    assert dialog.wrong.isVisible()
    assert register.data_version == before
    put(measures, 1, "weight", "0")
    # A role of the company's own, of which every grid has one.
    roles.add.click()
    row = roles.table.rowCount() - 1
    put(roles, row, "title_zh", "水务专员")
    means = roles.table.cellWidget(*cell(roles, row, "means"))
    assert isinstance(means, QComboBox)
    assert [means.itemData(n) for n in range(means.count())] == [None, "grid", "key_account"]
    means.setCurrentIndex(1)
    limit = dialog.settings["responsibility"].editors["expiring_days"]
    assert isinstance(limit, QLineEdit)
    limit.setText("45")
    qtbot.mouseClick(dialog.button, Qt.MouseButton.LeftButton)
    settle(window, qtbot)
    qtbot.waitUntil(lambda: window.findChild(CompanyDialog) is None, timeout=PATIENCE)
    entries = {e.code: e for e in register.catalogue.code_lists["stock_measure"].entries}
    assert (entries["households"].value("weight"), entries["households"].value("condition")) == (
        2.5,
        "状态 = 在用",
    )
    own = register.catalogue.code_lists["service_role"].find("水务专员")
    assert own is not None
    assert (own.means, own.active, own.title.en) == ("grid", True, "水务专员")
    assert register.setting("expiring_days") == 45
    window.parts.actions.trigger("edit.undo")
    settle(window, qtbot)
    assert register.catalogue.code_lists["service_role"].find("水务专员") is None
    assert register.setting("expiring_days") == 30


def test_only_a_manager_changes_them(open_town: Window, qtbot: QtBot) -> None:
    open_town.parts.session.take_role("engineer")
    dialog = open_dialog(open_town, qtbot, "tool.company")
    assert not dialog.button.isEnabled()
    assert dialog.wrong.isVisible()
    dialog.reject()
