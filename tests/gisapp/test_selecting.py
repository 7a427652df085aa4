"""Selecting through the real window: clicks, drags, keys, buttons."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot

from gisapp.dialogs.condition_dialog import ConditionDialog
from gisapp.map.canvas import MapCanvas
from gisapp.panels.legend_model import LegendModel
from gisapp.window import Window
from layers.model.asset import AssetKey
from layers.model.query import All, Compare
from layers.register import Register
from layers.scene.style import METRES_PER_PIXEL
from layers.text import Message
from tests.gisapp.driving import METERS, PATIENCE, drop, settle, unrendered, visible_texts, write

LEFT, RIGHT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton, Qt.MouseButton.NoButton
SHIFT, ALT = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier
PLAIN = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def near_by(open_town: Window, qtbot: QtBot) -> Window:
    """The town at 1:1000 around its hydrant, where meters, pipes and the well are drawn."""
    canvas = open_town.map.canvas
    qtbot.waitUntil(lambda: canvas.scene is not None and len(canvas.scene.sources) > 6, timeout=PATIENCE)
    settle(open_town, qtbot)
    # Mains come first.
    legend = open_town.desks["map"].panel.model
    qtbot.waitUntil(lambda: "meter" in _layers(legend), timeout=PATIENCE)
    canvas.fly_to(538_130.0, 3_016_005.0, 900 * METRES_PER_PIXEL)
    settle(open_town, qtbot)
    return open_town


def _layers(legend: LegendModel) -> set[str]:
    rows = (legend.index(number, 0) for number in range(legend.rowCount()))
    return {row.data(Qt.ItemDataRole.UserRole).id for row in rows}


def pixel(canvas: MapCanvas, x: float, y: float) -> QPoint:
    return QPointF(*canvas.viewport.to_pixel(x, y)).toPoint()


def send(canvas: MapCanvas, kind: QEvent.Type, at: QPoint, button: Qt.MouseButton, keys: object) -> None:
    held = NONE if kind == QEvent.Type.MouseButtonRelease else button
    pressed = NONE if kind == QEvent.Type.MouseMove else button
    place = QPointF(at)
    QApplication.sendEvent(
        canvas,
        QMouseEvent(kind, place, canvas.mapToGlobal(place), pressed, held, keys),  # type: ignore[arg-type]
    )


def click(canvas: MapCanvas, x: float, y: float, keys: object = PLAIN, button: object = LEFT) -> None:
    at = pixel(canvas, x, y)
    send(canvas, QEvent.Type.MouseButtonPress, at, button, keys)  # type: ignore[arg-type]
    send(canvas, QEvent.Type.MouseButtonRelease, at, button, keys)  # type: ignore[arg-type]


def drag(
    canvas: MapCanvas, start: tuple[float, float], end: tuple[float, float], keys: object = PLAIN
) -> None:
    first, last = pixel(canvas, *start), pixel(canvas, *end)
    send(canvas, QEvent.Type.MouseButtonPress, first, LEFT, keys)
    send(canvas, QEvent.Type.MouseMove, (first + last) / 2, LEFT, keys)
    send(canvas, QEvent.Type.MouseMove, last, LEFT, keys)
    send(canvas, QEvent.Type.MouseButtonRelease, last, LEFT, keys)


def codes(window: Window) -> list[str]:
    register = window.parts.session.register
    assert register is not None
    assets = [register.get(key.type, key.id) for key in window.parts.session.selection]
    return sorted(asset["code"] for asset in assets if asset is not None)


def meters(numbers: Sequence[int]) -> list[str]:
    return [f"SB-{number:06d}" for number in numbers]


def test_a_box_selects_what_it_meets_and_modes_follow_the_keys(near_by: Window, qtbot: QtBot) -> None:
    canvas = near_by.map.canvas
    drag(canvas, (538_109.5, 3_016_012.5), (538_119.5, 3_016_010.5))
    settle(near_by, qtbot)
    assert codes(near_by) == meters(range(10, 20))
    drag(canvas, (538_129.5, 3_016_012.5), (538_131.5, 3_016_010.5), SHIFT)
    settle(near_by, qtbot)
    assert codes(near_by) == meters([*range(10, 20), 30, 31])
    drag(canvas, (538_109.5, 3_016_012.5), (538_114.5, 3_016_010.5), ALT)
    settle(near_by, qtbot)
    assert codes(near_by) == meters([*range(15, 20), 30, 31])
    drag(canvas, (538_117.5, 3_016_012.5), (538_130.5, 3_016_010.5), SHIFT | ALT)
    settle(near_by, qtbot)
    assert codes(near_by) == meters([18, 19, 30])


def test_the_buttons_keep_a_mode_until_another(near_by: Window, qtbot: QtBot) -> None:
    canvas, bar = near_by.map.canvas, near_by.map.select_bar
    assert not bar.isVisible()
    near_by.parts.actions.trigger("select.mode_add")
    assert bar.isVisible()
    assert bar.modes["add"].isChecked()
    click(canvas, 538_105.0, 3_016_011.0)
    click(canvas, 538_115.0, 3_016_011.0)
    assert len(near_by.parts.session.selection) == 2
    qtbot.mouseClick(bar.modes["new"], LEFT)
    assert near_by.map.selection.mode == "new"
    assert not bar.isVisible()


def test_a_line_through_is_enough(near_by: Window, qtbot: QtBot) -> None:
    canvas = near_by.map.canvas
    drag(canvas, (538_150.0, 3_016_001.0), (538_151.0, 3_015_999.0))
    settle(near_by, qtbot)
    assert codes(near_by) == ["GD-000001"]


def test_a_polygon_by_clicks_and_a_double_click(near_by: Window, qtbot: QtBot) -> None:
    canvas = near_by.map.canvas
    qtbot.keyClick(near_by, Qt.Key.Key_P)
    assert near_by.map.tool_name == "select_polygon"
    assert near_by.map.select_bar.isVisible()
    for x, y in ((538_109.5, 3_016_013.0), (538_119.5, 3_016_013.0), (538_119.5, 3_016_010.6)):
        click(canvas, x, y)
    # The last corner is a mistake and taken back.
    click(canvas, 538_200.0, 3_016_050.0)
    qtbot.keyClick(canvas, Qt.Key.Key_Backspace)
    click(canvas, 538_109.5, 3_016_010.6)
    send(canvas, QEvent.Type.MouseButtonDblClick, pixel(canvas, 538_109.5, 3_016_010.6), LEFT, PLAIN)
    settle(near_by, qtbot)
    assert codes(near_by) == meters(range(10, 20))


def test_a_line_takes_what_it_crosses_and_the_symbols_it_runs_through(near_by: Window, qtbot: QtBot) -> None:
    canvas = near_by.map.canvas
    qtbot.keyClick(near_by, Qt.Key.Key_L)
    click(canvas, 538_150.0, 3_016_008.0)
    click(canvas, 538_150.0, 3_015_990.0)
    qtbot.keyClick(canvas, Qt.Key.Key_Return)
    settle(near_by, qtbot)
    assert codes(near_by) == ["GD-000001"]
    click(canvas, 538_130.0, 3_016_014.0)
    click(canvas, 538_130.0, 3_016_008.0)
    click(canvas, 538_130.0, 3_016_008.0, button=RIGHT)
    settle(near_by, qtbot)
    assert "SB-000030" in codes(near_by)
    assert "GD-000001" not in codes(near_by)


def test_a_circle_drawn_and_one_of_a_given_radius(near_by: Window, qtbot: QtBot) -> None:
    canvas, bar = near_by.map.canvas, near_by.map.select_bar
    qtbot.keyClick(near_by, Qt.Key.Key_R)
    drag(canvas, (538_120.0, 3_016_011.0), (538_123.1, 3_016_011.0))
    settle(near_by, qtbot)
    middle = {key.id for key in near_by.parts.session.selection}
    assert len(middle) >= 6
    qtbot.keyClicks(bar.radius, "11.6")
    click(canvas, 538_120.0, 3_016_011.0)
    settle(near_by, qtbot)
    found = codes(near_by)
    assert {"GD-000001", *meters(range(9, 31))} <= set(found)
    bar.radius.clear()
    qtbot.keyClicks(bar.radius, "ten")
    assert bar.radius.property("wrong") == "true"


def test_clicking_again_goes_down_and_alt_lists_all(near_by: Window, qtbot: QtBot) -> None:
    canvas, selection = near_by.map.canvas, near_by.parts.session
    place = (538_100.0, 3_016_010.6)  # the first meter stands beside the well
    click(canvas, *place)
    first = selection.selection.only
    click(canvas, *place)
    second = selection.selection.only
    assert first is not None
    assert second is not None
    assert first != second
    click(canvas, *place, keys=ALT)
    chooser = near_by.map.selection.chooser
    qtbot.waitUntil(chooser.isVisible, timeout=PATIENCE)
    assert {entry.title for entry in chooser.model.entries} >= {"BJ-000001", "SB-000000"}
    row = [entry.title for entry in chooser.model.entries].index("BJ-000001")
    for _ in range(row):
        qtbot.keyClick(chooser.list, Qt.Key.Key_Down)
    qtbot.keyClick(chooser.list, Qt.Key.Key_Return)
    assert not chooser.isVisible()
    assert codes(near_by) == ["BJ-000001"]


def test_identify_lists_where_several_lie_and_escape_leaves_what_was(near_by: Window, qtbot: QtBot) -> None:
    canvas, chooser = near_by.map.canvas, near_by.map.selection.chooser
    click(canvas, 538_115.0, 3_016_011.0)
    before = near_by.parts.session.selection
    qtbot.keyClick(near_by, Qt.Key.Key_I)
    click(canvas, 538_100.0, 3_016_010.6)
    qtbot.waitUntil(chooser.isVisible, timeout=PATIENCE)
    qtbot.keyClick(chooser.list, Qt.Key.Key_Escape)
    assert not chooser.isVisible()
    assert near_by.parts.session.selection == before
    click(canvas, 538_150.0, 3_016_000.0)
    assert codes(near_by) == ["GD-000001"]


def test_shift_click_turns_one_over(near_by: Window, qtbot: QtBot) -> None:
    canvas = near_by.map.canvas
    click(canvas, 538_150.0, 3_016_000.0)
    click(canvas, 538_250.0, 3_016_000.0, SHIFT)
    assert codes(near_by) == ["GD-000001", "GD-000002"]
    click(canvas, 538_150.0, 3_016_000.0, SHIFT)
    assert codes(near_by) == ["GD-000002"]


def test_all_the_rest_and_none(near_by: Window, qtbot: QtBot) -> None:
    session = near_by.parts.session
    near_by.parts.actions.trigger("select.all")
    settle(near_by, qtbot)
    everything = session.selection
    assert everything.counts["meter"] == 41  # the one without a place too, as the legend counts
    assert everything.counts["pipe"] == 10
    click(near_by.map.canvas, 538_150.0, 3_016_000.0)
    near_by.parts.actions.trigger("select.invert")
    settle(near_by, qtbot)
    assert session.selection.counts == {"pipe": 9}
    qtbot.keyClick(near_by, Qt.Key.Key_Escape)
    assert not session.selection


def test_what_is_switched_off_is_not_selected(near_by: Window, qtbot: QtBot) -> None:
    near_by.map.legend.hide(["meter"])
    drag(near_by.map.canvas, (538_090.0, 3_016_015.0), (538_150.0, 3_016_005.0))
    settle(near_by, qtbot)
    assert "meter" not in near_by.parts.session.selection.counts
    assert near_by.parts.session.selection.counts["meter_well"] == 1


def test_what_waits_for_a_larger_scale_comes_only_on_wish(near_by: Window, qtbot: QtBot) -> None:
    canvas, bar = near_by.map.canvas, near_by.map.select_bar
    canvas.fly_to(538_130.0, 3_016_005.0, 60_000 * METRES_PER_PIXEL)
    box = (537_000.0, 3_017_000.0), (540_000.0, 3_015_000.0)
    drag(canvas, *box)
    settle(near_by, qtbot)
    assert "meter" not in near_by.parts.session.selection.counts
    qtbot.keyClick(near_by, Qt.Key.Key_P)
    bar.waiting.click()
    near_by.map.use_tool("select")
    drag(canvas, *box)
    settle(near_by, qtbot)
    assert near_by.parts.session.selection.counts["meter"] == 40


def test_several_are_told_in_the_status_bar_and_the_inspector(near_by: Window, qtbot: QtBot) -> None:
    drag(near_by.map.canvas, (538_095.0, 3_016_015.0), (538_290.0, 3_015_990.0))
    settle(near_by, qtbot)
    counts = near_by.parts.session.selection.counts
    assert counts["pipe"] == 3
    told = near_by.status.selected.text()
    assert f"水表 {counts['meter']}" in told
    assert "管段 3" in told
    from_inspector = [label.text() for label in near_by.inspector.findChildren(type(near_by.status.selected))]
    assert "0.30 km" in from_inspector


def test_the_marks_of_many_are_painted(
    near_by: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gisapp.panels.map_selection.MARKED_LIMIT", 5)
    canvas = near_by.map.canvas
    drag(canvas, (538_095.0, 3_016_015.0), (538_150.0, 3_016_005.0))
    settle(near_by, qtbot)
    marks = near_by.map.selection.marks
    assert len(marks.points) > 30
    halo = near_by.parts.theme.color("select_halo")
    at = pixel(canvas, 538_125.0, 3_016_011.0)
    assert canvas.grab().toImage().pixelColor(at) == halo
    canvas.go(canvas.viewport.panned(40, 0))
    assert canvas.grab().toImage().pixelColor(at + QPoint(40, 0)) == halo
    near_by.parts.session.select(())
    assert canvas.grab().toImage().pixelColor(at + QPoint(40, 0)) != halo


def test_an_asset_removed_elsewhere_leaves_the_selection(near_by: Window, qtbot: QtBot) -> None:
    session = near_by.parts.session
    register = session.register
    assert register is not None
    hydrant = register.by_code("hydrant", "XHS-02147")
    assert hydrant is not None
    session.select((hydrant.key, AssetKey("pipe", 1)))
    session.edit(Message("action.find"), lambda edit: edit.delete("hydrant", hydrant.id, hydrant.version))
    qtbot.waitUntil(lambda: session.selection.only == AssetKey("pipe", 1), timeout=PATIENCE)


def test_the_legend_selects_a_class_with_as_many_as_it_counts(near_by: Window, qtbot: QtBot) -> None:
    panel = near_by.desks["map"].panel
    model = panel.model
    rows = [model.index(n, 0) for n in range(model.rowCount())]
    mains = next(index for index in rows if index.data(Qt.ItemDataRole.UserRole).id == "pipe")
    row = model.index(0, 0, mains).data(Qt.ItemDataRole.UserRole)
    panel.tree.customContextMenuRequested.emit(panel.tree.visualRect(model.index(0, 0, mains)).center())
    choose(panel, 0)
    settle(near_by, qtbot)
    assert near_by.parts.session.selection.counts == {"pipe": row.count}
    meters_row = next(index for index in rows if index.data(Qt.ItemDataRole.UserRole).id == "meter")
    panel.tree.customContextMenuRequested.emit(panel.tree.visualRect(meters_row).center())
    choose(panel, 1)
    settle(near_by, qtbot)
    assert near_by.parts.session.selection.counts == {"pipe": row.count, "meter": METERS + 1}


def choose(parent: QWidget, number: int) -> None:
    """Choose from the menu that is open, and close it."""
    menu = next(m for m in parent.findChildren(QMenu) if m.isVisible())
    menu.actions()[number].trigger()
    menu.close()


def test_the_maps_menu_selects_the_same(near_by: Window, qtbot: QtBot) -> None:
    canvas, session, actions = near_by.map.canvas, near_by.parts.session, near_by.parts.actions
    assert not actions.is_possible("select.same_size")
    canvas.menu_asked.emit(QPoint(0, 0), 538_150.0, 3_016_000.0)
    for menu in near_by.findChildren(QMenu):
        menu.close()
    # What was clicked is selected, so that the menu's acts mean it.
    assert codes(near_by) == ["GD-000001"]
    assert actions.is_possible("select.same_size")
    actions.trigger("select.same_size")
    settle(near_by, qtbot)
    assert codes(near_by) == ["GD-000001", "GD-000004", "GD-000007"]
    click(canvas, 538_250.0, 3_016_000.0)
    actions.trigger("select.same_class")
    settle(near_by, qtbot)
    assert codes(near_by) == ["GD-000002", "GD-000005", "GD-000008"]
    click(canvas, 538_115.0, 3_016_011.0)
    actions.trigger("select.same_type")
    settle(near_by, qtbot)
    assert session.selection.counts == {"meter": METERS + 1}


def ask(window: Window, qtbot: QtBot, key: Qt.Key = Qt.Key.Key_F) -> ConditionDialog:
    qtbot.keyClick(window, key, Qt.KeyboardModifier.ControlModifier)
    dialog = window.findChild(ConditionDialog)
    assert isinstance(dialog, ConditionDialog)
    dialog.type.setCurrentIndex(dialog.type.findData("pipe"))
    dialog.type.activated.emit(dialog.type.currentIndex())
    return dialog


def test_a_condition_as_text_selects_and_a_mistake_is_told(near_by: Window, qtbot: QtBot) -> None:
    dialog = ask(near_by, qtbot)
    write(dialog.sentence, "公称直径 >= 600", qtbot)
    qtbot.waitUntil(lambda: dialog.count.text() == "符合 3 / 10 管段", timeout=PATIENCE)
    assert dialog.builder is not None
    row = dialog.builder.group.items[0]
    assert row.field.currentData() == "dn"
    assert row.value.text() == "600"
    qtbot.mouseClick(dialog.select, LEFT)
    settle(near_by, qtbot)
    assert codes(near_by) == ["GD-000002", "GD-000005", "GD-000008"]
    dialog.sentence.clear()
    write(dialog.sentence, "公称直经 >= 600", qtbot)
    assert "公称直径" in dialog.wrong.text()
    assert not dialog.select.isEnabled()
    dialog.close()


def pipe_key(register: Register, code: str) -> AssetKey | None:
    asset = register.by_code("pipe", code)
    return None if asset is None else asset.key


def test_rows_become_text_and_a_filter_that_map_legend_and_chips_follow(
    near_by: Window, qtbot: QtBot
) -> None:
    session, bar = near_by.parts.session, near_by.filters
    assert not bar.isVisible()
    dialog = ask(near_by, qtbot)
    assert dialog.builder is not None
    row = dialog.builder.group.items[0]
    row.field.setCurrentIndex(row.field.findData("dn"))
    row.field.activated.emit(row.field.currentIndex())
    row.comparison.setCurrentIndex(row.comparison.findData("<"))
    row.comparison.activated.emit(row.comparison.currentIndex())
    qtbot.keyClicks(row.value, "300")
    assert dialog.sentence.text() == "公称直径 < 300"
    register = session.register
    assert register is not None
    session.select(pipe for name in ("GD-000000", "GD-000001") if (pipe := pipe_key(register, name)))
    # The program's keys work while it stands beside the map; once that is filtered it is out of its way.
    qtbot.keyClick(dialog, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    assert near_by.table.is_open
    qtbot.keyClick(dialog, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    qtbot.mouseClick(dialog.filter, LEFT)
    assert not dialog.isVisible()
    settle(near_by, qtbot)
    assert codes(near_by) == ["GD-000000"]
    assert session.filters == {"pipe": Compare("dn", "<", 300)}
    assert [chip.button.text() for chip in bar.chips] == ["管段  公称直径 < 300"]
    assert "4 / 10 管段" in bar.told.text()
    # The map draws, counts and selects only what passes.
    near_by.parts.actions.trigger("select.all")
    settle(near_by, qtbot)
    assert session.selection.counts["pipe"] == 4
    session.select(())
    click(near_by.map.canvas, 538_150.0, 3_016_000.0)
    assert not session.selection
    qtbot.mouseClick(bar.chips[0].close_button, LEFT)
    settle(near_by, qtbot)
    assert not bar.isVisible()
    click(near_by.map.canvas, 538_150.0, 3_016_000.0)
    assert codes(near_by) == ["GD-000001"]


def test_filters_are_remembered_with_the_register(near_by: Window, qtbot: QtBot, town: Path) -> None:
    session = near_by.parts.session
    pipe = All((Compare("dn", ">=", 300), Compare("road", "contains", "大塘")))
    session.filter({"pipe": pipe, "meter": Compare("status", "in", ("in_service", "planned"))})
    before = dict(session.filters)
    settle(near_by, qtbot)
    near_by.parts.actions.trigger("file.close")
    assert not session.filters
    drop(near_by, town)
    qtbot.waitUntil(lambda: session.is_open, timeout=PATIENCE)
    settle(near_by, qtbot)
    assert session.filters == before
    assert len(near_by.filters.chips) == 3
    near_by.parts.actions.trigger("filter.clear")
    settle(near_by, qtbot)
    assert not near_by.filters.isVisible()


def test_everything_speaks_english_too(near_by: Window, qtbot: QtBot) -> None:
    near_by.parts.session.filter({"pipe": Compare("dn", ">=", 300)})
    drag(near_by.map.canvas, (538_095.0, 3_016_015.0), (538_290.0, 3_015_990.0))
    near_by.map.use_tool("select_radius")
    near_by.parts.language.use("en")
    settle(near_by, qtbot)
    texts = [*visible_texts(near_by.filters), *visible_texts(near_by.map.select_bar)]
    texts += visible_texts(near_by.inspector)
    assert not unrendered(texts)
    assert not [text for text in texts if re.search("[\u4e00-\u9fff]", text)]
    dialog = ask(near_by, qtbot)
    assert not unrendered(visible_texts(dialog))
    dialog.close()
