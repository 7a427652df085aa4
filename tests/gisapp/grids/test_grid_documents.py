"""Roster, cards, book of maps and styles in the window: what the desk knows is what is read, printed and drawn."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from shapely.geometry import box

from gisapp.commands.grid_documents import print_book, print_cards, share_grids_map, write_roster
from gisapp.panels.roster.grid_book import BESIDE, ON_PAGE, list_pages, page_of
from gisapp.window import Window
from layers.model.query import Query
from layers.model.roles import VIEWER
from layers.register import Register
from layers.text import Message
from tests.gisapp.driving import PATIENCE, settle, unrendered, visible_texts
from tests.printed import pages_of

PEOPLE = ("周海燕", "陈立国", "谢春梅")
TODAY = datetime.date.today()
SOON = TODAY + datetime.timedelta(20)


@pytest.fixture
def staffed(town: Path) -> Path:
    """The town with two grids in an area, one of them without a primary; somebody is about to leave."""
    with Register.open(town, actor="林工") as register, register.edit(Message("action.import")) as edit:
        people = [
            edit.insert("person", {"name": name, "phone": f"1390000{n:04d}", "main_role": "steward"})
            for n, name in enumerate(PEOPLE)
        ]
        land = box(537900, 3015800, 539100, 3016200)
        area = edit.insert("grid", {"code": "PQ-01", "name": "城区片区", "level": "area", "geom": land})
        for n, code in enumerate(("WG-01", "WG-02")):
            ground = box(537900 + 600 * n, 3015800, 538500 + 600 * n, 3016200)
            grid = edit.insert(
                "grid", {"code": code, "name": f"第{n}网格", "level": "grid", "parent": area, "geom": ground}
            )
            given = {"role": "steward", "target": f"grid:{grid}", "from_date": "2024-01-01"}
            if n == 0:
                edit.insert(
                    "assignment", {**given, "person": people[0], "rank": "primary", "to_date": str(SOON)}
                )
            edit.insert("assignment", {**given, "person": people[1], "rank": "backup"})
        meters = [asset.id for asset in register.find(Query("meter"))]
        edit.update_many("meter", meters, {"grid": grid - 1, "role": "household"})
    return town


def written(window: Window, path: Path, qtbot: QtBot) -> Path:
    """The file once it is there and noted."""
    qtbot.waitUntil(lambda: window.statements.written == str(path), timeout=PATIENCE)
    return path


def test_what_the_desk_knows_is_read_printed_and_drawn(
    staffed: Path, open_town: Window, tmp_path: Path, qtbot: QtBot
) -> None:
    window = open_town
    session, centre, desk = window.parts.session, window.grids.centre, window.grids
    register = session.register
    assert register is not None

    # The roster under the map.
    window.parts.actions.trigger("roster.open")
    qtbot.waitUntil(lambda: centre.known is not None and centre.known.stock is not None, timeout=PATIENCE)
    settle(window, qtbot)
    roster = desk.roster
    assert roster.isVisible()
    texts = [
        [roster.area.rows.index(row, column).data() for column in range(4)]
        for row in range(roster.area.rows.rowCount())
    ]
    assert texts == [
        ["城区片区", "", "", ""],
        ["WG-01", "第0网格", "周海燕", "13900000000"],
        ["WG-02", "第1网格", "无主责", ""],
        ["合计", "2 个网格", "", ""],
    ]
    west = roster.area.rows.row(roster.area.rows.index(1, 0))
    assert west is not None
    roster.area.setCurrentIndex(roster.area.rows.index(1, 0))
    qtbot.waitUntil(lambda: centre.grid == west.id, timeout=PATIENCE)
    settle(window, qtbot)
    window.parts.actions.trigger("roster.calendar")
    qtbot.waitUntil(lambda: len(roster.calendar.rows.entries) > 1, timeout=PATIENCE)
    assert f"{SOON} " in " ".join(
        str(roster.calendar.rows.index(row, 0).data()) for row in range(roster.calendar.rows.rowCount())
    )
    window.parts.actions.trigger("roster.balance")
    assert [bar.name for bar in roster.balance.columns[1]] == ["周海燕"]
    assert roster.balance.spread == pytest.approx(2.0)
    assert not unrendered(visible_texts(roster))
    window.parts.language.use("en")
    settle(window, qtbot)
    assert roster.tabs["balance"].text() == "Workload"
    window.parts.language.use("zh")

    # Cards of the grid looked at, then of all; the mains of the town are nobody's business in the street.
    print_cards(window, path=tmp_path / "one.pdf")
    (card,) = pages_of(written(window, tmp_path / "one.pdf", qtbot))
    for words in ("WG-01", "第0网格", "周海燕", "13900000000", "陈立国", "本网格水管家", "大塘路"):
        assert words in card.replace("\r\n", ""), words
    assert "DN" not in card
    centre.ask_no_more()
    session.select(())
    print_book(window, path=tmp_path / "book.pdf")
    index, first, second = pages_of(written(window, tmp_path / "book.pdf", qtbot))
    assert [name in index for name in ("WG-01", "WG-02", "周海燕", "无主责", "1 / 3")] == [True] * 5
    assert ("周海燕" in first, "陈立国" in first, "2 / 3" in first) == (True, True, True)
    assert ("无主责" in second, "3 / 3" in second) == (True, True)
    # Stopped on the way: nothing is left of it.
    print_book(window, path=tmp_path / "stopped.pdf")
    window.parts.tasks.running[-1].cancel()
    settle(window, qtbot)
    write_roster(window, "excel", tmp_path / "roster.xlsx")
    written(window, tmp_path / "roster.xlsx", qtbot)
    shown: list[object] = []
    share_grids_map(window, tmp_path / "map.html", lambda url: shown.append(url) or True)
    qtbot.waitUntil(lambda: bool(shown), timeout=PATIENCE)
    assert not (tmp_path / "stopped.pdf").exists()
    # In a role that may not take people along they are masked; the note says which it was.
    session.take_role(VIEWER)
    write_roster(window, "pdf", tmp_path / "roster.pdf")
    masked = "".join(pages_of(written(window, tmp_path / "roster.pdf", qtbot)))
    assert ("周海燕" in masked, "周**" in masked, "139****0000" in masked) == (False, True, True)
    notes = {note["target"]: note["personal_data"] for note in register.find(Query("export_record"))}
    assert notes == {
        "one.pdf": True, "book.pdf": True, "roster.xlsx": True, "map.html": True, "roster.pdf": False,
    }  # fmt: skip


def test_styles_follow_who_is_in_charge(staffed: Path, open_town: Window, qtbot: QtBot) -> None:
    window = open_town
    session, canvas = window.parts.session, window.map.canvas

    def classes() -> dict[str, tuple[str, ...]]:
        scene = canvas.scene
        assert scene is not None
        layer = next(each for each in scene.style.layers if each.id == "grid_area")
        return {each.title.zh: each.rules[0].values for each in layer.classes if each.rules}

    window.map.use_style("grid_person")
    qtbot.waitUntil(
        lambda: canvas.scene is not None and canvas.scene.style.name == "grid_person", timeout=PATIENCE
    )
    assert classes() == {"无主责": ("WG-02",), "周海燕": ("WG-01",)}
    east = next(each for each in session.register.find(Query("grid")) if each["code"] == "WG-02")
    session.edit(
        Message("action.import"),
        lambda edit: edit.insert(
            "assignment",
            {
                "person": 3,
                "role": "steward",
                "target": f"grid:{east.id}",
                "rank": "primary",
                "from_date": str(TODAY),
            },
        ),
        lambda _: None,
    )
    qtbot.waitUntil(lambda: "谢春梅" in classes(), timeout=PATIENCE)
    assert classes() == {"周海燕": ("WG-01",), "谢春梅": ("WG-02",)}
    # The day of the desk is the day of the colours.
    window.show_desk("grids")
    window.parts.actions.trigger("roster.style_person")
    window.grids.centre.go_to_day(datetime.date(2025, 1, 1))
    qtbot.waitUntil(lambda: "无主责" in classes(), timeout=PATIENCE)
    window.show_desk("map")
    window.map.use_style("grid_person")
    qtbot.waitUntil(lambda: "谢春梅" in classes(), timeout=PATIENCE)
    settle(window, qtbot)


def test_every_grid_has_its_page_in_the_book() -> None:
    for count in (1, BESIDE, BESIDE + 1, BESIDE + ON_PAGE + 1):
        lists = list_pages(count)
        assert lists * ON_PAGE >= count - BESIDE
        assert page_of(0, count) == 2 + lists
        assert [page_of(n + 1, count) - page_of(n, count) for n in range(count - 1)] == [1] * (count - 1)
