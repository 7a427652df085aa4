"""Sources kept beside the register from one day to the next: plain ``.npy`` and JSON in the user's cache folder.

One folder for each layer: ``manifest.json`` says what it is, ``arrays.npy`` holds every array, of which is read
what the map comes to show (``kept_arrays``). It is written under another name and renamed, and trusted only when
register, style, version of the data, size and checksums are what they should be. Deleting it costs nothing but time.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
import time
import tokenize
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from layers.model.change import Mark
from layers.scene.codec import Source, decode, encode
from layers.scene.kept import is_kept, kept_folder
from layers.scene.kept_arrays import KeptLost, Loss, read_arrays, write_arrays
from layers.scene.line_arrays import CELL, LEVELS
from layers.scene.style import LayerStyle, bones_of

#: To be raised with every change of what is in a cache or how it is made.
FORMAT = 2
MANIFEST, ARRAYS = "manifest.json", "arrays.npy"
#: Bytes of all registers together.
LARGEST = 2_000_000_000
#: Seconds after which an unfinished folder is nobody's any more.
_ABANDONED = 3600.0
#: No register counts this far; SQLite cannot.
_TOO_LARGE = 1 << 63
_PART = ".part-"
_REGISTER_NAME = re.compile(r"[0-9a-f]{24}")
_LAYER_NAME = re.compile(r"[0-9a-f]{24}-.+|\.part-.+")
#: What reading a damaged file may raise; numpy takes the head of a file apart with Python's own tokenizer.
_SPOILT = (
    KeptLost,
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
    """The sources of one register, kept in ``root``. Picklable: the worker writes, the window reads.

    ``loss`` tells when something of what was read from it is looked at and cannot be read any more.
    """

    root: Path
    register: str
    loss: Loss = field(default_factory=Loss, compare=False, repr=False)

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

    def forget(self) -> None:
        """Remove all that is kept of this register."""
        for folder in _folders(self._folder, _LAYER_NAME):
            shutil.rmtree(folder, ignore_errors=True)

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
        body = {
            "format": FORMAT,
            "register": self.register,
            "digest": digest,
            "mark": [mark.version, mark.at, mark.count],
            "file": write_arrays(folder / ARRAYS, arrays),
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
            arrays = read_arrays(folder / ARRAYS, body["file"], self.loss)
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
