"""The check centre in the real window: run, look, repair and undo, waive and withdraw, what an edit brings, export."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
import shapely
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from gisapp.commands.checking import export_findings
from gisapp.window import Window
from layers.register import Register
from layers.text import Message
from tests.gisapp.checks.desk import CheckDesk
from tests.gisapp.driving import PATIENCE, settle, unrendered, visible_texts

X, Y = 538_000.0, 3_016_000.0
KEPT = Message("action.import")


@pytest.fixture
def broken_town(town: Path) -> Path:
    """The town with a branch that stops 0.3 m short of its main, and a valve twice."""
    with Register.open(town, actor="林工") as register, register.edit(KEPT) as edit:
        branch = shapely.LineString([(X + 350, Y + 0.3), (X + 350, Y + 60)])
        edit.insert("pipe", {"code": "GD-100001", "dn": 80, "status": "in_service", "geom": branch})
        for number in (1, 2):
            at = shapely.Point(X + 420 + 0.02 * number, Y)
            edit.insert("valve", {"code": f"FM-00000{number}", "status": "in_service", "geom": at})
    return town


def test_run_look_repair_undo_waive_follow_and_export(
    window: Window, broken_town: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    desk = CheckDesk(window, broken_town, qtbot)
    session, centre, panel, register = desk.session, desk.centre, desk.panel, desk.register
    until, count = desk.until, desk.count
    # Never run: the panel says what it is for. F9 runs it and opens the desk.
    assert not window.parts.actions.is_possible("checks.export")
    qtbot.keyClick(window, Qt.Key.Key_F9)
    assert window.desk == "checks"
    assert panel.isVisible()
    assert centre.is_running
    until(lambda: centre.run is not None)
    assert count("near_miss") == 1
    assert count("duplicate_valve") == 1
    assert not unrendered(visible_texts(panel))
    # The filter keeps what has the word; F8 goes to the first finding: selected, shown from near, explained.
    panel.words.setText("gd-100001 疑似")
    qtbot.waitUntil(lambda: panel.model.count == 1, timeout=PATIENCE)
    qtbot.keyClick(window, Qt.Key.Key_F8)
    settle(window, qtbot)
    assert panel.current is not None
    assert panel.current.rule == "near_miss"
    branch = register.by_code("pipe", "GD-100001")
    assert branch is not None
    assert branch.key in session.selection
    assert window.map.canvas.viewport.denominator == pytest.approx(400)
    assert window.checks.marks.place == pytest.approx((X + 350, Y + 0.3))
    assert panel.detail.why.text()
    # Repair: first what it would do, in words and on the map; then done; undone it is back.
    qtbot.keyClick(window, Qt.Key.Key_Period, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: panel.detail.preview.isVisible(), timeout=PATIENCE)
    assert "0.300 m" in panel.detail.steps.text()
    assert {ghost.role for ghost in window.checks.marks.ghosts} == {"changed"}
    assert not unrendered(visible_texts(panel))
    # On a past day nothing is mended: the preview goes, and its button waits in grey and says why.
    window.parts.actions.trigger("view.past")
    qtbot.waitUntil(lambda: session.is_past, timeout=PATIENCE)
    assert not panel.detail.preview.isVisible()
    assert window.checks.marks.ghosts == ()
    assert panel.detail.fix_button.isVisible()
    assert not panel.detail.fix_button.isEnabled()
    assert "过去" in panel.detail.fix_button.toolTip()
    settle(window, qtbot)
    window.parts.actions.trigger("view.past")
    qtbot.waitUntil(lambda: not session.is_past, timeout=PATIENCE)
    settle(window, qtbot)
    qtbot.mouseClick(panel.detail.fix_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(panel.detail.preview.isVisible, timeout=PATIENCE)
    qtbot.mouseClick(panel.detail.apply_button, Qt.MouseButton.LeftButton)
    until(lambda: count("near_miss") == 0)
    assert window.checks.marks.ghosts == ()
    mended = register.by_code("pipe", "GD-100001")
    assert mended is not None
    assert shapely.get_coordinates(mended.geometry)[0].tolist() == [X + 350, Y]
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    until(lambda: count("near_miss") == 1)
    # What the undo brought stands in the status bar, as any edit's would; a click shows it alone.
    assert window.status.checks.isVisible()
    window.status.checks.click()
    assert panel.new_button.isChecked()
    assert not window.status.checks.isVisible()
    panel.new_button.setChecked(False)
    panel.words.clear()
    qtbot.waitUntil(lambda: panel.model.count > 1, timeout=PATIENCE)
    # Waiving asks for a reason; the finding moves to its own list, and can be withdrawn from there.
    panel.tree.setCurrentIndex(panel.model.index_of_rule("duplicate_valve"))
    panel.step(1)
    panel.detail.waive_button.click()
    panel.detail.let_stand.click()
    assert centre.waivers == []
    panel.detail.reason.setText("两台并排")
    panel.detail.until.setText("不是日期")
    panel.detail.let_stand.click()
    assert centre.waivers == []
    panel.detail.until.setText("2099年")
    panel.detail.let_stand.click()
    until(lambda: len(centre.waivers) == 1)
    assert count("duplicate_valve") == 0
    assert (centre.waivers[0].reason, centre.waivers[0].until) == ("两台并排", "2099")
    assert "FM-000002" in centre.waivers[0].text
    # Exported: every finding with its state.
    export_findings(window, tmp_path / "list.xlsx")
    settle(window, qtbot)
    rows = list(openpyxl.load_workbook(tmp_path / "list.xlsx").active.iter_rows(values_only=True))
    assert len(rows) - 1 == centre.open_count + 1
    assert {row[-1] for row in rows[1:]} == {"未处理", "已豁免"}
    panel.waiver_tab.click()
    panel.waivers.tree.topLevelItem(0).setSelected(True)
    panel.waivers.withdraw_button.click()
    until(lambda: not centre.waivers)
    assert count("duplicate_valve") == 1
    # Everything of a rule at once, after a look; another edit drops what was prepared.
    panel.finding_tab.click()
    window.parts.language.use("en")
    panel.tree.setCurrentIndex(panel.model.index_of_rule("duplicate_valve"))
    panel.detail.fix_button.click()
    qtbot.waitUntil(lambda: centre.preview is not None, timeout=PATIENCE)
    assert not unrendered(visible_texts(panel))
    assert "FM-000002 is deleted" in panel.detail.steps.text()
    centre.mend()
    until(lambda: count("duplicate_valve") == 0)
    assert register.by_code("valve", "FM-000002") is None
    # In view and selected: only what lies there.
    window.map.canvas.fly_to(X + 5_000, Y + 5_000)
    window.parts.actions.trigger("checks.run_view")
    until(lambda: centre.run is not None and centre.run.scope.name == "view")
    assert centre.open_count == 0
    session.select([branch.key])
    window.parts.actions.trigger("checks.run_selection")
    until(lambda: centre.run is not None and centre.run.scope.name == "selection")
    assert {key for part in centre.found for each in part for key in (each.asset, *each.others)} >= {
        branch.key
    }
    assert all(branch.key in (each.asset, *each.others) for part in centre.found for each in part)


def test_listing_the_findings_anew_moves_neither_map_nor_selection(
    window: Window, broken_town: Path, qtbot: QtBot
) -> None:
    desk = CheckDesk(window, broken_town, qtbot)
    canvas = window.map.canvas
    qtbot.keyClick(window, Qt.Key.Key_F9)
    desk.until(lambda: desk.centre.run is not None)
    qtbot.keyClick(window, Qt.Key.Key_F8)
    looked_at = desk.panel.current
    assert looked_at is not None
    window.show_desk("map")
    desk.session.select([])
    canvas.fly_to(X + 5_000, Y + 5_000)
    seen = canvas.viewport
    # Another language, an edit that is checked anew, a filter: the finding stays looked at, and that is all.
    window.parts.actions.trigger("view.language")
    with desk.register.edit(KEPT) as edit:
        edit.insert("valve", {"code": "FM-000003", "geom": shapely.Point(X + 700, Y)})
    desk.until(lambda: not desk.centre.is_running)
    desk.panel.words.setText("-")
    qtbot.waitUntil(lambda: desk.panel.model.filter.words == "-", timeout=PATIENCE)
    assert desk.panel.current is not None
    assert desk.panel.current.identity == looked_at.identity
    assert not list(desk.session.selection)
    assert canvas.viewport == seen
