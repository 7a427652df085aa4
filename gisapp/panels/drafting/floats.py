"""What floats over the map while one draws or mends, where it stands, and the shapes that are not in the book yet."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from gisapp.actions import Actions
from gisapp.language import Language
from gisapp.map.canvas import MapCanvas
from gisapp.panels.drafting.acts import Act
from gisapp.panels.drafting.draw_bar import DrawBar
from gisapp.panels.drafting.effect_card import EffectCard
from gisapp.panels.drafting.hint_strip import HintStrip
from gisapp.panels.drafting.pending import Pending
from gisapp.panels.drafting.survey_strip import SurveyStrip
from gisapp.theme import Theme
from gisapp.tools.drawing.ghosts import Ghosts
from layers.editing.plan import EditPlan
from layers.scene.snapping import Place
from layers.text import Message

GAP = 6
_LEFT, _NARROWEST = 12, 320
#: Beside the bar stand the buttons of the map.
_BUTTONS = 80


class Floats:
    """Bar and survey strip of what is drawn, hint of what is mended, the card of an effect; ``view`` is the map."""

    def __init__(
        self,
        language: Language,
        theme: Theme,
        actions: Actions,
        canvas: MapCanvas,
        strip: SurveyStrip,
        view: QWidget,
    ) -> None:
        self._canvas, self._view = canvas, view
        self.bar = DrawBar(language, theme, actions, view)
        self.strip = strip
        self.card = EffectCard(language, theme, view)
        self.hint = HintStrip(language, theme, view)
        self._ghosts, self._pending = Ghosts(), Pending()
        canvas.overlay.sketches += [self._ghosts, self._pending]
        self._below = 0

    def place(self, below: int = 0, width: int = 0) -> int:
        """Put what floats where it belongs, ``below`` the tools; returns the lower edge of the last of it."""
        bottom = self._below = below or self._below
        width = max(width or self._view.width() - _BUTTONS, _NARROWEST)
        if self.bar.isVisibleTo(self._view):
            self.bar.fit(width)
            self.bar.move(_LEFT, bottom + GAP)
            bottom = self.bar.geometry().bottom()
        if self.strip.isVisibleTo(self._view):
            self.strip.move(_LEFT, bottom + GAP)
            bottom = self.strip.geometry().bottom()
        if self.hint.isVisibleTo(self._view):
            self.hint.fit(width)
            self.hint.move(_LEFT, bottom + GAP)
            bottom = self.hint.geometry().bottom()
        self.card.fit(self._view.size(), _LEFT, bottom + GAP)
        return bottom

    def say(self, words: Message) -> None:
        """Say something small where one looks: on the map."""
        if self.bar.isVisibleTo(self._view):
            self.bar.say(words)
        else:
            self.hint.say(words)
            self.place()

    def propose(self, plan: EditPlan, act: Act) -> None:
        """Show what an act would do, before it is done."""
        self._ghosts.shown = plan.ghosts
        self.card.open(plan, act)
        self.place()
        self._canvas.update()

    def settle(self) -> None:
        """It is done, or left."""
        self._ghosts.shown = ()
        self.card.hide()
        self._canvas.setFocus()
        self._canvas.update()

    def add_pending(self, places: tuple[Place, ...]) -> None:
        """Show what is drawn until it is in the book."""
        self._pending.add(places)
        self._canvas.update()

    def take_pending(self, places: tuple[Place, ...]) -> None:
        """What was on its way is on the map now, or will not be."""
        self._pending.take(places)
        self._canvas.update()

    def clear(self) -> None:
        """Take everything away."""
        self._pending.clear()
        self._ghosts.shown = ()
        for part in (self.bar, self.strip, self.card, self.hint):
            part.hide()
