"""Icons of the Phosphor family, drawn as characters of its font.

QtAwesome brings the font; its code is not loaded: it would load OpenGL, a second face of Qt and eleven fonts more.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QIconEngine, QPainter, QPixmap

#: The share of an icon's height that its characters take.
_SHARE = 0.875


@dataclass(frozen=True)
class IconColours:
    """The colours of an icon: usually, switched on, and where it can do nothing."""

    off: QColor
    on: QColor
    disabled: QColor


@lru_cache(maxsize=1)
def characters() -> Mapping[str, str]:
    """The character of every icon by its name."""
    path = next(_folder().glob("phosphor-charmap-*.json"))
    read = json.loads(path.read_text(encoding="utf-8"))
    return {name: chr(int(code, 16)) for name, code in read.items()}


def font_icon(name: str, colours: IconColours) -> QIcon:
    """The icon called ``name``. ``KeyError`` when the family has none."""
    return QIcon(_Engine(characters()[name], colours))


class _Engine(QIconEngine):
    """Draws one character in whatever size and state it is asked for."""

    def __init__(self, character: str, colours: IconColours) -> None:
        super().__init__()
        self._character, self._colours = character, colours
        #: What was drawn before: a window paints the same few again and again.
        self._drawn: dict[tuple[int, int, QIcon.Mode, QIcon.State], QPixmap] = {}

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        painter.save()
        font = QFont(_family())
        font.setPixelSize(max(round(_SHARE * rect.height()), 1))
        painter.setFont(font)
        painter.setPen(self._colour(mode, state))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, self._character)
        painter.restore()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        key = size.width(), size.height(), mode, state
        if key not in self._drawn:
            made = QPixmap(size)
            made.fill(Qt.GlobalColor.transparent)
            painter = QPainter(made)
            self.paint(painter, QRect(0, 0, size.width(), size.height()), mode, state)
            painter.end()
            self._drawn[key] = made
        return self._drawn[key]

    def clone(self) -> QIconEngine:
        return _Engine(self._character, self._colours)

    def _colour(self, mode: QIcon.Mode, state: QIcon.State) -> QColor:
        if mode == QIcon.Mode.Disabled:
            return self._colours.disabled
        return self._colours.on if state == QIcon.State.On else self._colours.off


@lru_cache(maxsize=1)
def _family() -> str:
    path = next(_folder().glob("phosphor-[0-9]*.ttf"))
    return QFontDatabase.applicationFontFamilies(QFontDatabase.addApplicationFont(str(path)))[0]


def _folder() -> Path:
    found = find_spec("qtawesome")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "fonts"
