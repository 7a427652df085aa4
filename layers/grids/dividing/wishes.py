"""What is wished of a division."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Wishes:
    """What the user asks for.

    ``grids``: how many. ``is_rebalance``: start from the present grids and move as little as possible; otherwise a
    new design that may follow present ``boundaries``. ``communities`` stay whole where they are light enough,
    boundaries follow ``roads`` and ``waters``, and no grid crosses the border of an area when ``areas`` is set.
    ``limit``: the largest load that is aimed at, as a multiple of the mean.
    """

    grids: int
    is_rebalance: bool = False
    communities: bool = True
    roads: bool = True
    waters: bool = True
    boundaries: bool = True
    areas: bool = True
    limit: float = 1.05
