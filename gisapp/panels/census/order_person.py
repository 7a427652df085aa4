"""Whom an order goes to: who looks after the asset or the place today, by the grids."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shapely.geometry.base import BaseGeometry

from layers.later import Later
from layers.model.asset import AssetKey
from layers.register import Register

if TYPE_CHECKING:
    from layers.responsibility.asking import enquiry
else:
    enquiry = Later("layers.responsibility.asking.enquiry")


class OrderPerson:
    """Asked within one act; the first answer takes a while, so it is asked where the window does not wait."""

    def __init__(self, register: Register) -> None:
        self._asked = enquiry.Enquiry(register)

    def of_asset(self, key: AssetKey) -> int | None:
        """The id of the person; None where nobody is."""
        main = self._asked.who(asset=key).main
        return None if main is None else main.person.id

    def at_place(self, place: BaseGeometry) -> int | None:
        """The same of where something stands, metres in the register's CRS."""
        return self.of_link(None, (place.centroid.x, place.centroid.y))

    def of_link(self, link: str | None, place: tuple[float, float] | None) -> int | None:
        """The same of a link (``hydrant:3``), else of a place in metres."""
        key = AssetKey.of_link(link)
        if key is not None:
            return self.of_asset(key)
        main = None if place is None else self._asked.who(place=place).main
        return None if main is None else main.person.id
