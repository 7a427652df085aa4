"""From card to card with the arrow keys."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt

_STEPS = {
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
}


def step_from(key: int, columns: Sequence[Sequence[int]], current: int) -> int | None:
    """The card beside or below the current one, the first when there is none; None for another key or no cards."""
    step = _STEPS.get(Qt.Key(key))
    if step is None or not columns:
        return None
    across, down = step
    for at, cards in enumerate(columns):
        if current in cards:
            to = columns[min(max(at + across, 0), len(columns) - 1)]
            return to[min(max(cards.index(current) + down, 0), len(to) - 1)]
    return columns[0][0]
