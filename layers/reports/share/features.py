"""What a shared map shows: projects with their figures, their mains, and roads and water to know the place by."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from layers.feedback import Feedback
from layers.geometry.crs import Crs, transformer
from layers.model.query import Query
from layers.register import Register
from layers.renewal.figure import Figure
from layers.renewal.progress.progress import ProjectFigures
from layers.renewal.progress.project_figure import ProjectFigure
from layers.reports.wording import number_text, percent_text
from layers.text import Message, Texts

WGS84 = "EPSG:4326"
#: Generalised mains keep no bend smaller than this (m), and lie on a raster of this size.
COARSE = 60.0
#: Metres that exact places are written to.
FINE = 0.1
_METRES_PER_DEGREE = 111_320.0
GROUND = ("road", "water_body")
_MOST_GROUND = 6000


@dataclass(frozen=True)
class SharedProject:
    """One project: what its popup says, and its mains as lists of [lat, lon] (or [y, x] of a local system).

    ``lines``: new mains, then old ones; ``areas`` rings. ``state``: laid so far, late, done ... as the map colours it.
    """

    id: int
    name: str
    facts: tuple[tuple[str, str], ...]
    state: str
    new: tuple[list[list[float]], ...]
    old: tuple[list[list[float]], ...]
    areas: tuple[list[list[float]], ...]
    #: What stands on it for good; empty: nothing.
    label: str = ""
    label_at: tuple[float, ...] = ()


@dataclass(frozen=True)
class SharedMap:
    """Everything of one page. ``is_local``: plane metres, not degrees."""

    projects: tuple[SharedProject, ...]
    ground: Mapping[str, tuple[tuple[str, list[list[float]]], ...]]
    is_local: bool
    is_exact: bool
    mains: int


def gather(
    register: Register, figures: ProjectFigures, texts: Texts, *, exact: bool, feedback: Feedback
) -> SharedMap:
    """Read what the map shows; places in degrees of WGS 84 (CGCS2000 agrees within a metre), or plane metres."""
    place = Placing(register.crs, exact=exact)
    ids = [id for each in figures.projects for id in (*each.pipes_in, *each.pipes_out)]
    mains = _geometries(register, "pipe", ids)
    feedback.progress(0.4)
    areas = _geometries(register, "project", [each.id for each in figures.projects])
    communities = _geometries(
        register, "community", [each.community for each in figures.projects if each.community]
    )
    projects = []
    for number, each in enumerate(figures.projects):
        feedback.check()
        feedback.progress(0.4 + 0.4 * number / len(figures.projects))
        new = [mains[id] for id in each.pipes_in if id in mains]
        old = [mains[id] for id in each.pipes_out if id in mains]
        own = areas.get(each.id) or communities.get(each.community or 0)
        if not (new or old or own):
            continue
        projects.append(
            SharedProject(
                each.id,
                " ".join(part for part in (each.code, each.name) if part),
                _facts(register, each, texts),
                state_of(each),
                place.lines(new),
                place.lines(old),
                # On the raster the narrow area around mains would say nothing but untruths.
                () if own is None or (not exact and (new or old)) else place.rings(own),
            )
        )
    near = [*mains.values(), *areas.values(), *communities.values()]
    ground = {name: ground_near(register, name, near, place) for name in GROUND}
    return SharedMap(tuple(projects), ground, register.crs.is_local, exact, len(mains))


def state_of(project: ProjectFigure) -> str:
    """What colours a project: done, cancelled, suspended, late, under way, or still ahead."""
    if project.state in ("completed", "cancelled", "suspended"):
        return project.state
    if project.late:
        return "late"
    return "under_way" if project.started is not None else "ahead"


class Placing:
    """From the register's system to what browsers draw, as exactly as is allowed."""

    def __init__(self, crs: Crs, *, exact: bool) -> None:
        self._exact = exact
        self._is_local = crs.is_local
        self._move: Callable[[Any], Any] = (
            (lambda points: points) if crs.is_local else transformer(crs, Crs.parse(WGS84))
        )
        self._digits = 1 if crs.is_local else max(0, math.ceil(-math.log10(FINE / _METRES_PER_DEGREE)))

    def lines(self, shapes: Sequence[BaseGeometry]) -> tuple[list[list[float]], ...]:
        """Every part as a list of places."""
        if not shapes:
            return ()
        parts = list(shapely.get_parts(shapes)) if self._exact else self._coarse(shapes)
        return tuple(self.placed(part) for part in parts if not part.is_empty)

    def rings(self, shape: BaseGeometry) -> tuple[list[list[float]], ...]:
        """The outer rings of an area."""
        if shape.geom_type not in ("Polygon", "MultiPolygon"):
            return ()
        if not self._exact:
            shape = shapely.transform(shapely.simplify(shape, COARSE), _on_raster)
        return tuple(self.placed(shapely.get_exterior_ring(part)) for part in shapely.get_parts(shape))

    def _coarse(self, shapes: Sequence[BaseGeometry]) -> list[BaseGeometry]:
        """The run of the mains on a raster: no end, bend or fitting lies where it does."""
        merged = shapely.line_merge(shapely.union_all(shapes))
        coarse = shapely.transform(shapely.simplify(shapely.get_parts(merged), COARSE), _on_raster)
        kept = [each for each in coarse if each.length > 0]
        if kept:
            return kept
        # Too short for the raster: a stroke that says "here about".
        x, y = _on_raster(shapely.get_coordinates(shapely.centroid(merged)))[0]
        return [shapely.LineString([(x - COARSE / 2, y), (x + COARSE / 2, y)])]

    def placed(self, line: BaseGeometry) -> list[list[float]]:
        """One line as a list of places."""
        xy = shapely.get_coordinates(line)
        moved = np.asarray(self._move(xy))
        return [[round(float(y), self._digits), round(float(x), self._digits)] for x, y in moved]


def _on_raster(xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.round(xy / COARSE) * COARSE


def _geometries(register: Register, type: str, ids: Iterable[int | None]) -> dict[int, BaseGeometry]:
    wanted = sorted({id for id in ids if id})
    if not wanted or register.catalogue[type].shape is None:
        return {}
    rows = register.find(Query(type, ids=wanted, located=True, fields=("geom",)))
    return {
        row.id: shapely.force_2d(row.geometry)
        for row in rows
        if row.geometry is not None and not row.geometry.is_empty
    }


def ground_near(
    register: Register, name: str, near: list[BaseGeometry], place: Placing
) -> tuple[tuple[str, list[list[float]]], ...]:
    """Roads and water, with their names, around the projects."""
    if not near or name not in register.catalogue:
        return ()
    x0, y0, x1, y1 = shapely.total_bounds(near)
    room = 0.05 * max(x1 - x0, y1 - y0, 400.0)
    window = shapely.box(x0 - room, y0 - room, x1 + room, y1 + room)
    found: list[tuple[str, list[list[float]]]] = []
    for row in register.find(Query(name, located=True, limit=_MOST_GROUND)):
        shape = row.geometry
        if shape is None or not shape.intersects(window):
            continue
        clipped = shapely.force_2d(shapely.intersection(shapely.make_valid(shape), window))
        for part in shapely.get_parts(clipped):
            if part.geom_type == "Polygon":
                found.append((str(row.get("name", "")), place.placed(shapely.get_exterior_ring(part))))
            elif part.geom_type == "LineString":
                found.append((str(row.get("name", "")), place.placed(shapely.simplify(part, 2.0))))
    return tuple(found)


def _facts(register: Register, project: ProjectFigure, texts: Texts) -> tuple[tuple[str, str], ...]:
    """What the popup says; no persons, no money."""
    say = texts.get
    fields = register.catalogue["project"]
    kind = fields.field_named("kind").format(project.kind, texts.language)
    state = fields.field_named("state").format(project.state, texts.language)
    facts = [(say("sharing.kind"), kind), (say("sharing.state"), state)]
    if project.stage is not None:
        facts.append((say("sharing.stage"), texts.render(project.stage.title)))
    if project.percent is not None:
        facts.append((say("sharing.percent"), percent_text(project.percent)))
    for name, figure in (
        ("planned", project.planned),
        ("laid", project.laid),
        ("in_service", project.in_service),
    ):
        if figure.value:
            facts.append((say(f"sharing.{name}"), _length(figure, texts)))
    if project.households:
        facts.append((say("sharing.households"), f"{project.households:,}"))
    for name, day in (("start", project.planned_start), ("finish", project.planned_finish)):
        if day is not None:
            facts.append((say(f"sharing.{name}"), day.isoformat()))
    if project.delay_days and project.delay_days > 0:
        facts.append(
            (say("sharing.delay"), texts.render(Message("sharing.days", {"count": project.delay_days})))
        )
    return tuple(facts)


def _length(figure: Figure, texts: Texts) -> str:
    return f"{number_text(figure)} {texts.get('report.unit.km')}"
