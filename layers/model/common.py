"""Common: what several assets of one type have in common, and what a change would do to each of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

from layers.later import Later
from layers.model.catalogue import AssetType
from layers.model.draft import MIXED, form_fields, same

if TYPE_CHECKING:
    import pyarrow.compute as pc
else:
    # Not needed before several assets are selected, and slow to load.
    pc = Later("pyarrow.compute")

VERSION = "row_version"


@dataclass(frozen=True)
class Effect:
    """What saving would do: how many change, how many have it so already, and the drawn metres that change."""

    changed: int
    kept: int
    metres: float | None


class Common:
    """Rows as ``Register.rows`` gives them with ``common_fields`` and geometry."""

    def __init__(self, asset_type: AssetType, rows: pa.Table) -> None:
        self.asset_type = asset_type
        self._rows = rows
        self._lengths: npt.NDArray[np.float64] | None = None
        self.ids: list[int] = rows["fid"].to_pylist()

    def __len__(self) -> int:
        return int(self._rows.num_rows)

    @property
    def values(self) -> dict[str, Any]:
        """The value of every field where all agree, ``MIXED`` where they differ."""
        found: dict[str, Any] = {}
        for field in form_fields(self.asset_type):
            unique = pc.unique(self._rows[field.name])
            found[field.name] = unique[0].as_py() if len(unique) == 1 else MIXED
        return found

    def effect(self, changes: Mapping[str, Any]) -> Effect:
        """What these values would do."""
        mask = self._changed(changes)
        metres = None
        if self.asset_type.shape == "line":
            metres = float(self._drawn()[mask].sum())
        count = int(mask.sum())
        return Effect(count, len(self) - count, metres)

    def updates(self, changes: Mapping[str, Any]) -> Iterator[tuple[int, int, dict[str, Any]]]:
        """Id, version and new values of every asset that changes."""
        versions = self._rows[VERSION].to_pylist()
        for row in np.flatnonzero(self._changed(changes)).tolist():
            yield self.ids[row], versions[row], dict(changes)

    def _changed(self, changes: Mapping[str, Any]) -> npt.NDArray[np.bool_]:
        mask = np.zeros(len(self), bool)
        for name, value in changes.items():
            mask |= np.array([not same(each, value) for each in self._rows[name].to_pylist()], bool)
        return mask

    def _drawn(self) -> npt.NDArray[np.float64]:
        if self._lengths is None:
            lengths = shapely.length(shapely.from_wkb(self._rows["geom"].to_numpy(zero_copy_only=False)))
            self._lengths = np.nan_to_num(lengths)
        return self._lengths


def common_fields(asset_type: AssetType) -> list[str]:
    """The columns to read of each asset."""
    return [field.name for field in form_fields(asset_type)] + [VERSION]
