"""Printing beside the window's own work: cut in a task, painted in short slices, with progress and cancel."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, QTimer, Signal

from gisapp.map.sheet.job import Cut, CutOut, Steps
from gisapp.tasks import Task, Tasks
from layers.errors import UserError
from layers.scene.scene import Scene
from layers.text import Message

#: Seconds of painting before the window's own events have their turn.
_SLICE = 0.015


class Press(QObject):
    """Runs one print at a time; a new one drops what is under way. Exactly one of the signals ends each."""

    progressed = Signal(float)
    done = Signal()
    failed = Signal(object)
    """A UserError; nothing of the file is left."""

    def __init__(self, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._scene: Scene | None = None
        self._steps: Steps | None = None
        self._task: Task | None = None
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._work)

    @property
    def is_busy(self) -> bool:
        """Whether something is being printed."""
        return self._steps is not None

    def start(self, steps: Steps, scene: Scene) -> None:
        """Print ``steps`` of ``scene``."""
        self.cancel()
        self._steps, self._scene = steps, scene
        self._go_on(None)

    def cancel(self) -> None:
        """Stop, keep nothing, tell nobody."""
        self._timer.stop()
        if self._task is not None:
            self._task.cancel()
            self._task = None
        steps, self._steps = self._steps, None
        if steps is not None:
            steps.close()

    def _work(self) -> None:
        self._go_on(None)

    def _go_on(self, answer: CutOut | None) -> None:
        steps = self._steps
        if steps is None:
            self._timer.stop()
            return
        until = time.perf_counter() + _SLICE
        share = 0.0
        try:
            while True:
                wish = steps.send(answer)
                answer = None
                if isinstance(wish, Cut):
                    self._ask(wish)
                    return
                share = wish
                if time.perf_counter() >= until:
                    break
        except StopIteration:
            self._end()
            self.done.emit()
            return
        except UserError as error:
            self._end()
            self.failed.emit(error)
            return
        except BaseException:
            self._end()
            raise
        self.progressed.emit(share)
        self._timer.start()

    def _ask(self, wish: Cut) -> None:
        self._timer.stop()
        scene, steps = self._scene, self._steps
        assert scene is not None

        def answer(found: CutOut) -> None:
            self._task = None
            if self._steps is steps:
                self._go_on(found)

        def fail(error: UserError) -> None:
            if self._steps is steps:
                self.cancel()
                self.failed.emit(error)

        self._task = self._tasks.run(
            Message("printing.cutting"),
            lambda feedback: wish.of(scene, feedback),
            answer,
            failed=fail,
            owner=self,
            key=f"print-{id(self)}",
            shown=False,
        )

    def _end(self) -> None:
        self._timer.stop()
        self._steps = self._scene = None
