"""When and how the scene of the session's register is built; the map shows what comes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QObject, Signal

from gisapp.session import Session
from gisapp.tasks import Tasks
from layers.errors import UserError
from layers.feedback import Feedback
from layers.model.change import ChangeSet
from layers.model.query import Condition
from layers.register import Register
from layers.scene.planning import build_scene
from layers.scene.scene import Scene
from layers.scene.style import Drawing, MapStyle
from layers.scene.styles import USUAL, style_or_usual
from layers.text import Message

#: What the first picture of a register shows; the points of a large city take a moment longer.
FIRST_DRAWINGS: tuple[Drawing, ...] = ("area", "line", "main")


class SceneFeed(QObject):
    """Follows the session: reads the scene when a register opens, and again what changes in it."""

    ready = Signal(object)
    """A Scene to show in the place of the last one."""
    refused = Signal(object)
    """The UserError for which the usual style is drawn in the place of the one asked for."""

    def __init__(self, session: Session, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._tasks = session, tasks
        self.scene: Scene | None = None
        #: The name of a style, or one that is being made and has no name yet.
        self.style: str | MapStyle = USUAL
        self._stale: set[str] = set()
        session.opened.connect(self._on_opened)
        session.closed.connect(self._on_closed)
        session.changed.connect(self._on_changed)
        session.filters_changed.connect(self._on_filters)

    def use_style(self, style: str | MapStyle) -> None:
        """Draw another way; a register that has not been read yet is read in this style."""
        if style != self.style:
            self.style = style
            self._build(changed=None if self.scene is None else ())

    def _on_opened(self, register: Register) -> None:
        self.scene = None
        self._stale.clear()
        self._build(changed=None)

    def _on_closed(self) -> None:
        self.scene = None

    def _on_changed(self, change: ChangeSet) -> None:
        # A build under way for an earlier change is dropped: its types must not be forgotten.
        self._stale.update(change.changes)
        self._build(changed=())

    def _on_filters(self, filters: Mapping[str, Condition]) -> None:
        self._build(changed=None if self.scene is None else ())

    def _build(self, changed: Sequence[str] | None) -> None:
        """Read the scene anew: all of it, or only what ``changed``."""
        register = self._session.register
        if register is None:
            return
        if changed is not None:
            self._stale.update(changed)
        before = None if changed is None else self.scene
        style, stale, filters = self.style, tuple(self._stale), dict(self._session.filters)
        first = before is None
        drawings = FIRST_DRAWINGS if first else None

        def build(feedback: Feedback) -> tuple[Scene, UserError | None]:
            drawn, reason = (
                (style, None) if isinstance(style, MapStyle) else style_or_usual(register, style, feedback)
            )
            scene = build_scene(
                register, drawn, feedback, before=before, changed=stale, drawings=drawings, filters=filters
            )
            return scene, reason

        def show(built: tuple[Scene, UserError | None]) -> None:
            scene, reason = built
            if reason is not None and self.style == style:
                self.style = USUAL
                self.refused.emit(reason)
            self._stale.clear()
            self.scene = scene
            self.ready.emit(scene)
            if first:
                self._build(changed=())

        self._tasks.run(Message("task.map"), build, show, owner=self, key="scene", shown=first)
