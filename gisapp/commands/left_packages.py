"""Packages that a program handed out which was ended before the book knew of them: asked about at the next opening."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from gisapp.actions import Action
from gisapp.commands.packages import shelf_folder
from gisapp.notify import Notice
from gisapp.window import Window
from layers.census.words import PACKAGE
from layers.later import Later
from layers.register import Register
from layers.text import Message

if TYPE_CHECKING:
    from gisapp.dialogs.packages import left_dialog
    from layers.census.packages import shelf
    from layers.census.packages.out import left_over
else:
    left_dialog = Later("gisapp.dialogs.packages.left_dialog")
    left_over = Later("layers.census.packages.out.left_over")
    shelf = Later("layers.census.packages.shelf")

#: What lies on a shelf where something was left over (``layers.census.packages.out.left_over``).
MARKS = "handing-out-*.json"


def left_package_actions(window: Window) -> list[Action]:
    """Asked for from the notice, or the palette."""
    session = window.parts.session

    def is_left() -> bool:
        register = session.register
        if register is None or not session.may("edit") or PACKAGE not in register.catalogue:
            return False
        return _has_marks(window, register)

    return [
        Action(
            id="package.left", title=Message("packages.action.left"), icon="package", menu="tools", group=8,
            handler=lambda: ask_left(window), enabled=is_left, words="left over package 未登记的外业包 weidengji",
        ),
    ]  # fmt: skip


def tie_left_packages(window: Window) -> None:
    """What a program that was ended handed out last time is asked about at the next opening of its register."""

    def look(register: Register) -> None:
        if _has_marks(window, register):
            ask_left(window, told_only=True)

    window.parts.session.opened.connect(look)


def _has_marks(window: Window, register: Register) -> bool:
    """A look into a folder: nothing is loaded for what hardly ever is there."""
    folder = shelf_folder(window, register)
    if folder is None and isinstance(register.target, Path):
        folder = register.target.with_name(f"{register.target.stem}-packages")
    return folder is not None and any(folder.glob(MARKS))


def ask_left(window: Window, *, told_only: bool = False) -> None:
    """Ask what is to be done with a package of which the book does not know; ``told_only``: say that there is one."""
    register, parts = window.parts.session.register, window.parts
    if register is None or not parts.session.may("edit"):
        return
    where = shelf_folder(window, register)

    def ask(found: tuple[Any, ...]) -> None:
        if not found:
            parts.actions.refresh()
            return
        left = found[0]
        told = Message("packages.left", {"code": left.code, "title": left.title, "place": str(left.out)})
        if told_only:
            parts.notifier.tell(Notice("warning", told, action="package.left"))
            return
        dialog = left_dialog.LeftDialog(
            parts.language, parts.theme, (told, Message("packages.left_about")), window
        )
        dialog.taken.connect(lambda: _take_up(window, left))
        dialog.thrown.connect(lambda: _throw_away(window, left))
        # What it asks about is of this register.
        parts.session.closed.connect(dialog.reject)
        dialog.open()

    parts.tasks.run(
        Message("packages.task.disputes"),
        lambda _: left_over.read_left_over(register, shelf.Shelf.of(register, where)),
        ask, owner=window, shown=False,
    )  # fmt: skip


def _throw_away(window: Window, left: Any) -> None:
    parts = window.parts
    label = Message("packages.act_left_gone", {"code": left.code})
    parts.tasks.run(
        label, lambda _: left_over.throw_away(left), lambda _: parts.notifier.done(label),
        owner=window, lane="writer", shown=False,
    )  # fmt: skip


def _take_up(window: Window, left: Any) -> None:
    label = Message("packages.act_left", {"code": left.code})

    def done(_: object) -> None:
        left_over.forget(left)
        window.parts.notifier.done(label)

    window.parts.session.edit(label, lambda edit: left_over.take_up(edit, left), done)
