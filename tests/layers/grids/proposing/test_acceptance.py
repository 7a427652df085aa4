"""Taking a proposal, whole or in part: boundaries, people and assets go over in one act, on both stores."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import shapely

from layers.cli.application import run_command_line
from layers.cli.commands import COMMANDS
from layers.errors import UserError
from layers.grids.dividing.wishes import Wishes
from layers.grids.ground import read_grids
from layers.grids.load.stock import read_stock
from layers.grids.load.workload import workload
from layers.grids.proposing.acceptance import plan_acceptance
from layers.grids.proposing.designing import propose
from layers.grids.proposing.site_reading import count_grids, read_survey
from layers.model.query import Compare, Query
from layers.register import Register
from layers.text import Message
from tests.layers.grids.patches import SIDE, at, four
from tests.layers.store.conftest import NewPlace

pytestmark = pytest.mark.keeps_running

WIDE = 2 * SIDE
METERS = 80


def furnish(register: Register, *, grids: bool = True) -> list[int]:
    """Four grids, the first far too heavy; its ids. One person looks after each."""
    found = four(register) if grids else []
    chance = np.random.default_rng(4)
    places = np.concatenate(
        [chance.uniform(5, SIDE - 5, (METERS, 2)), chance.uniform(5, WIDE - 5, (METERS // 2, 2))]
    )
    with register.edit(Message("store.created")) as edit:
        for number, place in enumerate(places.tolist()):
            edit.insert(
                "meter",
                {
                    "code": f"M{number}",
                    "role": "household",
                    "status": "in_service",
                    "geom": shapely.Point(at(*place)),
                },
            )
        customer = edit.insert(
            "customer",
            {"code": "C1", "name": "大户", "key_account": True, "grid": found[0] if found else None},
        )
        edit.insert("meter", {"code": "MC", "customer": customer, "geom": shapely.Point(at(30, 30))})
        for number, grid in enumerate(found):
            person = edit.insert(
                "person", {"code": f"P{number}", "name": f"甲{number}", "main_role": "steward"}
            )
            task = {"role": "steward", "target": f"grid:{grid}", "rank": "primary", "from_date": "2020-01-01"}
            edit.insert("assignment", {**task, "person": person})
    return found


def recounted(register: Register) -> dict[int, int]:
    """Meters by grid, each looked up anew; that every meter knows its grid is checked on the way."""
    grids = read_grids(register)
    found: dict[int, int] = {}
    for meter in register.find(Query("meter")):
        (grid,) = grids.at([meter.geometry.coords[0]]).tolist()
        assert meter["grid"] == grid
        found[grid] = found.get(grid, 0) + 1
    return found


def primaries(register: Register, grid: int) -> list[int]:
    where = Compare("target", "=", f"grid:{grid}")
    return [each["person"] for each in register.find(Query("assignment", where=where)) if not each["to_date"]]


def test_a_proposal_is_taken_whole_and_undone(new_place: NewPlace) -> None:
    with new_place().open() as register:
        ids = furnish(register)
        before = {each.id: each.geometry for each in register.find(Query("grid"))}
        survey = read_survey(register)
        made = propose(survey.site, Wishes(5, limit=1.08))
        plan = plan_acceptance(register, survey, made)
        with register.edit(plan.label) as edit:
            plan.apply(edit)
        assert count_grids(register) == 5
        grids = read_grids(register)
        shapes = grids.shapes[grids.lowest]
        assert shapely.coverage_is_valid(shapes)
        assert shapely.coverage_union_all(shapes).area == pytest.approx(WIDE * WIDE)
        counts = recounted(register)
        assert sum(counts.values()) == METERS * 3 // 2 + 1
        assert max(counts.values()) <= 1.10 * METERS * 1.5 / 5 + 4
        new = [register.get("grid", id) for id in sorted(set(counts) - set(ids))]
        assert [row["code"] for row in new] == [f"G{5 + number}" for number in range(len(new))]
        assert new
        for row in new:
            assert row["level"] == "grid"
            assert len(primaries(register, row.id)) == 1
        # What was surveyed is not what is there any more.
        with pytest.raises(UserError) as refused:
            plan_acceptance(register, survey, made)
        assert refused.value.title.id == "grid_proposal.stale"
        register.undo()
        assert {each.id: each.geometry for each in register.find(Query("grid"))} == before
        assert set(recounted(register)) == set(ids)


def test_part_of_a_rebalancing_is_taken_and_nothing_else_changes(register: Register) -> None:
    ids = furnish(register)
    survey = read_survey(register)
    made = propose(survey.site, Wishes(4, is_rebalance=True, limit=1.05))
    # What is balanced is the workload that everybody else sees.
    loads = workload(register, read_stock(register))
    assert made.loads_of(made.before).tolist() == pytest.approx([loads[id].score for id in survey.ids])
    assert made.quality_of(made.after).worst <= 1.10
    with pytest.raises(UserError) as refused:
        plan_acceptance(register, survey, made, ())
    assert refused.value.title.id == "grid_proposal.no_moves"
    move = next(each for each in made.moves if not made.broken(made.accepted((each.number,))))
    plan = plan_acceptance(register, survey, made, (move.number,))
    before = recounted(register)
    others = set(range(4)) - {move.source, move.target}
    versions = {id: register.get("grid", id).geometry for id in (ids[at] for at in others)}
    with register.edit(plan.label) as edit:
        plan.apply(edit)
    after = recounted(register)
    source, target = ids[move.source], ids[move.target]
    assert before[source] - after[source] == move.count == after[target] - before[target]
    for id, shape in versions.items():
        # A neighbour may get a vertex where a new corner stands on its border, no more.
        assert shapely.symmetric_difference(register.get("grid", id).geometry, shape).area < 1e-6
    assert {grid: primaries(register, grid) for grid in ids} == {
        grid: primaries(register, grid) for grid in ids if len(primaries(register, grid)) == 1
    }


def test_moves_that_tear_a_grid_apart_are_refused(register: Register) -> None:
    furnish(register)
    survey = read_survey(register)
    made = propose(survey.site, Wishes(7))
    torn = [each.number for each in made.moves if made.broken(made.accepted((each.number,)))]
    for number in torn[:1]:
        with pytest.raises(UserError) as refused:
            plan_acceptance(register, survey, made, (number,))
        assert refused.value.title.id == "grid_proposal.in_pieces"


def test_the_command_proposes_and_accepts(
    empty_register: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "town.gpkg"
    path.write_bytes(empty_register.read_bytes())
    with Register.open(path, actor="test") as register:
        furnish(register, grids=False)
    words = ["grids", "propose", str(path), "--grids", "6", "--accept"]
    assert run_command_line([*words, "--json"], [COMMANDS], {}) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["before"], told["accepted"]) == (None, True)
    assert told["after"]["grids"] == len(told["grids"]) == 6
    assert told["after"]["worst"] <= 1.10
    assert told["lower_bound"] == pytest.approx(told["after"]["mean"])
    assert {row["code"] for row in told["grids"]} == {f"+{number}" for number in range(1, 7)}
    with Register.open(path, actor="test", read_only=True) as register:
        assert count_grids(register) == 6
        recounted(register)
    assert run_command_line([*words, "--rebalance", "--limit", "99"], [COMMANDS], {}) == 2
