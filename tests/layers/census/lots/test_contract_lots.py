"""Lots of a campaign, cut every way, with one record per target, in both stores."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from layers.census.lots.cutting import balance, by_grid, by_list, by_road, by_size
from layers.census.lots.making import make_lots, refuse_twice
from layers.census.lots.targets import read_targets
from layers.census.walking.walks import number_walks, plan_walks
from layers.errors import UserError
from layers.model.asset import Asset
from layers.model.query import Compare, Order, Query
from layers.register import Register
from layers.text import Message
from tests.layers.store.conftest import NewPlace

pytestmark = pytest.mark.keeps_running
ACT = Message("store.created")


def render(message: Message) -> str:
    return message.id


def build(register: Register) -> Asset:
    """Two grids and a street with twelve hydrants: ten in service, one planned, one without a place."""
    with register.edit(ACT) as edit:
        for number in range(2):
            area = shapely.box(number * 100, -50, number * 100 + 100, 50)
            edit.insert("grid", {"code": f"G{number}", "name": f"网格{number}", "geom": area})
        edit.insert("road", {"code": "R1", "name": "西湖路", "geom": shapely.LineString([(0, 0), (200, 0)])})
        for number in range(11):
            values = {"code": f"H{number}", "status": "planned" if number == 10 else "in_service"}
            road = {"road": "西湖路"} if number % 2 else {}
            place = shapely.Point(10 + 18 * number, (-1) ** number * 4)
            edit.insert("hydrant", {**values, **road, "geom": place})
        edit.insert("hydrant", {"code": "H-NOWHERE", "status": "in_service"})
        campaign = edit.insert(
            "campaign", {"name": "消火栓普查", "types": "hydrant", "state": "planned", "form_version": 1}
        )
    found = register.get("campaign", campaign)
    assert found is not None
    return found


def test_targets_cuts_and_records(new_place: NewPlace) -> None:
    with new_place().open() as register:
        campaign = build(register)
        targets = read_targets(register, campaign)
        assert len(targets) == 11
        assert targets.is_placed.sum() == 10
        cuts = by_grid(targets, {1: "东", 2: "西"})
        assert [(cut.name, len(cut)) for cut in cuts] == [
            ("东", 6),
            ("西", 4),
            (Message("census.no_grid"), 1),
        ]
        assert [(cut.name, len(cut)) for cut in by_road(targets)] == [
            ("西湖路", 5),
            (Message("census.no_road"), 6),
        ]
        sized = by_size(targets, 4)
        assert [len(cut) for cut in sized] == [3, 3, 4, 1]
        assert balance(sized[:3]) == pytest.approx(1.2)
        assert [
            len(cut) for cut in by_list(targets, "表", [("hydrant", 1), ("hydrant", 11), ("pipe", 1)])
        ] == [1]

        with register.edit(ACT) as edit:
            made = make_lots(edit, campaign.id, cuts, render, due="2026-12-31")
        records = register.find(Query("census_record"))
        assert len(records) == 11
        assert {r["state"] for r in records} == {"planned"}
        assert sum(r.geometry is None for r in records) == 1
        assert sorted(r["target"] for r in records) == sorted(f"hydrant:{id}" for id in targets.ids)
        lots = register.find(Query("lot"))
        assert [lot["name"] for lot in lots] == ["东", "西", "census.no_grid"]
        assert lots[0].geometry is not None
        assert lots[2].geometry is None
        with pytest.raises(UserError) as refused:
            refuse_twice(register, campaign.id, targets)
        assert refused.value.title.id == "census.no_targets"

        walks = plan_walks(register, made.lots)
        assert (walks.by_road, walks.unplaced, len(walks.records)) == (2, 1, 10)
        with register.edit(ACT) as edit:
            assert number_walks(edit, walks) == 10
        # Every 18 m along the street, 4 m to its middle and 4 m to the other side.
        assert [lot["walk_m"] for lot in register.find(Query("lot"))] == [130, 78, None]
        ordered = register.find(
            Query("census_record", where=Compare("lot", "=", made.lots[0]), order=(Order("sequence"),))
        )
        along = [r.geometry.x for r in ordered if r.geometry is not None]
        assert along in (sorted(along), sorted(along, reverse=True))
        register.undo()
        register.undo()
        assert register.count("census_record") == register.count("lot") == 0


def test_only_what_lies_in_the_area_is_a_target(register: Register) -> None:
    campaign = build(register)
    with register.edit(ACT) as edit:
        edit.update("campaign", campaign.id, campaign.version, {"geom": shapely.box(0, -50, 100, 50)})
    inside = register.get("campaign", campaign.id)
    assert inside is not None
    targets = read_targets(register, inside)
    assert len(targets) == 6
    assert (targets.xy[:, 0] <= 100).all()
    assert len(read_targets(register, Asset("campaign", 9, 1, {"types": "", "geom": None}))) == 0
    assert np.isfinite(targets.xy).all()
