"""A census of all meters of the sample city adds up: lots, logging, shares, progress, sample, acceptance, report."""

from __future__ import annotations

import datetime
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from layers.census.acceptance.accepting import plan_acceptance
from layers.census.progress import read_progress
from layers.census.quality.rules import Checked, draw, judge
from layers.census.reconciling import rates, read_reconciliation
from layers.census.report_data import read_figures
from layers.geometry.crs import Crs
from layers.model.query import Query
from layers.register import Register
from layers.reports.census.report import by_defect, by_grid, by_type
from layers.sample.city import generate
from layers.store.worker import Worker
from tests.layers.census.teams import (
    FIRST,
    LABEL,
    Sight,
    campaign_of,
    defects_of,
    go_out,
    lots_of,
    records_of,
)

pytestmark = pytest.mark.keeps_running

FIELDS = ("meter_no", "dn", "condition")
SHARES = {"same": 0.80, "differs": 0.11, "not_found": 0.03, "inaccessible": 0.06}
NEW = 25


def settle(register: Register, size: str) -> int:
    """Grids and meters of the sample city; how many meters are in use."""
    tables = generate(size, 1).tables
    with register.edit(LABEL) as edit:
        teams = [edit.insert("team", {"name": name}) for name in ("一队", "二队", "三队")]
        assert teams == [1, 2, 3]
        edit.insert_bulk("grid", tables["grid"].select(["code", "name", "level", "geom"]))
        edit.insert_bulk(
            "meter", tables["meter"].select(["code", "meter_no", "dn", "status", "grid", "geom"])
        )
    return register.count("meter")


@pytest.mark.parametrize("size", ["demo", pytest.param("city", marks=pytest.mark.on_demand)])
def test_a_census_of_the_sample_city_adds_up(worker: Worker, tmp_path: Path, size: str) -> None:
    random = np.random.default_rng(5)
    with Register.create(tmp_path / "city.gpkg", Crs.parse("EPSG:4546"), actor="test") as register:
        register.worker = worker
        settle(register, size)
        campaign = campaign_of(register, "meter", FIELDS, from_date="2026-09-01", to_date="2026-09-30")
        cuts = lots_of(register, campaign, 400, (1, 2, 3), due="2026-09-08")
        record_of = records_of(register, campaign)
        count = len(record_of)
        assert sum(len(cut) for cut in cuts) == count
        assert max(len(cut) for cut in cuts) <= 400

        # Nine of ten are visited.
        visited = round(0.9 * count)
        kinds = random.choice(list(SHARES), visited, p=list(SHARES.values())).tolist()
        names = ("meter_no", "dn", "grid")
        columns = register.values("meter", names)
        meters = {
            row[0]: row[1:] for row in zip(*(columns[n].to_pylist() for n in ("fid", *names)), strict=True)
        }
        sights, dug = {}, []
        for (target, record), kind in zip(record_of.items(), kinds, strict=False):
            book = {"meter_no": meters[target][0], "dn": meters[target][1], "condition": None}
            if kind in ("not_found", "inaccessible"):
                sights[record] = Sight(kind, {}, book)
                continue
            seen = {"meter_no": book["meter_no"]}
            if kind == "differs":
                seen |= {"meter_no": f"N{target}", "condition": "3" if target % 2 else "1"}
                dug.append((record, target, "meter_stopped", 3))
            sights[record] = Sight("found", seen, book)
        expected = Counter(kinds) | Counter(planned=count - visited)
        a_day = -(-visited // 20)
        assert go_out(register, "meter", sights, a_day) == visited
        kind = register.catalogue.code_lists["defect_kind"].entries[0].code
        defects_of(register, [(r, t, kind, s) for r, t, _, s in dug[::3]], "meter")
        with register.edit(LABEL) as edit:
            fresh = {
                "campaign": campaign.id,
                "lot": 1,
                "target_type": "meter",
                "state": "visited",
                "outcome": "new",
            }
            for number in range(NEW):
                found = f'{{"meter_no":"NEW-{number}"}}'
                edit.insert(
                    "census_record", {**fresh, "found": found, "logged_at": "2026-09-20T09:00:00.000Z"}
                )

        # Side by side.
        found = read_reconciliation(register, campaign.id)
        expected["new"] = NEW
        assert found.counts() == {"meter": {name: n for name, n in expected.items() if n}}
        assert found.fields()["meter", "meter_no"] == expected["differs"]
        told = rates(found)
        assert told.visited.value == visited / count
        seen_of_book = expected["same"] + expected["differs"] + expected["not_found"]
        assert (len(told.match.part), len(told.match.whole)) == (expected["same"], seen_of_book + NEW)

        # Day by day.
        day = datetime.date(2026, 9, 20)
        progress = read_progress(register, campaign, day)
        assert (progress.curve.done, progress.curve.planned, progress.new) == (visited, count, NEW)
        assert progress.curve.counts[:19] == (a_day,) * 19
        assert sum(team.done for team in progress.teams) == visited
        assert sum(team.planned for team in progress.teams) == count
        left = count - visited
        assert progress.curve.left == left
        assert progress.ends is not None
        assert progress.due == datetime.date(2026, 9, 30)
        late = [lot for team in progress.teams for lot in team.late_lots]
        done = Counter(found.lot[~found.of("planned")].tolist())
        whole = Counter(found.lot.tolist())
        assert sorted(late) == sorted(lot for lot in whole if done[lot] < whole[lot])

        # The sample, and what it says of the lots.
        logged = found.ids[found.of("same", "differs")].tolist()
        sample = draw(logged, [], campaign["seed"], 1, percent=5.0, dug_percent=1.0)
        assert len(sample.resurvey) == -(-len(logged) * 5 // 100)
        wrong = len(sample.resurvey) // 20
        checks = [Checked(r, 0.01, 1 if n < wrong else 0) for n, r in enumerate(sample.resurvey)]
        quality = judge(checks, 0.05)
        assert (quality.verdict, len(quality.over)) == ("passes", wrong)

        # Into the book: three lots.
        before = register.count("meter")
        batch = found.ids[np.isin(found.lot, [1, 2, 3])].tolist()
        plan = plan_acceptance(register, campaign, batch)
        with register.edit(plan.label) as edit:
            plan.apply(edit, FIRST, "lin", "先入账")
        after = read_reconciliation(register, campaign.id)
        assert after.counts() == found.counts(), "acceptance changes no finding"
        accepted = after.of(states=("accepted",))
        assert int(accepted.sum()) == len(plan.records)
        assert register.count("meter") == before + NEW
        changed = after.ids[accepted & after.of("differs")].tolist()
        renamed = [a for a in register.find(Query("meter")) if str(a["meter_no"]).startswith("N")]
        assert len(renamed) == len(changed) + NEW

        # The report says the same.
        figures = read_figures(register, campaign, day)
        [row] = by_type(figures, register.catalogue).rows
        told_of = dict(zip(("planned", "visited"), row.cells[1:3], strict=True))
        assert told_of == {"planned": count, "visited": visited}
        *grids, total = by_grid(figures).rows
        for place in (1, 2, 4, 5, 7, 8, 9):
            numbers = [row.cells[place] for row in grids]
            assert sum(n for n in numbers if isinstance(n, float)) == total.cells[place]
        assert total.cells[1:3] == row.cells[1:3]
        assert len(figures.assessed.part) == expected["differs"]
        assert len(figures.intact.whole) == expected["differs"]
        [told_kind, *_] = by_defect(figures, register.catalogue).rows
        assert told_kind.cells[-1] == len(dug[::3])
        assert (figures.acceptances, figures.accepted) == (1, len(plan.records))
