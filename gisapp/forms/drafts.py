"""Drafts: what was entered and not saved, kept beside the preferences, so that a crash or a kill loses nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from layers.model.asset import AssetKey

_VERSION = 1


class Drafts:
    """One small file for every asset with unsaved work. A folder that cannot be written keeps none."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, target: str, key: AssetKey, data: Mapping[str, Any]) -> bool:
        """Keep what a draft holds; whether it could be written."""
        path = self._path(target, key)
        part = path.with_suffix(".part")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            part.write_text(json.dumps({"version": _VERSION, **data}, ensure_ascii=False), encoding="utf-8")
            part.replace(path)
        except OSError:
            return False
        return True

    def find(self, target: str, key: AssetKey) -> Mapping[str, Any] | None:
        """What was kept of an asset; None when there is nothing, or nothing that can be read."""
        try:
            data = json.loads(self._path(target, key).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        usable = isinstance(data, dict) and data.get("version") == _VERSION
        return (
            data
            if usable and all(isinstance(data.get(n), dict) for n in ("values", "texts", "base"))
            else None
        )

    def forget(self, target: str, key: AssetKey) -> None:
        """It was saved, or dropped."""
        try:
            self._path(target, key).unlink(missing_ok=True)
        except OSError:
            # Offered once more at the next opening, and found to be no change.
            return

    def _path(self, target: str, key: AssetKey) -> Path:
        digest = hashlib.sha256(f"{target}\n{key.type}\n{key.id}".encode()).hexdigest()[:32]
        return self._folder / f"{digest}.json"
