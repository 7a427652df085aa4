"""Palettes of classes (``resources/themes/palettes.toml``) and what a colour of a style is on a ground.

``cividis:2/5`` is the second of five steps; ``#RRGGBB`` is a colour chosen on light ground, brought to the same
distance from a dark one. A colour with ``~35`` behind it is a tint: 35 % of it over the land.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from layers.resources import resource_root
from layers.text import Title

Ground = Literal["light", "dark"]
PaletteKind = Literal["sequential", "diverging", "categorical"]
_STEP = re.compile(r"([a-z_]+):(\d+)/(\d+)")
_HEX = re.compile(r"#[0-9A-Fa-f]{6}")
_TINT = re.compile(r"(.+)~(\d{1,3})")

# Björn Ottosson 2020, "A perceptual color space for image processing" (OKLab), public domain.
_TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
#: Lightness of the faintest and the strongest colour on dark ground.
_DARK_LIGHTNESS = (0.50, 0.97)


@dataclass(frozen=True)
class Palette:
    """Colours ``#RRGGBB`` for classes on both grounds, the least first."""

    name: str
    title: Title
    kind: PaletteKind
    source: str
    light: tuple[str, ...]
    dark: tuple[str, ...]

    @property
    def most(self) -> int:
        """How many classes it tells apart."""
        return len(self.light) if self.kind == "categorical" else 9

    def colour(self, number: int, count: int, ground: Ground) -> str:
        """``#RRGGBB`` of class ``number`` (from 1) of ``count``."""
        anchors = self.light if ground == "light" else self.dark
        if self.kind == "categorical":
            turn, place = divmod(number - 1, len(anchors))
            return anchors[place] if turn % 2 == 0 else _second(anchors[place])
        share = (number - 1) / max(count - 1, 1) if count > 1 else 0.6
        lab = np.array([to_lab(anchor) for anchor in anchors])
        at = share * (len(anchors) - 1)
        return to_hex(np.array([np.interp(at, np.arange(len(anchors)), lab[:, axis]) for axis in range(3)]))


@lru_cache(maxsize=2)
def palettes(path: Path | None = None) -> Mapping[str, Palette]:
    """Every palette by its name."""
    with (path or resource_root() / "themes" / "palettes.toml").open("rb") as file:
        read = tomllib.load(file)
    return {
        name: Palette(
            name,
            Title(entry["title"]["zh"], entry["title"]["en"]),
            entry["kind"],
            entry["source"],
            tuple(entry["light"]),
            tuple(entry["dark"]),
        )
        for name, entry in read.items()
    }


def is_colour(name: str) -> bool:
    """Whether ``name`` is a step of a palette or ``#RRGGBB``; tokens of a theme are known to the theme alone."""
    tint = _TINT.fullmatch(name)
    plain = tint[1] if tint else name
    step = _STEP.fullmatch(plain)
    if step is not None:
        return step[1] in palettes() and 1 <= int(step[2]) <= int(step[3])
    return _HEX.fullmatch(plain) is not None


def resolve(name: str, tokens: Mapping[str, str]) -> str:
    """``#RRGGBB`` of a colour of a style on the ground of ``tokens``. ``KeyError`` for what is no colour."""
    if name in tokens:
        return tokens[name]
    land = tokens["map_land"]
    tint = _TINT.fullmatch(name)
    if tint is not None:
        share = int(tint[2]) / 100
        return to_hex(to_lab(resolve(tint[1], tokens)) * share + to_lab(land) * (1 - share))
    ground: Ground = "dark" if to_lab(land)[0] < 0.5 else "light"
    step = _STEP.fullmatch(name)
    if step is not None and step[1] in palettes():
        return palettes()[step[1]].colour(int(step[2]), int(step[3]), ground)
    if _HEX.fullmatch(name) is None:
        raise KeyError(name)
    return _on_dark(name) if ground == "dark" else name.upper()


def _second(colour: str) -> str:
    """A sister of a colour for when there are more classes than colours: clearly darker, or lighter."""
    lab = to_lab(colour)
    lab[0] += -0.2 if lab[0] > 0.55 else 0.25
    return to_hex(lab)


def _on_dark(colour: str) -> str:
    """A colour chosen on light ground, for dark ground: what was dark and strong there is bright and strong."""
    lab = to_lab(colour)
    low, high = _DARK_LIGHTNESS
    lab[0] = high - lab[0] * (high - low)
    return to_hex(lab)


def chosen_colour(colour: str, ground: Ground) -> str:
    """``#RRGGBB`` to be kept in a style so that on ``ground`` it is the ``colour`` that was chosen there."""
    if ground == "light":
        return colour
    lab = to_lab(colour)
    low, high = _DARK_LIGHTNESS
    lab[0] = min(max((high - lab[0]) / (high - low), 0.0), 1.0)
    return to_hex(lab)


def to_lab(colour: str) -> npt.NDArray[np.float64]:
    """Lightness (0 to 1), green-red and blue-yellow of ``#RRGGBB`` in OKLab, where distances are as seen."""
    return _TO_LAB @ np.cbrt(_TO_CONES @ linear(colour))


def to_hex(lab: npt.NDArray[np.float64]) -> str:
    """The colour of an OKLab place, cut to what a screen can show."""
    rgb = np.linalg.solve(_TO_CONES, np.linalg.solve(_TO_LAB, lab) ** 3)
    return from_linear(rgb)


def linear(colour: str) -> npt.NDArray[np.float64]:
    """Red, green, blue of ``#RRGGBB`` as amounts of light, 0 to 1."""
    part = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)


def from_linear(rgb: npt.NDArray[np.float64]) -> str:
    """``#RRGGBB`` of amounts of light."""
    rgb = np.clip(rgb, 0.0, 1.0)
    part = np.where(rgb <= 0.0031308, rgb * 12.92, 1.055 * rgb ** (1 / 2.4) - 0.055)
    return "#" + "".join(f"{round(float(each) * 255):02X}" for each in part)
