"""Whether a process of this computer lives, and what those left that do not."""

from __future__ import annotations

import contextlib
import glob
import os
import sys
from pathlib import Path


def is_alive(process: int) -> bool:
    """Whether process ``process`` lives; on Windows, where asking is not harmless, taken as yes."""
    if sys.platform == "win32" or process <= 0:
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def sweep_left(folder: Path, start: str, end: str) -> None:
    """Remove the files ``START<process>-...END`` of a folder whose processes were ended while they wrote them."""
    for left in folder.glob(f"{glob.escape(start)}*-*{glob.escape(end)}"):
        process = left.name.removeprefix(start).partition("-")[0]
        if process.isdecimal() and not is_alive(int(process)):
            with contextlib.suppress(OSError):
                left.unlink()
