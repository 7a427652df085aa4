"""The board of lots through the window: dragged, several at once, by keyboard, from the map; what is told of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot
from shapely.geometry import Point, box

from gisapp.panels.census.lots_entry import LotsEntry
from gisapp.panels.census.progress_tab import COLUMNS
from gisapp.window import Window
from layers.model.asset import AssetKey
from layers.model.query import Query
from layers.register import Register
from layers.text import Message
from tests.gisapp.driving import PATIENCE, settle, unrendered, visible_texts

LEFT = Qt.MouseButton.LeftButton
CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
ONE, TWO = 1, 2


@pytest.fixture
def campaign(town: Path) -> Path:
    """Two teams and four lots of ten hydrants each: one late and begun, three that nobody has begun."""
    with Register.open(town, actor="林工") as register, register.edit(Message("action.import")) as edit:
        for name in ("一组", "二组"):
            edit.insert("team", {"name": name})
        id = edit.insert("campaign", {
            "name": "普查", "types": "hydrant", "state": "open", "form": '{"hydrant": ["feed_dn"]}',
            "from_date": "2020-01-01", "to_date": "2099-12-31",
        })  # fmt: skip
        for number in range(4):
            west = 538000 + 250 * number
            lot = edit.insert("lot", {
                "campaign": id, "name": f"任务{number}", "team": ONE if number < 3 else None,
                "geom": box(west, 3015900, west + 240, 3016100), "state": "planned",
                "due_date": "2020-02-01" if number == 0 else None,
            })  # fmt: skip
            for place in range(10):
                state = {"state": "planned"}
                if number == 0 and place < 2:
                    state = {"state": "visited", "outcome": "found", "logged_at": "2020-01-05T02:00:00.000Z"}
                # Numbered against the way they stand.
                edit.insert("census_record", {
                    "campaign": id, "lot": lot, "target_type": "hydrant", "sequence": (place * 7) % 10 + 1,
                    "geom": Point(west + 20 * place, 3016003), **state,
                })  # fmt: skip
    return town


@pytest.fixture
def board(campaign: Path, open_town: Window, qtbot: QtBot) -> Window:
    window = open_town
    window.resize(1440, 900)
    window.parts.actions.trigger("survey.board")
    qtbot.waitUntil(lambda: window.census.lots.board is not None, timeout=PATIENCE)
    settle(window, qtbot)
    return window


def teams_of(window: Window) -> list[int | None]:
    register = window.parts.session.register
    assert register is not None
    return [lot["team"] for lot in register.find(Query("lot"))]


def drag(window: Window, qtbot: QtBot, lot: int, key: object) -> None:
    kanban = window.census.below.lots.kanban
    place = kanban.place_of(lot)
    assert place is not None
    start, goal = place.center(), kanban.place_of_column(key).center()
    port = kanban.viewport()
    qtbot.mousePress(port, LEFT, pos=start)
    for at in (start + QPoint(20, 5), goal):
        qtbot.mouseMove(port, pos=at)
    qtbot.mouseRelease(port, LEFT, pos=goal)


def test_lots_are_given_to_teams_on_the_board(board: Window, qtbot: QtBot) -> None:
    window = board
    census, actions = window.census, window.parts.actions
    tab, kanban = census.below.lots, census.below.lots.kanban
    assert [(column.key, column.cards) for column in kanban.columns] == [(0, (4,)), (1, (1, 2, 3)), (2, ())]
    assert tab.alarms["late"].text() == "1 份逾期"
    assert not unrendered(visible_texts(window))

    # One card dragged is one act, taken back by one undo; the second team's column was narrow until then.
    drag(window, qtbot, 4, TWO)
    qtbot.waitUntil(lambda: teams_of(window) == [1, 1, 1, 2], timeout=PATIENCE)
    actions.trigger("edit.undo")
    qtbot.waitUntil(lambda: teams_of(window) == [1, 1, 1, None], timeout=PATIENCE)
    settle(window, qtbot)

    # Several at once: chosen with Ctrl, the map has them selected; by keyboard to the column beside.
    kanban.fold(TWO, False)
    for lot, keys in ((2, Qt.KeyboardModifier.NoModifier), (3, CTRL)):
        place = kanban.place_of(lot)
        assert place is not None
        qtbot.mouseClick(kanban.viewport(), LEFT, keys, place.center())
        settle(window, qtbot)
    assert window.parts.session.selection.ids("lot").tolist() == [2, 3]
    qtbot.keyClick(kanban, Qt.Key.Key_Right, ALT)
    qtbot.waitUntil(lambda: teams_of(window) == [1, 2, 2, None], timeout=PATIENCE)
    actions.trigger("edit.undo")
    qtbot.waitUntil(lambda: teams_of(window) == [1, 1, 1, None], timeout=PATIENCE)
    settle(window, qtbot)

    # From the map: what is selected there, in the menu of teams.
    window.parts.session.select([AssetKey("lot", 3), AssetKey("lot", 4)])
    assert actions.is_possible("survey.assign")
    actions.trigger("survey.assign")
    qtbot.waitUntil(lambda: bool(tab.findChildren(QMenu)), timeout=PATIENCE)
    menu = tab.findChildren(QMenu)[0]
    next(action for action in menu.actions() if action.text().startswith("二组")).trigger()
    menu.close()
    qtbot.waitUntil(lambda: teams_of(window) == [1, 1, 2, 2], timeout=PATIENCE)
    settle(window, qtbot)

    # What is late opens the lots; a due date for all chosen is one act.
    tab.alarms["late"].click()
    assert census.lots.chosen == (1,)
    actions.trigger("survey.due")
    entry = census.panel.card.entry
    assert entry is not None
    # What is wrong is said in full: the card grows with its sentences.
    entry.editors["due_date"].setText("2099-13-45")
    entry.commit()
    settle(window, qtbot)
    assert entry.error.isVisible()
    assert entry.error.height() >= entry.error.heightForWidth(entry.error.width())
    assert entry.error.geometry().top() > entry.editors["due_date"].geometry().bottom()
    entry.editors["due_date"].setText("2099-05-01")
    entry.commit()
    qtbot.waitUntil(lambda: not tab.alarms["late"].isVisible(), timeout=PATIENCE)
    assert census.panel.card.entry is None

    # By state: what is set by hand is, what comes of acceptance is refused in words.
    tab.show_view("state")
    drag(window, qtbot, 1, "out")
    register = window.parts.session.register
    assert register is not None

    def state() -> str:
        lot = register.get("lot", 1)
        assert lot is not None
        return str(lot["state"])

    qtbot.waitUntil(lambda: state() == "out", timeout=PATIENCE)
    settle(window, qtbot)
    drag(window, qtbot, 1, "accepted")
    assert any("已验收" in text for text in visible_texts(window.notices))
    assert state() == "out"


def test_evening_out_walking_order_and_progress(board: Window, qtbot: QtBot) -> None:
    window = board
    census, actions, register = window.census, window.parts.actions, window.parts.session.register
    assert register is not None
    actions.trigger("survey.even")
    qtbot.waitUntil(lambda: census.panel.card.entry is not None, timeout=PATIENCE)
    entry = census.panel.card.entry
    assert entry is not None
    # Only the first team has lots: what nobody has goes to it, nothing else changes hands.
    assert census.lots.chosen == (4,)
    entry.commit()
    qtbot.waitUntil(lambda: teams_of(window) == [1, 1, 1, 1], timeout=PATIENCE)
    settle(window, qtbot)

    # The walking order of the whole campaign, as one act; what was logged keeps its number.
    actions.trigger("survey.walk")
    entry = census.panel.card.entry
    assert entry is not None
    scope = entry.editors["scope"]
    scope.setCurrentIndex(scope.count() - 1)
    entry.commit()
    qtbot.waitUntil(lambda: bool(register.get("lot", 4)["walk_m"]), timeout=PATIENCE)
    settle(window, qtbot)
    found = register.find(Query("census_record"))
    for lot in (2, 3, 4):
        its = [r.geometry.x for r in sorted(found, key=lambda r: r["sequence"]) if r["lot"] == lot]
        assert its in (sorted(its), sorted(its, reverse=True))
    # 20 m along the street from each to the next, 3 m to its middle and back.
    assert register.get("lot", 4)["walk_m"] == 9 * 26
    assert [r["sequence"] for r in found if r["state"] == "visited"] == [1, 2]

    # The target is never under the overview: the map goes where it is seen.
    canvas, overview = window.map.canvas, window.map.navigation.overview
    overview.show()
    row = census.centre.rows[-1]
    at = row.record.geometry
    view = canvas.viewport
    goal = overview.geometry().center()
    canvas.go(view.panned(goal.x() - view.to_pixel(at.x, at.y)[0], goal.y() - view.to_pixel(at.x, at.y)[1]))
    census.centre.choose(row.id)
    spot = canvas.viewport.to_pixel(at.x, at.y)
    assert not overview.geometry().contains(int(spot[0]), int(spot[1]))

    # Progress: every team beside its own plan; a figure opens the records it was counted from.
    census.show_tab("progress")
    tab = census.below.progress
    qtbot.waitUntil(lambda: tab.progress is not None, timeout=PATIENCE)
    rows = tab.table.rows
    assert [row.id for row in rows.rows] == [0, ONE]
    assert rows.rows[1].cells[1] == "2 / 40"
    tab.table.setCurrentIndex(rows.index(1, 0))
    assert tab.chart.accessibleName().startswith("一组")
    tab.open_figure(rows.index(1, COLUMNS.index("done")))
    assert window.parts.session.selection.ids("census_record").tolist() == [1, 2]
    tab.open_figure(rows.index(0, COLUMNS.index("left")))
    assert len(window.parts.session.selection.ids("census_record")) == 38
    tab.open_figure(rows.index(1, COLUMNS.index("late")))
    assert census.below.tab == "lots"
    assert census.lots.chosen == (1,)

    # The map by team: each lot in the colour that its column has.
    actions.trigger("survey.style_team")
    qtbot.waitUntil(
        lambda: canvas.scene is not None and canvas.scene.style.name == "census_team", timeout=PATIENCE
    )
    layer = next(each for each in canvas.scene.style.layers if each.id == "lot_area")
    assert [(each.id, each.look.fill) for each in layer.classes] == [
        ("t1", census.below.lots.kanban.columns[1].mark)
    ]

    # A size that is none takes back what was told of the one before, and makes nothing.
    with register.edit(Message("action.import")) as edit:
        edit.insert("hydrant", {"code": "XF-9", "status": "in_service", "geom": Point(538000, 3016003)})
        bare = edit.insert("campaign", {"name": "空", "types": "hydrant", "state": "open", "form": "{}"})
    census.show_tab("progress")
    settle(window, qtbot)
    census.centre.choose_campaign(bare)
    qtbot.waitUntil(lambda: census.centre.campaign is not None and census.centre.campaign.id == bare)
    settle(window, qtbot)
    assert "没有任务" in census.page.empty.text()
    qtbot.waitUntil(lambda: "没有任务" in tab.chart.accessibleName(), timeout=PATIENCE)
    actions.trigger("survey.lots")
    qtbot.waitUntil(lambda: isinstance(census.panel.card.entry, LotsEntry), timeout=PATIENCE)
    entry = census.panel.card.entry
    assert isinstance(entry, LotsEntry)
    entry.editors["way"].setCurrentIndex(entry.editors["way"].findData("size"))
    settle(window, qtbot)
    assert "将建" in entry.told.text()
    entry.editors["size"].setFocus()
    entry.editors["size"].selectAll()
    qtbot.keyClick(entry.editors["size"], Qt.Key.Key_0)
    assert "整数" in entry.told.text()
    settle(window, qtbot)
    assert ("整数" in entry.told.text(), entry.save.isEnabled()) == (True, False)
