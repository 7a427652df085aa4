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
import shapely

from layers.analysis.checking.cells import PointCells
from layers.analysis.network import Network, Shapes, derive_network
from layers.feedback import Feedback
from layers.geometry.packed import (
    Floats,
    Integers,
    PackedLines,
    PackedPoints,
    boxes,
    lengths,
    pack_lines,
    pack_points,
    take_lines,
)
from layers.model.catalogue import Catalogue
from layers.text import Message

Flags = npt.NDArray[np.bool_]
#: Of fewer places nobody can tell which one is far out.
_ENOUGH = 12


@dataclass(frozen=True)
class Lines:
    """The connected lines of a type: their rows in the table, their geometry, and the network they make."""

    rows: Integers
    packed: PackedLines
    network: Network

    @cached_property
    def length(self) -> Floats:
        """How long every line is as drawn (m)."""
        return lengths(self.packed)

    @cached_property
    def boxes(self) -> Floats:
        """The box (x0, y0, x1, y1) of every line."""
        return boxes(self.packed)

    @cached_property
    def pairs(self) -> tuple[Integers, Integers]:
        """Lines whose boxes meet within the tolerance: every pair once, the earlier line first."""
        low, high = self.boxes[:, :2], self.boxes[:, 2:]
        reach = 2 * self.network.tolerance
        # A tree looks at the box of what it is asked for: a diagonal has one and is cheaply made.
        diagonals = shapely.linestrings(np.stack([low - reach, high + reach], axis=1))
        first, second = self.network.tree.query(diagonals)
        once = first < second
        return first[once], second[once]


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
        self._packed: dict[str, PackedLines] = {}
        self._located: dict[str, PackedPoints] = {}
        self._shapes: dict[str, Shapes] = {}

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
        xy = np.full((self.table(type_name).num_rows, 2), np.nan)
        if self.catalogue[type_name].shape == "point":
            points = self.points(type_name)
            xy[points.row] = points.xy
        else:
            lines = self.packed(type_name)
            middle = (lines.offsets[:-1] + lines.offsets[1:] - 1) // 2
            xy[lines.row] = (lines.xy[middle] + lines.xy[np.minimum(middle + 1, lines.offsets[1:] - 1)]) / 2
        return xy

    def packed(self, type_name: str) -> PackedLines:
        """All lines of a type, connected or not; borders of areas as closed lines."""
        if type_name not in self._packed:
            self._packed[type_name] = pack_lines(self.table(type_name).column("geom"))
        return self._packed[type_name]

    def points(self, type_name: str) -> PackedPoints:
        """All located points of a type."""
        if type_name not in self._located:
            self._located[type_name] = pack_points(self.table(type_name).column("geom"))
        return self._located[type_name]

    def shapes(self, type_name: str) -> Shapes:
        """The geometry of every row as shapely has it; None without one or where it is broken."""
        if type_name not in self._shapes:
            wkb = self.table(type_name).column("geom").to_numpy()
            self._shapes[type_name] = shapely.from_wkb(wkb, on_invalid="ignore")
        return self._shapes[type_name]

    def lines(self, type_name: str) -> Lines:
        """The connected lines of a type and their network."""
        if type_name not in self._lines:
            self.feedback.progress(0.0, Message("check.connecting"))
            every = self.packed(type_name)
            packed = take_lines(every, np.flatnonzero(self.connected(type_name)[every.row]))
            network = derive_network(packed, float(self.setting("node_tolerance_m")), self.feedback)
            self._lines[type_name] = Lines(packed.row, packed, network)
        return self._lines[type_name]

    def near_points(self, xy: Floats, distance: float) -> Flags:
        """At which places (n, 2) a point of the network, of whatever type, lies within ``distance`` metres."""
        return self._points.near(xy, distance)

    @cached_property
    def _points(self) -> PointCells:
        """The points of the network, of every type: what an end of a line may lead to."""
        types = [t for t in self.catalogue.of_group("network") if t.shape == "point"]
        found = [self.points(t.name).xy for t in types]
        return PointCells(np.concatenate(found) if found else np.zeros((0, 2)))

    @cached_property
    def spread(self) -> tuple[Floats, Floats, Floats] | None:
        """Where the network is: its 10th and 90th percentile and its middle, each (x, y); None where it is hardly
        anywhere."""
        every = [self.places(t.name) for t in self.catalogue.of_group("network") if t.shape is not None]
        xy = np.concatenate(every) if every else np.zeros((0, 2))
        xy = xy[~np.isnan(xy[:, 0])]
        if len(xy) < _ENOUGH:
            return None
        low, middle, high = np.percentile(xy, (10, 50, 90), axis=0)
        return low, high, middle
