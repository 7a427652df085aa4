"""Undo, redo, find, and letting go of the selection."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction, QShortcut

from gisapp.actions import Action
from gisapp.commands.history import look_at
from gisapp.window import Window
from layers.errors import UserError
from layers.feedback import Feedback
from layers.later import Later
from layers.model.change import ChangeSet
from layers.register import Register
from layers.store.undo import ChangedSince
from layers.text import Message

if TYPE_CHECKING:
    from layers.history import restoring
else:
    restoring = Later("layers.history.restoring")


def edit_actions(window: Window) -> list[Action]:
    """The edit menu."""
    session = window.parts.session

    def undo_label() -> Message | None:
        if session.is_writable and window.map.is_drawing:
            return Message("action.undo.step")
        step = session.undo_label
        return None if step is None else Message("action.undo.of", {"step": step})

    def redo_label() -> Message | None:
        step = session.redo_label
        return None if step is None else Message("action.redo.of", {"step": step})

    return [
        Action(
            id="edit.undo",
            title=Message("action.undo"),
            key="Ctrl+Z",
            icon="arrow-u-up-left",
            menu="edit",
            group=1,
            handler=lambda: undo(window),
            label=undo_label,
            enabled=lambda: session.is_writable and (session.undo_label is not None or window.map.is_drawing),
        ),
        Action(
            id="edit.redo",
            title=Message("action.redo"),
            key="Ctrl+Shift+Z",
            icon="arrow-u-up-right",
            menu="edit",
            group=1,
            handler=lambda: redo(window),
            label=redo_label,
            enabled=lambda: session.is_writable and session.redo_label is not None,
        ),
        Action(
            id="edit.find",
            title=Message("action.find"),
            key="Ctrl+K",
            icon="magnifying-glass",
            menu="edit",
            group=2,
            handler=lambda: window.palette_panel.open(),
        ),
        Action(
            id="edit.deselect",
            title=Message("action.deselect"),
            key="Escape",
            icon="selection",
            menu="edit",
            group=2,
            handler=lambda: deselect(window),
            enabled=lambda: bool(session.selection) or session.is_past,
        ),
    ]


def tie_steps(window: Window) -> None:
    """Let the keys of undo and redo answer with a word when there is nothing to take back."""
    for name, words in (
        ("edit.undo", Message("notify.nothing_to_undo")),
        ("edit.redo", Message("notify.nothing_to_redo")),
    ):
        action = window.parts.actions.qt(name)
        instead = QShortcut(action.shortcut(), window)
        instead.activated.connect(partial(_tell_nothing, window, words))
        # A key that two hold at once does nothing.
        action.changed.connect(partial(_take_turns, action, instead))
        _take_turns(action, instead)


def _take_turns(action: QAction, instead: QShortcut) -> None:
    instead.setEnabled(not action.isEnabled())


def _tell_nothing(window: Window, words: Message) -> None:
    session = window.parts.session
    if not session.is_open:
        return
    refusal = session.refusal()
    window.parts.notifier.info(words) if refusal is None else window.parts.notifier.error(refusal)


def deselect(window: Window) -> None:
    """Esc: what a tool on the map has begun goes first, then the tool, what is entered, the selection, a past day."""
    if window.map.canvas.escape() or window.inspector.escape():
        return
    if window.parts.session.selection:
        window.parts.session.select(())
    else:
        window.map.past.leave()


def undo(window: Window) -> None:
    """Take back the latest step and say which; in the midst of a drawing, its last place."""
    if window.map.is_drawing:
        window.map.drafting.draw_tool.step_back()
        return
    _tell(window, undone=True)


def redo(window: Window) -> None:
    """Do it again and say which."""
    _tell(window, undone=False)


def _tell(window: Window, *, undone: bool) -> None:
    session, notifier = window.parts.session, window.parts.notifier
    step = session.undo_label if undone else session.redo_label

    def done(change: ChangeSet | None) -> None:
        if change is None or step is None:
            notifier.info(Message("notify.nothing_to_undo"))
        elif undone:
            notifier.done(Message("notify.undone", {"step": step}), "edit.redo")
        else:
            notifier.done(Message("notify.redone", {"step": step}), "edit.undo")

    def failed(error: UserError) -> None:
        if undone and isinstance(error, ChangedSince) and session.may("restore"):
            # What others did since stays unless it is ticked.
            notifier.warn(error.title, Message("clash.undo_hint"))
            look_at(window, window.inspector.history_acts, partial(_preview, error.change_set))
        else:
            notifier.error(error)

    session.undo(done, failed) if undone else session.redo(done, failed)


def _preview(change_set: int, register: Register, feedback: Feedback) -> restoring.Preview:
    """What taking back this act would do now."""
    (act,) = register.change_sets(limit=1, before=change_set + 1)
    return restoring.preview_act(register, act, feedback)
