"""The user's keys to services: in the system's keyring, else in a file of the user's own. Never in a register."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from layers.later import Later

if TYPE_CHECKING:
    import keyring.errors
else:
    keyring = Later("keyring")

_RING = "gisapp basemap"
_FILE = "basemap-keys.json"


class ServiceKeys:
    """Keys by the name of their service. Asking the keyring may take a while: not on the window's thread."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / _FILE
        self._known: dict[str, str] = {}
        self._lock = threading.Lock()

    def get(self, host: str) -> str:
        """The key for ``host``, "" when there is none."""
        with self._lock:
            if host not in self._known:
                self._known[host] = _from_ring(host) or self._from_file().get(host, "")
            return self._known[host]

    def keep(self, host: str, key: str) -> None:
        """Keep a key for the next time too. Raises ``OSError`` when there is no place to keep it."""
        with self._lock:
            self._known[host] = key
            try:
                keyring.set_password(_RING, host, key)
                return
            except keyring.errors.KeyringError:
                # No keyring on this system: a file that only its owner may read.
                kept = self._from_file() | {host: key}
                self._path.parent.mkdir(parents=True, exist_ok=True)
                part = self._path.with_suffix(".part")
                part.touch(mode=0o600)
                part.write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")
                part.replace(self._path)

    def _from_file(self) -> dict[str, str]:
        try:
            return {str(k): str(v) for k, v in json.loads(self._path.read_text(encoding="utf-8")).items()}
        except (OSError, ValueError, AttributeError):
            return {}  # none kept yet, or damaged: the user gives the key again


def _from_ring(host: str) -> str:
    try:
        return keyring.get_password(_RING, host) or ""
    except keyring.errors.KeyringError:
        return ""
