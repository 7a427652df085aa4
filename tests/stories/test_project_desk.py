"""Story 8: a project manager dates a milestone and logs metres; board, page and timeline move at once."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot
from shapely.geometry import LineString, Polygon

from gisapp.panels.renewal.log_entry import LogEntry
from gisapp.window import Window
from layers.model.asset import AssetKey
from layers.model.query import Compare, Query
from layers.register import Register
from layers.text import Message
from tests.gisapp.driving import PATIENCE, settle, unrendered, visible_texts, write

LEFT = Qt.MouseButton.LeftButton
CONTROL = Qt.KeyboardModifier.ControlModifier
MAIN, HOMES, RESTING = "建设路老旧主管改造", "锦绣家园户表改造", "停工项目"


@pytest.fixture
def works(town: Path) -> Path:
    """The town with a renewal project under way, one that rests, and one conversion of a community."""
    today = datetime.date.today()

    def day(number: int) -> str:
        return (today + datetime.timedelta(days=number)).isoformat()

    with Register.open(town, actor="林工") as register, register.edit(Message("action.import")) as edit:
        person = edit.insert("person", {"name": "林工"})
        common = {"kind": "renewal", "manager": person, "planned_start": day(-60), "planned_finish": day(40)}
        project = edit.insert("project", {"name": MAIN, "state": "open", **common})
        edit.insert("project", {"name": RESTING, "state": "suspended", **common})
        shape = Polygon([(538100, 3016100), (538300, 3016100), (538300, 3016200), (538100, 3016200)])
        community = edit.insert("community", {"name": "盛世家园", "code": "XQ-0002", "geom": shape})
        edit.insert("project", {
            "name": HOMES, "kind": "conversion", "state": "open", "community": community, "households": 319,
        })  # fmt: skip
        for dn, start in ((400, 0), (400, 100), (200, 200)):
            line = LineString([(538000 + start, 3016040), (538100 + start, 3016040)])
            edit.insert(
                "pipe", {"dn": dn, "material": "DI", "status": "planned", "project_in": project, "geom": line}
            )
        for stage, planned, actual in (
            ("candidate", -90, -90), ("approved", -80, -80), ("surveyed", -75, -75), ("designed", -70, -68),
            ("budget_review", -68, -66), ("contracted", -66, -64), ("permits", -62, -61), ("started", -9, None),
            ("laid", 20, None),
        ):  # fmt: skip
            values = {"project": project, "stage": stage, "planned_date": day(planned)}
            edit.insert("milestone", values | ({"actual_date": day(actual)} if actual is not None else {}))
    return town


def _click_card(window: Window, project: int, qtbot: QtBot) -> None:
    place = window.renewal.panel.kanban.place_of(project)
    assert place is not None
    qtbot.mouseClick(window.renewal.panel.kanban.viewport(), LEFT, pos=place.center())
    qtbot.waitUntil(lambda: window.renewal.centre.details is not None, timeout=PATIENCE)
    settle(window, qtbot)


def test_date_a_milestone_and_log_metres(works: Path, open_town: Window, qtbot: QtBot) -> None:
    window = open_town
    session, centre = window.parts.session, window.renewal.centre
    register = session.register
    window.parts.actions.trigger("projects.open")
    qtbot.waitUntil(lambda: centre.board is not None, timeout=PATIENCE)
    settle(window, qtbot)
    panel = window.renewal.panel
    cards = {card.name: card for card in centre.board.cards}
    project = cards[MAIN].id
    assert cards[MAIN].phase == "works"
    assert panel.figures.buttons["count"].text() == "项目 2"

    # 1: click the card; its pipes are selected with it, its page stands in the inspector's place.
    _click_card(window, project, qtbot)
    assert session.selection.counts == {"pipe": 3, "project": 1}
    page = window.renewal.page
    assert window.side.currentWidget() is page
    assert page.isVisible()
    assert window.renewal.schedule.isVisible()
    row = next(row for row in page.milestones.rows if row.stage.text() == "开工")
    assert row.delay.text() == "+9 天"
    # 2: click the milestone; 3: today stands there, type the evidence and Enter.
    qtbot.mouseClick(row, LEFT)
    entry = page.milestones.entry
    assert entry.editors["actual_date"].text() == centre.today.isoformat()
    write(entry.editors["evidence"], "开工令 2024-12", qtbot)
    qtbot.keyClick(entry.editors["evidence"], Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: centre.card.current.stage.code == "laid", timeout=PATIENCE)
    settle(window, qtbot)
    found = {each["stage"]: each for each in centre.details.milestones}["started"]
    assert found["evidence"] == "开工令 2024-12"
    assert row.actual.text() == centre.today.strftime("%m-%d")
    assert page.milestones.entry is None

    # 1: the button; 2: metres and Enter.
    share = centre.card.share
    qtbot.mouseClick(page.log, LEFT)
    assert isinstance(page.entry, LogEntry)
    qtbot.keyClicks(page.entry.editors["metres"], "-5")
    qtbot.keyClick(page.entry.editors["metres"], Qt.Key.Key_Return)
    assert page.entry.error.isVisible()
    page.entry.editors["metres"].selectAll()
    qtbot.keyClicks(page.entry.editors["metres"], "24")
    qtbot.keyClick(page.entry.editors["metres"], Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: centre.card.laid == 24, timeout=PATIENCE)
    settle(window, qtbot)
    assert centre.card.share > share
    assert "已敷 0.02 km（8 %）" in visible_texts(panel)
    assert {size.dn: size.laid for size in centre.card.sizes} == {400: 24, 200: 0}

    # A visit with its checklist: points off are counted while they are typed.
    page.open_row("supervision_visit")
    points, until = page.entry.items["hoarding"]
    qtbot.keyClicks(points, "4")
    qtbot.keyClicks(until, "20XX")
    assert page.entry.score.text() == "得分 96"
    page.entry.commit()
    assert page.entry.error.isVisible()
    write(page.entry.editors["inspector"], "刘督查", qtbot)
    until.setText(centre.today.isoformat())
    page.entry.commit()
    qtbot.waitUntil(lambda: centre.details.counts["supervision_visit"] == 1, timeout=PATIENCE)
    settle(window, qtbot)
    assert [each["deduction"] for each in centre.details.findings] == [4]
    qtbot.waitUntil(lambda: "督查 刘督查，扣 4 分" in visible_texts(page), timeout=PATIENCE)
    window.parts.actions.trigger("edit.undo")
    qtbot.waitUntil(lambda: centre.details.counts["supervision_visit"] == 0, timeout=PATIENCE)
    settle(window, qtbot)
    # What is typed stays with the project it was typed for.
    page.open_row("contract")
    write(page.entry.editors["contractor"], "城建三处", qtbot)
    centre.choose(cards[RESTING].id)
    settle(window, qtbot)
    assert page.entry is None
    assert not page.log.isEnabled()
    _click_card(window, project, qtbot)
    page.open_row("contract")
    assert page.entry.editors["contractor"].text() == "城建三处"
    page.close_entry()

    # Both are one step each.
    assert "DN400 24 m" in window.parts.language.render(session.undo_label)
    window.parts.actions.trigger("edit.undo")
    qtbot.waitUntil(lambda: centre.card.laid == 0, timeout=PATIENCE)
    settle(window, qtbot)

    # A pipe of the project, picked on the map, stands for it; without the desk nobody asks.
    session.select(())
    qtbot.waitUntil(lambda: window.side.currentWidget() is window.inspector, timeout=PATIENCE)
    assert not window.room.below.isVisible()
    pipe = centre.board.by_id[project].pipes[0]
    session.select((AssetKey("pipe", pipe),))
    assert centre.project == AssetKey("project", project)
    settle(window, qtbot)

    # Two managers enter one milestone: the second is told, what was typed stays, and saving again goes on.
    settle(window, qtbot)
    number = next(n for n, step in enumerate(centre.card.steps) if step.stage.code == "accepted")
    page.milestones.open_entry(number)
    page.milestones.entry.editors["actual_date"].clear()
    write(page.milestones.entry.editors["evidence"], "验收单", qtbot)
    with register.edit(Message("action.import")) as edit:
        edit.insert("milestone", {"project": project, "stage": "accepted", "planned_date": "2030-01-01"})
    page.milestones.entry.commit()
    qtbot.waitUntil(lambda: page.milestones.entry.error.isVisible(), timeout=PATIENCE)
    assert page.milestones.entry.editors["evidence"].text() == "验收单"
    qtbot.waitUntil(
        lambda: "accepted" in {each["stage"] for each in centre.details.milestones}, timeout=PATIENCE
    )
    page.milestones.entry.commit()
    qtbot.waitUntil(lambda: page.milestones.entry is None, timeout=PATIENCE)
    settle(window, qtbot)
    row = register.find(Query("milestone", Compare("stage", "=", "accepted")))[0]
    assert (row["evidence"], row["planned_date"]) == ("验收单", "2030-01-01")

    # Dragging the card on asks for the dates between; a card that rests is refused with a sentence.
    kanban = panel.kanban
    panel.kanban.fold("settlement", False)
    start, goal = kanban.place_of(project).center(), kanban.place_of_phase("finishing").center()
    for act, at in ((qtbot.mousePress, start), (qtbot.mouseMove, goal), (qtbot.mouseRelease, goal)):
        if act is qtbot.mouseMove:
            act(kanban.viewport(), pos=at)
        else:
            act(kanban.viewport(), LEFT, pos=at)
    qtbot.waitUntil(lambda: panel.move_card.isVisible(), timeout=PATIENCE)
    stages = list(panel.move_card.entry.editors)
    assert stages == ["laid", "tested", "flushed", "in_service", "evidence"]
    qtbot.mouseClick(panel.move_card.entry.save, LEFT)
    qtbot.waitUntil(lambda: centre.card.phase == "finishing", timeout=PATIENCE)
    settle(window, qtbot)
    assert not panel.move_card.isVisible()
    kanban.moved.emit(cards[RESTING].id, "settlement")
    qtbot.waitUntil(lambda: bool(window.parts.notifier.notices), timeout=PATIENCE)
    settle(window, qtbot)
    assert window.parts.notifier.notices[-1].title.id == "renewal_desk.move.suspended"

    # The list marks what is selected; figures select what they count; the funnel counts communities.
    panel.show_view("list")
    panel.figures.buttons["count"].click()
    assert session.selection.counts == {"project": 2}
    assert len(panel.projects.table.selectionModel().selectedRows()) == 2
    panel.show_view("timeline")
    panel.show_view("funnel")
    assert [len(each.projects) for each in panel.funnel.rows] == [0] * len(panel.funnel.rows)
    settle(window, qtbot)
    assert window.renewal.marks.is_shown
    qtbot.mouseClick(panel.funnel, LEFT, pos=QPoint(40, panel.funnel.row_place(1).center().y()))

    # My projects alone, on the board and for everybody who follows the filter.
    window.parts.actions.trigger("projects.mine")
    qtbot.waitUntil(lambda: len(centre.board.cards) == 2, timeout=PATIENCE)
    assert set(session.filters) == {"project"}
    # Filters and edits in quick succession: no reading keeps the next one from ending.
    for manager in (None, next(iter(centre.people)), None):
        centre.keep_to("manager", manager)
        centre.read()

    # A new project is made, and looked at.
    # What is listed now is what a new one is offered as.
    for name, kind in (("conversion", "户表改造"), ("main", "改造")):
        panel.show_list(name)
        window.parts.actions.trigger("projects.new")
        assert panel.new_project.entry.editors["kind"].currentText() == kind
    write(panel.new_project.entry.editors["name"], "大塘路新建", qtbot)
    qtbot.keyClick(panel.new_project.entry.editors["name"], Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: register.count("project") == 4, timeout=PATIENCE)
    qtbot.waitUntil(lambda: centre.card is not None and centre.card.name == "大塘路新建", timeout=PATIENCE)
    settle(window, qtbot)

    window.parts.language.use("en")
    assert unrendered(visible_texts(window)) == []
    window.parts.language.use("zh")
    window.show_desk("map")
    assert window.side.currentWidget() is window.inspector
    assert window.upper.sizes()[0] < 400
