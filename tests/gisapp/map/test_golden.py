"""Every style at four scales, light, dark and in print, against pictures that somebody has looked at.

``GISAPP_RENEW_GOLDEN=1 python -m pytest tests/gisapp/map/test_golden.py`` writes the pictures anew; look at each before
it is committed. Where one differs, the new picture and the difference are left in pytest's temporary folder.
"""

from __future__ import annotations

import datetime
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import shapely
from PySide6.QtGui import QFont, QImage, QPainter

from gisapp.map.label_words import label_writer
from gisapp.map.painter import MapPainter
from gisapp.map.symbols import SymbolAtlas
from gisapp.map.viewport import Viewport
from gisapp.theme import font_families, theme_colours
from layers.feedback import Feedback
from layers.grids.load.workload import Load
from layers.model.asset import Asset, AssetKey
from layers.model.query import Query
from layers.responsibility.finding import Alarm
from layers.responsibility.oversight.overview import GridRow, Overview
from layers.responsibility.person import Person
from layers.scene.classing import classed
from layers.scene.computed import computed_classes, computed_layer
from layers.scene.computed_lots import LOT_MAKERS
from layers.scene.request import DrawRequest
from layers.scene.scene import Scene
from layers.scene.style import METRES_PER_PIXEL, MapStyle
from layers.scene.style_file import load_style, style_names
from layers.store.tallying import TallyRow
from layers.text import Message, Texts
from tests.gisapp.map.conftest import CATALOGUE

pytestmark = pytest.mark.usefixtures("qapp")


def _counted(name: str) -> bool:
    """Whether the classes of a style are made of what a register holds."""
    return any(layer.classing is not None or layer.computed for layer in load_style(name, ()).layers)


GOLDEN = Path(__file__).parent / "golden"
RENEW = os.environ.get("GISAPP_RENEW_GOLDEN") == "1"
SIZE = 360, 240
X, Y = 538_000.0, 3_016_000.0
SCALES = {"city": 40_000.0, "district": 10_000.0, "neighbourhood": 4_000.0, "street": 900.0}
#: Shades by which a pixel may differ, and the share of pixels that may differ by more (another rasteriser's rounding).
SHADES, SHARE = 40, 0.01
OWNERS = ("示例市自来水有限公司", "开发区水务", None, "锦绣物业")
FUNCTIONS = ("transmission", "distribution", "service", None)
LI, WANG = Person(1, "RY-1", "李工"), Person(2, "RY-2", "王工")
SAID = Message("stewards.alarm.no_primary")
ALARM = Alarm("no_primary", "danger", SAID, SAID, AssetKey("grid", 4))
ROWS = tuple(
    GridRow(
        number, f"WG-{number}", f"第{number}网格", "", person, (), (), None, Load(1.0, percent, standing), alarms,
        number - 1, None, None,
    )
    for number, person, percent, standing, alarms in (
        (1, LI, 100.0, "even", ()), (2, WANG, 60.0, "low", ()), (3, LI, 125.0, "high", ()),
        (4, None, 160.0, "over", (ALARM,)),
    )
)  # fmt: skip
DAY = datetime.date(2026, 1, 1)
#: State, team and due date of the lots of a census; the last but one is late.
LOTS = (
    ("planned", None, None), ("out", 1, None), ("back", 2, None), ("checked", 1, None), ("out", 3, "2025-12-01"),
    ("accepted", 2, "2025-12-01"),
)  # fmt: skip
OUTCOMES = ("found", "not_found", "moved", None, "found", "new", None)
STATES = ("in_service", "in_service", "in_service", "planned", "construction", "out_of_service", "abandoned")
#: Where only the colour of mains or of the ground is another, a smaller picture shows as much.
SMALL = 240, 160
STYLES = list(style_names())
CASES = [(name, "light", scale) for name in STYLES for scale in SCALES]
CASES += [("diameter", theme, scale) for theme in ("dark", "print") for scale in SCALES]


@pytest.fixture(scope="module")
def town() -> Mapping[str, list[dict[str, Any]]]:
    """A small town with something of everything: made of plain arithmetic, the same everywhere."""
    pipes, valves, hydrants, meters, wells, roads = [], [], [], [], [], []
    blocks, works = [], [{"name": "城东水厂", "kind": "plant", "geom": shapely.Point(X + 70, Y + 60)}]
    sizes = (80, 150, 300, 600, 1000, None)
    materials = ("DI", "PE", "ST", "CI", "PVC", None)
    for n in range(-20, 21):
        for k in range(-20, 20):
            for across in (False, True):
                bend = 14 * np.sin((n + 2 * k) / 3)
                ends = np.array(
                    [[k * 90, n * 80 + bend], [(k + 1) * 90, n * 80 + 14 * np.sin((n + 2 * k + 2) / 3)]]
                )
                line = shapely.LineString((ends[:, ::-1] if across else ends) + (X, Y))
                size = sizes[4] if n == 0 else sizes[3] if n % 5 == 0 else sizes[(n * 7 + k * 3) % 6 % 3]
                pipes.append({
                    "dn": size if (n, k) != (2, 1) else None, "material": materials[(n + k) % 6],
                    "owner": OWNERS[(n // 3 + k) % 4], "function": FUNCTIONS[(n + 2 * k) % 4],
                    "service_area": (None, 1, 2, 3)[(n // 5 + k // 5) % 4],
                    "laid_date": str(1960 + (n * 13 + k * 7) % 64), "status": STATES[(n * n + 3 * k) % 7],
                    "geom": line,
                })  # fmt: skip
            at = (X + k * 90, Y + n * 80 + 14 * np.sin((n + 2 * k) / 3))
            valves.append({
                "code": f"FM-{n + 20}{k + 20:02}", "status": STATES[(n + k) % 7], "valve_type": "gate",
                "present_state": "closed" if (n + k) % 5 == 0 else "open", "operable": (n - k) % 9 != 0,
                "geom": shapely.Point(at),
            })  # fmt: skip
            middle = shapely.Point(at[0] + 45, (at[1] + Y + n * 80 + 14 * np.sin((n + 2 * k + 2) / 3)) / 2)
            if (n + k) % 3 == 0:
                state = "out_of_order" if (n + k) % 9 == 0 else "usable"
                hydrants.append({"code": f"XHS-{n + 20}{k + 20:02}", "status": "in_service", "state": state,
                                 "hydrant_type": "above", "geom": middle})  # fmt: skip
            wells.append(
                {"kind": "meter_well", "status": "in_service", "geom": shapely.Point(at[0] + 30, at[1] + 25)}
            )
            for door in range(4):
                meters.append({"status": "in_service", "role": "user",
                               "geom": shapely.Point(at[0] + 30 + 4 * door, at[1] + 32)})  # fmt: skip
            blocks.append({"name": "锦绣家园" if (n + k) % 2 else "建材市场",
                           "geom": shapely.box(at[0] + 20, at[1] + 18, at[0] + 72, at[1] + 58)})  # fmt: skip
        road = shapely.LineString([(X - 1800, Y + n * 80 + 6), (X + 1800, Y + n * 80 + 6)])
        kind = "major" if n % 5 == 0 else "lane"
        roads.append({"name": "解放南路" if n % 2 else "中山路", "road_class": kind, "geom": road})
    grids = [
        {"code": row.code, "name": row.name, "geom": shapely.box(X + x, Y + y, X + x + 420, Y + y + 360)}
        for row, (x, y) in zip(ROWS, ((-420, -360), (0, -360), (-420, 0), (0, 0)), strict=True)
    ]
    lots, targets = [], []
    for n, (state, team, due) in enumerate(LOTS):
        x, y = X + 40 + (n % 3 - 1.5) * 300, Y + 20 + (n // 3 - 1) * 280
        lots.append({"code": f"PC-{n + 1}", "campaign": 1, "name": f"第{n + 1}片", "state": state, "team": team,
                     "due_date": due, "geom": shapely.box(x, y, x + 300, y + 280)})  # fmt: skip
        for k in range(40):
            at = shapely.Point(x + 10 + k % 8 * 37, y + 12 + k // 8 * 57)
            targets.append({"lot": n + 1, "outcome": OUTCOMES[(k + n) % 7], "geom": at})
    census = {"campaign": [{"state": "open", "from_date": "2025-10-01"}], "lot": lots, "census_record": targets,
              "team": [{"code": f"BZ-{n}", "name": f"普查{n}组"} for n in (1, 2, 3)]}  # fmt: skip
    return census | {"grid": grids, "pipe": pipes, "valve": valves, "hydrant": hydrants, "meter": meters,
                     "meter_well": wells, "road": roads, "community": blocks, "facility": works}  # fmt: skip


class Book:
    """What making the classes of a style asks of a register, answered from the town."""

    catalogue = CATALOGUE

    def __init__(self, town: Mapping[str, list[dict[str, Any]]]) -> None:
        self._town = town

    def columns(self, type_name: str, names: list[str], feedback: Feedback) -> pa.Table:
        return pa.table({name: [row.get(name) for row in self._town[type_name]] for name in names})

    def get(self, type_name: str, id: int) -> None:
        """No asset has a name of its own."""

    def find(self, query: Query) -> list[Asset]:
        return [Asset(query.type, id, 1, row) for id, row in enumerate(self._town[query.type], 1)]

    def tally(self, _type: str, _link: str, _counts: object, *, targets: list[int]) -> list[TallyRow]:
        """In every lot somebody has still to go somewhere."""
        return [TallyRow(lot, None, ((1, 0.0),)) for lot in targets]

    def packed(self, type_name: str, names: tuple[str, ...], _where: object) -> pa.Table:
        """No target was looked at twice."""
        return pa.table({"fid": pa.array([], pa.int64()), "target": pa.array([], pa.string())})


def counted(style: MapStyle, town: Mapping[str, list[dict[str, Any]]]) -> MapStyle:
    """The style with the classes that are made of what the town holds, and of who looks after its grids."""
    layers = []
    for layer in style.layers:
        if layer.classing is not None:
            book: Any = Book(town)
            layer = classed(book, layer, layer.classing, Feedback())
        elif layer.computed in LOT_MAKERS:
            lots: Any = Book(town)
            layer = computed_layer(lots, layer, Feedback(), DAY)
        elif layer.computed:
            overview = Overview(DAY, ROWS)
            layer = replace(layer, classes=tuple(computed_classes(layer, overview)))
        layers.append(layer)
    return replace(style, layers=tuple(layers))


@pytest.fixture(scope="module")
def scenes() -> dict[str, Scene]:
    return {}


def drawn(scene: Scene, theme: str, denominator: float, size: tuple[int, int]) -> QImage:
    """The picture, labels and all."""
    colours = theme_colours(theme)
    atlases: dict[int, SymbolAtlas] = {}

    def font(size: float, strong: bool) -> QFont:
        made = QFont(font_families())
        made.setPixelSize(round(size))
        made.setBold(strong)
        return made

    writer = label_writer(CATALOGUE, scene.style.short_names, Texts("zh").render, font)
    viewport = Viewport(X + 31, Y + 17, denominator * METRES_PER_PIXEL, *size)
    batches = scene.draw(DrawRequest(0, viewport.box, viewport.metres_per_pixel, scene.style.hidden))
    image = QImage(*size, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painting = MapPainter(
        painter, viewport, colours, lambda size: atlases.setdefault(size, SymbolAtlas(colours, size)), writer
    )
    for _ in painting.steps(batches):
        pass
    painter.end()
    return image


def shades(image: QImage) -> np.ndarray:
    """Its pixels as (height, width, 3)."""
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    raw = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine() // 4, 4)
    return raw[:, : image.width(), 2::-1].astype(int)


@pytest.mark.parametrize(("style", "theme", "scale"), CASES)
def test_the_map_looks_as_it_was_approved(
    style: str, theme: str, scale: str, town: Any, scenes: dict[str, Scene], scene_of: Any, tmp_path: Path
) -> None:
    if style not in scenes:
        made = load_style(style, CATALOGUE.settings["dn_classes"].default)
        scenes[style] = scene_of(counted(made, town), **town)
    size = SMALL if _counted(style) else SIZE
    found = drawn(scenes[style], theme, SCALES[scale], size)
    path = GOLDEN / f"{style}-{theme}-{scale}.png"
    if RENEW:
        GOLDEN.mkdir(exist_ok=True)
        found.save(str(path), "PNG", 0)
    far = np.abs(shades(found) - shades(QImage(str(path)))).max(axis=2)
    if (far > SHADES).mean() > SHARE:
        found.save(str(tmp_path / path.name))
        difference = np.ascontiguousarray((far.clip(0, 85) * 3).astype(np.uint8))
        image = QImage(difference.data, *size, size[0], QImage.Format.Format_Grayscale8)
        image.save(str(tmp_path / f"difference-{path.name}"))
        pytest.fail(f"{path.name}: {(far > SHADES).mean():.1%} of the pixels differ; see {tmp_path}")


def test_the_pictures_are_those_of_the_cases_and_small() -> None:
    assert {path.stem for path in GOLDEN.glob("*.png")} == {"-".join(case) for case in CASES}
    assert sum(path.stat().st_size for path in GOLDEN.glob("*.png")) < 3_600_000
