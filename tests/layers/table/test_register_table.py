"""Tables of a real register: what they hold is what the register holds, before and after any edits."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from shapely.geometry import LineString, Point

from layers.errors import Conflict
from layers.geometry.crs import Crs
from layers.model.query import Order, Query
from layers.register import Register
from layers.search.link_names import RegisterLinks
from layers.table.arranging import Arrangement, arranged, typed_condition
from layers.table.data import DRAWN_LENGTH, TableData
from layers.table.pasting import plan_cells
from layers.table.patching import MOST_PATCHED, patched, touched_ids
from layers.table.reading import read_more, read_table, usual_columns
from layers.text import Message

pytestmark = pytest.mark.keeps_running
NAMES = ("code", "dn", "material", "status", "laid_date", "road", "service_area", "recorded_length_m")
EDIT = Message("register.undo_of", {"label": "-"})


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Register]:
    path: Path = tmp_path_factory.mktemp("table") / "r.gpkg"
    with Register.create(path, Crs.parse("EPSG:4546"), actor="t") as register:
        with register.edit(EDIT) as edit:
            for name in ("东区", "西区"):
                edit.insert("service_area", {"name": name})
            for number in range(40):
                edit.insert("pipe", row(number))
        yield register


def row(number: int) -> dict[str, Any]:
    rng = random.Random(number)
    line = LineString([(0, number), (rng.randint(1, 90), number)])
    return {
        "code": f"GD-{number:06d}",
        "dn": rng.choice([None, 100, 200, 300]),
        "material": rng.choice(["DI", "PE", None]),
        "status": rng.choice(["in_service", "planned"]),
        "laid_date": rng.choice(["1998", "199X", "2001-05", None]),
        "road": rng.choice(["大塘路", "解放巷", "Éa ROAD", None]),
        "service_area": rng.choice([1, 2, None]),
        "recorded_length_m": rng.choice([None, 12.5, 100.0]),
        "geom": rng.choice([line, None]),
    }


def same_as_register(register: Register, data: TableData) -> None:
    assets = sorted(register.find(Query("pipe")), key=lambda asset: asset.id)
    assert data.fids.tolist() == [asset.id for asset in assets]
    assert data.versions.tolist() == [asset.version for asset in assets]
    for name in data.columns:
        values = [data.columns[name].value(n) for n in range(len(data))]
        if name == DRAWN_LENGTH.name:
            expected = [None if a.geometry is None else a.geometry.length for a in assets]
            assert values == pytest.approx(expected)
        else:
            assert values == [asset.get(name) for asset in assets], name


def test_a_table_stays_the_register_through_edits_and_undo(register: Register) -> None:
    data = read_table(register, "pipe", (*NAMES[:4], DRAWN_LENGTH.name))
    more = read_more(register, data, NAMES[4:])
    assert more is not None
    data = data.with_columns(more)
    same_as_register(register, data)
    areas = [data.columns["service_area"].show(n, "zh") for n in range(len(data))]
    assert set(areas) == {"", "东区", "西区"}
    news = []
    stop = register.listen(news.append)
    rng = random.Random(7)
    for step in range(12):
        with register.edit(EDIT) as edit:
            assets = register.find(Query("pipe"))
            for asset in rng.sample(assets, 3):
                if rng.random() < 0.3:
                    edit.delete("pipe", asset.id, asset.version)
                else:
                    values = row(1000 + 50 * step + asset.id) | {"code": asset["code"]}
                    edit.update("pipe", asset.id, asset.version, values)
            edit.insert("pipe", row(5000 + step))
        if step % 3 == 2:
            register.undo()
        ids = touched_ids(news, "pipe")
        assert ids is not None
        news.clear()
        data = patched(register, data, ids).data
        same_as_register(register, data)
    stop()
    assert touched_ids([], "pipe") == set()
    assert MOST_PATCHED > 0


def test_what_is_typed_finds_the_same_as_a_condition_of_the_map(register: Register) -> None:
    data = read_table(register, "pipe", NAMES)
    for typed in ("大塘", "gd-00001", "di", "球墨 大", "200", "西区", "规划 巷", "199", "a road", "zzz"):
        rows = arranged(data, Arrangement((Order("road"),), typed, NAMES), "zh")
        found = register.columns("pipe", [], where=typed_condition(data, typed, NAMES, "zh"))
        assert sorted(data.fids[rows].tolist()) == sorted(found.column("fid").to_pylist()), typed


def test_usual_columns_are_the_catalogues_or_those_that_hold_anything(register: Register) -> None:
    assert usual_columns(register, register.catalogue["pipe"])[:2] == ("code", "dn")
    assert usual_columns(register, register.catalogue["pipe"])[-1] == DRAWN_LENGTH.name
    names = usual_columns(register, register.catalogue["service_area"])
    assert names[0] in register.catalogue["service_area"].label_fields
    assert all("_origin" not in name for name in names)


def test_pasted_cells_are_judged_one_by_one_and_written_together(register: Register) -> None:
    with register.edit(EDIT) as edit:
        well = edit.insert("meter_well", {"code": "BJ-1", "geom": Point(0, 0)})
        ids = [edit.insert("meter", {"code": f"SB-{n}", "meter_no": str(n), "well": well}) for n in range(3)]
    data = read_table(register, "meter", ("code", "meter_no", "dn", "well", "status"))
    rows = data.rows_of(np.array(ids)).tolist()
    fields = [data.type.field_named(name) for name in ("dn", "well")]
    links = RegisterLinks(register)
    bad = plan_cells(data, rows, fields, [["15", "BJ-1"], ["x", "BJ-9"], ["20", ""]], links)
    assert [(cell.name, cell.field.name, cell.text) for cell in bad.refused] == [
        ("SB-1", "dn", "x"), ("SB-1", "well", "BJ-9"),
    ]  # fmt: skip
    twice = plan_cells(data, rows, [data.type.field_named("code")], [["SB-7"]], links)
    assert [cell.text for cell in twice.refused] == ["SB-7", "SB-7"]
    empty = plan_cells(data, rows[:1], [data.type.field_named("code")], [[""]], links)
    assert len(empty.refused) == 1
    good = plan_cells(data, rows, fields, [["15", "BJ-1"], ["20", "BJ-1"], ["", ""]], links)
    assert not good.refused
    assert good.counts == {"dn": 2, "well": 1}
    assert good.cells == 3
    with register.edit(EDIT) as edit:
        good.apply(edit)
    found = [register.get("meter", id) for id in ids]
    assert [asset and asset.get("dn") for asset in found] == [15, 20, None]
    # The same plan once more: others have been here since, and nothing of it is written.
    stale = plan_cells(data, rows, fields[:1], [["40"]], links)
    version = register.data_version
    with pytest.raises(Conflict), register.edit(EDIT) as edit:
        stale.apply(edit)
    assert register.data_version == version
