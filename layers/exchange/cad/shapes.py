"""The shapes of CAD entities as coordinates in the drawing's world: arcs become chords within a tolerance.

Every function gives an array of (n, 2) or, where heights are not all zero, (n, 3).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.later import Later

if TYPE_CHECKING:
    from ezdxf import math as cad_math
    from ezdxf import path as cad_path
else:
    cad_math = Later("ezdxf.math")
    cad_path = Later("ezdxf.path")

Positions = NDArray[np.float64]
Kind = Literal["line", "point", "text", "area"]

_MOST_CHORDS, _FINEST = 2000, 1e-6
_SAME = 1e-9
_LEAST: dict[Kind, int] = {"line": 2, "point": 1, "text": 1, "area": 4}
_SPLINE_FRAME, _CURVE_FIT = 16, 4
_PAPER_UP = (0.0, 0.0, 1.0)


@dataclass(frozen=True)
class Drawn:
    """What one entity draws: its kind of geometry, and whether curves were made straight for it.

    ``shape`` are positions, or for areas with holes and parts the finished polygon.
    """

    kind: Kind
    shape: Any
    curved: bool = False

    @property
    def height(self) -> float | None:
        """The height of its first position; None where it lies at 0."""
        if isinstance(self.shape, np.ndarray) and self.shape.shape[1] == 3 and self.shape[0, 2] != 0.0:
            return float(self.shape[0, 2])
        return None


def drawn(entity: Any, tolerance: float) -> Drawn | None:
    """What ``entity`` draws; None for a kind that is not read. ``tolerance`` is in drawing units.

    Raises ``ValueError`` (or what ezdxf raises) for one that is broken.
    """
    reader = _READERS.get(entity.dxftype())
    found = None if reader is None else reader(entity, tolerance)
    if found is not None and isinstance(found.shape, np.ndarray):
        if not np.isfinite(found.shape).all():
            raise ValueError("coordinates that are no numbers")
        if len(found.shape) < _LEAST[found.kind]:
            raise ValueError("not enough points")
    return found


def placed(entity: Any, points: Iterable[Sequence[float]]) -> Positions:
    """Points of an entity's own plane in the world."""
    up = tuple(entity.dxf.get("extrusion", _PAPER_UP))
    if up == _PAPER_UP:
        return flat(np.array([tuple(point) for point in points], dtype=np.float64))
    return flat(
        np.array([tuple(point) for point in entity.ocs().points_to_wcs(cad_math.Vec3.generate(points))])
    )


def flat(points: Positions) -> Positions:
    """The points without their heights where all of these are zero."""
    if points.ndim != 2 or not len(points):
        raise ValueError("no points")
    return points[:, :2] if points.shape[1] == 3 and not points[:, 2].any() else points


def _line(entity: Any, tolerance: float) -> Drawn:
    # Both ends of a LINE stand in world coordinates.
    return Drawn("line", flat(np.array([tuple(entity.dxf.start), tuple(entity.dxf.end)])))


def _arc(entity: Any, tolerance: float) -> Drawn:
    return Drawn("line", _vectors(entity.flattening(_sagitta(entity.dxf.radius, tolerance))), True)


def _circle(entity: Any, tolerance: float) -> Drawn:
    return Drawn("area", _vectors(entity.flattening(_sagitta(entity.dxf.radius, tolerance))), True)


def _sagitta(radius: float, tolerance: float) -> float:
    if radius <= 0.0:
        raise ValueError("no radius")
    # Not more than a few thousand chords for a whole circle.
    return max(min(tolerance, radius * 0.1), radius * (1.0 - math.cos(math.pi / _MOST_CHORDS)))


def _ellipse(entity: Any, tolerance: float) -> Drawn:
    size = float(entity.dxf.major_axis.magnitude)
    points = _vectors(entity.flattening(_coarse_enough(tolerance, size)))
    return Drawn("area" if _is_ring(points) else "line", points, True)


def _spline(entity: Any, tolerance: float) -> Drawn:
    size = _width([*entity.control_points, *entity.fit_points])
    points = _vectors(entity.flattening(_coarse_enough(tolerance, size)))
    return Drawn("area" if entity.closed and _is_ring(points) else "line", points, True)


def _coarse_enough(tolerance: float, size: float) -> float:
    """A tolerance that a few thousand chords can keep for a curve of that size."""
    if not math.isfinite(size):
        raise ValueError("coordinates that are no numbers")
    return max(tolerance, size * _FINEST)


def _width(points: Iterable[Any]) -> float:
    places = np.array([(point[0], point[1]) for point in points], dtype=np.float64)
    return float(np.ptp(places, axis=0).max()) if len(places) else 0.0


def _vectors(points: Iterable[Any]) -> Positions:
    return flat(np.array([tuple(point) for point in points], dtype=np.float64))


def _light_polyline(entity: Any, tolerance: float) -> Drawn:
    # Five numbers a corner: x, y, the widths at both ends, bulge.
    values = np.array(entity.lwpoints.values, dtype=np.float64).reshape(-1, 5)[:, (0, 1, 4)]
    return _polyline_of(
        entity, values, bool(entity.closed), float(entity.dxf.get("elevation", 0.0)), tolerance
    )


def _polyline(entity: Any, tolerance: float) -> Drawn | None:
    if entity.is_3d_polyline:
        points = _vectors(vertex.dxf.location for vertex in _corners(entity))
        return _closed_or_not(_ring(points) if entity.is_closed else points, False)
    if not entity.is_2d_polyline:
        return None
    corners = [(v.dxf.location[0], v.dxf.location[1], v.dxf.get("bulge", 0.0)) for v in _corners(entity)]
    height = tuple(entity.dxf.get("elevation", (0.0, 0.0, 0.0)))[2]
    values = np.array(corners, dtype=np.float64)
    return _polyline_of(entity, values, bool(entity.is_closed), float(height), tolerance)


def _corners(entity: Any) -> list[Any]:
    """The vertices that are drawn: of a curve put through the vertices, not the frame it was made from."""
    if entity.dxf.flags & _CURVE_FIT:
        return [vertex for vertex in entity.vertices if not vertex.dxf.flags & _SPLINE_FRAME]
    return list(entity.vertices)


def _polyline_of(entity: Any, values: Positions, closed: bool, height: float, tolerance: float) -> Drawn:
    if values.ndim != 2 or not len(values):
        raise ValueError("no vertices")
    bulges = values[:, 2] if closed else values[:-1, 2]
    curved = bool(bulges.any())
    points = bulged(values, closed, tolerance) if curved else values[:, :2]
    if closed and not curved:
        points = _ring(points)
    whole = placed(entity, np.column_stack((points, np.full(len(points), height))))
    return _closed_or_not(whole, curved)


def bulged(values: Positions, closed: bool, tolerance: float) -> Positions:
    """The path through (n, 3) vertices x, y, bulge: the bulge is the tangent of a quarter of the arc's angle."""
    path: list[tuple[float, float]] = [(float(values[0, 0]), float(values[0, 1]))]
    count = len(values)
    for number in range(count if closed else count - 1):
        (x0, y0, bulge), (x1, y1) = values[number], values[(number + 1) % count, :2]
        chord = math.hypot(x1 - x0, y1 - y0)
        if bulge and chord > 0.0:
            path.extend(_arc_between((x0, y0), (x1, y1), float(bulge), chord, tolerance))
        path.append((float(x1), float(y1)))
    return np.array(path)


def _arc_between(
    start: tuple[float, float], end: tuple[float, float], bulge: float, chord: float, tolerance: float
) -> list[tuple[float, float]]:
    """The points between the ends of an arc, none farther from it than ``tolerance`` on their chords."""
    radius = chord * (1.0 + bulge * bulge) / (4.0 * abs(bulge))
    sweep = 4.0 * math.atan(bulge)
    step = 2.0 * math.acos(max(1.0 - tolerance / radius, 0.0)) if radius > tolerance else math.pi / 2.0
    chords = min(max(math.ceil(abs(sweep) / max(step, 1e-9)), 2), _MOST_CHORDS)
    # The centre lies beside the middle of the chord, to the left for arcs that turn left by less than half.
    aside = (1.0 - bulge * bulge) / (4.0 * bulge)
    centre_x = (start[0] + end[0]) / 2.0 - (end[1] - start[1]) * aside
    centre_y = (start[1] + end[1]) / 2.0 + (end[0] - start[0]) * aside
    first = math.atan2(start[1] - centre_y, start[0] - centre_x)
    angles = [first + sweep * number / chords for number in range(1, chords)]
    return [(centre_x + radius * math.cos(angle), centre_y + radius * math.sin(angle)) for angle in angles]


def _closed_or_not(points: Positions, curved: bool) -> Drawn:
    return Drawn("area" if _is_ring(points) else "line", points, curved)


def _ring(points: Positions) -> Positions:
    return points if len(points) > 1 and (points[0] == points[-1]).all() else np.vstack((points, points[:1]))


def _is_ring(points: Positions) -> bool:
    """Whether the points come back to where they began, around some land."""
    if len(points) < 4:
        return False
    (x0, y0), (x1, y1) = points[0, :2].tolist(), points[-1, :2].tolist()
    return bool(abs(x1 - x0) <= _SAME and abs(y1 - y0) <= _SAME)


def _point(entity: Any, tolerance: float) -> Drawn:
    return Drawn("point", flat(np.array([tuple(entity.dxf.location)])))


def _insert(entity: Any, tolerance: float) -> Drawn:
    return Drawn("point", placed(entity, [entity.dxf.insert]))


def _text(entity: Any, tolerance: float) -> Drawn:
    return Drawn("text", placed(entity, [entity.get_placement()[1]]))


def _paragraph(entity: Any, tolerance: float) -> Drawn:
    return Drawn("text", placed(entity, [entity.dxf.insert]))


def _corners_of_solid(entity: Any, tolerance: float) -> Drawn:
    points = placed(entity, _solid_corners(entity))
    return Drawn("area", _ring(points))


def _solid_corners(entity: Any) -> list[Any]:
    """The corners of a filled triangle or quadrangle go round: the third and fourth change places."""
    named = [entity.dxf.get(name) for name in ("vtx0", "vtx1", "vtx3", "vtx2")]
    return [corner for corner in named if corner is not None]


def _hatch(entity: Any, tolerance: float) -> Drawn | None:
    land: Any = None
    for path in cad_path.from_hatch(entity):
        size = _width(path.control_vertices())
        points = _vectors(path.flattening(_coarse_enough(tolerance, size)))[:, :2]
        if len(points) < 3:
            continue
        part = shapely.make_valid(shapely.Polygon(points), method="structure", keep_collapsed=False)
        # A boundary inside another one is a hole, one inside that an island.
        land = part if land is None else shapely.symmetric_difference(land, part)
    parts = (
        []
        if land is None
        else [p for p in shapely.get_parts(land) if p.geom_type == "Polygon" and p.area > 0]
    )
    if not parts:
        raise ValueError("no area")
    return Drawn("area", parts[0] if len(parts) == 1 else shapely.multipolygons(parts), True)


_READERS: dict[str, Any] = {
    "LINE": _line, "ARC": _arc, "CIRCLE": _circle, "ELLIPSE": _ellipse, "SPLINE": _spline, "HELIX": _spline,
    "LWPOLYLINE": _light_polyline, "POLYLINE": _polyline, "POINT": _point, "INSERT": _insert, "TEXT": _text,
    "MTEXT": _paragraph, "SOLID": _corners_of_solid, "TRACE": _corners_of_solid, "HATCH": _hatch,
    "MPOLYGON": _hatch,
}  # fmt: skip
