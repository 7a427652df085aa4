"""The place of the table drawer under the map: opened, closed, its height remembered. The drawer is made when it is
first asked for, so that a start without it loads nothing of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSplitter, QWidget

from gisapp.language import Language
from gisapp.session import Session
from gisapp.tasks import Tasks
from gisapp.theme import Theme
from layers.later import Later

if TYPE_CHECKING:
    from gisapp.panels.table import drawer
else:
    drawer = Later("gisapp.panels.table.drawer")

USUAL_HEIGHT = 280
LEAST_HEIGHT, LEAST_ABOVE = 150, 220


class TablePlace(QSplitter):
    """A widget above, the drawer below when it is open. Signals are the drawer's own."""

    fly_asked = Signal(object)
    export_asked = Signal(str, object)
    condition_asked = Signal(str)
    type_shown = Signal(str)
    noticed = Signal(object)
    written = Signal(object)
    warned = Signal(object, object)
    switched = Signal(bool)
    """The drawer is open now, or closed."""

    def __init__(
        self, language: Language, theme: Theme, session: Session, tasks: Tasks, above: QWidget
    ) -> None:
        super().__init__(Qt.Orientation.Vertical)
        self._parts = (language, theme, session, tasks)
        self._above = above
        self._memory: Mapping[str, Any] = {}
        self._height = USUAL_HEIGHT
        self.drawer: drawer.TableDrawer | None = None
        self.setChildrenCollapsible(False)
        self.setHandleWidth(1)
        self.addWidget(above)
        self.splitterMoved.connect(self._keep_height)

    @property
    def is_open(self) -> bool:
        return self.drawer is not None and not self.drawer.isHidden()

    def open(self, type_name: str = "") -> None:
        """Show the table, of a type or of the one shown last; a table that is open takes the keys."""
        if self.drawer is None:
            self.drawer = self._make()
        if not self.is_open:
            self.drawer.show()
            height = min(self._height, max(self.height() - LEAST_ABOVE, LEAST_HEIGHT))
            self.setSizes([self.height() - height, height])
            self.switched.emit(True)
        self.drawer.open(type_name)
        self.drawer.grid.setFocus()

    def shut(self) -> None:
        """Close the table and let go of its rows."""
        if self.drawer is not None and self.is_open:
            self.drawer.hide()
            self.drawer.shut_down()
            self._above.setFocus()
            self.switched.emit(False)

    def switch(self) -> None:
        """Open it, or close it."""
        self.shut() if self.is_open else self.open()

    @property
    def memory(self) -> dict[str, Any]:
        """What is remembered with the register."""
        inner = self._memory if self.drawer is None else self.drawer.memory
        return {**inner, "open": self.is_open, "height": self._height}

    def remember(self, memory: Mapping[str, Any]) -> None:
        """As the register was left."""
        self._memory = dict(memory)
        height = memory.get("height")
        self._height = height if isinstance(height, int) and LEAST_HEIGHT <= height < 4000 else USUAL_HEIGHT
        if self.drawer is not None:
            self.drawer.remember(memory)
        if memory.get("open") is True:
            self.open()
        elif self.is_open:
            self.shut()

    def _make(self) -> drawer.TableDrawer:
        made = drawer.TableDrawer(*self._parts)
        made.hide()
        self.addWidget(made)
        self.setStretchFactor(0, 1)
        made.remember(self._memory)
        made.closed.connect(self.shut)
        for name in (
            "fly_asked",
            "export_asked",
            "condition_asked",
            "type_shown",
            "noticed",
            "written",
            "warned",
        ):
            getattr(made, name).connect(getattr(self, name))
        return made

    def _keep_height(self) -> None:
        if self.is_open:
            self._height = self.sizes()[1]
