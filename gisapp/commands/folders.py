"""Where files are looked for and put, and what is said once one is there."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from gisapp.window import Window
from layers.text import Message

_NAME_BYTES = 180


def home_folder(window: Window) -> Path:
    """Where files are looked for and put first: the folder used last, else the user's documents."""
    last = window.parts.settings.preferences.last_folder
    if last and Path(last).is_dir():
        return Path(last)
    return documents_folder()


def documents_folder() -> Path:
    """The user's documents, else the user's home."""
    documents = Path.home() / "Documents"
    return documents if documents.is_dir() else Path.home()


def free_path(window: Window, name: str, ending: str) -> Path:
    """A file that is not there yet, in the folder used last: nothing is asked and nothing is lost.

    Where that folder takes no files - a register opened read-only from a share - it goes to the user's documents.
    """
    folder = home_folder(window)
    if not os.access(folder, os.W_OK):
        folder = documents_folder()
    allowed = ("_" if letter in '\\/:*?"<>|' or ord(letter) < 32 else letter for letter in name)
    # No file system takes names of any length.
    plain = "".join(allowed).encode()[:_NAME_BYTES].decode(errors="ignore").strip(" .") or "gisapp"
    path, count = folder / f"{plain}{ending}", 2
    while path.exists():
        path = folder / f"{plain} ({count}){ending}"
        count += 1
    return path


def written(window: Window, path: Path) -> Callable[[object], None]:
    """What to say once ``path`` is there."""

    def say(_: object) -> None:
        window.statements.written = str(path)
        said = {"file": path.name, "folder": str(path.parent)}
        window.parts.notifier.done(Message("reporting.written", said), "statements.show_written")

    return say


def show_written(window: Window) -> None:
    """Open what was written last with the program that is for it."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(window.statements.written))
