"""A print ends once, whatever becomes of it."""

from __future__ import annotations

from typing import Any, cast

from pytestqt.qtbot import QtBot

from gisapp.map.sheet.job import Cut, CutOut, Steps
from gisapp.map.sheet.press import Press
from gisapp.tasks import Tasks
from layers.errors import UserError
from layers.feedback import Feedback
from layers.model.query import Box
from layers.scene.request import DrawRequest
from layers.scene.scene import Scene
from layers.text import Message

BOX = Box(0.0, 0.0, 10.0, 10.0)
TROUBLE = UserError(Message("printing.cutting"))


class EmptyScene:
    """Has nothing anywhere."""

    def draw(self, request: DrawRequest, feedback: Feedback) -> list[Any]:
        return []

    def counts(self, box: Box) -> dict[str, Any]:
        return {}


def _no_ground(feedback: Feedback) -> Any:
    raise TROUBLE


def steps(cut: Cut, seen: list[str]) -> Steps:
    """Cut once, then two steps of painting; writes down what becomes of it."""
    try:
        found = yield cut
        assert isinstance(found, CutOut)
        yield 0.5
        seen.append("finished")
    finally:
        seen.append("closed")


def ends(press: Press, seen: list[str]) -> None:
    press.done.connect(lambda: seen.append("done"))
    press.failed.connect(lambda error: seen.append(f"failed {error is TROUBLE}"))


def test_what_goes_well_is_done(tasks: Tasks, qtbot: QtBot) -> None:
    press, seen = Press(tasks), list[str]()
    ends(press, seen)
    press.start(steps(Cut(DrawRequest(0, BOX, 1.0), BOX), seen), cast(Scene, EmptyScene()))
    assert press.is_busy
    qtbot.waitUntil(lambda: not press.is_busy)
    assert seen == ["finished", "closed", "done"]


def test_a_basemap_that_cannot_be_read_ends_the_print(tasks: Tasks, qtbot: QtBot) -> None:
    press, seen = Press(tasks), list[str]()
    ends(press, seen)
    cut = Cut(DrawRequest(0, BOX, 1.0), BOX, _no_ground)
    press.start(steps(cut, seen), cast(Scene, EmptyScene()))
    qtbot.waitUntil(lambda: not press.is_busy)
    assert seen == ["closed", "failed True"]
