"""Importing Python modules at their own speed while Qt is loaded.

PySide6 reads the source of every module that is imported after it, to see whether that uses Qt: for its switch to
``snake_case``, of which this program has no use. That is a sixth of a start, and 30 MiB of text that stays in memory.
To be imported before all other rooms that load Qt.
"""

from __future__ import annotations

import sys
from types import ModuleType

import PySide6.QtCore  # noqa: F401 - it installs what is switched off here


def uses_no_switch(module: ModuleType) -> bool:
    """What PySide6 asks of every module: whether it is to follow the switch."""
    return False


_feature = sys.modules.get("shibokensupport.feature")
if hasattr(_feature, "_mod_uses_pyside"):
    setattr(_feature, "_mod_uses_pyside", uses_no_switch)  # noqa: B010 - no name of a module that is known here
