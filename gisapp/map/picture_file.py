"""A file for sheets: PNG, PDF or SVG by the ending of its name, whole or not at all."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from layers.errors import UserError
from layers.store.process_life import sweep_left
from layers.text import Message

ENDINGS = ("pdf", "png", "svg")
#: What a file is called beside its place while it is written, by this process.
_START, _END = ".gisapp-picture-", ".part"


def picture_ending(out: Path) -> str:
    """The ending of ``out`` if a picture can be written there.

    Raises ``UserError``: another ending, no such folder, a folder in the place of the file, or no right to
    write. Asked before the work, so that nobody waits for nothing.
    """
    ending = out.suffix.lower().lstrip(".")
    if ending not in ENDINGS:
        raise UserError(
            Message("picture.ending", {"file": out.name}),
            Message("picture.ending.hint", {"endings": ENDINGS}),
        )
    try:
        has_folder, is_folder = out.parent.is_dir(), out.is_dir()
    except OSError as error:  # a name that no file can have
        raise unwritable(out, error.strerror or str(error)) from error
    if not has_folder:
        raise UserError(
            Message("picture.no_folder", {"folder": str(out.parent)}), Message("picture.no_folder.hint")
        )
    if is_folder or not os.access(out.parent, os.W_OK) or (out.exists() and not os.access(out, os.W_OK)):
        raise unwritable(out, "")
    return ending


class WholeFile:
    """A file under way beside ``out``: ``keep`` puts it in its place, ``drop`` leaves what was there as it was."""

    def __init__(self, out: Path) -> None:
        """Raises ``UserError`` when the disk refuses."""
        self._out = out
        try:
            sweep_left(out.parent, _START, _END)
            number, name = tempfile.mkstemp(prefix=f"{_START}{os.getpid()}-", suffix=_END, dir=out.parent)
        except OSError as error:
            raise unwritable(out, error.strerror or str(error)) from error
        self._part = Path(name)
        self.file: BinaryIO = os.fdopen(number, "wb")

    def keep(self) -> None:
        """Finish. Raises ``UserError`` when the disk refuses; then nothing is left of it."""
        try:
            self.file.flush()
            os.fsync(self.file.fileno())
            self.file.close()
            # A temporary file is for its owner alone; this one is as open as any other the user makes.
            self._part.chmod(0o666 & ~_umask())
            self._part.replace(self._out)
        except OSError as error:
            self.drop()
            raise unwritable(self._out, error.strerror or str(error)) from error

    def drop(self) -> None:
        """Leave no trace."""
        with suppress(OSError):  # what is thrown away need not be flushed
            self.file.close()
        self._part.unlink(missing_ok=True)


def write_whole(out: Path, content: bytes) -> None:
    """Put ``content`` in the place of ``out``; after any trouble the old file is as it was.

    Raises ``UserError`` when the disk refuses.
    """
    whole = WholeFile(out)
    try:
        whole.file.write(content)
    except OSError as error:
        whole.drop()
        raise unwritable(out, error.strerror or str(error)) from error
    whole.keep()


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def unwritable(out: Path, reason: str) -> UserError:
    """That nothing can be written to ``out``, and what the system said of it."""
    detail = Message("picture.unwritable.detail", {"reason": reason}) if reason else None
    return UserError(
        Message("picture.unwritable", {"file": str(out)}), Message("picture.unwritable.hint"), detail
    )
