"""Text for a terminal in which a Chinese character is two cells wide."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

# A Latin word with the space after it, or one wide character with the punctuation that must not start a line
# (comma, full stop, semicolon, colon, marks, closing brackets and quotes, in both widths) and the opening
# brackets and quotes that must not end one.
_CLOSING = r"[,;:!?)\]\uff0c\uff1b\uff1a\uff01\uff1f\uff09\u3001\u3002\u300b\u300d\u201d]*"
_OPENING = r"[\uff08\u300a\u300c\u201c]*"
_PIECES = re.compile(rf"\n|{_OPENING}(?:[^\s\u201c\u2e80-\uffff]+|[\u2e80-\uffff]){_CLOSING}\s*|\S|\s+")


def cells(text: str) -> int:
    """How many terminal cells ``text`` takes."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def pad(text: str, width: int, *, right: bool = False) -> str:
    """``text`` filled with spaces to ``width`` cells; ``right`` aligns it to the right, as numbers are."""
    space = " " * max(0, width - cells(text))
    return space + text if right else text + space


def wrap(text: str, width: int) -> list[str]:
    """Break ``text`` into lines of at most ``width`` cells: at spaces, or between two Chinese characters."""
    lines = [""]
    for piece in _PIECES.findall(text):
        if piece == "\n":
            lines.append("")
        elif lines[-1] and cells(lines[-1] + piece.rstrip()) > width:
            lines.append(piece)
        else:
            lines[-1] += piece
    return [line.rstrip() for line in lines]


def definitions(rows: Iterable[tuple[str, str]], width: int, indent: int = 2, column: int = 30) -> str:
    """Two columns, the right one wrapped: names of at most ``column`` cells and what they mean."""
    rows = list(rows)
    left = min(column, max((cells(name) for name, _ in rows), default=0))
    lines: list[str] = []
    for name, meaning in rows:
        wrapped = wrap(meaning, max(20, width - indent - left - 2)) or [""]
        if cells(name) > left:
            lines.append(" " * indent + name)
            name = ""
        lines.append(" " * indent + pad(name, left) + "  " + wrapped[0])
        lines += [" " * (indent + left + 2) + line for line in wrapped[1:]]
    return "".join(line.rstrip() + "\n" for line in lines)


def table(titles: Sequence[str], rows: Iterable[Sequence[str]], numbers: Iterable[int] = ()) -> str:
    """A plain table; the columns whose positions are in ``numbers`` are aligned to the right."""
    lines = [list(titles), *(list(row) for row in rows)]
    widths = [max(cells(line[position]) for line in lines) for position in range(len(titles))]
    right = set(numbers)
    return "".join(
        "  ".join(
            pad(text, widths[position], right=position in right) for position, text in enumerate(line)
        ).rstrip()
        + "\n"
        for line in lines
    )
