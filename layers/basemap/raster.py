"""GeoTIFF read with rasterio. Runs in the worker process only: rasterio brings a GDAL of its own.

Parents call these functions by name through ``layers.basemap.raster_call``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.enums import ColorInterp, MaskFlags, Resampling
from rasterio.errors import RasterioError, RasterioIOError
from rasterio.windows import Window

from layers.basemap.raster_facts import TILE, RasterFacts, Stretch
from layers.errors import UserError
from layers.feedback import Feedback
from layers.text import Message

#: Pixels that one view may have to be read from the disk.
_AFFORDABLE = 150_000_000
_VIEW_WIDTH, _VIEW_HEIGHT = 2880, 1620
_PROBE = 1024
_SIDES = (0.0, 0.5, 1.0)


def describe(feedback: Feedback, path: str) -> RasterFacts:
    """Open a file and look at its corners. Raises ``UserError`` when it is no image, cut off, or has no place."""
    with _opened(path) as file:
        _check(file, path)
        _touch(file, path)
        factors, is_cut = _factors(file)
        wkt = file.crs.to_wkt() if file.crs else ""
        return RasterFacts(
            file.width,
            file.height,
            tuple(file.transform)[:6],
            wkt,
            factors,
            _stretch(file),
            is_cut,
        )


def read_tiles(
    feedback: Feedback, path: str, stretch: Stretch, tiles: Sequence[tuple[int, int, int]]
) -> list[NDArray[np.uint8] | None]:
    """The tiles (factor, column, row) as red, green, blue, opacity; None where the file cannot be read."""
    found: list[NDArray[np.uint8] | None] = []
    with _opened(path) as file:
        # Asked before anything is read: a failed reading would leave its error to the next question.
        bands = _Bands.of(file)
        for factor, column, row in tiles:
            feedback.check()
            try:
                found.append(_tile(file, bands, stretch, factor, column, row))
            except RasterioError:
                # A part that is cut off or damaged leaves a gap; the rest of the picture is worth seeing.
                found.append(None)
    return found


def build_overviews(feedback: Feedback, path: str) -> None:
    """Write the reductions that a large file lacks into ``path.ovr`` beside it; the file stays as it is."""
    with _opened(path) as file:
        longest = max(file.width, file.height)
    factors = [2**n for n in range(1, 16) if longest / 2**n > TILE / 2]
    feedback.check()
    # TIFF_USE_OVR: beside the file, though it is opened for writing, which rasterio asks for.
    with rasterio.Env(TIFF_USE_OVR=True, COMPRESS_OVERVIEW="DEFLATE", BIGTIFF_OVERVIEW="IF_SAFER"):
        try:
            with rasterio.open(path, "r+") as file:
                file.build_overviews(factors, Resampling.average)
        except (RasterioError, OSError) as error:
            raise UserError(
                Message("basemap.no_overviews_written", {"file": Path(path).name}),
                Message("basemap.unreadable_hint"),
                Message("basemap.system_says", {"text": str(error)}),
            ) from error


def _opened(path: str) -> Any:
    try:
        return rasterio.open(path)
    except RasterioIOError as error:
        name = Path(path).name
        if not Path(path).exists():
            raise UserError(
                Message("basemap.missing_file", {"file": path}), Message("basemap.missing_file_hint")
            ) from error
        raise UserError(
            Message("basemap.not_image", {"file": name}),
            Message("basemap.not_image_hint"),
            Message("basemap.system_says", {"text": str(error)}),
        ) from error


def _check(file: Any, path: str) -> None:
    name = Path(path).name
    if file.driver != "GTiff":
        raise UserError(Message("basemap.not_geotiff", {"file": name}), Message("basemap.not_image_hint"))
    if file.count == 0 or file.width < 1 or file.height < 1 or np.dtype(file.dtypes[0]).kind not in "uif":
        raise UserError(Message("basemap.not_image", {"file": name}), Message("basemap.not_image_hint"))
    if file.transform.is_identity or not file.transform.determinant:
        raise UserError(Message("basemap.no_place", {"file": name}), Message("basemap.no_place_hint"))


def _touch(file: Any, path: str) -> None:
    """Read a pixel at corners and middle: a file cut off in copying opens well and fails there."""
    for x in _SIDES:
        for y in _SIDES:
            window = Window(round(x * (file.width - 1)), round(y * (file.height - 1)), 1, 1)
            try:
                file.read(1, window=window)
            except RasterioError as error:
                raise UserError(
                    Message("basemap.truncated", {"file": Path(path).name}),
                    Message("basemap.damaged_hint"),
                    Message("basemap.system_says", {"text": str(error)}),
                ) from error


def _factors(file: Any) -> tuple[tuple[int, ...], bool]:
    """Powers of two from the coarsest that is quick to read down to 1, and whether coarser ones are missing."""
    longest = max(file.width, file.height)
    wished = [2**n for n in range(16) if longest / 2**n > TILE / 2] or [1]
    largest = wished[-1]
    if not file.overviews(1) and file.width * file.height > _AFFORDABLE:
        is_tiled = file.block_shapes[0][1] < file.width
        width = _VIEW_WIDTH if is_tiled else file.width
        affordable = [
            factor
            for factor in wished
            if factor * _VIEW_HEIGHT * (width * factor if is_tiled else width) <= _AFFORDABLE
        ]
        wished = affordable or [1]
    return tuple(reversed(wished)), wished[-1] < largest


def _stretch(file: Any) -> Stretch:
    if file.dtypes[0] == "uint8":
        return None
    if file.overviews(1) or file.width * file.height <= _PROBE * _PROBE * 16:
        size = min(file.height, _PROBE), min(file.width, _PROBE)
        values = file.read(_bands(file), out_shape=(len(_bands(file)), *size), masked=True)
    else:
        left, top = max((file.width - _PROBE) // 2, 0), max((file.height - _PROBE) // 2, 0)
        values = file.read(_bands(file), window=Window(left, top, _PROBE, _PROBE), masked=True)
    limits = []
    for band in values:
        known = band.compressed().astype(np.float64)
        known = known[np.isfinite(known)]
        low, high = np.percentile(known, (2, 98)) if len(known) else (0.0, 1.0)
        limits.append((float(low), float(max(high, low + 1e-9))))
    return tuple(limits)


def _bands(file: Any) -> list[int]:
    """The bands for red, green, blue; one band is shown in greys."""
    meanings = list(file.colorinterp)
    wanted = (ColorInterp.red, ColorInterp.green, ColorInterp.blue)
    if all(each in meanings for each in wanted):
        return [meanings.index(each) + 1 for each in wanted]
    return [1, 2, 3] if file.count >= 3 else [1]


@dataclass(frozen=True)
class _Bands:
    """Which bands are shown, the colours of a palette, and whether some pixels are empty."""

    numbers: tuple[int, ...]
    palette: NDArray[np.uint8] | None
    is_masked: bool

    @classmethod
    def of(cls, file: Any) -> _Bands:
        is_palette = file.colorinterp[0] == ColorInterp.palette
        is_masked = not all(MaskFlags.all_valid in flags for flags in file.mask_flag_enums)
        return cls(tuple(_bands(file)), _palette(file) if is_palette else None, is_masked)


def _tile(
    file: Any, bands: _Bands, stretch: Stretch, factor: int, column: int, row: int
) -> NDArray[np.uint8]:
    side = TILE * factor
    left, top = column * side, row * side
    width, height = min(side, file.width - left), min(side, file.height - top)
    # Whole pixels of the reduction only: what is left over at the far edges is less than one of them.
    shape = max(height // factor, 1), max(width // factor, 1)
    window = Window(left, top, min(shape[1] * factor, width), min(shape[0] * factor, height))
    picture = np.zeros((TILE, TILE, 4), dtype=np.uint8)
    part = picture[: shape[0], : shape[1]]
    if bands.palette is not None:
        part[:] = bands.palette[file.read(1, window=window, out_shape=shape)]
    else:
        resampling = Resampling.nearest if factor == 1 else Resampling.bilinear
        numbers = list(bands.numbers)
        values = file.read(numbers, window=window, out_shape=(len(numbers), *shape), resampling=resampling)
        part[..., :3] = np.moveaxis(_bytes(values, stretch), 0, -1)
        part[..., 3] = 255
    if bands.is_masked:
        mask = file.dataset_mask(window=window, out_shape=shape)
        part[..., 3] = np.minimum(part[..., 3], mask)
    return picture


def _bytes(values: NDArray[Any], stretch: Stretch) -> NDArray[np.uint8]:
    if stretch is None:
        return np.asarray(values, dtype=np.uint8)
    low = np.array([each[0] for each in stretch])[:, None, None]
    high = np.array([each[1] for each in stretch])[:, None, None]
    shown = (np.nan_to_num(values.astype(np.float64)) - low) * (255.0 / (high - low))
    return np.asarray(np.clip(shown, 0, 255), dtype=np.uint8)


def _palette(file: Any) -> NDArray[np.uint8]:
    table = np.zeros((1 << 16, 4), dtype=np.uint8)
    for value, colour in file.colormap(1).items():
        table[value] = colour
    return table
