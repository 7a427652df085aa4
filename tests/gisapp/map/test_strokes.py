"""Whole arrays onto a painter: nothing is lost between the calls, holes stay open, no call is long."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from gisapp.map.strokes import _calls, dashes, draw_lines, draw_pieces, paths
from gisapp.map.viewport import Viewport
from layers.geometry.packed import PackedLines, pack_lines

pytestmark = pytest.mark.usefixtures("qapp")
VIEW = Viewport(100.0, 100.0, 1.0, 200, 200)


def packed(*shapes: shapely.Geometry) -> PackedLines:
    return pack_lines(pa.array(shapely.to_wkb(list(shapes)), pa.binary()))


def filled(lines: PackedLines) -> QImage:
    image = QImage(200, 200, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor("black"))
    for path in paths(lines, VIEW):
        painter.drawPath(path)
    painter.end()
    return image


def is_black(image: QImage, x: int, y: int) -> bool:
    return image.pixelColor(x, y) == QColor("black")


@pytest.mark.parametrize("clockwise", [True, False])
def test_a_hole_stays_open_whichever_way_it_was_written(clockwise: bool) -> None:
    ring, hole = [(20, 20), (180, 20), (180, 180), (20, 180)], [(80, 80), (120, 80), (120, 120), (80, 120)]
    area = shapely.Polygon(ring, [hole[::-1] if clockwise else hole])
    image = filled(packed(area))
    assert is_black(image, 30, 30)
    assert not is_black(image, 100, 100)


def test_areas_that_overlap_are_both_filled() -> None:
    image = filled(packed(shapely.box(10, 10, 110, 110), shapely.box(90, 90, 190, 190).reverse()))
    assert is_black(image, 50, 150)
    assert is_black(image, 100, 100)
    assert is_black(image, 150, 50)


def test_parts_of_one_asset_are_all_filled() -> None:
    parts = shapely.MultiPolygon([shapely.box(10, 10, 40, 40), shapely.box(150, 150, 190, 190)])
    image = filled(packed(parts, shapely.box(80, 80, 120, 120)))
    for at in (25, 100, 170):
        assert is_black(image, at, 200 - at)


def test_thousands_of_areas_become_few_paths_and_none_is_lost() -> None:
    boxes = [shapely.box(x, y, x + 1, y + 1) for x in range(0, 200, 4) for y in range(0, 200, 4)]
    lines = packed(*boxes)
    found = list(paths(lines, VIEW))
    assert len(found) < len(boxes) / 40
    assert sum(path.elementCount() for path in found) == len(lines.xy)
    image = filled(lines)
    black = sum(is_black(image, x, y) for x in range(200) for y in range(200))
    assert black == len(boxes)


def test_nothing_gives_no_path() -> None:
    assert list(paths(packed(), VIEW)) == []


@pytest.mark.parametrize("count", [0, 1, 199, 201, 5000])
@pytest.mark.parametrize("length", [0.5, 30.0, 1e7])
def test_every_piece_is_in_one_call_and_no_call_is_long(count: int, length: float) -> None:
    pieces = np.zeros((count, 4))
    pieces[:, 2] = length
    runs = _calls(pieces, 4.0)
    assert [n for start, end in runs for n in range(start, end)] == list(range(count))
    if length > 1e6 and count > 1000:
        assert max(end - start for start, end in runs) < 30


def test_all_pieces_are_drawn() -> None:
    image = QImage(200, 200, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    painter.setPen(QPen(QColor("black"), 1.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
    y = np.arange(200) + 0.5
    steps = list(draw_pieces(painter, np.stack([np.zeros(200), y, np.full(200, 200.0), y], axis=1)))
    painter.end()
    assert steps
    assert all(is_black(image, 100, row) for row in range(200))


def lit(pieces: np.ndarray, place: float) -> bool:
    """Whether a dash covers a place along the x axis."""
    return bool(
        (
            (np.minimum(pieces[:, 0], pieces[:, 2]) <= place)
            & (np.maximum(pieces[:, 0], pieces[:, 2]) >= place)
        ).any()
    )


@given(st.lists(st.floats(0.5, 90), min_size=1, max_size=9), st.sampled_from([(8, 5), (10, 4, 2, 4), (3, 1)]))
def test_dashes_run_on_over_the_bends_of_a_line(steps: list[float], pattern: tuple[int, ...]) -> None:
    x = np.concatenate([[0.0], np.cumsum(steps)])
    line = shapely.LineString(np.stack([x, np.full(len(x), 100.0)], axis=1))
    found = dashes(packed(line), VIEW, pattern)
    ends = np.cumsum([0, *pattern])
    for place in np.arange(0.05, min(x[-1], 200.0), 0.37):
        phase = place % sum(pattern)
        at = int(np.searchsorted(ends, phase, side="right")) - 1
        if np.abs(ends - phase).min() > 1e-6:
            assert lit(found, place) is (at % 2 == 0)


def test_dashes_of_a_line_across_the_world_are_made_in_view_alone_and_stay_while_panning() -> None:
    lines = packed(shapely.LineString([(-9e6, 100), (9e6, 100)]))
    here = dashes(lines, VIEW, (8, 5))
    assert 200 / 13 < len(here) < 280 / 13 + 3
    beside = dashes(lines, VIEW.panned(7, 0), (8, 5))
    for place in np.arange(20, 180, 1.3):
        assert lit(here, place) == lit(beside, place + 7)


def test_nothing_has_no_dashes() -> None:
    assert len(dashes(packed(), VIEW, (8, 5))) == 0
    assert len(dashes(packed(shapely.LineString([(5, 5), (5, 5)])), VIEW, (8, 5))) == 0
    assert len(dashes(packed(shapely.LineString([(500, 500), (600, 700)])), VIEW, (8, 5))) == 0


@pytest.mark.parametrize("width", [0.8, 1.0, 1.6, 3.2])
@pytest.mark.parametrize("parts", [3, 40, 90])
def test_a_line_in_pieces_is_neither_darker_nor_lighter_where_they_meet(width: float, parts: int) -> None:
    """Forty pieces shade the picture as one does, whichever part of a pixel they meet in."""

    def shades(count: int) -> np.ndarray:
        image = QImage(200, 40, QImage.Format.Format_RGB32)
        image.fill(Qt.GlobalColor.white)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor("black"), width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.SquareCap))
        x = np.linspace(10.3, 190.6, count + 1)
        y = np.linspace(11.2, 29.9, count + 1)
        pieces = np.ascontiguousarray(np.stack([x[:-1], y[:-1], x[1:], y[1:]], axis=1))
        for _ in draw_lines(painter, pieces):
            pass
        painter.end()
        return np.frombuffer(image.constBits(), np.uint8).reshape(40, 200, 4)[:, 15:185, 0].astype(int)

    apart = np.abs(shades(parts) - shades(1))
    assert apart.max() < 110
    assert apart[apart > 0].mean() < 30 if apart.any() else True
    # As much ink in all, within a few hundredths.
    assert abs((255 - shades(parts)).sum() / (255 - shades(1)).sum() - 1) < 0.06
