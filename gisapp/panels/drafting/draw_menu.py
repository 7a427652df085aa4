"""Menus while one draws: what a right click offers, and what one snaps to."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QMenu, QWidget

from gisapp.actions import Actions
from gisapp.language import Language
from gisapp.panels.drafting.habits import Habits
from gisapp.tools.drawing.draw_tool import DrawTool
from layers.text import Message

SWITCHES = ("draw.snap", "draw.trace", "draw.survey", "draw.choose")


def open_draw_menu(
    view: QWidget, at: QPoint, language: Language, actions: Actions, tool: DrawTool, stop: Callable[[], None]
) -> QMenu:
    """Offer what can be done with a drawing under way; ``at`` is the point on the screen."""
    menu = QMenu(view)
    menu.aboutToHide.connect(menu.deleteLater)
    for words, handler, possible in (
        (Message("draft.menu.finish"), tool.finish, bool(tool.places)),
        (Message("draft.menu.back"), tool.step_back, bool(tool.places)),
        (Message("draft.menu.cancel"), tool.cancel, tool.is_begun),
    ):
        action = menu.addAction(language.label(words))
        action.setEnabled(possible)
        action.triggered.connect(handler)
    menu.addSeparator()
    for name in SWITCHES:
        menu.addAction(actions.qt(name))
    menu.addSeparator()
    menu.addAction(language.label(Message("draft.menu.leave"))).triggered.connect(stop)
    menu.popup(at)
    return menu


def fill_snapping(menu: QMenu, language: Language, habits: Habits, change: Callable[..., None]) -> None:
    """Offer the kinds of places and how far snapping reaches; ``change`` takes what ``Habits.changed`` takes."""
    menu.clear()
    for kind, words in habits.kind_words():
        action = menu.addAction(language.label(words))
        action.setCheckable(True)
        action.setChecked(kind in habits.kinds)
        action.triggered.connect(lambda on, kind=kind: change(kind=kind, on=on))
    menu.addSeparator()
    for pixels in habits.offered_pixels():
        action = menu.addAction(language.label(Message("draft.snap.pixels", {"pixels": pixels})))
        action.setCheckable(True)
        action.setChecked(pixels == habits.pixels)
        action.triggered.connect(lambda _=False, pixels=pixels: change(pixels=pixels))
