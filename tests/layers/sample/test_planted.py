"""What is wrong on purpose in the sample city, is; and the list says where."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from layers.sample.city import SampleCity
from tests.layers.sample.looking import column, planted_codes, shapes


def rows(demo: SampleCity, rule: str) -> pa.Table:
    """The assets of one planted rule, in the order of the list."""
    found = [p for p in demo.planted if p.rule == rule]
    table = demo.tables[found[0].type]
    codes = table["code"].to_pylist()
    return table.take([codes.index(code) for p in found for code in p.codes])


def test_every_planted_code_exists(demo: SampleCity) -> None:
    for planted in demo.planted:
        assert planted.codes
        codes = set(demo.tables[planted.type]["code"].to_pylist())
        assert set(planted.codes) <= codes, planted


def test_the_list_is_short_and_of_many_kinds(demo: SampleCity) -> None:
    rules = Counter(p.rule for p in demo.planted)
    assert len(rules) == 18
    assert max(rules.values()) <= 5


def test_planted_findings_are_there(demo: SampleCity) -> None:
    assert set(rows(demo, "dn_unknown")["dn"].to_pylist()) == {None}
    assert all(d > "2026" for d in rows(demo, "date_in_future")["laid_date"].to_pylist())
    assert set(rows(demo, "retired_without_date")["retired_date"].to_pylist()) == {None}
    assert set(rows(demo, "meter_without_well")["well"].to_pylist()) == {None}
    assert set(rows(demo, "meter_unlocated")["geom"].to_pylist()) == {None}
    assert set(rows(demo, "leak_before_pipe")["found_date"].to_pylist()) == {"1961-03-08"}


def test_planted_duplicates_lie_on_their_originals(demo: SampleCity) -> None:
    twins = shapes(rows(demo, "duplicate_point")).reshape(-1, 2)
    assert (shapely.distance(twins[:, 0], twins[:, 1]) < 0.05).all()
    pipes = shapes(rows(demo, "duplicate_pipe")).reshape(-1, 2)
    assert shapely.equals(pipes[:, 0], pipes[:, 1]).all()
    assert shapely.equals_exact(pipes[:, 0], shapely.reverse(pipes[:, 1])).all()


def test_serial_numbers_repeat_only_where_planted(demo: SampleCity) -> None:
    meters = demo.tables["meter"]
    counts = Counter(meters["meter_no"].to_pylist())
    twice = {n for n, count in counts.items() if count > 1}
    at = np.isin(column(meters, "meter_no"), list(twice))
    assert set(column(meters, "code")[at]) == planted_codes(demo, "serial_twice")
    assert len(twice) == 2


def test_near_misses_end_a_hands_breadth_early(demo: SampleCity) -> None:
    early = shapes(rows(demo, "near_miss"))
    pipes = demo.tables["pipe"]
    others = shapes(
        pipes.filter(
            pc.invert(pc.is_in(pipes["code"], value_set=pa.array(sorted(planted_codes(demo, "near_miss")))))
        )
    )
    tree = shapely.STRtree(others)
    start = shapely.get_point(early, 0)
    _found, far = tree.query_nearest(start, return_distance=True, all_matches=False)
    assert ((far > 0.05) & (far < 0.5)).all()


def test_thin_feeds_are_thin(demo: SampleCity) -> None:
    numbers = set(rows(demo, "thin_feed")["survey_no"].to_pylist())
    pipes = demo.tables["pipe"]
    feeding = [
        dn
        for dn, first, last in zip(
            *(pipes[name].to_pylist() for name in ("dn", "start_point_no", "end_point_no")), strict=True
        )
        if {first, last} & numbers
    ]
    assert feeding == [80, 80]
