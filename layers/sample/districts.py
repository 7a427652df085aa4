"""What each block is used for, and when it was built: old core, slab estates, towers, villages, works, parks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from layers.sample.ground import Floats
from layers.sample.streets import Flags, Ints, StreetPlan


@dataclass(frozen=True)
class BlockUse:
    """How blocks of one use are built. Lengths in metres; buildings stand in rows facing south.

    A building has ``units`` (stairways or groups of houses), each with ``doors`` meters a floor; ``parts`` is how
    many houses stand side by side in one place; ``shared`` means one customer for the whole block.
    """

    name: str
    building_use: str
    length: float
    depth: float
    gap_u: float
    gap_v: float
    units: int
    parts: int
    floors: tuple[int, int]
    doors: float
    kept: float
    years: tuple[int, int]
    shared: bool = False
    pumped: bool = False


USES = (
    BlockUse("old_core", "residential", 34, 11, 8, 11, 2, 1, (3, 7), 2.0, 0.86, (1978, 1998)),
    BlockUse("slab", "residential", 51, 12, 11, 19, 3, 1, (5, 7), 2.0, 0.96, (1986, 2006)),
    BlockUse("midrise", "residential", 44, 14, 13, 27, 2, 1, (9, 12), 2.0, 0.96, (2004, 2017), pumped=True),
    BlockUse("tower", "residential", 31, 19, 27, 43, 1, 1, (17, 33), 4.0, 0.95, (2009, 2024), pumped=True),
    BlockUse("village", "residential", 39, 11, 7, 8, 1, 3, (2, 4), 1.0, 0.8, (1992, 2016)),
    BlockUse("commercial", "commercial", 62, 38, 18, 22, 1, 1, (3, 9), 0.0, 0.85, (1994, 2021), shared=True),
    BlockUse("office", "office", 44, 22, 22, 30, 1, 1, (6, 22), 0.0, 0.8, (1990, 2021), shared=True),
    BlockUse("industrial", "industrial", 92, 44, 20, 24, 1, 1, (1, 2), 0.0, 0.75, (1985, 2020), shared=True),
    BlockUse("school", "school", 64, 15, 20, 34, 1, 1, (3, 5), 0.0, 0.7, (1976, 2018), shared=True),
    BlockUse("hospital", "hospital", 58, 24, 20, 26, 1, 1, (5, 16), 0.0, 0.8, (1982, 2018), shared=True),
    BlockUse("park", "other", 1, 1, 1, 1, 0, 0, (0, 0), 0.0, 0.0, (1990, 2020)),
    BlockUse("vacant", "other", 1, 1, 1, 1, 0, 0, (0, 0), 0.0, 0.0, (1990, 2020)),
)
USE = {use.name: number for number, use in enumerate(USES)}

_LIMITS = np.array([0.3, 0.6, 0.88])
_SHARES = np.array(
    # old  slab  mid  tower  vill  comm  offi  indu  scho  hosp  park  vacant
    [
        [0.40, 0.23, 0.06, 0.05, 0.00, 0.11, 0.05, 0.00, 0.04, 0.02, 0.04, 0.00],
        [0.09, 0.34, 0.11, 0.13, 0.08, 0.07, 0.03, 0.04, 0.04, 0.01, 0.05, 0.01],
        [0.00, 0.12, 0.12, 0.21, 0.17, 0.03, 0.02, 0.15, 0.03, 0.01, 0.05, 0.09],
        [0.00, 0.04, 0.06, 0.11, 0.22, 0.01, 0.01, 0.16, 0.02, 0.00, 0.04, 0.33],
    ]
)


@dataclass(frozen=True)
class Districts:
    """Per block: its use (position in ``USES``) and the year it was built."""

    use: Ints
    year: Ints

    def has(self, attribute: str) -> Flags:
        """Per block whether its use has that property."""
        found: Flags = np.array([getattr(use, attribute) for use in USES])[self.use]
        return found


def make_districts(plan: StreetPlan, random: np.random.Generator) -> Districts:
    """Choose a use and a year for every block: by distance from the core, works mostly downstream."""
    box = plan.blocks.box
    u, v = (box[:, 0] + box[:, 2]) / 2, (box[:, 1] + box[:, 3]) / 2
    away = plan.remoteness(u, v) + random.normal(0, 0.05, len(u))
    shares = _SHARES[np.searchsorted(_LIMITS, away)].copy()
    shares[:, USE["industrial"]] *= np.where(u > 0.25 * plan.radius, 2.4, 0.45)
    shares /= shares.sum(axis=1, keepdims=True)
    use = (random.uniform(size=(len(u), 1)) > shares.cumsum(axis=1)).sum(axis=1)
    use = np.minimum(use, len(USES) - 1)
    # Beside the roads that lead out stand hamlets.
    use[plan.blocks.cell < 0] = USE["village"]
    small = np.minimum(box[:, 2] - box[:, 0], box[:, 3] - box[:, 1]) < 80
    use = np.where(small & np.isin(use, [USE["industrial"], USE["tower"]]), USE["commercial"], use)
    return Districts(use, _years(use, away, random))


def _years(use: Ints, away: Floats, random: np.random.Generator) -> Ints:
    low, high = np.array([use.years for use in USES])[use].T
    share = np.clip(0.25 + 0.45 * away + random.normal(0, 0.22, len(use)), 0, 1)
    years: Ints = np.round(low + share * (high - low)).astype(np.int64)
    return years
