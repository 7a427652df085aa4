"""The receipt of a package: what went out, and for every file that came back what of it was taken in and what not."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from layers.model.asset import AssetKey


@dataclass(frozen=True)
class Refused:
    """A row that the book does not take, and the message id of every reason."""

    type: str
    id: int
    name: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Arrival:
    """One file that came back. ``of`` rows were changed in it, ``taken`` of them are in the book now (or were)."""

    at: str
    actor: str
    sha256: str
    file: str
    records: int = 0
    of_records: int = 0
    of: int = 0
    taken: int = 0
    inserted: int = 0
    updated: int = 0
    deleted: int = 0
    already: int = 0
    conflicts: int = 0
    refused: tuple[Refused, ...] = ()
    photos: int = 0
    photos_missing: tuple[str, ...] = ()
    photos_loose: tuple[str, ...] = ()
    photos_broken: tuple[str, ...] = ()
    clock_days: int = 0
    by_whom: Mapping[str, int] = field(default_factory=dict)
    moved: Mapping[str, int] = field(default_factory=dict)
    """New rows by key that got another id, for another copy of the package had given theirs away."""

    @property
    def pending(self) -> frozenset[AssetKey]:
        """The rows that were refused, as the file calls them: one that comes again tries them again."""
        own = {AssetKey(key.type, id): key for key, id in self.moved_keys.items()}
        keys = (AssetKey(each.type, each.id) for each in self.refused)
        return frozenset(own.get(key, key) for key in keys)

    @property
    def moved_keys(self) -> dict[AssetKey, int]:
        """``moved`` by what the file calls them."""
        return {key: id for name, id in self.moved.items() if (key := AssetKey.of_link(name)) is not None}


@dataclass(frozen=True)
class Receipt:
    """``version``: the change set at which the package was read; ``sent``: assets by type.

    ``token``: what the package itself says, so that no other register's is taken for it. ``photos``: by what those of
    earlier visits are known again.
    """

    version: int = 0
    sent: Mapping[str, int] = field(default_factory=dict)
    records: int = 0
    token: str = ""
    arrivals: tuple[Arrival, ...] = ()
    photos: tuple[str, ...] = ()

    @classmethod
    def of(cls, text: str | None) -> Receipt:
        """The receipt as the book keeps it. ``ValueError`` for what is none."""
        said: dict[str, Any] = json.loads(text) if text else {}
        arrivals = tuple(_arrival(each) for each in said.pop("arrivals", ()))
        photos = tuple(said.pop("photos", ()))
        return cls(**said, arrivals=arrivals, photos=photos)

    def as_text(self) -> str:
        """As the book keeps it."""
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))

    def with_arrival(self, arrival: Arrival) -> Receipt:
        """The receipt with one more; the same file again takes the place of its last arrival."""
        return replace(self, arrivals=(*self.arrivals, arrival))

    @property
    def last(self) -> Arrival | None:
        """What came back last."""
        return self.arrivals[-1] if self.arrivals else None


def _arrival(said: dict[str, Any]) -> Arrival:
    refused = tuple(
        Refused(each["type"], each["id"], each["name"], tuple(each["reasons"]))
        for each in said.pop("refused", ())
    )
    names = ("photos_missing", "photos_loose", "photos_broken")
    tuples: dict[str, Any] = {name: tuple(said.pop(name, ())) for name in names}
    return Arrival(**said, **tuples, refused=refused)
