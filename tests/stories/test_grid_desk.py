"""Stories 10 and 11: who is responsible here on a day; a grid divided and one half handed over from next Monday."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from shapely.geometry import box

from gisapp.desks.grid_desk import TOOL
from gisapp.panels.grids.handover_card import next_monday
from gisapp.window import Window
from layers.model.asset import AssetKey
from layers.model.query import Compare, Query
from layers.past.book import Past
from layers.register import Register
from layers.text import Message
from tests.gisapp.driving import PATIENCE, find, settle, unrendered, visible_texts, write

LEFT = Qt.MouseButton.LeftButton
WEST, EAST, NORTH = "WG-01", "WG-02", "WG-03"
PEOPLE = ("周海燕", "陈立国", "谢春梅", "罗敏")
LONG_AGO = datetime.date(2024, 5, 1)


class Doing:
    """What the user does, counted: a click, a key with what it brings, a text that is entered."""

    def __init__(self, window: Window, qtbot: QtBot) -> None:
        self._window, self._qtbot, self.acts = window, qtbot, 0

    def click(self, widget: QWidget, at: QPoint | None = None) -> None:
        self.acts += 1
        self._qtbot.mouseClick(widget, LEFT, pos=at or widget.rect().center())
        settle(self._window, self._qtbot)

    def click_map(self, x: float, y: float, *, twice: bool = False) -> None:
        self.acts += 1
        canvas = self._window.map.canvas
        at = QPoint(*(round(each) for each in canvas.viewport.to_pixel(x, y)))
        self._qtbot.mouseMove(canvas, at)
        self._qtbot.mouseClick(canvas, LEFT, pos=at)
        if twice:
            self._qtbot.mouseDClick(canvas, LEFT, pos=at)
        settle(self._window, self._qtbot)

    def enter(self, field: QWidget, text: str) -> None:
        self.acts += 1
        field.setFocus()
        field.selectAll()  # type: ignore[attr-defined]
        write(field, text, self._qtbot)
        self._qtbot.keyClick(field, Qt.Key.Key_Return)
        settle(self._window, self._qtbot)

    def ask(self, text: str) -> None:
        self.acts += 2
        self._qtbot.keyClick(self._window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
        write(self._window.palette_panel.field, text, self._qtbot)
        self._qtbot.keyClick(self._window.palette_panel.field, Qt.Key.Key_Return)
        settle(self._window, self._qtbot)


@pytest.fixture
def staffed(town: Path) -> Path:
    """The town with three grids in one area, four stewards, and a change of hands in the past."""
    with Register.open(town, actor="林工") as register, register.edit(Message("action.import")) as edit:
        ids = [
            edit.insert("person", {"name": name, "phone": f"1390000{n:04d}", "main_role": "steward"})
            for n, name in enumerate(PEOPLE)
        ]
        land = box(537900, 3015800, 539100, 3016400)
        whole = edit.insert("grid", {"code": "PQ-01", "name": "城区片区", "level": "area", "geom": land})
        grids = []
        for code, name, shape in (
            (WEST, "城西", box(537900, 3015800, 538500, 3016200)),
            (EAST, "城东", box(538500, 3015800, 539100, 3016200)),
            (NORTH, "城北", box(537900, 3016200, 539100, 3016400)),
        ):
            grids.append(edit.insert("grid", {
                "code": code, "name": name, "level": "grid", "parent": whole, "valid_from": "2021-01-01", "geom": shape,
            }))  # fmt: skip
        for person, grid, rank, first, last in (
            (0, 0, "primary", "2023-11-01", "2024-12-31"), (3, 0, "primary", "2021-01-01", "2023-10-31"),
            (1, 0, "primary", "2025-01-01", None), (1, 0, "backup", "2024-01-15", "2024-12-31"),
            (2, 1, "primary", "2021-01-01", None), (0, 1, "backup", "2021-01-01", None),
        ):  # fmt: skip
            edit.insert("assignment", {
                "person": ids[person], "role": "steward", "target": f"grid:{grids[grid]}", "rank": rank,
                "from_date": first, "to_date": last, "document": "供水网〔2023〕41 号",
            })  # fmt: skip
        meters = [asset.id for asset in register.find(Query("meter"))]
        edit.update_many("meter", meters, {"grid": grids[0], "role": "household"})
    return town


def _open_desk(window: Window, qtbot: QtBot) -> None:
    window.parts.actions.trigger("grids.open")
    qtbot.waitUntil(
        lambda: window.grids.centre.known is not None and window.grids.centre.known.stock is not None,
        timeout=PATIENCE,
    )
    settle(window, qtbot)


def _primary(window: Window, grid: int, day: datetime.date) -> str:
    """The steward of a grid on a day, as the desk knows it."""
    book = window.grids.centre.known.enquiry.book
    held = book.primary(AssetKey("grid", grid), day, "steward")
    return "" if held is None else book.people[held.person].name


def test_who_then_split_and_hand_over(staffed: Path, open_town: Window, qtbot: QtBot) -> None:
    window = open_town
    session, centre, desk = window.parts.session, window.grids.centre, window.grids
    register = session.register

    # Story 10 from anywhere: the palette, two acts.
    doing = Doing(window, qtbot)
    doing.ask(f"谁负责 SB-000003 {LONG_AGO}")
    qtbot.waitUntil(lambda: centre.answer is not None, timeout=PATIENCE)
    assert doing.acts <= 2
    assert window.side.currentWidget() is desk.page
    assert desk.page.cards[0].name.text() == "周海燕"
    qtbot.mouseClick(desk.page.closing, LEFT)
    assert window.side.currentWidget() is window.inspector

    # At the desk: the list says who has what, what is wrong, and how much it is.
    _open_desk(window, qtbot)
    panel = desk.panel
    centre.go_to_day(centre.now)
    settle(window, qtbot)
    rows = {row.code: row for row in centre.overview.rows}
    assert list(rows) == [WEST, EAST, NORTH]
    assert rows[NORTH].primary is None
    assert rows[NORTH].worst.kind == "no_primary"
    assert rows[WEST].percent > rows[EAST].percent
    assert desk.labels.is_shown
    assert {label.is_wrong for label in desk.labels.labels if label.code == NORTH} == {True}
    assert window.map.tool_name == TOOL
    centre.grid, grid = None, centre.grid
    window.parts.actions.refresh()
    assert panel.acts["grids.split_hand"].toolTip() == "先在列表里或地图上选一个网格"
    centre.grid = grid
    window.parts.actions.refresh()
    panel.keep("danger")
    assert [entry.code for entry in panel.model.entries if not isinstance(entry, str)] == [NORTH]
    panel.keep("danger")

    # Story 10: the day, a click.
    doing = Doing(window, qtbot)
    doing.enter(panel.day, str(LONG_AGO))
    doing.click_map(538300, 3016100)
    qtbot.waitUntil(lambda: centre.answer is not None and centre.answer.place is not None, timeout=PATIENCE)
    assert doing.acts <= 2
    page = desk.page
    assert window.side.currentWidget() is page
    assert [card.name.text() for card in page.cards] == ["周海燕", "陈立国"]
    assert [card.phone.text() for card in page.cards] == ["13900000000", "13900000001"]
    assert "供水网〔2023〕41 号" in " ".join(visible_texts(page))
    primaries = [
        span.name for span in centre.answer.history if span.rank == "primary" and span.kind == "held"
    ]
    assert primaries == ["罗敏", "周海燕", "陈立国"]
    assert {row.code: row.primary and row.primary.name for row in centre.overview.rows}[WEST] == "周海燕"
    # A click on the history goes to that day.
    assert page.history is not None
    page.history.day_asked.emit(datetime.date(2022, 6, 1))
    qtbot.waitUntil(lambda: page.cards[0].name.text() == "罗敏", timeout=PATIENCE)
    settle(window, qtbot)
    qtbot.mouseClick(panel.today, LEFT)
    qtbot.waitUntil(lambda: page.cards[0].name.text() == "陈立国", timeout=PATIENCE)
    settle(window, qtbot)
    assert page.stock.values["meters"].text() == "41"
    qtbot.mouseClick(page.stock.values["meters"], LEFT)
    settle(window, qtbot)
    assert session.selection.counts == {"meter": 41}

    # Of the panels under the map the last one opened stays, whatever is chosen.
    window.parts.actions.trigger("roster.open")
    assert desk.roster.isVisible()
    window.parts.actions.trigger("accounts.open")
    centre.choose(rows[EAST].id)
    settle(window, qtbot)
    assert window.room.below_of == "accounts"
    assert not desk.roster.isVisible()
    window.parts.actions.trigger("roster.open")
    assert desk.roster.isVisible()
    window.parts.actions.trigger("roster.open")
    assert window.room.below_of == ""

    # Story 11: choose the grid, divide it, hand one half over from next Monday: six acts.
    doing = Doing(window, qtbot)
    west = rows[WEST].id
    place = panel.list.visualRect(panel.model.index(panel.model.row_of(west), 0)).center()
    doing.click(panel.list.viewport(), place)
    doing.click(panel.acts["grids.split_hand"])
    doing.click_map(538118, 3015850)
    doing.click_map(538118, 3016150, twice=True)
    handing = desk.handing
    qtbot.waitUntil(lambda: handing.is_open, timeout=PATIENCE)
    doing.enter(handing.card.person.lineEdit(), "谢春梅")
    qtbot.waitUntil(lambda: handing.card.do.isEnabled(), timeout=PATIENCE)
    changes = {change.person.name: change for change in handing.card.bars.changes}
    assert changes["陈立国"].after < changes["陈立国"].before
    assert changes["谢春梅"].after > changes["谢春梅"].before
    assert "责任期无空档、无重叠" in visible_texts(handing.card)
    assert register.count("grid") == 4
    doing.click(handing.card.do)
    qtbot.waitUntil(lambda: len(centre.overview.rows) == 4 and not handing.is_open, timeout=PATIENCE)
    settle(window, qtbot)
    assert doing.acts <= 6
    new = next(row for row in centre.overview.rows if row.code not in (WEST, EAST, NORTH))
    monday = next_monday(centre.now)
    assert _primary(window, new.id, monday - datetime.timedelta(days=1)) == "陈立国"
    assert _primary(window, new.id, monday) == "谢春梅"
    assert _primary(window, west, monday) == "陈立国"
    assert 0 < register.count(Query("meter", Compare("grid", "=", new.id))) < 40

    # One step: all of it is taken back at once.
    window.parts.actions.trigger("edit.undo")
    qtbot.waitUntil(lambda: len(centre.overview.rows) == 3, timeout=PATIENCE)
    settle(window, qtbot)
    assert register.count(Query("meter", Compare("grid", "=", west))) == 41

    # A grid without anybody gets a steward; Esc leaves the card.
    centre.choose(rows[NORTH].id)
    settle(window, qtbot)
    window.parts.actions.trigger("grids.hand_over")
    settle(window, qtbot)
    assert not handing.card.do.isEnabled()
    # What comes up under the map takes no button of the card out of reach.
    window.resize(1280, 720)
    settle(window, qtbot)
    window.parts.actions.trigger("roster.open")
    settle(window, qtbot)
    assert window.map.rect().contains(handing.card.geometry())
    window.grids.show_roster(False)
    qtbot.keyClick(handing.card.person.lineEdit(), Qt.Key.Key_Escape)
    assert not handing.is_open
    window.parts.actions.trigger("grids.hand_over")
    settle(window, qtbot)
    handing.card.day.show_day(centre.now)
    Doing(window, qtbot).enter(handing.card.person.lineEdit(), "lm")
    qtbot.waitUntil(lambda: handing.card.do.isEnabled(), timeout=PATIENCE)
    qtbot.mouseClick(handing.card.do, LEFT)
    qtbot.waitUntil(lambda: centre.overview.by_id[rows[NORTH].id].primary is not None, timeout=PATIENCE)
    settle(window, qtbot)
    assert centre.overview.by_id[rows[NORTH].id].primary.name == "罗敏"

    # Somebody leaves on Friday: all of it goes in one act, and nobody is left without.
    window.parts.actions.trigger("grids.leaving")
    settle(window, qtbot)
    leaving = handing.leaving
    Doing(window, qtbot).enter(leaving.person.lineEdit(), "陈立国")
    qtbot.waitUntil(lambda: len(leaving.takers) == 1, timeout=PATIENCE)
    settle(window, qtbot)
    leaving.all_to.choose_text("谢春梅")
    qtbot.waitUntil(lambda: leaving.do.isEnabled(), timeout=PATIENCE)
    first = leaving.first_day
    qtbot.mouseClick(leaving.do, LEFT)
    qtbot.waitUntil(lambda: not handing.is_open, timeout=PATIENCE)
    settle(window, qtbot)
    qtbot.waitUntil(lambda: _primary(window, west, first) == "谢春梅", timeout=PATIENCE)
    settle(window, qtbot)
    gone = next(person for person in centre.known.enquiry.book.people.values() if person.name == "陈立国")
    assert gone.left == first

    # On a past day of the map the desk tells of that day, and nothing changes hands.
    session.show_past(Past("2022-06-01", "ground"))
    qtbot.waitUntil(lambda: centre.overview.day == datetime.date(2022, 6, 1), timeout=PATIENCE)
    settle(window, qtbot)
    assert centre.overview.by_id[west].primary.name == "罗敏"
    assert not window.parts.actions.is_possible("grids.hand_over")
    assert "工作量为今日（竖线 100%）" in visible_texts(panel)
    assert not panel.chips["load"].isVisible()
    assert not any(alarm.kind.startswith("load") for row in centre.overview.rows for alarm in row.alarms)
    handing.hand_over(west)
    assert not handing.is_open
    session.show_past(None)
    qtbot.waitUntil(lambda: centre.overview.day == centre.now, timeout=PATIENCE)
    settle(window, qtbot)

    # Both languages say everything; another desk has its own look again.
    window.parts.language.use("en")
    settle(window, qtbot)
    assert unrendered(visible_texts(window)) == []
    window.parts.language.use("zh")
    # The list of names that came up took the window's place as the active one.
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=PATIENCE)
    window.palette_panel.field.clear()
    find(window, "谁负责 没有这个", qtbot)
    settle(window, qtbot)
    assert "没有这个" in " ".join(visible_texts(desk.page))
    assert centre.answer.people == ()
    window.show_desk("map")
    assert window.map.tool_name == "select"
    assert not desk.labels.is_shown
