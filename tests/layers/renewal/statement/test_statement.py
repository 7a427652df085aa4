"""Properties of statements over any pipes: parts add up, stocks and flows agree, copies stay as they were."""

from __future__ import annotations

import datetime
import itertools
import json
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.cli.application import run_command_line
from layers.cli.commands import COMMANDS
from layers.errors import UserError
from layers.model.catalogue_file import load_catalogue
from layers.model.settings import NumberClass
from layers.register import Register
from layers.renewal.book import OF_PROJECT, PROJECT_FIELDS, ProjectRows
from layers.renewal.figure import ids_of, ranges
from layers.renewal.pipes import FIELDS, pipe_arrays
from layers.renewal.settings import RenewalSettings
from layers.renewal.statement.frozen import as_json, checksum, compare, from_json, reopen, submit, submitting
from layers.renewal.statement.statement import (
    BREAKDOWNS,
    HEADLINE,
    Period,
    StatementBook,
    statement,
    statement_of,
)
from layers.text import Message, Texts
from tests.company_settings import set_setting
from tests.layers.store.conftest import NewPlace

pytestmark = pytest.mark.keeps_running

Day = datetime.date
ACT = Message("store.created")
CATALOGUE = load_catalogue()
KINDS = ("new_laying", "renewal", "diversion", "conversion", "emergency", "connection")
PROJECTS = {
    n + 1: dict.fromkeys(PROJECT_FIELDS)
    | {
        "fid": n + 1,
        "code": f"P{n}",
        "name": f"项目 {n}",
        "kind": kind,
        "state": "open",
        "road": n % 3 or None,
    }
    | {"settled_cost": 1000.0 * n if n % 2 else None, "fund_source": ("company", "bond", None)[n % 3]}
    for n, kind in enumerate(KINDS)
}
SETTINGS = RenewalSettings(
    classes=(NumberClass(upper=400, upper_in=True), NumberClass(lower=500)),
    parts=tuple(NumberClass(low, high) for low, high in ((100, 250), (250, 450), (450, 900))),
    de_as_dn={63: 50, 110: 100, 160: 150},
)
DATES = st.sampled_from(
    [None, "XXXX", "198X", "2019", "2020-02", "2020-06-30", "2021-01-01", "2021-12-31", "2023-05"]
)
METRES = st.none() | st.just(0.0) | st.floats(0.01, 2000)
PIPES = st.lists(
    st.fixed_dictionaries(
        {
            "dn": st.sampled_from([None, 50, 80, 100, 110, 160, 300, 400, 450, 500, 1000]),
            "outside_diameter_mm": st.sampled_from([None, 63.0, 110.0, 999.0]),
            "material": st.sampled_from([None, "DI", "PE", "XX"]),
            "status": st.sampled_from([None, "planned", "construction", "in_service", "out_of_service", "abandoned"]),
            "completion_date": DATES,
            "laid_date": DATES,
            "retired_date": DATES,
            "project_in": st.none() | st.integers(1, len(KINDS)),
            "project_out": st.none() | st.integers(1, len(KINDS)),
            "road": st.sampled_from([None, "西湖路", "宝庆路"]),
            "community": st.sampled_from([None, 1, 2]),
            "as_built_length_m": METRES,
            "recorded_length_m": METRES,
            "drawn": METRES,
        }
    ),
    max_size=25,
)  # fmt: skip


def book_of(pipes: list[dict[str, Any]]) -> StatementBook:
    kinds = {"dn": pa.int64(), "outside_diameter_mm": pa.float64(), "community": pa.int64()}
    kinds |= {name: pa.int64() for name in ("project_in", "project_out", "section")}
    columns = {"fid": pa.array(range(1, len(pipes) + 1), pa.int64())}
    for name in FIELDS:
        kind = kinds.get(name, pa.float64() if name.endswith("_m") else pa.string())
        columns[name] = pa.array([pipe.get(name) for pipe in pipes], kind)
    drawn = {n + 1: pipe["drawn"] for n, pipe in enumerate(pipes) if pipe["drawn"] is not None}
    shapes = [shapely.to_wkb(shapely.LineString([(0, 0), (metres, 0)])) for metres in drawn.values()]
    geometry = pa.table({"fid": pa.array(drawn, pa.int64()), "geom": pa.array(shapes, pa.binary())})
    arrays = pipe_arrays(pa.table(columns), geometry, CATALOGUE["pipe"], SETTINGS)
    rows = ProjectRows(PROJECTS, {type: {} for type in OF_PROJECT}, {}, {}, {})
    return StatementBook(
        CATALOGUE, 1, SETTINGS, rows, arrays, {1: "西湖路", 2: "人民路"}, {1: "一号", 2: "二号"}
    )


@settings(max_examples=25)
@given(PIPES)
def test_any_breakdown_adds_up_and_stocks_follow_from_flows(pipes: list[dict[str, Any]]) -> None:
    book = book_of(pipes)
    for period in (Period.year(2020), Period.years(2019, 2023), Period(Day(2020, 2, 1), Day(2021, 1, 1))):
        made = statement_of(book, period, Day(2023, 6, 1))
        assert set(made.breakdowns) == set(BREAKDOWNS)
        assert set(made.headline) == set(HEADLINE)
        for breakdown in (*made.breakdowns.values(), made.length_sources):
            counted = [row for row in breakdown.rows if row.level not in ("part", "unknown")]
            for name in ("before", "laid", "renewed", "other", "retired", "after", "cost"):
                if name in breakdown.total.cells:
                    total = breakdown.total.cells[name]
                    parts = [row.cells[name] for row in counted]
                    assert sum(p.value or 0 for p in parts) == pytest.approx(total.value)
                    if name != "cost":
                        assert sorted(id for p in parts for id in p.ids) == list(total.ids)
                        assert total.value == pytest.approx(
                            made.breakdowns["dn_class"].total.cells[name].value
                        )
        for row in (*made.breakdowns["dn_class"].rows, made.breakdowns["dn_class"].total):
            of = {name: figure.value or 0.0 for name, figure in row.cells.items()}
            flow = of["laid"] + of["renewed"] + of["other"] - of["retired"]
            assert of["before"] + flow == pytest.approx(of["after"])
        assert not set(made.headline["laid"].ids) & set(made.headline["renewed"].ids)


@settings(max_examples=15)
@given(PIPES)
def test_years_divide_what_all_of_them_have(pipes: list[dict[str, Any]]) -> None:
    book = book_of(pipes)
    whole = statement_of(book, Period.years(2019, 2023), Day(2024, 1, 1))
    years = [statement_of(book, Period.year(year), Day(2024, 1, 1)) for year in range(2019, 2024)]
    for name in ("laid", "renewed", "other", "retired"):
        ids = [id for made in years for id in made.headline[name].ids]
        assert sorted(ids) == list(whole.headline[name].ids)
    for earlier, later in itertools.pairwise(years):
        assert earlier.headline["in_service"].ids == later.headline["in_service_before"].ids


@settings(max_examples=15)
@given(PIPES)
def test_a_copy_reads_back_equal_and_differs_from_nothing(pipes: list[dict[str, Any]]) -> None:
    made = statement_of(book_of(pipes), Period.year(2020), Day(2023, 6, 1), "二〇二〇年报")
    again = from_json(json.loads(json.dumps(as_json(made))))
    assert again == made
    assert compare(made, again) == ()
    assert checksum(again) == checksum(made)


@given(st.sets(st.integers(1, 60)))
def test_ids_pass_through_ranges(ids: set[int]) -> None:
    assert ids_of(ranges(tuple(ids))) == tuple(sorted(ids))


def test_lengths_are_taken_in_their_order_and_shown_by_source() -> None:
    pipe = {"dn": 300, "status": "in_service", "completion_date": "2020-06-30", "project_in": 2}
    lengths = [
        {"as_built_length_m": 10.0, "measured_length_m": 20.0, "recorded_length_m": 30.0, "drawn": 40.0},
        {"measured_length_m": 20.0, "recorded_length_m": 30.0, "drawn": 40.0},
        {"recorded_length_m": 30.0, "drawn": 30.1},
        {"drawn": 40.0},
        {"drawn": None},
    ]
    made = statement_of(book_of([pipe | each for each in lengths]), Period.year(2020), Day(2021, 1, 1))
    shown = {row.key: row.cells["renewed"].value for row in made.length_sources.rows}
    assert shown == {"as_built": 10, "measured": 20, "recorded": 30, "drawn": 40, "unknown": 0}
    assert made.headline["renewed"].value == 100
    assert made.headline["lengths_differ"].ids == (1, 2)
    assert made.headline["unit_cost"].value == pytest.approx(10)


def test_both_stores_freeze_reopen_and_compare(new_place: NewPlace) -> None:
    with new_place().open() as register:
        with register.edit(ACT) as edit:
            done = {
                "kind": "renewal",
                "settled_cost": 40_000.0,
                "state": "completed",
                "completed_date": "2020-07-01",
            }
            project = edit.insert("project", {"code": "G1", "name": "学府路", **done})
            laid = {"dn": 450, "status": "in_service", "completion_date": "2020-05-01", "project_in": project}
            line = shapely.LineString([(0, 0), (100, 0)])
            pipe = edit.insert("pipe", {"code": "A", **laid, "geom": line, "material": "DI"})
            visit = edit.insert(
                "supervision_visit", {"code": "V1", "project": project, "visit_date": "2020-04-01"}
            )
            for item, points, checked in (("hoarding", 5.0, "2020-04-03"), ("spoil", 10.0, None)):
                found = {"visit": visit, "item": item, "deduction": points, "rectify_by": "2020-04-05"}
                edit.insert("visit_finding", {**found, "rechecked_date": checked})
        made = statement(register, Period.year(2020), day=Day(2021, 1, 4))
        assert made.headline["renewed"].ids == (pipe,)
        assert made.headline["unit_cost"].value == pytest.approx(400)
        (row,) = made.supervision
        assert (row.score.value, row.found.value, row.rectified_in_time.value, row.open.value) == (
            85,
            2,
            50,
            1,
        )
        now = datetime.datetime(2021, 1, 12, 9, 40, tzinfo=datetime.UTC)
        with register.edit(submitting("2020 年度")) as edit:
            copy = submit(edit, made, "2020 年度", "林工", now)
        frozen = reopen(register, copy)
        asset = register.get("pipe", pipe)
        assert asset is not None
        with register.edit(ACT) as edit:
            edit.update("pipe", pipe, asset.version, {"as_built_length_m": 130.0})
            more = {"dn": 300, "status": "in_service", "completion_date": "2020-08-01", "project_in": project}
            other = edit.insert("pipe", {"code": "B", **more, "geom": line})
        set_setting(register, "dn_threshold", 75)
        assert reopen(register, copy) == frozen
        assert frozen.headline == made.headline
        assert frozen.settings.dn_threshold == 100
        today = statement(register, Period.year(2020), day=Day(2021, 1, 4))
        changed = {(d.table, d.key, d.column): d for d in compare(frozen, today)}
        renewed = changed["headline", "renewed", "renewed"]
        assert (renewed.change, renewed.objects) == (130, (other,))
        new_row = changed["dn_class", "<=400", "renewed"]
        assert (new_row.before, new_row.change) == (None, 100)
        assert ("headline", "laid", "laid") not in changed
        assert checksum(frozen) != checksum(today)
        whole = register.get("statement_copy", copy)
        assert whole is not None
        with register.edit(ACT) as edit:
            edit.update("statement_copy", copy, whole.version, {"figures": "{"})
        with pytest.raises(UserError, match="unreadable_copy"):
            reopen(register, copy)
        with pytest.raises(UserError, match="no_copy"):
            reopen(register, copy + 9)


def test_the_command_prints_the_statement(register: Register, capsys: pytest.CaptureFixture[str]) -> None:
    with register.edit(ACT) as edit:
        project = edit.insert("project", {"code": "N1", "name": "邵阳大道", "kind": "new_laying"})
        laid = {"dn": 450, "status": "in_service", "completion_date": "2023-05-01", "project_in": project}
        edit.insert("pipe", {"code": "A", **laid, "geom": shapely.LineString([(0, 0), (1500, 0)])})
        home = edit.insert(
            "project", {"code": "H1", "name": "盛世家园", "kind": "conversion", "households": 50}
        )
        edit.insert("milestone", {"project": home, "stage": "scouted", "actual_date": "2023-02-01"})
    path = str(register.target)
    words = ["statement", path, "--year", "2023", "--day", "2024-01-05"]
    assert run(*words, "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert said["headline"]["laid"] == {"value": 1500, "unit": "m", "type": "pipe", "ids": "1"}
    assert from_json(said) == statement(register, Period.year(2023), day=Day(2024, 1, 5))
    assert run(*words) == 0
    page = capsys.readouterr().out
    for word in ("未归类：DN450", "1.50", "前期踏勘", "100.0 %", said["checksum"]):
        assert word in page
    assert run(*words, "--by", "road", "--lang", "en") == 0
    assert "Not told" in capsys.readouterr().out
    assert run("statement", path, "--from", "2023-02-30") == 2
    assert run("statement", path, "--from", "2023-03-01", "--to", "2023-02-01") == 2
    assert "2023-03-01" in capsys.readouterr().err


def test_every_note_and_title_is_a_sentence() -> None:
    pipe = {"dn": 450, "status": "in_service", "completion_date": "2020", "project_in": 1, "drawn": 10.0}
    old = {"dn": None, "status": "in_service", "drawn": 50.0, "recorded_length_m": 80.0}
    book = book_of(
        [pipe, old, pipe | {"dn": 80, "project_in": 2}, old | {"dn": 100}, old | {"dn": 100, "status": None}]
    )
    made = statement_of(book, Period.year(2020), Day(2021, 1, 1))
    assert np.isnan(book.pipes.dn[1])
    for language in ("zh", "en"):
        texts = Texts(language)
        said = [texts.render(note) for note in made.notes]
        said += [texts.render(row.title) for b in made.breakdowns.values() for row in (*b.rows, b.total)]
        assert not [each for each in said if each.startswith("kilometres.")]
    told = {"unclassified", "unknown_dn", "undated", "no_status"}
    assert {note.id.rpartition(".")[2] for note in made.notes} >= told


def run(*words: str) -> int:
    return run_command_line(list(words), [COMMANDS], {"GISAPP_LANG": "zh"})
