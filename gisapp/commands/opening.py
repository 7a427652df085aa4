"""Opening, creating, copying and leaving a register."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from gisapp.commands.folders import home_folder
from gisapp.settings import without_password
from gisapp.window import Window
from layers.errors import UserError
from layers.feedback import Feedback
from layers.geometry.crs import Crs
from layers.later import Later
from layers.register import Register
from layers.text import Message

if TYPE_CHECKING:
    from gisapp.commands import servers
    from gisapp.dialogs import new_register
else:
    new_register = Later("gisapp.dialogs.new_register")
    servers = Later("gisapp.commands.servers")

NO_REGISTER = "store.no_register"
"""The error of a file that is no register: then it is taken as a file to import."""

NOT_LET_IN = "postgis.password"
"""The error of a server that wants another user or password: then they are asked for."""


def open_target(
    window: Window,
    target: str,
    otherwise: Callable[[str], None] | None = None,
    *,
    opened: Callable[[str], Register] | None = None,
) -> None:
    """Open the register at ``target``; a file that is none goes to ``otherwise``.

    ``opened`` gives, to the actor of that name, one that is being opened already.
    """
    if is_open_register(window, target):
        window.parts.notifier.info(Message("notify.already_open", {"name": name_of(target)}))
        return

    def failed(error: UserError) -> None:
        if otherwise is not None and error.title.id == NO_REGISTER:
            otherwise(target)
            return
        if error.title.id == NOT_LET_IN:
            servers.ask_server(window, open_target, target, error)
            return
        window.parts.notifier.error(error)

    def go_on() -> None:
        actor, worker = window.parts.settings.preferences.name, window.parts.session.take_worker()

        def work(feedback: Feedback) -> Register:
            if opened is not None:
                return opened(actor)
            return Register.open(target, actor=actor, feedback=feedback, worker=worker, check_later=True)

        window.parts.tasks.run(
            Message("task.open", {"name": name_of(target)}),
            work,
            lambda register: begin(window, register),
            failed=failed,
            lane="writer",
            key="open",
        )

    leave(window, go_on)


def begin(window: Window, register: Register) -> None:
    """Work on a register just opened and remember it."""
    parts = window.parts
    target = str(register.target)
    name = register.name or name_of(target)
    now = datetime.now().isoformat(timespec="seconds")
    parts.settings.remember_open(target, name, now, sample=register.is_sample)
    if "://" not in target:
        parts.settings.change(last_folder=str(Path(target).parent))
    parts.session.begin(register)
    parts.notifier.done(Message("notify.opened", {"name": name}))
    for problem in register.opening_findings:
        parts.notifier.warn(problem.message)


def ask_open(window: Window, otherwise: Callable[[str], None]) -> None:
    """Ask which file, then open it."""
    render = window.parts.language.render
    kinds = ";;".join((render(Message("window.files.registers")), render(Message("window.files.all"))))
    folder = window.parts.settings.preferences.last_folder
    chosen, _ = QFileDialog.getOpenFileName(window, render(Message("action.open")), folder, kinds)
    if chosen:
        open_target(window, chosen, otherwise)


def ask_new(window: Window) -> None:
    """Ask for name, place and coordinate system of a new register."""
    parts = window.parts
    dialog = new_register.NewRegisterDialog(parts.language, parts.theme, home_folder(window), window)
    dialog.chosen.connect(lambda name, path, crs: create(window, name, path, crs))
    dialog.open()


def create(window: Window, name: str, path: Path, crs: Crs) -> None:
    """Make an empty register and open it."""
    actor = window.parts.settings.preferences.name
    window.parts.tasks.run(
        Message("task.create", {"name": name}),
        lambda feedback: Register.create(path, crs, actor=actor, name=name, feedback=feedback),
        lambda register: begin(window, register),
        lane="writer",
        key="open",
    )


def ask_copy(window: Window) -> None:
    """Ask where, then write a complete copy of the open register."""
    register = window.parts.session.register
    if register is None:
        return
    render = window.parts.language.render
    today = f"{datetime.now():%Y%m%d}"
    suggestion = home_folder(window) / f"{Path(str(register.target)).stem}-{today}.gpkg"
    title = render(Message("action.copy"))
    chosen, _ = QFileDialog.getSaveFileName(window, title, str(suggestion), "GeoPackage (*.gpkg)")
    if chosen:
        copy_to(window, Path(chosen))


def copy_to(window: Window, out: Path) -> None:
    """Write a complete copy of the open register to ``out``."""
    register = window.parts.session.register
    assert register is not None

    def work(feedback: Feedback) -> None:
        register.backup(out, feedback)

    window.parts.tasks.run(
        Message("task.copy", {"name": out.name}),
        work,
        lambda _: window.parts.notifier.done(Message("notify.copied", {"file": str(out)})),
    )


def close_register(window: Window) -> None:
    """Back to the start page."""
    session = window.parts.session
    leave(window, session.close)


def reopen(window: Window) -> None:
    """Close the register and open it again: its tables come to what the catalogue has by now."""
    session = window.parts.session
    register = session.register
    if register is None:
        return
    target = str(register.target)

    def go_on() -> None:
        session.close()
        open_target(window, target)

    leave(window, go_on)


def leave(window: Window, then: Callable[[], None]) -> None:
    """Do ``then``, which leaves the register, as soon as its user has decided on what is not saved."""
    if not window.hold_style(lambda: window.parts.session.leave(then)):
        window.parts.session.leave(then)


def is_open_register(window: Window, target: str) -> bool:
    """Whether ``target`` is the register that is open, by whatever name, link or address."""
    register = window.parts.session.register
    if register is None:
        return False
    return same_place(str(register.target), target)


def same_place(first: str, second: str) -> bool:
    """Whether two targets are one: the same file by device and inode, or the same address."""
    if "://" in first or "://" in second:
        return without_password(first) == without_password(second)
    try:
        return Path(first).samefile(second)
    except OSError:
        return False


def name_of(target: str) -> str:
    """How a target is called in a message: a file's name, a server's address without password."""
    return without_password(target) if "://" in target else Path(target).name
