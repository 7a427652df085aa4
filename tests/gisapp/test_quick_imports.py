"""No module's source is read because Qt is loaded: PySide6 must still ask where this program answers."""

from __future__ import annotations

import subprocess
import sys

COUNTED = """
import linecache, sys
from gisapp import quick_imports
before = set(linecache.cache)
from gisapp.settings import Settings
from layers.register import Register
known = sys.modules["shibokensupport.feature"].pyside_feature_dict
print("layers.text" in known, sum(name.endswith(".py") for name in set(linecache.cache) - before))
"""


def test_sources_are_left_alone() -> None:
    done = subprocess.run([sys.executable, "-c", COUNTED], capture_output=True, text=True, check=True)
    asked, read = done.stdout.split()
    assert asked == "True", "PySide6 keeps its books elsewhere now"
    assert int(read) == 0
