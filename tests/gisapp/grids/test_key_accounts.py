"""The panel of key accounts: opened, looked through, a visit, a problem and another contact entered, each one undo."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from gisapp.panels.accounts.account_panel import AccountPanel
from gisapp.panels.accounts.lines import LineTable
from gisapp.panels.renewal.entry import Entry
from gisapp.window import Window
from layers.model.asset import AssetKey
from layers.model.query import Query
from layers.register import Register
from layers.text import Message
from tests.gisapp.driving import PATIENCE, settle, unrendered, visible_texts

TODAY = datetime.date.today()


def _days_ago(days: int) -> str:
    return (TODAY - datetime.timedelta(days=days)).isoformat()


@pytest.fixture
def with_accounts(town: Path) -> Path:
    with Register.open(town, actor="林工") as register, register.edit(Message("action.import")) as edit:
        first, _other = (
            edit.insert("person", {"name": name, "phone": "10012340127"}) for name in ("罗敏", "高远")
        )
        factory = edit.insert("customer", {"code": "200001", "name": "示例机械厂", "key_account": True})
        edit.insert("customer", {"code": "200002", "name": "示例医院", "key_account": True})
        edit.insert("assignment", {
            "person": first, "role": "account", "target": f"customer:{factory}", "rank": "primary",
            "from_date": "2022-03-01",
        })  # fmt: skip
        edit.insert("account_visit", {
            "customer": factory, "person": first, "visit_date": _days_ago(20), "satisfaction": "good",
        })  # fmt: skip
        edit.insert("account_problem", {
            "customer": factory, "problem": "高峰时段水压偏低", "owner": first, "raised_date": _days_ago(20),
            "due_date": _days_ago(5),
        })  # fmt: skip
    return town


def cells(table: LineTable) -> list[list[str]]:
    model = table.model()
    return [
        [model.index(row, column).data() for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def save(entry: Entry | None, window: Window, qtbot: QtBot) -> None:
    assert entry is not None
    qtbot.keyClick(next(iter(entry.editors.values())), Qt.Key.Key_Return)
    settle(window, qtbot)


def test_an_account_is_looked_after(with_accounts: Path, open_town: Window, qtbot: QtBot) -> None:
    window, actions = open_town, open_town.parts.actions
    register = window.parts.session.register
    assert register is not None
    actions.trigger("accounts.open")
    panel = window.findChild(AccountPanel)
    qtbot.waitUntil(lambda: panel.accounts.lines.rowCount() == 2, timeout=PATIENCE)
    # Who has no contact comes first; what is late is said.
    assert cells(panel.accounts) == [
        ["示例医院", "无联系人", "从未", ""],
        ["示例机械厂", "罗敏", "20 天前", "1（逾期 1）"],
    ]
    assert panel.rates.buttons["contacts"].text() == "有联系人 50 %"
    assert panel.rates.buttons["late"].text() == "逾期 1"
    panel.accounts.selectRow(1)
    assert cells(panel.problems)[0][1:4] == ["高峰时段水压偏低", "罗敏", "逾期 5 天"]
    assert unrendered(visible_texts(panel)) == []
    # A rate opens what it lacks.
    panel.rates.buttons["contacts"].click()
    settle(window, qtbot)
    hospital = register.by_code("customer", "200002")
    assert hospital is not None
    assert window.parts.session.selection.only == hospital.key

    # A visit: the contact stands there already, today too.
    panel.accounts.selectRow(1)
    panel.acts["accounts.visit"].click()
    entry = window.map.findChild(Entry)
    entry.editors["content"].setText("水压已恢复")
    save(entry, window, qtbot)
    visits = register.find(Query("account_visit"))
    assert (visits[-1]["content"], visits[-1]["visit_date"]) == ("水压已恢复", TODAY.isoformat())
    assert visits[-1]["person"] == visits[0]["person"]
    qtbot.waitUntil(lambda: panel.visits.lines.rowCount() == 2, timeout=PATIENCE)

    # A problem without a word is not taken; with one it belongs to today's visit and has an owner.
    panel.acts["accounts.problem"].click()
    entry = window.map.findChild(Entry)
    entry.commit()
    assert entry.error.isVisible()
    entry.editors["problem"].setText("表井积水")
    save(entry, window, qtbot)
    problem = register.find(Query("account_problem"))[-1]
    assert (problem["visit"], problem["owner"]) == (visits[-1].id, visits[0]["person"])
    qtbot.waitUntil(lambda: panel.problems.lines.rowCount() == 2, timeout=PATIENCE)
    panel.problems.selectRow(0)
    assert window.parts.session.selection.only == AssetKey("account_problem", problem.id)

    # Another contact from today on: the one before ends yesterday, in one step.
    panel.acts["accounts.contact"].click()
    entry = window.map.findChild(Entry)
    entry.editors["person"].setCurrentText("高远")
    save(entry, window, qtbot)
    duties = register.find(Query("assignment"))
    assert [(d["from_date"], d["to_date"]) for d in duties] == [
        ("2022-03-01", _days_ago(1)),
        (TODAY.isoformat(), None),
    ]
    qtbot.waitUntil(lambda: cells(panel.accounts)[1][1] == "高远", timeout=PATIENCE)
    for _ in range(3):
        actions.trigger("edit.undo")
        settle(window, qtbot)
    assert [register.count(n) for n in ("assignment", "account_problem", "account_visit")] == [1, 1, 1]

    # Whoever may only look reads masked names, and enters nothing.
    window.parts.settings.change(role="viewer")
    window.show_preferences()
    qtbot.waitUntil(lambda: not panel.isVisible(), timeout=PATIENCE)
    settle(window, qtbot)
    actions.trigger("accounts.open")
    qtbot.waitUntil(lambda: panel.accounts.lines.rowCount() == 2, timeout=PATIENCE)
    assert cells(panel.accounts)[1][:2] == ["示**", "罗*"]
    assert not panel.acts["accounts.visit"].isEnabled()
    actions.trigger("accounts.open")
    assert not panel.isVisible()
