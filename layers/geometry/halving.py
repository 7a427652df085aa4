"""Neighbours put together: places halved across their longer side again and again."""

from __future__ import annotations

import numpy as np

from layers.geometry.packed import Floats, Integers


def halved(members: Integers, xy: Floats, parts: int) -> list[Integers]:
    """``members`` (positions in ``xy``, (n, 2)) in ``parts`` compact parts of about one size; fewer of a few."""
    if parts == 1 or len(members) < 2:
        return [members]
    spread = np.ptp(xy[members], axis=0)
    order = members[np.argsort(xy[members, int(spread[1] > spread[0])], kind="stable")]
    left = parts // 2
    middle = len(order) * left // parts
    return [*halved(order[:middle], xy, left), *halved(order[middle:], xy, parts - left)]
