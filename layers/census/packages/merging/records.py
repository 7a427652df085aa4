"""What follows for a record when what was found of its asset comes in or is decided, and what it cannot hold."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from layers.census.values import as_text, differing_of, from_text
from layers.census.words import ACCEPTED, CANCELLED, REJECTED, VISITED
from layers.checks.rules import row_problems
from layers.model.catalogue import Catalogue
from layers.model.fields import format_instant
from layers.model.problem import Problem

Row = Mapping[str, Any]

DECIDED = (ACCEPTED, REJECTED, CANCELLED)
QUIET = frozenset({"logged_at", "seconds", "book", "sequence", "surveyor", "differing"})
"""Who logged when is no matter of dispute: what the office has stays."""


def followed(catalogue: Catalogue, office: Row, values: Row, field: Row) -> dict[str, Any]:
    """New values of a record with what follows: the book's values they are compared with, and which differ.

    ``office`` is the record as it is, ``field`` as the file has it.
    """
    done = dict(values)
    if done.get("state") == VISITED and not (done.get("logged_at") or office.get("logged_at")):
        done["logged_at"] = now()
    if "found" not in done:
        done.pop("differing", None)
        return done
    book = {**_object(field.get("book")), **_object(office.get("book"))}
    done["book"] = as_text(book) if book else None
    done["differing"] = differing(catalogue, {**office, **done})
    return done


def decided(catalogue: Catalogue, record: Row, values: Row) -> dict[str, Any]:
    """Values that somebody decided on for a record, with what follows: one that was accepted waits to be so again."""
    done = dict(values)
    if "found" in done:
        done["differing"] = differing(catalogue, {**record, **done})
    if record.get("state") in (ACCEPTED, REJECTED) and "state" not in done:
        done["state"] = VISITED
    return done


def differing(catalogue: Catalogue, record: Row) -> str | None:
    """The names of the fields of a record in which field and book differ; None for none."""
    name = str(record.get("target_type"))
    if name not in catalogue or record.get("target") is None:
        return None
    return differing_of(catalogue[name], _object(record.get("book")), _object(record.get("found")))


def parts_of(catalogue: Catalogue, record: Row) -> list[Problem]:
    """What the rules of an asset's own type say to what was found of it."""
    name, found = str(record.get("target_type")), _object(record.get("found"))
    if name not in catalogue:
        return []
    asset_type = catalogue[name]
    return row_problems(asset_type, found, [n for n in found if n in asset_type and n != "geom"])


def now() -> str:
    """When it came in: of what was written on paper nobody knows better."""
    return format_instant(datetime.datetime.now(datetime.UTC))


def _object(text: Any) -> dict[str, Any]:
    """The values kept; none for what is no JSON object, which is told elsewhere."""
    try:
        return from_text(text)
    except ValueError:
        return {}
