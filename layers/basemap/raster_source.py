"""A GeoTIFF as a pyramid of tiles: the worker process reads them, at the reduction a view needs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from layers.basemap.grid import Affine, TileGrid, TileKey, TileLevel
from layers.basemap.raster_call import call_raster
from layers.basemap.raster_facts import TILE, RasterFacts
from layers.basemap.source import Found, Picture
from layers.errors import UserError
from layers.feedback import Feedback
from layers.geometry.crs import Crs
from layers.model.problem import Problem
from layers.store.worker import Worker
from layers.text import Message

#: Pixels of the coarsest level per pixel of the screen beyond which a file without overviews is not read.
_SLOWEST = 2.0


class RasterSource:
    """The tiles of one file."""

    def __init__(self, path: Path, facts: RasterFacts, worker: Worker) -> None:
        self._path, self._facts, self._worker = path, facts, worker

    def read(self, keys: Sequence[TileKey], feedback: Feedback) -> dict[TileKey, Picture]:
        facts = self._facts
        asked = [(facts.factors[key.level], key.column, key.row) for key in keys]
        pictures = self._worker.run(
            call_raster, "read_tiles", str(self._path), facts.stretch, asked, feedback=feedback
        )
        return dict(zip(keys, pictures, strict=True))

    def close(self) -> None:
        """The file is opened for each reading only."""


def open_geotiff(
    path: Path, worker: Worker, register: Crs, crs: Crs | None, feedback: Feedback, *, shifted: bool = False
) -> Found:
    """Open a file. ``crs`` is what the user says of it; a file that says nothing is taken to be in ``register``.

    Raises ``UserError`` when it is no GeoTIFF, cut off, or has no place on earth.
    """
    facts: RasterFacts = worker.run(call_raster, "describe", str(path), feedback=feedback)
    findings = []
    system = crs or _own(path, facts)
    if system is None:
        system = register
        message = Message("basemap.crs_assumed", {"file": path.name, "crs": register.title})
        findings.append(Problem("crs_assumed", "note", message))
    if facts.is_cut:
        message = Message("basemap.without_overviews", {"file": path.name})
        findings.append(Problem("without_overviews", "note", message))
    _check_place(path, facts, system)
    grid = TileGrid(system, tuple(_level(facts, factor) for factor in facts.factors), shifted)
    return Found(
        grid,
        RasterSource(path, facts, worker),
        slowest=_SLOWEST if facts.is_cut else None,
        findings=tuple(findings),
    )


def build_overviews(path: Path, worker: Worker, feedback: Feedback) -> None:
    """Write the reductions that a large file lacks into a file beside it."""
    worker.run(call_raster, "build_overviews", str(path), feedback=feedback)


def _own(path: Path, facts: RasterFacts) -> Crs | None:
    """What the file or a .prj beside it says; None when neither says anything that can be used."""
    if facts.wkt:
        found = Crs.parse(facts.wkt)
        # "LOCAL_CS" is what GDAL writes for plane coordinates without a place.
        return None if found.is_local else found
    beside = path.with_suffix(".prj")
    try:
        text = beside.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return None
    return Crs.parse(text) if text else None


def _check_place(path: Path, facts: RasterFacts, crs: Crs) -> None:
    """Degrees beyond the globe are metres that were called degrees."""
    if not crs.is_geographic:
        return
    a, b, c, d, e, f = facts.transform
    corners = [(a * x + b * y + c, d * x + e * y + f) for x in (0, facts.width) for y in (0, facts.height)]
    if any(abs(x) > 361 or abs(y) > 91 for x, y in corners):
        raise UserError(
            Message("basemap.wrong_crs", {"file": path.name, "crs": crs.title}),
            Message("basemap.wrong_crs_hint"),
        )


def _level(facts: RasterFacts, factor: int) -> TileLevel:
    side = TILE * factor
    affine = Affine(*facts.transform).coarser(factor)
    return TileLevel(f"1/{factor}", affine, TILE, TILE, -(-facts.width // side), -(-facts.height // side))
