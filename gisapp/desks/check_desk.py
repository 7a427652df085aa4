"""The desk of the checks: findings beside the map and on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gisapp.desks.desk import Desk
from gisapp.desks.desk_panel import DeskPanel
from gisapp.first_use import FirstUse
from gisapp.panels.checks.check_centre import CheckCentre
from gisapp.panels.checks.check_marks import CheckMarks
from gisapp.panels.workplace import Workplace
from layers.analysis.checking.finding import Finding
from layers.later import Later
from layers.model.asset import AssetKey
from layers.scene.style import METRES_PER_PIXEL
from layers.text import Message

if TYPE_CHECKING:
    from gisapp.panels.checks import check_panel
else:
    check_panel = Later("gisapp.panels.checks.check_panel")

#: A finding is looked at from so near: a gap of some centimetres must be seen.
_DENOMINATOR = 400.0


class CheckDesk:
    """Ties panel, centre and map; its panel is made when it is first shown. ``desk`` is what the rail takes."""

    def __init__(self, place: Workplace, centre: CheckCentre) -> None:
        theme, session, view = place.theme, place.session, place.view
        self.centre, self._place, self._session, self._view = centre, place, session, view
        self._holder = DeskPanel()
        self._room = FirstUse(self._make_panel)
        self.marks = CheckMarks()
        view.canvas.overlay.sketches.append(self.marks)
        self.desk = Desk(
            "checks",
            Message("window.desk.checks"),
            "check-square",
            self._holder,
            theme.size("desk_panel"),
            shown=self.show,
        )
        centre.changed.connect(self._mark)
        centre.preview_changed.connect(self._show_ghosts)

    @property
    def panel(self) -> check_panel.CheckPanel:
        """The findings."""
        return self._room()

    def _make_panel(self) -> check_panel.CheckPanel:
        place = self._place
        made = check_panel.CheckPanel(place.language, place.theme, place.session, self.centre, place.actions)
        made.chosen.connect(self._look_at)
        made.assets_chosen.connect(self._show_assets)
        self._holder.hold(made)
        return made

    def show(self, on: bool) -> None:
        """The desk is open, or another one is; marks stand on the map while it is."""
        if on:
            self._room()
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
