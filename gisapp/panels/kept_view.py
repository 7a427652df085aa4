"""How a register was looked at when it was left, kept for the next time: place, style, filters, widths, table."""

from __future__ import annotations

from gisapp.panels.map_view import MapView
from gisapp.panels.table.place import TablePlace
from gisapp.session import Session
from gisapp.settings import Settings, View
from layers.model.condition_data import condition_data, condition_of
from layers.model.query import Box, Condition, compared_fields
from layers.register import Register


class KeptView:
    """Remembers and restores the looks of one window."""

    def __init__(self, settings: Settings, session: Session, map: MapView, table: TablePlace) -> None:
        self._settings, self._session, self._map, self._table = settings, session, map, table

    def remember(self, register: Register, widths: tuple[int, ...]) -> None:
        """Keep how a register is looked at; ``widths`` are those of the window's columns."""
        box, style, hidden = self._map.looks
        filters = {name: condition_data(where) for name, where in self._session.filters.items()}
        view = View(box, "map", style, hidden, widths, filters, self._table.memory)
        self._settings.remember_view(str(register.target), view)

    def restore(self, register: Register) -> tuple[int, ...]:
        """Show it as it was left, a register never seen whole; the widths of the columns then."""
        view = self._settings.view(str(register.target))
        if view.box is not None:
            seen = Box(*view.box)
            # A register that has moved since, or another one of that name: where it was looked at there is nothing.
            box = seen if self._map.bounds is None or _meet(seen, self._map.bounds) else self._map.bounds
            self._map.restore(box, view.style, view.hidden)
        filters: dict[str, Condition] = {}
        for name, data in view.filters.items():
            if name in register.catalogue:
                try:
                    condition = condition_of(data, register.catalogue[name])
                except ValueError:
                    # Kept by another version of the program, or its field is gone: shown whole.
                    continue
                # In a role that is told its field masked, too.
                if not compared_fields(condition) & register.hidden(name):
                    filters[name] = condition
        self._session.filter(filters)
        self._table.remember(view.table)
        return tuple(view.widths)


def _meet(one: Box, other: Box) -> bool:
    """Whether two boxes have a place in common."""
    return one.x0 <= other.x1 and other.x0 <= one.x1 and one.y0 <= other.y1 and other.y0 <= one.y1
