"""Pipes as arrays: counted size and length, when they lay in the ground, which project laid and retired them."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from layers.feedback import Feedback
from layers.model import edtf
from layers.model.catalogue import AssetType
from layers.model.lifetime import Lifetime
from layers.model.nominal import NOMINAL_MM
from layers.model.query import All, AnyOf, Compare, Condition
from layers.register import Register
from layers.renewal.settings import RenewalSettings
from layers.store.summary import REPORT_LENGTHS

Ids = npt.NDArray[np.int64]
Doubles = npt.NDArray[np.float64]
Days = npt.NDArray[np.datetime64]
Flags = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]

PIPE = "pipe"
#: The day a pipe went into service: when it was completed, else when it was laid.
BEGUN = ("completion_date", "laid_date")
SOURCES = (*(name for name, _ in REPORT_LENGTHS), "drawn", "unknown")
"""Where a length is from, by its number in ``PipeArrays.source``."""
NO_DAY = np.datetime64("NaT", "D")
FIELDS = (
    "code", "dn", "outside_diameter_mm", "material", "status", *BEGUN, "retired_date", "project_in", "project_out",
    "section", "road", "community", *(column for _, column in REPORT_LENGTHS),
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class PipeArrays:
    """One row per pipe, ascending by id. Metres, millimetres (``dn`` nan: unknown), days (NaT: none); links 0: none.

    ``begun`` is NaT for pipes without a date; ``planned`` tells those that are not in the ground yet. ``ended`` is
    set for every pipe that is out of use; one without a date of its own has that of its beginning.
    ``unstated``: no status is told, so that nobody knows whether it is in use; it counts as nothing.
    ``vague``: the day it began is known to the month or year only, and counted as the first it may mean.
    """

    ids: Ids
    dn: Doubles
    length: Doubles
    source: npt.NDArray[np.int8]
    drawn: Doubles
    as_built: Doubles
    begun: Days
    ended: Days
    vague: Flags
    planned: Flags
    alive: Flags
    unstated: Flags
    project_in: Ids
    project_out: Ids
    section: Ids
    community: Ids
    material: Texts
    road: Texts
    code: Texts

    def __len__(self) -> int:
        return len(self.ids)

    def take(self, chosen: Flags | npt.NDArray[np.intp]) -> PipeArrays:
        """Some of the pipes."""
        return replace(self, **{each.name: getattr(self, each.name)[chosen] for each in fields(self)})


def read_pipes(
    register: Register,
    settings: RenewalSettings,
    where: Condition | None = None,
    feedback: Feedback | None = None,
    *,
    few: bool = False,
) -> PipeArrays:
    """The pipes that meet ``where``. Shapes are read only of those that a project has or that no length is told of.

    ``few``: they are few, so that they are read here and not in the worker.
    """
    feedback = feedback or Feedback()
    asset_type = register.catalogue[PIPE]
    if few:
        table = register.values(PIPE, FIELDS, where)
        return pipe_arrays(table, register.rows(PIPE, table["fid"].to_pylist(), ()), asset_type, settings)
    table = register.columns(PIPE, FIELDS, where=where, feedback=feedback)
    unmeasured: Condition = All(tuple(Compare(column, "is null") for _, column in REPORT_LENGTHS))
    needed = AnyOf((unmeasured, Compare("project_in", "is not null")))
    both = needed if where is None else All((where, needed))
    drawn = register.columns(PIPE, (), geometry=True, where=both, feedback=feedback)
    return pipe_arrays(table, drawn, asset_type, settings)


def pipe_arrays(
    table: pa.Table, drawn: pa.Table, asset_type: AssetType, settings: RenewalSettings
) -> PipeArrays:
    """``table`` has ``fid`` and ``FIELDS``, ``drawn`` ``fid`` and ``geom`` of those whose shape was read."""
    table = table.sort_by("fid")
    ids = _integers(table, "fid")
    lifetime = asset_type.lifetime
    drawn_m = np.full(len(ids), np.nan)
    drawn_ids = _integers(drawn, "fid")
    places = np.searchsorted(ids, drawn_ids)
    known = places < len(ids)
    known[known] &= ids[places[known]] == drawn_ids[known]
    lengths = shapely.length(shapely.from_wkb(drawn["geom"].to_numpy()))
    drawn_m[places[known]] = lengths[known]
    length, source = _counted_lengths(table, drawn_m)
    material = _texts(table, "material")
    begun, vague = _first_days(table, BEGUN)
    retired, _ = _first_days(table, ("retired_date",))
    planned, over = _states(table, lifetime)
    unstated: Flags = table[lifetime.status].is_null().to_numpy()
    begun[planned] = NO_DAY
    ended = np.where(over, retired, NO_DAY)
    undated = over & np.isnat(ended)
    ended[undated] = np.where(np.isnat(begun[undated]), np.datetime64("0001-01-01", "D"), begun[undated])
    ended = np.where(ended < begun, begun, ended)
    return PipeArrays(
        ids=ids,
        dn=counted_dn(_numbers(table, "dn"), _numbers(table, "outside_diameter_mm"), material, settings),
        length=length,
        source=source,
        drawn=drawn_m,
        as_built=_numbers(table, REPORT_LENGTHS[0][1]),
        begun=begun,
        ended=ended,
        vague=vague,
        planned=planned,
        alive=~planned & ~over & ~unstated,
        unstated=unstated,
        project_in=_integers(table, "project_in"),
        project_out=_integers(table, "project_out"),
        section=_integers(table, "section"),
        community=_integers(table, "community"),
        material=material,
        road=_texts(table, "road"),
        code=_texts(table, "code"),
    )  # fmt: skip


def counted_dn(dn: Doubles, outside: Doubles, material: Texts, settings: RenewalSettings) -> Doubles:
    """The size that counts: the nominal one; of plastics named by outside diameter what the company's table says.

    A nominal size as told stands. A plastic pipe without one, or with one that is no nominal size (``DN110``), has
    the DN of its outside diameter. NaN where no size is known.
    """
    if not settings.de_as_dn or not len(dn):
        return dn
    plastic = np.isin(material, list(settings.plastics))
    unusual = plastic & ~np.isin(dn, NOMINAL_MM)
    counted = dn.copy()
    for measured in (dn, outside):
        as_dn = _looked_up(measured, settings)
        found = unusual & ~np.isnan(as_dn)
        counted[found] = as_dn[found]
    return counted


def _looked_up(measured: Doubles, settings: RenewalSettings) -> Doubles:
    outside = np.array(sorted(settings.de_as_dn), dtype=np.float64)
    as_dn = np.array([settings.de_as_dn[int(de)] for de in outside], dtype=np.float64)
    place = np.searchsorted(outside, np.nan_to_num(measured)).clip(max=len(outside) - 1)
    return np.where(outside[place] == measured, as_dn[place], np.nan)


def _counted_lengths(table: pa.Table, drawn: Doubles) -> tuple[Doubles, npt.NDArray[np.int8]]:
    length = np.nan_to_num(drawn)
    source = np.where(length > 0, len(REPORT_LENGTHS), len(REPORT_LENGTHS) + 1).astype(np.int8)
    for number, (_, column) in reversed(list(enumerate(REPORT_LENGTHS))):
        stated = _numbers(table, column)
        known = ~np.isnan(stated)
        length[known], source[known] = stated[known], number
    return length, source


def _states(table: pa.Table, lifetime: Lifetime) -> tuple[Flags, Flags]:
    """Which are planned or being built, and which are no longer in use."""
    status = table[lifetime.status]
    planned = pc.is_in(status, value_set=pa.array(lifetime.not_yet, pa.string()))
    over = pc.is_in(status, value_set=pa.array(lifetime.ended, pa.string()))
    return planned.to_numpy(), over.to_numpy()


def _first_days(table: pa.Table, columns: tuple[str, ...]) -> tuple[Days, Flags]:
    """The first day that the first date known may mean, and which of them are vague. Few dates are many pipes'."""
    days = np.full(len(table), NO_DAY)
    vague = np.zeros(len(table), dtype=bool)
    for column in columns:
        coded = pc.dictionary_encode(table[column].combine_chunks().cast(pa.string()))
        words: list[str] = coded.dictionary.to_pylist()
        firsts = np.array([edtf.earliest(word) or NO_DAY for word in words] + [NO_DAY], dtype="datetime64[D]")
        exact = np.array([edtf.precision(word) == "day" for word in words] + [True])
        place = coded.indices.fill_null(len(words)).to_numpy(zero_copy_only=False)
        missing = np.isnat(days)
        days[missing] = firsts[place][missing]
        vague[missing] = (~exact)[place][missing] & ~np.isnat(days[missing])
    return days, vague


def _integers(table: pa.Table, name: str) -> Ids:
    numbers: Ids = table[name].cast(pa.int64()).fill_null(0).to_numpy()
    return numbers


def _numbers(table: pa.Table, name: str) -> Doubles:
    column = table[name].cast(pa.float64())
    numbers: Doubles = np.array(column.to_numpy(), dtype=np.float64)
    return numbers


def _texts(table: pa.Table, name: str) -> Texts:
    column = table[name].combine_chunks().cast(pa.string())
    coded = pc.dictionary_encode(column)
    words: Any = np.array([*coded.dictionary.to_pylist(), ""], dtype=object)
    found: Texts = words[coded.indices.fill_null(len(words) - 1).to_numpy(zero_copy_only=False)]
    return found
