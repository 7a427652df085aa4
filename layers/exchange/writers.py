"""Writers: tables with geometry into GeoPackage, shapefile, GeoJSON, CSV, Excel and DXF. Pure; run in the worker.

A file appears whole or not at all: it is written beside its place and then renamed. What a format cannot hold
(long field names, long texts, times) is changed and listed in the result, never dropped in silence.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyogrio

from layers.errors import UserError
from layers.exchange.cad.writer import write_drawing
from layers.exchange.dbf_names import shorten
from layers.exchange.foreign import problem
from layers.exchange.gdal_source import READ_ERRORS, catching, said_by
from layers.exchange.geometry_rows import heads, shape_of
from layers.exchange.out_layer import OutLayer
from layers.exchange.table_writers import Sheet, write_csv, write_excel
from layers.feedback import Feedback
from layers.geometry.crs import Crs
from layers.model.problem import Problem
from layers.text import Message

GEOMETRY = "geom"
_LONGEST_DBF_TEXT = 254
_KINDS = {"point": "Point", "line": "LineString", "polygon": "Polygon"}
_Z = (1000, 0x80000000)


@dataclass(frozen=True)
class Written:
    """The files that were written, how many rows, and what had to be changed on the way."""

    paths: tuple[str, ...]
    rows: int
    remarks: tuple[Problem, ...] = ()


def write_layers(feedback: Feedback, path: str | Path, layers: Sequence[OutLayer]) -> Written:
    """Write ``layers`` to ``path`` in the format its ending names; what was at ``path`` is replaced.

    Shapefile, GeoJSON and CSV hold one layer a file: several go to NAME_layer files beside it, which replace none:
    nobody was asked about them.
    Raises ``UserError`` for an unknown ending or a place that cannot be written to.
    """
    place = Path(path)
    writer = _WRITERS.get(place.suffix.lower())
    if writer is None:
        known = "、".join(sorted(_WRITERS))
        raise UserError(
            Message("format.unknown_ending", {"file": place.name}),
            Message("format.unknown_ending.hint", {"known": known}),
        )
    try:
        with _beside(place) as folder:
            remarks = writer(folder, place.name, layers, feedback)
            feedback.check()
            _refuse_to_replace(folder, place)
            paths = _put_in_place(folder, place.parent)
    except READ_ERRORS as error:
        raise UserError(
            Message("format.not_written", {"file": place.name}),
            Message("format.not_written.hint"),
            Message("format.gdal_said", {"text": said_by(error)}),
        ) from error
    return Written(tuple(paths), sum(layer.table.num_rows for layer in layers), tuple(remarks))


def _geopackage(folder: Path, name: str, layers: Sequence[OutLayer], feedback: Feedback) -> list[Problem]:
    for number, layer in enumerate(layers):
        feedback.progress(number / len(layers))
        options = {"SRID": "-1"} if layer.crs.is_local else {}
        # Files go to QGIS 3.22 and QField, which know version 1.3 of the format.
        dataset = {} if number else {"VERSION": "1.3"}
        _gdal(folder / name, layer, "GPKG", append=number > 0, layer_options=options, dataset_options=dataset)
    return []


def _geojson(folder: Path, name: str, layers: Sequence[OutLayer], feedback: Feedback) -> list[Problem]:
    for layer, file in _one_each(name, layers):
        feedback.check()
        plain = layer.crs.epsg == 4326
        options = (
            {"RFC7946": "YES"} if plain else {"COORDINATE_PRECISION": "9" if layer.crs.is_geographic else "4"}
        )
        _gdal(folder / file, layer, "GeoJSON", layer_options=options)
    return []


def _shapefile(folder: Path, name: str, layers: Sequence[OutLayer], feedback: Feedback) -> list[Problem]:
    remarks: list[Problem] = []
    shortened: dict[str, str] = {}
    for layer, file in _one_each(name, layers):
        feedback.check()
        names = shorten(layer.table.column_names)
        shortened |= {long: short for long, short in names.items() if short != long}
        table, cut = _for_dbf(layer.table)
        remarks += cut
        table = table.rename_columns([names[column] for column in table.column_names])
        _gdal(
            folder / file, replace(layer, table=table), "ESRI Shapefile", layer_options={"ENCODING": "UTF-8"}
        )
    if shortened:
        pairs = tuple(f"{long} → {short}" for long, short in sorted(shortened.items()))
        message = Message("format.names_shortened", {"count": len(pairs), "names": pairs})
        remarks.append(problem("names_shortened", "note", message))
    return remarks


def _csv(folder: Path, name: str, layers: Sequence[OutLayer], feedback: Feedback) -> list[Problem]:
    for layer, file in _one_each(name, layers):
        feedback.check()
        write_csv(folder / file, layer.table, layer.geometry, _axes(layer.crs))
    return []


def _excel(folder: Path, name: str, layers: Sequence[OutLayer], feedback: Feedback) -> list[Problem]:
    sheets = [Sheet(layer.name, layer.table, layer.geometry, _axes(layer.crs)) for layer in layers]
    write_excel(folder / name, sheets, feedback)
    return []


def _drawing(folder: Path, name: str, layers: Sequence[OutLayer], feedback: Feedback) -> list[Problem]:
    return write_drawing(folder / name, layers, feedback)


def _axes(crs: Crs) -> tuple[str, str]:
    """Names for the coordinate columns that no reader can take for the other way round."""
    return ("lon", "lat") if crs.is_geographic else ("east", "north")


_Writer = Callable[[Path, str, Sequence[OutLayer], Feedback], list[Problem]]
_WRITERS: dict[str, _Writer] = {
    ".gpkg": _geopackage,
    ".shp": _shapefile,
    ".geojson": _geojson,
    ".json": _geojson,
    ".csv": _csv,
    ".xlsx": _excel,
    ".dxf": _drawing,
}


def _gdal(path: Path, layer: OutLayer, driver: str, *, append: bool = False, **options: Any) -> None:
    table = layer.table
    kind = None
    if layer.geometry is not None:
        table = table.append_column(GEOMETRY, layer.geometry.cast(pa.binary()))
        kind = _geometry_type(layer.geometry)
    elif driver == "ESRI Shapefile":
        path = path.with_suffix(".dbf")
    placed = kind is not None and not layer.crs.is_local
    with catching([]):
        pyogrio.write_arrow(
            table,
            path,
            layer=path.stem if driver == "ESRI Shapefile" else layer.name,
            driver=driver,
            geometry_name=GEOMETRY if kind else None,
            geometry_type=kind,
            crs=_definition(layer.crs) if placed else None,
            append=append,
            **options,
        )


def _definition(crs: Crs) -> str:
    return crs.code if crs.epsg is not None else crs.wkt


def _geometry_type(wkb: pa.Array) -> str:
    shape = shape_of(wkb)
    kinds, lengths = heads(wkb.cast(pa.binary()))
    present = [int(kind) for kind in set(kinds[lengths > 0].tolist())]
    base = _KINDS.get(shape, "Unknown")
    if base != "Unknown" and any(kind % 1000 & 0xFF >= 4 for kind in present):
        base = "Multi" + base
    return base + (" Z" if any(kind >= _Z[0] for kind in present) else "")


def _for_dbf(table: pa.Table) -> tuple[pa.Table, list[Problem]]:
    """The table with what a .dbf cannot hold turned into text, and which texts will be cut."""
    remarks: list[Problem] = []
    columns = []
    for name, column in zip(table.column_names, table.columns, strict=True):
        if pa.types.is_timestamp(column.type) or pa.types.is_time(column.type):
            column = column.cast(pa.string())
        if pa.types.is_string(column.type):
            long = pc.sum(pc.greater(pc.binary_length(column), _LONGEST_DBF_TEXT)).as_py() or 0
            if long:
                message = Message("format.text_cut", {"count": long, "longest": _LONGEST_DBF_TEXT})
                remarks.append(problem("text_cut", "warning", message, column=name))
                column = _cut(column)
        columns.append(column)
    return pa.table(columns, names=table.column_names), remarks


def _cut(column: pa.ChunkedArray) -> pa.Array:
    """Texts of at most 254 bytes, cut between characters."""
    return pa.array(
        [
            None if v is None else v.encode()[:_LONGEST_DBF_TEXT].decode(errors="ignore")
            for v in column.to_pylist()
        ],
        pa.string(),
    )


def _one_each(name: str, layers: Sequence[OutLayer]) -> Iterator[tuple[OutLayer, str]]:
    whole = Path(name)
    for layer in layers:
        yield layer, name if len(layers) == 1 else f"{whole.stem}_{layer.name}{whole.suffix}"


@contextmanager
def _beside(place: Path) -> Iterator[Path]:
    """A folder on the same disk to write in; gone at the end, whatever happens."""
    if not place.parent.is_dir():
        raise UserError(
            Message("format.no_folder", {"folder": str(place.parent)}), Message("format.no_folder.hint")
        )
    folder = Path(tempfile.mkdtemp(prefix=f".{place.stem}.part-", dir=place.parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _refuse_to_replace(folder: Path, place: Path) -> None:
    """Of the files that the user did not name, none may be there already."""
    for file in sorted(folder.iterdir()):
        if file.stem != place.stem and (place.parent / file.name).exists():
            raise UserError(Message("store.exists", {"place": file.name}), Message("backup.exists_hint"))


def _put_in_place(folder: Path, target: Path) -> list[str]:
    """Move everything written to where it belongs. The old parts of a shapefile go with the shapefile."""
    written = sorted(folder.iterdir())
    names = {file.name for file in written}
    for shape in (file for file in written if file.suffix == ".shp"):
        for old in (".sbn", ".sbx", ".qix", ".qpj", ".prj", ".dbf", ".cpg"):
            if shape.with_suffix(old).name not in names:
                (target / shape.with_suffix(old).name).unlink(missing_ok=True)
    for file in written:
        file.replace(target / file.name)
    return [str(target / file.name) for file in written]
