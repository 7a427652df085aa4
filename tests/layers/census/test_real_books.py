"""Books of real utilities, put right by a census: numbers that are missing or twice, notes that say where to look."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyproj
import pytest
import shapely

from layers.census.acceptance.accepting import plan_acceptance
from layers.census.reconciling import rates, read_reconciliation
from layers.exchange.importer import plan_import, run_import
from layers.geometry.crs import Crs
from layers.model.query import Query
from layers.register import Register
from layers.store.worker import Worker
from tests.layers.census.teams import FIRST, LABEL, Sight, campaign_of, go_out, lots_of, records_of

# One worker serves all of them.
#: Real books take long; the usual run has the sample city's.
pytestmark = [pytest.mark.keeps_running, pytest.mark.on_demand]


def in_metres(degrees: Any) -> Any:
    """Places of the file on the ground."""
    turned = pyproj.Transformer.from_crs(4326, 32736, always_xy=True)
    return np.column_stack(turned.transform(degrees[:, 0], degrees[:, 1]))


def bring(worker: Worker, folder: Path, file: Path) -> Register:
    """A new register of what a file holds."""
    plan = plan_import(None, [file], None, worker=worker)
    register = Register.create(folder / "r.gpkg", plan.register_crs, actor="test")
    register.worker = worker
    run_import(register, plan)
    return register


def test_missing_and_repeated_numbers_of_narok(worker: Worker, fixtures: Path, tmp_path: Path) -> None:
    file = json.loads((fixtures / "narok-meters/meter_no_names.geojson").read_text(encoding="utf-8"))
    rows = [(f["properties"]["serialno"], shapely.geometry.shape(f["geometry"])) for f in file["features"]]
    with Register.create(tmp_path / "r.gpkg", Crs.parse("EPSG:32736"), actor="test") as register:
        register.worker = worker
        places = shapely.transform([place for _, place in rows], in_metres)
        table = pa.table({"meter_no": [number for number, _ in rows], "geom": list(shapely.to_wkb(places))})
        with register.edit(LABEL) as edit:
            edit.insert_bulk("meter", table)
        meters = {a.id: a["meter_no"] for a in register.find(Query("meter", fields=("meter_no",)))}
        times = Counter(number for number in meters.values() if number)
        twice = {number for number, count in times.items() if count > 1}
        assert (len(meters), sum(number is None for number in meters.values())) == (8076, 565)
        assert (len(twice), sum(times[number] for number in twice)) == (24, 49)

        campaign = campaign_of(register, "meter", ["meter_no"])
        cuts = lots_of(register, campaign, 300)
        assert (len(cuts), sum(len(cut) for cut in cuts)) == (27, 8076)
        assert max(len(cut) for cut in cuts) == 300

        # On the dial there is always a number; of those said to have the same the first one has it.
        seen, taken = {}, set()
        for target, record in records_of(register, campaign).items():
            number = meters[target]
            dial = number if number and number not in taken else f"READ-{target}"
            taken.add(dial)
            seen[record] = Sight(found={"meter_no": dial}, book={"meter_no": number})
        assert go_out(register, "meter", seen, 600) == 8076

        found = read_reconciliation(register, campaign.id)
        assert found.counts() == {"meter": {"same": 7486, "differs": 590}}
        assert found.fields() == {("meter", "meter_no"): 590}
        told = rates(found)
        assert told.match.value == pytest.approx(7486 / 8076)
        # 590 = those without a number, and of each group all but one.
        assert 590 == 565 + 49 - 24

        plan = plan_acceptance(register, campaign, found.ids.tolist())
        assert (len(plan.changes), plan.additions, plan.clashes, plan.not_found) == (590, (), (), ())
        with register.edit(plan.label) as edit:
            plan.apply(edit, FIRST, "lin", "先入账")
        after = [a["meter_no"] for a in register.find(Query("meter", fields=("meter_no",)))]
        assert None not in after
        assert len(set(after)) == 8076
        register.undo()
        again = {a.id: a["meter_no"] for a in register.find(Query("meter", fields=("meter_no",)))}
        assert again == meters


def test_hydrants_somebody_doubted(worker: Worker, fixtures: Path, tmp_path: Path) -> None:
    register = bring(worker, tmp_path, fixtures / "osm-hydrants/ennepe_ruhr_hydrants.geojson")
    try:
        hydrants = {a.id: a for a in register.find(Query("hydrant"))}
        # What the map's authors left as FIXME stands in the remark.
        assert Counter(a["remark"] for a in hydrants.values() if a["remark"]) == {
            "position": 11,
            "check ref": 1,
        }
        doubted = [id for id, a in hydrants.items() if a["remark"]]
        where = [id for id in doubted if hydrants[id]["remark"] == "position"]
        assert len(hydrants) == 1949

        campaign = campaign_of(register, "hydrant", ["feed_dn", "hydrant_type"])
        lots_of(register, campaign, 250)
        seen = {}
        record_of = records_of(register, campaign)
        for target, record in record_of.items():
            hydrant = hydrants[target]
            book = {name: hydrant[name] for name in ("feed_dn", "hydrant_type")}
            # What nobody knew is measured now; where the position was doubted, nothing is found at half of them.
            said = {"feed_dn": book["feed_dn"] or 100.0, "hydrant_type": book["hydrant_type"] or "below"}
            lost = target in where and where.index(target) % 2 == 0
            seen[record] = Sight("not_found", {}, book) if lost else Sight("found", said, book)
        go_out(register, "hydrant", seen, 200)

        found = read_reconciliation(register, campaign.id)
        blank = sum(
            seen[record].outcome == "found"
            and (hydrants[target]["feed_dn"] is None or hydrants[target]["hydrant_type"] is None)
            for target, record in record_of.items()
        )
        assert found.counts() == {"hydrant": {"not_found": 6, "differs": blank, "same": 1949 - 6 - blank}}
        assert rates(found).match.value == pytest.approx((1943 - blank) / 1949)
        plan = plan_acceptance(register, campaign, found.ids.tolist())
        assert {key.id for key in plan.not_found} == set(where[::2])
        with register.edit(LABEL) as edit:
            plan.apply(edit, FIRST, "lin", "先入账")
        after = {a.id: a for a in register.find(Query("hydrant"))}
        assert len(after) == 1949, "what was not found is still in the book"
        assert all(after[id].values == hydrants[id].values for id in where[::2])
        unknown = {id for id, a in after.items() if a["feed_dn"] is None}
        assert unknown <= set(where[::2])
        # What the note said is still there, to be settled by somebody.
        assert all(after[id]["remark"] == hydrants[id]["remark"] for id in doubted)
    finally:
        register.close()
