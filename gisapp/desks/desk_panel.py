"""The panel of a desk that is made only when the desk is first opened."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget


class DeskPanel(QWidget):
    """Stands beside the map, empty until ``hold`` puts the panel into it."""

    def __init__(self) -> None:
        super().__init__()
        self._place = QVBoxLayout(self)
        self._place.setContentsMargins(0, 0, 0, 0)

    def hold(self, panel: QWidget) -> None:
        """Show this panel from now on."""
        self._place.addWidget(panel)
