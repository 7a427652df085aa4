"""The map desk: layers and legend beside the map."""

from __future__ import annotations

from collections.abc import Callable

from gisapp.desks.desk import Desk
from gisapp.language import Language
from gisapp.panels.layers_panel import LayersPanel
from gisapp.panels.legend_menu import open_legend_menu
from gisapp.panels.map_view import MapView
from gisapp.theme import Theme
from layers.text import Message


def map_desk(language: Language, theme: Theme, view: MapView, act: Callable[[str], None]) -> Desk:
    """The desk with its panel tied to the map; ``act`` does an action by its id."""
    panel = LayersPanel(language, theme)
    view.loading.connect(panel.show_loading)
    view.legend.rows_changed.connect(panel.show_rows)
    view.legend.note_changed.connect(panel.show_note)
    panel.start_asked.connect(act)
    panel.hidden_changed.connect(view.legend.hide)
    panel.in_view_changed.connect(view.legend.count_in_view)
    panel.menu_asked.connect(lambda row, at: open_legend_menu(language, view.selection, row, at, panel))
    return Desk("map", Message("window.desk.map"), "map-trifold", panel, theme.size("desk_panel"))
