"""Keeps pandas out of a process: pyarrow and pyogrio load it where it is installed, 40 MiB and 0.2 s for nothing.

They ask once and remember the answer; whoever imports pandas afterwards gets it. So it is with pyproj, which pyogrio
wants for data frames alone.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from types import ModuleType

import pyarrow as pa

_UNWANTED = ("pandas", "geopandas")
#: What is not wanted by a single module, but perhaps by others that are loaded with it.
_UNWANTED_BY = {"pyogrio": ("pyproj",)}


class _Refusal(MetaPathFinder):
    """Says of the unwanted modules that there are none."""

    def __init__(self) -> None:
        self.unwanted: tuple[str, ...] = _UNWANTED

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> None:
        if fullname in self.unwanted:
            raise ModuleNotFoundError(f"{fullname} is left out", name=fullname)


def load_lean(*names: str) -> None:
    """Load modules, and let pyarrow look for pandas, while there is none to be found."""
    refusal = _Refusal()
    sys.meta_path.insert(0, refusal)
    try:
        pa.array([0])  # the first of Python values looks for pandas
        for name in names:
            refusal.unwanted = (*_UNWANTED, *_UNWANTED_BY.get(name, ()))
            importlib.import_module(name)
    finally:
        sys.meta_path.remove(refusal)
