"""The sample city: made once, then opened like any register."""

from __future__ import annotations

from pathlib import Path

from gisapp.commands.opening import begin, is_open_register, open_target
from gisapp.window import Window
from layers.feedback import Feedback
from layers.register import Register
from layers.sample.write import create_sample
from layers.text import Message

FILE_NAME = "示例城市.gpkg"
SIZE, SEED = "demo", 1


def sample_path(window: Window) -> Path:
    """Where the sample of this user lies."""
    return window.parts.settings.folder / "sample" / FILE_NAME


def open_sample(window: Window) -> None:
    """Open the sample city, making it first when it is not there."""
    path = sample_path(window)
    if is_open_register(window, str(path)) or path.is_file():
        open_target(window, str(path))
        return
    actor = window.parts.settings.preferences.name

    def work(feedback: Feedback) -> Register:
        make_sample(path, actor, feedback)
        return Register.open(path, actor=actor)

    window.parts.tasks.run(
        Message("task.sample"), work, lambda register: begin(window, register), lane="writer", key="open"
    )


def make_sample(path: Path, actor: str, feedback: Feedback) -> None:
    """Write the sample to ``path``; under another name until it is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    making = path.with_name(f"{path.stem}.making.gpkg")
    making.unlink(missing_ok=True)
    register, _ = create_sample(making, SIZE, SEED, actor=actor, feedback=feedback)
    register.close()
    making.replace(path)
