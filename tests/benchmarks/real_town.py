"""A city of real shapes: the networks of ky4 and L-TOWN repeated side by side and dressed with what a city has.

    python -m tests.benchmarks.real_town FOLDER_OF_FIXTURES OUT.gpkg --meters 2000000

Generated streets are regular and flatter every simplification; these pipes bend and branch as somebody laid them.
Each tile is turned and mirrored at random, ky4 (a county) shrunk to the density of a town. Layers and columns are
those of the shared make_city.py, and valves. Invented: sizes where the model has none, meters, wells, hydrants.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyogrio
import pyogrio.raw
import shapely

from layers.exchange.inp_model import build
from layers.exchange.inp_text import read_text

Floats = npt.NDArray[np.float64]

CRS = "EPSG:4546"
ORIGIN = np.array([490_000.0, 3_400_000.0])
MATERIALS = np.array(["球墨铸铁", "PE", "钢管", "灰口铸铁", "PVC-U"], dtype=object)
SIZES = np.array([80, 100, 150, 200, 300, 400, 500, 600, 800, 1000])
# Metres per metre of the source, and the share of the tiles.
SHRINK = {"ky4": 0.3048 * 0.2, "ltown": 1.0}
METERS_PER_PIPE = 6.7
METERS_PER_WELL = 5
METRES_PER_HYDRANT = 250.0


@dataclass(frozen=True)
class Pattern:
    """One real network: lines around (0, 0) and their nominal sizes; ``side`` metres of ground belong to it."""

    lines: npt.NDArray[np.object_]
    dn: npt.NDArray[np.int32]
    side: float


def patterns(fixtures: Path) -> list[Pattern]:
    """ky4 and L-TOWN."""
    county = fixtures / "ky4-gis" / "ky4_pipes.geojson"
    _, _, wkb, (diameters,) = pyogrio.raw.read(county, columns=["diameter"])
    # The model's diameters are metres, as wntr writes them.
    millimetres = np.asarray(diameters, dtype=np.float64) * (1000 if np.median(diameters) < 5 else 1)
    found = [_pattern(shapely.from_wkb(wkb), millimetres, SHRINK["ky4"])]
    model = build(read_text(fixtures / "epanet-epyt" / "L-TOWN.inp"))
    lines, sizes = [], []
    for link in model.links:
        path = model.path(link)
        if link.kind == "pipe" and path is not None and len(set(path)) > 1:
            lines.append(shapely.LineString(path))
            sizes.append(float(link.words[1]))
    return [*found, _pattern(np.array(lines, dtype=object), np.array(sizes), SHRINK["ltown"])]


def _pattern(lines: npt.NDArray[np.object_], millimetres: Floats, shrink: float) -> Pattern:
    lines = np.concatenate([shapely.get_parts(line) for line in lines]) if len(lines) else lines
    x0, y0, x1, y1 = shapely.total_bounds(lines)
    middle = np.array([(x0 + x1) / 2, (y0 + y1) / 2])
    moved = shapely.transform(lines, lambda xy: (xy - middle) * shrink)
    nearest = SIZES[np.abs(SIZES[None, :] - millimetres[:, None]).argmin(1)].astype(np.int32)
    return Pattern(moved, nearest, max(x1 - x0, y1 - y0) * shrink)


def lay(shapes: list[Pattern], pipes: int, rng: np.random.Generator) -> tuple[Floats, Floats, Floats]:
    """Vertices (n, 2), how many each line has, and its size, of about ``pipes`` lines in a square of tiles.

    Trunk mains, which neither model has, run from tile to tile.
    """
    tiles = max(round(pipes / np.mean([len(shape.lines) for shape in shapes])), 1)
    across = int(np.ceil(np.sqrt(tiles)))
    step = max(shape.side for shape in shapes) * 0.8
    xy, counts, sizes = [], [], []
    middles = []
    for tile in range(tiles):
        shape = shapes[tile % len(shapes)]
        angle = rng.integers(4) * np.pi / 2 + rng.normal(0, 0.15)
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        flip = np.array([rng.choice([-1.0, 1.0]), 1.0])
        place = ORIGIN + np.array([tile % across, tile // across]) * step + rng.normal(0, step / 20, 2)
        xy.append((shapely.get_coordinates(shape.lines) * flip) @ turn.T + place)
        counts.append(shapely.get_num_coordinates(shape.lines))
        sizes.append(shape.dn)
        middles.append(place)
    for tile, place in enumerate(middles):
        for other in (tile - 1, tile - across):
            if other >= 0 and (other == tile - across or tile % across):
                way = np.linspace(middles[other], place, 7)
                way[1:-1] += rng.normal(0, step / 40, (5, 2))
                xy.append(way)
                counts.append(np.array([7]))
                sizes.append(np.array([rng.choice([600, 800, 1000])], np.int32))
    return np.concatenate(xy), np.concatenate(counts), np.concatenate(sizes)


def write_town(fixtures: Path, out: Path, meters: int, seed: int = 7) -> None:
    """Write the city's file; the same seed gives the same city."""
    rng = np.random.default_rng(seed)
    xy, counts, dn = lay(patterns(fixtures), round(meters / METERS_PER_PIPE), rng)
    lines = shapely.linestrings(xy, indices=np.repeat(np.arange(len(counts)), counts))
    length = shapely.length(lines)
    n = len(lines)
    out.unlink(missing_ok=True)
    road = np.char.add("街", (np.arange(n) // 40 + 1).astype("U6")).astype(object)
    _write(out, "pipe", "LineString", lines, {
        "code": _codes("GD", n), "dn": dn.astype(np.int32), "material": MATERIALS[rng.integers(0, 5, n)],
        "year": rng.integers(1985, 2025, n).astype(np.int32), "length_m": length.round(2), "road": road,
    })  # fmt: skip
    wells = max(meters // METERS_PER_WELL, 1)
    host, well_xy, _ = _beside(lines, length * (dn <= 300), wells, 4.0, 30.0, rng)
    _write(out, "meter_well", "Point", shapely.points(well_xy), {
        "code": _codes("BJ", wells), "road": road[host],
    })  # fmt: skip
    at = np.sort(rng.integers(0, wells, meters))
    near = well_xy[at] + rng.uniform(-3.0, 3.0, (meters, 2))
    numbers = np.char.add((at % 900 + 1).astype("U4"), "号").astype(object)
    _write(out, "meter", "Point", shapely.points(near), {
        "code": _codes("SB", meters), "user_no": rng.permutation(meters).astype(np.int64) + 10_000_000,
        "address": road[host[at]] + numbers,
        "caliber": rng.choice(np.array([15, 20, 25, 40], np.int32), meters, p=[0.6, 0.3, 0.07, 0.03]),
    })  # fmt: skip
    hydrants = max(round(length.sum() / METRES_PER_HYDRANT), 1)
    host, hydrant_xy, _ = _beside(lines, length * (dn >= 100), hydrants, 1.5, 3.0, rng)
    _write(out, "hydrant", "Point", shapely.points(hydrant_xy), {
        "code": _codes("XH", hydrants), "road": road[host],
        "kind": np.array(["地上", "地下"], dtype=object)[rng.integers(0, 2, hydrants)],
    })  # fmt: skip
    host, valve_xy, angle = _beside(lines, np.ones(n), max(n // 4, 1), 0.0, 0.0, rng)
    _write(out, "valve", "Point", shapely.points(valve_xy), {
        "code": _codes("FM", len(host)), "road": road[host], "rotation": angle.round(2),
    })  # fmt: skip
    x0, y0, x1, y1 = shapely.total_bounds(lines)
    cells = [
        shapely.box(x, y, x + (x1 - x0) / 17, y + (y1 - y0) / 17)
        for x in np.linspace(x0, x1, 18)[:-1]
        for y in np.linspace(y0, y1, 18)[:-1]
    ]
    names = np.char.add("网格", np.arange(1, len(cells) + 1).astype("U4")).astype(object)
    _write(out, "grid", "Polygon", np.array(cells), {"code": _codes("WG", len(cells)), "name": names})


def _beside(
    lines: npt.NDArray[np.object_],
    weight: Floats,
    count: int,
    low: float,
    high: float,
    rng: np.random.Generator,
) -> tuple[npt.NDArray[np.int64], Floats, Floats]:
    """Places along lines drawn by ``weight``, aside by low..high metres: line, place, angle on the screen."""
    host = np.sort(rng.choice(len(lines), count, p=weight / weight.sum()))
    share = rng.random(count) * 0.98
    here = shapely.get_coordinates(shapely.line_interpolate_point(lines[host], share, normalized=True))
    there = shapely.get_coordinates(
        shapely.line_interpolate_point(lines[host], share + 0.02, normalized=True)
    )
    along = there - here
    along /= np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-9)[:, None]
    aside = np.stack([-along[:, 1], along[:, 0]], 1)
    distance = rng.uniform(low, high, count) * rng.choice([-1.0, 1.0], count)
    return host, here + aside * distance[:, None], -np.degrees(np.arctan2(along[:, 1], along[:, 0]))


def _codes(prefix: str, count: int) -> npt.NDArray[np.object_]:
    return np.char.add(prefix, np.char.zfill(np.arange(1, count + 1).astype("U8"), 8)).astype(object)


def _write(
    path: Path,
    layer: str,
    kind: str,
    geometry: npt.NDArray[np.object_],
    columns: dict[str, npt.NDArray[np.generic]],
) -> None:
    pyogrio.raw.write(
        path, shapely.to_wkb(geometry), list(columns.values()), list(columns), layer=layer, driver="GPKG",
        geometry_type=kind, crs=CRS, append=path.exists(), layer_options={"SPATIAL_INDEX": "YES"},
    )  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("fixtures", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--meters", type=int, default=2_000_000)
    parser.add_argument("--seed", type=int, default=7)
    chosen = parser.parse_args()
    write_town(chosen.fixtures, chosen.out, chosen.meters, chosen.seed)
