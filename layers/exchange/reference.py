"""Reference layers: foreign layers that are looked at on the map without being imported. Read-only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import shapely

from layers.errors import UserError
from layers.exchange.formats import read_layer
from layers.exchange.import_plan import PlannedLayer
from layers.exchange.placement import Placement
from layers.exchange.shapes import moved
from layers.feedback import Feedback
from layers.model.catalogue import Shape
from layers.store.worker import Worker
from layers.text import Message


@dataclass(frozen=True)
class ReferenceLayer:
    """A foreign layer in the register's coordinates: ``geometry`` as WKB (null: none) beside its
    ``attributes``.
    """

    name: str
    file: str
    shape: Shape | None
    geometry: pa.Array
    attributes: pa.Table

    def __len__(self) -> int:
        return len(self.geometry)

    def row(self, number: int) -> Mapping[str, object]:
        """The attributes of one feature, as the file names them."""
        row: Mapping[str, object] = self.attributes.slice(number, 1).to_pylist()[0]
        return row


def read_reference(
    worker: Worker, layer: PlannedLayer, encoding: str | None = None, feedback: Feedback | None = None
) -> ReferenceLayer:
    """Read a planned layer to be shown. Raises ``UserError`` when it has no place on the register's map."""
    if layer.placement is None:
        raise UserError(
            Message("import.reference.no_place", {"layer": layer.survey.name}),
            Message("import.reference.no_place.hint"),
        )
    name = layer.survey.name
    said = layer.mapping.coordinates
    found = worker.run(_read, layer.path, name, encoding, layer.placement, said, feedback=feedback)
    return replace(found, file=layer.file_name, shape=layer.survey.shape)


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
        return ReferenceLayer(layer, path, None, pa.nulls(len(found), pa.binary()), attributes)
    raw = np.asarray(found.geometry.to_numpy(zero_copy_only=False), dtype=object)
    shapes, _ = moved(shapely.from_wkb(raw, on_invalid="ignore"), placement)
    wkb = pa.array(shapely.to_wkb(shapes, output_dimension=3, byte_order=1, flavor="iso"), pa.binary())
    return ReferenceLayer(layer, path, None, wkb, attributes)
