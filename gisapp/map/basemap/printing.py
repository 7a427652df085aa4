"""Basemaps on a picture or sheet: painted at once and whole, without a window and without asking a network."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter

from gisapp.map.basemap.painter import paint_steps, view_of
from gisapp.map.basemap.pictures import decode
from gisapp.map.viewport import Viewport
from layers.basemap.grid import TileKey
from layers.basemap.opening import OpenBasemap
from layers.basemap.plan import TilePlan, pixels_per_pixel, plan_tiles
from layers.basemap.source import Picture
from layers.basemap.tile_cache import TileCache
from layers.errors import UserError
from layers.feedback import Feedback
from layers.text import Message

#: Device pixels of a strip; a sheet is painted strip by strip, so that a large one needs little memory.
_STRIP = 6_000_000
_TOGETHER = 8


@dataclass(frozen=True)
class PaintedBasemaps:
    """What the sheet must say: whose pictures these are, whether GCJ-02 was shifted back, what is missing."""

    attributions: tuple[str, ...] = ()
    is_shifted: bool = False
    problems: tuple[UserError, ...] = ()


def paint_basemaps(
    painter: QPainter,
    viewport: Viewport,
    opened: Sequence[OpenBasemap],
    feedback: Feedback,
    *,
    ratio: float = 1.0,
    cache: TileCache | None = None,
) -> PaintedBasemaps:
    """Paint what ``viewport`` shows of the basemaps, the lowest first, at ``ratio`` pixels per unit of the painter.

    The viewport's upper left corner lies at the painter's origin. Services show what ``cache`` keeps of them.
    Raises ``Cancelled``.
    """
    painted = _Painted()
    for opened_map in opened:
        feedback.check()
        painted.take(opened_map, _paint(painter, viewport, opened_map, feedback, ratio, cache))
    return painted.told()


class _Painted:
    def __init__(self) -> None:
        self._attributions: dict[str, None] = {}
        self._is_shifted = False
        self._problems: list[UserError] = []

    def take(self, opened: OpenBasemap, problem: UserError | None) -> None:
        if problem is not None:
            self._problems.append(problem)
        if opened.attribution:
            self._attributions[opened.attribution] = None
        self._is_shifted |= opened.grid.shifted

    def told(self) -> PaintedBasemaps:
        return PaintedBasemaps(tuple(self._attributions), self._is_shifted, tuple(self._problems))


def _paint(
    painter: QPainter,
    viewport: Viewport,
    opened: OpenBasemap,
    feedback: Feedback,
    ratio: float,
    cache: TileCache | None,
) -> UserError | None:
    missing = 0
    # Multiples of four are whole device pixels at ratios such as 1.25 and 1.5 too.
    rows = max(int(_STRIP / max(viewport.width * ratio**2, 1.0)) // 4 * 4, 16)
    top = 0.0
    while top < viewport.height:
        height = min(rows, viewport.height - top)
        feedback.check()
        missing_here = _paint_strip(
            painter, viewport, opened, top, height, ratio, _reader(opened, cache, feedback)
        )
        if isinstance(missing_here, UserError):
            return missing_here
        missing += missing_here
        top += height
    if not missing or opened.service is None:
        return None  # a file that ends within the sheet is as it is
    return UserError(
        Message("basemap.print_offline", {"name": opened.entry.name, "count": missing}),
        Message("basemap.print_offline_hint"),
    )


Read = Callable[[Sequence[TileKey]], dict[TileKey, Picture]]


def _reader(opened: OpenBasemap, cache: TileCache | None, feedback: Feedback) -> Read:
    service, source = opened.service, opened.source
    if source is not None:
        return lambda keys: source.read(keys, feedback)
    if service is None or cache is None:
        return lambda keys: {}

    def kept(keys: Sequence[TileKey]) -> dict[TileKey, Picture]:
        return {key: tile.data for key, tile in cache.get(service.identity, keys).items()}

    return kept


def _paint_strip(
    painter: QPainter,
    viewport: Viewport,
    opened: OpenBasemap,
    top: float,
    height: float,
    ratio: float,
    read: Read,
) -> int | UserError:
    """Paint the strip and return how many of its tiles could not be read, or why nothing can be seen."""
    middle = viewport.y + (viewport.height / 2 - top - height / 2) * viewport.metres_per_pixel
    strip = replace(viewport, y=middle, height=height)
    view = view_of(strip)
    name = {"name": opened.entry.name}
    too_far = UserError(Message("basemap.too_far", name), Message("basemap.too_far_hint"))
    if opened.slowest is not None and (
        pixels_per_pixel(opened.grid, opened.ways, view)[0] / ratio > opened.slowest
    ):
        return too_far
    plan = plan_tiles(opened.grid, opened.ways, view, ratio)
    if not isinstance(plan, TilePlan):
        return too_far if plan == "too_far" else 0
    image = QImage(
        max(round(viewport.width * ratio), 1),
        max(round(height * ratio), 1),
        QImage.Format.Format_ARGB32_Premultiplied,
    )
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    brush = QPainter(image)
    missing = 0
    keys = plan.keys
    try:
        for start in range(0, len(keys), _TOGETHER):
            part = keys[start : start + _TOGETHER]
            images = {key: decode(picture) for key, picture in read(part).items()}
            missing += sum(images.get(key) is None for key in part)
            for _ in paint_steps(brush, plan, opened.grid, images.get, part):
                pass
    finally:
        brush.end()
    painter.save()
    painter.setOpacity(painter.opacity() * opened.entry.opacity / 100)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(QRectF(0.0, top, viewport.width, height), image)
    painter.restore()
    return missing
