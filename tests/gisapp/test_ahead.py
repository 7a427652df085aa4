"""A register never seen is opened and sketched before there is a window; the window takes both over."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gisapp.ahead import Ahead
from gisapp.app import Application, _open
from layers.errors import UserError
from layers.feedback import Feedback
from layers.model.query import Compare
from layers.register import Register
from layers.scene.kept import BUILDING_MODULES
from layers.scene.planning import plan_scene
from layers.scene.styles import USUAL, style_or_usual
from layers.store.worker import Worker
from layers.text import Message
from tests.gisapp.driving import PATIENCE, settle

pytestmark = pytest.mark.keeps_running


def test_the_window_takes_over_what_was_begun_before_it(
    application: Application, town: Path, qtbot: QtBot
) -> None:
    ahead = Ahead(str(town), Worker(preload=BUILDING_MODULES))
    window = application.new_window()
    _open(window, str(town), ahead)
    qtbot.waitUntil(lambda: window.map.canvas.is_crisp, timeout=PATIENCE)
    settle(window, qtbot)
    register = window.parts.session.register
    assert register is not None
    assert register.actor == "林工"
    lines, _ = ahead.begun.sketches
    sketched = next(source for source in lines().sources if source.layer.drawing == "main")
    scene = window.map.canvas.scene
    assert scene is not None
    assert next(source for source in scene.sources if source.layer.drawing == "main") is not sketched, (
        "the sketch gave way to the whole"
    )
    ahead.drop()
    assert window.parts.session.is_open, "only what nobody took is closed"
    window.close()


def test_only_what_would_be_made_just_so_is_taken(town: Path, qapp: QApplication) -> None:
    ahead = Ahead(str(town), Worker(preload=BUILDING_MODULES))
    register = ahead.take_register("陈工")
    with register:
        style, _ = style_or_usual(register, USUAL, Feedback())
        sketches, job = ahead.begun.sketches[0](), plan_scene(register, style).job
        assert "pipe" in [source.layer.type for source in sketches.of(job)]
        filtered = plan_scene(register, style, filters={"pipe": Compare("dn", "=", 300)}).job
        assert "pipe" not in [source.layer.type for source in sketches.of(filtered)]
        with register.edit(Message("store.created")) as edit:
            edit.insert("valve", {"code": "F-1"})
        assert sketches.of(plan_scene(register, style).job) == [], "the register is another now"


def test_what_cannot_be_opened_is_told_to_whoever_asks(
    tmp_path: Path, town: Path, qapp: QApplication
) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("no register")
    ahead = Ahead(str(path), Worker())
    with pytest.raises(UserError) as told:
        ahead.take_register("陈工")
    assert told.value.title.id == "store.no_register"
    with pytest.raises(UserError):
        ahead.begun.plan()
    ahead.drop()
    unwanted = Ahead(str(town), Worker())
    unwanted.drop()
    with Register.open(town, actor="陈工") as register:
        assert register.count("pipe") == 10


BEGUN = """
import sys
from gisapp import quick_imports
from gisapp.ahead import Ahead
from layers.scene.kept import BUILDING_MODULES
from layers.store.worker import Worker
worker = Worker(preload=BUILDING_MODULES)
worker.warm_up()
ahead = Ahead(sys.argv[1], worker)
seen = [source.layer.type for sketches in ahead.begun.sketches for source in sketches().sources]
late = {"pandas", "geopandas", "pyogrio", "sqlalchemy.dialects.postgresql"}
print(len(worker.process_ids), "pipe" in seen, "facility" in seen, *sorted(late & set(sys.modules)))
ahead.drop()
"""

BUILT = """
import sys
from layers.scene.kept import BUILDING_MODULES
from layers.store import worker_child
worker_child.load_lean("pyogrio", *BUILDING_MODULES)
late = {"pandas", "geopandas", "pyproj", "sqlalchemy", "PySide6", "typer"}
print("pyogrio" in sys.modules, *sorted(late & set(sys.modules)))
"""


@pytest.mark.parametrize(("program", "told"), [(BEGUN, "1 True True"), (BUILT, "True")])
def test_a_first_picture_waits_for_nothing_that_it_does_not_need(
    program: str, told: str, town: Path, tmp_path: Path
) -> None:
    copy = shutil.copy(town, tmp_path / "town.gpkg")
    command = [sys.executable, "-c", program, str(copy)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == told
