"""Small networks as tables, the way a register gives its columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa
import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from layers.model.query import Box
from layers.scene.request import DrawRequest
from tests.layers.store.conftest import (
    empty_register,
    new_place,
    opened,
    place,
    running_server,
    server,
    worker,
)

# The registers of the store's contract, a file and a server alike.
__all__ = ["empty_register", "new_place", "opened", "place", "running_server", "server", "worker"]

MakeTable = Callable[..., pa.Table]


@pytest.fixture
def table() -> MakeTable:
    """``table(shapes, field=values, ...)``: ids from 1, the geometry as WKB, blank where None."""

    def make(shapes: Sequence[BaseGeometry | None], **fields: Sequence[Any]) -> pa.Table:
        wkb = [None if s is None else shapely.to_wkb(s, output_dimension=3) for s in shapes]
        columns: dict[str, Any] = {"fid": pa.array(range(1, len(shapes) + 1), pa.int64())}
        columns |= {name: pa.array(values) for name, values in fields.items()}
        return pa.table(columns | {"geom": pa.array(wkb, pa.binary())})

    return make


@pytest.fixture
def request_for() -> Callable[..., DrawRequest]:
    """``request_for(x, y, metres_per_pixel)``: a frame of 800 by 600 px around a place."""

    def make(x: float, y: float, metres: float, hidden: frozenset[str] = frozenset()) -> DrawRequest:
        return DrawRequest(
            1, Box(x - 400 * metres, y - 300 * metres, x + 400 * metres, y + 300 * metres), metres, hidden
        )

    return make
