"""The index of a shapefile against its shapes: is it whole, does it tell the truth, which shapes are lost."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from layers.exchange.foreign import RowProblem, on_rows, problem
from layers.text import Message

MAGIC = b"\x00\x00\x27\x0a"
_HEAD = 100
_CUT_OFF = problem("geometry_cut_off", "error", Message("format.geometry_cut_off"))
_LENGTH_LIES = problem("record_length", "note", Message("format.record_length"))
_UNREADABLE = problem("geometry_unreadable", "error", Message("format.geometry_unreadable"))

Integers = NDArray[np.int64]


def is_usable(shp: Path, shx: Path) -> bool:
    """Whether the index is as long as it says, and right wherever the shapes themselves tell better."""
    size = shx.stat().st_size
    with shx.open("rb") as file:
        head = file.read(_HEAD)
    if len(head) < _HEAD or head[:4] != MAGIC or int.from_bytes(head[24:28], "big") * 2 > size:
        return False
    starts, lengths = _index(shx)
    content = _content(shp)
    stated, _, readable = _heads(content, starts)
    lies = readable & (stated != lengths)
    return not lies.any() or not _is_sequence(content)


def record_count(shx: Path) -> int:
    """How many shapes the index names."""
    return max(shx.stat().st_size - _HEAD, 0) // 8


def lost_geometry(shp: Path, shx: Path, fids: Integers, wkb: pa.Array) -> list[RowProblem]:
    """Shapes that could not be read although the file holds something, and records whose length lies."""
    starts, lengths = _index(shx)
    content = _content(shp)
    stated, kinds, readable = _heads(content, starts)
    empty = fids[np.asarray(wkb.is_null(), dtype=bool)]
    empty = empty[empty < len(starts)]
    cut = empty[starts[empty] + 8 + lengths[empty] > len(content)]
    unreadable = np.setdiff1d(empty[kinds[empty] != 0], cut)
    lying = np.setdiff1d(np.flatnonzero(readable & (stated != lengths)), cut)
    return [
        *on_rows((lying + 1).tolist(), _LENGTH_LIES),
        *on_rows((cut + 1).tolist(), _CUT_OFF),
        *on_rows((unreadable + 1).tolist(), _UNREADABLE),
    ]


def _index(shx: Path) -> tuple[Integers, Integers]:
    """Where each record begins and how long its content is, in bytes."""
    index = shx.read_bytes()[_HEAD:]
    pairs = np.frombuffer(index[: len(index) // 8 * 8], dtype=">i4").reshape(-1, 2).astype(np.int64) * 2
    return pairs[:, 0], pairs[:, 1]


def _content(shp: Path) -> NDArray[np.uint8]:
    return np.memmap(shp, dtype=np.uint8, mode="r")


def _heads(content: NDArray[np.uint8], starts: Integers) -> tuple[Integers, Integers, NDArray[np.bool_]]:
    """Content length and kind each record states itself; which records begin inside the file."""
    readable = (starts >= _HEAD) & (starts + 12 <= len(content))
    lengths, kinds = np.zeros(len(starts), np.int64), np.zeros(len(starts), np.int64)
    for shift in range(4):
        lengths[readable] = lengths[readable] << 8 | content[starts[readable] + 4 + shift]
        kinds[readable] |= content[starts[readable] + 8 + shift].astype(np.int64) << 8 * shift
    return lengths * 2, kinds, readable


def _is_sequence(content: NDArray[np.uint8]) -> bool:
    """Whether the shapes follow one another without a gap, numbered 1, 2, 3, to the end of the file."""
    at, number = _HEAD, 0
    while at + 8 <= len(content):
        head = content[at : at + 8].tobytes()
        number += 1
        length = int.from_bytes(head[4:], "big", signed=True) * 2
        if int.from_bytes(head[:4], "big") != number or length < 4:
            return False
        at += 8 + length
    return at == len(content)
