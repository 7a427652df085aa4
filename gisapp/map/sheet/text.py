"""Text on a sheet at any size, the same on screen, in pixels and in a PDF; shrunk, broken or cut to its room."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter

from gisapp.map.sheet.layout import mm
from gisapp.map.sheet.words import FontOf

LEFT = Qt.AlignmentFlag.AlignLeft
RIGHT = Qt.AlignmentFlag.AlignRight
CENTRE = Qt.AlignmentFlag.AlignHCenter
#: Smaller than this (mm) nothing is printed.
LEAST_MM = 2.0
#: Fonts come in whole px; text is set at this size and scaled, so that its height is what the sheet says.
_SET = 64
_LEADING = 1.25


class SheetText:
    """Writes with one painter. Sizes are px of the sheet (the em of the font)."""

    def __init__(self, painter: QPainter, font: FontOf) -> None:
        self._painter = painter
        self._font = lru_cache(maxsize=2)(lambda strong: _unhinted(font(_SET, strong)))
        self._metrics = lru_cache(maxsize=2)(lambda strong: QFontMetricsF(self._font(strong)))

    def width(self, text: str, size: float, strong: bool = False) -> float:
        """Px from the beginning of ``text`` to its end."""
        return float(self._metrics(strong).horizontalAdvance(text)) * size / _SET

    def write(
        self,
        room: QRectF,
        text: str,
        size: float,
        colour: QColor,
        align: Qt.AlignmentFlag = LEFT,
        *,
        strong: bool = False,
        lines: int = 1,
    ) -> None:
        """Write in the middle of the height of ``room``: in up to ``lines``, smaller if need be, at last cut."""
        least = min(size, mm(LEAST_MM))
        while True:
            broken, whole = self._broken(text, size, strong, room.width())
            fits = (
                len(broken) <= lines and len(broken) * size * _LEADING <= room.height() + size * 0.4 and whole
            )
            if fits or size <= least:
                break
            size = max(size * 0.94, least)
        if not fits:
            allowed = max(min(lines, int((room.height() + size * 0.4) / (size * _LEADING))), 1)
            if len(broken) > allowed:
                rest = "".join(broken[allowed - 1 :])
                broken = [*broken[: allowed - 1], self._cut(rest, size, strong, room.width())]
        step = size * _LEADING
        top = room.center().y() - step * (len(broken) - 1) / 2
        for number, line in enumerate(broken):
            self._line(room, line, size, colour, align, strong, top + number * step)

    def _line(
        self,
        room: QRectF,
        text: str,
        size: float,
        colour: QColor,
        align: Qt.AlignmentFlag,
        strong: bool,
        middle: float,
    ) -> None:
        width, metrics, scale = self.width(text, size, strong), self._metrics(strong), size / _SET
        left = {LEFT: room.left(), RIGHT: room.right() - width, CENTRE: room.center().x() - width / 2}[align]
        painter = self._painter
        painter.save()
        painter.translate(left, middle + (metrics.ascent() - metrics.descent()) / 2 * scale)
        painter.scale(scale, scale)
        painter.setFont(self._font(strong))
        painter.setPen(colour)
        painter.drawText(QPointF(0, 0), text)
        painter.restore()

    def _broken(self, text: str, size: float, strong: bool, room: float) -> tuple[list[str], bool]:
        """Lines no wider than ``room``, broken at spaces or anywhere in Chinese; and whether no word was torn."""
        lines, rest, whole = [], text, True
        while self.width(rest, size, strong) > room and len(rest) > 1:
            end = next(
                n for n in range(len(rest), 0, -1) if n == 1 or self.width(rest[:n], size, strong) <= room
            )
            cut = next((n for n in range(end, 0, -1) if _may_break(rest, n)), 0)
            whole = whole and cut > 0
            cut = cut or end
            lines.append(rest[:cut].rstrip())
            rest = rest[cut:].lstrip()
        return ([*lines, rest] if rest else lines or [""]), whole

    def _cut(self, text: str, size: float, strong: bool, room: float) -> str:
        if self.width(text, size, strong) <= room:
            return text
        while text and self.width(text + "…", size, strong) > room:
            text = text[:-1]
        return text.rstrip() + "…"


def _may_break(text: str, at: int) -> bool:
    if at >= len(text):
        return True
    before, after = text[at - 1], text[at]
    if before == " " or after == " ":
        return True
    return (
        (ord(before) > 0x2E7F or ord(after) > 0x2E7F)
        and after not in "，。、；：）》”"
        and before not in "（《“"
    )


def _unhinted(font: QFont) -> QFont:
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font
