"""Narrow lines of a screen cover what their outlines do: at any width, on fine screens, whole or in parts."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPicture, QTransform

from gisapp.map import hairlines
from gisapp.map.hairlines import draw_hairlines, is_fine
from gisapp.map.viewport import Viewport
from layers.geometry.packed import Floats
from tests.gisapp.map.exact import TRUE, _outlined

pytestmark = pytest.mark.usefixtures("qapp")
SIDE = 300
VIEW = Viewport(501_000.0, 3_002_000.0, 4.0, SIDE, SIDE)


def winding(count: int, step: float, seed: int = 3) -> Floats:
    """A line of so many pieces of ``step`` px from the middle of the view, in metres."""
    angle = np.cumsum(np.random.default_rng(seed).normal(0.0, 0.35, count)) + 0.4
    way = np.cumsum(np.stack([np.cos(angle), np.sin(angle)], axis=1) * step, axis=0) % (SIDE - 40)
    at = (np.concatenate([[[1.0, 2.0]], way]) - (SIDE - 40) / 2) * VIEW.metres_per_pixel + (VIEW.x, VIEW.y)
    pieces = np.concatenate([at[:-1], at[1:]], axis=1)
    return np.ascontiguousarray(
        pieces[np.abs(at[1:] - at[:-1]).max(axis=1) < 2 * step * VIEW.metres_per_pixel]
    )


def pen(width: float) -> QPen:
    cap = Qt.PenCapStyle.FlatCap if width <= 1.0 else Qt.PenCapStyle.SquareCap
    return QPen(QColor("black"), width, Qt.PenStyle.SolidLine, cap, Qt.PenJoinStyle.BevelJoin)


def ink(pieces: Floats, width: float, ratio: int, *, outlined: bool = False) -> npt.NDArray[np.int64]:
    image = QImage(SIDE * ratio, SIDE * ratio, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(pen(width))
    assert outlined or is_fine(painter, VIEW)
    steps = _outlined(painter, VIEW.pixels(pieces)) if outlined else draw_hairlines(painter, pieces, VIEW)
    for _ in steps:
        pass
    assert (painter.worldTransform(), painter.pen()) == (QTransform(), pen(width))
    painter.end()
    raw = np.frombuffer(image.constBits(), np.uint8).reshape(SIDE * ratio, SIDE * ratio, 4)
    return 255 - raw[..., 0].astype(np.int64)


def covered(pieces: Floats, width: float, ratio: int) -> npt.NDArray[np.int64]:
    """How much of each pixel the outline covers: of one drawn so fine that it hardly matters how an edge is shaded."""
    fine = ink(pieces, width, ratio * TRUE, outlined=True)
    return np.rint(fine.reshape(SIDE * ratio, TRUE, SIDE * ratio, TRUE).mean(axis=(1, 3))).astype(np.int64)


@pytest.mark.parametrize(
    ("width", "ratio"), [(0.8, 1), (1.0, 1), (1.4, 1), (1.9, 1), (2.6, 1), (0.9, 2), (1.2, 2)]
)
@pytest.mark.parametrize("step", [3.0, 25.0])
def test_as_much_is_covered_as_by_the_outline(width: float, ratio: int, step: float) -> None:
    pieces = winding(round(2000 / step), step)
    drawn, wanted = ink(pieces, width, ratio), covered(pieces, width, ratio)
    assert drawn.sum() / wanted.sum() == pytest.approx(1.0, abs=0.05)
    seen = (drawn > 0) | (wanted > 0)
    assert (np.abs(drawn - wanted) > 64)[seen].mean() < 0.006


def test_nothing_tells_where_an_array_was_parted(monkeypatch: pytest.MonkeyPatch) -> None:
    pieces = winding(400, 5.0)
    whole = ink(pieces, 1.8, 1)
    monkeypatch.setattr(hairlines, "_TOGETHER", 7)
    parted = ink(pieces, 1.8, 1)
    assert np.abs(whole - parted).max() <= 60
    assert (whole != parted).mean() < 0.01
    assert abs(int(whole.sum()) - int(parted.sum())) < 0.001 * whole.sum()


def test_pieces_that_are_points_do_no_harm() -> None:
    pieces = winding(60, 5.0)
    pieces[::7, 2:] = pieces[::7, :2]
    assert ink(pieces, 1.8, 1).sum() > 0
    assert ink(np.zeros((0, 4)), 1.8, 1).sum() == 0


def test_a_frame_given_up_leaves_the_painter_as_it_was() -> None:
    image = QImage(SIDE, SIDE, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painter.setPen(pen(1.8))
    steps = draw_hairlines(painter, winding(20_000, 2.0), VIEW)
    next(steps)
    steps.close()  # type: ignore[attr-defined]
    assert (painter.worldTransform(), painter.pen()) == (QTransform(), pen(1.8))
    painter.end()


def test_paper_and_what_shines_through_keep_their_own_way() -> None:
    near = Viewport(VIEW.x, VIEW.y, 0.5, SIDE, SIDE)
    image, paper = QImage(SIDE, SIDE, QImage.Format.Format_RGB32), QPicture()
    painter = QPainter(image)
    painter.fillRect(QRectF(0, 0, SIDE, SIDE), Qt.GlobalColor.white)
    painter.setPen(pen(1.0))
    assert is_fine(painter, near)
    painter.setPen(pen(1.8))
    assert is_fine(painter, VIEW)
    assert not is_fine(painter, near)
    through = QColor("black")
    through.setAlpha(100)
    for other in (
        QPen(through, 1.0, c=Qt.PenCapStyle.FlatCap),
        pen(4.0),
        QPen(QColor("black"), 1.8, c=Qt.PenCapStyle.RoundCap),
    ):
        painter.setPen(other)
        assert not is_fine(painter, VIEW)
    painter.end()
    painter.begin(paper)
    painter.setPen(pen(1.0))
    assert not is_fine(painter, VIEW)
    painter.end()
