"""Places that are none of the city: degrees or a receiver without a fix never move an asset across the world."""

from __future__ import annotations

import pytest
import shapely

from layers.census.acceptance.accepting import plan_acceptance
from layers.model.query import Query
from tests.layers.census.packages.conftest import ACT, Town, by_hand
from tests.layers.census.packages.test_faults import new_place

__all__ = ["new_place"]

pytestmark = pytest.mark.keeps_running


def blob(x: float, y: float) -> str:
    """A point as GeoPackages have it."""
    return f"x'47500001000000000101000000{shapely.Point(x, y).wkb.hex()[10:]}'"


def test_what_else_was_told_comes_in_without_the_place(town: Town) -> None:
    # The book of the tests lies at 0, 0: moved to where cities are.
    with town.register.edit(ACT) as edit:
        for row in town.register.find(Query("hydrant")):
            edit.update("hydrant", row.id, row.version, {"geom": shapely.Point(538000 + row.id, 3016000)})
        for row in town.register.find(Query("census_record")):
            edit.update(
                "census_record", row.id, row.version, {"geom": shapely.Point(538000 + row.id, 3016000)}
            )
    out = town.out()
    by_hand(
        out.path,
        f"UPDATE hydrant SET geom = {blob(111.4, 27.2)}, plate_no = 'P1' WHERE fid = 1",
        f"UPDATE hydrant SET geom = {blob(0, 0)} WHERE fid = 2",
        f"UPDATE hydrant SET geom = {blob(538013, 3016004)} WHERE fid = 3",
        "UPDATE census_record SET state = 'visited', outcome = 'found', "
        f"geom = {blob(111.4, 27.2)} WHERE target = 'hydrant:4'",
        f"INSERT INTO hydrant (code, geom) VALUES ('新', {blob(111.4, 27.2)})",
    )
    looked = town.look(out.path)
    [far] = [note for note in looked.notes if note.id == "packages.places_far"]
    assert far.parameters["count"] == 4
    assert set(far.parameters["names"]) == {"H0", "H1", "hydrant:4", "新"}
    arrival = town.back(out.path)
    assert (arrival.refused, arrival.inserted, arrival.updated) == ((), 1, 3)
    records = {row["target"] or "": row for row in town.register.find(Query("census_record"))}
    assert (records["hydrant:1"]["outcome"], records["hydrant:1"].geometry.x) == ("found", 538001)
    assert records["hydrant:2"]["state"] == "planned"
    assert (records["hydrant:3"]["outcome"], records["hydrant:3"].geometry.x) == ("moved", 538013)
    assert (records["hydrant:4"]["state"], records["hydrant:4"].geometry.x) == ("visited", 538004)
    assert records[""].geometry is None
    # What is new and has no place waits for one, or goes into the book without.
    campaign = town.get("campaign", town.campaign)
    plan = plan_acceptance(town.register, campaign, [records[""].id, records["hydrant:3"].id])
    assert plan.records
