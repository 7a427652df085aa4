"""Crs: in which system coordinates are meant, how systems turn into one another, which one fits a place.

Everywhere in the house x is east (or longitude) and y is north (or latitude), whatever axis order a
definition states.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.database import query_crs_info
from pyproj.enums import PJType
from pyproj.exceptions import CRSError, ProjError

from layers.errors import UserError
from layers.geometry import gcj02
from layers.text import Message, Title

Points = NDArray[np.float64]
Transform = Callable[[Points], Points]

LOCAL = "local"
GCJ02 = "GCJ-02"
BD09 = "BD-09"

_LOCAL_NAMES = frozenset({"local", "本地", "地方", "地方坐标系", "独立坐标系"})
_SHIFTED_NAMES = {
    "gcj-02": GCJ02,
    "gcj02": GCJ02,
    "火星坐标": GCJ02,
    "bd-09": BD09,
    "bd09": BD09,
    "百度坐标": BD09,
}
_EPSG = re.compile(r"^(?:EPSG:{1,2}|urn:(?:x-)?ogc:def:crs:EPSG:[^:]*:)?(\d{4,6})$", re.IGNORECASE)
_FOOT_SUFFIX = re.compile(r"\s*\((?:ftUS|ft|ftSe|ftIn|ftCla|ftGC|Br ft)\)$")
_GAUSS_KRUGER = re.compile(r"^(.+?) / (3-degree )?Gauss-Kruger (?:CM (\d+(?:\.\d+)?)([EW])|zone (\d+))$")
_DATUMS_ZH = {"Xian 1980": "西安80", "Beijing 1954": "北京54", "New Beijing": "新北京54"}
_GEOGRAPHIC_ZH = {
    4490: "CGCS2000 经纬度",
    4326: "WGS 84 经纬度",
    4610: "西安80 经纬度",
    4214: "北京54 经纬度",
}

# China's land and near sea as the EPSG register bounds CGCS2000.
_CHINA = (73.62, 16.70, 134.77, 53.56)


@dataclass(frozen=True)
class Crs:
    """A coordinate reference system.

    ``code`` is "EPSG:n", "local" (plane metres without a place on earth), "GCJ-02", "BD-09", or "" for a
    system known by its ``wkt`` only. ``metres_per_unit`` is the length of one unit of a plane system, NaN
    for degrees.
    """

    code: str
    wkt: str
    title: Title
    is_projected: bool
    metres_per_unit: float = field(compare=False)  # NaN is not equal to itself

    @classmethod
    def parse(cls, text: str) -> Crs:
        """Read "EPSG:4546", "4546", an OGC URN, WKT, "local", "GCJ-02" or "BD-09".

        Raises ``UserError`` when the text names no plane or geographic system.
        """
        name = text.strip()
        if name.lower() in _LOCAL_NAMES:
            return _local()
        if name.lower() in _SHIFTED_NAMES:
            return _shifted(_SHIFTED_NAMES[name.lower()])
        return _parse(name)

    @property
    def is_local(self) -> bool:
        return self.code == LOCAL

    @property
    def is_shifted(self) -> bool:
        """Whether these are the offset degrees of consumer maps (GCJ-02, BD-09)."""
        return self.code in (GCJ02, BD09)

    @property
    def is_geographic(self) -> bool:
        return not self.is_projected and not self.is_local

    @property
    def is_metric(self) -> bool:
        """Whether one unit is one metre on a plane: what a register needs."""
        return self.metres_per_unit == 1.0

    @property
    def epsg(self) -> int | None:
        """Its number in the EPSG registry, if it has one."""
        return int(self.code[5:]) if self.code.startswith("EPSG:") else None

    def __str__(self) -> str:
        return self.code or self.wkt


def metric_twin(crs: Crs) -> Crs:
    """The same projection counted in metres: EPSG:3547 (US feet) -> EPSG:3546. A metric system stays itself.

    The EPSG register's own twin where it has one, else a system made from the definition.
    Raises ``UserError`` for degrees, which have no metric twin.
    """
    if crs.is_metric:
        return crs
    if not crs.is_projected:
        raise UserError(
            Message("crs.degrees_not_metric", {"crs": crs.title}), Message("crs.degrees_not_metric.hint")
        )
    return _metric_twin(crs)


def fitting(lon: float, lat: float) -> Crs:
    """The metric system for a place: the CGCS2000 3-degree zone in China, else the UTM zone."""
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise UserError(
            Message("crs.not_degrees", {"longitude": f"{lon:g}", "latitude": f"{lat:g}"}),
            Message("crs.not_degrees.hint"),
        )
    west, south, east, north = _CHINA
    if west <= lon <= east and south <= lat <= north:
        return cgcs2000_zone(round(lon / 3.0) * 3)
    zone = min(int((lon + 180.0) // 6.0) + 1, 60)
    return Crs.parse(f"EPSG:{(32600 if lat >= 0 else 32700) + zone}")


def cgcs2000_zone(central_meridian: int) -> Crs:
    """CGCS2000 in the 3-degree zone of ``central_meridian`` (75..135), easting without zone prefix."""
    meridian = min(max(central_meridian, 75), 135)
    return Crs.parse(f"EPSG:{4534 + (meridian - 75) // 3}")


def transformer(source: Crs, target: Crs) -> Transform:
    """A function turning (n, 2) points of ``source`` into ``target``; NaN where a point has no counterpart.

    Raises ``UserError`` when one of the two is local and the other is not.
    """
    if source == target:
        return _copy
    if source.is_local or target.is_local:
        other = target if source.is_local else source
        raise UserError(
            Message("crs.local_has_no_place", {"crs": other.title}), Message("crs.local_has_no_place.hint")
        )
    steps: list[Transform] = []
    if source.is_shifted:
        steps.append(gcj02.gcj02_to_wgs84 if source.code == GCJ02 else gcj02.bd09_to_wgs84)
    steps.append(_projection(_between(source, target)))
    if target.is_shifted:
        steps.append(gcj02.wgs84_to_gcj02 if target.code == GCJ02 else gcj02.wgs84_to_bd09)
    return _chain(tuple(steps))


@lru_cache(maxsize=64)
def _between(source: Crs, target: Crs) -> Transformer:
    # Kept, since PROJ takes a tenth of a second to find the way, anew for every thread that uses it.
    try:
        return Transformer.from_crs(_definition(source), _definition(target), always_xy=True)
    except ProjError as error:  # two celestial bodies, or no operation known
        raise UserError(
            Message("crs.no_way", {"source": source.title, "target": target.title}),
            Message("crs.no_way.hint"),
        ) from error


def _definition(crs: Crs) -> CRS:
    """What PROJ computes with: shifted degrees count as WGS 84 once their offset is taken off."""
    return CRS.from_epsg(4326) if crs.is_shifted else CRS.from_wkt(crs.wkt)


def _copy(points: Points) -> Points:
    return np.array(points, dtype=np.float64)


def _chain(steps: tuple[Transform, ...]) -> Transform:
    def run(points: Points) -> Points:
        for step in steps:
            points = step(points)
        return points

    return run


def _projection(between: Transformer) -> Transform:
    def run(points: Points) -> Points:
        x, y = between.transform(points[:, 0], points[:, 1])
        result = np.column_stack((x, y)).astype(np.float64)
        result[~np.isfinite(result).all(axis=1)] = np.nan
        return result

    return run


@lru_cache(maxsize=1)
def _local() -> Crs:
    wkt = (
        'ENGCRS["Local",EDATUM["Local"],CS[Cartesian,2],AXIS["(E)",east],AXIS["(N)",north],'
        'LENGTHUNIT["metre",1]]'
    )
    return Crs(
        LOCAL,
        wkt,
        Title("地方坐标（米）", "Local coordinates (metres)"),
        is_projected=False,
        metres_per_unit=1.0,
    )


@lru_cache(maxsize=4)
def _shifted(code: str) -> Crs:
    title = Title(f"{code}（消费地图偏移坐标）", f"{code} (shifted consumer-map degrees)")
    # A datum of its own, so that no reader of a file written with it takes the degrees for WGS 84.
    wkt = (
        f'GEOGCRS["{code}",DATUM["{code} (shifted, no datum)",ELLIPSOID["WGS 84",6378137,298.257223563]],'
        'CS[ellipsoidal,2],AXIS["latitude",north],AXIS["longitude",east],ANGLEUNIT["degree",0.0174532925199433]]'
    )
    return Crs(code, wkt, title, is_projected=False, metres_per_unit=float("nan"))


@lru_cache(maxsize=256)
def _parse(text: str) -> Crs:
    number = _EPSG.match(text)
    try:
        definition = CRS.from_epsg(int(number[1])) if number else CRS.from_user_input(text)
    except CRSError as error:
        shown = text if len(text) <= 60 else text[:57] + "..."
        raise UserError(Message("crs.unknown", {"text": shown}), Message("crs.unknown.hint")) from error
    return _from_definition(definition, text)


def _from_definition(definition: CRS, text: str) -> Crs:
    if definition.is_compound:
        definition = definition.sub_crs_list[0]
    if len(definition.axis_info) == 3 and (definition.is_geographic or definition.is_projected):
        definition = definition.to_2d()
    if definition.is_engineering:
        return _local()
    # Esri's form of a definition puts GCS_ in front and underscores between.
    shifted = definition.name.removeprefix("GCS_").replace("_", "-")
    if shifted in (GCJ02, BD09):
        return _shifted(shifted)
    if (
        definition.is_vertical
        or definition.is_geocentric
        or not (definition.is_geographic or definition.is_projected)
    ):
        raise UserError(Message("crs.not_horizontal", {"crs": definition.name}), Message("crs.unknown.hint"))
    code = _epsg(definition)
    if code is not None:
        definition = CRS.from_epsg(code)
    unit = float(definition.axis_info[0].unit_conversion_factor) if definition.is_projected else float("nan")
    return Crs(
        f"EPSG:{code}" if code else "",
        definition.to_wkt(),
        _title(definition, code),
        definition.is_projected,
        unit,
    )


def _epsg(definition: CRS) -> int | None:
    """The EPSG number of a system, also when it came as WKT without its number (as in most .prj files)."""
    if definition.is_bound:
        return None
    code = definition.to_epsg(min_confidence=70)
    if code is None:
        return None
    # Files round the unit to fewer digits; international and US feet differ by 2 in a million.
    stated = definition.axis_info[0].unit_conversion_factor
    same_unit = math.isclose(CRS.from_epsg(code).axis_info[0].unit_conversion_factor, stated, rel_tol=1e-9)
    return code if same_unit else None


def _title(definition: CRS, code: int | None) -> Title:
    name = definition.name
    suffix_zh, suffix_en = (f"（EPSG:{code}）", f" (EPSG:{code})") if code else ("", "")
    if code in _GEOGRAPHIC_ZH:
        return Title(_GEOGRAPHIC_ZH[code] + suffix_zh, name + suffix_en)
    zone = _GAUSS_KRUGER.match(name)
    if zone is None:
        return Title(name + suffix_zh, name + suffix_en)
    datum = _DATUMS_ZH.get(zone[1], zone[1])
    width = "3度带" if zone[2] else "6度带"
    side = "°W" if zone[4] == "W" else "°E"
    place = f"中央经线 {zone[3]}{side}" if zone[3] else f"第{zone[5]}带（横坐标带带号）"
    return Title(f"{datum} {width} {place}{suffix_zh}", name + suffix_en)


@lru_cache(maxsize=32)
def _metric_twin(crs: Crs) -> Crs:
    definition = CRS.from_wkt(crs.wkt)
    made = CRS.from_json_dict(_in_metres(definition.to_json_dict()))
    base = _FOOT_SUFFIX.sub("", definition.name)
    for entry in query_crs_info("EPSG", [PJType.PROJECTED_CRS]):
        if entry.name == base:
            candidate = Crs.parse(f"EPSG:{entry.code}")
            if candidate.is_metric and _same_place(crs, candidate):
                return candidate
    return _from_definition(made, definition.name)


def _in_metres(definition: dict[str, Any]) -> dict[str, Any]:
    axes = [axis | {"unit": "metre"} for axis in definition["coordinate_system"]["axis"]]
    changed = definition | {
        "name": f"{_FOOT_SUFFIX.sub('', definition['name'])} (m)",
        "coordinate_system": definition["coordinate_system"] | {"axis": axes},
    }
    changed.pop("id", None)
    return changed


def _same_place(foot: Crs, metric: Crs) -> bool:
    """Whether one foot coordinate, times its unit, is the metric coordinate (to 1 mm)."""
    area = CRS.from_wkt(foot.wkt).area_of_use
    if area is None:
        return False
    try:
        middle = np.array([[(area.west + area.east) / 2, (area.south + area.north) / 2]])
        wgs84 = Crs.parse("EPSG:4326")
        ours = transformer(wgs84, foot)(middle) * foot.metres_per_unit
        theirs = transformer(wgs84, metric)(middle)
    except (ProjError, UserError):
        return False
    return bool(np.allclose(ours, theirs, rtol=0.0, atol=0.001))
