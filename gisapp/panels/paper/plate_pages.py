"""Plates of assets on pages of A4, two by five with lines to cut along."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen

from gisapp.map.sheet.job import Steps, whole
from gisapp.map.sheet.layout import mm
from gisapp.map.sheet.output import PdfOutput
from gisapp.map.sheet.text import CENTRE, LEFT, SheetText
from gisapp.map.sheet.words import FontOf
from gisapp.panels.roster.grid_marks import EDGE, paint_code
from layers.reports.census.plates import Plate, Plates
from layers.reports.document import FAINT, INK, Speech
from layers.text import Message, Texts

ACROSS, DOWN = 2, 5
_PAGE = 210.0, 297.0
_PLATE = 90.0, 54.0
_BAND = 11.0
_PAD = 3.5
_CODE = 36.0
_CUT = "#9AA5AD"


class PlatePages:
    """Paints all plates of a print. Lengths are millimetres."""

    size = (mm(_PAGE[0]), mm(_PAGE[1]))

    def __init__(self, plates: Plates, texts: Texts, font: FontOf) -> None:
        self._plates, self._say, self._font = plates, Speech(texts), font

    @property
    def pages(self) -> int:
        return -(-len(self._plates.plates) // (ACROSS * DOWN))

    def steps(self, output: PdfOutput) -> Steps:
        """Paint all pages; trouble in between keeps nothing."""
        yield from whole(output, self._painted(output))

    def _painted(self, output: PdfOutput) -> Steps:
        on_page = ACROSS * DOWN
        for number in range(self.pages):
            for painter in output.page():
                painter.setFont(QFont())
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                text = SheetText(painter, self._font)
                part = self._plates.plates[number * on_page : (number + 1) * on_page]
                for place, plate in enumerate(part):
                    self._paint(painter, text, plate, *_corner(place))
                yield (number + 1) / self.pages

    def _paint(self, painter: QPainter, text: SheetText, plate: Plate, x: float, y: float) -> None:
        wide, high = _PLATE
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(_CUT), mm(0.15), Qt.PenStyle.DashLine))
        painter.drawRect(_room(x, y, wide, high))
        painter.fillRect(_room(x + 1.2, y + 1.2, wide - 2.4, _BAND), QColor(EDGE))
        inner = wide - 2 * _PAD

        def write(room: QRectF, said: str, size: float, colour: str, strong: bool, lines: int = 1) -> None:
            text.write(room, said, mm(size), QColor(f"#{colour}"), LEFT, strong=strong, lines=lines)

        write(_room(x + _PAD, y + 1.2, inner, _BAND), self._plates.company, 4.6, "FFFFFF", True)
        left = inner - _CODE - 2
        top = y + _BAND + 2.5
        write(_room(x + _PAD, top, left, 6.0), self._say(plate.title), 4.0, FAINT, False)
        write(_room(x + _PAD, top + 6.0, left, 10.0), plate.code, 8.0, INK, True)
        write(_room(x + _PAD, top + 17.0, left, 10.0), plate.road, 4.0, INK, False, lines=2)
        if self._plates.hotline:
            said = self._say(Message("census_report.plate_hotline", {"phone": self._plates.hotline}))
            write(_room(x + _PAD, y + high - 10.0, left, 8.0), said, 4.8, EDGE.removeprefix("#"), True)
        code = _room(x + wide - _PAD - _CODE, y + _BAND + 2.5, _CODE, _CODE)
        paint_code(painter, code, plate.matrix)
        if self._plates.is_sample:
            note = _room(x + wide - _PAD - _CODE, y + high - 4.2, _CODE, 3.2)
            said = self._say.say("census_report.sample")
            text.write(note, said, mm(2.2), QColor(f"#{FAINT}"), CENTRE)


def _corner(place: int) -> tuple[float, float]:
    row, column = divmod(place, ACROSS)
    left = (_PAGE[0] - ACROSS * _PLATE[0]) / 2
    top = (_PAGE[1] - DOWN * _PLATE[1]) / 2
    return left + column * _PLATE[0], top + row * _PLATE[1]


def _room(x: float, y: float, wide: float, high: float) -> QRectF:
    return QRectF(mm(x), mm(y), mm(wide), mm(high))
