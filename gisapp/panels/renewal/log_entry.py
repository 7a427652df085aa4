"""Logging the day's work at the project: what, of which DN, how many metres, by whom, with photos."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QFileDialog

from gisapp.forms.words import Button
from gisapp.language import Language
from gisapp.panels.renewal.entry import Entry, choices_of
from gisapp.theme import Theme
from layers.model.asset import Asset
from layers.model.catalogue import AssetType
from layers.renewal.board.board import Card
from layers.text import Message


class LogEntry(Entry):
    """An entry of the daily log, filled with what was logged last; ``photos`` are the files to go with it."""

    def __init__(
        self, language: Language, theme: Theme, log_type: AssetType, card: Card, last: Asset | None, day: str
    ) -> None:
        super().__init__(language, theme, Message("renewal_desk.log.save"))
        self.photos: list[Path] = []
        self.heading.show_words(Message("renewal_desk.log.title"))
        self.heading.show()
        works = log_type.field_named("work")
        self.add_field("metres", log_type.field_named("metres"))
        self.add_field("dn", log_type.field_named("dn"), self._usual_size(card, last))
        self.add_choice("work", works.title, choices_of(works), None if last is None else last.get("work"))
        self.add_field("work_date", log_type.field_named("work_date"), day)
        self.add_field("crew", log_type.field_named("crew"), None if last is None else last.get("crew"))
        self.add_field("weather", log_type.field_named("weather"))
        self.add_field("remark", log_type.field_named("remark"))
        self._photos = Button(language, Message("renewal_desk.log.photos"))
        self._photos.clicked.connect(self._ask_photos)
        self.buttons.addWidget(self._photos)

    @staticmethod
    def _usual_size(card: Card, last: Asset | None) -> Any:
        if last is not None and last.get("dn") is not None:
            return last["dn"]
        return card.size

    def _ask_photos(self) -> None:
        title = self._language.render(Message("renewal_desk.log.photos"))
        chosen, _ = QFileDialog.getOpenFileNames(self.window(), title, "")
        if chosen:
            self.photos = [Path(each) for each in chosen]
            self._photos.show_words(Message("renewal_desk.log.photo_count", {"count": len(self.photos)}))
