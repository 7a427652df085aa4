"""How a user draws: snapping, repeating, what was drawn of late. Belongs to the user, not to a register."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gisapp.tools.drawing.snap_aid import FEWEST_PIXELS, MOST_PIXELS, PIXELS
from layers.scene.snapping import SNAP_KINDS
from layers.text import Message

_RECENT = 5
_PIXELS = (5, 8, 10, 15, 20)


@dataclass(frozen=True)
class Habits:
    """``pixels``: how far snapping reaches; ``recent``: names of types, the latest first."""

    snaps: bool = True
    pixels: int = PIXELS
    kinds: frozenset[str] = frozenset(SNAP_KINDS)
    repeats: bool = True
    surveys: bool = False
    recent: tuple[str, ...] = ()

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Habits:
        """As remembered; what cannot be is as usual."""
        usual, flags = cls(), {}
        for name in ("snaps", "repeats", "surveys"):
            if isinstance(data.get(name), bool):
                flags[name] = data[name]
        pixels = data.get("pixels")
        good = isinstance(pixels, int) and FEWEST_PIXELS <= pixels <= MOST_PIXELS
        return cls(
            pixels=pixels if good and pixels is not None else usual.pixels,
            kinds=frozenset(_texts(data.get("kinds", SNAP_KINDS))) & usual.kinds,
            recent=tuple(_texts(data.get("recent", ())))[:_RECENT],
            **flags,
        )

    def data(self) -> dict[str, Any]:
        """To be remembered."""
        return {
            "snaps": self.snaps, "pixels": self.pixels, "kinds": sorted(self.kinds),
            "repeats": self.repeats, "surveys": self.surveys, "recent": list(self.recent),
        }  # fmt: skip

    def changed(self, *, recent: str = "", kind: str = "", on: bool = True, **values: Any) -> Habits:
        """The habits with some values changed, a type drawn, a kind of place switched on or off."""
        if recent:
            values["recent"] = (recent, *(name for name in self.recent if name != recent))[:_RECENT]
        if kind:
            values["kinds"] = self.kinds | {kind} if on else self.kinds - {kind}
        return replace(self, **values)

    @staticmethod
    def offered_pixels() -> Sequence[int]:
        """How far snapping can be made to reach."""
        return _PIXELS

    @staticmethod
    def kind_words() -> Sequence[tuple[str, Message]]:
        """The kinds of places that can be snapped to."""
        return [(kind, Message(f"draft.snap.{kind}")) for kind in SNAP_KINDS]


def _texts(values: object) -> list[str]:
    return [each for each in values if isinstance(each, str)] if isinstance(values, list | tuple) else []
