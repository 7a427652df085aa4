"""Reference layers: foreign layers that are looked at on the map without being imported. Read-only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from layers.errors import UserError
from layers.exchange.formats import read_layer
from layers.exchange.import_plan import PlannedLayer
from layers.exchange.placement import Placement
from layers.exchange.shapes import moved
from layers.feedback import Feedback
from layers.geometry.crs import Crs
from layers.store.worker import Worker
from layers.text import Message


@dataclass(frozen=True)
class ReferenceLayer:
    """A foreign layer in the register's coordinates: ``geometry`` as WKB (null: none) beside its ``attributes``."""

    geometry: pa.Array
    attributes: pa.Table

    def __len__(self) -> int:
        return len(self.geometry)

    def row(self, number: int) -> Mapping[str, object]:
        """The attributes of one feature, as the file names them."""
        row: Mapping[str, object] = self.attributes.slice(number, 1).to_pylist()[0]
        return row


@dataclass(frozen=True)
class ReferencePlace:
    """Where a layer to be looked at lies: its file, its name there, and how its coordinates reach the register."""

    path: str
    layer: str
    encoding: str | None
    crs: str
    scale: float = 1.0
    offset: tuple[float, float] = (0.0, 0.0)
    swapped: bool = False
    coordinates: tuple[str, str] | None = None

    def placement(self, register: Crs) -> Placement:
        """The way into a register. Raises ``UserError`` for a system that is none."""
        return Placement(Crs.parse(self.crs), register, self.scale, self.offset, self.swapped)


def place_of_data(data: Mapping[str, Any]) -> ReferencePlace:
    """A place that was kept as plain data. Raises ``UserError`` for what is none."""
    known = {each.name for each in fields(ReferencePlace)}
    values: dict[str, Any] = {
        name: tuple(v) if isinstance(v, list) else v for name, v in data.items() if name in known
    }
    try:
        return ReferencePlace(**values)
    except TypeError as error:
        raise UserError(
            Message("import.reference.gone", {"file": str(data.get("path", ""))}),
            Message("import.reference.gone.hint"),
        ) from error


def place_of_reference(layer: PlannedLayer) -> ReferencePlace:
    """Where a planned layer lies. Raises ``UserError`` when it has no place on the register's map."""
    placement = layer.placement
    if placement is None:
        raise UserError(
            Message("import.reference.no_place", {"layer": layer.survey.name}),
            Message("import.reference.no_place.hint"),
        )
    system = placement.source.code or placement.source.wkt
    return ReferencePlace(
        layer.path,
        layer.survey.name,
        layer.encoding or None,
        system,
        placement.scale,
        placement.offset,
        placement.swapped,
        layer.mapping.coordinates,
    )


def read_reference(
    worker: Worker, place: ReferencePlace, register: Crs, feedback: Feedback | None = None
) -> ReferenceLayer:
    """Read a layer to be looked at. Raises ``UserError`` when its file is gone or can no longer be read."""
    if not Path(place.path).exists():
        raise UserError(
            Message("import.reference.gone", {"file": place.path}), Message("import.reference.gone.hint")
        )
    given = (place.path, place.layer, place.encoding, place.placement(register), place.coordinates)
    return worker.run(_read, *given, feedback=feedback)


def _read(
    feedback: Feedback,
    path: str,
    layer: str,
    encoding: str | None,
    placement: Placement,
    coordinates: tuple[str, str] | None,
) -> ReferenceLayer:
    found = read_layer(path, layer, encoding, feedback, coordinates)
    attributes = found.table.select([n for n in found.table.column_names if not n.startswith("__")])
    if found.geometry is None:
        return ReferenceLayer(pa.nulls(len(found), pa.binary()), attributes)
    raw = np.asarray(found.geometry.to_numpy(zero_copy_only=False), dtype=object)
    shapes, _ = moved(shapely.from_wkb(raw, on_invalid="ignore"), placement)
    wkb = pa.array(shapely.to_wkb(shapes, output_dimension=3, byte_order=1, flavor="iso"), pa.binary())
    return ReferenceLayer(wkb, attributes)
