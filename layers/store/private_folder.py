"""Temporary folders of this program, with a mark that tells a live one from what a killed program left."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import time
from pathlib import Path

from layers.store.process_life import is_alive

try:
    import fcntl
except ImportError:  # Windows: temporary folders there are swept by the system
    fcntl = None  # type: ignore[assignment]

PREFIX = "gisapp-"
_UNMARKED_SECONDS = 60.0


def make_folder(purpose: str, place: Path | None = None) -> Path:
    """A new folder named after its purpose and this process in ``place`` (default: the system's).

    Removes those of killed programs there.
    """
    place = place or Path(tempfile.gettempdir())
    _sweep(place, purpose)
    return Path(tempfile.mkdtemp(prefix=f"{PREFIX}{purpose}-{os.getpid()}-", dir=place))


def claim(folder: Path) -> int:
    """Mark ``folder`` as in use while the returned descriptor stays open (-1 where this is unknown)."""
    if fcntl is None:
        return -1
    descriptor = os.open(folder, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    return descriptor


def release(mark: int) -> None:
    """Take the mark away."""
    if mark >= 0:
        os.close(mark)


def remove_folder(folder: Path) -> None:
    """Remove a private folder with everything in it."""
    shutil.rmtree(folder, ignore_errors=True)


def _sweep(place: Path, purpose: str) -> None:
    """Remove folders of this purpose only, and only those whose process is gone: others may be like-named."""
    if fcntl is None:
        return
    for folder in place.glob(f"{PREFIX}{purpose}-*"):
        process = re.fullmatch(rf"{PREFIX}{purpose}-(\d+)-\w+", folder.name)
        if process is None or is_alive(int(process[1])):
            continue
        try:
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        except OSError:
            continue  # another user's, or gone meanwhile
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # A young one may belong to a program that has not come to marking it.
            if os.fstat(descriptor).st_mtime < time.time() - _UNMARKED_SECONDS:
                remove_folder(folder)
        except BlockingIOError:
            continue
        finally:
            os.close(descriptor)
