"""Bounds of many GeoPackage geometry blobs at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from layers.store.types import from_blob

_POINT_BLOB = 29
_XY_ENVELOPE = 1


def blob_bounds(blobs: Sequence[bytes]) -> npt.NDArray[np.float64]:
    """x0, y0, x1, y1 of each blob, (n, 4); NaN for empty geometries. ``ValueError`` for a broken blob."""
    if not blobs:
        return np.empty((0, 4))
    if all(len(blob) == _POINT_BLOB for blob in blobs):
        raw = np.frombuffer(b"".join(blobs), np.uint8).reshape(-1, _POINT_BLOB)
        if (raw[:, 8:13] == (1, 1, 0, 0, 0)).all():
            points = np.ascontiguousarray(raw[:, 13:]).view("<f8")
            return np.concatenate([points, points], axis=1)
    return np.array([_one(blob) for blob in blobs], float)


def _one(blob: bytes) -> tuple[float, ...]:
    if blob[3] & 1 and (blob[3] >> 1) & 7 == _XY_ENVELOPE and len(blob) > 40:
        x0, x1, y0, y1 = np.frombuffer(blob, "<f8", 4, 8).tolist()
        return x0, y0, x1, y1
    return from_blob(blob).bounds  # type: ignore[no-any-return]
