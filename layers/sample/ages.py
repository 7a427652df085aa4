"""When pipes were laid and of what: old core cast iron and cement, new districts ductile iron and PE, renewals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from layers.sample.draft import Draft
from layers.sample.ground import Floats
from layers.sample.net import ENTRY, HYDRANT_BRANCH, LATERAL, MAIN, SPINE, STUB, TRUNK
from layers.sample.streets import Flags, Ints
from layers.sample.words import Texts

LAST_YEAR = 2025

_MAIN_MATERIALS = ("CI", "RC", "ST", "DI", "PVC", "PE", "PCCP")
_MAIN_ERAS = np.array([1987, 1995, 2001, 2008])
_MAIN_SHARES = {
    # CI, RC, ST, DI, PVC, PE, PCCP
    200: [
        [0.88, 0.04, 0.08, 0.00, 0.00, 0.00, 0.00],
        [0.66, 0.04, 0.08, 0.07, 0.15, 0.00, 0.00],
        [0.22, 0.00, 0.06, 0.36, 0.26, 0.10, 0.00],
        [0.00, 0.00, 0.03, 0.62, 0.12, 0.23, 0.00],
        [0.00, 0.00, 0.02, 0.74, 0.02, 0.22, 0.00],
    ],
    600: [
        [0.55, 0.33, 0.12, 0.00, 0.00, 0.00, 0.00],
        [0.40, 0.38, 0.16, 0.06, 0.00, 0.00, 0.00],
        [0.10, 0.24, 0.22, 0.44, 0.00, 0.00, 0.00],
        [0.00, 0.03, 0.16, 0.81, 0.00, 0.00, 0.00],
        [0.00, 0.00, 0.08, 0.90, 0.00, 0.02, 0.00],
    ],
    9999: [
        [0.00, 0.62, 0.38, 0.00, 0.00, 0.00, 0.00],
        [0.00, 0.45, 0.45, 0.00, 0.00, 0.00, 0.10],
        [0.00, 0.10, 0.48, 0.20, 0.00, 0.00, 0.22],
        [0.00, 0.00, 0.40, 0.42, 0.00, 0.00, 0.18],
        [0.00, 0.00, 0.30, 0.62, 0.00, 0.00, 0.08],
    ],
}
_SMALL_MATERIALS = ("GI", "CI", "PVC", "PPR", "PE", "PSP", "SS")
_SMALL_ERAS = np.array([1994, 2003, 2014])
_SMALL_SHARES = [
    [0.84, 0.10, 0.06, 0.00, 0.00, 0.00, 0.00],
    [0.38, 0.00, 0.32, 0.12, 0.18, 0.00, 0.00],
    [0.03, 0.00, 0.09, 0.14, 0.66, 0.08, 0.00],
    [0.00, 0.00, 0.00, 0.03, 0.78, 0.07, 0.12],
]


@dataclass(frozen=True)
class Ages:
    """Per path the year it was laid; for mains in renewed roads also the year of the main before it, else 0."""

    year: Ints
    before: Ints


def make_ages(draft: Draft) -> Ages:
    """Years by district, with renewals: whole roads, and the pipes inside old estates."""
    random = draft.random("ages")
    net, plan = draft.net, draft.plan
    paths = net.paths()
    role, road, estate = paths.role, paths.road, paths.estate
    roads = plan.roads
    middle = (roads.start + roads.end) / 2
    along = roads.direction == 0
    away = plan.remoteness(np.where(along, middle, roads.at), np.where(along, roads.at, middle))
    laid = np.round(1979 + 38 * np.clip(away, 0, 1.15) + random.normal(0, 4.5, len(roads))).astype(np.int64)
    laid = np.clip(laid, 1974, LAST_YEAR - 1)
    renewed = random.uniform(size=len(roads)) < np.where(laid < 1990, 0.34, np.where(laid < 2000, 0.14, 0))
    renewed_in = random.integers(2006, LAST_YEAR, len(roads))
    year = np.full(len(role), 2012)
    before = np.zeros(len(role), dtype=np.int64)
    main = role == MAIN
    year[main] = np.where(renewed, renewed_in, laid)[road[main]]
    before[main] = np.where(renewed, laid, 0)[road[main]]
    year[role == TRUNK] = random.choice([1986, 1998, 2007, 2014, 2019], int((role == TRUNK).sum()))
    inside = estate >= 0
    built = draft.estates.year
    converted = (built < 2002) & (random.uniform(size=len(built)) < 0.38)
    converted_in = random.integers(2010, LAST_YEAR, len(built))
    year[inside] = built[estate[inside]]
    replaced = inside & np.isin(role, [LATERAL, STUB]) & converted[estate]
    year[replaced] = converted_in[estate[replaced]]
    branch = np.flatnonzero(role == HYDRANT_BRANCH)
    year[branch] = _host_years(draft, branch, year)
    return Ages(np.minimum(year, LAST_YEAR), before)


def _host_years(draft: Draft, branch: Ints, year: Ints) -> Ints:
    """Hydrants are as old as the main they stand on."""
    spans = draft.spans
    of_main = np.full(draft.net.node_count, 0)
    on_roads = draft.span_role == MAIN
    of_main[spans.first[on_roads]] = spans.path[on_roads]
    of_main[spans.last[on_roads]] = spans.path[on_roads]
    tee = np.zeros(draft.net.path_count, dtype=np.int64)
    ends = np.flatnonzero(draft.span_role == HYDRANT_BRANCH)
    for node in (spans.first[ends], spans.last[ends]):
        hosted = of_main[node] > 0
        tee[spans.path[ends[hosted]]] = of_main[node[hosted]]
    found: Ints = year[tee[branch]]
    return found


def materials(year: Ints, dn: Ints, small: Flags, draw: Floats) -> Texts:
    """What pipes of that year and size were made of in that kind of place; ``draw`` (0 to 1) decides."""
    found = np.empty(len(year), dtype=object)
    lower = 0
    for upper, shares in _MAIN_SHARES.items():
        here = ~small & (dn > lower) & (dn <= upper)
        found[here] = _drawn(_MAIN_MATERIALS, shares, _MAIN_ERAS, year[here], draw[here])
        lower = upper
    found[small] = _drawn(_SMALL_MATERIALS, _SMALL_SHARES, _SMALL_ERAS, year[small], draw[small])
    return found


def _drawn(names: tuple[str, ...], shares: list[list[float]], eras: Ints, year: Ints, draw: Floats) -> Texts:
    sums = np.cumsum(np.array(shares), axis=1)[np.searchsorted(eras, year, side="right")]
    chosen: Texts = np.array(names, dtype=object)[
        np.minimum((draw[:, None] > sums).sum(axis=1), len(names) - 1)
    ]
    return chosen


def dates(year: Ints, random: np.random.Generator) -> tuple[Texts, Texts]:
    """Dates of those years as exactly as such records are known, and how exact that is."""
    draw = random.uniform(size=len(year))
    month = random.integers(1, 13, len(year))
    day = random.integers(1, 29, len(year))
    era = np.searchsorted([1986, 2000], year, side="right")
    # Known to the day, month, year, decade, or not at all.
    sums = np.cumsum(
        [[0.02, 0.08, 0.46, 0.34, 0.1], [0.12, 0.3, 0.48, 0.07, 0.03], [0.6, 0.27, 0.13, 0, 0]], axis=1
    )
    precision = np.minimum((draw[:, None] > sums[era]).sum(axis=1), 4)
    texts = np.empty(len(year), dtype=object)
    for number, (y, m, d, p) in enumerate(
        zip(year.tolist(), month.tolist(), day.tolist(), precision.tolist(), strict=True)
    ):
        texts[number] = (f"{y}-{m:02d}-{d:02d}", f"{y}-{m:02d}", f"{y}", f"{y // 10}X", "XXXX")[p]
    accuracy: Texts = np.array(["exact", "good", "good", "rough", "unknown"], dtype=object)[precision]
    return texts, accuracy


def origins(year: Ints, random: np.random.Generator) -> Texts:
    """Where what is known of things of that year comes from."""
    draw = random.uniform(size=len(year))
    old = np.array(["detected", "memory", "estimated", "digitised"], dtype=object)
    found = old[np.searchsorted([0.42, 0.68, 0.86], draw)]
    new = (year >= 2004) & (draw < 0.93)
    found[new] = "as_built"
    return found


def is_small(role: Ints, dn: Ints) -> Flags:
    """Whether a pipe is one of the small ones inside estates."""
    small: Flags = np.isin(role, [LATERAL, STUB]) | (np.isin(role, [SPINE, ENTRY]) & (dn < 100))
    return small
