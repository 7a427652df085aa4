"""A place of the window that a desk may take while it is open."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from gisapp.forms.pages import Pages


class DeskPlace(Pages):
    """What usually stands here, and what desks put in its place; a desk's widget is made when it is first shown."""

    def __init__(self, usual: QWidget) -> None:
        super().__init__()
        self._usual = usual
        self._made: dict[str, QWidget] = {}
        self.addWidget(usual)

    def show_of(self, desk: str, make: Callable[[], QWidget] | None) -> None:
        """Show what ``make`` makes for the desk, or what usually stands here."""
        if make is None:
            self.setCurrentWidget(self._usual)
            return
        if desk not in self._made:
            self._made[desk] = make()
            self.addWidget(self._made[desk])
        self.setCurrentWidget(self._made[desk])
