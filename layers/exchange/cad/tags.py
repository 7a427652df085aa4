"""The tags of a DXF file, text or binary: pairs of a code and a value, one after another, whatever its code page.

Text is UTF-8 from R2007 on, before that what ``$DWGCODEPAGE`` names; many files say one thing and hold another, so
what does not decode, or claims to be western, is looked at. ``\\U+XXXX`` and ``\\M+nXXXX`` become their characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from layers.errors import Cancelled, UserError
from layers.exchange import encoding as encodings
from layers.exchange.encoding import CHINESE, Detection
from layers.feedback import Feedback
from layers.later import Later
from layers.text import Message

if TYPE_CHECKING:
    from ezdxf.lldxf import encoding as escapes
    from ezdxf.lldxf import tagger, types
else:
    escapes = Later("ezdxf.lldxf.encoding")
    tagger = Later("ezdxf.lldxf.tagger")
    types = Later("ezdxf.lldxf.types")

BINARY = b"AutoCAD Binary DXF\r\n\x1a\x00"
_TEXT = re.compile(rb"^(?:\xef\xbb\xbf)?(?:\s*999\s*\n[^\n]*\n)*\s*0\s*\r?\n\s*SECTION\s", re.DOTALL)
_DWG = re.compile(rb"^AC(?:1\.\d|2\.\d|10\d\d)")
_VERSION = re.compile(rb"\$ACADVER\s+1\s+(AC\d{4})")
_CODE_PAGE = re.compile(rb"\$DWGCODEPAGE\s+3\s+([\w.-]+)")
_ESCAPED = re.compile(r"\\(?:U\+[0-9A-Fa-f]{4}|M\+[1-5][0-9A-Fa-f]{4})")
_LOADED = re.compile(rb"[\x80-\xff][^\r\n]*")
_UNICODE_SINCE = b"AC1021"
_WESTERN = frozenset({"cp1252", "iso8859-1", "ascii"})
#: So much of a file is looked at to tell its encoding, and so many of its lines.
_LOOKED_AT, _MOST_LINES = 64 << 20, 20_000
_EVERY = 20_000
_COMMENT = 999


class DamagedError(Exception):
    """The file is no sequence of tags from here on; ``line`` is where."""

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line}")
        self.line = line


def is_drawing(head: bytes) -> bool:
    """Whether a file that starts with ``head`` is a DXF file."""
    return head.startswith(BINARY) or _TEXT.match(head) is not None


def is_dwg(head: bytes) -> bool:
    """Whether a file that starts with ``head`` is a DWG file, whatever it is called."""
    return _DWG.match(head) is not None


def dwg_refused(path: Path) -> UserError:
    """What to tell of a DWG file."""
    return UserError(Message("cad.dwg", {"file": path.name}), Message("cad.dwg.hint"))


@dataclass
class TagReader:
    """Reads the tags of a file once. ``line`` is where it stands, ``ended`` whether the file's own end was reached.

    ``tags`` and ``values`` go on where the other one stopped. Both raise ``DamagedError`` where the file is no sequence
    of tags any more, and ``Cancelled``.
    """

    path: Path
    detection: Detection
    feedback: Feedback
    line: int = 0
    ended: bool = False
    _file: BinaryIO | None = None
    _chunks: Iterator[Any] | None = None
    _size: int = 1

    def open(self) -> None:
        """Begin at the beginning."""
        self._size = max(self.path.stat().st_size, 1)
        file = self.path.open("rb")
        start = file.read(len(BINARY))
        if start == BINARY:
            file.close()
            self._chunks = self._binary()
            return
        file.seek(3 if start.startswith(b"\xef\xbb\xbf") else 0)
        self._file = file

    def close(self) -> None:
        """Let the file go. Calling it again does nothing."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def tags(self) -> Iterator[Any]:
        """``DXFTag`` after ``DXFTag`` as written, comments left out."""
        if self._chunks is not None:
            yield from self._until_end(self._chunks)
            return
        make, encoding = types.DXFTag, self.detection.encoding
        pairs = ((code, _decoded(value, encoding)) for code, value in self._pairs())
        yield from self._until_end(make(code, text) for code, text in pairs)

    def values(self) -> Iterator[Any]:
        """The same with numbers as numbers and coordinates as points, each one tag."""
        if self._chunks is not None:
            yield from tagger.tag_compiler(self.tags())
            return
        points, table, binary = types.POINT_CODES, types.TYPE_TABLE, types.BINARY_DATA
        make, chunk = types.DXFTag, types.DXFBinaryTag
        encoding = self.detection.encoding
        pairs = self._pairs()
        held: tuple[int, bytes] | None = None
        try:
            while (pair := held or next(pairs, None)) is not None:
                held = None
                code, value = pair
                if code in points:
                    tag, held = self._point(code, value, pairs)
                    yield tag
                elif (kind := table.get(code)) is float:
                    yield make(code, float(value))
                elif kind is int:
                    # Some programs write whole numbers as others.
                    yield make(
                        code, int(value) if value.strip().lstrip(b"-").isdigit() else int(float(value))
                    )
                elif code in binary:
                    yield chunk.from_string(code, _decoded(value, encoding))
                elif code == 0:
                    name = _decoded(value, encoding).strip()
                    self.ended = name == "EOF"
                    yield make(code, name)
                    if self.ended:
                        return
                elif code != _COMMENT:
                    yield make(code, _decoded(value, encoding))
        except (ValueError, OverflowError) as error:
            raise DamagedError(self.line) from error

    def _point(
        self, code: int, x: bytes, pairs: Iterator[tuple[int, bytes]]
    ) -> tuple[Any, tuple[int, bytes] | None]:
        """A point of two or three coordinates, and the pair behind it that was read to tell."""
        second, y = next(pairs, (0, b""))
        if second != code + 10:
            raise DamagedError(self.line)
        behind = next(pairs, None)
        if behind is not None and behind[0] == code + 20:
            return types.DXFVertex(code, (float(x), float(y), float(behind[1]))), None
        return types.DXFVertex(code, (float(x), float(y))), behind

    def _until_end(self, tags: Iterator[Any]) -> Iterator[Any]:
        for tag in tags:
            if tag.code == 0 and tag.value == "EOF":
                self.ended = True
                yield tag
                return
            if tag.code != _COMMENT:
                yield tag

    def _pairs(self) -> Iterator[tuple[int, bytes]]:
        """Codes and values of a text file."""
        file = self._file
        if file is None:
            return
        readline = file.readline
        while code := readline():
            value = readline()
            try:
                number = int(code)
            except ValueError as error:
                if not code.strip() and not value.strip():
                    return  # blank lines behind the end
                raise DamagedError(self.line + 1) from error
            self.line += 2
            if self.line % _EVERY == 0:
                self.feedback.progress(0.9 * file.tell() / self._size)
            yield number, value

    def _binary(self) -> Iterator[Any]:
        content = self.path.read_bytes()
        try:
            for tag in tagger.binary_tags_loader(content, errors="replace"):
                self.line += 1
                if self.line % _EVERY == 0:
                    self.feedback.check()
                yield tag
        except (Cancelled, GeneratorExit):
            raise
        except Exception as error:
            # Too short for its values, not text in its code page, or what the library says itself.
            raise DamagedError(self.line) from error


def _decoded(value: bytes, encoding: str) -> str:
    text = value.rstrip(b"\r\n").decode(encoding, "replace")
    if "\\" in text and _ESCAPED.search(text):
        text = escapes.decode_mif_to_unicode(escapes.decode_dxf_unicode(text))
        # A rare character is written as two halves, each an escape of its own.
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def detect_encoding(path: Path, given: str | None) -> Detection:
    """In which encoding the text of the drawing is, and whether that was given, stated, detected or guessed."""
    with path.open("rb") as file:
        content = file.read(_LOOKED_AT)
    if content.startswith(BINARY):
        return Detection("", "stated")
    if given:
        return Detection(encodings.known(given), "given")
    stated = _stated(content)
    lines = [match[0] for match in islice(_LOADED.finditer(content), _MOST_LINES)]
    if not lines:
        return Detection(stated or CHINESE, "stated")
    if stated is not None and stated not in _WESTERN and encodings.decodes(lines, stated):
        return Detection(stated, "stated")
    found = encodings.detect(lines)
    if stated in _WESTERN and found.how == "guessed":
        return Detection(stated, "stated")
    return found


def _stated(content: bytes) -> str | None:
    """What the header says; None where it says nothing of use."""
    head = content[: 1 << 20]
    version = _VERSION.search(head)
    if version is not None and version[1] >= _UNICODE_SINCE:
        return "utf-8"
    named = _CODE_PAGE.search(head)
    return None if named is None else encodings.codec(_plain_name(named[1].decode("ascii", "replace")))


def _plain_name(name: str) -> str:
    """The code page as everybody calls it: ``ANSI_936``, ``dos936``, ``gb2312``."""
    return re.sub(r"^dos", "cp", name, flags=re.IGNORECASE)
