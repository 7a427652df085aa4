"""What a start left out is loaded while nobody wants anything, a little at a time: first openings are quick too."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence

from PySide6.QtCore import QObject, QTimer

from layers.later import load_in_steps

#: Milliseconds between two slices, and those within which a slice begins another module: a frame has room beside it.
PAUSE, SLICE = 25, 6
#: Rooms that nearly everybody enters. Those that bring large libraries along, importing files above all, are not here.
ROOMS = (
    "gisapp.panels.drafting.drafting",
    "gisapp.panels.grid_shaping.shaping",
    "gisapp.panels.history.trail_panel",
    "gisapp.panels.table.drawer",
    "gisapp.dialogs.condition_dialog",
    "gisapp.panels.checks.check_panel",
    "gisapp.panels.grids.grid_panel",
    "gisapp.panels.grids.who_panel",
    "gisapp.panels.renewal.renewal_panel",
    "gisapp.panels.renewal.project_page",
    "gisapp.panels.renewal.schedule",
    "gisapp.panels.census.census_panel",
    "gisapp.panels.census.logging_page",
    "gisapp.panels.statement.page",
    "gisapp.panels.style.editor",
    "gisapp.panels.basemap.view",
    "gisapp.panels.roster.roster_panel",
    "gisapp.dialogs.settings_dialog",
    "gisapp.commands.print_map",
)


class Warming(QObject):
    """Loads rooms one after the other whenever ``is_idle``, and ends by itself."""

    def __init__(self, is_idle: Callable[[], bool], parent: QObject, rooms: Sequence[str] = ROOMS) -> None:
        super().__init__(parent)
        self._steps: Iterator[str] = (step for room in rooms for step in load_in_steps(room))
        self._is_idle = is_idle
        self.is_done = False
        self._timer = QTimer(self, interval=PAUSE)
        self._timer.timeout.connect(self._go_on)

    def begin(self) -> None:
        """Load whenever there is time from now on."""
        self._timer.start()

    def _go_on(self) -> None:
        end = time.perf_counter() + SLICE / 1000
        while self._is_idle() and time.perf_counter() < end:
            if next(self._steps, None) is None:
                self.is_done = True
                self._timer.stop()
                return
