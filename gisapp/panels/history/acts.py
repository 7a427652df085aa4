"""What one can ask for wherever the past is told; the window knows who answers."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from layers.feedback import Feedback
from layers.history.restoring import Preview
from layers.register import Register

#: Works out, beside the window, what an act of bringing back would do.
Wanted = Callable[[Register, Feedback], Preview]


class HistoryActs(QObject):
    """Told by cards and lists; the window ties them to map, inspector, trail and the dialog of bringing back."""

    restore_asked = Signal(object)
    """A ``Wanted``: look at what it would do, then perhaps do it."""
    ghost_asked = Signal(object)
    """AssetChanges whose old places shall stand beside the new ones on the map; none takes them away."""
    show_asked = Signal(object)
    """The key of an asset to select and fly to."""
    act_asked = Signal(int)
    """A change set to be opened in the trail."""
