"""Files dropped on a page become its photos."""

from __future__ import annotations

from PySide6.QtGui import QDragEnterEvent, QDropEvent

from gisapp.panels.census.photo_strip import PhotoStrip


def accept_files(event: QDragEnterEvent, *, wanted: bool = True) -> None:
    """Let files come, where they are wanted."""
    if wanted and event.mimeData().hasUrls():
        event.acceptProposedAction()


def take_files(event: QDropEvent, photos: PhotoStrip) -> None:
    """Take those that lie on this computer."""
    paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
    if paths:
        event.acceptProposedAction()
        photos.add_files(paths)
