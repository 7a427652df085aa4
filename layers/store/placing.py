"""The grid of an asset's place: given at the door to whatever is new or moves, so that nobody has to type it.

A type takes part by a link named ``grid`` to grids alone. The grid is the lowest-level one valid today, by the rule
of ``layers.geometry.belonging``; where nothing is drawn at the place, what was entered stays.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import pyarrow as pa
import shapely
import sqlalchemy as sa
from shapely.geometry.base import BaseGeometry

from layers.geometry.belonging import EDGE, NONE, Shapes, areas_at, sound_areas, standing
from layers.geometry.packed import Floats, Integers, pack_points
from layers.model.catalogue import AssetType, Catalogue
from layers.model.duty_words import GRID
from layers.model.query import Box
from layers.model.validity import is_valid_on
from layers.store.base import Store
from layers.store.schema import CODE, FID, GEOMETRY

_PARENT: Final = "parent"
#: After this many single places all grids are read, once for the rest of the act.
_FEW = 5


def is_placed(asset_type: AssetType) -> bool:
    """Whether assets of a type have a place and belong to the grid of it."""
    return asset_type.shape is not None and belongs_to_grid(asset_type)


def belongs_to_grid(asset_type: AssetType) -> bool:
    """Whether assets of a type say to which grid they belong."""
    return any(link.name == GRID and link.targets == (GRID,) for link in asset_type.links)


@dataclass(frozen=True)
class _Areas:
    """Lowest-level grids that are valid and drawn, by code."""

    ids: Integers
    shapes: Shapes

    @cached_property
    def tree(self) -> shapely.STRtree:
        return shapely.STRtree(list(self.shapes))

    def at(self, xy: Floats) -> Integers:
        """The grid of each place, -1 for none."""
        if not len(self.ids):
            return np.full(len(xy), NONE, np.int64)
        at = areas_at(xy, self.shapes, self.tree)
        found: Integers = np.where(at == NONE, NONE, self.ids[at])
        return found


class Placing:
    """Tells the grids of places within one act."""

    def __init__(self, store: Store, connection: sa.Connection, catalogue: Catalogue) -> None:
        self._store, self._connection = store, connection
        self._placed = {t.name for t in catalogue if is_placed(t)} if GRID in catalogue.types else set()
        self._shape_of = {name: catalogue[name].shape for name in self._placed}
        self._all: _Areas | None = None
        self._asked = 0

    @property
    def types(self) -> frozenset[str]:
        """The types whose assets have a place and belong to the grid of it."""
        return frozenset(self._placed)

    def forget(self, type_name: str) -> None:
        """To be called when an asset of a type was written: grids may be others now."""
        if type_name == GRID:
            self._all = None

    def of(self, type_name: str, row: Mapping[str, Any]) -> dict[str, Any]:
        """The value that a row with a place should have in its link to a grid; nothing to set for others."""
        geometry = row.get(GEOMETRY)
        if type_name not in self._placed or not isinstance(geometry, BaseGeometry) or geometry.is_empty:
            return {}
        if not np.isfinite(shapely.get_coordinates(geometry)).all():
            return {}
        xy = standing([geometry])
        if not np.isfinite(xy).all():
            return {}
        entered = row.get(GRID)
        found = int(self._areas_near(*xy[0].tolist()).at(xy)[0])
        if found == NONE:
            stays = entered is None or entered not in self._every.ids
            return {} if stays else {GRID: None}
        return {GRID: found}

    def strayed(self, type_name: str, rows: Mapping[int, Mapping[str, Any]]) -> dict[int, int | None]:
        """The rows that say another grid than that of their place, by id, with the right one."""
        if type_name not in self._placed or not rows:
            return {}
        places = self._every.at(standing(row[GEOMETRY] for row in rows.values()))
        found: dict[int, int | None] = {}
        for (id, row), place in zip(rows.items(), places.tolist(), strict=True):
            if place != NONE and row[GRID] != place:
                found[id] = place
            elif place == NONE and row[GEOMETRY] is not None and row[GRID] in self._every.ids:
                found[id] = None
        return found

    def of_rows(self, type_name: str, rows: pa.Table) -> pa.Table:
        """Rows for a bulk insert with the grid of each place; ``geom`` as WKB."""
        if type_name not in self._placed or GEOMETRY not in rows.column_names or not len(self._every.ids):
            return rows
        found = self._every.at(self._places(type_name, rows))
        if GRID in rows.column_names:
            column = rows.column(GRID).combine_chunks()
            entered = np.asarray(column.fill_null(NONE).to_numpy(zero_copy_only=False), np.int64)
            stays = (found == NONE) & ~np.isin(entered, self._every.ids)
            found = np.where(stays, entered, found)
            rows = rows.drop_columns([GRID])
        return rows.append_column(GRID, pa.array(found, pa.int64(), mask=found == NONE))

    def _places(self, type_name: str, rows: pa.Table) -> Floats:
        column = rows.column(GEOMETRY)
        if self._shape_of[type_name] != "point":
            return standing(shapely.from_wkb(column.to_numpy(), on_invalid="ignore"))
        points = pack_points(column)
        places = np.full((rows.num_rows, 2), np.nan)
        places[points.row] = points.xy
        return places

    def _areas_near(self, x: float, y: float) -> _Areas:
        self._asked += 1
        if self._all is not None or self._asked > _FEW:
            return self._every
        reach = 2 * EDGE
        return self._read(Box(x - reach, y - reach, x + reach, y + reach))

    @property
    def _every(self) -> _Areas:
        if self._all is None:
            self._all = self._read(None)
        return self._all

    def _read(self, box: Box | None) -> _Areas:
        table = self._store.schema.assets[GRID]
        columns = [table.c[name] for name in (FID, CODE, "valid_from", "valid_to", GEOMETRY)]
        drawn = (
            sa.select(*columns).where(table.c[GEOMETRY].is_not(None)).order_by(table.c[CODE], table.c[FID])
        )
        if box is not None:
            drawn = drawn.where(self._store.in_box(GRID, box))
        today = datetime.date.today()
        rows = [r for r in self._connection.execute(drawn).mappings() if is_valid_on(dict(r), today)]
        divided = self._divided([row[FID] for row in rows], today)
        # By code as everywhere: what the database calls in order depends on its language.
        lowest = sorted(
            (r for r in rows if r[FID] not in divided and r[GEOMETRY] is not None),
            key=lambda r: (str(r[CODE] or ""), r[FID]),
        )
        shapes = np.empty(len(lowest), dtype=object)
        shapes[:] = [row[GEOMETRY] for row in lowest]
        shapes = sound_areas(shapes)
        drawn_soundly = ~shapely.is_missing(shapes)
        ids = np.array([row[FID] for row in lowest], np.int64)
        return _Areas(ids[drawn_soundly], shapes[drawn_soundly])

    def _divided(self, ids: list[int], today: datetime.date) -> set[int]:
        """Those of some grids that valid grids are part of."""
        if not ids:
            return set()
        table = self._store.schema.assets[GRID]
        columns = [table.c[name] for name in (_PARENT, "valid_from", "valid_to")]
        parts = sa.select(*columns).where(self._store.id_in(table.c[_PARENT], ids))
        return {r[_PARENT] for r in self._connection.execute(parts).mappings() if is_valid_on(dict(r), today)}
