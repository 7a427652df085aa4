"""Shapefiles as they come: parts missing, text in any encoding, lengths that lie. And .dbf tables alone.

The user's folder is never written to: what must be mended is mended in a temporary copy. Worker only.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from layers.errors import UserError
from layers.exchange import rescue
from layers.exchange.dbf_file import is_dbf, pad, record_counts
from layers.exchange.dbf_text import decoded, find_encoding
from layers.exchange.foreign import ForeignFile, ForeignTable, RowProblem, looks_like, problem
from layers.exchange.gdal_source import (
    BYTES_AS_TEXT,
    READ_ERRORS,
    announced,
    gdal_options,
    info,
    layer_names,
    load,
    refused,
)
from layers.exchange.shp_index import MAGIC, is_usable, lost_geometry, record_count
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
_DESCRIBED_FEATURES = 20_000
# A record without geometry: its head and its kind.
_SMALLEST_RECORD = 12


@dataclass(frozen=True)
class _Opened:
    """A shapefile (or .dbf) GDAL can open: the original, or a mended copy."""

    path: Path
    index: Path
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
        found, doubts = find_encoding(opened.members, raw.attributes, encoding)
        loaded, repeated, _ = decoded(raw, found.encoding)
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
            stated = announced(str(opened.path), opened.layer, BYTES_AS_TEXT)
            problems = rows_missing(stated, len(raw.fids))
        found, doubts = find_encoding(opened.members, raw.attributes, encoding)
        loaded, repeated, undecodable = decoded(raw, found.encoding)
        problems += undecodable
        if loaded.wkb is not None and opened.index.exists():
            problems += lost_geometry(opened.path, opened.index, loaded.fids, loaded.wkb)
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
    if head[:4] != MAGIC:
        raise UserError(
            Message("format.not_shapefile", {"file": main.name, "found": looks_like(head)}),
            Message("format.not_shapefile.hint"),
        )
    remarks = list(_missing(members))
    usable = {suffix: member for suffix, member in members.items() if suffix in _COPIED}
    missing_records = _drop_damaged(usable, remarks)
    if not missing_records and {".shx", ".dbf"} <= set(usable) and _plainly_named(main, usable):
        yield _Opened(main, usable[".shx"], _only_layer(main), members, tuple(remarks))
        return
    with tempfile.TemporaryDirectory(prefix="gisapp-shp-") as folder:
        copy = Path(folder) / "layer.shp"
        for suffix, member in usable.items():
            shutil.copyfile(member, copy.with_suffix(suffix))
        if missing_records:
            pad(copy.with_suffix(".dbf"), missing_records)
        with gdal_options(SHAPE_RESTORE_SHX="YES"):
            layer = _only_layer(copy, main.name)
        yield _Opened(copy, copy.with_suffix(".shx"), layer, members, tuple(remarks))


def _drop_damaged(usable: dict[str, Path], remarks: list[Problem]) -> int:
    """Take out the parts that cannot be used; how many records the .dbf must be given, 0 when it is whole."""
    if ".dbf" in usable and not is_dbf(usable[".dbf"]):
        remarks.append(problem("dbf_unreadable", "warning", Message("format.dbf_unreadable")))
        del usable[".dbf"]
    if ".shx" in usable and not is_usable(usable[".shp"], usable[".shx"]):
        remarks.append(problem("shx_damaged", "warning", Message("format.shx_damaged")))
        del usable[".shx"]
    return 0 if ".dbf" not in usable else _records_to_add(usable, remarks)


def _records_to_add(usable: dict[str, Path], remarks: list[Problem]) -> int:
    stated, held = record_counts(usable[".dbf"])
    shapes = record_count(usable[".shx"]) if ".shx" in usable else 0
    most = usable[".shp"].stat().st_size // _SMALLEST_RECORD
    wanted = max(min(stated, most), shapes)
    if wanted <= held:
        return 0
    message = Message("format.dbf_cut_off", {"stated": wanted, "found": held})
    remarks.append(problem("dbf_cut_off", "error", message))
    return wanted


def _table_alone(path: Path, members: dict[str, Path]) -> _Opened:
    if set(members) & {".shx", ".sbn", ".sbx"}:
        raise UserError(
            Message("format.shp_missing", {"file": path.name}),
            Message("format.shp_missing.hint", {"file": path.stem}),
        )
    if not is_dbf(path):
        raise UserError(
            Message("format.not_dbf", {"file": path.name, "found": looks_like(path.read_bytes()[:100])}),
            Message("format.unreadable.hint"),
        )
    return _Opened(path, path.with_suffix(".shx"), _only_layer(path), members, ())


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
