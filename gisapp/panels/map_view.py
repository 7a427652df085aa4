"""The map with what floats on it, following the session."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from gisapp.actions import Actions
from gisapp.language import Language
from gisapp.panels.map_tools import MapFoot, ToolStrip
from gisapp.session import Session
from gisapp.tasks import Tasks
from gisapp.theme import Theme
from layers.model.asset import AssetKey
from layers.model.query import Box
from layers.register import Register

MARGIN = 12


class MapView(QWidget):
    legend_changed = Signal(list)
    note_changed = Signal(object)

    def __init__(
        self, language: Language, theme: Theme, session: Session, tasks: Tasks, actions: Actions
    ) -> None:
        super().__init__()
        self._session = session
        self.bounds: Box | None = None
        self.zoom_strip = ToolStrip(
            theme, actions, ("view.zoom_in", "view.zoom_out", "view.fit"), self, upright=True
        )
        self.foot = MapFoot(language, theme, self)
        session.opened.connect(self._on_opened)

    def _on_opened(self, register: Register) -> None:
        self.bounds = register.bounds()
        self.foot.show_crs(register.crs)
        self.foot.show_scale(1.32, 3779)
        self._place()

    def fit(self) -> None: ...
    def zoom(self, factor: float) -> None: ...
    def fly_to(self, x: float, y: float) -> None: ...
    def fly_to_asset(self, key: AssetKey) -> None: ...
    def fly_to_selection(self) -> None: ...
    def hide_layers(self, names: Sequence[str]) -> None: ...
    def count_in_view(self, on: bool) -> None: ...

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._place()

    def _place(self) -> None:
        self.zoom_strip.move(self.width() - self.zoom_strip.width() - MARGIN, MARGIN)
        self.foot.move(MARGIN, self.height() - self.foot.height() - MARGIN)
