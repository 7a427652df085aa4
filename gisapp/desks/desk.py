"""Desk: a working place for one kind of work, as data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from layers.text import Message


@dataclass(frozen=True)
class Desk:
    """Its id, how the rail shows it, and the panel that stands beside the map.

    ``centre`` makes what stands in the place of the map, ``side`` what stands in the place of the inspector, while
    the desk is open; each is asked for once, when the desk is first opened. ``shown`` is told whether it is open.
    ``side_width`` is how wide that usually is, px; 0: as the inspector.
    ``has_digits``: the keys 1 to 9 mean something at the desk itself as long as nothing is drawn.
    """

    id: str
    title: Message
    icon: str
    panel: QWidget
    width: int
    centre: Callable[[], QWidget] | None = None
    side: Callable[[], QWidget] | None = None
    shown: Callable[[bool], None] | None = None
    side_width: int = 0
    has_digits: bool = False
