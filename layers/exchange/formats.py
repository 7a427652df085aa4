"""Formats: what a dropped path is and what is in it. The one door to foreign files; run it in the worker.

The content decides, not the ending. ``describe`` looks, ``read_layer`` reads; both raise ``UserError`` with a
reason for what cannot be read, and never leave anything in the user's folder.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from layers.errors import UserError
from layers.exchange import archive, inp, json_features, shapefile, sheets
from layers.exchange.cad import source as cad
from layers.exchange.cad import tags as cad_tags
from layers.exchange.foreign import ForeignFile, ForeignLayer, ForeignTable, looks_like, problem
from layers.exchange.gdal_source import said_by
from layers.exchange.grid import describe_table, locate, relocate
from layers.exchange.vector import describe_layers, read_table
from layers.feedback import Feedback
from layers.text import Message

__all__ = ["ForeignFile", "ForeignLayer", "ForeignTable", "describe", "gather", "read_layer"]

_HEAD = 4096
_TABLE_ENDINGS = frozenset({".csv", ".txt", ".tsv", ".dat", ".xls", ".asc", ".tab.txt"})
_WORKBOOK_ENDINGS = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"})
_GDAL_ENDINGS = {".tab": "mapinfo", ".mif": "mapinfo", ".fgb": "flatgeobuf", ".gpx": "gpx"}
_INP_SECTION = re.compile(
    rb"^\s*\[(JUNCTIONS?|PIPES?|RESERVOIRS?|TITLE|COORDINATES?)\]", re.IGNORECASE | re.MULTILINE
)
_WAL = 2


class _Reader(Protocol):
    """One way to read one kind of file."""

    def describe(self, path: Path, encoding: str | None) -> ForeignFile: ...

    def read(self, path: Path, layer: str, encoding: str | None, feedback: Feedback) -> ForeignTable: ...


def describe(path: str | Path, encoding: str | None = None, feedback: Feedback | None = None) -> ForeignFile:
    """What the file or folder at ``path`` holds. ``encoding`` overrides what its text would be taken for.

    Raises ``UserError`` with the reason when nothing in it can be read.
    """
    place = _existing(path)
    return _reader(place, feedback or Feedback()).describe(place, encoding)


def read_layer(
    path: str | Path,
    layer: str,
    encoding: str | None = None,
    feedback: Feedback | None = None,
    coordinates: tuple[str, str] | None = None,
) -> ForeignTable:
    """All rows of one layer, named as ``describe`` names it. Raises ``UserError`` when it cannot be read.

    ``coordinates`` says which columns of a plain table are its eastings and northings.
    """
    place, feedback = _existing(path), feedback or Feedback()
    table = _reader(place, feedback).read(place, layer, encoding, feedback)
    return table if coordinates is None else relocate(table, *coordinates)


def describe_in_worker(feedback: Feedback, path: str, encoding: str | None = None) -> ForeignFile:
    """``describe`` in the form the worker calls."""
    return describe(path, encoding, feedback)


def gather(paths: Sequence[str | Path]) -> list[Path]:
    """The paths to import out of those dropped: what only accompanies another file (.shx, .prj) goes."""
    places = list(dict.fromkeys(Path(path) for path in paths))
    stems = {place.with_suffix("") for place in places if place.suffix.lower() == ".shp"}
    return [
        place
        for place in places
        if place.is_dir()
        or (
            not (place.with_suffix("") in stems and place.suffix.lower() == ".dbf")
            and not (archive.is_companion(place) and ".shp" in shapefile.members_of(place))
        )
    ]


def _existing(path: str | Path) -> Path:
    place = Path(path)
    try:
        if place.is_dir():
            return place
        with place.open("rb"):
            return place
    except (OSError, ValueError) as error:
        raise UserError(
            Message("format.not_found", {"file": place.name or str(place)}),
            Message("format.not_found.hint"),
            Message("format.gdal_said", {"text": said_by(error)}),
        ) from error


def _reader(path: Path, feedback: Feedback) -> _Reader:
    ending = path.suffix.lower()
    if path.is_dir():
        return _Gdal("filegdb", True) if ending == ".gdb" else _Folder(feedback)
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise UserError(Message("format.empty_file", {"file": path.name}), Message("format.empty_file.hint"))
    if archive.is_companion(path):
        raise _companion(path)
    return _by_magic(path, head, ending, feedback) or _by_text(path, head, ending)


def _by_magic(path: Path, head: bytes, ending: str, feedback: Feedback) -> _Reader | None:
    if head.startswith(b"SQLite format 3\x00"):
        return _Database(head)
    if cad_tags.is_dwg(head):
        raise cad_tags.dwg_refused(path)
    if cad_tags.is_drawing(head):
        return _Drawing(feedback)
    if head.startswith(b"PK\x03\x04") or ending in (".zip", ".kmz"):
        return _Workbook() if ending in _WORKBOOK_ENDINGS else _Archive(feedback)
    if head.startswith(b"\xd0\xcf\x11\xe0") and ending != ".dbf":
        return _Workbook()
    if head.startswith(b"\x00\x00\x27\x0a") or ending in (".shp", ".dbf"):
        return _Shapefile()
    if ending in _GDAL_ENDINGS:
        return _Gdal(_GDAL_ENDINGS[ending], False)
    return None


def _by_text(path: Path, head: bytes, ending: str) -> _Reader:
    if ending == ".inp":
        return _Epanet()
    start = _text_start(head)
    if start.startswith("<"):
        if "<kml" in start or ending == ".kml":
            return _Gdal("kml", False)
        raise _unknown(path, head)
    if start.startswith("{") or (start.startswith("[") and ending in (".json", ".geojson")):
        return _Json()
    if _INP_SECTION.search(head):
        return _Epanet()
    if ending in _TABLE_ENDINGS and _is_text(head):
        return _Text()
    if ending in (".geojson", ".json", ".topojson"):
        return _Json()
    raise _unknown(path, head)


def _text_start(head: bytes) -> str:
    wide = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    text = head.decode("utf-16" if wide else "utf-8-sig", errors="replace")
    return text.lstrip("\ufeff \t\r\n")


def _is_text(head: bytes) -> bool:
    wide = head.startswith((b"\xff\xfe", b"\xfe\xff")) or head[1:200:2].count(0) > 30
    return wide or head.count(0) == 0


def _unknown(path: Path, head: bytes) -> UserError:
    return UserError(
        Message("format.unknown", {"file": path.name, "found": looks_like(head)}),
        Message("format.unknown.hint"),
    )


def _companion(path: Path) -> UserError:
    return UserError(
        Message("format.companion", {"file": path.name}),
        Message("format.companion.hint", {"file": path.stem}),
    )


@dataclass(frozen=True)
class _Gdal:
    format: str
    rows_are_ids: bool

    def describe(self, path: Path, encoding: str | None) -> ForeignFile:
        with _plain_path(path) as usable:
            layers = describe_layers(str(usable), path.name)
        return ForeignFile(str(path), self.format, "", layers)

    def read(self, path: Path, layer: str, encoding: str | None, feedback: Feedback) -> ForeignTable:
        with _plain_path(path) as usable:
            return read_table(str(usable), path, layer, rows_are_ids=self.rows_are_ids, feedback=feedback)


@dataclass(frozen=True)
class _Database:
    """GeoPackage or SpatiaLite. One that keeps a journal is read in a copy: opening it would write."""

    head: bytes

    def describe(self, path: Path, encoding: str | None) -> ForeignFile:
        with self._quiet(path) as usable:
            try:
                layers = describe_layers(str(usable), path.name)
            except UserError as error:
                said = str(error.detail.parameters) if error.detail else ""
                if "not recognized" not in said:
                    raise
                raise self._without_features(path, error) from error
        if not layers:
            raise self._without_features(path, None)
        return ForeignFile(str(path), "geopackage", "", layers)

    def read(self, path: Path, layer: str, encoding: str | None, feedback: Feedback) -> ForeignTable:
        with self._quiet(path) as usable:
            return read_table(str(usable), path, layer, rows_are_ids=True, feedback=feedback)

    @contextmanager
    def _quiet(self, path: Path) -> Iterator[Path]:
        if (
            _WAL not in self.head[18:20]
            and "!" not in str(path)
            and path.suffix.lower() in (".gpkg", ".sqlite")
        ):
            yield path
            return
        with tempfile.TemporaryDirectory(prefix="gisapp-gpkg-") as folder:
            copy = Path(folder) / ("layer.gpkg" if self.head[68:70] == b"GP" else "layer.sqlite")
            shutil.copyfile(path, copy)
            journal = path.with_name(path.name + "-wal")
            if journal.exists():
                shutil.copyfile(journal, copy.with_name(copy.name + "-wal"))
            yield copy

    def _without_features(self, path: Path, error: UserError | None) -> UserError:
        return UserError(
            Message("format.no_feature_tables", {"file": path.name}),
            Message("format.no_feature_tables.hint"),
            error.detail if error else None,
        )


class _Shapefile:
    def describe(self, path: Path, encoding: str | None) -> ForeignFile:
        found = shapefile.describe(path, encoding)
        if found.format != "dbf":
            return found
        table = locate(shapefile.read(path, encoding))
        layer = describe_table(table, "none" if table.geometry is None else "point", len(table))
        return replace(found, layers=(layer,))

    def read(self, path: Path, layer: str, encoding: str | None, feedback: Feedback) -> ForeignTable:
        table = shapefile.read(path, encoding, feedback)
        return locate(table) if table.geometry is None else table


class _Json:
    def describe(self, path: Path, encoding: str | None) -> ForeignFile:
        return json_features.describe(path, encoding)

    def read(self, path: Path, layer: str, encoding: str | None, feedback: Feedback) -> ForeignTable:
        return json_features.read(path, layer, encoding, feedback)


class _Text:
    def describe(self, path: Path, encoding: str | None) -> ForeignFile:
        return sheets.describe_text(path, encoding)

    def read(self, path: Path, layer: str, encoding: str | None, feedback: Feedback) -> ForeignTable:
        return sheets.read_text(path, encoding, feedback)


class _Workbook:
    def describe(self, path: Path, encoding: str | None) -> ForeignFile:
        return sheets.describe_workbook(path, encoding)

    def read(self, path: Path, layer: str, encoding: str | None, feedback: Feedback) -> ForeignTable:
        return sheets.read_workbook(path, layer, encoding, feedback)


class _Epanet:
    def describe(self, path: Path, encoding: str | None) -> ForeignFile:
        return inp.describe(path, encoding)

    def read(self, path: Path, layer: str, encoding: str | None, feedback: Feedback) -> ForeignTable:
        return inp.read(path, layer, encoding, feedback)


@dataclass(frozen=True)
class _Drawing:
    feedback: Feedback

    def describe(self, path: Path, encoding: str | None) -> ForeignFile:
        return cad.describe(path, encoding, self.feedback)

    def read(self, path: Path, layer: str, encoding: str | None, feedback: Feedback) -> ForeignTable:
        return cad.read(path, layer, encoding, feedback)


@dataclass(frozen=True)
class _Folder:
    """Every data set below a folder. Layers are named after it, with their own name if it has several."""

    feedback: Feedback

    def describe(self, path: Path, encoding: str | None) -> ForeignFile:
        layers: list[ForeignLayer] = []
        remarks = []
        encodings: list[str] = []
        for data_set in archive.data_sets(path):
            self.feedback.check()
            try:
                found = describe(data_set.path, encoding, self.feedback)
            except UserError as error:
                message = Message("format.member_refused", {"member": data_set.label, "reason": error.title})
                remarks.append(problem("member_refused", "warning", message))
                continue
            encodings.append(found.encoding)
            # The one layer of a drawing is still one of its CAD layers, and of one kind.
            single = len(found.layers) == 1 and found.format != "dxf"
            layers += [
                replace(layer, name=data_set.label if single else f"{data_set.label}/{layer.name}")
                for layer in found.layers
            ]
        if not layers:
            reasons = [remark.message for remark in remarks] or [Message("format.folder_no_data.nothing")]
            raise UserError(
                Message("format.folder_no_data", {"file": path.name, "reasons": reasons[:3]}),
                Message("format.unknown.hint"),
            )
        encoding = encodings[0] if len(set(encodings)) == 1 else ""
        return ForeignFile(str(path), "folder", encoding, tuple(layers), tuple(remarks))

    def read(self, path: Path, layer: str, encoding: str | None, feedback: Feedback) -> ForeignTable:
        for data_set in archive.data_sets(path):
            if layer == data_set.label:
                inner = describe(data_set.path, encoding, feedback).layers[0].name
            elif layer.startswith(data_set.label + "/"):
                inner = layer[len(data_set.label) + 1 :]
            else:
                continue
            return replace(read_layer(data_set.path, inner, encoding, feedback), path=str(path), layer=layer)
        raise UserError(Message("format.no_such_layer", {"file": path.name, "layer": layer}))


@dataclass(frozen=True)
class _Archive:
    """A zip archive: its content as a folder, unpacked for the length of the call."""

    feedback: Feedback

    def describe(self, path: Path, encoding: str | None) -> ForeignFile:
        with archive.unpacked(path, self.feedback) as folder:
            found = _Folder(self.feedback).describe(folder, encoding)
        return replace(found, path=str(path), format="archive")

    def read(self, path: Path, layer: str, encoding: str | None, feedback: Feedback) -> ForeignTable:
        with archive.unpacked(path, feedback) as folder:
            return replace(_Folder(feedback).read(folder, layer, encoding, feedback), path=str(path))


@contextmanager
def _plain_path(path: Path) -> Iterator[Path]:
    """A path GDAL's bindings take as it is: they would read "!" as the way into an archive."""
    if "!" not in str(path):
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="gisapp-copy-") as folder:
        copy = Path(folder) / f"layer{path.suffix}"
        if path.is_dir():
            shutil.copytree(path, copy)
        else:
            shutil.copyfile(path, copy)
        yield copy
