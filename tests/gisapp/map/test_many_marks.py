"""Marks of very many: their picture is made beside the window, which shows the last one meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from PySide6.QtGui import QColor, QImage, QPainter

from gisapp.map import selection_marks
from gisapp.map.selection_marks import SelectionMarks
from gisapp.map.viewport import Viewport

COLOURS = {"select_edge": QColor("#ffffff"), "select_halo": QColor("#ff0000")}


def _painted(marks: SelectionMarks, viewport: Viewport) -> int:
    """How many pixels are marked."""
    image = QImage(200, 200, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    painter = QPainter(image)
    marks.paint(painter, viewport, COLOURS)
    painter.end()
    return int(np.count_nonzero(np.frombuffer(image.constBits(), np.uint32)))


def test_the_window_does_not_wait_for_them(qapp: object, monkeypatch: Any) -> None:
    monkeypatch.setattr(selection_marks, "AT_ONCE", 10)
    waiting: list[tuple[Callable[[], Any], Callable[[Any], None]]] = []
    marks = SelectionMarks(lambda work, take: waiting.append((work, take)))
    viewport = Viewport(0.0, 0.0, 1.0, 200, 200)
    marks.show(np.array([[0.0, 0.0]]), np.empty((0, 4)))
    few = _painted(marks, viewport)
    assert few > 0
    assert waiting == []

    many = np.random.default_rng(1).uniform(-80, 80, (500, 2))
    marks.show(many, np.empty((0, 4)))
    # Nothing yet, and asked for once however often it is painted.
    assert _painted(marks, viewport) == 0
    assert _painted(marks, viewport) == 0
    ((work, take),) = waiting
    take(work())
    whole = _painted(marks, viewport)
    assert whole > few

    # Another scale: the last picture stands in, grown, until the new one is there.
    waiting.clear()
    near = Viewport(0.0, 0.0, 0.5, 200, 200)
    assert _painted(marks, near) > 0
    ((work, take),) = waiting
    # What was marked meanwhile is not painted over by a picture that comes late.
    marks.clear()
    take(work())
    assert _painted(marks, near) == 0
