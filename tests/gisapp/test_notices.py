"""What the window tells: where, for how long, and what it offers beside it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from gisapp.notify import Notice
from gisapp.window import Window
from layers.errors import UserError
from layers.register import Register
from layers.text import Message
from tests.gisapp.driving import PATIENCE, visible_texts

LEFT = Qt.MouseButton.LeftButton
TITLE = Message("notify.nothing_to_undo")


def test_a_refusal_goes_after_a_while_but_not_while_it_is_read(window: Window, qtbot: QtBot) -> None:
    notifier, bar = window.parts.notifier, window.notices
    qtbot.mouseMove(window.rail, QPoint(2, 2))
    notifier.error(UserError(TITLE, None, Message("notify.copied", {"file": "x"})))
    assert bar.isVisible()
    assert bar._while.isActive()
    bar._more.click()
    bar._while.timeout.emit()
    assert bar.isVisible()
    bar._more.click()
    bar._while.timeout.emit()
    assert not bar.isVisible()
    # What was said last is still to be read below.
    assert window.status.message.text() == window.parts.language.render(TITLE)


def test_a_refusal_is_not_hidden_by_the_success_of_another_act_at_once(window: Window) -> None:
    notifier, bar = window.parts.notifier, window.notices
    notifier.error(UserError(TITLE))
    notifier.done(Message("notify.copied", {"file": "x"}))
    assert bar.isVisible()
    bar._since -= 3
    notifier.done(Message("notify.copied", {"file": "x"}))
    assert not bar.isVisible()


def test_a_refusal_is_not_hidden_by_what_others_do(open_town: Window, town: Path, qtbot: QtBot) -> None:
    window, bar = open_town, open_town.notices
    session, register = window.parts.session, window.parts.session.register
    assert register is not None
    window.parts.notifier.error(UserError(TITLE))
    bar._since -= 3
    with Register.open(town, actor="陈工") as other, other.edit(TITLE) as edit:
        edit.insert("meter", {"code": "N1"})
    with qtbot.waitSignal(session.steps_changed, timeout=PATIENCE):
        register.poll()
    assert bar.isVisible()
    with qtbot.waitSignal(session.changed, timeout=PATIENCE):
        session.edit(TITLE, lambda edit: edit.insert("meter", {"code": "N2"}))
    assert not bar.isVisible()


def test_news_move_nothing_and_what_a_message_offers_can_be_pressed(window: Window, qtbot: QtBot) -> None:
    notifier, bar, status = window.parts.notifier, window.notices, window.status
    notifier.info(TITLE)
    assert not bar.isVisible()
    assert not status.offer.isVisible()
    with qtbot.waitSignal(window.parts.actions.triggered) as done:
        notifier.done(TITLE, "help.about")
        assert status.offer.text() in visible_texts(status)
        qtbot.mouseClick(status.offer, LEFT)
    assert done.args == ["help.about"]
    notifier.tell(Notice("info", TITLE, Message("notify.dropped_open.hint"), action="help.about"))
    assert bar.isVisible()
    with qtbot.waitSignal(window.parts.actions.triggered) as done:
        qtbot.mouseClick(bar.act, LEFT)
    assert done.args == ["help.about"]
    # A success takes it away.
    notifier.done(TITLE)
    assert not bar.isVisible()
    assert not status.offer.isVisible()


def test_a_refusal_in_the_status_bar_goes_with_time_and_with_what_is_done(
    window: Window, qtbot: QtBot
) -> None:
    notifier, status = window.parts.notifier, window.status
    said = window.parts.language.render(TITLE)
    notifier.error(UserError(TITLE))
    # What came with the very act stays to be read.
    status.give_way()
    assert status.message.text() == said
    status._refusal.timeout.emit()
    assert status.message.text() == ""
    notifier.warn(TITLE)
    status._refusal.start(1000)
    status.give_way()
    assert (status.message.text(), status._refusal.isActive()) == ("", False)
    # News are no refusals: they stand until there are others.
    notifier.done(TITLE)
    status.give_way()
    assert (status.message.text(), status._refusal.isActive()) == (said, False)
