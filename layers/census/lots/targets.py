"""What a campaign is to visit: assets of its types that are in use, within its area, with their place and grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely
from shapely.geometry.base import BaseGeometry

from layers.census.form import types_of
from layers.feedback import Feedback
from layers.geometry.belonging import standing
from layers.geometry.packed import Floats, Integers
from layers.model.asset import Asset
from layers.model.catalogue import AssetType
from layers.model.query import AnyOf, Box, Compare, Condition
from layers.register import Register

NOWHERE = np.nan
_ASKED = ("grid", "road", "code")


@dataclass(frozen=True, eq=False)
class Targets:
    """Assets side by side: ``types`` names them, ``kind`` is the position of each one's type in it.

    ``xy`` (n, 2) in metres is NaN for what has no place; ``grid`` is 0 and ``road`` blank where none is known.
    """

    types: tuple[str, ...]
    kind: Integers
    ids: Integers
    xy: Floats
    grid: Integers
    road: npt.NDArray[np.object_]
    code: npt.NDArray[np.object_]

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def is_placed(self) -> npt.NDArray[np.bool_]:
        return np.isfinite(self.xy[:, 0])

    def take(self, chosen: npt.NDArray[np.bool_] | Integers) -> Targets:
        """Some of them."""
        return Targets(
            self.types,
            self.kind[chosen],
            self.ids[chosen],
            self.xy[chosen],
            self.grid[chosen],
            self.road[chosen],
            self.code[chosen],
        )


def read_targets(register: Register, campaign: Asset, feedback: Feedback | None = None) -> Targets:
    """The targets of a campaign. Reads the register; a task for a whole city.

    An asset whose form has no place is within no area: it is a target only of a campaign for the whole city.
    """
    feedback = feedback or Feedback()
    names = tuple(name for name in types_of(campaign) if name in register.catalogue)
    area = campaign.geometry
    parts = []
    for number, name in enumerate(names):
        asset_type = register.catalogue[name]
        fields = [field for field in _ASKED if field in asset_type]
        table = register.columns(
            name,
            fields,
            geometry=asset_type.shape is not None,
            where=in_use(asset_type),
            box=None if area is None else Box(*area.bounds),
            feedback=feedback.part(number / len(names), (number + 1) / len(names)),
        )
        parts.append(_within(_targets(names, number, table, asset_type.shape is not None), area))
    if not parts:
        return _targets(names, 0, pa.table({"fid": pa.array([], pa.int64())}), placed=False)
    return Targets(
        names,
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("kind", "ids", "xy", "grid", "road", "code")
        ),
    )


def in_use(asset_type: AssetType) -> Condition | None:
    """The condition for assets that should be found in the field: in service, or with a status nobody knows."""
    life = asset_type.lifetime
    if life.status is None:
        return None
    return AnyOf((Compare(life.status, "=", life.alive), Compare(life.status, "is null")))


def of_ids(targets: Targets, chosen: Sequence[tuple[str, int]]) -> Targets:
    """Those of a list of assets that are among the targets."""
    wanted = {(targets.types.index(name), id) for name, id in chosen if name in targets.types}
    keys = zip(targets.kind.tolist(), targets.ids.tolist(), strict=True)
    return targets.take(np.array([key in wanted for key in keys], dtype=bool))


def _targets(names: tuple[str, ...], kind: int, table: pa.Table, placed: bool) -> Targets:
    count = table.num_rows
    xy = np.full((count, 2), NOWHERE)
    if placed and count:
        xy = standing(shapely.from_wkb(table["geom"].to_numpy(zero_copy_only=False)))
    return Targets(
        names,
        np.full(count, kind, np.int64),
        table["fid"].to_numpy().astype(np.int64),
        np.asarray(xy, dtype=np.float64).reshape(-1, 2),
        _column(table, "grid", 0).astype(np.int64),
        _column(table, "road", ""),
        _column(table, "code", ""),
    )


def _column(table: pa.Table, name: str, blank: object) -> npt.NDArray[np.object_]:
    if name not in table.column_names:
        return np.full(table.num_rows, blank, dtype=object)
    return np.array([blank if v is None else v for v in table[name].to_pylist()], dtype=object)


def _within(targets: Targets, area: BaseGeometry | None) -> Targets:
    if area is None:
        return targets
    shapely.prepare(area)
    return targets.take(shapely.intersects_xy(area, targets.xy[:, 0], targets.xy[:, 1]))
