"""The note beside a register on a network drive that says who writes it: one computer at a time."""

from __future__ import annotations

import getpass
import json
import os
import socket
from pathlib import Path

from layers.store.process_life import is_alive


class LockNote:
    """``take`` writes the note, or tells who holds it; ``release`` removes it."""

    def __init__(self, register: Path) -> None:
        self.path = register.with_name(f".{register.name}.lock")
        self._taken = False

    def take(self) -> str | None:
        """None when the note is ours now, else "user@computer" of who has it. Raises ``OSError``."""
        content = json.dumps({"user": _user(), "computer": socket.gethostname(), "process": os.getpid()})
        for _ in range(2):
            try:
                with self.path.open("x", encoding="utf-8") as file:
                    file.write(content)
            except FileExistsError:
                holder = self._holder()
                if holder is not None:
                    return holder
                self.path.unlink(missing_ok=True)
                continue
            self._taken = True
            return None
        return "?"

    def release(self) -> None:
        """Remove the note if it is ours. Calling it again does nothing."""
        if self._taken:
            self.path.unlink(missing_ok=True)
            self._taken = False

    def _holder(self) -> str | None:
        """Who holds the note; None for a note that a program which crashed on this computer left."""
        try:
            note = json.loads(self.path.read_text(encoding="utf-8"))
            if note["computer"] == socket.gethostname() and not is_alive(int(note["process"])):
                return None
            return f"{note['user']}@{note['computer']}"
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError):
            return "?"


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "?"
