"""Placement: from which system into which the coordinates of an import go, decided by rule and always said.

A register's coordinates are metres on a plane: a projected CRS, or ``local``. A source's system is the one
it states, or the one the user says. One that is only guessed comes with a problem that says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from layers.errors import UserError
from layers.exchange.survey import LayerSurvey
from layers.exchange.units import METRES, LengthRatio, coordinate_unit
from layers.geometry.crs import Crs, fitting, metric_twin, transformer
from layers.geometry.crs_detection import CrsGuess, guess_crs, suspect_crs
from layers.model.problem import Problem
from layers.text import Message

Points = NDArray[np.float64]

_METRES_PER_DEGREE = 60_000.0
"""About that of a degree of longitude in northern Europe: less than any degree elsewhere that has a water
network.
"""


@dataclass(frozen=True)
class Placement:
    """How the coordinates of one layer reach the register.

    First the two columns change places if ``swapped``, then ``x * scale + offset``, then ``source`` ->
    ``target``.
    """

    source: Crs
    target: Crs
    scale: float = 1.0
    offset: tuple[float, float] = (0.0, 0.0)
    swapped: bool = False

    @property
    def is_identity(self) -> bool:
        return (
            self.source == self.target
            and self.scale == 1.0
            and self.offset == (0.0, 0.0)
            and not self.swapped
        )

    def transform(self) -> Callable[[Points], Points]:
        """The function for (n, 2) points. Raises ``UserError`` when no way leads from source to target."""
        project = transformer(self.source, self.target)
        shift = np.asarray(self.offset, dtype=np.float64)

        def run(points: Points) -> Points:
            if self.swapped:
                points = points[:, ::-1]
            if self.scale != 1.0 or shift.any():
                points = points * self.scale + shift
            return project(np.ascontiguousarray(points))

        return run


@dataclass(frozen=True)
class PlacementWish:
    """What the user said about coordinates; None where nothing was said."""

    source: Crs | None = None
    register: Crs | None = None
    scale: float | None = None
    offset: tuple[float, float] | None = None
    swapped: bool | None = None


@dataclass(frozen=True)
class SourceSystem:
    """The system of a layer's coordinates, whether it was guessed, and what to tell about it."""

    crs: Crs
    swapped: bool = False
    guessed: bool = False
    problems: tuple[Problem, ...] = ()


def source_system(
    survey: LayerSurvey, wish: PlacementWish, register: Crs | None, guess: CrsGuess | None = None
) -> SourceSystem:
    """In which system a layer's coordinates are: as said, as the file states, or guessed (with a warning).

    ``guess``: what the coordinates of the whole file look like, for a file that states nothing.
    """
    swapped = bool(wish.swapped)
    points = survey.points[:, ::-1] if swapped else survey.points
    if wish.source is not None:
        return SourceSystem(wish.source, swapped, False, _doubts(points, wish.source))
    if survey.crs is not None and survey.crs.is_geographic and not _are_degrees(survey.points):
        told = Message("import.crs.no_degrees", {"crs": survey.crs.title})
        return SourceSystem(Crs.parse("local"), swapped, True, (Problem("doubtful_crs", "warning", told),))
    if survey.crs is not None:
        return SourceSystem(survey.crs, swapped, False, _doubts(points, survey.crs))
    if not survey.located:
        return SourceSystem(register or Crs.parse("local"), swapped)
    guess = guess or guess_crs(survey.points, register)
    if guess.crs is None or guess.crs.is_local:
        problem = Problem("no_crs", "warning", Message("import.crs.none", {"reason": guess.reason}))
        return SourceSystem(Crs.parse("local"), swapped, True, (problem,))
    if wish.swapped is not None and wish.swapped != guess.swapped and guess.is_ordered:
        against = Message("import.crs.order_said", {"crs": guess.crs.title})
        return SourceSystem(guess.crs, swapped, True, (Problem("doubtful_crs", "warning", against),))
    seen = {"crs": guess.crs.title, "reason": guess.reason}
    problem = Problem("guessed_crs", "warning", Message("import.crs.guessed", seen))
    return SourceSystem(guess.crs, swapped if wish.swapped is not None else guess.swapped, True, (problem,))


def file_guess(surveys: Iterable[LayerSurvey], register: Crs | None) -> CrsGuess:
    """What the coordinates of a file that states no system look like, all its layers together.

    Numbers that could be degrees are none if the lengths that the file states say so: then they are local.
    """
    surveys = list(surveys)
    points = np.concatenate([survey.points for survey in surveys]) if surveys else np.empty((0, 2))
    guess = guess_crs(points, register)
    if guess.crs is not None and guess.crs.is_geographic and any(_too_short(survey) for survey in surveys):
        return CrsGuess(Crs.parse("local"), False, False, Message("import.crs.lengths_disagree"))
    return guess


def _too_short(survey: LayerSurvey) -> bool:
    """Whether lines drawn in degrees would be far longer than every length the layer states, in any unit."""
    if not len(survey.drawn):
        return False
    metres = survey.drawn * _METRES_PER_DEGREE
    for name, numbers in survey.numbers.items():
        if "len" not in name.casefold() and "长" not in name:
            continue
        usable = np.isfinite(numbers) & (numbers > 0) & (metres > 0)
        if usable.sum() >= 1 and np.median(metres[usable] / numbers[usable]) > 20.0:
            return True
    return False


def register_system(
    layers: Iterable[tuple[LayerSurvey, SourceSystem]], wish: PlacementWish
) -> tuple[Crs, Problem]:
    """The system of a new register and why: as said, else by the first located layer, else ``local``.

    Raises ``UserError`` when the system said is not one of metres.
    """
    if wish.register is not None:
        if wish.register.is_local or wish.register.is_metric:
            return wish.register, _note("import.register_crs.said", wish.register)
        if wish.register.is_projected:
            twin = metric_twin(wish.register)
            return twin, _note("import.register_crs.twin", twin)
        raise UserError(
            Message("import.register_crs.degrees", {"crs": wish.register.title}),
            Message("import.register_crs.degrees.hint"),
        )
    located = [(survey, system) for survey, system in layers if survey.located]
    for survey, system in located:
        if system.crs.is_local:
            continue
        if system.crs.is_projected:
            twin = metric_twin(system.crs)
            return twin, _note(
                "import.register_crs.source" if twin == system.crs else "import.register_crs.twin", twin
            )
        try:
            crs = fitting(*_middle(survey, system))
        except UserError:
            # This layer cannot be placed anywhere, which is told of it later; the next one decides.
            continue
        return crs, _note("import.register_crs.fitting", crs)
    local = Crs.parse("local")
    return local, _note("import.register_crs.local" if located else "import.register_crs.no_place", local)


def place(system: SourceSystem, target: Crs, wish: PlacementWish) -> Placement:
    """How a layer in ``system`` reaches the register. Raises ``UserError`` when it cannot."""
    placement = Placement(system.crs, target, wish.scale or 1.0, wish.offset or (0.0, 0.0), system.swapped)
    placement.transform()
    return placement


def unit_scale(
    ratio: LengthRatio | None, wish: PlacementWish, system: SourceSystem
) -> tuple[float, tuple[Problem, ...]]:
    """The scale for coordinates without a system, by declared over drawn lengths, and what to tell about it.

    1 when the user said a scale, when the system states its unit, or when the drawing is schematic.
    """
    if ratio is None:
        return 1.0, ()
    seen = {"ratio": f"{ratio.median:.4g}", "scatter": f"{ratio.scatter:.1%}", "count": ratio.count}
    if ratio.is_schematic:
        return 1.0, (Problem("schematic", "warning", Message("import.units.schematic", seen)),)
    unit = coordinate_unit(ratio)
    if unit == "m":
        return 1.0, ()
    if wish.scale is not None or not system.crs.is_local:
        return 1.0, (Problem("length_ratio", "warning", Message("import.units.ratio", seen)),)
    if unit == "unknown":
        return 1.0, (Problem("schematic", "warning", Message("import.units.unknown_scale", seen)),)
    scale = METRES[unit]
    told = Message("import.units.scaled", {**seen, "unit": unit, "scale": f"{scale:g}"})
    return scale, (Problem("guessed_scale", "warning", told),)


def _doubts(points: Points, crs: Crs) -> tuple[Problem, ...]:
    doubt = suspect_crs(points, crs)
    if doubt is None:
        return ()
    parameters: dict[str, Any] = {"crs": crs.title, "reason": doubt.reason}
    if doubt.crs is None or doubt.crs == crs:
        return (Problem("doubtful_crs", "warning", Message("import.crs.doubtful", parameters)),)
    parameters["better"] = doubt.crs.title
    return (Problem("doubtful_crs", "warning", Message("import.crs.better", parameters)),)


def _are_degrees(points: Points) -> bool:
    """Whether numbers can be longitude and latitude, in either order."""
    size = np.abs(points[np.isfinite(points).all(axis=1)])
    return not len(size) or bool((size.max(axis=1) <= 360.0).all() and (size.min(axis=1) <= 90.0).all())


def _middle(survey: LayerSurvey, system: SourceSystem) -> tuple[float, float]:
    points = survey.points[:, ::-1] if system.swapped else survey.points
    degrees = transformer(system.crs, Crs.parse("EPSG:4326"))(points)
    middle = np.nanmedian(degrees, axis=0)
    return float(middle[0]), float(middle[1])


def _note(message: str, crs: Crs) -> Problem:
    return Problem("register_crs", "note", Message(message, {"crs": crs.title}))
