"""Survey entry on one map: the strip, what is picked for it, and the drawing that it sets places of."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPointF, Signal
from PySide6.QtWidgets import QWidget

from gisapp.language import Language
from gisapp.map.canvas import MapCanvas
from gisapp.panels.drafting.survey_strip import SurveyStrip
from gisapp.session import Session
from gisapp.theme import Theme
from gisapp.tools.drawing.draw_tool import DrawTool
from gisapp.tools.drawing.shapes import line_at, outline_of
from gisapp.tools.drawing.snap_aid import SnapAid
from layers.geometry.crs import Crs
from layers.model.query import Box
from layers.scene.snapping import Place


class Survey(QObject):
    """Ties the strip to the tool that draws."""

    missed = Signal()
    """A click where no line is."""

    def __init__(
        self,
        language: Language,
        theme: Theme,
        session: Session,
        canvas: MapCanvas,
        tool: DrawTool,
        aid: SnapAid,
        view: QWidget,
    ) -> None:
        super().__init__(view)
        self._session, self._canvas, self._tool, self._aid = session, canvas, tool, aid
        self.strip = SurveyStrip(language, theme, self._where, view)
        self.strip.entered.connect(lambda places, height: tool.add(*places, height=height))
        self.strip.pick_asked.connect(self._pick)
        self.strip.left.connect(canvas.setFocus)

    def _where(self) -> tuple[Crs, Box | None, Place | None] | None:
        register, scene = self._session.register, self._canvas.scene
        if register is None:
            return None
        return register.crs, None if scene is None else scene.box, self._tool.last

    def _pick(self, what: str) -> None:
        """The next click on the map is a known point, or the line one measures along."""
        self._tool.pick = self.strip.take_point if what == "point" else self._take_line
        self._canvas.setFocus()

    def _take_line(self, place: Place) -> None:
        canvas = self._canvas
        key = line_at(canvas, self._aid, QPointF(*canvas.viewport.to_pixel(*place)))
        outline = None if key is None else outline_of(canvas.scene, key)
        if outline is None:
            self.missed.emit()
        else:
            self.strip.take_line(outline)
