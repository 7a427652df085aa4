"""The ground of the city: a plan drawn straight, bent so that streets follow the river, and its heights.

The plan has two coordinates in metres: ``u`` along the river, ``v`` across it; the river's middle is v = 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from layers.sample.size import CitySize

Floats = npt.NDArray[np.float64]

CENTRE = (546_550.0, 3_014_300.0)
"""Where the middle of the plan lies in EPSG:4546."""


@dataclass(frozen=True)
class Ground:
    """Bends the plan (``place``) and knows how high the ground is (``elevation``)."""

    angle: float
    bend: float
    bend_length: float
    bend_phase: float
    ease: float
    waves: Floats
    hills: Floats

    @classmethod
    def make(cls, size: CitySize, random: np.random.Generator) -> Ground:
        """A ground for a city of that size."""
        radius = size.radius
        lengths = np.array([2.3 * radius, 1.9 * radius, min(2600.0, 1.1 * radius), min(2100.0, 0.9 * radius)])
        slopes = np.array([0.13, 0.12, 0.07, 0.06])
        directions = random.uniform(0, 2 * np.pi, 4)
        waves = np.column_stack(
            [
                np.cos(directions) / lengths,
                np.sin(directions) / lengths,
                random.uniform(0, 1, 4),
                slopes * lengths / (2 * np.pi),
                random.uniform(0, 2 * np.pi, 4),
            ]
        )
        count = 9
        hills = np.column_stack(
            [
                random.uniform(-1.5, 1.5, count) * radius,
                random.uniform(-1.5, 1.5, count) * radius,
                random.uniform(0.18, 0.5, count) * radius,
                random.uniform(8, 40, count),
            ]
        )
        return cls(
            float(np.radians(random.uniform(-14, 14))),
            size.bend,
            size.bend_length,
            float(random.uniform(0.35, 0.65) * 2 * np.pi),
            0.22 * size.bend_length,
            waves,
            hills,
        )

    def place(self, u: Floats, v: Floats) -> Floats:
        """Map coordinates (n, 2), east and north, of plan coordinates; in whole millimetres."""
        wave = 2 * np.pi / self.bend_length
        north = v + self.bend * np.sin(wave * u + self.bend_phase)
        # Streets across the river leave it at a right angle and straighten out farther away.
        east = u - v * np.exp(-np.abs(v) / self.ease) * self.bend * wave * np.cos(wave * u + self.bend_phase)
        for k_u, k_v, phase, amplitude, turn in self.waves:
            swing = amplitude * np.sin(2 * np.pi * (k_u * u + k_v * v + phase))
            east = east + swing * np.cos(turn)
            north = north + swing * np.sin(turn)
        cos, sin = np.cos(self.angle), np.sin(self.angle)
        x = CENTRE[0] + cos * east - sin * north
        y = CENTRE[1] + sin * east + cos * north
        return np.round(np.column_stack([x, y]), 3)

    def heading(self, u: Floats, v: Floats) -> Floats:
        """Directions (radians from east) into which u grows."""
        step = self.place(u + 2.0, v) - self.place(u - 2.0, v)
        return np.arctan2(step[:, 1], step[:, 0])

    def elevation(self, u: Floats, v: Floats) -> Floats:
        """Heights of the ground above sea level in metres: a valley with hills, falling along the river."""
        height = 212.0 - 0.0006 * u + 14.0 * (1 - np.exp(-((np.abs(v) / 900.0) ** 1.3)))
        for hill_u, hill_v, reach, rise in self.hills:
            height = height + rise * np.exp(-((u - hill_u) ** 2 + (v - hill_v) ** 2) / (2 * reach**2))
        return height
