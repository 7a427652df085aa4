"""What documents have in common: rendered words, pictures made elsewhere, a file written whole or not at all."""

from __future__ import annotations

import contextlib
import io
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from layers.errors import UserError
from layers.renewal.figure import Level, Words
from layers.reports.listing import Listing
from layers.store.process_life import sweep_left
from layers.text import Message, Texts

#: Fills and inks of rows and bars on paper, RRGGBB.
INK, FAINT, RULE, HEAD, SUM, WARN, BAR, BAR_GROUND = (
    "1A2733", "5B6B7A", "B8C4CF", "EAF0F5", "F3F7FA", "FCEFC7", "2F7DB5", "E3E8ED",
)  # fmt: skip
BOLD: frozenset[Level] = frozenset({"class", "total"})
ASIDE: frozenset[Level] = frozenset({"unknown"})


@dataclass(frozen=True)
class Picture:
    """A PNG of so many millimetres."""

    png: bytes
    width: float
    height: float


@dataclass(frozen=True)
class Pictures:
    """What others made for a document: a picture for each chart by its name, the sheet with the map, and a list of
    the pipes for a workbook."""

    charts: Mapping[str, Picture] = field(default_factory=dict)
    map: Picture | None = None
    listing: Listing | None = None


#: What XML cannot hold: no document takes it, and nobody can read it.
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Speech:
    """Renders words in one language, without what no document can hold."""

    def __init__(self, texts: Texts) -> None:
        self.texts = texts

    def __call__(self, words: Words) -> str:
        return _UNWRITABLE.sub("\ufffd", self.texts.render(words))

    def say(self, message_id: str) -> str:
        """A text without parameters."""
        return self.texts.get(message_id)


@contextmanager
def whole_content(path: Path) -> Iterator[BinaryIO]:
    """What is written to in memory and becomes ``path`` when all went well; raises as ``whole_file``.

    For makers of ZIP files, which on a full disk try to write once more when they are thrown away.
    """
    with whole_file(path) as part:
        content = io.BytesIO()
        yield content
        part.write_bytes(content.getbuffer())


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A place beside ``path`` to write to; it takes the place of ``path`` when all went well, else it is gone.

    Raises ``UserError`` when the folder or disk refuses, or a file open in another program cannot be replaced.
    """
    part: Path | None = None
    try:
        start = f".{path.stem}-"
        sweep_left(path.parent, start, path.suffix)
        start += f"{os.getpid()}-"
        handle, name = tempfile.mkstemp(prefix=start, suffix=path.suffix, dir=path.parent)
        os.close(handle)
        part = Path(name)
        yield part
        # mkstemp makes files nobody else may read.
        part.chmod(0o666 & ~_umask())
        part.replace(path)
        part = None
    except OSError as error:
        title = Message("report.unwritable", {"file": path.name, "folder": str(path.parent)})
        detail = Message("report.unwritable.detail", {"reason": error.strerror or str(error)})
        raise UserError(title, Message("report.unwritable.hint"), detail) from error
    finally:
        if part is not None:
            with contextlib.suppress(OSError):
                part.unlink()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
