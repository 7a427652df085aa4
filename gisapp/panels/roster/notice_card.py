"""The notice of a grid that hangs in the street: its map, who looks after it, and how to reach them. One page each."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import segno
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen

from gisapp.map.sheet.layout import SheetLayout, mm
from gisapp.map.sheet.signs import SheetSigns
from gisapp.map.sheet.text import CENTRE, LEFT, RIGHT, SheetText
from gisapp.map.sheet.words import FontOf
from gisapp.panels.roster.grid_marks import EDGE, paint_code
from layers.reports.document import FAINT, INK, RULE
from layers.reports.grids.notice import GridNotice, NoticePerson, Publisher
from layers.responsibility.person import PRIMARY
from layers.text import Message, Texts

_WIDTH, _HEIGHT = 210.0, 297.0
_SIDE = 14.0
_MAP = (_SIDE, 41.0, _WIDTH - 2 * _SIDE, 128.0)
_PEOPLE = (_SIDE, 174.0, 130.0, 66.0)
_CODE = (149.0, 174.0, 47.0, 66.0)
_SCOPE = (_SIDE, 245.0, _WIDTH - 2 * _SIDE, 20.0)
_LINES = (0.0, 270.0, _WIDTH, 27.0)
_WHITE = "FFFFFF"
_BAND = EDGE.removeprefix("#")
_MISSING = "BD1A12"


@dataclass(frozen=True)
class CardWords:
    """What all cards of one print have in common."""

    texts: Texts
    font: FontOf
    publisher: Publisher
    day: datetime.date
    is_sample: bool


def card_layout(scale: float) -> SheetLayout:
    """The page with the map's place; all else is painted around it by ``paint_card``."""
    unit = mm(scale)
    page = QRectF(0, 0, _WIDTH * unit, _HEIGHT * unit)
    return SheetLayout(page, _rect(_MAP, unit), None, None, None, None, None, None, None, unit, 0.9)


def _rect(place: tuple[float, float, float, float], unit: float) -> QRectF:
    left, top, width, height = (each * unit for each in place)
    return QRectF(left, top, width, height)


class NoticeCard:
    """Paints one card around its map. Lengths are millimetres of A4, times ``unit`` px."""

    def __init__(self, painter: QPainter, unit: float, words: CardWords, signs: SheetSigns) -> None:
        self._painter, self._unit, self._words, self._signs = painter, unit, words, signs
        self._text = SheetText(painter, words.font)

    def paint(self, notice: GridNotice) -> None:
        """Everything but the map."""
        self._painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._head(notice)
        self._around_map()
        self._people(notice)
        self._code(notice)
        self._scope(notice)
        self._foot(notice)

    def _say(self, message_id: str, **params: str | int) -> str:
        return self._words.texts.render(Message(message_id, params))

    def _write(
        self, place: tuple[float, float, float, float], text: str, size: float, colour: str = INK,
        align: Qt.AlignmentFlag = LEFT, *, strong: bool = False, lines: int = 1,
    ) -> None:  # fmt: skip
        room = _rect(place, self._unit)
        self._text.write(
            room, text, size * self._unit, QColor(f"#{colour}"), align, strong=strong, lines=lines
        )

    def _width(self, text: str, size: float, *, strong: bool = False) -> float:
        return self._text.width(text, size * self._unit, strong) / self._unit

    def _head(self, notice: GridNotice) -> None:
        unit = self._unit
        self._painter.fillRect(QRectF(0, 0, _WIDTH * unit, 36 * unit), QColor(EDGE))
        left, room = _SIDE, _WIDTH - 2 * _SIDE
        wide = min(
            max(self._width(notice.code, 9, strong=True), self._width(notice.name, 6), 34.0) + 10, 80.0
        )
        plate = _rect((_WIDTH - _SIDE - wide, 7.0, wide, 22.0), unit)
        path = QPainterPath()
        path.addRoundedRect(plate, 2 * unit, 2 * unit)
        self._painter.fillPath(path, QColor("#FFFFFF"))
        inner = (_WIDTH - _SIDE - wide + 3, 8.0, wide - 6)
        self._write((*inner, 11.0), notice.code, 9, _BAND, CENTRE, strong=True)
        self._write((inner[0], 19.0, inner[2], 8.6), notice.name, 6, INK, CENTRE)
        self._write((left, 6.5, room - wide - 5, 7.0), self._words.publisher.company, 4.8, _WHITE)
        title = self._say("stewards.card.title")
        self._write((left, 14.0, room - wide - 5, 16.0), title, 11.5, _WHITE, strong=True)

    def _around_map(self) -> None:
        unit, room = self._unit, _rect(_MAP, self._unit)
        self._painter.setBrush(Qt.BrushStyle.NoBrush)
        self._painter.setPen(QPen(QColor(f"#{INK}"), 0.3 * unit))
        self._painter.drawRect(room)
        plate = QRectF(room.left() + 2 * unit, room.bottom() - 9.5 * unit, 50 * unit, 8 * unit)
        ground = QColor(255, 255, 255, 215)
        self._painter.fillRect(plate, ground)
        self._signs.scale_bar(plate.adjusted(2 * unit, 0, -8 * unit, 0))
        north = QRectF(room.right() - 11 * unit, room.top() + 2 * unit, 9 * unit, 13 * unit)
        self._painter.fillRect(north, ground)
        self._signs.north(north)

    def _people(self, notice: GridNotice) -> None:
        left, top, width, _ = _PEOPLE
        primary = notice.primary
        role = self._words.publisher.role
        self._rule(left, top, width)
        photo = None if primary is None or primary.photo is None else QImage.fromData(primary.photo)
        x = left
        if photo is not None and not photo.isNull():
            self._photo(photo, _rect((left, top + 5, 27.0, 36.0), self._unit))
            x += 32
        room = left + width - x
        self._write((x, top + 4, room, 7.0), self._say("stewards.card.primary", role=role), 5.0, FAINT)
        if primary is None:
            vacant = self._say("stewards.card.vacant")
            self._write((x, top + 12, room, 14.0), vacant, 7.0, _MISSING, strong=True, lines=2)
        else:
            self._write((x, top + 11.5, room, 16.0), primary.name, 13.0, INK, strong=True)
            if primary.phone:
                self._phone((x, top + 28.0, room, 12.0), primary.phone, 9.5)
        y = top + 45.0
        for person in [each for each in notice.people if each.rank != PRIMARY][:2]:
            self._other((left, y, width, 9.0), person)
            y += 10.0

    def _other(self, place: tuple[float, float, float, float], person: NoticePerson) -> None:
        left, top, _, height = place
        rank = self._say(f"stewards.card.{person.rank}")
        self._write((left, top, 24.0, height), rank, 4.4, FAINT)
        self._write((left + 24, top, 38.0, height), person.name, 6.0, INK, strong=True)
        if person.phone:
            self._phone((left + 64, top, 66.0, height), person.phone, 5.6)

    def _phone(self, place: tuple[float, float, float, float], phone: str, size: float) -> None:
        self._write(place, phone, size, _BAND, strong=True)

    def _photo(self, photo: QImage, room: QRectF) -> None:
        """The middle of a photo, filling its frame."""
        share = room.width() / room.height()
        wide, high = photo.width(), photo.height()
        cut = QRectF(0, 0, min(wide, high * share), min(high, wide / share))
        cut.moveCenter(QRectF(photo.rect()).center())
        cut.moveTop(max(0.0, (high - cut.height()) / 4))
        self._painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        self._painter.drawImage(room, photo, cut)
        self._painter.setPen(QPen(QColor(f"#{RULE}"), 0.2 * self._unit))
        self._painter.drawRect(room)

    def _code(self, notice: GridNotice) -> None:
        if not notice.code_text:
            return
        left, top, width, _ = _CODE
        side = width
        matrix = [list(row) for row in segno.make(notice.code_text, error="m", micro=False).matrix]
        paint_code(self._painter, _rect((left, top + 5, side, side), self._unit), matrix)
        said = (
            "stewards.card.scan_page" if notice.code_text.startswith("http") else "stewards.card.scan_person"
        )
        self._write((left, top + 5 + side + 1, side, 6.0), self._say(said), 3.8, FAINT, CENTRE)
        self._rule(left, top, width)

    def _scope(self, notice: GridNotice) -> None:
        left, top, width, _ = _SCOPE
        self._rule(left, top, width)
        head = self._say("stewards.card.scope")
        self._write((left, top + 2.5, 26.0, 6.0), head, 4.6, FAINT)
        parts = []
        if notice.households:
            parts.append(self._say("stewards.card.households", count=f"{notice.households:,.0f}"))
        if notice.communities:
            parts.append(self._say("stewards.card.communities", count=len(notice.communities)))
        said = self._say("stewards.card.comma").join(parts) or notice.area
        room = width - 28
        self._write((left + 28, top + 2.5, room, 6.0), said, 4.6, INK, strong=True)
        for number, line in enumerate(self._names(notice.communities, room, 3.9, 2)):
            self._write((left + 28, top + 9.0 + 5.2 * number, room, 5.2), line, 3.9, INK)

    def _names(self, names: tuple[str, ...], room: float, size: float, lines: int) -> list[str]:
        """As many names as have room, none torn, and that there are more."""
        mark = self._say("stewards.card.comma")
        for count in range(len(names), 0, -1):
            words = [name + mark for name in names[: count - 1]]
            last = names[count - 1]
            words.append(last if count == len(names) else self._say("stewards.card.more", names=last))
            broken = [""]
            for word in words:
                if broken[-1] and self._width(broken[-1] + word, size) > room:
                    broken.append("")
                broken[-1] += word
            if len(broken) <= lines:
                return broken
        return []

    def _foot(self, notice: GridNotice) -> None:
        _, top, _, _ = _LINES
        self._painter.fillRect(_rect(_LINES, self._unit), QColor("#EAF0F5"))
        publisher, x = self._words.publisher, _SIDE
        for name, number in (("hotline", publisher.hotline), ("supervision", publisher.supervision)):
            if number:
                title = self._say(f"stewards.card.{name}")
                self._write((x, top + 3.5, 60.0, 6.0), title, 4.2, FAINT)
                self._write((x, top + 9.0, 66.0, 11.0), number, 8.5, _BAND, strong=True)
                x += 74
        day = self._say("stewards.card.day", day=self._words.day.isoformat())
        right = _WIDTH - 2 * _SIDE
        self._write((_SIDE, top + 20.0, right, 5.0), day, 3.2, FAINT, RIGHT)
        if self._words.is_sample:
            self._write((_SIDE, top + 20.0, right, 5.0), self._say("report.is_sample"), 3.2, _MISSING)

    def _rule(self, x: float, y: float, width: float) -> None:
        self._painter.fillRect(_rect((x, y, width, 0.35), self._unit), QColor(f"#{RULE}"))
