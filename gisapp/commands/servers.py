"""Opening a register on a server: asked for, tried, opened, and its password kept only if that is wanted."""

from __future__ import annotations

from collections.abc import Callable

from gisapp.dialogs.server_dialog import ServerDialog
from gisapp.settings import without_password
from gisapp.window import Window
from layers.errors import UserError
from layers.feedback import Feedback
from layers.store.postgis_server import ServerParts, forget_password
from layers.text import Message


def ask_server(
    window: Window,
    open_target: Callable[[Window, str], None],
    address: str = "",
    reason: UserError | None = None,
) -> None:
    """Ask which server and how to get in, for ``open_target``. ``address``: one that did not let us in, and why."""
    parts = window.parts
    known = _known(address or _latest(window))
    dialog = ServerDialog(parts.language, parts.theme, parts.tasks, known, reason, window)

    def take(chosen: str, keep: bool) -> None:
        open_target(window, chosen)
        if not keep:
            _forget(window, chosen)

    dialog.chosen.connect(take)
    dialog.open()


def _forget(window: Window, address: str) -> None:
    """An address that let us in is kept by the system's keyring unless that is not wanted."""

    def forget(_: Feedback) -> None:
        forget_password(address)

    # Behind the opening, on its lane: opening is what keeps it.
    window.parts.tasks.run(
        Message("task.open", {"name": without_password(address)}), forget, lane="writer", shown=False
    )


def _known(address: str) -> ServerParts:
    try:
        return ServerParts.of(address) if address else ServerParts()
    except UserError:
        return ServerParts()


def _latest(window: Window) -> str:
    """The server worked on last: the next register is often there too."""
    return next(
        (each.target for each in window.parts.settings.preferences.recent if "://" in each.target), ""
    )
