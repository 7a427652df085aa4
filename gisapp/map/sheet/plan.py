"""What goes on which sheet: one view, or a series of sheets with an index before them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from gisapp.map.sheet.layout import SheetLayout, mm, round_scale
from gisapp.map.sheet.sheet import Page
from gisapp.map.viewport import Viewport
from layers.geometry.convergence import convergence
from layers.geometry.crs import Crs
from layers.model.query import Box
from layers.scene.paper import LEAST_SCALE, Paper
from layers.scene.scene import Scene
from layers.scene.series import sheets_needed, split
from layers.scene.style import METRES_PER_PIXEL

#: Between what is shown and the neat line (mm), when a sheet is fitted to it.
_MARGIN = 4.0
_SMALLEST_SIDE = 1e-3
#: A place without extent is shown at this scale.
_PLACE_SCALE = 500.0


@dataclass(frozen=True)
class SheetPlan:
    """The sheets of one print."""

    layout: SheetLayout
    pages: tuple[Page, ...]

    @property
    def denominator(self) -> float:
        """N of 1:N of the sheets (not of their index)."""
        return self.pages[-1].viewport.denominator


def plan_one(layout: SheetLayout, extent: Box, denominator: float | None) -> SheetPlan:
    """One sheet around the middle of ``extent``, at 1:``denominator`` or at a round scale that shows it all."""
    view = fitted(layout, extent)
    if denominator is not None:
        view = replace(view, metres_per_pixel=denominator * METRES_PER_PIXEL)
    return SheetPlan(layout, (Page(view),))


def plan_series(
    paper: Paper,
    extent: Box,
    denominator: float,
    *,
    legend: bool = True,
    has: Callable[[Box], bool] | None = None,
) -> SheetPlan:
    """The sheets that show ``extent`` edge to edge at 1:``denominator``, after an index; without empty ones.

    Raises ``UserError`` when there would be too many.
    """
    layout = SheetLayout.of_paper(paper, legend=legend, series=True)
    metres = denominator * METRES_PER_PIXEL
    series = split(extent, layout.map.width() * metres, layout.map.height() * metres, has)
    if len(series.places) == 1:
        return plan_one(SheetLayout.of_paper(paper, legend=legend), series.places[0].box, denominator)
    count = len(series.places)
    index = Page(fitted(layout, series.box), 0, count, series, None)
    sheets = (
        Page(_view(layout, place.box, metres), place.number, count, series, place.number)
        for place in series.places
    )
    return SheetPlan(layout, (index, *sheets))


def too_large(layout: SheetLayout, extent: Box, denominator: float) -> int:
    """How many sheets ``extent`` would take at 1:``denominator``; 1 when it has room on one."""
    metres = denominator * METRES_PER_PIXEL
    rows, columns = sheets_needed(extent, layout.map.width() * metres, layout.map.height() * metres)
    return rows * columns


def fitted(layout: SheetLayout, extent: Box) -> Viewport:
    """The view of all of ``extent`` at a scale that people say."""
    width, height = layout.map.width(), layout.map.height()
    margin = min(mm(_MARGIN), width / 12, height / 12)
    view = Viewport.fitting(extent, width, height, margin)
    if max(extent.width, extent.height) < _SMALLEST_SIDE:
        return replace(view, metres_per_pixel=_PLACE_SCALE * METRES_PER_PIXEL)
    scale = max(round_scale(view.denominator), LEAST_SCALE)
    return replace(view, metres_per_pixel=scale * METRES_PER_PIXEL)


def moved(extent: Box, east: float, north: float) -> Box:
    """The same extent so many metres aside."""
    return Box(extent.x0 + east, extent.y0 + north, extent.x1 + east, extent.y1 + north)


def exact(layout: SheetLayout, extent: Box) -> Viewport:
    """The view whose shorter side is exactly that of ``extent``."""
    return Viewport.fitting(extent, layout.map.width(), layout.map.height(), 0.0)


def something_in(scene: Scene, hidden: frozenset[str]) -> Callable[[Box], bool]:
    """Whether anything that a legend names, and that is not hidden, lies in a box."""
    sources = [source for source in scene.sources if source.layer.in_legend]

    def has(box: Box) -> bool:
        return any(
            count.count and f"{source.layer.id}/{name}" not in hidden
            for source in sources
            for name, count in source.counts(box).items()
        )

    return has


def convergence_of(plan: SheetPlan, crs: Crs) -> float | None:
    """Degrees between true and grid north in the middle of the sheets."""
    view = plan.pages[0].viewport
    return convergence(crs, view.x, view.y)


def _view(layout: SheetLayout, box: Box, metres: float) -> Viewport:
    middle = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
    return Viewport(*middle, metres, layout.map.width(), layout.map.height())
