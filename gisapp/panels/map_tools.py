"""What floats on the map: strips of tools."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from gisapp.actions import Actions
from gisapp.theme import Theme

TOOLS = (
    "tool.select",
    "tool.identify",
    "tool.select_polygon",
    "tool.select_line",
    "tool.select_radius",
    "tool.pan",
    "tool.zoom_box",
    "who.tool",
)
EDITING = ("draw.again", "draw.choose", "tool.edit_shape", "tool.split", "draw.delete")
MEASURING = ("tool.measure_length", "tool.measure_area", "tool.measure_bearing")
ZOOMING = ("view.zoom_in", "view.zoom_out", "view.fit", "view.back", "view.forward", "view.bookmarks")


class ToolStrip(QFrame):
    """Buttons of actions in a row or a column on the map."""

    def __init__(
        self,
        theme: Theme,
        actions: Actions,
        names: tuple[str, ...],
        parent: QWidget,
        *,
        upright: bool = False,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("mapTools")
        layout: QBoxLayout = QVBoxLayout(self) if upright else QHBoxLayout(self)
        layout.setContentsMargins(1, 1, 1, 1)
        layout.setSpacing(0)
        self._theme, self._actions, self._names = theme, actions, names
        self._buttons: list[QToolButton] = []
        for name in names:
            button = QToolButton()
            button.setDefaultAction(actions.qt(name))
            button.setFixedSize(theme.size("tool_button"), theme.size("tool_button"))
            button.setIconSize(QSize(16, 16))
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self._buttons.append(button)
            layout.addWidget(button)
        self.adjustSize()


def place_in_rows(strips: Sequence[QWidget], margin: int, room: int, gap: int, *, after_last: int) -> int:
    """Put ``strips`` from the left into as many rows as they take up to ``room``; all in px of the map.

    ``after_last`` is kept free beside the last one. Gives where the next row begins.
    """
    left, top, height = margin, margin, 0
    for strip in strips:
        more = after_last if strip is strips[-1] else 0
        if left > margin and left + strip.width() + more > room:
            left, top, height = margin, top + height + gap, 0
        strip.move(left, top)
        left, height = left + strip.width() + gap - 1, max(height, strip.height())
    return top + height + gap
