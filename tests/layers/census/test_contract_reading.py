"""What the census desk reads is the same on both stores: lists, lots to be, findings, progress, the figures."""

from __future__ import annotations

import datetime

import pytest
import shapely

from layers.census.acceptance.findings import read_findings
from layers.census.fieldwork.logging import Logged, SeenDefect, plan_log, plan_new
from layers.census.fieldwork.record_photos import photos_of_record
from layers.census.form import Form
from layers.census.lots.planning import make_walked_lots, plan_cuts, walk_cuts
from layers.census.lots.worklist import follow_worklist, read_campaign_book, read_campaigns, read_worklist
from layers.census.progress import read_progress
from layers.census.quality.rules import draw, plan_draw
from layers.census.reconciling import read_reconciliation
from layers.census.report_data import campaign_on, read_figures
from layers.errors import UserError
from layers.model.asset import Asset, AssetKey
from layers.model.query import Query
from layers.register import Register
from layers.text import Message
from tests.layers.census.one_lot import WHEN, do, record_of
from tests.layers.store.conftest import NewPlace

pytestmark = pytest.mark.keeps_running
ACT = Message("store.created")
FORM = '{"hydrant": ["feed_dn", "condition"]}'


def build(register: Register) -> Asset:
    """Two grids, a street, six hydrants along it: three in each grid."""
    with register.edit(ACT) as edit:
        for number in range(2):
            area = shapely.box(number * 100, -50, number * 100 + 100, 50)
            edit.insert(
                "grid", {"code": f"G{number}", "name": f"网格{number}", "geom": area, "level": "grid"}
            )
        edit.insert("road", {"code": "R1", "name": "西湖路", "geom": shapely.LineString([(0, 0), (200, 0)])})
        team = edit.insert("team", {"code": "B1", "name": "一班"})
        for number in range(6):
            values = {"code": f"H{number}", "status": "in_service", "feed_dn": 100, "condition": "1"}
            edit.insert("hydrant", {**values, "road": "西湖路", "geom": shapely.Point(20 + 30 * number, 4)})
        values = {"name": "消火栓普查", "types": "hydrant", "state": "open", "form": FORM, "form_version": 1}
        id = edit.insert("campaign", {**values, "from_date": "2026-11-18", "to_date": "2026-11-30"})
    campaign = register.get("campaign", id)
    assert campaign is not None
    plan = plan_cuts(register, campaign, "grid")
    assert [(cut.name, len(cut)) for cut in plan.cuts] == [("G0 网格0", 3), ("G1 网格1", 3)]
    assert (plan.targets, plan.evenness) == (6, 1.0)
    cuts = walk_cuts(register, plan.cuts)
    with register.edit(ACT) as edit:
        make_walked_lots(edit, id, cuts, lambda message: message.id, teams={0: team}, due="2026-11-19")
    with pytest.raises(UserError):
        plan_cuts(register, campaign, "size", size=2)
    return campaign


def test_lists_figures_and_findings(new_place: NewPlace) -> None:
    with new_place().open() as register:
        campaign = build(register)
        form = Form.of(campaign, register.catalogue)
        assert [each.id for each in read_campaigns(register)] == [campaign.id]
        first = read_worklist(register, 1)
        assert [(row.record["sequence"], row.code, row.road) for row in first] in (
            [(n, f"H{n - 1}", "西湖路") for n in (1, 2, 3)],
            [(n, f"H{3 - n}", "西湖路") for n in (1, 2, 3)],
        )
        assert [row.metres for row in first] == [None, 30.0, 30.0]

        fields = form.fields["hydrant"]
        defect = SeenDefect("hydrant_hit", 3)
        for number, seen in enumerate(
            (
                Logged("found", {"feed_dn": 100, "condition": "1"}, seconds=60.0),
                Logged("found", {"feed_dn": 150, "condition": "4"}, defects=(defect,), photos=1),
                Logged("not_found"),
                Logged("moved", {"condition": "2"}, place=shapely.Point(119, 9)),
            )
        ):
            at = WHEN + datetime.timedelta(days=number // 2)
            do(register, plan_log(register, record_of(register, f"hydrant:{number + 1}"), seen, at, fields))
        new = Logged("new", {"feed_dn": 200}, place=shapely.Point(5, 5))
        do(register, plan_new(register, campaign.id, 1, "hydrant", new, WHEN, "N1"))
        with register.edit(ACT) as edit:
            register.attach(edit, "census_record", 2, "a.txt", b"of the record")
            register.attach(edit, "hydrant", 2, "b.txt", b"of the asset")
            [one] = register.find(Query("defect"))
            register.attach(edit, "defect", one.id, "c.txt", b"of the defect")

        record = record_of(register, "hydrant:2")
        photos = photos_of_record(register, record.key, AssetKey("hydrant", 2))
        assert [(each.asset["file_name"], each.of and each.of.name) for each in photos] == [
            ("a.txt", None),
            ("b.txt", "hydrant"),
            ("c.txt", "defect"),
        ]
        rows = follow_worklist(register, first, [row.id for row in first] + [7], 1)
        assert [row.kind for row in rows] in (
            ["same", "differs", "not_found", "new"],
            ["not_found", "differs", "same", "new"],
        )
        assert [row.kind for row in read_worklist(register, 1)] == [row.kind for row in rows]
        book = read_campaign_book(register, campaign.id)
        assert book is not None
        # Targets of the book make the completion; the new one is told beside it, everywhere the same.
        lots = [(row.total, row.done, row.new, row.team) for row in book.lots]
        assert lots == [(3, 3, 1, "一班"), (3, 1, 0, "")]
        assert (book.total, book.done) == (6, 4)
        assert [row.is_late(datetime.date(2026, 11, 21)) for row in book.lots] == [False, True]

        found = read_reconciliation(register, campaign.id)
        findings = read_findings(register, found, ("differs", "new"), "zh")
        assert [(each.code, each.kind, len(each.told)) for each in findings] == [
            ("H1", "differs", 2),
            ("N1", "new", 0),
        ]
        progress = read_progress(register, campaign, datetime.date(2026, 11, 22))
        assert (progress.curve.counts, progress.curve.done, progress.curve.left) == ((2, 2), 4, 2)
        assert (progress.curve.planned, progress.new, [team.new for team in progress.teams]) == (6, 1, [1, 0])
        sample = draw(tuple(found.ids.tolist()), (), 7, 1, percent=20, dug_percent=0)
        do(register, plan_draw(register, campaign.id, None, sample, 1))
        figures = read_figures(register, campaign_on(register), datetime.date(2026, 11, 22))
        assert figures.found.counts() == {
            "hydrant": {"same": 1, "differs": 1, "not_found": 1, "moved": 1, "new": 1, "planned": 2}
        }
        assert figures.grid.tolist() == [1, 1, 1, 2, 2, 2, 1]
        assert figures.grades("hydrant") == {"1": 1, "4": 1, "2": 1, "0": 1}
        assert (figures.intact.value, figures.assessed.value) == (pytest.approx(2 / 3), 0.75)
        assert figures.defects == {"hydrant_hit": {3: 1}}
        assert figures.states == {"ordered": 1}
        assert figures.rates.match.value == pytest.approx(1 / 5)
        assert (len(figures.rates.visited.counted), len(figures.rates.visited.among)) == (
            book.done,
            book.total,
        )
