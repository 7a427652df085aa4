"""OfferEdit: a line with a list under it; and which editor a field gets."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent

from gisapp.forms.editors.calendar import CalendarPopup
from gisapp.forms.editors.flat import FlatEdit
from gisapp.forms.editors.offer_list import OfferList
from gisapp.forms.editors.offers import (
    BooleanOffers,
    ChoiceOffers,
    DateOffers,
    LinkOffers,
    LinkSearch,
    Offer,
    Offers,
)
from gisapp.language import Language
from gisapp.theme import Theme
from layers.model import edtf
from layers.model.fields import BooleanField, ChoiceField, DateField, Field, LinkField

CARET = 12


class OfferEdit(FlatEdit):
    """Typing filters the list, a click opens it, Enter takes the marked row, Esc closes it.

    ``lost`` tells a text that names nothing in a closed list.
    """

    lost = Signal(str)
    KEPT = CARET

    def __init__(
        self, language: Language, theme: Theme, field: Field, offers: Offers, popup: OfferList
    ) -> None:
        super().__init__(theme, field)
        self._language, self._theme = language, theme
        self._offers, self._popup = offers, popup
        self._value: Any = None
        #: The value last taken from the list.
        self.taken: Any = None
        self._asked = 0
        self._is_open = False
        if isinstance(offers, LinkOffers):
            offers.take = self._take_pointed
        if isinstance(offers, DateOffers):
            offers.open_month = self._open_month
        popup.chosen.connect(self._on_chosen)

    def show_value(self, value: Any, shown: str, exact: str) -> None:
        self._value = value
        super().show_value(value, shown, exact)

    @property
    def is_open(self) -> bool:
        """Whether the list is up for this field."""
        return self._is_open and self._popup.isVisible()

    def open_list(self, text: str = "") -> None:
        """Ask what ``text`` may mean and list it."""
        if self.isReadOnly():
            return
        self._asked += 1
        serial = self._asked
        self._is_open = True
        self._offers.ask(text, lambda found: self._give(serial, text, found))

    def close_list(self) -> None:
        """Put the list away."""
        self._asked += 1
        if self._is_open:
            self._is_open = False
            self._popup.hide()

    def commit(self) -> None:
        offer = self._popup.marked if self.is_open else None
        is_typing = self.is_typing
        self.close_list()
        if not is_typing or self.isReadOnly():
            return
        if not self.text().strip():
            self.picked.emit(None)
        elif self._offers.is_closed:
            if offer is not None and offer.act is None:
                self._take(offer)
            elif isinstance(self._offers, LinkOffers):
                self.lost.emit(self.text())
            else:
                self.typed.emit(self.text())

    def _give(self, serial: int, text: str, found: Sequence[Offer]) -> None:
        if serial != self._asked or not self.hasFocus():
            return
        marked = -1
        if text and self._offers.is_closed:
            marked = 0 if found and found[0].act is None else -1
        elif not text:
            marked = next((n for n, o in enumerate(found) if o.act is None and o.value == self._value), -1)
        self._popup.open(self, found, marked)

    def _on_chosen(self, offer: Offer) -> None:
        if self._is_open:
            self._take(offer)

    def _take(self, offer: Offer) -> None:
        self.close_list()
        if offer.act is not None:
            offer.act()
            return
        words = self._language.render(offer.words)
        super().show_value(offer.value, words, words)
        self.selectAll()
        self.taken = offer.value
        self.picked.emit(offer.value)

    def _take_pointed(self, value: Any) -> None:
        self.taken = None
        self.picked.emit(value)
        self.left.emit()

    def _open_month(self) -> None:
        stored = edtf.parse(self.text().strip()) if self.text().strip() else None
        day = (None if stored is None else edtf.earliest(stored)) or datetime.date.today()
        CalendarPopup(self._language, self._theme, self, self._take_pointed).open(day, self)

    def _on_typed(self, text: str) -> None:
        if not self._offers.is_closed or not text.strip():
            super()._on_typed(text)
        self.open_list(text)

    # ---- events

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        if event.button() == Qt.MouseButton.LeftButton:
            self.close_list() if self.is_open else self.open_list()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.close_list()

    def _wants(self, event: QKeyEvent) -> bool:
        if event.key() == Qt.Key.Key_Escape and self.is_open:
            event.accept()
            return True
        return super()._wants(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            if self.is_open:
                self._popup.step(1 if key == Qt.Key.Key_Down else -1)
            else:
                self.open_list()
        elif key == Qt.Key.Key_Escape and self.is_open:
            self.close_list()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.is_open and self._popup.marked is not None:
            self._take(self._popup.marked)
        else:
            super().keyPressEvent(event)
            return
        event.accept()

    def enterEvent(self, event: Any) -> None:
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if (self.hasFocus() or self.underMouse()) and not self.isReadOnly():
            painter = QPainter(self)
            picture = self._theme.pixmap("caret-down", CARET)
            painter.drawPixmap(self.width() - CARET - 6, (self.height() - CARET) // 2, picture)
            painter.end()


def make_editor(
    language: Language, theme: Theme, field: Field, popup: OfferList, search: LinkSearch | None
) -> FlatEdit:
    """The editor of a field, by its kind."""
    offers: Offers | None = None
    if isinstance(field, ChoiceField):
        offers = ChoiceOffers(field)
    elif isinstance(field, BooleanField):
        offers = BooleanOffers(field)
    elif isinstance(field, DateField):
        offers = DateOffers(field)
    elif isinstance(field, LinkField) and search is not None:
        offers = LinkOffers(field, search, language)
    if offers is None:
        return FlatEdit(theme, field)
    return OfferEdit(language, theme, field, offers, popup)
