"""Pictures: files and pasted images as bytes to attach, and bytes as pictures, upright as the camera was held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData, QSize, Qt
from PySide6.QtGui import QImage, QImageReader

from gisapp.language import Language
from layers.errors import UserError
from layers.store.attach import PICTURE_ENDINGS, check_content, check_size
from layers.text import Message

#: Mebibytes Qt may take for one picture: a store takes none of more pixels.
_ALLOCATION = 512


@dataclass(frozen=True)
class NewPhoto:
    """A file to attach: its name and content."""

    name: str
    data: bytes
    is_picture: bool = True


def picture_kinds(language: Language) -> str:
    """What a file dialog is kept to when it asks for pictures."""
    endings = " ".join(f"*.{ending}" for ending in sorted(PICTURE_ENDINGS))
    return f"{language.render(Message('photo.files'))} ({endings})"


def read_file(path: str) -> NewPhoto:
    """A file to attach. Raises ``UserError`` for what cannot be read or is refused, before it is read if large."""
    name = Path(path).name
    try:
        check_size(name, Path(path).stat().st_size)
        data = Path(path).read_bytes()
    except OSError as error:
        reason = Message("photo.unreadable", {"name": name, "reason": error.strerror or ""})
        raise UserError(reason, Message("photo.unreadable_hint")) from None
    kind = check_content(name, data)
    # A head alone is no picture; one cut off further on is shown as far as it goes.
    if kind in _SHOWN and decode(data, _GLANCE).isNull():
        raise UserError(Message("photo.damaged", {"name": name}), Message("photo.damaged_hint"))
    return NewPhoto(name, data, kind.startswith("image/"))


_GLANCE = QSize(64, 64)
_SHOWN = ("image/jpeg", "image/png", "image/gif", "image/bmp", "image/webp")


def read_files(paths: Sequence[str]) -> tuple[list[NewPhoto], list[UserError]]:
    """Those that can be attached, and why the others cannot."""
    taken: list[NewPhoto] = []
    refused: list[UserError] = []
    for path in paths:
        try:
            taken.append(read_file(path))
        except UserError as error:
            refused.append(error)
    return taken, refused


def pasted(data: QMimeData, name: str) -> NewPhoto | None:
    """The image on the clipboard as a PNG called ``name``; None when there is none."""
    if not data.hasImage():
        return None
    image = data.imageData()
    if not isinstance(image, QImage) or image.isNull():
        return None
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return NewPhoto(name, bytes(buffer.data().data()))


def decode(data: bytes, size: QSize | None = None) -> QImage:
    """The picture upright; within ``size`` when given, read no larger than needed. Null when it is none."""
    reader = _reader(data)
    if size is not None:
        whole = reader.size()
        if whole.isValid():
            # The reader turns after it has scaled.
            box = max(size.width(), size.height())
            if max(whole.width(), whole.height()) > box:
                reader.setScaledSize(whole.scaled(box, box, Qt.AspectRatioMode.KeepAspectRatio))
    image = reader.read()
    if (
        size is not None
        and not image.isNull()
        and (image.width() > size.width() or image.height() > size.height())
    ):
        mode = Qt.AspectRatioMode.KeepAspectRatio
        image = image.scaled(size, mode, Qt.TransformationMode.SmoothTransformation)
    return image


def _reader(data: bytes) -> QImageReader:
    QImageReader.setAllocationLimit(_ALLOCATION)
    buffer = QBuffer()
    buffer.setData(QByteArray(data))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    reader.setAutoTransform(True)
    reader.setDecideFormatFromContent(True)
    # The reader does not own what it reads from.
    reader.buffer = buffer  # type: ignore[attr-defined]
    return reader
