"""Reads that follow a register: one after another, and none forgets what happened meanwhile."""

from gisapp.panels.keeping_up import Behind, KeepingUp
from layers.model.change import ChangeSet
from layers.text import Message

MOVED = ChangeSet(7, "2026-11-23T06:00:00.000Z", "li", Message("form.saved"), "edit")


def test_everything_is_read_first_and_then_only_what_changed() -> None:
    keeping = KeepingUp(lambda: None)
    assert keeping.is_stale
    assert keeping.begin() == Behind(True, ())
    keeping.end()
    assert not keeping.is_behind
    keeping.note(MOVED)
    assert keeping.is_behind
    assert not keeping.is_stale
    assert keeping.begin() == Behind(False, (MOVED,))
    assert not keeping.is_behind


def test_what_is_asked_for_meanwhile_is_read_once_when_the_reading_ended() -> None:
    asked: list[bool] = []
    keeping = KeepingUp(lambda: asked.append(True))
    keeping.begin()
    assert keeping.begin() is None
    keeping.note(MOVED)
    assert keeping.begin() is None
    assert asked == []
    keeping.end()
    assert asked == [True]
    assert keeping.begin() == Behind(False, (MOVED,))
    keeping.end()
    assert asked == [True]


def test_a_reading_of_another_register_is_followed_by_one_of_this() -> None:
    asked: list[bool] = []
    keeping = KeepingUp(lambda: asked.append(True))
    keeping.begin()
    keeping.end(again=True)
    assert asked == [True]


def test_after_a_reading_that_came_to_nothing_everything_is_read() -> None:
    keeping = KeepingUp(lambda: None)
    keeping.begin()
    keeping.end()
    keeping.note(MOVED)
    keeping.begin()
    keeping.fail()
    assert keeping.begin() == Behind(True, ())


def test_what_happened_before_everything_is_read_needs_no_following() -> None:
    keeping = KeepingUp(lambda: None)
    keeping.begin()
    keeping.end()
    keeping.note(MOVED)
    keeping.outdate()
    assert keeping.begin() == Behind(True, ())
