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
import importlib.util
import re
import sys
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any


class Later:
    """Stands for the module ``name``. Threads may share it: Python itself sees that a module is loaded once."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._module: ModuleType | None = None

    def __getattr__(self, attribute: str) -> Any:
        if self._module is None:
            self._module = importlib.import_module(self._name)
        return getattr(self._module, attribute)

    def __repr__(self) -> str:
        return f"Later({self._name!r})"


_IMPORT = re.compile(r"^(?:from ([\w.]+) import (.*)|import ([\w.]+))", re.MULTILINE)


def load_in_steps(name: str, ours: tuple[str, ...] = ("gisapp", "layers")) -> Iterator[str]:
    """Load the module ``name`` and all of ``ours`` that it needs, one at each step, the deepest first.

    For moments in which a window has nothing else to do: no step lasts longer than one module's own.
    """
    for each in _needed(name, ours, set()):
        if each not in sys.modules:
            importlib.import_module(each)
            yield each


def _needed(name: str, ours: tuple[str, ...], seen: set[str]) -> Iterator[str]:
    if name in seen or name in sys.modules or name.partition(".")[0] not in ours:
        return
    seen.add(name)
    found = importlib.util.find_spec(name)
    # Without its source, as in a frozen program, a module is loaded with all it needs at once.
    read: Callable[[str], str | None] = getattr(found and found.loader, "get_source", lambda _: None)
    source = read(name)
    for room, words, plain in _IMPORT.findall(source or ""):
        if not room:
            yield from _needed(plain, ours, seen)
            continue
        yield from _needed(room, ours, seen)
        for word in re.findall(r"\w+", words):
            # Rooms are imported whole as well as by what is in them.
            if word[:1].islower() and _is_module(f"{room}.{word}", ours):
                yield from _needed(f"{room}.{word}", ours, seen)
    if found is not None:
        yield name


def _is_module(name: str, ours: tuple[str, ...]) -> bool:
    if name.partition(".")[0] not in ours or not hasattr(
        sys.modules.get(name.rpartition(".")[0]), "__path__"
    ):
        return False
    return importlib.util.find_spec(name) is not None
