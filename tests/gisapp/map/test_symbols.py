"""Symbols: every one that is named exists, is legible, is in its place, turns, and is crossed out in red."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping

import numpy as np
import pytest
from PySide6.QtCore import QByteArray, QPointF
from PySide6.QtGui import QColor, QImage, QPainter, QPen
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from gisapp.map.symbols import SymbolAtlas, Symbols, VectorSymbols
from gisapp.theme import theme_colours
from layers.model.catalogue_file import load_catalogue
from layers.model.settings import NumberClass
from layers.resources import resource_root
from layers.scene.style_file import load_style, style_names

pytestmark = pytest.mark.usefixtures("qapp")
Pixels = np.ndarray
SIDE = 40
#: The drawings there are.
DRAWN = frozenset(path.stem for path in (resource_root() / "icons" / "assets").glob("*.svg"))


def draw(
    symbols: Symbols,
    name: str,
    ratio: float = 1.0,
    rotation: float | None = None,
    ground: str = "map_land",
    main: str | None = None,
    theme: str = "light",
) -> Pixels:
    """One symbol in the middle of a picture of 40 by 40 px, as (height, width, 3) of red, green, blue."""
    colours = theme_colours(theme)
    image = QImage(round(SIDE * ratio), round(SIDE * ratio), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(colours[ground])
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if main is not None:
        painter.setPen(QPen(colours[main], 3))
        painter.drawLine(QPointF(0, SIDE / 2), QPointF(SIDE, SIDE / 2))
    turned = None if rotation is None else np.array([rotation])
    symbols.draw(painter, name, np.array([[SIDE / 2, SIDE / 2]]), turned)
    painter.end()
    return pixels(image)


def pixels(image: QImage) -> Pixels:
    raw = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine() // 4, 4)
    return raw[:, : image.width(), 2::-1].astype(int)


def near(picture: Pixels, colour: QColor, tolerance: int = 60) -> np.ndarray:
    """Where the picture has (almost) this colour."""
    wanted = np.array([colour.red(), colour.green(), colour.blue()])
    return np.asarray(np.abs(picture - wanted).sum(axis=2) <= tolerance)


def atlas(size: float = 16, ratio: float = 1.0, theme: str = "light") -> SymbolAtlas:
    return SymbolAtlas(theme_colours(theme), size, ratio)


def symbols_of_styles() -> set[str]:
    classes = (NumberClass(upper=100), NumberClass(lower=100))
    return {
        each.look.symbol_drawing
        for name in style_names()
        for layer in load_style(name, classes).layers
        for each in layer.classes
        if each.look.symbol_drawing is not None
    }


def test_every_symbol_named_in_styles_and_catalogue_is_drawn() -> None:
    named = {part for name in symbols_of_styles() for part in re.split("[@%]", name)[0].split("+")}
    named |= {each.icon for each in load_catalogue() if each.icon}
    assert named - DRAWN == set()
    assert len(named) > 25


@pytest.mark.parametrize("name", sorted(DRAWN))
def test_a_drawing_takes_its_colours_from_the_theme(name: str) -> None:
    text = (resource_root() / "icons" / "assets" / f"{name}.svg").read_text(encoding="utf-8")
    colours = set(re.findall(r'(?:fill|stroke|color)="([^"]+)"', text))
    assert colours <= {"currentColor", "var(--fill)", "var(--danger)", "none"}
    assert QSvgRenderer(QByteArray(text.encode())).isValid()
    widths = [float(each) for each in re.findall(r'stroke-width="([\d.]+)"', text)]
    assert widths, "without a width there is no halo"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [12, 16, 20])
def test_symbols_of_the_map_cannot_be_mistaken_for_each_other(theme: str, size: int) -> None:
    symbols = atlas(size, theme=theme)
    drawn = {name: draw(symbols, name, theme=theme) for name in sorted(symbols_of_styles())}
    for first, second in itertools.combinations(drawn, 2):
        # A state tells itself from service and from other states; its types need not be told from each other.
        if "@" in first and "@" in second and re.split("[+@]", first)[0] != re.split("[+@]", second)[0]:
            continue
        differing = (np.abs(drawn[first] - drawn[second]).sum(axis=2) > 180).sum()
        assert differing >= size, f"{first} and {second} differ in {differing} px at {size} px"


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_a_symbol_fills_its_box_on_every_screen(ratio: float) -> None:
    ink = near(draw(atlas(16, ratio), "well_meter", ratio), theme_colours("light")["map_ink"], 200)
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    for found in (rows, columns):
        # The square runs from 2.2 to 13.8 of the box of 16, half a line wider on each side.
        assert found[-1] + 1 - found[0] == pytest.approx(13 * ratio, abs=1.2)
        assert (found[-1] + 1 + found[0]) / 2 == pytest.approx(SIDE / 2 * ratio, abs=0.6)


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_the_atlas_is_as_sharp_as_a_drawing_in_place(ratio: float) -> None:
    colours = theme_colours("light")
    by_atlas = draw(SymbolAtlas(colours, 16, ratio), "hydrant_above", ratio)
    by_hand = draw(VectorSymbols(colours, 16), "hydrant_above", ratio)
    assert np.abs(by_atlas - by_hand).max() <= 12


def test_an_open_valve_is_hollow_and_a_closed_one_filled() -> None:
    colours = theme_colours("light")
    left, right, middle = SIDE // 2 - 7, SIDE // 2 + 6, SIDE // 2
    hollow, filled = draw(atlas(20), "valve_gate"), draw(atlas(20), "valve_gate_closed")
    for x in (left, right):
        assert near(hollow, colours["map_symbol_fill"])[middle, x]
        assert near(filled, colours["map_ink"])[middle, x]


@pytest.mark.parametrize(
    ("degrees", "dx", "dy"), [(None, 0, -1), (0, 0, -1), (90, 1, 0), (180, 0, 1), (-90, -1, 0)]
)
def test_the_stem_of_a_valve_turns_with_its_pipe(degrees: float | None, dx: int, dy: int) -> None:
    ink = near(draw(atlas(20), "valve_gate", rotation=degrees), theme_colours("light")["map_ink"], 150)
    # The stem's bar is 4.9 of 16 from the middle: 6 px of 20, where the bow-tie has a gap on the other side.
    middle = SIDE // 2
    bar = ink[middle + 6 * dy - 1 : middle + 6 * dy + 1, middle + 6 * dx - 1 : middle + 6 * dx + 1]
    gap = ink[middle - 6 * dy - 1 : middle - 6 * dy + 1, middle - 6 * dx - 1 : middle - 6 * dx + 1]
    assert bar.any()
    assert not gap.any()


def test_a_slanting_valve_is_turned_too() -> None:
    upright, slanting = draw(atlas(20), "valve_gate"), draw(atlas(20), "valve_gate", rotation=43.0)
    half = draw(atlas(20), "valve_gate", rotation=45.0)
    assert (np.abs(upright - slanting).sum(axis=2) > 100).sum() > 40
    assert (slanting == half).all(), "43 degrees are drawn by the step of 45"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [12, 14, 20])
@pytest.mark.parametrize(
    ("base", "cross"),
    [
        ("valve_gate", "inoperable"),
        ("valve_gate_closed", "inoperable"),
        ("hydrant_above", "out_of_order"),
        ("hydrant_below", "out_of_order"),
    ],
)
def test_what_does_not_work_is_crossed_in_the_colour_of_danger(
    base: str, cross: str, size: int, theme: str
) -> None:
    danger, symbols = theme_colours(theme)["danger"], atlas(size, theme=theme)
    assert not near(draw(symbols, base, theme=theme), danger, 90).any()
    red = near(draw(symbols, f"{base}+{cross}", theme=theme), danger, 90)
    assert red.sum() >= size * 1.2
    quarter = SIDE // 2
    for part in (
        red[:quarter, :quarter],
        red[:quarter, quarter:],
        red[quarter:, :quarter],
        red[quarter:, quarter:],
    ):
        assert part.any(), "the cross reaches into all four corners"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_halo_keeps_the_main_off_the_symbol(theme: str) -> None:
    colours = theme_colours(theme)
    picture = draw(atlas(16, theme=theme), "valve_gate", main="dn4", theme=theme)
    row = picture[SIDE // 2]
    halo, main = (
        np.abs(row - np.array(colours[key].getRgb()[:3])).sum(axis=1) < 60 for key in ("map_halo", "dn4")
    )
    # The bow-tie's left side is 1.7 of 16 from its box, the halo 1.3 px beside it.
    edge = SIDE // 2 - 8
    assert halo[edge - 1 : edge + 2].any()
    assert main[edge - 3]
    assert not main[edge + 1 : SIDE - edge - 1].any()


def test_thousands_of_names_and_angles_keep_their_places() -> None:
    symbols = atlas(16)
    place = symbols.fragment("hydrant_above")
    before = symbols.pixmap.toImage().copy(place)
    height = symbols.pixmap.height()
    angles = np.arange(0.0, 360.0, 5.0)
    image = QImage(SIDE, SIDE, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    for name in ("valve_gate", "valve_check", "meter_large"):
        symbols.draw(painter, name, np.full((len(angles), 2), SIDE / 2), angles)
    painter.end()
    assert symbols.pixmap.height() > height, "the atlas has grown"
    assert symbols.fragment("hydrant_above") == place
    assert symbols.pixmap.toImage().copy(place) == before
    places = {symbols.fragment("valve_gate", angle).topLeft().toTuple() for angle in angles}
    assert len(places) == len(angles)


def test_many_are_drawn_each_at_its_place_and_angle() -> None:
    image = QImage(200, 40, QImage.Format.Format_RGB32)
    colours: Mapping[str, QColor] = theme_colours("light")
    image.fill(colours["map_land"])
    painter = QPainter(image)
    xy = np.array([[20.0, 20.0], [100.0, 20.0], [180.0, 20.0]])
    atlas(20).draw(painter, "valve_gate_closed", xy, np.array([0.0, 90.0, 0.0]))
    atlas(20).draw(painter, "valve_gate_closed", np.zeros((0, 2)))
    painter.end()
    ink = near(pixels(image), colours["map_ink"], 150)
    widths = [np.flatnonzero(ink[:, x - 20 : x + 20].any(axis=0)) for x in (20, 100, 180)]
    lengths = [each[-1] - each[0] for each in widths]
    assert lengths[0] == lengths[2] > lengths[1] + 2
    assert not ink[:, 45:75].any()


def test_a_symbol_that_does_not_exist_is_an_error(qapp: QApplication) -> None:
    with pytest.raises(KeyError, match="no_such"):
        atlas().fragment("no_such")
    with pytest.raises(KeyError, match="no_such"):
        atlas().fragment("valve_gate+no_such")
