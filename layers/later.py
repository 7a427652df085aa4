"""Modules that are loaded when something of them is first used, so that the window is there sooner.

For what a start does not need: the spelling of names, tables of other programs, the dialogs of rare acts.
Name the module twice, so that type checkers and import contracts see it:

    if TYPE_CHECKING:
        import pyogrio
    else:
        pyogrio = Later("pyogrio")
"""

from __future__ import annotations

import importlib
from typing import Any


class Later:
    """Stands for the module ``name``. Threads may share it: Python itself sees that a module is loaded once."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        return getattr(importlib.import_module(self._name), attribute)

    def __repr__(self) -> str:
        return f"Later({self._name!r})"
