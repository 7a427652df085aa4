"""When assets of a type lie in the ground: which dates begin and end that, and which states say so without a date."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

from layers.model.toml_file import Reader


@dataclass(frozen=True)
class Lifetime:
    """The words of a type's ``[lifetime]`` table.

    ``begin``: dates of which the first that is known begins it; ``end``: the date that ends it. ``status``: the field
    whose ``not_yet`` states mean that the asset is only planned, and whose ``ended`` states that its time in use is
    over; in between it is ``alive``.
    """

    begin: tuple[str, ...] = ()
    end: str | None = None
    status: str | None = None
    not_yet: tuple[str, ...] = ()
    ended: tuple[str, ...] = ()
    alive: str | None = None

    @property
    def is_told(self) -> bool:
        """Whether a past day can look otherwise than today."""
        return bool(self.begin or self.end or self.not_yet)

    @property
    def names(self) -> tuple[str, ...]:
        """Every field that is named."""
        return (*self.begin, *(name for name in (self.end, self.status) if name is not None))

    def over(self, other: Lifetime) -> Lifetime:
        """These words, and where they are silent those of ``other``."""
        plain = Lifetime()
        said = {f.name: getattr(self, f.name) for f in fields(self)}
        return replace(
            other, **{name: value for name, value in said.items() if value != getattr(plain, name)}
        )


def read_lifetime(reader: Reader) -> Lifetime:
    """The words of one ``[lifetime]`` table. Raises ``CatalogueError``."""
    said: dict[str, Any] = {name: reader.texts(name) for name in ("begin", "not_yet", "ended")}
    for name in ("end", "status", "alive"):
        if reader.has(name):
            said[name] = reader.text(name)
    reader.done()
    return Lifetime(**said)
