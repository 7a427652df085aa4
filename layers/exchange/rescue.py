"""Damaged data sets, feature by feature with fiona: what can be read is kept, the rest named. Worker only."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import fiona
import numpy as np
import pyarrow as pa
import shapely
from fiona.errors import FionaError
from shapely.geometry import shape

from layers.exchange.foreign import RowProblem, problem
from layers.exchange.gdal_source import Loaded, read_crs, refused, said_by
from layers.feedback import Feedback
from layers.text import Message

_ERRORS = (
    FionaError,
    ValueError,
    KeyError,
    TypeError,
    RuntimeError,
    OSError,
    OverflowError,
    shapely.errors.ShapelyError,
)
_GIVE_UP_AFTER = 1000
_LISTED = 200


@dataclass(frozen=True)
class Damaged:
    """A layer that could not be read at once: where GDAL opens it, its file's name, and why it failed."""

    path: str
    layer: str
    stem: str
    cause: BaseException
    encoding: str | None = None


def load(damaged: Damaged, feedback: Feedback | None = None) -> tuple[Loaded, list[RowProblem]]:
    """Every feature that can still be read, and a problem for each that cannot.

    Raises ``UserError`` when no feature can be read.
    """
    feedback = feedback or Feedback()
    stem, cause = damaged.stem, damaged.cause
    try:
        with _quiet(), fiona.open(damaged.path, layer=damaged.layer, encoding=damaged.encoding) as source:
            crs, doubts = read_crs(source.crs_wkt)
            names = list(source.schema["properties"])
            kept, problems = _features(source, feedback)
    except _ERRORS as error:
        raise refused(stem, cause) from error
    if not kept and problems:
        raise refused(stem, cause) from cause
    remark = problem(
        "rescued", "warning", Message("format.rescued", {"kept": len(kept), "lost": len(problems)})
    )
    loaded = Loaded(
        pa.table({name: _column([row[name] for _, row, _ in kept]) for name in names}),
        np.array([fid for fid, _, _ in kept], dtype=np.int64),
        pa.array([wkb for _, _, wkb in kept], pa.binary()),
        crs,
        (*doubts, remark),
        "Unknown",
    )
    return loaded, problems[:_LISTED]


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep complaints about a file known to be damaged out of the log: each comes back as a problem."""
    log = logging.getLogger("fiona")
    before = log.level
    log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        log.setLevel(before)


def _features(
    source: Any, feedback: Feedback
) -> tuple[list[tuple[int, dict[str, Any], bytes | None]], list[RowProblem]]:
    kept: list[tuple[int, dict[str, Any], bytes | None]] = []
    problems: list[RowProblem] = []
    failures = 0
    for number, feature in _walk(source):
        if number % 1000 == 0:
            feedback.check()
        if isinstance(feature, Exception):
            problems.append(RowProblem(number + 1, _unreadable(feature)))
            failures += 1
            if failures >= _GIVE_UP_AFTER:
                break
            continue
        failures = 0
        geometry = feature.geometry
        try:
            wkb = None if geometry is None else shapely.to_wkb(shape(geometry), flavor="iso")
        except _ERRORS as error:
            problems.append(RowProblem(number + 1, _unreadable(error)))
            continue
        kept.append((number, dict(feature.properties), wkb))
    return kept, problems


def _walk(source: Any) -> Iterator[tuple[int, Any]]:
    """Features one after another by number; an exception in place of one that cannot be read."""
    # Numbers count from 0 in some formats and from 1 in others.
    for number in range(len(source) + 1):
        try:
            feature = source[number]
        except _ERRORS as error:
            feature = error
        if feature is not None:
            yield number, feature


def _unreadable(error: BaseException) -> Any:
    message = Message("format.record_unreadable", {"text": said_by(error)})
    return problem("record_unreadable", "error", message)


def _column(values: list[Any]) -> pa.Array:
    try:
        return pa.array(values)
    except (pa.ArrowException, TypeError, ValueError):
        return pa.array([None if value is None else str(value) for value in values], pa.string())
