"""Sources kept beside the register from one day to the next: plain ``.npy`` and JSON in the user's cache folder.

One folder for each layer: ``manifest.json`` says what it is, ``arrays.npy`` holds every array. It is read, not mapped:
were a mapped file cut short by a cleaner or a network drive, the program would be killed. It is written under another
name and renamed, and trusted only when register, style, version of the data, size and checksum are what they should be.
Deleting it costs nothing but time.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
import threading
import time
import tokenize
import zlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from layers.scene.codec import Source, decode, encode
from layers.scene.kept import is_kept, kept_folder
from layers.scene.line_arrays import CELL, LEVELS
from layers.scene.style import LayerStyle, bones_of
from layers.store.trail import Mark

#: To be raised with every change of what is in a cache or how it is made.
FORMAT = 1
MANIFEST, ARRAYS = "manifest.json", "arrays.npy"
#: Bytes of all registers together.
LARGEST = 2_000_000_000
_ALIGNMENT = 64
_CHUNK = 1 << 22
#: Seconds after which an unfinished folder is nobody's any more.
_ABANDONED = 3600.0
#: No register counts this far; SQLite cannot.
_TOO_LARGE = 1 << 63
_PART = ".part-"
_REGISTER_NAME = re.compile(r"[0-9a-f]{24}")
_LAYER_NAME = re.compile(r"[0-9a-f]{24}-.+|\.part-.+")
#: What reading a damaged file may raise; numpy takes the head of a file apart with Python's own tokenizer.
_SPOILT = (
    OSError,
    ValueError,
    LookupError,
    TypeError,
    ArithmeticError,
    RecursionError,
    MemoryError,
    tokenize.TokenError,
)


@dataclass(frozen=True)
class Kept:
    """A source found in the cache, as of ``mark``."""

    source: Source
    mark: Mark


@dataclass(frozen=True)
class SceneCache:
    """The sources of one register, kept in ``root``. Picklable: the worker writes, the window reads."""

    root: Path
    register: str

    def read(self, layer: LayerStyle, extra: str = "") -> Kept | None:
        """The source of a layer; None when there is none that can be trusted, which is removed then.

        ``extra`` is what else it was made of.
        """
        digest = _digest(layer, extra)
        for folder in sorted(self._folder.glob(f"{digest}-*"), key=_age):
            kept = self._read(folder, layer, digest)
            if kept is not None:
                with suppress(OSError):
                    os.utime(folder)
                return kept
            shutil.rmtree(folder, ignore_errors=True)
        return None

    def write(self, source: Source, mark: Mark, extra: str = "") -> None:
        """Keep a source as of ``mark``. Raises ``OSError`` when it cannot be written."""
        digest = _digest(source.layer, extra)
        self._folder.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix=_PART, dir=self._folder))
        try:
            self._write(part, source, digest, mark)
            place = self._folder / f"{digest}-{mark.version}-{time.time_ns():x}"
            part.rename(place)
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)
            raise
        for older in self._folder.glob(f"{digest}-*"):
            if older != place:
                # Windows refuses while somebody reads it; the next sweep takes it.
                shutil.rmtree(older, ignore_errors=True)

    @property
    def is_empty(self) -> bool:
        """Whether nothing of this register is kept."""
        return not is_kept(self.root, self.register)

    def sweep(self, largest: int = LARGEST) -> None:
        """Remove what was not used for longest, of all registers, until the rest is small enough."""
        registers = _folders(self.root, _REGISTER_NAME)
        folders = [folder for register in registers for folder in _folders(register, _LAYER_NAME)]
        left = largest
        for folder in sorted(folders, key=_age):
            size = sum(_size(file) for file in folder.glob("*"))
            unfinished = folder.name.startswith(_PART)
            left -= 0 if unfinished else size
            if (left < 0 and not unfinished) or (unfinished and _age(folder) > _ABANDONED):
                shutil.rmtree(folder, ignore_errors=True)

    @property
    def _folder(self) -> Path:
        return kept_folder(self.root, self.register)

    def _write(self, folder: Path, source: Source, digest: str, mark: Mark) -> None:
        value, arrays = encode(source)
        layout, size = _layout(arrays)
        crc = 0
        with (folder / ARRAYS).open("xb") as file:
            header = {"descr": "|u1", "fortran_order": False, "shape": (size,)}
            np.lib.format.write_array_header_1_0(file, header)
            start = file.tell()
            for array, (_, _, offset) in zip(arrays, layout, strict=True):
                blank = bytes(offset - (file.tell() - start))
                file.write(blank)
                data = array.data.cast("B") if array.size else memoryview(b"")
                file.write(data)
                crc = zlib.crc32(data, zlib.crc32(blank, crc))
        body = {
            "format": FORMAT,
            "register": self.register,
            "digest": digest,
            "mark": [mark.version, mark.at, mark.count],
            "size": size,
            "crc": crc,
            "arrays": layout,
            "source": value,
        }
        text = json.dumps(body)
        sealed = {"seal": hashlib.sha256(text.encode()).hexdigest(), "body": text}
        (folder / MANIFEST).write_text(json.dumps(sealed), encoding="utf-8")

    def _read(self, folder: Path, layer: LayerStyle, digest: str) -> Kept | None:
        try:
            sealed = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
            text = str(sealed["body"])
            if hashlib.sha256(text.encode()).hexdigest() != sealed["seal"]:
                return None
            body = json.loads(text)
            if (body["format"], body["register"], body["digest"]) != (FORMAT, self.register, digest):
                return None
            data = _sound(folder / ARRAYS, int(body["size"]), body["crc"])
            if data is None:
                return None
            arrays = _parted(data, body["arrays"])
            version, at, count = body["mark"]
            mark = Mark(int(version), str(at), int(count))
            if not 0 <= mark.version < _TOO_LARGE:
                return None
            return Kept(decode(body["source"], arrays, layer), mark)
        except _SPOILT:
            return None


def _digest(layer: LayerStyle, extra: str) -> str:
    made = f"{FORMAT} {LEVELS} {CELL} {bones_of(layer)!r} {extra}"
    return hashlib.sha256(made.encode()).hexdigest()[:24]


def _folders(folder: Path, name: re.Pattern[str]) -> list[Path]:
    """The folders of ours in it. The cache may be a link to a disk that holds other things of the user too."""
    return [
        each
        for each in folder.glob("*")
        if name.fullmatch(each.name) and each.is_dir() and not each.is_symlink()
    ]


def _age(folder: Path) -> float:
    """Seconds since it was used."""
    try:
        return time.time() - folder.stat().st_mtime
    except OSError:
        return 0.0


def _size(file: Path) -> int:
    """Bytes of a file; none when another window removed it just now."""
    try:
        return file.stat().st_size if file.is_file() else 0
    except OSError:
        return 0


def _layout(arrays: Sequence[np.ndarray]) -> tuple[list[tuple[str, list[int], int]], int]:
    """Type, shape and place of every array in the file, and where the last one ends."""
    layout, end = [], 0
    for array in arrays:
        begin = end + -end % _ALIGNMENT
        layout.append((array.dtype.str, list(array.shape), begin))
        end = begin + array.nbytes
    return layout, end


#: numpy has a header parsed as Python: CPython 3.11 counts the depth of that for all threads together, and two at
#: once may end in a SystemError (python/cpython#106905).
_PARSING = threading.Lock()


def _sound(path: Path, size: int, crc: int) -> npt.NDArray[np.uint8] | None:
    """The bytes of the array in a file; None when they are not of this size and checksum."""
    with path.open("rb") as file:
        version = np.lib.format.read_magic(file)
        if version != (1, 0):
            raise ValueError("another kind of file")
        with _PARSING:
            shape, _, kind = np.lib.format.read_array_header_1_0(file)
        if kind != np.dtype(np.uint8) or shape != (size,):
            raise ValueError("another kind of array")
        if os.fstat(file.fileno()).st_size - file.tell() != size:
            raise ValueError("truncated")
        data = np.empty(size, np.uint8)
        view, found = data.data, 0
        for begin in range(0, size, _CHUNK):
            # Summed up while it is still where the processor reads it soonest.
            block = view[begin : begin + _CHUNK]
            if file.readinto(block) != len(block):
                raise ValueError("cut short just now")
            found = zlib.crc32(block, found)
    # Scenes share their arrays and never write to them.
    data.setflags(write=False)
    return data if found == crc else None


def _parted(data: npt.NDArray[np.uint8], layout: Sequence[Any]) -> list[np.ndarray]:
    arrays = []
    for kind, shape, begin in layout:
        dtype = np.dtype(kind)
        if dtype.hasobject:
            raise ValueError("objects are not read")
        count = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
        if min([begin, *shape]) < 0:
            raise ValueError("less than nothing")
        arrays.append(data[begin : begin + count].view(dtype).reshape(shape))
    return arrays
