"""A small town on a canvas: scenes made of tables, so that no register and no worker is needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pytest
import shapely
from PySide6.QtGui import QColor, QFont
from pytestqt.qtbot import QtBot

from gisapp.map.canvas import MapCanvas
from gisapp.map.label_words import label_writer
from gisapp.map.renderer import Dress
from gisapp.tasks import Tasks
from gisapp.theme import font_families, theme_colours
from layers.feedback import Feedback
from layers.geometry.packed import pack_lines, segments
from layers.model.catalogue_file import load_catalogue
from layers.model.fields import LinkField
from layers.model.query import Box
from layers.scene.line_source import LineSource
from layers.scene.point_source import PointSource
from layers.scene.scene import Scene
from layers.scene.style import MapStyle
from layers.scene.style_file import load_style
from layers.text import Texts

MakeScene = Callable[..., Scene]
X, Y = 538_000.0, 3_016_000.0
CATALOGUE = load_catalogue()


@pytest.fixture
def colours() -> Mapping[str, QColor]:
    return theme_colours("light")


@pytest.fixture
def scene_of() -> MakeScene:
    """``scene_of(pipe=[{...}], valve=[{...}])``: a scene of these rows, each with ``geom`` or without."""

    def make(style: str | MapStyle = "diameter", **rows: Sequence[Mapping[str, Any]]) -> Scene:
        if isinstance(style, str):
            style = load_style(style, CATALOGUE.settings["dn_classes"].default)
        shapes = [row["geom"] for part in rows.values() for row in part if row.get("geom") is not None]
        bounds = shapely.total_bounds(shapes) if shapes else None
        box = None if bounds is None else Box(*bounds.tolist())
        sources = []
        lines = [row["geom"] for row in rows.get("pipe", ()) if row.get("geom") is not None]
        mains = segments(pack_lines(pa.array(shapely.to_wkb(lines), pa.binary())))[0] if lines else None
        for layer in style.layers:
            part = rows.get(layer.type, ())
            columns = {
                name: pa.array([row.get(name) for row in part], _arrow_type(layer.type, name))
                for name in _wanted(layer)
            }
            columns["fid"] = pa.array(range(1, len(part) + 1), pa.int64())
            wkb = [None if row.get("geom") is None else shapely.to_wkb(row["geom"]) for row in part]
            columns["geom"] = pa.array(wkb, pa.binary())
            if layer.drawing == "symbol":
                sources.append(PointSource.of(layer, pa.table(columns), Feedback(), mains))
            else:
                sources.append(LineSource.of(layer, pa.table(columns), Feedback()))
        return Scene(style, tuple(sources), box, 1)

    return make


def _arrow_type(type_name: str, field_name: str) -> pa.DataType:
    if field_name not in CATALOGUE[type_name]:
        return pa.string()
    kinds = {"integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_()}
    field = CATALOGUE[type_name].field_named(field_name)
    if isinstance(field, LinkField) and len(field.targets) == 1:
        return pa.int64()
    return kinds.get(field.kind, pa.string())


def _wanted(layer: Any) -> tuple[str, ...]:
    labels = (
        ("dn", "material", "laid_date", "status") if layer.labels == "main" else (layer.labels or "name",)
    )
    return tuple(dict.fromkeys((*layer.fields, *labels)))


@pytest.fixture
def tasks(qtbot: QtBot) -> Iterator[Tasks]:
    made = Tasks()
    yield made
    made.close()


@pytest.fixture
def canvas(qtbot: QtBot, tasks: Tasks, colours: Mapping[str, QColor]) -> MapCanvas:
    """A canvas of 400 by 300 px around (X, Y) at half a metre per pixel, shown and waiting for a scene."""
    made = MapCanvas(tasks, colours)
    qtbot.addWidget(made)
    made.resize(400, 300)
    made.renderer.dress(lambda: dress_in(colours))
    made.show()
    qtbot.waitExposed(made)
    made.go(made.viewport.centred(X, Y, 0.5))
    return made


def dress_in(colours: Mapping[str, QColor]) -> Dress:
    def font(size: float, strong: bool) -> QFont:
        made = QFont(font_families())
        made.setPixelSize(round(size))
        return made

    return Dress(colours, label_writer(CATALOGUE, {}, Texts("zh").render, font))
