"""The sample city: made once, then opened like any register."""

from __future__ import annotations

from pathlib import Path

from gisapp.commands.opening import begin, is_open_register, open_target
from gisapp.window import Window
from layers.feedback import Feedback
from layers.register import Register


def create_sample(*a, **k):
    raise NotImplementedError


from layers.text import Message

FILE_NAME = "示例城市.gpkg"


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
        path.parent.mkdir(parents=True, exist_ok=True)
        create_sample(path, feedback=feedback)
        return Register.open(path, actor=actor)

    window.parts.tasks.run(
        Message("task.sample"), work, lambda register: begin(window, register), lane="writer", key="open"
    )
