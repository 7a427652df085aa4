"""Defects that came with a package: of which record they are, and the orders that severe ones call for."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from layers.census.fieldwork.logging import KINDS, ResponsibleOf
from layers.census.words import CANCELLED, DEFECT, ORDER, RECORD
from layers.model.asset import AssetKey
from layers.model.query import All, Compare, Query
from layers.store import read
from layers.store.edit import Edit
from layers.store.rows import current_row
from layers.store.schema import VERSION
from layers.store.settings import read_setting

_OPEN, _ORDERED = "open", "ordered"


def with_record(edit: Edit, values: Mapping[str, Any], campaign: int | None) -> dict[str, Any]:
    """A defect with the campaign's record of its asset, which other programs leave blank."""
    target = AssetKey.of_link(values.get("target"))
    if values.get("record") is not None or target is None or campaign is None:
        return dict(values)
    if target.type == RECORD:
        return {**values, "record": target.id}
    where = All(
        (
            Compare("campaign", "=", campaign),
            Compare("target", "=", f"{target.type}:{target.id}"),
            Compare("state", "!=", CANCELLED),
        )
    )
    found = read.find(edit.store, edit.connection, Query(RECORD, where, fields=("target",), limit=1))
    return {**values, "record": found[0].id} if found else dict(values)


def raise_order(edit: Edit, id: int, values: Mapping[str, Any], responsible_of: ResponsibleOf) -> None:
    """Raise the order that a defect just taken in calls for, if it is severe and has none."""
    settings = edit.catalogue.settings
    least = read_setting(edit.store, edit.connection, settings["defect_photo_severity"])
    severe = int(values.get("severity") or 0) >= least and values.get("state") == _OPEN
    if not severe or values.get("work_order") is not None:
        return
    target = AssetKey.of_link(values.get("target"))
    today = datetime.date.today()
    days = read_setting(edit.store, edit.connection, settings["order_days"])
    entry = edit.catalogue.code_lists[KINDS].get(str(values.get("kind")))
    order = edit.insert(
        ORDER,
        {
            "kind": "repair",
            "target": values.get("target"),
            "task": values.get("kind") if entry is None else entry.title.zh,
            "state": _OPEN,
            "raised_date": str(today),
            "due_date": str(today + datetime.timedelta(days=days)),
            "person": None if target is None else _person(responsible_of, target),
        },
    )
    row = current_row(edit.store, edit.connection, DEFECT, id)
    assert row is not None
    edit.update(DEFECT, id, row[VERSION], {"work_order": order, "state": _ORDERED})


def _person(responsible_of: ResponsibleOf, target: AssetKey) -> int | None:
    return None if target.type == RECORD else responsible_of(target)
