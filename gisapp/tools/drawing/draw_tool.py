"""Drawing a new thing: clicks set places that snap; lines may follow mains that are there already."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import dist
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter

from gisapp.map.canvas import MapCanvas
from gisapp.map.pens import Colours
from gisapp.map.tool import MapTool
from gisapp.map.viewport import Viewport
from gisapp.tools.drawing.sketch import Sketch, bearing_of, length_of, paint_sketch
from gisapp.tools.drawing.snap_aid import Render, SnapAid
from gisapp.tools.figures import angle_text, length_words
from layers.later import Later
from layers.model.catalogue import Shape
from layers.scene.snapping import Place
from layers.text import Message

if TYPE_CHECKING:
    from layers.scene import tracing
else:
    tracing = Later("layers.scene.tracing")

_TREMBLE = 2.0
_FEWEST: dict[Shape, int] = {"point": 1, "line": 2, "polygon": 3}
_FINISH = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class DrawNews(QObject):
    """Tells what becomes of a drawing; a tool itself is no QObject."""

    finished = Signal(object)
    """The places (x, y) of a thing that is to be saved."""
    changed = Signal()
    noticed = Signal(object)
    """A Message for the status bar."""
    menu_asked = Signal(QPoint)


class DrawTool(MapTool):
    """Clicks set places; double click or Enter ends; Backspace takes the last step back; Esc drops all.

    With Shift, or while ``follows`` is on, a click on a main takes the way along mains from the place before; with
    ``outlines`` along roads and borders.
    Ctrl held down switches snapping off for the moment. What is finished is given away; the tool is free at once.
    """

    cursor = Qt.CursorShape.CrossCursor
    takes_right_click = True

    def __init__(self, canvas: MapCanvas, aid: SnapAid, render: Render) -> None:
        self._canvas, self._aid, self._render = canvas, aid, render
        self.news = DrawNews(canvas)
        self.shape: Shape = "line"
        self.follows = False
        #: Borders of areas, roads and buildings count for snapping too: what is drawn is none of the network.
        self.outlines = False
        #: Takes the next click instead of the drawing: a known point, a pipe to go along.
        self.pick: Callable[[Place], None] | None = None
        self._steps: list[tuple[Place, ...]] = []
        #: Metres above datum of the places of which they were typed; kept until the next drawing is begun.
        self._heights: dict[Place, float] = {}
        self._rest: tuple[Place, ...] = ()
        #: The way found last, so that a click need not look for it again.
        self._traced: tuple[Place, Place, tuple[Place, ...]] | None = None

    # ---- what is drawn

    @property
    def is_begun(self) -> bool:
        return bool(self._steps) or self.pick is not None

    @property
    def places(self) -> tuple[Place, ...]:
        """The places set so far."""
        return tuple(place for step in self._steps for place in step)

    @property
    def last(self) -> Place | None:
        """The place set last."""
        return self._steps[-1][-1] if self._steps else None

    @property
    def heights(self) -> dict[Place, float]:
        """The heights typed for places of this drawing, or of the one just finished."""
        return dict(self._heights)

    def add(self, *places: Place, height: float | None = None) -> None:
        """Set places as one step, as typed; a point is finished by it. ``height``: metres above datum, if known."""
        if not places:
            return
        if not self._steps:
            self._heights.clear()
        if height is not None:
            self._heights |= dict.fromkeys(places, height)
        self._steps.append(places)
        self._rest = ()
        self._tell()
        if self.shape == "point":
            self.finish()

    def begin_at(self, *places: Place, heights: Mapping[Place, float] | None = None) -> None:
        """Drop what was drawn and go on from these places."""
        self.clear()
        self._heights = dict(heights or {})
        self._steps = [(place,) for place in places]
        self._tell()

    def step_back(self) -> None:
        """Take the last step back."""
        if self._steps:
            for place in self._steps.pop():
                if place not in self.places:
                    self._heights.pop(place, None)
            self._rest = ()
            self._tell()

    def finish(self) -> None:
        """Give what is drawn away to be saved, if it is enough."""
        places = self.places
        if not places:
            return
        if len(set(places)) < _FEWEST[self.shape]:
            self.news.noticed.emit(Message(f"draft.few.{self.shape}"))
            return
        self.clear()
        self.news.finished.emit(places)

    def clear(self) -> None:
        """Nothing is drawn any more."""
        self._steps.clear()
        self._rest = ()
        self._traced = None
        self.pick = None
        self._aid.forget()
        self._tell()

    # ---- mouse and keys

    def press(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.RightButton:
            self.news.menu_asked.emit(event.globalPosition().toPoint())
            return
        if event.button() != Qt.MouseButton.LeftButton:
            return
        place = self._place(event)
        if self.pick is not None:
            taken, self.pick = self.pick, None
            taken(place)
            self._tell()
        elif self.last is None or self._is_apart(place):
            self.add(*self._way(place, event.modifiers()))

    def move(self, event: QMouseEvent) -> None:
        place = self._place(event)
        self._rest = (place,) if self.pick is not None else self._way(place, event.modifiers())
        self._canvas.update()

    def double_click(self, event: QMouseEvent) -> None:
        # Its place was set by the press before.
        if event.button() == Qt.MouseButton.LeftButton:
            self.finish() if self.shape != "point" else self.press(event)

    def key(self, event: QKeyEvent) -> bool:
        if event.key() in _FINISH and self._steps:
            self.finish()
        elif event.key() == Qt.Key.Key_Backspace and self._steps:
            self.step_back()
        else:
            return False
        return True

    def cancel(self) -> None:
        """Esc: what is to be picked first, then the drawing."""
        if self.pick is not None:
            self.pick = None
            self._tell()
        else:
            self.clear()

    def leave(self) -> None:
        self.clear()

    # ---- painting

    def paint(self, painter: QPainter, viewport: Viewport, colours: Colours) -> None:
        places = self.places
        rest = () if self.pick is not None else self._rest
        words = self._words(places, rest)
        sketch = Sketch(places, rest if places else (), self.shape == "polygon", words)
        paint_sketch(painter, viewport, colours, sketch)
        self._aid.paint(painter, viewport, colours)

    def _words(self, places: Sequence[Place], rest: Sequence[Place]) -> tuple[str, ...]:
        """Length and bearing of the piece under way, then the whole."""
        if not places or not rest or self.shape == "point":
            return ()
        piece = length_of((places[-1], *rest))
        if not piece:
            return ()
        words = [self._render(length_words(piece))]
        if len(rest) == 1:
            words[0] += f"   {angle_text(bearing_of(places[-1], rest[0]))}"
        if len(places) > 1 or len(rest) > 1:
            total = length_words(length_of((*places, *rest)))
            words.append(self._render(Message("draft.total", {"length": total})))
        return tuple(words)

    # ---- places

    def _place(self, event: QMouseEvent) -> Place:
        self._aid.outlines = self.outlines
        return self._aid.place(event.position(), event.modifiers(), self.last)

    def _way(self, place: Place, modifiers: Qt.KeyboardModifier) -> tuple[Place, ...]:
        """The places that a click here adds: one, or the way along mains."""
        follows = self.follows or bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        scene, last = self._canvas.scene, self.last
        if not follows or scene is None or last is None or self.shape == "point" or self._aid.found is None:
            return (place,)
        if self._traced is None or self._traced[:2] != (last, place):
            found = tracing.trace(scene, last, place, hidden=self._canvas.hidden, outlines=self.outlines)
            way = (place,) if found is None else tuple((float(x), float(y)) for x, y in found[1:])
            self._traced = (last, place, way)
        return self._traced[2]

    def _is_apart(self, place: Place) -> bool:
        """Whether a click is more than the trembling of the one before."""
        assert self.last is not None
        return dist(place, self.last) > self._canvas.viewport.metres_per_pixel * _TREMBLE

    def _tell(self) -> None:
        self.news.changed.emit()
        self._canvas.update()
