"""A drawing as the tables of its layers, read once and kept while the same file is asked for again."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from layers.errors import UserError
from layers.exchange.cad.collecting import Collected, Collector, Sheet, first_places
from layers.exchange.cad.labels import labels_of
from layers.exchange.cad.opening import Opened, opened, quiet, repaired, unreadable
from layers.exchange.cad.tags import DamagedError, TagReader, detect_encoding
from layers.exchange.encoding import Detection, detected
from layers.exchange.foreign import ORIGIN, ROW, ForeignTable, RowProblem, on_rows, problem
from layers.exchange.geometry_rows import CURVE_TOLERANCE_METRES
from layers.feedback import Feedback
from layers.geometry.crs_detection import guess_crs
from layers.model.catalogue_file import load_catalogue
from layers.model.code_list import CodeList
from layers.model.problem import Problem
from layers.text import Message

KINDS = ("line", "point", "area", "text")
SIZE, MATERIAL = "DN (label)", "material (label)"
#: Where a value read off the drawing comes from, in the words of the list of origins.
FROM_DRAWING = b"digitised"

_INSERTION_UNITS = {1: "in", 2: "ft", 4: "mm", 5: "cm", 6: "m", 7: "km"}
_METRES = {"": 1.0, "in": 0.0254, "ft": 0.3048, "mm": 0.001, "cm": 0.01, "m": 1.0, "km": 1000.0}
_FIRST = 200
#: No text stands farther (metres) from what it belongs to, however large its letters are.
_FARTHEST_LABEL = 30.0
_CHUNK = 1 << 20
_LISTED = 40
_TEXTS = ("text", "block", "label", MATERIAL, "layer", "entity", "handle", "colour", "linetype")
_NUMBERS = {SIZE: pa.int64(), "elevation": pa.float64(), "height": pa.float64(), "rotation": pa.float64()}
_COLUMNS = {
    "line": ("label", SIZE, MATERIAL, "layer", "entity", "handle", "colour", "linetype", "elevation"),
    "point": ("block", "layer", "entity", "handle", "colour", "linetype", "elevation"),
    "area": ("layer", "entity", "handle", "colour", "linetype", "elevation"),
    "text": ("text", "layer", "entity", "handle", "colour", "linetype", "elevation", "height", "rotation"),
}


@dataclass(frozen=True)
class Drawing:
    """The layers of a drawing by name, "CAD layer/kind"; ``remarks`` are of the whole file."""

    encoding: str
    tables: Mapping[str, ForeignTable]
    remarks: tuple[Problem, ...]


_Rows = tuple[Collected, str, list[Problem]]
"""What was collected, the unit of its coordinates ("": it says none), and what to tell of the file."""


@dataclass(frozen=True)
class _Place:
    """A file as the disk knows it, unchanged as long as all of this is the same."""

    path: str
    device: int
    inode: int
    size: int
    changed: int
    feedback: Feedback = field(compare=False)


@dataclass(frozen=True)
class _Asked:
    """What a drawing is known again by: its content, and the encoding that was asked for."""

    content: bytes
    encoding: str | None
    path: Path = field(compare=False)
    feedback: Feedback = field(compare=False)


def read_drawing(path: Path, encoding: str | None, feedback: Feedback) -> Drawing:
    """The whole drawing. Raises ``UserError`` when it cannot be read or holds nothing that can be, ``Cancelled``."""
    facts = path.stat()
    asked = _Place(str(path), facts.st_dev, facts.st_ino, facts.st_size, facts.st_mtime_ns, feedback)
    return _read(_Asked(_digest(asked), encoding, path, feedback))


@lru_cache(maxsize=4)
def _digest(place: _Place) -> bytes:
    """What tells the content: it is asked for once for each layer, and from an archive unpacked anew each time."""
    path, feedback = Path(place.path), place.feedback
    digest = hashlib.blake2b(digest_size=16)
    with path.open("rb") as file:
        while part := file.read(_CHUNK):
            feedback.check()
            digest.update(part)
    return digest.digest()


@lru_cache(maxsize=1)
def _read(asked: _Asked) -> Drawing:
    path, feedback = asked.path, asked.feedback
    detection = detect_encoding(path, asked.encoding)
    remarks: list[Problem] = []
    if detection.how in ("detected", "guessed"):
        remarks.append(detected(detection))
    with quiet():
        found, unit, told = _whole(path, detection, feedback)
    remarks += told
    remarks += _told(found)
    feedback.progress(0.95)
    if not found.sheets:
        broken = any(remark.rule in ("file_breaks_off", "cad_repaired") for remark in told)
        raise unreadable(path, None) if broken else _nothing(path, found)
    tables = dict(_tables(path, detection.encoding, found, unit, feedback))
    return Drawing(detection.encoding, tables, tuple(remarks))


def _whole(path: Path, detection: Detection, feedback: Feedback) -> _Rows:
    """The rows of a drawing. One that is damaged is read up to there and also repaired: whichever gives more counts."""
    try:
        return _collected(opened(TagReader(path, detection, feedback)), feedback)
    except DamagedError:
        best: _Rows | None = None
    try:
        best = _collected(opened(TagReader(path, detection, feedback), strict=False), feedback)
    except DamagedError:
        feedback.check()
    try:
        mended = _collected(repaired(path, feedback), feedback)
    except UserError:
        if best is None:
            raise
        return best
    return mended if best is None or mended[0].entities >= best[0].entities else best


def _collected(source: Opened, feedback: Feedback) -> _Rows:
    first = list(islice(source.entities, _FIRST))
    unit, told = _unit(source.document, first)
    metres = _METRES[unit]
    collector = Collector(source.document, metres, CURVE_TOLERANCE_METRES / metres, feedback)
    found = collector.collect(chain(first, source.entities))
    return found, unit, [*told, *source.remarks]


def _unit(document: Any, first: Sequence[Any]) -> tuple[str, list[Problem]]:
    """The unit that the drawing states. Millimetres are what CAD begins with: where the numbers are those of a national
    system in metres, they are metres whatever it states.
    """
    stated = _INSERTION_UNITS.get(int(document.header.get("$INSUNITS", 0) or 0), "")
    if stated in ("", "m"):
        return stated, []
    places = np.array(list(first_places(first, 1.0)), dtype=np.float64).reshape(-1, 2)
    guess = guess_crs(places)
    # No system but a form is that of national coordinates whose zone is not known.
    if len(places) and (guess.crs is None or guess.crs.is_projected):
        shown = {"unit": stated, "reason": guess.reason}
        return "m", [problem("cad_unit_doubted", "warning", Message("cad.unit_doubted", shown))]
    return stated, []


def _told(found: Collected) -> Iterator[Problem]:
    """What of the drawing is not in its tables, by layer and kind, and what was taken apart."""
    for layer, kinds in _by_layer(found.broken):
        yield problem(
            "cad_broken", "error", Message("cad.broken", {"layer": layer, "kinds": kinds}), value=layer
        )
    unread = _by_layer(found.unread)
    for layer, kinds in unread[:_LISTED]:
        told = Message("cad.unread", {"layer": layer, "kinds": kinds})
        yield problem("cad_unread", "warning", told, value=layer)
    if rest := {layer for layer, _ in unread[_LISTED:]}:
        count = sum(number for (layer, _), number in found.unread.items() if layer in rest)
        told = Message("cad.unread_more", {"count": count, "layers": len(rest)})
        yield problem("cad_unread", "warning", told)
    for path, count in found.outside.items():
        told = Message("cad.outside", {"path": path, "count": count})
        yield problem("cad_outside", "warning", told, value=path)
    if found.apart:
        told = Message("cad.apart", {"count": found.apart.total(), "names": _counted(found.apart)})
        yield problem("cad_apart", "note", told)
    if found.proxies:
        told = Message("cad.proxies", {"count": found.proxies.total(), "names": _counted(found.proxies)})
        yield problem("cad_proxies", "warning", told)
    if found.on_paper:
        yield problem("cad_on_paper", "note", Message("cad.on_paper", {"count": found.on_paper}))


def _by_layer(counted: Counter[tuple[str, str]]) -> list[tuple[str, tuple[str, ...]]]:
    """Each layer with its kinds and their counts."""
    kinds: dict[str, list[str]] = {}
    for (layer, kind), count in sorted(counted.items()):
        kinds.setdefault(layer, []).append(f"{kind} × {count}")
    return [(layer, tuple(named)) for layer, named in kinds.items()]


def _counted(names: Counter[str]) -> tuple[str, ...]:
    return tuple(f"{name} × {count}" for name, count in names.most_common(_LISTED))


def _nothing(path: Path, found: Collected) -> UserError:
    """The reason why a drawing offers no layer at all."""
    kinds = Counter[str]()
    for (_, kind), count in (found.unread + found.broken).items():
        kinds[kind] += count
    kinds["XREF"] += found.outside.total()
    counted = _counted(+kinds)
    title = Message("cad.only_other", {"file": path.name, "kinds": counted})
    return UserError(
        title if counted else Message("cad.empty", {"file": path.name, "paper": found.on_paper}),
        Message("cad.empty.hint"),
    )


def _tables(
    path: Path, encoding: str, found: Collected, unit: str, feedback: Feedback
) -> Iterator[tuple[str, ForeignTable]]:
    lines = [
        (key, at) for key, sheet in found.sheets.items() if key[1] == "line" for at in range(len(sheet.rows))
    ]
    shapes = [found.sheets[key].shapes[at] for key, at in lines]
    farthest = _FARTHEST_LABEL / _METRES[unit]
    labels = labels_of(shapes, [key[0] for key, _ in lines], found.texts, _materials(), farthest)
    feedback.check()
    for position, label in labels.items():
        key, at = lines[position]
        found.sheets[key].rows[at] |= {
            "label": label.words, SIZE: label.size, MATERIAL: label.material
        }  # fmt: skip
    order = sorted(found.sheets, key=lambda key: (key[0], KINDS.index(key[1])))
    for layer, kind in order:
        name = f"{layer}/{kind}"
        sheet = found.sheets[layer, kind]
        yield name, ForeignTable(
            str(path), name, _table(kind, sheet), _geometry(kind, sheet.shapes), None, encoding,
            tuple(_problems(kind, sheet)), unit=unit, called=layer,
        )  # fmt: skip


def _materials() -> CodeList:
    return load_catalogue().code_lists["material"]


def _problems(kind: str, sheet: Sheet) -> Iterator[RowProblem]:
    yield from on_rows(
        sheet.curved, problem("geometry_curve", "warning", Message("format.curves_straightened"))
    )
    labelled = sum(1 for row in sheet.rows if row.get(SIZE) is not None or row.get(MATERIAL) is not None)
    if kind == "line" and labelled:
        told = Message("cad.labelled", {"count": labelled, "rows": len(sheet.rows)})
        yield RowProblem(None, problem("cad_labelled", "note", told, column=SIZE))
    differing = sum(1 for row in sheet.rows if "label" in row and row[SIZE] is None)
    if differing:
        yield RowProblem(
            None, problem("cad_labels_differ", "warning", Message("cad.labels_differ", {"count": differing}))
        )


def _table(kind: str, sheet: Sheet) -> pa.Table:
    own = _COLUMNS[kind]
    more = dict.fromkeys(name for row in sheet.rows for name in row if name not in own)
    names = [*own[:1], *more, *own[1:]]
    columns = [pa.array(sheet.numbers, pa.int64())]
    fields = [pa.field(ROW, pa.int64())]
    for name in names:
        values = pa.array([row.get(name) for row in sheet.rows], _NUMBERS.get(name, pa.string()))
        columns.append(values)
        said = {ORIGIN: FROM_DRAWING} if name in (SIZE, MATERIAL) else None
        fields.append(pa.field(name, values.type, metadata=said))
    return pa.table(columns, schema=pa.schema(fields))


def _geometry(kind: str, shapes: Sequence[Any]) -> pa.Array:
    made: NDArray[Any] = np.empty(len(shapes), dtype=object)
    for number, shape in enumerate(shapes):
        made[number] = _geometry_of(kind, shape)
    return pa.array(shapely.to_wkb(made, flavor="iso"), pa.binary())


def _geometry_of(kind: str, shape: Any) -> Any:
    if not isinstance(shape, np.ndarray):
        return shape
    if kind == "line":
        return shapely.linestrings(shape)
    return shapely.polygons(shape) if kind == "area" else shapely.points(shape[0])
