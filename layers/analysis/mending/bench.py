"""Bench: assets under repair, read when first touched; several repairs of one asset become one change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers.editing.plan import BulkSet, Delete, EditPlan, Ghost, Update
from layers.geometry.packed import Floats
from layers.model.asset import Asset, AssetKey
from layers.model.query import Compare, Query
from layers.register import Register
from layers.text import Message

GEOMETRY = "geom"


@dataclass
class Piece:
    """An asset as it was read, and what a repair makes of it."""

    asset: Asset
    geometry: BaseGeometry | None
    values: dict[str, Any] = field(default_factory=dict)
    is_deleted: bool = False

    @property
    def code(self) -> str:
        """How sentences name it."""
        return str(self.asset.get("code") or f"#{self.asset.id}")

    @property
    def course(self) -> Floats:
        """The vertices now (n, 2 or 3)."""
        return coordinates(self.geometry)

    @property
    def first_course(self) -> Floats:
        """The vertices as they were read."""
        return coordinates(self.asset.geometry)

    def value(self, name: str) -> Any:
        """A value as it is now."""
        return self.values.get(name, self.asset.values.get(name))


class Bench:
    """Repairs ask it for pieces and change those; ``plan`` is what came of all of them."""

    def __init__(self, register: Register) -> None:
        self.register = register
        self.catalogue = register.catalogue
        self.tolerance = float(register.setting("node_tolerance_m"))
        self._pieces: dict[AssetKey, Piece | None] = {}
        self._became: dict[AssetKey, AssetKey] = {}
        #: What is set on many assets at once.
        self.bulk: list[BulkSet] = []

    def piece(self, key: AssetKey) -> Piece | None:
        """The asset, or the one it became part of; None when it is gone or has no sound shape."""
        while key in self._became:
            key = self._became[key]
        if key not in self._pieces:
            asset = self.register.get(*key)
            self._pieces[key] = None if asset is None else Piece(asset, asset.geometry)
        piece = self._pieces[key]
        return None if piece is None or piece.is_deleted else piece

    def line(self, key: AssetKey) -> Piece | None:
        """The same, if it is a line of one part with two vertices at least."""
        piece = self.piece(key)
        if piece is None or piece.geometry is None or len(piece.course) < 2:
            return None
        parts = shapely.get_parts(piece.geometry)
        return piece if len(parts) == 1 and parts[0].geom_type == "LineString" else None

    def set_course(self, piece: Piece, course: Floats) -> None:
        """Give a line these vertices."""
        piece.geometry = shapely.LineString(course)

    def drop(self, piece: Piece, survivor: Piece) -> int:
        """Remove an asset; what is linked to it goes over to ``survivor``. Returns how many links."""
        count = 0
        for linking, name, several in self._links_to(piece.asset.type):
            value = f"{piece.asset.type}:{piece.asset.id}" if several else piece.asset.id
            for asset in self.register.find(Query(linking, where=Compare(name, "=", value), fields=(name,))):
                holder = self.piece(asset.key)
                if holder is not None and holder is not piece:
                    kept = survivor.asset
                    holder.values[name] = f"{kept.type}:{kept.id}" if several else kept.id
                    count += 1
        piece.is_deleted = True
        self._became[piece.asset.key] = survivor.asset.key
        return count

    def remove(self, piece: Piece) -> None:
        """Remove an asset that nothing can be linked to."""
        piece.is_deleted = True

    def plan(self, label: Message, figures: Sequence[Message]) -> EditPlan:
        """Everything that was repaired, as one act."""
        updates: list[Update] = []
        deletes: list[Delete] = []
        ghosts: list[Ghost] = []
        for key, piece in self._pieces.items():
            if piece is None:
                continue
            if piece.is_deleted:
                deletes.append(Delete(*key, piece.asset.version))
                if piece.asset.geometry is not None:
                    ghosts.append(Ghost("gone", key.type, piece.asset.geometry))
                continue
            values = dict(piece.values)
            if piece.geometry is not piece.asset.geometry and piece.geometry is not None:
                values[GEOMETRY] = piece.geometry
                ghosts.append(Ghost("changed", key.type, piece.geometry))
            if values:
                updates.append(Update(*key, piece.asset.version, values))
        bulk = tuple(self.bulk)
        return EditPlan(label, (), tuple(updates), tuple(deletes), tuple(figures), tuple(ghosts), bulk=bulk)

    def _links_to(self, type_name: str) -> Iterator[tuple[str, str, bool]]:
        for asset_type in self.catalogue:
            for link in asset_type.links:
                if type_name in link.targets:
                    yield asset_type.name, link.name, link.several


def coordinates(geometry: BaseGeometry | None) -> Floats:
    """The vertices of a shape, with heights if it has them."""
    if geometry is None:
        return np.zeros((0, 2))
    return np.asarray(shapely.get_coordinates(geometry, include_z=bool(shapely.has_z(geometry))))


def with_vertex(course: Floats, place: Floats, tolerance: float) -> Floats:
    """A line's vertices with one at the place on it nearest to ``place``, unless one is there."""
    step = np.diff(course[:, :2], axis=0)
    length = np.maximum((step**2).sum(axis=1), 1e-18)
    share = np.clip(((place[:2] - course[:-1, :2]) * step).sum(axis=1) / length, 0.0, 1.0)
    on = course[:-1] + share[:, None] * np.diff(course, axis=0)
    at = int(np.argmin(np.hypot(*(on[:, :2] - place[:2]).T)))
    if np.hypot(*(course[:, :2] - on[at, :2]).T).min() <= tolerance:
        return course
    return np.insert(course, at + 1, on[at], axis=0)


def nearest_on(course: Floats, place: Floats) -> Floats:
    """The place on a line nearest to another (x, y)."""
    line = shapely.LineString(course[:, :2])
    point = line.interpolate(line.project(shapely.Point(place[:2])))
    return np.array([point.x, point.y])
