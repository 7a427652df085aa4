"""Where one has looked: back and forward like a browser, one entry for each view that was kept a moment."""

from __future__ import annotations

from gisapp.map.viewport import Viewport

#: So many views are remembered.
KEPT = 100
#: Views that differ by less than this share of the window are the same.
_SAME = 0.02


class ViewHistory:
    """The views so far and which of them is shown."""

    def __init__(self) -> None:
        self._views: list[Viewport] = []
        self._at = -1

    @property
    def can_go_back(self) -> bool:
        return self._at > 0

    @property
    def can_go_forward(self) -> bool:
        return self._at + 1 < len(self._views)

    def clear(self) -> None:
        """Forget everything: another register."""
        self._views.clear()
        self._at = -1

    def keep(self, viewport: Viewport) -> bool:
        """Remember a view that has come to rest; whether it is a new one. Those ahead are forgotten."""
        if self._at >= 0 and _is_same(self._views[self._at], viewport):
            return False
        del self._views[self._at + 1 :]
        self._views.append(viewport)
        del self._views[:-KEPT]
        self._at = len(self._views) - 1
        return True

    def back(self) -> Viewport | None:
        """The view before, shown from now on."""
        return self._step(-1)

    def forward(self) -> Viewport | None:
        """The view after, shown from now on."""
        return self._step(1)

    def _step(self, step: int) -> Viewport | None:
        if not 0 <= self._at + step < len(self._views):
            return None
        self._at += step
        return self._views[self._at]


def _is_same(one: Viewport, other: Viewport) -> bool:
    """Whether two views show the same; the size of the window does not matter."""
    metres = one.metres_per_pixel
    if abs(other.metres_per_pixel / metres - 1) > _SAME:
        return False
    return (
        abs(one.x - other.x) <= _SAME * one.width * metres
        and abs(one.y - other.y) <= _SAME * one.height * metres
    )
