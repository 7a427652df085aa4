"""Code and name of a new grid, after those of the grid beside it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from layers.grids.ground import Grids
from layers.model.duty_words import GRID
from layers.model.query import Query
from layers.register import Register

_NUMBERED: Final = re.compile(r"(.*?)(\d+)", re.ASCII)


def next_code(register: Register, like: str, also: Sequence[str] = ()) -> str:
    """The next free code of the same pattern: G14 after G05 when G13 is the last; grids of all times count.

    ``also``: codes that are given away already."""
    taken = [str(each["code"]) for each in register.find(Query(GRID, fields=("code",)))] + list(also)
    match = _NUMBERED.fullmatch(like)
    stem, digits = match.groups() if match else (f"{like}-", "1")
    same = (_NUMBERED.fullmatch(code) for code in taken)
    numbers = [int(found[2]) for found in same if found is not None and found[1] == stem]
    return f"{stem}{max(numbers, default=0 if match else 1) + 1:0{len(digits)}d}"


def next_name(grids: Grids, like: str, also: Sequence[str] = ()) -> str:
    """A name after that of the grid divided: 老城2 after 老城. ``also``: names that are given away already."""
    match = _NUMBERED.fullmatch(like)
    stem = match[1] if match else like
    number = 2
    while f"{stem}{number}" in (*grids.names, *also):
        number += 1
    return f"{stem}{number}"
