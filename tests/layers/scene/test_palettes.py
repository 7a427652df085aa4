"""Palettes: told apart by every eye, seen on their ground; colours of styles resolved on light and dark ground."""

from __future__ import annotations

import tomllib
from itertools import combinations, pairwise
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.resources import resource_root
from layers.scene.palettes import (
    Ground,
    Palette,
    chosen_colour,
    from_linear,
    is_colour,
    linear,
    palettes,
    resolve,
    to_hex,
    to_lab,
)
from tests.contrast import contrast, luminance

#: Machado, Oliveira, Fernandes 2009, "A physiologically-based model for simulation of color vision deficiency",
#: severity 1.0: what eyes without red or without green cones see, as matrices on linear light.
EYES = {
    "usual": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
}
#: Smallest distance (OKLab, times 100): 2 is just seen side by side, 5 and more on a map.
NEIGHBOURS, ALL = 6.5, 7.0
FAINTEST = 1.5


def seen(colour: str, eye: str) -> np.ndarray:
    return to_lab(from_linear(EYES[eye] @ linear(colour)))


def distance(first: str, second: str, eye: str) -> float:
    return float(np.linalg.norm(seen(first, eye) - seen(second, eye))) * 100


def tokens(theme: str) -> dict[str, str]:
    with (resource_root() / "themes" / f"{theme}.toml").open("rb") as file:
        return dict(tomllib.load(file)["color"])


@pytest.fixture(params=sorted(palettes()))
def palette(request: pytest.FixtureRequest) -> Palette:
    return palettes()[request.param]


@pytest.mark.parametrize("ground", get_args(Ground))
@pytest.mark.parametrize("eye", EYES)
def test_classes_are_told_apart_by_every_eye(palette: Palette, ground: Ground, eye: str) -> None:
    count = len(palette.light) if palette.kind == "categorical" else 7
    colours = [palette.colour(number, count, ground) for number in range(1, count + 1)]
    pairs = combinations(colours, 2) if palette.kind == "categorical" else pairwise(colours)
    least = ALL if palette.kind == "categorical" else NEIGHBOURS
    near = {pair: found for pair in pairs if (found := distance(*pair, eye)) < least}
    assert near == {}


@pytest.mark.parametrize("theme", get_args(Ground))
def test_classes_stand_out_from_the_land(palette: Palette, theme: Ground) -> None:
    land = tokens(theme)["map_land"]
    count = len(palette.light) if palette.kind == "categorical" else 7
    faint = [
        colour
        for number in range(1, count + 1)
        if contrast(colour := palette.colour(number, count, theme), land) < FAINTEST
    ]
    assert faint == []


@pytest.mark.parametrize("theme", [*get_args(Ground), "print"])
@pytest.mark.parametrize("eye", EYES)
def test_mains_by_size_and_material_are_told_apart_by_every_eye(theme: str, eye: str) -> None:
    colours = tokens("light") | tokens(theme)
    for family, count, least in (("dn", 5, 5.0), ("age", 6, 5.0)):
        ranked = [colours[f"{family}{number}"] for number in range(1, count + 1)]
        assert min(distance(*pair, eye) for pair in pairwise(ranked)) > least, family
    materials = [colours[f"material{number}"] for number in range(1, 9)]
    assert min(distance(*pair, eye) for pair in combinations(materials, 2)) > ALL


def test_print_is_read_in_grey() -> None:
    colours = tokens("light") | tokens("print")
    lightness = [to_lab(colours[f"dn{number}"])[0] for number in range(1, 6)]
    assert colours["map_land"] == "#FFFFFF"
    assert all(first - second > 0.05 for first, second in pairwise(lightness))


@pytest.mark.parametrize("ground", get_args(Ground))
@pytest.mark.parametrize("name", [each.name for each in palettes().values() if each.kind == "sequential"])
def test_greater_is_stronger(name: str, ground: Ground) -> None:
    palette = palettes()[name]
    lightness = [to_lab(palette.colour(number, 7, ground))[0] for number in range(1, 8)]
    steps = np.diff(lightness)
    assert (steps < 0).all() if ground == "light" else (steps > 0).all()


def test_more_classes_than_colours_get_sisters() -> None:
    palette = palettes()["okabe_ito"]
    count = 2 * len(palette.light)
    colours = [palette.colour(number, count, "light") for number in range(1, count + 1)]
    assert len(set(colours)) == count


def test_every_palette_names_its_source_and_itself(palette: Palette) -> None:
    assert palette.source
    assert palette.title.zh != palette.title.en
    assert all(is_colour(colour) for colour in (*palette.light, *palette.dark))


def test_what_a_colour_is_on_each_ground() -> None:
    light, dark = tokens("light"), tokens("dark")
    assert resolve("dn3", light) == light["dn3"]
    assert resolve("#1747a4", light) == "#1747A4"
    assert resolve("cividis:1/5", light) != resolve("cividis:1/5", dark)
    # Dark and strong on light ground is bright and strong on dark ground.
    assert luminance(resolve("#101010", dark)) > luminance(resolve("#909090", dark))
    assert contrast(resolve("#000033", dark), dark["map_land"]) > 4.0
    tint = resolve("okabe_ito:1/7~30", light)
    assert luminance(resolve("okabe_ito:1/7", light)) < luminance(tint) < luminance(light["map_land"])


@pytest.mark.parametrize("name", ["", "blue", "#12", "#GGGGGG", "cividis:0/5", "cividis:6/5", "nothing:1/2"])
def test_what_is_no_colour(name: str) -> None:
    assert not is_colour(name)


def test_no_colour_cannot_be_resolved() -> None:
    with pytest.raises(KeyError):
        resolve("blue", tokens("light"))


@given(st.integers(0, 0xFFFFFF))
def test_a_colour_is_itself_after_the_way_through_lightness(number: int) -> None:
    colour = f"#{number:06X}"
    assert to_hex(to_lab(colour)) == colour


def test_a_colour_chosen_on_dark_ground_is_seen_there_as_chosen() -> None:
    dark = tokens("dark")
    for colour in ("#56B4E9", "#E0A030", "#F2F5F7"):
        kept = chosen_colour(colour, "dark")
        assert distance(resolve(kept, dark), colour, "usual") < 5.0
    assert chosen_colour("#56B4E9", "light") == "#56B4E9"
