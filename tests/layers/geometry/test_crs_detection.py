"""Coordinates without a system, and coordinates that contradict theirs."""

from __future__ import annotations

import numpy as np
import pytest

from layers.geometry.crs import Crs
from layers.geometry.crs_detection import guess_crs, suspect_crs

EAST, NORTH = 546550.66, 3014310.99
ZONE = Crs.parse("EPSG:4546")


@pytest.mark.parametrize(
    ("x", "y", "code", "swapped", "reason"),
    [
        (111.47, 27.24, "EPSG:4490", False, "crs.guess.degrees_china"),
        (27.24, 111.47, "EPSG:4490", True, "crs.guess.degrees_swapped"),
        (37_000_000 + EAST, NORTH, "EPSG:4525", False, "crs.guess.zone_prefix"),
        (NORTH, 37_000_000 + EAST, "EPSG:4525", True, "crs.guess.zone_prefix"),
        (19_000_000 + EAST, NORTH, "EPSG:4497", False, "crs.guess.zone_prefix"),
        (EAST, NORTH, None, False, "crs.guess.zone_unknown"),
        (3379503.338, 501548.722, None, True, "crs.guess.zone_unknown"),
        (24.94, 60.17, "EPSG:4326", False, "crs.guess.degrees"),
        (70.0, 10.0, "local", False, "crs.guess.local"),
        (54_321.5, 32_100.25, "local", False, "crs.guess.local"),
    ],
)
def test_numbers_tell_their_system(x: float, y: float, code: str | None, swapped: bool, reason: str) -> None:
    guess = guess_crs(np.array([[x, y], [x + 1.0, y + 1.0]]))
    assert (guess.crs.code if guess.crs else None, guess.swapped, guess.reason.id) == (code, swapped, reason)


def test_the_registers_zone_is_proposed_but_not_certain() -> None:
    guess = guess_crs(np.array([[NORTH, EAST]]), near=ZONE)
    assert (guess.crs, guess.swapped, guess.certain) == (ZONE, True, False)


def test_nothing_is_guessed_from_nothing() -> None:
    assert guess_crs(np.empty((0, 2))).crs is None
    assert guess_crs(np.array([[np.nan, np.inf]])).crs is None


@pytest.mark.parametrize(
    ("x", "y", "declared", "code", "swapped", "reason"),
    [
        (NORTH, EAST, "EPSG:4546", "EPSG:4546", True, "crs.guess.swapped"),
        (37_000_000 + EAST, NORTH, "EPSG:4546", "EPSG:4525", False, "crs.guess.zone_prefix"),
        (27.24, 111.47, "EPSG:4326", "EPSG:4326", True, "crs.guess.degrees_swapped"),
        (EAST, NORTH, "EPSG:4326", None, False, "crs.guess.not_degrees"),
        (111.47, 27.24, "EPSG:4546", "EPSG:4490", False, "crs.guess.degrees_china"),
        (50.0, 70.0, "EPSG:4546", None, False, "crs.guess.outside"),
    ],
)
def test_contradictions_are_noticed(
    x: float, y: float, declared: str, code: str | None, swapped: bool, reason: str
) -> None:
    guess = suspect_crs(np.array([[x, y]]), Crs.parse(declared))
    assert guess is not None
    assert (guess.crs.code if guess.crs else None, guess.swapped, guess.reason.id) == (code, swapped, reason)


@pytest.mark.parametrize(
    ("x", "y", "declared"),
    [
        (EAST, NORTH, "EPSG:4546"),
        (37_000_000 + EAST, NORTH, "EPSG:4525"),
        (111.47, 27.24, "EPSG:4490"),
        (24.94, 60.17, "EPSG:4326"),
        (5_000_000.0, 3_900_000.0, "EPSG:3547"),
        (1.0, 2.0, "local"),
    ],
)
def test_what_fits_raises_no_suspicion(x: float, y: float, declared: str) -> None:
    assert suspect_crs(np.array([[x, y]]), Crs.parse(declared)) is None
