"""The foot of the desk: whether the grids of the lowest level cover the service area without gap or overlap."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton

from gisapp.actions import Actions
from gisapp.forms.words import IconLabel, Label
from gisapp.language import Language
from gisapp.panels.grids.centre import GridCentre
from gisapp.theme import Theme
from layers.grids.sizes import area_words
from layers.text import Message


class CoverageLine(QFrame):
    """Follows the centre; its button shows what is wrong on the map, with the way to mend it."""

    def __init__(self, language: Language, theme: Theme, centre: GridCentre, actions: Actions) -> None:
        super().__init__()
        self._centre = centre
        self.setFixedHeight(32)
        self.icon = IconLabel(theme, "check", 16, "ok")
        self.words = Label(language, theme, size="small")
        self.look = QToolButton()
        self.look.setFont(theme.font("small"))
        language.say(self.look, "setText", Message("grid_desk.coverage.look"))
        self.look.clicked.connect(lambda: actions.trigger("grid_act.coverage"))
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 8, 0)
        row.setSpacing(8)
        row.addWidget(self.icon)
        row.addWidget(self.words, 1)
        row.addWidget(self.look)
        centre.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        known = self._centre.known
        found = None if known is None else known.coverage
        overview = self._centre.overview
        # Where there are no grids, nothing is covered soundly.
        is_told = found is not None and (overview is None or bool(overview.rows))
        self.setVisible(is_told)
        if found is None or not is_told:
            return
        is_sound = not found.gaps and not found.overlaps
        self.look.setVisible(not is_sound)
        self.icon.show_icon("check" if is_sound else "warning", "ok" if is_sound else "warn")
        self.words.set_tone("" if is_sound else "warn")
        words = []
        if found.gaps:
            words.append(_told("gaps", len(found.gaps), found.area_gaps))
        if found.overlaps:
            words.append(_told("overlaps", len(found.overlaps), found.area_overlaps))
        if len(words) == 2:
            words = [Message("grid_desk.coverage.both", {"first": words[0], "second": words[1]})]
        self.words.show_words(words[0] if words else Message("grid_desk.coverage.sound"))


def _told(kind: str, count: int, area: float) -> Message:
    return Message(f"grid_desk.coverage.{kind}", {"count": count, "area": area_words(area)})
