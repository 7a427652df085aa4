"""Writing assets to files of other programs."""

from __future__ import annotations

from gisapp.window import Window


def ask_export(window: Window) -> None:
    """Ask what to write where, then write it."""
