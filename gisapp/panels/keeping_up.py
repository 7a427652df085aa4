"""Keeping up with a register: what changed since it was read last, and that reads follow one another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from layers.model.change import ChangeSet


@dataclass(frozen=True)
class Behind:
    """What a reading has to make good: everything, or what these ``changes`` touched."""

    everything: bool
    changes: tuple[ChangeSet, ...]


class KeepingUp:
    """Stale until read first. ``read`` is called again after a reading during which another one was asked for."""

    def __init__(self, read: Callable[[], None]) -> None:
        self._read = read
        self._is_stale = True
        self._changes: list[ChangeSet] = []
        self._is_reading = self._is_waiting = False

    @property
    def is_behind(self) -> bool:
        """Whether there is anything to read."""
        return self._is_stale or bool(self._changes)

    @property
    def is_stale(self) -> bool:
        """Whether all of it has to be read anew."""
        return self._is_stale

    def outdate(self) -> None:
        """Nothing that was read holds any more."""
        self._is_stale, self._changes = True, []

    def note(self, change: ChangeSet) -> None:
        """This happened since."""
        self._changes.append(change)

    def begin(self) -> Behind | None:
        """What the reading that begins now has to make good; None while another one is under way."""
        if self._is_reading:
            self._is_waiting = True
            return None
        behind = Behind(self._is_stale, tuple(self._changes))
        self._is_stale, self._changes = False, []
        self._is_reading, self._is_waiting = True, False
        return behind

    def end(self, *, again: bool = False) -> None:
        """The reading is done; ``again``: it was of something that is not looked at any more."""
        self._is_reading = False
        if self._is_waiting or again:
            self._read()

    def fail(self) -> None:
        """The reading came to nothing: the next one begins from the beginning."""
        self._is_reading, self._is_stale = False, True
