"""Projects as a web map in one file, opened in the browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from gisapp.commands.folders import free_path
from gisapp.dialogs.share_dialog import ShareDialog
from gisapp.window import Window
from layers.reports.share.sharing import Shared, ShareWish, share
from layers.text import Message, Texts


def ask_share(window: Window) -> None:
    """Ask which projects, how exactly and where to; those selected are offered first."""
    register = window.parts.session.register
    if register is None:
        return
    parts = window.parts
    selected = tuple(int(id) for id in parts.session.selection.ids("project"))
    title = register.name or Path(str(register.target)).stem
    path = free_path(window, title, ".html")
    dialog = ShareDialog(parts.language, parts.theme, selected, title, path, window)
    dialog.chosen.connect(lambda path, wish: share_map(window, path, wish))
    dialog.open()


def share_map(
    window: Window, path: Path, wish: ShareWish, show: Callable[[QUrl], bool] = QDesktopServices.openUrl
) -> None:
    """Write the map and open it in the browser."""
    register = window.parts.session.register
    if register is None:
        return
    texts = Texts(window.parts.language.code)

    def done(shared: Shared) -> None:
        said = {"file": path.name, "projects": shared.projects, "mains": f"{shared.mains:,}"}
        window.statements.written = str(path)
        window.parts.notifier.done(Message("sharing.done", said), "statements.show_written")
        show(QUrl.fromLocalFile(str(path)))

    window.parts.tasks.run(
        Message("sharing.action.task", {"file": path.name}),
        lambda feedback: share(register, path, wish, texts, feedback),
        done,
        lane="writer",
        owner=window,
    )
