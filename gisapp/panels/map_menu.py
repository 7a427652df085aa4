"""The map's own menu: what a right click offers at a place."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu, QWidget

from gisapp.actions import Actions
from gisapp.language import Language
from layers.geometry.coordinate_forms import Form, all_forms
from layers.geometry.crs import Crs
from layers.text import Message

#: Actions of the menu, a line between the groups. What is not possible now is greyed out.
ACTIONS: tuple[tuple[str, ...], ...] = (
    ("select.identify_here", "select.same_type", "select.same_class", "select.same_size"),
    ("draw.again", "draw.choose", "tool.edit_shape"),
    ("tool.split", "tool.continue", "tool.extend", "tool.trim"),
    ("draw.merge", "draw.reverse", "draw.copy_attributes", "draw.replace", "draw.retire", "draw.delete"),
    (
        "renewal_act.retire_selection",
        "renewal_act.lay_selection",
        "renewal_act.copy_planned",
        "renewal_act.take_out",
    ),
    ("who.here", "who.asset"),
    ("survey.assign", "survey.due", "survey.walk"),
    ("view.fit_selection", "edit.deselect"),
    ("view.back", "view.forward", "view.fit"),
    ("view.go_to", "view.bookmark", "view.clear_pin"),
)

Copy = Callable[[Form], None]


def copy_menu(menu: QMenu, language: Language, forms: Sequence[Form], copy: Copy) -> None:
    """Fill ``menu`` with a place in every form; choosing one copies it."""
    width = max((len(form.text) for form in forms), default=0)
    for form in forms:
        title = language.render(form.title)
        action = menu.addAction(f"{form.text.ljust(width)}\t{title}")
        action.triggered.connect(lambda _=False, chosen=form: copy(chosen))


class MapMenu:
    """Makes the menu for one place, shows it, and lets it go when it is closed."""

    def __init__(self, language: Language, actions: Actions, parent: QWidget) -> None:
        self._language, self._actions, self._parent = language, actions, parent
        #: Adds what else there is at a place (x, y).
        self.more: Callable[[QMenu, tuple[float, float]], None] = lambda menu, place: None

    def open(
        self,
        at: QPoint,
        place: tuple[float, float],
        crs: Crs,
        copy: Copy,
        centre: Callable[[float, float], None],
    ) -> QMenu:
        """Offer what can be done at ``place`` (x, y); ``at`` is the point on the screen."""
        menu = QMenu(self._parent)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        render = self._language.render
        forms = menu.addMenu(render(Message("navigate.copy")))
        copy_menu(forms, self._language, all_forms(*place, crs), copy)
        menu.addAction(render(Message("navigate.centre"))).triggered.connect(lambda: centre(*place))
        for group in ACTIONS:
            menu.addSeparator()
            for name in group:
                menu.addAction(self._actions.qt(name))
        self.more(menu, place)
        menu.popup(at)
        return menu
