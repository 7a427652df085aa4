"""Lists of the manager in the window: dropped from Excel, dropped again a week later; due dates for the calendar."""

from __future__ import annotations

import datetime
from pathlib import Path

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from gisapp.window import Window
from layers.model.query import Query
from tests.gisapp.driving import PATIENCE, drop, settle
from tests.layers.store.test_contract_project_lists import MILESTONES, PROJECTS, book

LEFT = Qt.MouseButton.LeftButton
TOMORROW = datetime.date.today() + datetime.timedelta(days=1)


def take(window: Window, path: Path, qtbot: QtBot) -> str:
    """Drop a file, write what it brings; what the button said."""
    drop(window, path)
    qtbot.waitUntil(lambda: window.sheet is not None and window.sheet.checked is not None, timeout=PATIENCE)
    settle(window, qtbot)
    said = window.sheet.write.text()
    qtbot.mouseClick(window.sheet.write, LEFT)
    qtbot.waitUntil(lambda: window.sheet is None, timeout=PATIENCE)
    settle(window, qtbot)
    return str(said)


def test_lists_are_dropped_on_the_window_and_dates_go_to_a_calendar(
    open_town: Window, tmp_path: Path, qtbot: QtBot
) -> None:
    register = open_town.parts.session.register
    assert register is not None
    lists = book(tmp_path / "项目.xlsx", ("项目清单", PROJECTS), ("项目节点", MILESTONES))
    assert "5" in take(open_town, lists, qtbot)
    assert (register.count("project"), register.count("milestone")) == (2, 3)

    week = [MILESTONES[0], ["XM-1", "开工", "2026-03-15", None, None], ["XM-1", "试压", None, TOMORROW, None]]
    assert "1" in take(open_town, book(tmp_path / "三月.xlsx", ("项目节点", week)), qtbot)
    planned = {m["stage"]: m["planned_date"] for m in register.find(Query("milestone"))}
    assert planned == {"approved": "2026-01-05", "started": "2026-03-15", "scouted": "2026-02-01"}
    assert register.count("quarantined_row") == 1

    open_town.parts.actions.trigger("projects.calendar")
    qtbot.waitUntil(lambda: open_town.statements.written.endswith(".ics"), timeout=PATIENCE)
    settle(open_town, qtbot)
    told = Path(open_town.statements.written).read_text(encoding="utf-8")
    assert told.count("BEGIN:VEVENT") == 2
    assert "20260315" in told
