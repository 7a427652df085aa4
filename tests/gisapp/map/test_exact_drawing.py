"""What is left out at small scales cannot be seen: against drawing everything, on a made-up city and real networks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPolygonF

from gisapp.map.pens import line_width
from gisapp.map.viewport import Viewport
from layers.scene.scene import Scene
from tests.gisapp.map.exact import (
    TRUE,
    Continuity,
    Easel,
    continuity,
    every_line,
    exact,
    pixels_of,
    share_off,
)

pytestmark = pytest.mark.usefixtures("qapp")

X, Y = 538_000.0, 3_016_000.0
#: Metres per pixel: where another level of detail takes over, and between.
SCALES = (3.01, 8.0, 12.1, 24.1, 40.1)
#: What design.md section 8 promises.
MOST_OFF = 0.02
TRUNKS = ("dn3", "dn4")
SIZE = 720, 500
#: Copies of a network side by side.
TIMES = 6
#: By which a real network's diameters are told: millimetres for each unit of the file.
NETWORKS = {"epanet-wntr/ky4.inp": 25.4, "epanet-epyt/L-TOWN.inp": 1.0, "epanet-epyt/ZJ.inp": 1.0}


@pytest.fixture(scope="module")
def city() -> dict[str, list[dict[str, Any]]]:
    """Streets that wind, mains in short pipes, trunk mains every few streets, meters at every door."""
    random = np.random.default_rng(11)
    side, block = 60, 150.0
    nodes = np.stack(np.meshgrid(np.arange(side), np.arange(side), indexing="ij"), axis=2) * block
    nodes = nodes + random.normal(0, 22, nodes.shape) + (X, Y)
    pipes: list[dict[str, Any]] = []
    for i in range(side):
        for j in range(side):
            for di, dj in ((1, 0), (0, 1)):
                if i + di >= side or j + dj >= side:
                    continue
                street = j if di else i
                dn = (
                    1000
                    if street % 12 == 0
                    else 600
                    if street % 4 == 0
                    else int(random.choice([80, 100, 150, 300]))
                )
                steps = np.linspace(0, 1, 7)[:, None]
                way = nodes[i, j] * (1 - steps) + nodes[i + di, j + dj] * steps
                way[1:-1] += random.normal(0, 4, (5, 2))
                for part in (way[:4], way[3:]):
                    pipes.append({"dn": dn, "status": "in_service", "geom": shapely.LineString(part)})
    doors = nodes.reshape(-1, 2)[random.integers(0, side * side, 20_000)] + random.normal(0, 40, (20_000, 2))
    valves = [{"geom": shapely.Point(at)} for at in doors[:3000]]
    return {"pipe": pipes, "valve": valves, "meter": [{"geom": shapely.Point(at)} for at in doors]}


@pytest.fixture
def easel(colours: Mapping[str, QColor]) -> Easel:
    return Easel(colours)


def views(scene: Scene, metres: float) -> Iterator[Viewport]:
    box = scene.box
    assert box is not None
    for share_x, share_y in ((0.5, 0.5), (0.27, 0.61)):
        x, y = box.x0 + box.width * share_x, box.y0 + box.height * share_y
        yield Viewport(x, y, metres, *SIZE)


def worst(scene: Scene, truth: Scene, easel: Easel, metres: float) -> float:
    """The largest share of ink pixels that are off at this scale."""
    hidden = scene.style.hidden
    found = []
    for viewport in views(scene, metres):
        drawn = easel.paint(scene, viewport, hidden)
        with every_line():
            whole = easel.paint(truth, viewport, hidden, TRUE)
        found.append(share_off(drawn, whole, easel.colours["map_land"]))
    return max(found)


def trunks(scene: Scene, truth: Scene, easel: Easel, metres: float) -> list[Continuity]:
    """How the trunk mains hang together at this scale."""
    layer = next(source.layer for source in scene.sources if source.layer.drawing == "main")
    others = {f"{layer.id}/{each.id}" for each in layer.classes if each.id not in TRUNKS}
    others |= {name for name in scene.style.class_ids if not name.startswith(f"{layer.id}/")}
    hidden = frozenset(others)
    found = []
    for viewport in views(scene, metres):
        drawn = easel.paint(scene, viewport, hidden)
        with every_line():
            whole = easel.paint(truth, viewport, hidden)
        found.append(continuity(drawn, whole, easel.colours["map_land"]))
    return found


@pytest.fixture(scope="module")
def scenes() -> dict[str, tuple[Scene, Scene]]:
    """Scenes never change: each is made once, with the exact one beside it."""
    return {}


def network(path: Path, millimetres: float) -> list[dict[str, Any]]:
    """The pipes of an EPANET file, several copies side by side, turned and mirrored."""
    places, bends, pipes = read_inp(path)
    lines, sizes = [], []
    for name, start, end, diameter in pipes:
        if start in places and end in places:
            lines.append(np.array([places[start], *bends.get(name, ()), places[end]]))
            sizes.append(diameter * millimetres)
    every = np.concatenate(lines)
    low, span = every.min(axis=0), np.ptp(every, axis=0)
    # As wide as a town, whatever the file's unit.
    scale = 6000.0 / span.max()
    # The widest fifth are its trunk mains.
    trunk = np.quantile(sizes, 0.8)
    rows = []
    for column in range(TIMES):
        for line in range(TIMES):
            flip = np.array([-1.0 if column % 2 else 1.0, -1.0 if line % 2 else 1.0])
            at = np.array([X + column * span[0] * scale, Y + line * span[1] * scale])
            for way, size in zip(lines, sizes, strict=True):
                xy = ((way - low - span / 2) * flip + span / 2) * scale + at
                rows.append(
                    {
                        "dn": 600 if size >= trunk else min(round(size), 300),
                        "status": "in_service",
                        "geom": shapely.LineString(xy),
                    }
                )
    return rows


def read_inp(
    path: Path,
) -> tuple[dict[str, list[float]], dict[str, list[list[float]]], list[tuple[str, str, str, float]]]:
    """Coordinates of nodes, bends of pipes, and pipes (name, start, end, diameter) of an EPANET file."""
    places: dict[str, list[float]] = {}
    bends: dict[str, list[list[float]]] = {}
    pipes: list[tuple[str, str, str, float]] = []
    section = ""
    for line in path.read_text(encoding="latin-1").splitlines():
        words = line.split(";")[0].split()
        if words and words[0].startswith("["):
            section = words[0].upper()
        elif words and section == "[COORDINATES]":
            places[words[0]] = [float(words[1]), float(words[2])]
        elif words and section == "[VERTICES]":
            bends.setdefault(words[0], []).append([float(words[1]), float(words[2])])
        elif words and section == "[PIPES]":
            pipes.append((words[0], words[1], words[2], float(words[4])))
    return places, bends, pipes


@pytest.fixture
def made(
    request: pytest.FixtureRequest, city: Any, scenes: dict[str, tuple[Scene, Scene]], scene_of: Any
) -> tuple[Scene, Scene]:
    """The scene of the parameter's name, and it drawn exactly."""
    name = request.param
    if name not in scenes:
        rows = city
        if name in NETWORKS:
            rows = {"pipe": network(request.getfixturevalue("fixtures") / name, NETWORKS[name])}
        scene = scene_of(**rows)
        scenes[name] = scene, exact(scene)
    return scenes[name]


@pytest.mark.parametrize("made", ["city", *NETWORKS], indirect=True)
def test_what_is_left_out_cannot_be_seen(made: tuple[Scene, Scene], easel: Easel) -> None:
    off = {metres: worst(*made, easel, metres) for metres in SCALES}
    assert max(off.values()) <= MOST_OFF, {metres: round(share, 4) for metres, share in off.items()}


@pytest.mark.parametrize("made", ["city", *NETWORKS], indirect=True)
def test_no_trunk_main_breaks_or_goes_at_any_scale(made: tuple[Scene, Scene], easel: Easel) -> None:
    found = {metres: trunks(*made, easel, metres) for metres in SCALES}
    assert any(each.mains for parts in found.values() for each in parts)
    bad = {m: [e for e in parts if e.lost or e.broken] for m, parts in found.items()}
    assert not any(bad.values()), {m: parts for m, parts in bad.items() if parts}


def test_the_comparison_sees_a_gap(scene_of: Any, easel: Easel) -> None:
    """A test of the test: a main with a hole in it is found."""
    whole = [{"dn": 600, "geom": shapely.LineString([(X, Y), (X + 1000, Y + 300)])}]
    gap = [
        {"dn": 600, "geom": shapely.LineString([(X, Y), (X + 490, Y + 147)])},
        {"dn": 600, "geom": shapely.LineString([(X + 510, Y + 153), (X + 1000, Y + 300)])},
    ]
    land = easel.colours["map_land"]
    viewport = Viewport(X + 500, Y + 150, 2.0, 600, 300)
    drawn, truth = (easel.paint(scene_of(pipe=rows), viewport, frozenset()) for rows in (gap, whole))
    assert continuity(drawn, truth, land).lost > 0
    assert continuity(drawn, truth, land).broken == 1
    assert continuity(truth, truth, land) == Continuity(1, 0, 0)
    assert share_off(truth, truth, land) == 0.0
    assert share_off(drawn, truth, land) > 0.01


def test_the_truth_is_what_lines_cover(scene_of: Any, easel: Easel) -> None:
    """Another test of the test: against what geometry says of the ground under all lines, painted as one area."""
    chance = np.random.default_rng(2)
    starts = np.array([X, Y]) + chance.uniform(100.0, 1500.0, (120, 1, 2))
    lines = shapely.linestrings(starts + np.cumsum(chance.normal(0.0, 25.0, (120, 9, 2)), axis=1))
    scene = scene_of(pipe=[{"dn": 600, "geom": line} for line in lines])
    viewport = Viewport(X + 800, Y + 800, 8.0, 240, 240)
    layer = next(source.layer for source in scene.sources if source.layer.drawing == "main")
    look = next(each.look for each in layer.classes if each.id == "dn3")
    width = line_width(layer, look, viewport.metres_per_pixel, viewport.denominator)
    covered = shapely.unary_union(
        shapely.buffer(lines, width * viewport.metres_per_pixel / 2, cap_style="square", join_style="bevel")
    )
    colours = easel.colours
    image = QImage(240, 240, QImage.Format.Format_RGB32)
    image.fill(colours["map_land"])
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    area = QPainterPath()
    for ring in shapely.get_rings(shapely.get_parts(covered)):
        area.addPolygon(QPolygonF([QPointF(*at) for at in viewport.pixels(shapely.get_coordinates(ring))]))
    painter.fillPath(area, colours[look.colour])
    painter.end()
    with every_line():
        once, true = (easel.paint(scene, viewport, frozenset(), times) for times in (1, TRUE))
    land, known = colours["map_land"], pixels_of(image)
    assert share_off(true, known, land) < 0.001 < share_off(once, known, land)
