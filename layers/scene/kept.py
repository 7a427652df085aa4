"""Whether the cache holds anything of a register: asked by the program's door, so without all that reading takes."""

from __future__ import annotations

import hashlib
from pathlib import Path

#: What a process that builds the map of a register loads.
BUILDING_MODULES = ("layers.scene.building", "layers.store.worker_columns", "pyarrow.compute")


def kept_folder(root: Path, register: str) -> Path:
    """Where the cache ``root`` keeps what belongs to a register."""
    return root / hashlib.sha256(register.encode()).hexdigest()[:24]


def is_kept(root: Path, target: str) -> bool:
    """Whether there is a scene of the register at ``target`` from an earlier day."""
    folder = kept_folder(root, target if "://" in target else str(Path(target).absolute()))
    return folder.is_dir() and any(folder.glob("*/manifest.json"))
