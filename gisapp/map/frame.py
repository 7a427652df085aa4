"""Frames: pictures of the map larger than the window, shown shifted or scaled until the next one is there.

All frames of a scale lie on one lattice of device pixels: where two of them show the same ground, they show it with
the same pixels.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter, QRegion

from gisapp.map.viewport import Viewport
from layers.model.query import Box

#: The frame is this much larger than the window on every side, so that a pan shows no blank edge.
MARGIN = 0.25
#: On fine screens such a frame would take too much memory: what it may have in device pixels, and what it is then.
_MOST_PIXELS = 6_000_000
_SMALL_MARGIN = 0.12
#: Device-independent px around the window in the frame that comes first, so that names at its edge are there.
_FIRST_MARGIN = 48
#: Sizes of frames are multiples of this, whole device pixels on screens of 1.25, 1.5 and 1.75 too.
_GRAIN = 4
#: A new frame is asked for when the window comes so near to the frame's edge, as a share of the margin.
_NEAR_EDGE = 0.5
#: Enlarged more than so many times a picture tells nothing: the bare ground waits better for the next.
_MOST_ENLARGED = 8.0


@dataclass(frozen=True, eq=False)
class Frame:
    """A finished picture and the viewport it shows."""

    image: QImage
    viewport: Viewport
    serial: int

    def rectangle(self, viewport: Viewport) -> QRectF:
        """Where the frame lies in a window, in px; on whole device pixels when the scale is the same."""
        have = self.viewport
        scale = have.metres_per_pixel / viewport.metres_per_pixel
        left, top = viewport.to_pixel(have.box.x0, have.box.y1)
        if scale == 1.0:
            ratio = self.image.devicePixelRatio()
            left, top = round(left * ratio) / ratio, round(top * ratio) / ratio
        return QRectF(left, top, have.width * scale, have.height * scale)

    def paint(self, painter: QPainter, viewport: Viewport) -> None:
        """Show the picture in a window: a plain blit, or a scaled one at another scale."""
        rectangle = self.rectangle(viewport)
        if self.viewport.metres_per_pixel == viewport.metres_per_pixel:
            painter.drawImage(rectangle.topLeft(), self.image)
        else:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(rectangle, self.image)

    def shows(self, viewport: Viewport) -> bool:
        """Whether all of ``viewport`` is in the picture, at its scale."""
        if self.viewport.metres_per_pixel != viewport.metres_per_pixel:
            return False
        return self.viewport.covers(viewport)

    def is_nearly_left_by(self, viewport: Viewport, share: float) -> bool:
        """Whether a window lies nearer to the picture's edge than this share of the room there is."""
        have, want = self.viewport.box, viewport.box
        room_x, room_y = (have.width - want.width) / 2 * share, (have.height - want.height) / 2 * share
        return (
            want.x0 < have.x0 + room_x
            or want.x1 > have.x1 - room_x
            or want.y0 < have.y0 + room_y
            or want.y1 > have.y1 - room_y
        )

    def is_blur(self, viewport: Viewport) -> bool:
        """Whether it would have to be enlarged beyond telling anything."""
        return self.viewport.metres_per_pixel > _MOST_ENLARGED * viewport.metres_per_pixel

    def shows_more_than(self, other: Frame | None) -> bool:
        """Whether everything in the other picture, and more, is in this one."""
        return other is None or self.viewport.covers(other.viewport)


class ShownFrames:
    """What of the map is on the screen: the ``last`` frame, and the one before where that shows more ground.

    ``outdated``: what of it is not so any more, in boxes of the world; None is all of it.
    """

    def __init__(self) -> None:
        self.last: Frame | None = None
        self.outdated: tuple[Box, ...] | None = ()
        # Better than bare land beside the last one.
        self._beneath: Frame | None = None

    def drop(self) -> None:
        """Show nothing."""
        self.last = self._beneath = None

    def show(self, frame: Frame) -> Iterable[Frame]:
        """Show a frame of what is so now. Gives those that are not shown any more."""
        before = {each for each in (self.last, self._beneath) if each is not None}
        if self.outdated != () or frame.shows_more_than(self.last):
            self._beneath = None
        elif self.last is not None and self.last.shows_more_than(frame):
            self._beneath = self.last
        self.outdated = ()
        self.last = frame
        return before - {self.last, self._beneath}

    def outdate(self, changed: tuple[Box, ...] | None) -> None:
        """What is shown is no longer so, in these boxes or (None) anywhere."""
        before = self.outdated
        self.outdated = None if changed is None or before is None else (*before, *changed)

    def shows(self, viewport: Viewport) -> bool:
        """Whether the last frame shows all of ``viewport`` at its scale."""
        return self.last is not None and self.last.shows(viewport)

    def is_nearly_left_by(self, viewport: Viewport) -> bool:
        """Whether a window reaches beyond the last frame, or soon will."""
        return self.last is None or self.last.is_nearly_left_by(viewport, _NEAR_EDGE)

    def covers(self, window: QRectF, viewport: Viewport) -> bool:
        """Whether the last frame leaves nothing of a window free, shown as it is."""
        last = self.last
        return last is not None and not last.is_blur(viewport) and last.rectangle(viewport).contains(window)

    def paint(self, painter: QPainter, viewport: Viewport, window: QRectF) -> None:
        """Show them in a window."""
        if self.last is None or self.last.is_blur(viewport):
            return
        shown = self.last.rectangle(viewport)
        if self._beneath is not None and not shown.contains(window):
            painter.save()
            painter.setClipRegion(QRegion(window.toRect()) - QRegion(shown.toAlignedRect()))
            self._beneath.paint(painter, viewport)
            painter.restore()
        self.last.paint(painter, viewport)


def frame_around(viewport: Viewport, ratio: float) -> Viewport:
    """What the frame of a window shows on a screen of ``ratio`` device pixels."""
    pixels = viewport.width * viewport.height * ratio**2 * (1 + 2 * MARGIN) ** 2
    margin = MARGIN if pixels <= _MOST_PIXELS else _SMALL_MARGIN
    return _on_lattice(viewport, viewport.width * margin, viewport.height * margin, ratio)


def first_frame_around(viewport: Viewport, ratio: float) -> Viewport:
    """What is drawn before that, to be crisp soon."""
    return _on_lattice(viewport, _FIRST_MARGIN, _FIRST_MARGIN, ratio)


def _on_lattice(viewport: Viewport, beside: float, above: float, ratio: float) -> Viewport:
    width = math.ceil((viewport.width + 2 * beside) / _GRAIN) * _GRAIN
    height = math.ceil((viewport.height + 2 * above) / _GRAIN) * _GRAIN
    device = viewport.metres_per_pixel / ratio
    half_x, half_y = width * viewport.metres_per_pixel / 2, height * viewport.metres_per_pixel / 2
    west = round((viewport.x - half_x) / device) * device
    south = round((viewport.y - half_y) / device) * device
    return replace(viewport, x=west + half_x, y=south + half_y, width=width, height=height)
