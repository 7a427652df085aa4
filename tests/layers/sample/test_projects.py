"""The projects of the sample city: what they say agrees with the pipes, and nothing is known of the future."""

from __future__ import annotations

from collections import Counter

import pyarrow.compute as pc
import pytest

from layers.model.catalogue_file import load_catalogue
from layers.renewal.stages import stages_of
from layers.sample.city import SampleCity
from layers.sample.works import TODAY

CATALOGUE = load_catalogue()


def rows(city: SampleCity, name: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = city.tables[name].to_pylist()
    return found


def test_no_pipe_is_laid_and_retired_by_one_project(demo: SampleCity) -> None:
    pipes = demo.tables["pipe"]
    both = pc.and_(pc.is_valid(pipes["project_in"]), pc.is_valid(pipes["project_out"]))
    assert pc.sum(both).as_py() == 0
    assert pipes["project_in"].null_count < pipes.num_rows - 300


def test_pipes_of_finished_projects_serve_and_those_of_open_ones_do_not(demo: SampleCity) -> None:
    state = {row["fid"]: row["state"] for row in rows(demo, "project")}
    seen: Counter[tuple[object, object]] = Counter()
    for pipe in rows(demo, "pipe"):
        if pipe["project_in"] is not None:
            seen[state[pipe["project_in"]], pipe["status"]] += 1
        if pipe["project_out"] is not None and state[pipe["project_out"]] == "completed":
            assert pipe["status"] != "in_service"
    done = sum(count for (state, _), count in seen.items() if state == "completed")
    assert seen["completed", "in_service"] >= 0.95 * done
    assert seen["open", "in_service"] == 0
    assert seen["open", "planned"] > 0


def test_milestones_are_of_their_kind_once_and_never_to_come(demo: SampleCity) -> None:
    kind = {row["fid"]: row["kind"] for row in rows(demo, "project")}
    known = {k: {s.code for s in stages_of(CATALOGUE, k)} for k in set(map(str, kind.values()))}
    seen = set()
    for row in rows(demo, "milestone"):
        assert row["stage"] in known[str(kind[row["project"]])]
        assert (row["project"], row["stage"]) not in seen
        seen.add((row["project"], row["stage"]))
        assert row["actual_date"] is None or str(row["actual_date"]) <= TODAY.isoformat()


@pytest.mark.parametrize("type_name", ["project", "milestone", "daily_log", "contract", "visit_finding"])
def test_every_value_is_one_of_its_field(demo: SampleCity, type_name: str) -> None:
    table = demo.tables[type_name]
    for field in CATALOGUE[type_name].columns:
        if field.name in table.column_names:
            for value in table[field.name].unique().to_pylist():
                assert value is None or [p for p in field.check(value) if p.severity == "error"] == [], (
                    field.name
                )


def test_logs_of_finished_projects_lay_all_their_metres(demo: SampleCity) -> None:
    logged: Counter[object] = Counter()
    for row in rows(demo, "daily_log"):
        logged[row["project"]] += row["metres"] or 0  # type: ignore[assignment]
    for project in rows(demo, "project"):
        if project["state"] == "completed":
            assert logged[project["fid"]] == pytest.approx(project["planned_length"], abs=2.0)


def test_papers_of_old_communities_come_in_any_order(demo: SampleCity) -> None:
    reached = demo.tables["milestone"].filter(pc.is_valid(demo.tables["milestone"]["actual_date"]))
    count = Counter(reached["stage"].to_pylist())
    assert count["filed"] > count["published"]
