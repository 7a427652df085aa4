"""Three hydrants in one lot of a campaign, and the short ways of the tests."""

from __future__ import annotations

import datetime

import shapely

from layers.census.form import Form
from layers.census.lots.cutting import by_list
from layers.census.lots.making import make_lots
from layers.census.lots.targets import read_targets
from layers.editing.plan import EditPlan
from layers.model.asset import Asset
from layers.model.query import Compare, Query
from layers.register import Register
from layers.text import Message

WHEN = datetime.datetime(2026, 11, 20, 9, 30, tzinfo=datetime.UTC)


def begin(register: Register) -> tuple[Asset, Form]:
    """Three hydrants in one lot of a campaign that asks their feed and plate."""
    with register.edit(Message("store.created")) as edit:
        for number in range(3):
            values = {"code": f"H{number}", "status": "in_service", "feed_dn": 100, "plate_no": f"P{number}"}
            edit.insert("hydrant", {**values, "geom": shapely.Point(10 * number, 0)})
        form = '{"hydrant": ["feed_dn", "plate_no", "condition"]}'
        values = {"name": "消火栓普查", "types": "hydrant", "state": "open", "form": form, "form_version": 1}
        id = edit.insert("campaign", values)
    campaign = register.get("campaign", id)
    assert campaign is not None
    targets = read_targets(register, campaign)
    with register.edit(Message("store.created")) as edit:
        chosen = [("hydrant", int(id)) for id in targets.ids]
        make_lots(edit, campaign.id, by_list(targets, "一组", chosen), lambda message: message.id)
    return campaign, Form.of(campaign, register.catalogue)


def record_of(register: Register, link: str) -> Asset:
    return register.find(Query("census_record", where=Compare("target", "=", link)))[0]


def do(register: Register, plan: EditPlan) -> None:
    with register.edit(plan.label) as edit:
        plan.apply(edit)
