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
        "psycopg", "keyring", "pyarrow.compute", "xml", "ezdxf"}
print(" ".join(sorted(late & set(sys.modules))))
"""


#: Rooms that are entered now and then: a window loads them when they are. Other rooms may not bring them in either.
ENTERED_LATER = (
    "gisapp.dialogs.", "gisapp.forms.condition_builder", "gisapp.map.sheet.", "gisapp.map.basemap",
    "gisapp.commands.print_map", "gisapp.panels.accounts.", "gisapp.panels.basemap.view",
    "gisapp.panels.checks.check_panel", "gisapp.panels.checks.finding_tree",
    "gisapp.panels.census.census_panel", "gisapp.panels.drafting.drafting",
    "gisapp.panels.drafting.mending", "gisapp.panels.grid_shaping.shaping",
    "gisapp.panels.grids.grid_panel", "gisapp.panels.history.trail_panel", "gisapp.panels.roster.",
    "gisapp.panels.renewal.renewal_panel", "gisapp.panels.statement.page", "gisapp.panels.style.editor",
    "gisapp.panels.table.drawer", "gisapp.tools.drawing.draw_tool", "layers.analysis.mending.",
    "layers.census.packages.", "layers.editing.lines", "layers.editing.moving", "layers.exchange.importer",
    "layers.grids.", "layers.reports.", "layers.responsibility.", "layers.sample.", "layers.store.packages",
    "layers.store.postgis_opening", "layers.table.",
)  # fmt: skip
#: So many modules of ours are enough for the window and its map: every one costs a start about a millisecond.
ENOUGH = 460

OURS_IN_THE_WINDOW = """
import sys
import gisapp.app
print(" ".join(name for name in sys.modules if name.partition(".")[0] in ("gisapp", "layers")))
"""

WARMED = """
import sys
import gisapp.app
from gisapp.warming import ROOMS
from layers.later import load_in_steps
steps = [step for room in ROOMS for step in load_in_steps(room)]
late = {"pandas", "geopandas", "pyogrio", "fiona", "rasterio", "matplotlib", "wntr", "openpyxl", "scipy",
        "psycopg", "keyring"}
assert len(steps) == len(set(steps)) > len(ROOMS), steps
print(" ".join(sorted((late & set(sys.modules)) | (set(ROOMS) - set(sys.modules)))))
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


def test_the_window_is_loaded_without_the_rooms_that_are_entered_later() -> None:
    done = _run(OURS_IN_THE_WINDOW)
    assert done.returncode == 0, done.stderr
    loaded = done.stdout.split()
    assert [name for name in loaded if name.startswith(ENTERED_LATER)] == []
    assert len(loaded) <= ENOUGH, "let what a start does not need come by layers.later.Later"


def test_what_is_loaded_in_idle_moments_is_there_then_and_brings_no_large_library() -> None:
    done = _run(WARMED)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []
