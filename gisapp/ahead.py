"""A register never seen is opened, and its mains are sketched, while the windows are still being loaded.

What this takes is loaded before the thread starts, so that two threads never load the same room.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from platformdirs import user_config_path

from gisapp.settings import Settings
from gisapp.tasks import begin_now
from layers.errors import UserError
from layers.feedback import Feedback
from layers.register import Register
from layers.scene.planning import Sketches, sketch_mains
from layers.store.worker import Worker


class Ahead:
    """Begins at once. ``take_register`` and ``take_sketches`` wait, each is for one caller."""

    def __init__(self, target: str, worker: Worker) -> None:
        self.target = target if "://" in target else str(Path(target).absolute())
        actor = Settings(user_config_path("gisapp", appauthor=False)).preferences.name

        def opened() -> Register:
            return Register.open(self.target, actor=actor, worker=worker, check_later=True)

        self._worker = worker
        register = begin_now(opened)
        self._register: Callable[[], Register] | None = register
        self._sketches = begin_now(lambda: sketch_mains(register(), Feedback()))

    def take_register(self, actor: str) -> Register:
        """The register. Raises what opening it raised."""
        assert self._register is not None
        opened, self._register = self._register, None
        try:
            register = opened()
        except BaseException:
            self._worker.close()
            raise
        register.actor = register.actor or actor
        return register

    def take_sketches(self) -> Sketches:
        """The mains. Raises what sketching them raised."""
        return self._sketches()

    def drop(self) -> None:
        """Close what nobody took."""
        if self._register is not None:
            # Why it could not be opened was told to nobody: the window is gone.
            with suppress(UserError):
                self.take_register("").close()
