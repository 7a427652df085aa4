"""What the window tells: where, for how long, and what it offers beside it."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from gisapp.notify import Notice
from gisapp.window import Window
from layers.errors import UserError
from layers.text import Message
from tests.gisapp.driving import visible_texts

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
