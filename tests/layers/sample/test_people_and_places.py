"""Grids, stewards and communities of the sample city."""

from __future__ import annotations

from collections import Counter

import pyarrow.compute as pc
import shapely

from layers.sample.city import SampleCity
from tests.layers.sample.looking import column, places, shapes

TODAY = "2026-11-22"


def test_eight_grids_cover_the_city_without_overlap(demo: SampleCity) -> None:
    table = demo.tables["grid"]
    grids = shapes(table)[column(table, "level") == "grid"]
    assert len(grids) == 8
    whole = shapely.union_all(grids)
    assert abs(shapely.area(grids).sum() - shapely.area(whole)) < 1.0
    for number, area in enumerate(shapes(table)[8:], start=9):
        own = shapely.union_all(grids[column(table, "parent")[:8] == number])
        assert shapely.area(shapely.symmetric_difference(own, area)) < 1.0
    areas = demo.tables["service_area"]
    for kind in ("supply", "dma"):
        covered = shapely.union_all(shapes(areas.filter(pc.equal(areas["kind"], kind))))
        assert shapely.area(shapely.symmetric_difference(whole, covered)) < 1.0


def test_loads_of_the_grids_are_alike(demo: SampleCity) -> None:
    load = Counter(demo.tables["meter"]["grid"].to_pylist())
    # A total meter of the outermost street stands just outside.
    assert len(load) == 9
    assert load.pop(None) == 1
    assert max(load.values()) < 2 * min(load.values())


def test_assets_know_the_grid_they_lie_in(demo: SampleCity) -> None:
    grids, valves = shapes(demo.tables["grid"]), demo.tables["valve"]
    own = valves["grid"].fill_null(0).to_numpy()
    assert (own > 0).mean() > 0.9
    there = own > 0
    assert shapely.intersects_xy(grids[own[there] - 1], *places(valves)[there].T).all()
    # Those on roads that lead out of the city belong to none.
    assert not shapely.contains_xy(shapely.union_all(grids[:8]), *places(valves)[~there].T).any()


def test_every_grid_has_one_primary_steward_and_a_backup_at_any_time(demo: SampleCity) -> None:
    rows = demo.tables["assignment"].to_pylist()
    stewards = {row["person"] for row in rows if row["role"] == "steward"}
    assert len(stewards) == 9
    for day in ("2021-11-01", "2023-06-30", "2023-07-01", TODAY):
        for grid in range(1, 9):
            there = [
                row
                for row in rows
                if (row["role"], row["target"]) == ("steward", f"grid:{grid}")
                and row["from_date"] <= day <= (row["to_date"] or "9999")
            ]
            primary = [row["person"] for row in there if row["rank"] == "primary"]
            assert len(primary) == 1, (grid, day)
            assert [row for row in there if row["rank"] == "backup" and row["person"] not in primary]


def test_names_are_names_of_their_own(demo: SampleCity) -> None:
    for name in ("road", "community", "grid", "facility"):
        names = demo.tables[name]["name"].to_pylist()
        assert len(set(names)) == len(names)
        assert all(any("一" <= ch <= "鿿" for ch in word) for word in names)
    assert any(name.startswith("大塘") for name in demo.tables["road"]["name"].to_pylist())


def test_no_telephone_could_be_anybodys(demo: SampleCity) -> None:
    for name in ("customer", "person", "team"):
        assert all(n.startswith("100") and len(n) == 11 for n in demo.tables[name]["phone"].to_pylist())


def test_buildings_stand_clear_of_water_and_of_wide_roads(demo: SampleCity) -> None:
    buildings = shapes(demo.tables["building"])
    water = demo.tables["water_body"]
    river = shapes(water)[column(water, "kind") == "river"][0]
    assert not shapely.intersects(buildings, river).any()
    roads = demo.tables["road"]
    lines = shapely.union_all(shapes(roads)[column(roads, "road_class") == "trunk"])
    assert shapely.distance(shapely.centroid(buildings), lines).min() > 12


def test_communities_hold_their_buildings_and_households(demo: SampleCity) -> None:
    communities, buildings = demo.tables["community"], demo.tables["building"]
    homes = buildings.filter(pc.is_valid(buildings["community"]))
    own = shapes(communities)[homes["community"].to_numpy() - 1]
    assert shapely.contains(own, shapely.centroid(shapes(homes))).mean() > 0.999
    households = Counter(
        c
        for c, role in zip(
            demo.tables["meter"]["community"].to_pylist(),
            demo.tables["meter"]["role"].to_pylist(),
            strict=True,
        )
        if role == "household"
    )
    for fid, count in zip(
        communities["fid"].to_pylist(), communities["household_count"].to_pylist(), strict=True
    ):
        assert households.get(fid, 0) == count


def test_everybody_can_answer_for_what_is_theirs(demo: SampleCity) -> None:
    """Nobody who left holds anything, who is away is stood in for, and key accounts are called on by their contact."""
    people = {row["fid"]: row for row in demo.tables["person"].to_pylist()}
    duties = demo.tables["assignment"].to_pylist()
    assert all(people[row["person"]]["left_date"] is None for row in duties)
    assert sum(not row["active"] for row in people.values()) == 2
    assert {row["person"] for row in duties if row["target"] in ("grid:9", "grid:10")} == {40, 41}
    away = demo.tables["absence"].to_pylist()
    assert any(
        row["from_date"] <= TODAY <= row["to_date"] and row["stand_in"] != row["person"] for row in away
    )
    contact = {row["target"]: row["person"] for row in duties if row["role"] == "account"}
    visits = demo.tables["account_visit"].to_pylist()
    assert all(contact[f"customer:{row['customer']}"] == row["person"] for row in visits)
    problems = demo.tables["account_problem"].to_pylist()
    assert {row["rectified_date"] is None for row in problems} == {True, False}
    assert all(row["visit"] and visits[row["visit"] - 1]["customer"] == row["customer"] for row in problems)
