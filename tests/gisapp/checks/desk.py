"""The check centre as its stories work with it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pytestqt.qtbot import QtBot

from gisapp.commands.opening import open_target
from gisapp.window import Window
from layers.register import Register
from tests.gisapp.driving import PATIENCE, settle


class CheckDesk:
    """The desk of ``window`` on ``target``, open and at rest."""

    def __init__(self, window: Window, target: Path | str, qtbot: QtBot) -> None:
        self._window, self._qtbot = window, qtbot
        self.session, self.centre = window.parts.session, window.checks.centre
        self.panel = window.checks.panel
        open_target(window, str(target), lambda _: None)
        self.until(lambda: self.session.is_open)

    @property
    def register(self) -> Register:
        assert self.session.register is not None
        return self.session.register

    def until(self, ready: Callable[[], bool]) -> None:
        """Wait until it is so, and until nothing runs any more."""
        self._qtbot.waitUntil(ready, timeout=PATIENCE)
        settle(self._window, self._qtbot)

    def count(self, rule: str) -> int:
        """The open findings of a rule."""
        return sum(len(part) for part in self.centre.sorted.open if part.rule == rule)
