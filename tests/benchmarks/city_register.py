"""A register of a benchmark city, and what both sides draw of its file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyogrio

from layers.geometry.crs import Crs
from layers.register import Register
from layers.store.worker_columns import read_columns
from layers.text import Message

# Asset type: its columns by the names that the city's file gives them; the layer has the type's name.
MAPPED: Mapping[str, Mapping[str, str]] = {
    "grid": {"code": "code", "name": "name"},
    "meter_well": {"code": "code", "road": "road"},
    "pipe": {
        "code": "code", "dn": "dn", "material": "material", "laid_date": "year", "road": "road",
        "recorded_length_m": "length_m",
    },
    "hydrant": {"code": "code", "hydrant_type": "kind", "road": "road"},
    "valve": {"code": "code", "road": "road"},
    "meter": {"code": "code", "address": "address", "dn": "caliber", "customer_no": "user_no"},
}  # fmt: skip
WORDS = {
    "material": {"球墨铸铁": "DI", "PE": "PE", "钢管": "ST", "灰口铸铁": "CI", "PVC-U": "PVC"},
    "hydrant_type": {"地上": "above", "地下": "below"},
}


def make_register(city: Path, target: Path) -> None:
    """Bring every layer of the city's file into a new register, as one change set."""
    there = {name for name, _ in pyogrio.list_layers(city)}
    with Register.create(target, Crs.parse("EPSG:4546"), actor="bench", name=city.stem) as register:
        with register.edit(Message("store.created"), "import") as edit:
            for name in MAPPED:
                if name in there:
                    edit.insert_bulk(name, _rows(register, city, name))
        register.idle()


def _rows(register: Register, city: Path, name: str) -> pa.Table:
    wanted = MAPPED[name]
    found = register.worker.run(read_columns, city, name, list(wanted.values()), True, None, None)
    columns = {field: _as(field, found[source]) for field, source in wanted.items()}
    return pa.table({**columns, "geom": found["geom"]})


def _as(field: str, column: pa.ChunkedArray) -> pa.ChunkedArray:
    if field in WORDS:
        words = WORDS[field]
        known = pa.array(list(words), pa.string())
        codes = pa.array(list(words.values()), pa.string())
        return codes.take(pc.index_in(column.combine_chunks(), known))
    if field in ("laid_date", "customer_no"):
        return column.cast(pa.string())
    return column
