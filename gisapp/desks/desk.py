"""Desk: a working place for one kind of work, as data."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from layers.text import Message


@dataclass(frozen=True)
class Desk:
    """Its id, how the rail shows it, and the panel that stands beside the map."""

    id: str
    title: Message
    icon: str
    panel: QWidget
    width: int
