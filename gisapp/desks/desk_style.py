"""How the map looks while a desk is open."""

from __future__ import annotations

from gisapp.panels.map_view import MapView


class DeskStyle:
    """The map puts a style on with a desk and takes it off again; a style chosen meanwhile stays."""

    def __init__(self, view: MapView, style: str, tool: str = "") -> None:
        """``tool`` is one that makes sense at this desk only: it is put down with the style."""
        self._view, self._style, self._tool = view, style, tool
        self._before = ""

    def wear(self, on: bool) -> None:
        """The desk is opened, or left."""
        worn = self._view.looks[1]
        if on and worn != self._style:
            self._before = worn
            self._view.use_style(self._style)
        elif not on and worn == self._style and self._before:
            self._view.use_style(self._before)
        if not on:
            self._before = ""
            if self._tool and self._view.tool_name == self._tool:
                self._view.use_tool("select")
