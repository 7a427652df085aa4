"""When and how the scene of the session's register is read, and read again; the map shows what comes.

A register is taken from the cache as far as that can be trusted; the rest is built in the worker. What the first
picture shows is sketched there before: soon made, drawn as exactly, and replaced when the whole is there.
An edit, by whomever, patches the scene that is shown; what changed in bulk is built again.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from gisapp.panels.sketch_board import SketchBoard
from gisapp.panels.style_counting import StyleCounting
from gisapp.session import Session
from gisapp.tasks import Debounce, Task, Tasks, Work
from layers.errors import UserError
from layers.feedback import Feedback
from layers.model.change import ChangeSet
from layers.model.query import Condition
from layers.register import Register
from layers.scene.cache import SceneCache
from layers.scene.codec import Source
from layers.scene.kept import is_kept
from layers.scene.patching import Touched, needs_of, patched, prepare_patching, recounted, touched_by
from layers.scene.planning import (
    FIRST_DRAWINGS,
    Begun,
    ScenePlan,
    Sketches,
    build,
    parted,
    plan_scene,
    take_kept,
    taken_or_sketched,
)
from layers.scene.scene import Scene
from layers.scene.style import LayerStyle, MapStyle
from layers.scene.styles import COMPUTED_FROM, SAVED, USUAL, is_computed, style_or_usual
from layers.text import Message

#: Milliseconds within which a scene is painted.
PAINTED = 1000
#: Types whose rows decide how others are drawn; of code lists, the beginning of the name.
_STYLING = ("setting", SAVED)
_CODE_LIST = "c_"


class SceneFeed(QObject):
    """Follows the session: reads the scene when a register opens, and patches it when something changes."""

    ready = Signal(object)
    """A Scene to show in the place of the last one."""
    refused = Signal(object)
    """The UserError for which the usual style is drawn in the place of the one asked for."""
    _lost = Signal(object)

    def __init__(
        self,
        session: Session,
        tasks: Tasks,
        cache: Path | None = None,
        parent: QObject | None = None,
        *,
        denominator: Callable[[], float] = lambda: 0.0,
    ) -> None:
        """``cache`` is the folder for the scenes of all registers; None keeps none.

        ``denominator`` tells the scale (1:N) at which the map is looked at.
        """
        super().__init__(parent)
        self._denominator = denominator
        self._session, self._tasks, self._cache = session, tasks, cache
        self.scene: Scene | None = None
        #: As of which day styles tell who is responsible where; None: as of today.
        self.day: datetime.date | None = None
        #: The name of a style, or one that is being made and has no name yet.
        self.style: str | MapStyle = USUAL
        #: What was begun before the register was shown; asked once.
        self.ahead: Begun | None = None
        self._plan: ScenePlan | None = None
        self._board = SketchBoard(self._show_sketch, self)
        self._reading: list[Task] = []
        self._news: list[ChangeSet] = []
        self._patching: tuple[Task, list[ChangeSet]] | None = None
        self._failures = 0
        #: Changes up to this version may be in what was read, though the scene is as of an earlier one.
        self._read_until = 0
        #: Where the map of the open register is kept, unless that was lost; and what was read of it last.
        self._trusted = cache
        self._kept: SceneCache | None = None
        self._lost.connect(self._read_anew, Qt.ConnectionType.QueuedConnection)
        self._tidying = Debounce(PAINTED, self._tidy, self)
        self._counting = StyleCounting(tasks, self)
        self._counting.differs.connect(self._read)
        session.opened.connect(self._on_opened)
        session.closed.connect(self._on_closed)
        session.changed.connect(self._on_changed)
        session.filters_changed.connect(self._on_filters)

    def use_style(self, style: str | MapStyle) -> None:
        """Draw another way; a register that has not been read yet is read in this style."""
        if style != self.style:
            self.style = style
            self._read()

    def tell_of(self, day: datetime.date | None) -> None:
        """Tell of another day, where the style tells who is responsible."""
        if day != self.day:
            self.day = day
            if self.scene is not None and is_computed(self.scene.style):
                self._read()

    def _read_anew(self, kept: SceneCache) -> None:
        """What was kept cannot be read any more: make all of the map from the register, and forget what was kept."""
        # Every look at what is shown tells it again, until the new one is there; so may looks at another register.
        if kept == self._kept:
            kept.forget()
            self._kept = self._trusted = self.scene = None
            self._read()

    def is_kept(self, target: str) -> bool:
        """Whether the cache holds anything of a register."""
        return self._cache is not None and is_kept(self._cache, target)

    @property
    def is_busy(self) -> bool:
        """Whether a scene other than the one shown is on its way."""
        return bool(self._reading) or self._patching is not None or bool(self._news)

    # ---- following the session

    def _on_opened(self, register: Register) -> None:
        self._on_closed()
        self._read()

    def _on_closed(self) -> None:
        self._stop()
        self._tidying.stop()
        self._counting.stop()
        self.scene = None
        self._news.clear()
        self._failures = self._read_until = 0
        self._trusted, self._kept = self._cache, None

    def _on_changed(self, change: ChangeSet) -> None:
        self._news.append(change)
        self._patch()
        if self.scene is not None and isinstance(self.style, str):
            self._counting.hear(change, self._session.register, self.scene.style, self.day)

    def _on_filters(self, filters: Mapping[str, Condition]) -> None:
        self._read()

    # ---- reading

    def _read(self, changed: Iterable[str] = ()) -> None:
        """Read what the style draws and the scene shown has not, and all of the ``changed`` types."""
        register = self._session.register
        if register is None:
            return
        self._stop()
        self._counting.stop()
        before, style, filters, day = self.scene, self.style, dict(self._session.filters), self.day
        cache = None if self._trusted is None else SceneCache(self._trusted, str(register.target))
        types = tuple(changed)
        ahead, self.ahead = self.ahead, None
        is_usual = before is None and style == USUAL and not filters

        def plan(feedback: Feedback) -> tuple[ScenePlan, UserError | None]:
            if ahead is not None and is_usual:
                begun = ahead.plan()
                if begun.job.cache == cache and begun.job.mark == register.mark():
                    return begun, None
            drawn, reason = (
                (style, None)
                if isinstance(style, MapStyle)
                else style_or_usual(register, style, feedback, day)
            )
            planned = plan_scene(register, drawn, before=before, changed=types, filters=filters, cache=cache)
            return take_kept(register, planned, feedback), reason

        def go_on(found: tuple[ScenePlan, UserError | None]) -> None:
            planned, reason = found
            self._reading.clear()
            self._kept = kept = planned.job.cache
            if kept is not None:
                kept.loss.listener = partial(self._lost.emit, kept)
            if reason is not None and self.style == style:
                self.style = USUAL
                self.refused.emit(reason)
            self._build(register, planned, before is None, () if ahead is None else ahead.sketches)

        self._run(register, plan, go_on, shown=before is None)

    def _build(
        self,
        register: Register,
        plan: ScenePlan,
        is_first: bool,
        ahead: Sequence[Callable[[], Sketches]] = (),
    ) -> None:
        """Have the worker build what is missing, in two parts side by side; what is seen is sketched before."""
        if plan.is_done:
            self._finish(plan)
            return
        self._plan = plan
        seen = parted(plan.seen_at(self._denominator())) if is_first else ()
        for number, part in enumerate(seen):
            if part:
                self._sketch_part(register, plan, part, ahead[number::-1])
        if not any(seen):
            self._build_parts(register, plan, is_first)

    def _sketch_part(
        self,
        register: Register,
        plan: ScenePlan,
        layers: Sequence[LayerStyle],
        ahead: Sequence[Callable[[], Sketches]],
    ) -> None:
        job = plan.job.of(layers)

        def take(sources: list[Source]) -> None:
            # Who saw it may have asked for another.
            if self._board.take(task, sources) and self._plan is plan:
                self._board.once_painted(lambda: self._build_parts(register, plan, is_first=True))

        task = self._run(
            register, lambda feedback: taken_or_sketched(register, job, ahead, feedback), take, shown=True
        )
        self._board.expect(task)

    def _show_sketch(self) -> None:
        if self._plan is not None:
            self.ready.emit(self._plan.sketched(self._board.sources.values()))

    def painted(self) -> None:
        """A picture is on the screen: what it was sketched for is built beside it from now on."""
        self._board.painted()

    def _build_parts(self, register: Register, plan: ScenePlan, is_first: bool) -> None:
        for part in parted(plan.job.layers) if is_first else [plan.job.layers]:
            if part:
                self._build_part(register, plan, part, shown=is_first)

    def _build_part(
        self, register: Register, plan: ScenePlan, layers: Sequence[LayerStyle], *, shown: bool
    ) -> None:
        job = plan.job.of(layers)

        def take(sources: list[Source]) -> None:
            if self._plan is None:
                return
            self._plan = self._plan.with_sources(sources)
            if self._plan.is_done:
                self._finish(self._plan)
            elif any(layer.drawing in FIRST_DRAWINGS for layer in layers):
                self._board.show()

        self._run(register, lambda feedback: build(register, job, feedback), take, shown=shown)

    def _finish(self, plan: ScenePlan) -> None:
        self._plan = None
        self._board.forget()
        self._reading.clear()
        self._failures = 0
        self._show(plan.scene)
        self._tidying.touch()
        self._patch()

    def _tidy(self) -> None:
        """What nobody waits for, once the map is painted."""
        register, folder = self._session.register, self._trusted

        def work(_: Feedback) -> None:
            prepare_patching()
            if register is not None and folder is not None:
                SceneCache(folder, str(register.target)).sweep()

        self._tasks.run(Message("task.map"), work, owner=self, key="scene-tidy", shown=False)

    def _run(self, register: Register, work: Work, done: Callable[[Any], None], *, shown: bool) -> Task:
        def read(feedback: Feedback) -> tuple[Any, int]:
            return work(feedback), register.mark().version

        def take(found: tuple[Any, int]) -> None:
            made, version = found
            self._read_until = max(self._read_until, version)
            done(made)

        task = self._tasks.run(
            Message("task.map"), read, take,
            failed=self._on_failed, cancelled=self._on_cancelled, owner=self, shown=shown,
        )  # fmt: skip
        self._reading.append(task)
        return task

    def _on_failed(self, error: UserError) -> None:
        """The worker may have been killed: once more, then it is said."""
        self._stop()
        self._failures += 1
        if self._failures > 1:
            self._tasks.failed.emit(error)
        else:
            self._read()

    def _on_cancelled(self) -> None:
        """Stopped by the user, who goes on with what there is; or by us, who have forgotten it."""
        if any(task.is_stale for task in self._reading):
            self._stop()
            self._patch()

    def _stop(self) -> None:
        """Drop what is under way; the changes it would have put in are not forgotten."""
        for task in self._reading:
            task.cancel()
        self._reading.clear()
        self._board.forget()
        self._plan = None
        if self._patching is not None:
            task, news = self._patching
            task.cancel()
            self._news[:0] = news
            self._patching = None

    # ---- patching

    def _patch(self) -> None:
        """Put what changed into the scene shown."""
        scene, register = self.scene, self._session.register
        if scene is None or register is None or self._reading or self._patching or not self._news:
            return
        news, self._news = self._news, []
        few, whole = touched_by(news, needs_of(scene))
        version = max(scene.data_version, *(change.id for change in news))
        names = {name for change in news for name in change.changes}
        styled = any(name in _STYLING or name.startswith(_CODE_LIST) for name in names)
        styled = styled or (is_computed(scene.style) and bool(names & COMPUTED_FROM))
        drawn = {layer.type for layer in scene.style.layers}
        doubted = {name for change in news if change.id <= self._read_until for name in change.changes}

        def work(feedback: Feedback) -> Scene:
            return _patched(scene, register, few, version, doubted & drawn, feedback)

        def take(made: Scene) -> None:
            self._patching = None
            if drawn & set(few):
                self._show(made)
            else:
                self.scene = made
            if styled or drawn & whole:
                self._read(changed=whole)
            elif self._news:
                self._patch()
            else:
                self._settle(made)

        task = self._tasks.run(
            Message("task.map"), work, take,
            failed=self._on_failed, owner=self, key="scene-patch", shown=False, first=True,
        )  # fmt: skip
        self._patching = task, news

    def _settle(self, scene: Scene) -> None:
        """Do what the patch left for later; if something changes meanwhile, another time."""

        def take(settled: Scene) -> None:
            if settled is not scene is self.scene:
                self._show(settled)

        work = Message("task.map"), lambda _: scene.settled(), take
        self._tasks.run(*work, owner=self, key="scene-settle", shown=False)

    def _show(self, scene: Scene) -> None:
        self.scene = scene
        self.ready.emit(scene)


def _patched(
    scene: Scene,
    register: Register,
    few: Mapping[str, Touched],
    version: int,
    doubted: Collection[str],
    feedback: Feedback,
) -> Scene:
    """``doubted``: of these types some of what changed may be in the scene already."""
    drawn = {source.layer.type for source in scene.sources}
    if not drawn & set(few):
        return replace(scene, data_version=version)
    made = patched(scene, register, few, version, feedback)
    return recounted(made, register, doubted) if doubted else made
