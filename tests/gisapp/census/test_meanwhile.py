"""Two at once and impatience, in the window: nothing typed is lost, nothing is done twice, what others did is said."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from gisapp.window import Window
from layers.census.acceptance.accepting import plan_acceptance
from layers.census.fieldwork.logging import Logged, plan_log
from layers.census.values import from_text
from layers.model.query import Query
from layers.register import Register
from layers.store.edit import Edit
from layers.text import Message
from tests.gisapp.census.test_quality_and_repairs import logged, logged_master
from tests.gisapp.driving import PATIENCE, settle

__all__ = ["logged", "logged_master"]
ACT = Message("action.import")


@pytest.fixture
def other(logged: Path, open_town: Window) -> Iterator[Register]:
    """Somebody else at the same register, once the window has it."""
    with Register.open(logged, actor="王工") as register:
        yield register


def test_what_is_typed_stays_when_others_write(other: Register, open_town: Window, qtbot: QtBot) -> None:
    window = open_town
    register, centre = window.parts.session.register, window.census.centre
    assert register is not None
    window.parts.actions.trigger("survey.open")
    qtbot.waitUntil(lambda: centre.row is not None, timeout=PATIENCE)
    settle(window, qtbot)
    page, row = window.census.page, centre.row
    assert row is not None
    editor = page.form.rows["feed_dn"].editor
    assert editor is not None
    editor.setFocus()
    editor.selectAll()
    qtbot.keyClicks(editor, "15")

    # Its place in the walk changes while somebody types: that is nobody's word.
    with other.edit(ACT) as edit:
        edit.update("census_record", row.id, row.record.version, {"sequence": 9})
    register.poll()
    qtbot.waitUntil(lambda: centre.row is not None and centre.row.record["sequence"] == 9, timeout=PATIENCE)
    qtbot.keyClicks(editor, "0")
    assert (editor.text(), page.error.isHidden()) == ("150", True)

    # Somebody else logs it: that is said, and what was typed stays to be saved or left.
    record = other.get("census_record", row.id)
    assert record is not None
    with other.edit(ACT) as edit:
        plan_log(other, record, Logged("found", {"feed_dn": 80}), _now(), ("feed_dn",)).apply(edit)
    register.poll()
    qtbot.waitUntil(page.error.isVisible, timeout=PATIENCE)
    assert row.code in page.error.text()
    assert editor.text() == "150"
    qtbot.keyClick(editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    settle(window, qtbot)
    record = register.get("census_record", row.id)
    assert record is not None
    assert from_text(record["found"])["feed_dn"] == 150

    # What was not seen yet when it was saved is refused with who it was, and stands there again.
    window.census.centre.choose(row.id)
    settle(window, qtbot)
    page.form.rows["feed_dn"].put(200)
    with other.edit(ACT) as edit:
        plan_log(other, record, Logged("found", {"feed_dn": 300}), _now(), ("feed_dn",)).apply(edit)
    page.save()
    qtbot.waitUntil(lambda: "王工" in page.error.text(), timeout=PATIENCE)
    settle(window, qtbot)
    assert (centre.record, page.form.rows["feed_dn"].value) == (row.id, 200)
    record = register.get("census_record", row.id)
    assert record is not None
    assert from_text(record["found"])["feed_dn"] == 300


def test_pressed_twice_and_decided_by_another(other: Register, open_town: Window, qtbot: QtBot) -> None:
    window = open_town
    register, actions = window.parts.session.register, window.parts.actions
    assert register is not None
    actions.trigger("survey.open")
    census = window.census
    qtbot.waitUntil(lambda: census.centre.row is not None, timeout=PATIENCE)
    actions.trigger("survey.quality")
    tab = census.below.quality
    qtbot.waitUntil(lambda: census.quality.book is not None, timeout=PATIENCE)
    for _ in range(2):
        qtbot.mouseClick(tab.draw, Qt.MouseButton.LeftButton)
    settle(window, qtbot)
    assert register.count("quality_check") == 5

    census.below.show_tab("differences")
    differences = census.below.differences
    differences.kind = "same"
    differences.read()
    settle(window, qtbot)
    assert len(differences.ids) == 8
    differences.ask("visit_again")
    differences.reason.setText("照片不清")
    campaign = other.find(Query("campaign"))[0]
    plan = plan_acceptance(other, campaign, differences.ids[:1])
    with other.edit(plan.label) as edit:
        plan.apply(edit, _now(), "王工", "急用")
    for _ in range(2):
        differences.reason.returnPressed.emit()
    qtbot.waitUntil(lambda: "王工" in differences.told.text(), timeout=PATIENCE)
    settle(window, qtbot)
    states = sorted(r["state"] for r in register.find(Query("census_record")))
    assert states == ["accepted", *["visited"] * 7]


def test_a_bug_in_the_act_does_not_lock_the_buttons(
    other: Register, open_town: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_town
    register, census = window.parts.session.register, window.census
    assert register is not None
    window.parts.actions.trigger("survey.open")
    qtbot.waitUntil(lambda: census.centre.row is not None, timeout=PATIENCE)
    census.below.show_tab("differences")
    settle(window, qtbot)
    differences = census.below.differences

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a bug")

    def states() -> set[str]:
        return {r["state"] for r in register.find(Query("census_record"))}

    def send_back() -> None:
        differences.kind = "same"
        differences.read()
        settle(window, qtbot)
        differences.ask("visit_again")
        differences.reason.setText("照片不清")
        differences.decide()
        settle(window, qtbot)

    with monkeypatch.context() as patched, qtbot.captureExceptions() as caught:
        patched.setattr(Edit, "update_many", broken)
        send_back()
    assert [kind for kind, _, _ in caught] == [ZeroDivisionError]
    assert states() == {"visited"}
    send_back()
    assert states() == {"visit_again"}


def test_all_logged_is_said_when_the_last_is_written_and_not_before(
    other: Register, open_town: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_town
    window.parts.actions.trigger("survey.open")
    centre, page = window.census.centre, window.census.page
    qtbot.waitUntil(lambda: centre.row is not None, timeout=PATIENCE)
    settle(window, qtbot)
    row, said = centre.row, list[str]()
    assert row is not None
    notifier = window.parts.notifier
    monkeypatch.setattr(notifier, "info", lambda message: said.append(message.id))
    monkeypatch.setattr(centre, "go_on", lambda: False)
    page.form.rows["feed_dn"].put(200)
    record = other.get("census_record", row.id)
    assert record is not None
    with other.edit(ACT) as edit:
        plan_log(other, record, Logged("found", {"feed_dn": 300}), _now(), ("feed_dn",)).apply(edit)
    page.save()
    qtbot.waitUntil(lambda: "王工" in page.error.text(), timeout=PATIENCE)
    settle(window, qtbot)
    assert said == []
    assert window.parts.session.register is not None
    window.parts.session.register.poll()
    version = record.version
    qtbot.waitUntil(lambda: centre.row is not None and centre.row.record.version > version, timeout=PATIENCE)
    page.save()
    settle(window, qtbot)
    assert said == ["census_desk.page.all_done"]


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
