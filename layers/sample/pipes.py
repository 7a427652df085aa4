"""The pipe table: one row from node to node, with size, material, age and lengths as such records have them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import shapely

from layers.sample.ages import LAST_YEAR, Ages, dates, is_small, make_ages, materials, origins
from layers.sample.draft import Draft
from layers.sample.ground import Floats
from layers.sample.net import MAIN, TRUNK
from layers.sample.points import Points, community_ids
from layers.sample.streets import ACROSS, Flags, Ints
from layers.sample.tables import codes, either, make_table, repeated, with_none
from layers.sample.words import Texts, pick, words

_VERTEX_STEP = 38.0
_JOB_LENGTH = 900.0
_OUTSIDE = {25: 32, 32: 40, 40: 50, 50: 63, 65: 75, 80: 90, 100: 110, 150: 160, 200: 225, 300: 315, 400: 400}
_JOINTS = {
    "CI": "lead",
    "RC": "push_on",
    "ST": "welded",
    "DI": "push_on",
    "PVC": "push_on",
    "PE": "fusion",
    "PCCP": "push_on",
    "GI": "threaded",
    "PPR": "fusion",
    "PSP": "grooved",
    "SS": "mechanical",
}


@dataclass(frozen=True)
class PipeLines:
    """The pipes' lines on the map, with what the plan says of each: path, ends and how far along."""

    geometry: shapely.Geometry
    length: Floats
    middle: Floats


def draw_lines(
    draft: Draft, path: Ints, start: Floats, end: Floats, shift: Floats | float = 0.0
) -> PipeLines:
    """Lines along paths of the plan, bent as the ground is; ``shift`` moves them aside."""
    across = draft.net.paths().direction[path] == ACROSS
    at = draft.net.paths().at[path] + shift
    pieces = np.maximum(1, np.ceil((end - start) / _VERTEX_STEP).astype(np.int64))
    line = np.repeat(np.arange(len(path)), pieces + 1)
    step = np.arange(len(line)) - np.repeat(np.cumsum(pieces + 1) - pieces - 1, pieces + 1)
    share = step / pieces[line]
    # The ends exactly, so that lines meet.
    along = np.where(step == pieces[line], end[line], start[line] + share * (end - start)[line])
    u, v = np.where(across[line], at[line], along), np.where(across[line], along, at[line])
    geometry = shapely.linestrings(draft.ground.place(u, v), indices=line)
    half = (start + end) / 2
    middle = np.column_stack([np.where(across, at, half), np.where(across, half, at)])
    return PipeLines(geometry, shapely.length(geometry), middle)


def span_years(draft: Draft) -> tuple[Ages, Ints]:
    """Years of all paths, and of all pipes."""
    ages = make_ages(draft)
    year = ages.year[draft.spans.path]
    # A long road was not built in one year.
    stages, back = np.unique(jobs(draft), return_inverse=True)
    shift = draft.random("stages").integers(-4, 5, len(stages))[back]
    staged = (draft.span_role == MAIN) & (ages.before[draft.spans.path] == 0)
    return ages, np.where(staged, np.minimum(year + shift, LAST_YEAR), year)


def jobs(draft: Draft) -> Ints:
    """Which pipes were laid together: mains in a road by the kilometre, pipes of one kind within an estate."""
    spans, estate = draft.spans, draft.span_estate
    stage = ((spans.start + 50_000) // _JOB_LENGTH).astype(np.int64)
    return np.where(estate >= 0, -10 * (estate + 1) - draft.span_role, spans.path * 1000 + stage)


def pipe_table(draft: Draft, points: Points, year: Ints) -> pa.Table:
    """Every pipe of the network that is or was just being built."""
    spans, role = draft.spans, draft.span_role
    lines = draw_lines(draft, spans.path, spans.start, spans.end)
    estate = draft.span_estate
    road = with_none(draft.road_names)[draft.span_road]
    road = either(estate >= 0, None, either(draft.span_road >= 0, road, points.road[spans.first]))
    unfinished = np.append(draft.estates.unfinished, False)[estate]
    status = np.where(unfinished, "construction", "in_service").astype(object)
    raw = np.isin(spans.path, draft.sources.raw_paths)
    function = np.array(
        [
            "distribution",
            "distribution",
            "service",
            "service",
            "distribution",
            "distribution",
            "transmission",
        ],
        dtype=object,
    )[role]
    function[raw] = "raw"
    columns = pipe_columns(
        draft, "pipe data", draft.span_dn, year, is_small(role, draft.span_dn), lines.length, jobs(draft)
    )
    over_water = (
        (role == MAIN)
        & (np.abs(lines.middle[:, 1]) < draft.size.river_width / 2)
        & (draft.net.paths().direction[spans.path] == ACROSS)
    )
    return make_table(
        "pipe",
        {
            "code": codes("pipe", len(spans)),
            "function": function,
            "pipe_class": np.where(raw, "JY", np.where(role == TRUNK, "SS", "JP")).astype(object),
            **columns,
            "burial_mode": np.where(over_water, "JK", "ZM").astype(object),
            **_ends(points, spans.first, spans.last),
            "status": status,
            "completion_date": either(year >= 2015, columns["laid_date"], None),
            "road": road,
            "community": community_ids(draft)[estate],
            "grid": draft.grids.of(draft.plan, *lines.middle.T) + 1,
            "service_area": draft.supply_areas.of(draft.plan, *lines.middle.T) + 1,
        },
        lines.geometry,
    )


def _ends(points: Points, first: Ints, last: Ints) -> dict[str, object]:
    """Point numbers, depths and heights at both ends, as the survey's line table has them."""
    return {
        "start_point_no": points.survey_no[first],
        "end_point_no": points.survey_no[last],
        "start_depth_m": points.depth[first],
        "end_depth_m": points.depth[last],
        "start_elevation_m": np.round(points.ground[first] - points.depth[first], 3),
        "end_elevation_m": np.round(points.ground[last] - points.depth[last], 3),
    }


def pipe_columns(
    draft: Draft, part: str, dn: Ints, year: Ints, small: Flags, length: Floats, job: Ints
) -> dict[str, Texts | Floats | Ints]:
    """What follows from size and age: material, joint, dates, lengths, origins.

    Pipes of one ``job`` were laid together: their material and what is known of them is the same.
    """
    random = draft.random(part)
    count = len(dn)
    _jobs, first, back = np.unique(job, return_index=True, return_inverse=True)
    draw = random.uniform(size=(3, len(first)))[:, back]
    material = materials(year, dn, small, draw[0])
    plastic = np.isin(material, ["PE", "PVC", "PPR"])
    outside = np.full(10_001, np.nan)
    outside[list(_OUTSIDE)] = list(_OUTSIDE.values())
    unknown = (year < 1990) & (draw[1] < 0.02)
    laid, accuracy = (known[back] for known in dates(year[first], random))
    iron = np.isin(material, ["CI", "DI"])
    lined = either(iron & (year >= 1992), "cement", either(material == "CI", "none", None))
    lined[material == "ST"] = "cement"
    lined[material == "PSP"] = "plastic"
    coat = either(material == "DI", "zinc_bitumen", either(material == "ST", "coal_tar", None))
    origin = origins(year[first], random)[back]
    condition = np.array(["1", "2", "3", "4"], dtype=object)[
        np.searchsorted(
            [0.55, 0.8, 0.95],
            (0.7 * draw[2] + 0.3 * random.uniform(size=count)) * np.where(year < 1995, 1.0, 0.7),
        )
    ]
    spread = random.normal(0, 0.004, count)
    recorded = np.round(length * (1 + spread), 2)
    works = words()["works"]
    return {
        "dn": dn,
        "dn_origin": origin,
        "dn_accuracy": np.where(
            origin == "as_built", "exact", np.where(origin == "detected", "good", "rough")
        ).astype(object),
        "outside_diameter_mm": np.where(plastic, outside[dn.clip(0, 10_000)], np.nan),
        "material": np.where(unknown, "UNK", material).astype(object),
        "material_origin": origin,
        "material_accuracy": np.where(
            unknown, "unknown", np.where(origin == "as_built", "exact", "good")
        ).astype(object),
        "pressure_class": np.where(dn >= 600, "PN16", "PN10").astype(object),
        "joint": np.array([_JOINTS[m] for m in material], dtype=object),
        "lining": lined,
        "coating": coat,
        "laid_date": laid,
        "laid_date_origin": origin,
        "laid_date_accuracy": accuracy,
        "condition": condition,
        "recorded_length_m": np.maximum(recorded, 0.01),
        "as_built_length_m": np.where(
            origin == "as_built", np.maximum(np.round(length * (1 + spread / 3), 2), 0.01), np.nan
        ),
        "owner": repeated(works["owner"], count),
        "maintainer": repeated(works["maintainer"], count),
        "builder": either(year >= 1995, pick(works["builders"], len(first), random)[back], None),
        "position_origin": np.where(origin == "as_built", "as_built", "detected").astype(object),
        "position_accuracy_m": np.where(origin == "as_built", 0.1, 0.3),
    }
