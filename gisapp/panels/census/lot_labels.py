"""Names of lots on the map with their team and how far they are, while the map shows lots."""

from __future__ import annotations

from PySide6.QtCore import QObject

from gisapp.language import Language
from gisapp.panels.census.centre import CensusCentre
from gisapp.panels.grids.grid_labels import GridLabel, GridLabels
from gisapp.panels.map_view import MapView
from gisapp.theme import Theme
from layers.census.words import LOT
from layers.scene.scene import Scene
from layers.text import Message


class LotLabels(QObject):
    """Follows the desk's campaign and the map's style; ``labels`` is what the overlay draws."""

    def __init__(self, language: Language, theme: Theme, centre: CensusCentre, view: MapView) -> None:
        super().__init__(view)
        self._language, self._centre, self._view = language, centre, view
        self._is_of_lots = False
        self.labels = GridLabels(theme.font("small"), theme.font("base", strong=True))
        view.canvas.overlay.sketches.append(self.labels)
        view.scene_shown.connect(self._on_scene)
        centre.changed.connect(self.show)
        language.changed.connect(self.show)

    def show(self) -> None:
        """Put the names where the lots are now."""
        book = self._centre.book
        self.labels.is_shown = self._is_of_lots and self._centre.is_shown
        if not self.labels.is_shown or book is None:
            self.labels.labels = ()
        else:
            nobody = self._language.render(Message("lots.nobody"))
            self.labels.labels = tuple(
                GridLabel(
                    row.id, shape, shape.bounds, (shape.centroid.x, shape.centroid.y), str(row.lot["code"]),
                    str(row.lot["name"]), f"{row.team or nobody} {row.done}/{row.total}",
                    row.is_late(self._centre.today),
                )
                for row in book.lots if (shape := row.lot.geometry) is not None
            )  # fmt: skip
        self._view.canvas.update()

    def _on_scene(self, scene: Scene) -> None:
        is_of_lots = any(layer.type == LOT and layer.shown for layer in scene.style.layers)
        if is_of_lots != self._is_of_lots:
            self._is_of_lots = is_of_lots
            self.show()
