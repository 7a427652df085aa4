"""What one does with a form: save, revert, have back what was reverted."""

from __future__ import annotations

from gisapp.actions import Action
from gisapp.window import Window
from layers.text import Message


def form_actions(window: Window) -> list[Action]:
    """The actions of the form in the inspector."""

    def is_unsaved() -> bool:
        active = window.inspector.active
        return active is not None and active.draft is not None and bool(active.draft.changed)

    def save() -> None:
        if window.inspector.active is not None:
            window.inspector.active.save()

    def revert() -> None:
        if window.inspector.active is not None:
            window.inspector.active.revert()

    return [
        Action(
            id="edit.save",
            title=Message("action.form.save"),
            key="Ctrl+S",
            icon="floppy-disk",
            menu="edit",
            group=3,
            handler=save,
            enabled=lambda: window.parts.session.may("edit") and bool(window.parts.session.selection),
        ),
        Action(
            id="edit.revert",
            title=Message("action.form.revert"),
            icon="arrow-counter-clockwise",
            menu="edit",
            group=3,
            handler=revert,
            enabled=is_unsaved,
        ),
        Action(
            id="edit.bring_back",
            title=Message("action.form.bring_back"),
            icon="arrow-clockwise",
            menu="edit",
            group=3,
            handler=lambda: window.inspector.editing.bring_back(),
            enabled=lambda: window.inspector.editing.can_bring_back,
        ),
    ]
