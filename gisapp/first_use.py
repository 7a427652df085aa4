"""Parts of a window that are made when they are first used, so that the window is there sooner."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

Part = TypeVar("Part")


class FirstUse(Generic[Part]):
    """``make`` is called when the part is first asked for: ``room()``. ``made`` asks for nothing."""

    def __init__(self, make: Callable[[], Part]) -> None:
        self._make: Callable[[], Part] | None = make
        self._ties: list[Callable[[Part], object]] = []
        self.made: Part | None = None

    def __call__(self) -> Part:
        """The part; it is tied before anybody else gets it."""
        if self.made is None:
            assert self._make is not None, "a part may not use itself while it is made"
            make, self._make = self._make, None
            self.made = make()
            for tie in self._ties:
                tie(self.made)
            self._ties.clear()
        return self.made

    def tie(self, tie: Callable[[Part], object]) -> None:
        """Have this done with the part as soon as it is made, or now."""
        if self.made is None:
            self._ties.append(tie)
        else:
            tie(self.made)
