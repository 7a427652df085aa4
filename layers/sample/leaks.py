"""Leaks of the last years: more on old, rigid and small pipes, more in winter; almost all repaired."""

from __future__ import annotations

import datetime

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

from layers.sample.draft import Draft
from layers.sample.ground import Floats
from layers.sample.streets import Ints
from layers.sample.tables import codes, either, make_table
from layers.sample.words import pick

_FIRST, _LAST = datetime.date(2020, 1, 1), datetime.date(2026, 10, 31)
_PRONE = {"CI": 3.2, "RC": 2.4, "GI": 3.0, "PVC": 1.6, "ST": 1.3, "UNK": 2.5}
_MONTHS = np.array([1.7, 1.5, 1.0, 0.8, 0.7, 0.8, 1.0, 1.0, 0.8, 0.8, 1.0, 1.5])
_TYPES = {
    "CI": ["clean_break", "clean_break", "joint", "crack"],
    "RC": ["joint", "joint", "crack"],
    "GI": ["corrosion", "hole", "hole"],
    "ST": ["hole", "corrosion"],
    "PVC": ["longitudinal", "joint", "rupture"],
    "DI": ["joint", "part", "hole"],
}
_REPAIRS = {
    "clean_break": "clamp",
    "joint": "joint",
    "hole": "clamp",
    "part": "part",
    "rupture": "replace",
    "longitudinal": "replace",
}


def leak_table(draft: Draft, pipes: pa.Table, year: Ints) -> pa.Table:
    """Leaks on the pipes of the network. ``year`` is when each pipe was laid."""
    random = draft.random("leaks")
    geometry = shapely.from_wkb(pipes["geom"].to_numpy())
    material = np.array(pipes["material"].to_pylist(), dtype=object)
    prone = np.array([_PRONE.get(m, 0.7) for m in material])
    alive = np.array(pipes["status"].to_pylist(), dtype=object) == "in_service"
    weight = shapely.length(geometry) * prone * (2026 - year).clip(1) ** 1.15 * alive
    days = _days(draft.size.leaks, random)
    pipe = np.sort(random.choice(len(weight), draft.size.leaks, p=weight / weight.sum()))
    late = days > (datetime.date(2020, 1, 1) - _FIRST).days + (year[pipe] - 2019) * 365
    pipe, days = pipe[late], days[late]
    count = len(pipe)
    place = shapely.line_interpolate_point(geometry[pipe], random.uniform(0.05, 0.95, count), normalized=True)
    open_still = days > (_LAST - _FIRST).days - 12
    repaired = days + random.integers(0, 4, count)
    draw = random.uniform(size=count)
    leak_type = np.array(
        [_of(_TYPES.get(m, ["joint", "hole"]), d) for m, d in zip(material[pipe], draw, strict=True)],
        dtype=object,
    )
    dn = pipes["dn"].to_numpy()[pipe]
    flow = np.round(np.exp(random.normal(0.6, 0.8, count)) * np.sqrt(dn / 100.0), 1)
    columns = {
        name: pipes[name].take(pa.array(pipe)).combine_chunks() for name in ("road", "grid", "community")
    }
    return make_table(
        "leak",
        {
            "code": codes("leak", count),
            "found_date": _texts(days),
            "found_by": pick(
                ["citizen", "citizen", "citizen", "patrol", "detection", "detection", "monitoring", "staff"],
                count,
                random,
            ),
            "leak_class": np.where(draw < 0.63, "reported", "unreported"),
            "leak_type": leak_type,
            "leak_cause": pick(
                [
                    "corrosion",
                    "age",
                    "age",
                    "settlement",
                    "third_party",
                    "pressure",
                    "traffic",
                    "installation",
                    "unknown",
                ],
                count,
                random,
            ),
            "status": np.where(
                open_still, pick(["reported", "located", "repairing"], count, random), "repaired"
            ),
            "pipe": pipe + 1,
            "dn": dn,
            "material": material[pipe],
            "depth_m": np.round(random.uniform(0.6, 1.8, count), 1),
            "flow_m3_h": flow,
            "repaired_date": either(open_still, None, _texts(repaired)),
            "repair_method": either(
                open_still, None, np.array([_REPAIRS.get(t, "clamp") for t in leak_type], dtype=object)
            ),
            "closed_households": np.where(dn >= 80, np.round(flow * random.integers(2, 40, count)), 0.0),
            "position_origin": np.full(count, "census", dtype=object),
            "position_accuracy_m": np.full(count, 1.0),
            **columns,
        },
        np.round(shapely.get_coordinates(place), 3),
    )


def _days(count: int, random: np.random.Generator) -> Ints:
    """Days since the first, more of them in winter."""
    every = np.arange((_LAST - _FIRST).days)
    month = np.array([(_FIRST + datetime.timedelta(int(d))).month - 1 for d in every])
    weight = _MONTHS[month]
    return random.choice(every, count, p=weight / weight.sum())


def _texts(days: Ints) -> npt.NDArray[np.object_]:
    return np.array([(_FIRST + datetime.timedelta(days=int(d))).isoformat() for d in days], dtype=object)


def _of(choices: list[str], share: float | Floats) -> str:
    return choices[min(int(share * len(choices)), len(choices) - 1)]
