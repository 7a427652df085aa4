"""The book as the checks read it: columns of a type, its places, the network of its lines; each made once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from scipy.spatial import cKDTree

from layers.analysis.network import Network, derive_network
from layers.feedback import Feedback
from layers.geometry.packed import Floats, Integers, PackedLines, pack_lines, pack_points, take_lines
from layers.model.catalogue import Catalogue
from layers.text import Message

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Lines:
    """The connected lines of a type: their rows in the table, their geometry, and the network they make."""

    rows: Integers
    packed: PackedLines
    network: Network


class Book:
    """Columns by type name, read on first use. ``read`` gives every field of a type, ``fid`` and ``geom``."""

    def __init__(
        self,
        catalogue: Catalogue,
        read: Callable[[str], pa.Table],
        setting: Callable[[str], Any],
        connected_statuses: tuple[str, ...],
        feedback: Feedback,
    ) -> None:
        self.catalogue, self.feedback = catalogue, feedback
        self._read, self._setting = read, setting
        self._connected = connected_statuses
        self._tables: dict[str, pa.Table] = {}
        self._lines: dict[str, Lines] = {}
        self._settings: dict[str, Any] = {}
        self._places: dict[str, Floats] = {}

    def table(self, type_name: str) -> pa.Table:
        """All assets of a type."""
        if type_name not in self._tables:
            self.feedback.progress(0.0, Message("check.reading", {"type": self.catalogue[type_name].plural}))
            self._tables[type_name] = self._read(type_name).combine_chunks()
        return self._tables[type_name]

    def setting(self, name: str) -> Any:
        """The company's value of a setting."""
        if name not in self._settings:
            self._settings[name] = self._setting(name)
        return self._settings[name]

    def ids(self, type_name: str) -> Integers:
        """The id of every row."""
        return np.asarray(self.table(type_name).column("fid").to_numpy(), dtype=np.int64)

    def texts(self, type_name: str, name: str) -> list[Any]:
        """A column as Python values, None where blank."""
        return list(self.table(type_name).column(name).to_pylist())

    def numbers(self, type_name: str, name: str) -> Floats:
        """A column as numbers, NaN where blank."""
        return np.asarray(
            self.table(type_name).column(name).cast(pa.float64()).to_numpy(zero_copy_only=False)
        )

    def among(self, type_name: str, name: str, values: tuple[Any, ...], *, blank: bool = False) -> Flags:
        """Which rows have one of these values (or, with ``blank``, none)."""
        column = self.table(type_name).column(name)
        found = pc.is_in(column, value_set=pa.array(values, column.type))
        if blank:
            found = pc.or_(found, pc.is_null(column))
        return np.asarray(pc.fill_null(found, False).to_numpy(zero_copy_only=False), dtype=bool)

    def blank(self, type_name: str, name: str) -> Flags:
        """Which rows have no value."""
        return np.asarray(pc.is_null(self.table(type_name).column(name)).to_numpy(zero_copy_only=False))

    def connected(self, type_name: str) -> Flags:
        """Which rows are part of the network today: in the ground and not given up."""
        if "status" not in self.table(type_name).column_names:
            return np.ones(self.table(type_name).num_rows, dtype=bool)
        return self.among(type_name, "status", self._connected, blank=True)

    def places(self, type_name: str) -> Floats:
        """Where every row is (n, 2): the point itself, the middle of a line or border; NaN without a place."""
        if type_name not in self._places:
            self._places[type_name] = self._places_of(type_name)
        return self._places[type_name]

    def _places_of(self, type_name: str) -> Floats:
        geometry = self.table(type_name).column("geom")
        xy = np.full((len(geometry), 2), np.nan)
        if self.catalogue[type_name].shape == "point":
            points = pack_points(geometry)
            xy[points.row] = points.xy
        else:
            lines = pack_lines(geometry)
            middle = (lines.offsets[:-1] + lines.offsets[1:] - 1) // 2
            xy[lines.row] = (lines.xy[middle] + lines.xy[np.minimum(middle + 1, lines.offsets[1:] - 1)]) / 2
        return xy

    def lines(self, type_name: str) -> Lines:
        """The connected lines of a type and their network."""
        if type_name not in self._lines:
            self.feedback.progress(0.0, Message("check.connecting"))
            every = pack_lines(self.table(type_name).column("geom"))
            packed = take_lines(every, np.flatnonzero(self.connected(type_name)[every.row]))
            network = derive_network(packed, float(self.setting("node_tolerance_m")), self.feedback)
            self._lines[type_name] = Lines(packed.row, packed, network)
        return self._lines[type_name]

    def near_points(self, xy: Floats, distance: float) -> Flags:
        """At which places (n, 2) a point of the network, of whatever type, lies within ``distance`` metres."""
        points = self._points
        if points is None or not len(xy):
            return np.zeros(len(xy), dtype=bool)
        return np.asarray(points.query(xy, distance_upper_bound=distance)[0] <= distance)

    @cached_property
    def _points(self) -> cKDTree | None:
        """The points of the network, of every type: what an end of a line may lead to. None without any."""
        types = [t for t in self.catalogue.of_group("network") if t.shape == "point"]
        found = [pack_points(self.table(t.name).column("geom")).xy for t in types]
        xy = np.concatenate(found) if found else np.zeros((0, 2))
        # Millions of points, asked for some thousands of places: a tree that is quick to build.
        return cKDTree(xy, balanced_tree=False, compact_nodes=False) if len(xy) else None
