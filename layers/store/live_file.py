"""Which file is the open register's own: asked before any library touches a path, without opening anything.

A second SQLite library, or a mere ``open()``, on the live file in this process drops its locks and may lose
commits; so this looks at device and inode only, through links too.
"""

from __future__ import annotations

from pathlib import Path

from layers.errors import UserError
from layers.text import Message

_COMPANIONS = ("", "-wal", "-shm", "-journal")


def is_same_file(one: str | Path, other: str | Path) -> bool:
    """Whether both paths lead to the same file; links count, copies do not. False when one does not exist."""
    try:
        return Path(one).samefile(other)
    except OSError:
        return False


def is_live_file(path: str | Path, register: str | Path) -> bool:
    """Whether ``path`` leads to the open register's file or one that SQLite keeps beside it."""
    return any(is_same_file(path, f"{register}{ending}") for ending in _COMPANIONS)


def refuse_live_file(path: str | Path, register: str | Path) -> None:
    """Raise ``UserError`` when ``path`` leads to the open register: it is no source for anything."""
    if is_live_file(path, register):
        raise UserError(
            Message("security.is_open_register", {"place": str(path)}),
            Message("security.is_open_register_hint"),
        )
