"""The start as a user has it, through the program's own door; one line of JSON is the answer.

    python -m tests.benchmarks.start_process REQUEST.json

Seconds since the process began, before Python itself: ``kept_s`` to the picture of the register that was kept when it
was left, if there is one; ``first_s`` to the first frame of the living map, ``start_s`` to the first one with every
layer that is seen at this scale, ``whole_s`` until all layers are there for every scale. The canvas is as large as the
peer's pictures from the moment a register is open.
Nothing but the door is loaded here before the door is.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gisapp.__main__ as door
from layers.later import Later

if TYPE_CHECKING:
    from PySide6 import QtCore

    from gisapp import app, settings
    from layers.scene import style
else:
    QtCore = Later("PySide6.QtCore")
    app = Later("gisapp.app")
    settings = Later("gisapp.settings")
    style = Later("layers.scene.style")

SETTLED_MILLISECONDS = 300


def since_process_start() -> float:
    """Seconds since this process was started."""
    ticks = float(Path("/proc/self/stat").read_text().rsplit(")", 1)[1].split()[19])
    return float(Path("/proc/uptime").read_text().split()[0]) - ticks / os.sysconf("SC_CLK_TCK")


class Watch:
    """Notes when pictures come, and closes the window when all is there and nothing more is done."""

    def __init__(self, window: Any, request: dict[str, Any]) -> None:
        self.window, self.layers = window, set(request["layers"])
        self.seconds: dict[str, float] = {}
        self.timer = QtCore.QTimer(window, interval=SETTLED_MILLISECONDS)
        self.timer.timeout.connect(self._close_when_settled)
        self.size = request["size"]
        # Before that, the page of the map has no size.
        window.parts.session.opened.connect(lambda _: QtCore.QTimer.singleShot(0, window, self._give_size))
        window.map.canvas.renderer.frame_ready.connect(self._note)

    def _give_size(self) -> None:
        window, canvas = self.window, self.window.map.canvas
        width, height = self.size
        window.resize(window.width() + width - canvas.width(), window.height() + height - canvas.height())

    def _note(self, _: object) -> None:
        canvas = self.window.map.canvas
        if canvas.scene is None:
            return
        denominator = canvas.viewport.metres_per_pixel / style.METRES_PER_PIXEL
        there = {source.layer.id for source in canvas.scene.sources}
        seen = {
            layer.id
            for layer in canvas.scene.style.layers
            if layer.id in self.layers and (layer.is_visible(denominator) or layer.is_shaded(denominator))
        }
        now = since_process_start()
        self.seconds.setdefault("first_s", now)
        if there >= seen:
            self.seconds.setdefault("start_s", now)
        if there >= self.layers:
            self.seconds.setdefault("whole_s", now)
            self.timer.start()

    def _close_when_settled(self) -> None:
        # What is kept for the next start is written behind the picture.
        if not any(task.label.id == "task.map" for task in self.window.parts.tasks.running):
            self.timer.stop()
            self.window.close()


def main() -> None:
    """Start the program on the register of the request, and tell."""
    request = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    found: list[Watch] = []
    kept_at: list[float] = []

    read_picture = door.read_picture  # type: ignore[attr-defined]

    def watch_window() -> None:
        opened = app.Application.new_window

        def new_window(self: Any) -> Any:
            self.settings.change(name="bench", language="zh", theme="light")
            window = opened(self)
            found.append(Watch(window, request))
            return window

        app.Application.new_window = new_window  # type: ignore[method-assign]

    def then_watch(root: Path, target: str) -> Any:
        """What the door does before it loads the windows; they are loaded here in its stead, and watched."""
        kept = read_picture(root, target)
        if kept is None:
            watch_window()
            return None
        module = importlib.import_module("gisapp.first_picture")
        show_picture = module.show_first_picture

        def then_note(kept: Any) -> Any:
            picture = show_picture(kept)
            if picture.is_painted:
                kept_at.append(since_process_start())
            watch_window()
            return picture

        module.show_first_picture = then_note  # type: ignore[attr-defined]
        return kept

    door.read_picture = then_watch  # type: ignore[attr-defined]
    sys.argv = ["gisapp", "open", request["register"]]
    began = time.monotonic()
    try:
        door.main()
    except SystemExit as ended:
        if ended.code:
            raise
    answer = found[0].seconds | {"closed_after_s": time.monotonic() - began}
    answer |= {"kept_s": kept_at[0]} if kept_at else {}
    print("ANSWER " + json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
