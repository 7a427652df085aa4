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
from typing import TYPE_CHECKING, Any

from layers.errors import UserError
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
    """Reads the tags of a file once. ``line`` is where it stands, ``ended`` whether the file's own end was reached."""

    path: Path
    detection: Detection
    feedback: Feedback
    line: int = 0
    ended: bool = False

    def tags(self) -> Iterator[Any]:
        """``DXFTag`` after ``DXFTag``, comments left out. Raises ``DamagedError`` where the file is none any more."""
        with self.path.open("rb") as file:
            binary = file.read(len(BINARY)) == BINARY
        for tag in self._binary() if binary else self._text():
            if tag.code == 0 and tag.value == "EOF":
                self.ended = True
                yield tag
                return
            if tag.code != 999:
                yield tag

    def _text(self) -> Iterator[Any]:
        make, decoded, encoding = types.DXFTag, _decoded, self.detection.encoding
        size = max(self.path.stat().st_size, 1)
        with self.path.open("rb") as file:
            if file.read(3) != b"\xef\xbb\xbf":
                file.seek(0)
            readline = file.readline
            while code := readline():
                value = readline()
                try:
                    number = int(code)
                except ValueError as error:
                    if not code.strip() and not value.strip():
                        break  # blank lines behind the end
                    raise DamagedError(self.line + 1) from error
                self.line += 2
                if self.line % _EVERY == 0:
                    self.feedback.progress(0.9 * file.tell() / size)
                yield make(number, decoded(value, encoding))

    def _binary(self) -> Iterator[Any]:
        content = self.path.read_bytes()
        try:
            for tag in tagger.binary_tags_loader(content, errors="replace"):
                self.line += 1
                if self.line % _EVERY == 0:
                    self.feedback.check()
                yield tag
        except (ValueError, IndexError, LookupError, ArithmeticError) as error:
            raise DamagedError(self.line) from error
        except Exception as error:
            # struct.error and the library's own.
            raise DamagedError(self.line) from error


def _decoded(value: bytes, encoding: str) -> str:
    text = value.rstrip(b"\r\n").decode(encoding, "replace")
    if "\\" in text and _ESCAPED.search(text):
        text = escapes.decode_mif_to_unicode(escapes.decode_dxf_unicode(text))
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
