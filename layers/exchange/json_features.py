"""GeoJSON, Esri JSON and TopoJSON with the faults they come with. Worker only.

GDAL reads the features. Before it does: byte order marks, other encodings than UTF-8 and collections without
features are seen to; a file that breaks off is read up to where it breaks.
"""

from __future__ import annotations

import codecs
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from layers.errors import UserError
from layers.exchange import encoding as encodings
from layers.exchange.encoding import detected, known
from layers.exchange.foreign import ROW, ForeignFile, ForeignLayer, ForeignTable, RowProblem, problem
from layers.exchange.gdal_source import READ_ERRORS, layer_names, load, refused
from layers.exchange.geometry_rows import bounds_of, tidy
from layers.exchange.vector import describe_loaded, read_table
from layers.feedback import Feedback
from layers.model.problem import Problem
from layers.text import Message

_CHUNK = 1 << 22
_MOST_REPAIRED_BYTES = 512 << 20


@dataclass(frozen=True)
class _Staged:
    """A file GDAL opens, the encoding the original had, what was done to it. No ``names``: no features.

    GDAL reads the whole file for every question, so its answer is kept.
    """

    path: Path
    names: tuple[str, ...]
    encoding: str
    remarks: tuple[Problem, ...]

    def outer(self, name: str, path: Path) -> str:
        """What we call a layer: GDAL names the only one after the temporary file or by a key word."""
        return path.stem if len(self.names) == 1 else name


def describe(path: Path, encoding: str | None = None) -> ForeignFile:
    """What a JSON file of features holds. Raises ``UserError`` when it holds none that can be read."""
    with _staged(path, encoding) as staged:
        layers = [_describe_layer(path, staged, name) for name in staged.names]
    if not layers:
        layers = [ForeignLayer(path.stem, "none", 0, None, (), remarks=staged.remarks)]
    return ForeignFile(str(path), "geojson", staged.encoding, tuple(layers))


def read(
    path: Path, layer: str, encoding: str | None = None, feedback: Feedback | None = None
) -> ForeignTable:
    """All features of one layer; the row number is the place of the feature in the file, from 1."""
    with _staged(path, encoding) as staged:
        inner = next((name for name in staged.names if staged.outer(name, path) == layer), None)
        if inner is not None:
            table = read_table(str(staged.path), path, inner, rows_are_ids=False, feedback=feedback)
        elif not staged.names:
            table = ForeignTable(str(path), layer, pa.table({ROW: pa.array([], pa.int64())}), None, None)
        else:
            raise UserError(Message("format.no_such_layer", {"file": path.name, "layer": layer}))
    remarks = tuple(RowProblem(None, remark) for remark in staged.remarks)
    return replace(table, layer=layer, encoding=staged.encoding, problems=(*remarks, *table.problems))


def _describe_layer(path: Path, staged: _Staged, name: str) -> ForeignLayer:
    try:
        loaded = load(str(staged.path), name)
    except READ_ERRORS as error:
        raise refused(path.name, error) from error
    plain = None if loaded.wkb is None else tidy(loaded.wkb, range(len(loaded.wkb)), loaded.crs)[0]
    bounds = None if plain is None else bounds_of(plain)
    layer = describe_loaded(staged.outer(name, path), loaded, len(loaded.fids), bounds)
    return replace(layer, remarks=(*staged.remarks, *layer.remarks))


@contextmanager
def _staged(path: Path, given: str | None) -> Iterator[_Staged]:
    encoding, remarks = _encoding(path, given)
    as_it_is = encoding == "utf-8" and not set("!?") & set(str(path))
    with tempfile.TemporaryDirectory(prefix="gisapp-json-") as folder:
        copy = Path(folder) / "layer.json"
        usable = path
        if not as_it_is:
            copy.write_text(path.read_text(encoding, errors="replace"), encoding="utf-8")
            usable = copy
        try:
            names = layer_names(str(usable))
        except READ_ERRORS as error:
            content = _repaired(path, encoding, error)
            if content is None:
                remark = problem("no_features", "note", Message("format.no_features"))
                yield _Staged(path, (), encoding, (*remarks, remark))
                return
            text, broken = content
            copy.write_text(text, encoding="utf-8")
            usable, names = copy, layer_names(str(copy))
            remarks = [*remarks, broken]
        yield _Staged(usable, tuple(names), encoding, tuple(remarks))


def _encoding(path: Path, given: str | None) -> tuple[str, list[Problem]]:
    if given:
        return known(given), []
    with path.open("rb") as file:
        head = file.read(4)
        file.seek(0)
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16", []
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            found = encodings.detect_text(path.read_bytes())
            return found.encoding, [detected(found)]
    return "utf-8", []


def _repaired(path: Path, encoding: str, cause: BaseException) -> tuple[str, Problem] | None:
    """The features before the fault as a whole collection; None when the collection is rightly empty.

    Raises ``UserError`` when the file is no collection of features.
    """
    if path.stat().st_size > _MOST_REPAIRED_BYTES:
        raise _refusal(path, str(cause)) from cause
    text = path.read_text(encoding, errors="replace").removeprefix("\ufeff")
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        features, line = _leading_features(text)
        if not features:
            raise _refusal(path, _where(error)) from error
        message = Message("format.breaks_off", {"line": line, "kept": len(features)})
        broken = problem("file_breaks_off", "error", message)
        return json.dumps({"type": "FeatureCollection", "features": features}), broken
    if isinstance(content, dict) and "features" in content and not content["features"]:
        return None
    raise _refusal(path, str(cause)) from cause


def _leading_features(text: str) -> tuple[list[Any], int]:
    """The whole features at the start of a broken collection, and the line where reading stopped."""
    decoder = json.JSONDecoder()
    start = text.find("[", text.find('"features"'))
    features: list[Any] = []
    at = start + 1
    while start > 0 and at < len(text):
        while at < len(text) and text[at] in " \t\r\n,":
            at += 1
        try:
            feature, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            break
        features.append(feature)
    return features, text.count("\n", 0, at) + 1


def _where(error: BaseException) -> str:
    return (
        f"{error.lineno}:{error.colno}" if isinstance(error, json.JSONDecodeError) else type(error).__name__
    )


def _refusal(path: Path, detail: str) -> UserError:
    return UserError(
        Message("format.not_features", {"file": path.name}),
        Message("format.not_features.hint"),
        Message("format.gdal_said", {"text": detail[:300]}),
    )
