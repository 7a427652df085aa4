"""How soon a form is open and how soon a saved change is on the map, in the real window.

    python -m tests.benchmarks.form_bench REGISTER.gpkg [--rounds 5]

REGISTER.gpkg is a register of the synthetic city (2.73 M assets; see city_register.py). It is changed and changed
back: take a copy. Prints milliseconds by the clock: from the selection to the painted form, the reading of it alone,
from Ctrl+S to the committed row, and to the next frame of the map. Targets: form open 150, save to repaint 30.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from gisapp.app import Application
from gisapp.commands.opening import open_target
from gisapp.panels.reading import read_inspected
from gisapp.settings import Settings
from gisapp.window import Window
from layers.model.asset import AssetKey
from layers.model.query import Query

TYPES = ("pipe", "hydrant", "meter", "meter_well")
PATIENCE = 300.0
#: Seconds in which nothing is done: longer than any timer of the window that follows an edit waits.
QUIET = 0.6


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("register")
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    qt = QApplication(["bench"])
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(Path(folder))
        settings.change(name="bench", language="zh", theme="light")
        application = Application(qt, settings, "zh")
        window = application.new_window()
        window.resize(1440, 900)
        open_target(window, str(Path(chosen.register).absolute()))
        _wait(lambda: window.map.canvas.scene is not None and not window.parts.tasks.running)
        for name in TYPES:
            _open(window, name, chosen.rounds)
        _save(window, chosen.rounds)
        window.parts.session.holder = None
        window.close()
        application.deleteLater()


def _open(window: Window, name: str, rounds: int) -> None:
    register = window.parts.session.register
    assert register is not None
    count = register.count(name)
    keys = [AssetKey(name, 1 + count * number // (rounds + 1)) for number in range(1, rounds + 1)]
    opened, read = [], []
    for key in keys:
        window.parts.session.select(())
        _idle(window)
        start = time.perf_counter()
        read_inspected(register, key)
        read.append(time.perf_counter() - start)
        start = time.perf_counter()
        window.parts.session.select((key,))
        _wait(lambda key=key: _shows(window, key))  # type: ignore[misc]
        window.inspector.repaint()
        opened.append(time.perf_counter() - start)
        _idle(window)
    print(f"{'open ' + name:22}{_told(opened)}   of it read {_told(read)}   ({count:,} assets)", flush=True)


def _save(window: Window, rounds: int) -> None:
    register = window.parts.session.register
    assert register is not None
    pipe = register.find(Query("pipe", limit=1, offset=register.count("pipe") // 2))[0]
    window.map.fly_to_asset(pipe.key)
    window.parts.session.select((pipe.key,))
    _wait(lambda: _shows(window, pipe.key))
    _idle(window)
    before = pipe["dn"] or 100
    times = []
    for number in range(2 * rounds):
        wanted = before + (100, 0)[number % 2]
        times.append(_one_save(window, wanted))
        # The form reads what was saved a moment later: the next change is one to that.
        _wait(lambda wanted=wanted: _is_base(window, wanted))  # type: ignore[misc]
        _idle(window)
    committed, repainted = zip(*times, strict=True)
    print(f"{'saved':22}{_told(committed)}\n{'saved and repainted':22}{_told(repainted)}", flush=True)


def _one_save(window: Window, dn: int) -> tuple[float, float]:
    """Seconds from Ctrl+S to the answer of the register, and to the next frame."""
    editing, canvas = window.inspector.editing, window.map.canvas
    assert editing.draft is not None
    editing.draft.put("dn", dn)
    frames: list[float] = []
    saved: list[float] = []
    frame = canvas.frame_shown.connect(lambda: frames.append(time.perf_counter()))
    save = editing.saved.connect(lambda _: saved.append(time.perf_counter()))
    start = time.perf_counter()
    editing.save()
    _wait(lambda: bool(frames) and bool(saved))
    canvas.frame_shown.disconnect(frame)
    editing.saved.disconnect(save)
    _idle(window)
    return saved[0] - start, frames[0] - start


def _is_base(window: Window, dn: int) -> bool:
    draft = window.inspector.editing.draft
    return draft is not None and draft.base("dn") == dn


def _shows(window: Window, key: AssetKey) -> bool:
    asset = window.inspector.editing.asset
    return asset is not None and asset.key == key


def _told(seconds: Sequence[float]) -> str:
    return f"{statistics.median(seconds) * 1000:8.1f} ms (best {min(seconds) * 1000:.1f})"


def _idle(window: Window) -> None:
    """Wait until what follows the last act is over too: its timers run out, and what they ask for is painted."""
    quiet_since = time.monotonic()
    while time.monotonic() < quiet_since + QUIET:
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
        if window.parts.tasks.running:
            quiet_since = time.monotonic()
        time.sleep(0.005)


def _wait(is_done: Callable[[], bool]) -> None:
    """Sleep between events as a window does: who asks without rest takes the interpreter from the readers."""
    end = time.monotonic() + PATIENCE
    heart = QTimer(interval=50)
    heart.start()
    while not is_done():
        if time.monotonic() > end:
            raise TimeoutError("the window did not get there")
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
    heart.stop()


if __name__ == "__main__":
    main()
