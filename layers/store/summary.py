"""What a register holds, in figures: counts per type, and the lengths of pipes by status and size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

from layers.model.catalogue import AssetType
from layers.model.query import Box
from layers.model.settings import NumberClass

Doubles = npt.NDArray[np.float64]

#: Which length a report counts: the first one there is; where none is, the drawn one.
REPORT_LENGTHS = (
    ("as_built", "as_built_length_m"),
    ("measured", "measured_length_m"),
    ("recorded", "recorded_length_m"),
)
LENGTH_FIELDS = ("dn", "status", *(name for _, name in REPORT_LENGTHS))
IN_SERVICE = "in_service"
BLANK = "blank"
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Total:
    """How many, and how long in metres as reports count it."""

    count: int
    length_m: float


@dataclass(frozen=True)
class LengthSummary:
    """The lengths of one line type in metres.

    ``drawn`` is the plane length in the register's CRS, ``recorded`` as sources state it, ``report`` the first
    of as-built, measured, recorded and drawn; ``headline`` is in service with DN at or above the threshold.
    """

    drawn_m: float
    recorded_m: float
    report_m: float
    in_service_m: float
    headline_m: float
    headline_dn: int
    unknown_dn: int
    by_origin: Mapping[str, Total]
    by_status: Mapping[str, Total]
    by_dn_class: Mapping[str, Total]


@dataclass(frozen=True)
class TypeSummary:
    """How many assets of a type, how many of them without a place, and lengths where the type has them."""

    count: int
    unlocated: int | None
    lengths: LengthSummary | None = None


@dataclass(frozen=True)
class RegisterSummary:
    """What a register holds; ``as_json`` is what ``gisapp info --json`` prints."""

    name: str
    crs: str
    data_version: int
    is_sample: bool
    bounds: Box | None
    types: Mapping[str, TypeSummary]

    def as_json(self) -> dict[str, Any]:
        """Plain values with stable English keys; metres rounded to the millimetre."""
        return {
            "name": self.name,
            "crs": self.crs,
            "data_version": self.data_version,
            "is_sample": self.is_sample,
            "bounds": list(self.bounds) if self.bounds else None,
            "types": {name: _type_json(summary) for name, summary in self.types.items()},
        }


def has_lengths(asset_type: AssetType) -> bool:
    """Whether the lengths of this type are counted by status and size."""
    return asset_type.shape == "line" and all(name in asset_type for name in LENGTH_FIELDS)


def length_summary(table: pa.Table, classes: Sequence[NumberClass], headline_dn: int) -> LengthSummary:
    """Add up the lengths of a line type. ``table`` has ``LENGTH_FIELDS`` and ``geom`` as WKB."""
    drawn = np.nan_to_num(shapely.length(shapely.from_wkb(table["geom"].to_numpy())))
    dn = _numbers(table, "dn")
    status = np.array(table["status"].fill_null(BLANK).to_pylist(), dtype=object)
    report, origin = drawn.copy(), np.full(len(drawn), "drawn", dtype=object)
    origin[drawn == 0.0] = UNKNOWN
    for name, column in reversed(REPORT_LENGTHS):
        stated = _numbers(table, column)
        known = ~np.isnan(stated)
        report[known], origin[known] = stated[known], name
    in_service = status == IN_SERVICE
    with np.errstate(invalid="ignore"):
        headline = in_service & (dn >= headline_dn)
    return LengthSummary(
        drawn_m=float(drawn.sum()),
        recorded_m=float(np.nansum(_numbers(table, "recorded_length_m"))),
        report_m=float(report.sum()),
        in_service_m=float(report[in_service].sum()),
        headline_m=float(report[headline].sum()),
        headline_dn=headline_dn,
        unknown_dn=int(np.isnan(dn).sum()),
        by_origin=_totals(origin, report),
        by_status=_totals(status, report),
        by_dn_class=_in_order(_totals(dn_classes(dn, classes), report), classes),
    )


def dn_classes(dn: Doubles, classes: Sequence[NumberClass]) -> npt.NDArray[np.object_]:
    """The class of each size as text: "unknown" without a size, "unclassified" where no class holds it."""
    found = np.full(len(dn), "unclassified", dtype=object)
    found[np.isnan(dn)] = UNKNOWN
    with np.errstate(invalid="ignore"):
        for each in classes:
            above = dn >= each.lower if each.lower_in else dn > each.lower
            below = dn <= each.upper if each.upper_in else dn < each.upper
            found[above & below] = str(each)
    return found


def _numbers(table: pa.Table, name: str) -> Doubles:
    numbers: Doubles = table[name].cast(pa.float64()).to_numpy()
    return numbers


def _totals(keys: npt.NDArray[np.object_], lengths: Doubles) -> dict[str, Total]:
    names, places = np.unique(keys.astype(str), return_inverse=True)
    counts = np.bincount(places, minlength=len(names))
    sums = np.bincount(places, weights=lengths, minlength=len(names))
    return {str(n): Total(int(c), float(s)) for n, c, s in zip(names, counts, sums, strict=True)}


def _in_order(totals: dict[str, Total], classes: Sequence[NumberClass]) -> dict[str, Total]:
    """The classes by size as they are listed, then what has none."""
    names = [str(each) for each in classes]
    return {name: totals[name] for name in (*names, *sorted(set(totals) - set(names))) if name in totals}


def _type_json(summary: TypeSummary) -> dict[str, Any]:
    result: dict[str, Any] = {"count": summary.count}
    if summary.unlocated is not None:
        result["unlocated"] = summary.unlocated
    if summary.lengths is not None:
        lengths = summary.lengths
        result |= {
            "drawn_length_m": round(lengths.drawn_m, 3),
            "recorded_length_m": round(lengths.recorded_m, 3),
            "report_length_m": round(lengths.report_m, 3),
            "in_service_length_m": round(lengths.in_service_m, 3),
            "headline_length_m": round(lengths.headline_m, 3),
            "headline_dn": lengths.headline_dn,
            "unknown_dn": lengths.unknown_dn,
            "length_origin": _totals_json(lengths.by_origin),
            "by_status": _totals_json(lengths.by_status),
            "by_dn_class": _totals_json(lengths.by_dn_class),
        }
    return result


def _totals_json(totals: Mapping[str, Total]) -> dict[str, Any]:
    return {name: {"count": t.count, "length_m": round(t.length_m, 3)} for name, t in totals.items()}
