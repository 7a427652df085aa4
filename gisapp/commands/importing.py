"""Bringing files in: by menu or dropped on the window."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QFileDialog

from gisapp.window import Window
from layers.text import Message


def ask_import(window: Window) -> None:
    """Ask which files, then import them."""
    render = window.parts.language.render
    kinds = ";;".join((render(Message("window.files.foreign")), render(Message("window.files.all"))))
    folder = window.parts.settings.preferences.last_folder
    chosen, _ = QFileDialog.getOpenFileNames(window, render(Message("action.import")), folder, kinds)
    if chosen:
        import_files(window, chosen)


def import_files(window: Window, paths: Sequence[str]) -> None:
    """Bring files into the open register, or into a new one beside them when none is open."""
