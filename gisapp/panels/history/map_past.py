"""The past on one map: its strip, its frame, and the scene of the day that is chosen."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from gisapp.language import Language
from gisapp.map.canvas import MapCanvas
from gisapp.map.past_frame import PastFrame
from gisapp.panels.history.past_map import PastMap, Span
from gisapp.panels.history.past_strip import PastStrip
from gisapp.session import Session
from gisapp.tasks import Tasks
from gisapp.theme import Theme

MARGIN = 12


class MapPast(QObject):
    """Places strip and frame over the canvas of ``view`` while a past day is shown."""

    def __init__(
        self,
        language: Language,
        theme: Theme,
        session: Session,
        tasks: Tasks,
        canvas: MapCanvas,
        view: QWidget,
    ) -> None:
        super().__init__(view)
        self._canvas, self._view = canvas, view
        self._room = (0, 0)
        self.map = PastMap(session, tasks, self)
        self.strip = PastStrip(language, theme, view)
        self._frame = PastFrame()
        canvas.overlay.sketches.append(self._frame)
        self.map.began.connect(self._on_began)
        self.map.ended.connect(self._on_ended)
        self.map.told.connect(self._on_told)
        self.strip.day_chosen.connect(self.map.go)
        self.strip.basis_chosen.connect(self.map.use_basis)
        self.strip.closed.connect(self.leave)

    def switch(self) -> None:
        """Into the past, or back to today."""
        self.leave() if self.map.is_shown else self.map.begin()

    def leave(self) -> None:
        """Back to today."""
        self.map.leave()

    def place(self, right: int, bottom: int) -> None:
        """Stand at the left edge of the map, above ``bottom``, and end before ``right``."""
        self._room = (right, bottom)
        self.strip.give_room(right - 2 * MARGIN)
        self.strip.move(MARGIN, bottom - self.strip.height() - MARGIN // 2)

    def _on_began(self, span: Span) -> None:
        self._frame.is_shown = True
        self.strip.begin(span, self.map.day)
        self.place(*self._room)
        self.strip.raise_()
        self._canvas.update()

    def _on_ended(self) -> None:
        self._frame.is_shown = False
        self.strip.hide()
        self._canvas.setFocus()
        self._canvas.update()

    def _on_told(self, past: object, doubt: object) -> None:
        self.strip.tell(past, doubt)  # type: ignore[arg-type]
        self.place(*self._room)
