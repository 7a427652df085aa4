"""The walls of the house: who may import whom, and what the program's door may load."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).parents[2]

WITHOUT_QT = """
import importlib, pkgutil, sys

class Wall:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("PySide6", "shiboken6", "qtpy", "qtawesome", "gisapp"):
            raise ImportError(name + " is behind the wall")

sys.meta_path.insert(0, Wall())
import layers
for module in pkgutil.walk_packages(layers.__path__, "layers."):
    importlib.import_module(module.name)
"""

AT_THE_DOOR = """
import sys
import gisapp.__main__
heavy = {"PySide6", "numpy", "pandas", "pyogrio", "pyarrow", "sqlalchemy", "matplotlib", "wntr", "rich"}
print(" ".join(sorted(heavy & set(sys.modules))))
"""

IN_THE_WINDOW = """
import sys
import gisapp.app
late = {"pandas", "geopandas", "pyogrio", "fiona", "rasterio", "matplotlib", "wntr", "openpyxl", "pypinyin", "scipy",
        "psycopg", "keyring"}
print(" ".join(sorted(late & set(sys.modules))))
"""


def _run(program: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", program]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_import_contracts(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    code = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)
    assert code == 0, capsys.readouterr().out


def test_every_module_of_layers_loads_where_qt_is_not_installed() -> None:
    done = _run(WITHOUT_QT)
    assert done.returncode == 0, done.stderr


def test_the_door_loads_nothing_heavy() -> None:
    done = _run(AT_THE_DOOR)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []


def test_the_window_is_not_kept_waiting_by_what_comes_later() -> None:
    done = _run(IN_THE_WINDOW)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []
