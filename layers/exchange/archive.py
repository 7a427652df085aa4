"""Zip archives and folders: the data sets in them, unpacked safely to a temporary place. Worker only."""

from __future__ import annotations

import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from layers.errors import UserError
from layers.exchange.encoding import detect
from layers.exchange.foreign import looks_like
from layers.exchange.shapefile import COMPANIONS
from layers.feedback import Feedback
from layers.text import Message

DATA_ENDINGS = frozenset({
    ".shp", ".dbf", ".gpkg", ".geojson", ".json", ".topojson", ".geojsonl", ".kml", ".gdb", ".inp", ".csv",
    ".txt", ".tsv", ".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".tab", ".mif", ".fgb", ".gpx", ".kmz", ".dxf",
})  # fmt: skip
_MOST_MEMBERS = 20_000
_MOST_DATA_SETS = 1_000
_DEEPEST = 6
_CHUNK = 1 << 20
_BOMB_RATIO = 200
_BOMB_SIZE = 1 << 30
_SPARE_DISK = 200 << 20
_IGNORED = ("__MACOSX",)


@dataclass(frozen=True)
class DataSet:
    """One data set of a folder: the file or .gdb folder, and what its layers are called."""

    path: Path
    label: str


def data_sets(folder: Path) -> list[DataSet]:
    """The data sets below ``folder``, at most six levels deep, in the order of their names.

    A label is the path inside the folder without the ending, as far as that tells them apart.
    """
    found = sorted(_walk(folder, 0))[:_MOST_DATA_SETS]
    shapes = {path.with_suffix("") for path in found if path.suffix.lower() == ".shp"}
    found = [p for p in found if not (p.suffix.lower() == ".dbf" and p.with_suffix("") in shapes)]
    common = _common_parent(folder, found)
    labels = [path.relative_to(common).with_suffix("").as_posix() for path in found]
    return [
        DataSet(path, label if labels.count(label) == 1 else path.relative_to(common).as_posix())
        for path, label in zip(found, labels, strict=True)
    ]


@contextmanager
def unpacked(path: Path, feedback: Feedback | None = None) -> Iterator[Path]:
    """The content of a zip archive in a temporary folder, which goes when the block ends.

    Raises ``UserError`` when it is no archive, is locked by a password, or would not fit on the disk.
    """
    feedback = feedback or Feedback()
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        with path.open("rb") as file:
            found = looks_like(file.read(100))
        raise UserError(
            Message("format.not_archive", {"file": path.name, "found": found}),
            Message("format.not_archive.hint"),
        ) from error
    with archive, tempfile.TemporaryDirectory(prefix="gisapp-zip-") as temporary:
        # Only the files of a geodatabase packed without their folder make the archive itself one.
        bare = any(name.endswith(".gdbtable") and "/" not in name for name in archive.namelist())
        target = Path(temporary) / (path.stem.removesuffix(".gdb") + (".gdb" if bare else ""))
        target.mkdir()
        _check(path, archive, target)
        for info, name in zip(archive.infolist(), _names(archive), strict=True):
            feedback.check()
            place = _safe_place(target, name)
            if info.is_dir() or place is None:
                continue
            _extract(path, archive, info, place)
        yield target


def _check(path: Path, archive: zipfile.ZipFile, target: Path) -> None:
    infos = archive.infolist()
    size = sum(info.file_size for info in infos)
    packed = sum(info.compress_size for info in infos) or 1
    too_much = size > _BOMB_SIZE and size / packed > _BOMB_RATIO
    if too_much or len(infos) > _MOST_MEMBERS or size + _SPARE_DISK > shutil.disk_usage(target).free:
        raise UserError(
            Message("format.archive_too_large", {"file": path.name, "size": size >> 20, "count": len(infos)}),
            Message("format.archive_too_large.hint"),
        )
    if any(info.flag_bits & 0x1 for info in infos):
        raise UserError(
            Message("format.archive_locked", {"file": path.name}), Message("format.archive_locked.hint")
        )


def _extract(path: Path, archive: zipfile.ZipFile, info: zipfile.ZipInfo, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    left = info.file_size
    try:
        with archive.open(info) as source, place.open("wb") as out:
            while chunk := source.read(_CHUNK):
                left -= len(chunk)
                if left < 0:
                    raise zipfile.BadZipFile("longer than stated")
                out.write(chunk)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError, OSError) as error:
        raise UserError(
            Message("format.archive_damaged", {"file": path.name, "member": info.filename}),
            Message("format.not_archive.hint"),
        ) from error


def _names(archive: zipfile.ZipFile) -> list[str]:
    """The names of the members; those that are not marked as UTF-8 mostly come from a Chinese Windows."""
    raw = [info.filename.encode("cp437") for info in archive.infolist() if not info.flag_bits & 0x800]
    encoding = detect(raw).encoding
    return [
        info.filename
        if info.flag_bits & 0x800
        else info.filename.encode("cp437").decode(encoding, errors="replace")
        for info in archive.infolist()
    ]


def _safe_place(target: Path, name: str) -> Path | None:
    """Where a member goes; None for what is of no use or would leave the folder."""
    parts = [part for part in PurePosixPath(name.replace("\\", "/")).parts if part not in ("/", "")]
    if not parts or ".." in parts or any(":" in part for part in parts) or parts[0] in _IGNORED:
        return None
    return target.joinpath(*parts)


def _walk(folder: Path, depth: int) -> Iterator[Path]:
    if folder.suffix.lower() == ".gdb":
        yield folder
        return
    if depth > _DEEPEST:
        return
    with os.scandir(folder) as entries:
        listed = sorted(entries, key=lambda entry: entry.name)
    for entry in listed[:_MOST_MEMBERS]:
        if entry.name.startswith((".", "~$")) or entry.name in _IGNORED:
            continue
        if entry.is_dir():
            yield from _walk(Path(entry.path), depth + 1)
        elif Path(entry.name).suffix.lower() in DATA_ENDINGS and entry.is_file():
            yield Path(entry.path)


def _common_parent(folder: Path, paths: list[Path]) -> Path:
    return Path(os.path.commonpath([path.parent for path in paths])) if paths else folder


def is_companion(path: Path) -> bool:
    """Whether ``path`` only accompanies a shapefile beside it (or is a lone part of one)."""
    name = path.name.lower()
    return name.endswith(COMPANIONS) and not name.endswith((".shp", ".dbf"))
