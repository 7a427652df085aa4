"""The names under which the catalogue has the works on mains, said once."""

from __future__ import annotations

from layers.model.catalogue import AssetType, Catalogue

PROJECT, SECTION, MILESTONE = "project", "section", "milestone"
#: Links of a main to the project that lays it, and to the one that takes it out of service.
IN, OUT = "project_in", "project_out"
LAID, RENEWED = "laid", "renewed"
"""What the meaning of a kind of project lets its pipes count as."""


def laying_types(catalogue: Catalogue) -> tuple[AssetType, ...]:
    """The types whose assets projects lay and retire."""
    return tuple(t for t in catalogue if IN in t and OUT in t and t.lifetime.status is not None)


#: Codes of the lists of metering modes and of purposes of meters.
HOUSEHOLD, TOTAL, CHECK = "household", "total", "check"
