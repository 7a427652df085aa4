"""Made-up and real places to divide: arrays only, no register."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import shapely

from layers.grids.dividing.units import Loads
from layers.grids.faces import Floats, Shapes
from layers.grids.proposing.designing import Site

NONE = np.empty(0, dtype=object)


def site(
    area: shapely.Geometry,
    xy: Floats,
    *,
    grids: Shapes = NONE,
    area_of_grid: list[int] | None = None,
    roads: Shapes = NONE,
    communities: Shapes = NONE,
    weight: Floats | None = None,
) -> Site:
    """A site whose every load is a meter; of weight one unless told."""
    numbers = [-1] * len(grids) if area_of_grid is None else area_of_grid
    weights = np.ones(len(xy)) if weight is None else weight
    return Site(
        area,
        Loads(xy, weights),
        np.ones(len(xy), dtype=bool),
        grids,
        np.array(numbers, dtype=np.int64),
        roads,
        NONE,
        communities,
    )


def lattice(
    blocks: int, side: float, seed: int, *, loads: int = 400
) -> tuple[shapely.Polygon, Shapes, Floats]:
    """A square of streets every ``side`` metres with loads in clumps: its area, its streets, the places."""
    chance = np.random.default_rng(seed)
    size = blocks * side
    lines = [
        shapely.LineString(ends)
        for at in np.arange(1, blocks) * side
        for ends in ([(at, -5), (at, size + 5)], [(-5, at), (size + 5, at)])
    ]
    centres = chance.uniform(0.1 * size, 0.9 * size, (5, 2))
    xy = centres[chance.integers(0, 5, loads)] + chance.normal(0, size / 6, (loads, 2))
    return shapely.box(0, 0, size, size), np.array(lines, dtype=object), np.clip(xy, 1.0, size - 1.0)


def narok(fixtures: Path) -> Floats:
    """The 8,076 meters of Narok in metres about their middle."""
    path = fixtures / "narok-meters" / "meter_no_names.geojson"
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    return _metres(np.array([each["geometry"]["coordinates"][:2] for each in features if each["geometry"]]))


def kitchener(fixtures: Path) -> Floats:
    """The 2,766 breaks of Kitchener in metres about their middle."""
    path = fixtures / "kitchener-mains" / "Water_Main_Breaks.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        return _metres(np.array([[float(row["X"]), float(row["Y"])] for row in csv.DictReader(file)]))


def around(xy: Floats, margin: float) -> shapely.Polygon:
    """The ground around places."""
    return shapely.buffer(shapely.convex_hull(shapely.multipoints(xy)), margin, quad_segs=4)


def _metres(degrees: Floats) -> Floats:
    middle = np.median(degrees, axis=0)
    scale = np.array([np.cos(np.radians(middle[1])), 1.0]) * 111_320.0
    return (degrees - middle) * scale
