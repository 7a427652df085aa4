"""Where a place is in words: the address of what stands nearest, else the road it lies on."""

from __future__ import annotations

from collections.abc import Iterator

import shapely

from layers.model.query import Box, Compare, Query
from layers.register import Register
from layers.responsibility.targets import Place
from layers.text import Message

#: Metres: an address farther away, or a road, says nothing of the place.
_ADDRESS_REACH, _ROAD_REACH = 40.0, 100.0
#: So many assets of one type are looked at.
_MOST = 300
_ADDRESS, _NAME = "address", "name"


def nearby(register: Register, place: Place) -> Message | None:
    """ "Near 27 Jiefang Lane", "at Jiefang Lane"; None where nothing with a name is near."""
    addresses = _nearest(register, place, _addressed(register), _ADDRESS, _ADDRESS_REACH)
    if addresses is not None:
        return Message("duty.near.address", {"address": addresses})
    roads = [t.name for t in register.catalogue if t.shape == "line" and t.group == "backdrop" and _NAME in t]
    road = _nearest(register, place, roads, _NAME, _ROAD_REACH)
    return None if road is None else Message("duty.near.road", {"road": road})


def _addressed(register: Register) -> list[str]:
    """The types of points that have an address that is nobody's own."""
    return [
        t.name
        for t in register.catalogue
        if t.shape == "point"
        and t.group == "network"
        and _ADDRESS in t
        and not t.field_named(_ADDRESS).personal
    ]


def _nearest(register: Register, place: Place, types: list[str], field: str, reach: float) -> str | None:
    found = min(_all(register, place, types, field, reach), default=None)
    return found[1] if found is not None and found[0] <= reach else None


def _all(
    register: Register, place: Place, types: list[str], field: str, reach: float
) -> Iterator[tuple[float, str]]:
    point = shapely.Point(place)
    box = Box(place[0] - reach, place[1] - reach, place[0] + reach, place[1] + reach)
    told = Compare(field, "is not null")
    for name in types:
        for asset in register.find(Query(name, told, box=box, fields=(field, "geom"), limit=_MOST)):
            if asset.geometry is not None:
                yield float(shapely.distance(point, asset.geometry)), str(asset[field])
