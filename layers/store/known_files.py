"""Which files this user has opened before: a file never seen is checked whole before it is trusted."""

from __future__ import annotations

import json
import os
from pathlib import Path

from platformdirs import user_state_path

_KEPT = 200


def is_known(path: Path) -> bool:
    """Whether this very file (path, device and inode) was opened here before."""
    return _read().get(str(path.resolve())) == _identity(path)


def remember(path: Path) -> None:
    """Note that the file was opened and found sound. A note that cannot be written is done without."""
    known = _read()
    name, identity = str(path.resolve()), _identity(path)
    if known.get(name) == identity:
        return
    known.pop(name, None)
    known[name] = identity
    file = _file()
    fresh = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_text(json.dumps(dict(list(known.items())[-_KEPT:])), encoding="utf-8")
        fresh.replace(file)
    except OSError:
        return  # the price is one more check


def _file() -> Path:
    return user_state_path("gisapp", appauthor=False) / "known-registers.json"


def _identity(path: Path) -> str:
    found = path.stat()
    return f"{found.st_dev}:{found.st_ino}"


def _read() -> dict[str, str]:
    try:
        known = json.loads(_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}
