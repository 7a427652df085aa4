"""What a right click on the legend offers: select a layer or class, or filter it by a condition."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu, QWidget

from gisapp.language import Language
from gisapp.panels.map_selection import MapSelection
from layers.model.selection import SelectionMode
from layers.text import Message

_ACTS: tuple[tuple[SelectionMode, Message], ...] = (
    ("new", Message("legend.select")),
    ("add", Message("legend.select_add")),
    ("remove", Message("legend.select_remove")),
)


def open_legend_menu(
    language: Language, selection: MapSelection, row_id: str, at: QPoint, parent: QWidget
) -> QMenu | None:
    """The menu of a row (a layer, or ``layer/class``) at a point of the screen; None for what has no assets."""
    layer_id, _, class_id = row_id.partition("/")
    type_name = selection.type_of_layer(layer_id)
    if type_name is None:
        return None
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    for mode, words in _ACTS:
        act = menu.addAction(language.label(words))
        act.triggered.connect(
            lambda _=False, chosen=mode: selection.take_class(layer_id, class_id or None, chosen)
        )
    menu.addSeparator()
    act = menu.addAction(language.label(Message("action.filter.edit")))
    act.triggered.connect(lambda: selection.condition_asked.emit(type_name))
    menu.popup(at)
    return menu
