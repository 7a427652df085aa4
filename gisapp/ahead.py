"""A register is opened and its map begun while the windows are still being loaded.

What this takes is loaded before the thread starts, so that two threads never load the same room.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Event

from platformdirs import user_config_path

from gisapp.map.viewport import Viewport
from gisapp.settings import Settings
from gisapp.tasks import begin_now
from layers.errors import UserError
from layers.feedback import Feedback
from layers.register import Register
from layers.scene.building import BuildJob
from layers.scene.cache import SceneCache
from layers.scene.planning import (
    Begun,
    ScenePlan,
    Sketches,
    plan_scene,
    shared_out,
    sketch_layers,
    take_kept,
)
from layers.scene.styles import USUAL, style_or_usual
from layers.store.lean import load_lean
from layers.store.worker import Worker

#: Px of a window that are not map: about so many, for a guess at the scale it will begin with.
_BESIDE, _ABOVE = 360, 120
_USUAL_WINDOW = 1440, 900
#: Seconds that loading waits until a file is opened and being sketched: two threads of Python side by side take longer
#: than one after the other, and who sketches has nothing to do until then. A disk may take its time.
_TOGETHER = 0.5


class Ahead:
    """Begins at once. ``take_register`` waits for the register and is for one caller; so is what has ``begun``."""

    def __init__(self, target: str, worker: Worker, scenes: Path | None = None) -> None:
        """``scenes`` is the folder where maps are kept, if they are."""
        load_lean()
        self.target = target if "://" in target else str(Path(target).absolute())
        preferences = Settings(user_config_path("gisapp", appauthor=False)).preferences
        actor, size = preferences.name, (preferences.window or (0, 0, *_USUAL_WINDOW))[2:]

        def opened() -> Register:
            return Register.open(self.target, actor=actor, worker=worker, check_later=True)

        self._worker = worker
        register = begin_now(opened)
        self._register: Callable[[], Register] | None = register
        plan = begin_now(lambda: _planned(register(), scenes))
        parts = begin_now(lambda: shared_out(register(), _seen(plan(), size)))

        at_work = Event()

        def sketched(number: int, feedback: Feedback) -> Sketches:
            return sketch_layers(register(), plan().job, parts()[number], feedback)

        def sketched_first() -> Sketches:
            try:
                return sketched(0, Feedback(lambda *_: at_work.set(), interval=0.0))
            finally:
                at_work.set()

        self.begun = Begun(plan, (begin_now(sketched_first), begin_now(lambda: sketched(1, Feedback()))))
        if "://" not in self.target:
            at_work.wait(_TOGETHER)

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

    def drop(self) -> None:
        """Close what nobody took."""
        if self._register is not None:
            # Why it could not be opened was told to nobody: the window is gone.
            with suppress(UserError):
                self.take_register("").close()


def _planned(register: Register, scenes: Path | None) -> ScenePlan:
    """The map in the usual style, with all that is kept of it."""
    style, _ = style_or_usual(register, USUAL, Feedback())
    cache = None if scenes is None else SceneCache(scenes, str(register.target))
    return take_kept(register, plan_scene(register, style, cache=cache), Feedback())


def _seen(plan: ScenePlan, size: tuple[int, ...]) -> BuildJob:
    """What is left to be made of the layers that are seen when all of the register is."""
    width, height = max(size[0] - _BESIDE, 1), max(size[1] - _ABOVE, 1)
    box = plan.scene.box
    return plan.job.of(() if box is None else plan.seen_at(Viewport.fitting(box, width, height).denominator))
