"""Shapefiles as they come: parts missing, text in any encoding, lengths that lie. And .dbf tables alone.

The user's folder is never written to: what must be mended is mended in a temporary copy. Worker only.
"""

from __future__ import annotations

import shutil
import struct
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from layers.errors import UserError
from layers.exchange import encoding as encodings
from layers.exchange import rescue
from layers.exchange.encoding import Detection
from layers.exchange.foreign import ForeignFile, ForeignTable, RowProblem, on_rows, problem
from layers.exchange.gdal_source import (
    BYTES_AS_TEXT,
    READ_ERRORS,
    Loaded,
    distinct_names,
    gdal_options,
    info,
    layer_names,
    load,
    refused,
)
from layers.exchange.vector import assemble, describe_loaded, rows_missing
from layers.feedback import Feedback
from layers.model.problem import Problem
from layers.text import Message

COMPANIONS = (
    ".shp",
    ".shx",
    ".dbf",
    ".prj",
    ".cpg",
    ".sbn",
    ".sbx",
    ".qix",
    ".qpj",
    ".shp.xml",
    ".fix",
    ".idx",
)
_COPIED = (".shp", ".shx", ".dbf", ".prj")
_MAGIC = b"\x00\x00\x27\x0a"
# dBASE II to 7 and the FoxPros, with and without memo.
_DBF_VERSIONS = frozenset(b"\x02\x03\x04\x05\x07\x30\x31\x32\x43\x63\x83\x8b\x8c\x8e\xcb\xe5\xf5\xfb")
_DESCRIBED_FEATURES = 20_000
# A record without geometry: its head and its kind.
_SMALLEST_RECORD = 12


_CUT_OFF = problem("geometry_cut_off", "error", Message("format.geometry_cut_off"))
_LENGTH_LIES = problem("record_length", "note", Message("format.record_length"))
_UNREADABLE = problem("geometry_unreadable", "error", Message("format.geometry_unreadable"))


@dataclass(frozen=True)
class _Opened:
    """A shapefile (or .dbf) GDAL can open: the original, or a mended copy."""

    path: Path
    layer: str
    members: dict[str, Path]
    remarks: tuple[Problem, ...]


def describe(path: Path, encoding: str | None = None) -> ForeignFile:
    """What the shapefile or .dbf at ``path`` holds. Raises ``UserError`` when it is none."""
    with _opened(path) as opened:
        try:
            facts = info(str(opened.path), opened.layer, BYTES_AS_TEXT)
            raw = load(str(opened.path), opened.layer, limit=_DESCRIBED_FEATURES, encoding=BYTES_AS_TEXT)
        except READ_ERRORS as error:
            raise refused(path.name, error) from error
        found, doubts = _encoding(opened.members, raw.attributes, encoding)
        loaded, repeated, _ = _decoded(raw, found.encoding)
    loaded = replace(loaded, remarks=(*opened.remarks, *doubts, *repeated, *loaded.remarks))
    layer = describe_loaded(path.stem, loaded, facts.count, facts.bounds)
    return ForeignFile(str(path), "dbf" if raw.wkb is None else "shapefile", found.encoding, (layer,))


def read(path: Path, encoding: str | None = None, feedback: Feedback | None = None) -> ForeignTable:
    """All records of the shapefile or .dbf at ``path``; the row number is the record number, from 1."""
    problems: list[RowProblem] = []
    with _opened(path) as opened:
        try:
            raw = load(str(opened.path), opened.layer, encoding=BYTES_AS_TEXT)
        except READ_ERRORS as error:
            damaged = rescue.Damaged(str(opened.path), opened.layer, path.name, error, BYTES_AS_TEXT)
            raw, problems = rescue.load(damaged, feedback)
        else:
            problems = rows_missing(
                info(str(opened.path), opened.layer, BYTES_AS_TEXT).count or 0, len(raw.fids)
            )
        found, doubts = _encoding(opened.members, raw.attributes, encoding)
        loaded, repeated, undecodable = _decoded(raw, found.encoding)
        problems += [*undecodable, *_lost_geometry(opened.members, loaded)]
    loaded = replace(loaded, remarks=(*opened.remarks, *doubts, *repeated, *loaded.remarks))
    table = assemble(path, path.stem, loaded, loaded.fids + 1, problems)
    return replace(table, encoding=found.encoding)


def members_of(path: Path) -> dict[str, Path]:
    """The files that belong to one shapefile, by lower-case ending, however their endings are written."""
    if not path.parent.is_dir():
        return {}
    return {
        entry.suffix.lower(): entry
        for entry in sorted(path.parent.iterdir())
        if entry.stem == path.stem and entry.suffix.lower() in COMPANIONS and entry.is_file()
    }


@contextmanager
def _opened(path: Path) -> Iterator[_Opened]:
    members = members_of(path)
    members[path.suffix.lower()] = path
    if ".shp" not in members:
        yield _table_alone(path, members)
        return
    main = members[".shp"]
    with main.open("rb") as file:
        head = file.read(100)
    if head[:4] != _MAGIC:
        raise UserError(
            Message("format.not_shapefile", {"file": main.name, "found": looks_like(head)}),
            Message("format.not_shapefile.hint"),
        )
    remarks = list(_missing(members))
    usable = {suffix: member for suffix, member in members.items() if suffix in _COPIED}
    whole = _drop_damaged(usable, remarks)
    if whole and {".shx", ".dbf"} <= set(usable) and _plainly_named(main, usable):
        yield _Opened(main, _only_layer(main), members, tuple(remarks))
        return
    with tempfile.TemporaryDirectory(prefix="gisapp-shp-") as folder:
        copy = Path(folder) / "layer.shp"
        for suffix, member in usable.items():
            shutil.copyfile(member, copy.with_suffix(suffix))
        _pad_table(copy)
        with gdal_options(SHAPE_RESTORE_SHX="YES"):
            layer = _only_layer(copy, main.name)
        yield _Opened(copy, layer, members, tuple(remarks))


def _drop_damaged(usable: dict[str, Path], remarks: list[Problem]) -> bool:
    """Take out the parts that cannot be used as they are; whether the rest is whole."""
    if ".dbf" in usable and not _is_dbf(usable[".dbf"]):
        remarks.append(problem("dbf_unreadable", "warning", Message("format.dbf_unreadable")))
        del usable[".dbf"]
    if ".shx" in usable and not _is_index(usable[".shx"]):
        remarks.append(problem("shx_damaged", "warning", Message("format.shx_damaged")))
        del usable[".shx"]
    if ".dbf" not in usable:
        return True
    stated, held = _dbf_records(usable[".dbf"])
    if stated > held:
        message = Message("format.dbf_cut_off", {"stated": stated, "found": held})
        remarks.append(problem("dbf_cut_off", "error", message))
    return stated <= held


def _is_index(path: Path) -> bool:
    """Whether an .shx is as long as it says."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(100)
    return len(head) == 100 and head[:4] == _MAGIC and int.from_bytes(head[24:28], "big") * 2 <= size


def _dbf_records(path: Path) -> tuple[int, int]:
    """How many records a .dbf states, and how many whole ones it holds."""
    with path.open("rb") as file:
        head = file.read(32)
    stated, header, record = struct.unpack("<IHH", head[4:12])
    return stated, max(path.stat().st_size - header, 0) // record


def _pad_table(copy: Path) -> None:
    """Give a cut-off .dbf blank records for the shapes beyond its end, so that these are not lost with it."""
    table = copy.with_suffix(".dbf")
    if not table.exists():
        return
    stated, held = _dbf_records(table)
    most = copy.stat().st_size // _SMALLEST_RECORD
    if not held < stated <= max(most, held):
        return
    header, record = struct.unpack("<HH", table.read_bytes()[8:12])
    with table.open("r+b") as file:
        file.truncate(header + held * record)
        file.seek(0, 2)
        file.write(b" " * (record * (stated - held)))


def _table_alone(path: Path, members: dict[str, Path]) -> _Opened:
    if set(members) & {".shx", ".sbn", ".sbx"}:
        raise UserError(
            Message("format.shp_missing", {"file": path.name}),
            Message("format.shp_missing.hint", {"file": path.stem}),
        )
    if not _is_dbf(path):
        raise UserError(
            Message("format.not_dbf", {"file": path.name, "found": looks_like(path.read_bytes()[:100])}),
            Message("format.unreadable.hint"),
        )
    return _Opened(path, _only_layer(path), members, ())


def _only_layer(path: Path, shown: str | None = None) -> str:
    try:
        return layer_names(str(path))[0]
    except (*READ_ERRORS, IndexError) as error:
        raise refused(shown or path.name, error) from error


def _missing(members: dict[str, Path]) -> Iterator[Problem]:
    if ".shx" not in members:
        yield problem("shx_missing", "warning", Message("format.shx_missing"))
    if ".dbf" not in members:
        yield problem("dbf_missing", "warning", Message("format.dbf_missing"))


def _plainly_named(main: Path, usable: dict[str, Path]) -> bool:
    """Whether GDAL finds the parts itself: endings all small or all capital, no character it trips over."""
    endings = {member.suffix for member in usable.values()}
    uniform = all(e.islower() for e in endings) or all(e.isupper() for e in endings)
    return uniform and "!" not in str(main)


def _is_dbf(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(32)
    if len(head) < 32:
        return False
    header, record = struct.unpack("<HH", head[8:12])
    return head[0] in _DBF_VERSIONS and header >= 33 and record >= 1


def looks_like(head: bytes) -> str:
    """The first readable characters of a file that is not what its name says."""
    text = head[:40].decode("utf-8", errors="replace").strip().splitlines()
    shown = "".join(c for c in (text[0] if text else "") if c.isprintable())
    return shown[:40] if shown else head[:8].hex(" ")


def _encoding(members: dict[str, Path], raw: pa.Table, given: str | None) -> tuple[Detection, list[Problem]]:
    """The encoding of the texts: given, else .cpg, else language driver id, else detected, with remarks."""
    values = list(_bytes_of(raw))
    if given:
        return Detection(_known(given), "given"), []
    doubts: list[Problem] = []
    for source, stated in (("cpg", _stated_by_cpg(members, doubts)), ("ldid", _stated_by_dbf(members))):
        if stated is None:
            continue
        if encodings.decodes(values, stated):
            return Detection(stated, source), doubts
        message = Message("format.encoding_contradicted", {"stated": stated.upper()})
        doubts.append(problem("encoding_contradicted", "warning", message))
    found = encodings.detect(values)
    if any(not value.isascii() for value in values):
        doubts.append(detected(found))
    return found, doubts


def detected(found: Detection) -> Problem:
    """The remark that an encoding was detected, and how surely."""
    shown = {"encoding": found.encoding.upper()}
    if found.how == "guessed":
        return problem("encoding_guessed", "warning", Message("format.encoding_guessed", shown))
    return problem("encoding_detected", "note", Message("format.encoding_detected", shown))


def _known(given: str) -> str:
    name = encodings.codec(given)
    if name is None:
        what = Message("format.unknown_encoding", {"encoding": given})
        raise UserError(what, Message("format.unknown_encoding.hint"))
    return name


def _stated_by_cpg(members: dict[str, Path], doubts: list[Problem]) -> str | None:
    if ".cpg" not in members:
        return None
    content = members[".cpg"].read_bytes()
    stated = encodings.from_cpg(content)
    if stated is None and content.strip():
        message = Message("format.cpg_unreadable", {"found": looks_like(content)})
        doubts.append(problem("cpg_unreadable", "warning", message))
    return stated


def _stated_by_dbf(members: dict[str, Path]) -> str | None:
    if ".dbf" not in members:
        return None
    with members[".dbf"].open("rb") as file:
        head = file.read(30)
    return encodings.from_language_driver(head[29]) if len(head) == 30 else None


def _bytes_of(raw: pa.Table) -> Iterator[bytes]:
    """Column names and every different text, as the bytes the file holds."""
    yield from (name.encode("latin-1", "replace") for name in raw.schema.names)
    for column in raw.columns:
        if pa.types.is_string(column.type):
            yield from (value.encode("latin-1") for value in pc.unique(column).to_pylist() if value)


def _decoded(raw: Loaded, encoding: str) -> tuple[Loaded, list[Problem], list[RowProblem]]:
    """The layer with names and texts in real characters; which names repeat; which values are unreadable."""
    names, repeated = distinct_names(
        [
            encodings.decode(name.encode("latin-1", "replace"), encoding)[0]
            for name in raw.attributes.schema.names
        ]
    )
    problems: list[RowProblem] = []
    columns = []
    for name, column in zip(names, raw.attributes.columns, strict=True):
        if pa.types.is_string(column.type):
            column, bad = _decoded_column(column, encoding)
            message = Message("format.text_unreadable", {"encoding": encoding.upper()})
            found = problem("text_unreadable", "warning", message, column=name)
            problems += [RowProblem(int(raw.fids[index]) + 1, found) for index in bad.tolist()]
        columns.append(column)
    remarks = [
        problem("field_repeated", "warning", Message("format.field_repeated", {"name": name}), column=name)
        for name in dict.fromkeys(repeated)
    ]
    return replace(raw, attributes=pa.table(columns, names=names)), remarks, problems


def _decoded_column(column: pa.ChunkedArray, encoding: str) -> tuple[pa.Array, NDArray[np.intp]]:
    """Texts decoded value by different value, and the places of those that hold impossible bytes."""
    if pc.all(pc.string_is_ascii(column)).as_py() in (True, None):
        return column, np.empty(0, np.intp)
    coded = column.combine_chunks().dictionary_encode()
    coded = coded.combine_chunks() if isinstance(coded, pa.ChunkedArray) else coded
    decoded = [encodings.decode(value.encode("latin-1"), encoding) for value in coded.dictionary.to_pylist()]
    texts = pa.array([text.rstrip("\x00\x1a ") for text, _ in decoded], pa.string())
    good = np.array([ok for _, ok in decoded], dtype=bool)
    places = np.asarray(coded.indices.fill_null(0), dtype=np.int64)
    present = np.asarray(coded.indices.is_valid(), dtype=bool)
    return texts.take(coded.indices), np.flatnonzero(present & ~good[places])


def _lost_geometry(members: dict[str, Path], loaded: Loaded) -> list[RowProblem]:
    """Records whose geometry could not be read although the file holds one, and those whose length lies."""
    if loaded.wkb is None or not {".shp", ".shx"} <= set(members):
        return []
    index = members[".shx"].read_bytes()[100:]
    stated = np.frombuffer(index[: len(index) // 8 * 8], dtype=">i4").reshape(-1, 2).astype(np.int64) * 2
    content = np.memmap(members[".shp"], dtype=np.uint8, mode="r")
    starts = stated[:, 0]
    whole = (starts >= 100) & (starts + 12 <= len(content))
    result = on_rows((np.flatnonzero(~whole) + 1).tolist(), _CUT_OFF)
    lengths, kinds = np.zeros(len(stated), np.int64), np.zeros(len(stated), np.int64)
    for shift in range(4):
        lengths[whole] = lengths[whole] << 8 | content[starts[whole] + 4 + shift]
        kinds[whole] |= content[starts[whole] + 8 + shift].astype(np.int64) << 8 * shift
    lying = np.flatnonzero(whole & (lengths * 2 != stated[:, 1]))
    result += on_rows((lying + 1).tolist(), _LENGTH_LIES)
    empty = loaded.fids[np.asarray(loaded.wkb.is_null(), dtype=bool)]
    empty = empty[empty < len(stated)]
    return result + on_rows((empty[whole[empty] & (kinds[empty] != 0)] + 1).tolist(), _UNREADABLE)
