"""The map before the works, and after them: what is planned is left out, or what is to be retired."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QObject, Signal

from gisapp.panels.map_view import MapView
from layers.scene.style import MapStyle

#: The style of the map by the stage of projects.
STYLE = "works"
View = Literal["before", "after", "both"]
#: Classes of the style that are not there before, and not there any more after.
_COMING, _GOING = ("planned", "construction"), ("to_retire",)


class BeforeAfter(QObject):
    """Draws the map in the style of works and leaves one half out; any other style shows both again."""

    changed = Signal()

    def __init__(self, view: MapView) -> None:
        super().__init__(view)
        self._view = view
        self.shown: View = "both"
        view.scene_shown.connect(lambda _: self._follow())
        view.styles.left.connect(lambda: self._take("both"))

    def show(self, shown: View) -> None:
        """Show the map as it is before the works, as it will be after, or both at once."""
        self._take(shown)
        scene = self._view.canvas.scene
        if scene is None or scene.style.name != STYLE:
            self._view.styles.use(STYLE)
        else:
            self._switch(scene.style)

    def _follow(self) -> None:
        scene = self._view.canvas.scene
        if scene is not None and scene.style.name == STYLE and self.shown != "both":
            self._switch(scene.style)

    def _take(self, shown: View) -> None:
        if shown != self.shown:
            self.shown = shown
            self.changed.emit()

    def _switch(self, style: MapStyle) -> None:
        coming = _ids(style, _COMING)
        going = _ids(style, _GOING)
        off = {"before": coming, "after": going, "both": frozenset[str]()}[self.shown]
        self._view.legend.switch(off, (coming | going) - off)


def _ids(style: MapStyle, names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(
        f"{layer.id}/{each.id}" for layer in style.layers for each in layer.classes if each.id in names
    )
