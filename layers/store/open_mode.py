"""How a register's file can be opened here: writing or not, with WAL or without, and why."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from layers.model.problem import Problem
from layers.store.engine import SAFE_WAL, sqlite_version
from layers.store.lock_note import LockNote
from layers.store.network_folder import is_network_folder
from layers.text import Message


@dataclass(frozen=True)
class OpenMode:
    """``immutable``: nobody can change the file, so no lock is asked for. ``lock``: release it when closing.

    ``was_left_open``: a WAL with content lay beside it, so a program ended without closing, or has it open.
    """

    read_only: bool
    immutable: bool
    wal: bool
    was_left_open: bool
    lock: LockNote | None = None
    remarks: tuple[Problem, ...] = ()


def open_mode(path: Path, *, read_only: bool = False) -> OpenMode:
    """Decide how ``path``, which exists, is opened; ``read_only`` is what the user asked for."""
    remarks: list[Problem] = []
    left_open = _has_content(path.with_name(path.name + "-wal"))
    folder_writable = os.access(path.parent, os.W_OK)
    if not read_only and not (os.access(path, os.W_OK) and folder_writable):
        remarks.append(_remark("not_writable", path))
        read_only = True
    immutable = read_only and not folder_writable and not left_open
    on_network = is_network_folder(path)
    lock = None
    if on_network and not read_only:
        lock, holder = _take_note(path)
        if lock is None:
            read_only = True
        remarks.append(
            _remark("network_folder", path) if lock else _remark("network_in_use", path, holder=holder)
        )
    safe = sqlite_version() >= SAFE_WAL
    if not safe and not read_only:
        remarks.append(_remark("old_sqlite", path, version=".".join(map(str, sqlite_version()))))
    return OpenMode(read_only, immutable, safe and not on_network, left_open, lock, tuple(remarks))


def _take_note(path: Path) -> tuple[LockNote | None, str]:
    note = LockNote(path)
    try:
        holder = note.take()
    except OSError:
        holder = "?"
    return (note, "") if holder is None else (None, holder)


def _remark(rule: str, path: Path, **parameters: str) -> Problem:
    return Problem(rule, "warning", Message(f"security.{rule}", {"place": str(path), **parameters}))


def _has_content(path: Path) -> bool:
    try:
        return path.stat().st_size > 0
    except OSError:
        return False
