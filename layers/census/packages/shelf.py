"""Where the office keeps its side of a package: the file as it went out, and every file that came back.

Of a register in a file they lie beside it, in ``NAME-packages``; of one on a server in the folder given.
"""

from __future__ import annotations

import contextlib
import glob
import hashlib
import os
import shutil
import threading
from dataclasses import dataclass
from pathlib import Path

from layers.errors import UserError
from layers.register import Register
from layers.store.packages import take_copy
from layers.store.process_life import is_alive
from layers.text import Message

_CHUNK = 1 << 20
_INCOMING = "incoming"


def sweep_parts(out: Path) -> None:
    """Remove what programs left beside ``out`` that were ended while they wrote it."""
    for path in out.parent.glob(f"{glob.escape(out.name)}.*.part*"):
        process = path.name.removeprefix(f"{out.name}.").partition(".")[0]
        if process.isdecimal() and not is_alive(int(process)):
            with contextlib.suppress(OSError):
                path.unlink()


@dataclass(frozen=True)
class Kept:
    """A file kept: where it lies and its SHA-256."""

    path: Path
    sha256: str


@dataclass(frozen=True)
class Shelf:
    """The folder of a register's packages."""

    folder: Path

    @classmethod
    def of(cls, register: Register, folder: Path | None = None) -> Shelf:
        """The shelf of a register, swept; ``folder`` must be given for one on a server, else ``UserError``."""
        if folder is not None:
            return cls(folder)._swept()
        if not isinstance(register.target, Path):
            raise UserError(Message("packages.no_folder"), Message("packages.no_folder_hint"))
        return cls(register.target.with_name(f"{register.target.stem}-packages"))._swept()

    def incoming(self) -> str:
        """Under which name a file that comes back waits, while it is looked at by this thread."""
        return f"{_INCOMING}-{os.getpid()}-{threading.get_ident()}"

    def _swept(self) -> Shelf:
        """Without what programs left here that were ended while they looked at a file."""
        for path in self.folder.glob(f"{_INCOMING}-*-*"):
            process = path.name.split("-")[1]
            if process.isdecimal() and not is_alive(int(process)):
                shutil.rmtree(path, ignore_errors=True)
        return self

    def base(self, code: str) -> Path:
        """Where the base of a package lies."""
        return self.folder / code / "base.gpkg"

    def keep_base(self, code: str, package: Path) -> Kept:
        """Keep a finished package, which nobody has opened yet, as its base."""
        target = self.base(code)
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(target.name + ".part")
        try:
            shutil.copyfile(package, part)
            with part.open("rb+") as file:
                os.fsync(file.fileno())
            digest = sha256_of(part)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
        return Kept(target, digest)

    def keep_returned(self, code: str, returned: Path) -> Kept:
        """Keep a copy of a file that came back under its hash. Raises ``UserError`` for a damaged one."""
        folder = self.folder / code
        fresh = folder / f"returned.{os.getpid()}.gpkg"
        take_copy(returned, fresh)
        digest = sha256_of(fresh)
        target = self.returned(code, digest)
        fresh.replace(target)
        return Kept(target, digest)

    def returned(self, code: str, sha256: str) -> Path:
        """Where the file that came back with this hash lies."""
        return self.folder / code / f"returned-{sha256[:16]}.gpkg"

    def sound(self, path: Path, sha256: str | None) -> bool:
        """Whether a file kept here is there and still what it was."""
        return bool(sha256) and path.is_file() and sha256_of(path) == sha256


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file that no database has open."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
