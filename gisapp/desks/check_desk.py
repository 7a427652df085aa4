"""The desk of the checks: findings beside the map and on it."""

from __future__ import annotations

from gisapp.desks.desk import Desk
from gisapp.panels.checks.check_centre import CheckCentre
from gisapp.panels.checks.check_marks import CheckMarks
from gisapp.panels.checks.check_panel import CheckPanel
from gisapp.panels.workplace import Workplace
from layers.analysis.checking.finding import Finding
from layers.model.asset import AssetKey
from layers.scene.style import METRES_PER_PIXEL
from layers.text import Message

#: A finding is looked at from so near: a gap of some centimetres must be seen.
_DENOMINATOR = 400.0


class CheckDesk:
    """Ties panel, centre and map; ``desk`` is what the rail takes."""

    def __init__(self, place: Workplace, centre: CheckCentre) -> None:
        theme, session, view = place.theme, place.session, place.view
        self.centre, self._session, self._view = centre, session, view
        self.panel = CheckPanel(place.language, theme, session, centre, place.actions)
        self.marks = CheckMarks()
        view.canvas.overlay.sketches.append(self.marks)
        self.desk = Desk(
            "checks",
            Message("window.desk.checks"),
            "check-square",
            self.panel,
            theme.size("desk_panel"),
            shown=self.show_marks,
        )
        self.panel.chosen.connect(self._look_at)
        self.panel.assets_chosen.connect(self._show_assets)
        centre.changed.connect(self._mark)
        centre.preview_changed.connect(self._show_ghosts)

    def show_marks(self, on: bool) -> None:
        """Marks stand on the map while the desk is open."""
        self.marks.is_shown = on
        self._view.canvas.update()

    def _mark(self) -> None:
        self.marks.show(self.centre.sorted.open)
        self._view.canvas.update()

    def _show_ghosts(self) -> None:
        preview = self.centre.preview
        self.marks.ghosts = () if preview is None else preview.plan.ghosts
        self._view.canvas.update()

    def _look_at(self, finding: Finding | None) -> None:
        self.marks.place = None if finding is None else finding.place
        if finding is not None:
            self._session.select((finding.asset, *finding.others))
            if finding.place is not None:
                canvas = self._view.canvas
                nearest = min(canvas.viewport.metres_per_pixel, _DENOMINATOR * METRES_PER_PIXEL)
                canvas.fly_to(*finding.place, nearest)
            else:
                self._view.fly_to_asset(finding.asset)
        self._view.canvas.update()

    def _show_assets(self, keys: tuple[AssetKey, ...]) -> None:
        self._session.select(keys)
        self._view.fly_to_selection()
