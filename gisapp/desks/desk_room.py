"""How desks share the room of the window: the width of their panels, and what one of them puts under the map."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSplitter, QWidget

from gisapp.desks.desk_place import DeskPlace

#: So wide the map stays beside a wide desk.
LEAST_MAP = 320
_HEIGHTS = (600, 250)


class DeskRoom(QSplitter):
    """The panel of a desk beside the map (``upper``), and below both what the desk that is open puts there.

    ``below_taken``: whose part stands there now.
    """

    below_taken = Signal(str)

    def __init__(self, panels: QWidget, centre: QWidget) -> None:
        super().__init__(Qt.Orientation.Vertical)
        self.upper = QSplitter(Qt.Orientation.Horizontal)
        self.below = DeskPlace(QWidget())
        self.below.hide()
        self._widths: dict[int, int] = {}
        self._below_of = ""
        for splitter, parts in ((self.upper, (panels, centre)), (self, (self.upper, self.below))):
            splitter.setChildrenCollapsible(False)
            splitter.setHandleWidth(1)
            for part in parts:
                splitter.addWidget(part)
        self.upper.setStretchFactor(1, 1)
        self.setStretchFactor(0, 1)
        self.setSizes(list(_HEIGHTS))

    def fit(self, before: int, after: int) -> None:
        """From a desk of usual width ``before`` to one of ``after``: desks of one usual width share the width that
        the user gave them."""
        if before != after:
            now, whole = self.upper.sizes()[0], sum(self.upper.sizes())
            self._widths[before] = now
            width = min(self._widths.get(after, after), max(whole - LEAST_MAP, 0))
            self.upper.setSizes([width, whole - width])

    def give_below(self, height: int) -> None:
        """Let what stands under the map be at least so high, as far as half of the room allows."""
        above, now = self.sizes()
        wanted = min(height, (above + now) // 2)
        if now < wanted:
            self.setSizes([above + now - wanted, wanted])

    @property
    def below_of(self) -> str:
        """Whose part stands under the map; blank: nobody's."""
        return self._below_of

    def show_below(self, desk: str, make: Callable[[], QWidget] | None) -> None:
        """Show what ``make`` makes for the desk under the map; None: nothing of this desk."""
        if make is None and self._below_of not in ("", desk):
            # Another desk has put something there meanwhile.
            return
        self._below_of = "" if make is None else desk
        self.below.show_of(desk, make)
        self.below.setVisible(make is not None)
        self.below_taken.emit(self._below_of)


class SharedSide:
    """The width of what stands at the right, in a splitter of which it is the last part.

    Desks of one usual width share the width that the user gave them.
    """

    def __init__(self, splitter: QSplitter) -> None:
        self._splitter = splitter
        self._widths: dict[int, int] = {}

    def fit(self, before: int, after: int) -> None:
        """From a desk of usual width ``before`` to one of ``after``."""
        if before != after:
            *_, now = sizes = self._splitter.sizes()
            self._widths[before] = now
            width = min(self._widths.get(after, after), max(sum(sizes) - 2 * LEAST_MAP, 0))
            self._splitter.setSizes([sum(sizes) - width, width])
