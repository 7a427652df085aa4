"""Labels on the map: clear of each other and of symbols, and in the same place however the map is panned."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QImage, QPainter

from gisapp.map.frame import first_frame_around, frame_around
from gisapp.map.label_marks import Mark, Measures, Stamps, write
from gisapp.map.label_memory import LabelMemory
from gisapp.map.label_painter import LabelPainter
from gisapp.map.painter import MapPainter
from gisapp.map.symbols import SymbolAtlas
from gisapp.map.viewport import Viewport
from layers.scene.request import DrawRequest
from layers.scene.scene import Scene
from tests.gisapp.map.conftest import dress_in

pytestmark = pytest.mark.usefixtures("qapp")

X, Y = 538_000.0, 3_016_000.0
METRES = 0.5

Written = dict[tuple[str, float, float], tuple[float, float, float, float]]


@pytest.fixture
def town(scene_of: Any) -> Scene:
    """Streets of mains with valves and hydrants, roads and named blocks; everywhere something to be named."""
    random = np.random.default_rng(7)
    pipes, valves, hydrants, roads, blocks = [], [], [], [], []
    for n in range(-12, 13):
        for line in (
            [(X - 1500, Y + 83 * n), (X + 1500, Y + 83 * n + 40)],
            [(X + 97 * n, Y - 1200), (X + 97 * n - 35, Y + 1200)],
        ):
            dn = int(random.choice([100, 200, 300, 600, 1000]))
            pipes.append({"dn": dn, "material": "DI", "laid_date": "2014", "status": "in_service",
                          "geom": shapely.LineString(line)})  # fmt: skip
            roads.append({"name": "解放南路", "road_class": "major", "geom": shapely.LineString(line)})
        for k in range(12):
            at = shapely.Point(X + 97 * n + random.uniform(-30, 30), Y - 900 + 160 * k)
            valves.append({"geom": at})
            hydrants.append({"geom": shapely.Point(at.x + 12, at.y + 20)})
        blocks.append({"name": "锦绣家园", "geom": shapely.box(X + 97 * n, Y, X + 97 * n + 80, Y + 60)})
    return scene_of(pipe=pipes, valve=valves, hydrant=hydrants, road=roads, community=blocks)


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, float, float, float, float]]:
    """Every text drawn: what, where its first letter stands on the picture, and along which direction."""
    texts: list[tuple[str, float, float, float, float]] = []
    show = LabelPainter._show

    def note(self: LabelPainter, label: Any, mark: Mark) -> None:
        cos, sin = math.cos(mark.turn), math.sin(mark.turn)
        x, y = mark.x + mark.dx * cos - mark.dy * sin, mark.y + mark.dx * sin + mark.dy * cos
        texts.append((mark.text, x, y, cos, sin))
        show(self, label, mark)

    monkeypatch.setattr(LabelPainter, "_show", note)
    return texts


@pytest.fixture
def paint(
    town: Scene, colours: Mapping[str, QColor], written: list[Any]
) -> Callable[[Viewport, LabelMemory], set[tuple[Any, ...]]]:
    """Paint a frame; gives the labels that stand wholly in it, at their places in the world."""
    dress = dress_in(colours)
    atlases: dict[int, SymbolAtlas] = {}

    def run(around: Viewport, memory: LabelMemory) -> set[tuple[Any, ...]]:
        written.clear()
        reach = around.resized(around.width + 64, around.height + 64)
        batches = town.draw(DrawRequest(0, reach.box, around.metres_per_pixel))
        image = QImage(round(around.width), round(around.height), QImage.Format.Format_RGB32)
        painter = QPainter(image)
        painting = MapPainter(
            painter, around, colours, lambda s: atlases.setdefault(s, SymbolAtlas(colours, s)), dress.writer,
            memory=memory,
        )  # fmt: skip
        for _ in painting.steps(batches):
            pass
        painter.end()
        found = set()
        for text, px, py, m11, m12 in written:
            if 200 < px < around.width - 200 and 200 < py < around.height - 200:
                x, y = around.to_world(px, py)
                found.add((text, round(x, 2), round(y, 2), round(m11, 3), round(m12, 3)))
        return found

    return run


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.integers(-420, 420), st.integers(-320, 320)), min_size=1, max_size=4),
    st.sampled_from([0.5, 1.0, 0.25, 0.6321]),
)
def test_a_label_stays_where_it_is_while_the_map_is_panned(
    paint: Any, offsets: list[tuple[int, int]], metres: float
) -> None:
    memory = LabelMemory()
    viewport = Viewport(X + 3.3, Y - 1.7, metres, 900, 700)
    paint(first_frame_around(viewport, 1.0), memory)
    around = frame_around(viewport, 1.0)
    before = paint(around, memory)
    assert len(before) > 5
    for dx, dy in offsets:
        viewport = viewport.panned(dx, dy)
        panned = frame_around(viewport, 1.0)
        after = paint(panned, memory)
        missing = before - after
        for text, x, y, *_ in missing:
            px, py = panned.to_pixel(x, y)
            inside = 200 < px < panned.width - 200 and 200 < py < panned.height - 200
            assert not inside, f"{text} went from {px:.0f}, {py:.0f}"
        before = after


def test_labels_stand_clear_of_each_other_and_of_symbols(paint: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    symbols: list[np.ndarray] = []
    clear = LabelPainter.keep_clear
    monkeypatch.setattr(
        LabelPainter, "keep_clear", lambda self, xy, half: (symbols.append(xy), clear(self, xy, half))[1]
    )
    memory = LabelMemory()
    viewport = Viewport(X, Y, METRES, 900, 700)
    for step in range(5):
        symbols.clear()
        around = frame_around(viewport.panned(170 * step, -90 * step), 1.0)
        paint(around, memory)
        left, top = around.box.x0 / METRES, -around.box.y1 / METRES
        standing = memory.near(left, top, left + around.width, top + around.height)
        boxes = [written.boxes for _, written in standing]
        assert len(boxes) > 30
        for number, one in enumerate(boxes):
            for other in boxes[:number]:
                assert not any(_overlap(a, b) for a in one for b in other)
        points = np.concatenate(symbols) + np.array([left, top])
        for x0, y0, x1, y1 in (box for one in boxes for box in one):
            on = (points[:, 0] > x0) & (points[:, 0] < x1) & (points[:, 1] > y0) & (points[:, 1] < y1)
            assert not on.any()


def test_a_label_comes_back_to_its_place(paint: Any) -> None:
    memory = LabelMemory()
    viewport = Viewport(X, Y, METRES, 900, 700)
    first = paint(frame_around(viewport, 1.0), memory)
    paint(frame_around(viewport.panned(5000, 0), 1.0), memory)
    assert paint(frame_around(viewport, 1.0), memory) == first


def test_another_scale_places_labels_anew(paint: Any) -> None:
    memory = LabelMemory()
    viewport = Viewport(X, Y, METRES, 900, 700)
    fresh = paint(frame_around(replace(viewport, metres_per_pixel=0.7), 1.0), LabelMemory())
    paint(frame_around(viewport, 1.0), memory)
    assert paint(frame_around(replace(viewport, metres_per_pixel=0.7), 1.0), memory) == fresh


def _overlap(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    return a[0] < b[2] - 0.01 and b[0] < a[2] - 0.01 and a[1] < b[3] - 0.01 and b[1] < a[3] - 0.01


@pytest.mark.parametrize("text", ["DN600 球墨 2014", "解放南路", "XHS-02147"])
@pytest.mark.parametrize("degrees", [0.0, -33.0, 80.0])
def test_text_laid_out_once_stands_where_text_would(text: str, degrees: float, colours: Any) -> None:
    font = dress_in(colours).writer("name", (text,)).font
    measures = Measures(font)
    pictures = []
    for laid_out in (False, True):
        image = QImage(200, 200, QImage.Format.Format_RGB32)
        image.fill(QColor("white"))
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font)
        painter.translate(60, 100)
        painter.rotate(degrees)
        if laid_out:
            ready, ascent = measures.laid_out(text, spaced=False)
            painter.drawStaticText(QPointF(0, -ascent), ready)
        else:
            painter.drawText(QPointF(0, 0), text)
        painter.end()
        pictures.append(np.frombuffer(image.constBits(), np.uint8).astype(int))
    differing = (np.abs(pictures[0] - pictures[1]) > 64).mean()
    assert (pictures[1] < 100).any()
    assert differing < 0.004


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
@pytest.mark.parametrize("degrees", [0.0, -33.0, 90.0])
def test_the_picture_of_a_text_looks_as_the_text_does(degrees: float, ratio: float, colours: Any) -> None:
    text = "DN600 球墨 2014"
    label = dress_in(colours).writer("point", (text,))
    assert label is not None
    measures, mark = Measures(label.font), Mark(text, 80.0, 90.0, math.radians(degrees), -40.0, 4.0)
    pictures = []
    for stamped in (False, True, True):
        image = QImage(round(180 * ratio), round(180 * ratio), QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(ratio)
        image.fill(QColor("#8090a0"))
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if stamped:
            Stamps().put(painter, ratio, mark, label, measures, colours)
        else:
            write(painter, mark, label, measures, colours, raster=True)
        painter.end()
        pictures.append(np.frombuffer(image.constBits(), np.uint8).astype(int))
    plain, one, other = pictures
    assert (one < 100).any()
    assert (one == other).all()
    assert (np.abs(plain - one) > 64).mean() < 0.006
