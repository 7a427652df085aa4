"""How large a city is made."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CitySize:
    """Measures of a city; lengths in metres. ``meters`` is how many household and other meters it has."""

    name: str
    meters: int
    radius: float
    river_width: float
    bend: float
    bend_length: float
    plants: int
    tanks: int
    districts: int
    leaks: int


SIZES = {
    size.name: size
    for size in (
        CitySize("demo", 30_000, 1700.0, 130.0, 210.0, 4600.0, 2, 1, 4, 260),
        CitySize("city", 290_000, 4600.0, 180.0, 560.0, 8900.0, 3, 2, 24, 2400),
    )
}
