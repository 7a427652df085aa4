"""The text of an EPANET file: sections, lines with their numbers, words and comments, in any encoding."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from layers.errors import UserError
from layers.exchange import encoding as encodings
from layers.exchange.encoding import Detection
from layers.text import Message

_LARGEST = 1 << 30
_WORDS = re.compile(r'"[^"]*"|[^\s,]+')

# EPANET knows a section by its first letters and takes the singular too.
SECTIONS = (
    "TITLE", "JUNCTIONS", "RESERVOIRS", "TANKS", "PIPES", "PUMPS", "VALVES", "CONTROLS", "RULES", "DEMANDS",
    "SOURCES", "EMITTERS", "PATTERNS", "CURVES", "QUALITY", "STATUS", "ROUGHNESS", "ENERGY", "REACTIONS",
    "MIXING", "REPORT", "TIMES", "OPTIONS", "COORDINATES", "VERTICES", "LABELS", "BACKDROP", "TAGS", "END",
    "LEAKAGE",
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One line of a section: its number in the file, its words, and the comment after them."""

    number: int
    words: tuple[str, ...]
    comment: str
    text: str


@dataclass
class InpText:
    """A file taken into sections. ``unknown`` are the headings EPANET has no section for."""

    encoding: Detection
    sections: dict[str, list[Line]] = field(default_factory=dict)
    unknown: list[Line] = field(default_factory=list)

    def lines(self, section: str) -> Iterator[Line]:
        """The lines of a section that hold words; none when the file lacks it."""
        return (line for line in self.sections.get(section, ()) if line.words)


def read_text(path: Path, encoding: str | None = None) -> InpText:
    """Read the file into sections. Raises ``UserError`` when it is no EPANET file at all."""
    if path.stat().st_size > _LARGEST:
        raise UserError(
            Message("format.too_large", {"file": path.name, "size": path.stat().st_size >> 20}),
            Message("format.too_large.hint"),
        )
    content = path.read_bytes()
    found = _detect(content, encoding)
    text = content.decode(found.encoding, errors="replace").replace("\x00", "")
    result = _sections(text.removeprefix("\ufeff"), found)
    if not any(name in result.sections for name in ("JUNCTIONS", "PIPES", "COORDINATES", "RESERVOIRS")):
        raise UserError(Message("inp.no_sections", {"file": path.name}), Message("inp.no_sections.hint"))
    return result


def _detect(content: bytes, given: str | None) -> Detection:
    if given is None:
        return encodings.detect_text(content)
    return Detection(encodings.known(given), "given")


def _sections(text: str, found: Detection) -> InpText:
    result = InpText(found)
    current: list[Line] = []
    for number, raw in enumerate(text.splitlines(), 1):
        stripped = raw.strip()
        if stripped.startswith("["):
            name = _section_name(stripped)
            if name == "END":
                break
            if name is None:
                result.unknown.append(Line(number, (), "", stripped))
                current = []
            else:
                current = result.sections.setdefault(name, [])
            continue
        body, _, comment = raw.partition(";")
        words = tuple(word.strip('"') for word in _WORDS.findall(body))
        if words or comment.strip():
            current.append(Line(number, words, comment.strip(), stripped))
    return result


def _section_name(heading: str) -> str | None:
    name = heading[1:].partition("]")[0].strip().upper()
    return next((full for full in SECTIONS if len(name) >= 3 and name[:5] == full[: len(name[:5])]), None)
