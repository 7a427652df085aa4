"""What a table remembers with its register: columns and their widths, and the classes counted, by type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

NARROWEST, WIDEST = 20, 2000


class TableMemory:
    """Read from what was kept, however another version of the program wrote it."""

    def __init__(self) -> None:
        self.columns: dict[str, tuple[str, ...]] = {}
        self.widths: dict[str, dict[str, int]] = {}
        self.by: dict[str, str] = {}

    def read(self, kept: Mapping[str, Any]) -> None:
        """Take what makes sense; the rest is forgotten."""
        self.columns = {
            str(name): tuple(map(str, names))
            for name, names in _pairs(kept.get("columns"))
            if isinstance(names, list | tuple) and names
        }
        self.widths = {
            str(name): {
                str(column): width
                for column, width in _pairs(each)
                if isinstance(width, int) and NARROWEST < width < WIDEST
            }
            for name, each in _pairs(kept.get("widths"))
        }
        self.by = {str(name): str(column) for name, column in _pairs(kept.get("by"))}

    @property
    def data(self) -> dict[str, Any]:
        """To be kept."""
        columns = {name: list(names) for name, names in self.columns.items()}
        return {"columns": columns, "widths": self.widths, "by": self.by}


def _pairs(kept: Any) -> list[tuple[Any, Any]]:
    return list(kept.items()) if isinstance(kept, Mapping) else []
