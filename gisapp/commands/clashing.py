"""Clashes: an act that others were before is put before its user, who chooses; nothing is overwritten silently."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gisapp.session import ClashAsk
from gisapp.window import Window
from layers.later import Later

if TYPE_CHECKING:
    from gisapp.dialogs import clash_dialog
else:
    clash_dialog = Later("gisapp.dialogs.clash_dialog")


def tie_clashes(window: Window) -> None:
    """Show the choice for every act of this window that runs into what others changed."""
    window.parts.session.clashed.connect(lambda ask: show_clashes(window, ask))


def show_clashes(window: Window, ask: ClashAsk) -> None:
    """Let the user choose; closing it without a choice leaves the act undone."""
    parts = window.parts
    dialog = clash_dialog.ClashDialog(parts.language, parts.theme, ask, window)
    dialog.decided.connect(lambda theirs: parts.session.settle(ask, theirs))
    dialog.rejected.connect(lambda: ask.refuse(ask.error))
    parts.session.closed.connect(dialog.close)
    dialog.open()
