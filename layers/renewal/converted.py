"""Households that a conversion has given a meter of their own so far, told by the meters themselves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from layers.model import edtf
from layers.model.query import All, Compare
from layers.register import Register
from layers.renewal.period import Day
from layers.renewal.words import HOUSEHOLD

_DATES = ("completion_date", "installed_date")


@dataclass(frozen=True)
class HouseholdMeters:
    """Household meters in use, by community: on which day each was put in, as far as that is known."""

    put_in: Mapping[int, tuple[tuple[int, Day], ...]] = field(default_factory=dict)

    def within(self, community: int | None, first: Day | None, last: Day) -> tuple[int, ...]:
        """The ids of those put in from ``first`` to ``last``; none before anybody has begun."""
        if community is None or first is None:
            return ()
        return tuple(id for id, day in self.put_in.get(community, ()) if first <= day <= last)


def read_household_meters(register: Register, communities: Collection[int]) -> HouseholdMeters:
    """The household meters of these communities. Meters say themselves which community they are of."""
    status = register.catalogue["meter"].lifetime
    if not communities:
        return HouseholdMeters()
    where = All(
        (
            Compare("community", "in", tuple(sorted(communities))),
            Compare("role", "=", HOUSEHOLD),
            Compare(str(status.status), "=", status.alive),
        )
    )
    table = register.values("meter", ("community", *_DATES), where)
    found: dict[int, list[tuple[int, Day]]] = defaultdict(list)
    columns = (table[name].to_pylist() for name in ("fid", "community", *_DATES))
    for id, community, completed, installed in zip(*columns, strict=True):
        day = edtf.earliest(completed or installed)
        if day is not None:
            found[community].append((id, day))
    return HouseholdMeters({community: tuple(rows) for community, rows in found.items()})
