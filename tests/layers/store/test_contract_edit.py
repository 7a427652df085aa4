"""Contract of every store: edits, conflicts, links, undo, the trail, news."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
import shapely

from layers.errors import Conflict, UserError
from layers.model.change import ChangeSet, IdRange
from layers.model.query import All, AnyOf, Box, Compare, Not, Order, Query
from layers.register import Register, ValuesRefused
from layers.text import Message, Texts, Title
from tests.company_settings import set_setting
from tests.layers.store.conftest import Place
from tests.layers.store.samples import EAST, NORTH, geometry

pytestmark = pytest.mark.keeps_running


def act(text: str) -> Message:
    return Message("company.act", {"setting": text})


def add(register: Register, type_name: str, **values: object) -> int:
    with register.edit(act(f"add {type_name}")) as edit:
        return edit.insert(type_name, values)


def change(register: Register, type_name: str, id: int, **values: object) -> ChangeSet | None:
    asset = register.get(type_name, id)
    assert asset is not None
    with register.edit(act(f"change {type_name}")) as edit:
        edit.update(type_name, id, asset.version, values)
    return edit.change_set


def value(register: Register, type_name: str, id: int, name: str) -> object:
    asset = register.get(type_name, id)
    assert asset is not None
    return asset[name]


# ---- one act, one transaction


def test_an_act_is_one_change_set_and_the_news(opened: Register) -> None:
    heard: list[ChangeSet] = []
    stop = opened.listen(heard.append)
    label = Message("company.act", {"setting": Title("改管径", "Resize"), "ids": (1, "a")})
    with opened.edit(label) as edit:
        pipe = edit.insert("pipe", {"dn": 100, "geom": geometry("line", 1)})
        well = edit.insert("meter_well", {})
        edit.update("pipe", pipe, 1, {"dn": 150})
    assert edit.change_set is not None
    assert heard == [edit.change_set]
    assert edit.change_set.changes["pipe"].inserted == {pipe}
    assert edit.change_set.changes["pipe"].updated == set()
    assert edit.change_set.changes["meter_well"].inserted == {well}
    assert opened.data_version == edit.change_set.id
    recorded = opened.change_sets(limit=1)[0]
    assert recorded.label == label
    assert recorded.actor == "test"
    assert recorded.changes["pipe"].inserted == {pipe}
    assert value(opened, "pipe", pipe, "dn") == 150
    stop()
    add(opened, "road")
    assert len(heard) == 1


def test_an_exception_leaves_nothing(opened: Register) -> None:
    before = opened.data_version
    with pytest.raises(ZeroDivisionError):
        _insert_and_fail(opened)
    assert opened.count("pipe") == 0
    assert opened.data_version == before
    add(opened, "pipe")  # the door is open again


def _insert_and_fail(register: Register) -> None:
    with register.edit(act("fails")) as edit:
        edit.insert("pipe", {})
        raise ZeroDivisionError


def test_an_act_without_change_leaves_no_trace(opened: Register) -> None:
    pipe = add(opened, "pipe", dn=100, geom=geometry("line", 1))
    before = opened.data_version
    assert change(opened, "pipe", pipe, dn=100, geom=geometry("line", 1)) is None
    with opened.edit(act("nothing")) as edit:
        pass
    assert edit.change_set is None
    assert opened.data_version == before
    assert opened.get("pipe", pipe).version == 1  # type: ignore[union-attr]


def test_unusual_values_are_taken_with_a_warning(opened: Register) -> None:
    with opened.edit(act("unusual")) as edit:
        pipe = edit.insert("pipe", {"dn": 3000})
    assert [problem.field for problem in edit.warnings] == ["dn"]
    assert value(opened, "pipe", pipe, "dn") == 3000


def test_unknown_names_are_a_bug_of_the_caller(opened: Register) -> None:
    for names in ({"no_such_field": 1}, {"row_version": 3}, {"fid": 3}):
        with pytest.raises(ValueError, match="no field"), opened.edit(act("wrong")) as edit:
            edit.insert("pipe", names)


# ---- optimistic versions


def test_a_stale_edit_is_refused_and_told_who_and_what(place: Place) -> None:
    with place.open("陈工") as first, place.open("李工") as second:
        pipe = add(first, "pipe", code="P-1", dn=100, road="人民路")
        seen = second.get("pipe", pipe)
        assert seen is not None
        change(first, "pipe", pipe, dn=200, geom=geometry("line", 1))
        with pytest.raises(Conflict) as stale, second.edit(act("late")) as edit:
            edit.update("pipe", pipe, seen.version, {"road": "解放路"})
        assert set(stale.value.changed_fields) == {"dn", "geom"}
        sentence = Texts("zh").render(stale.value.title)
        assert "P-1" in sentence
        assert "陈工" in sentence
        assert "公称直径" in sentence
        assert value(second, "pipe", pipe, "road") == "人民路"


def test_an_edit_of_a_gone_asset_is_refused(place: Place) -> None:
    with place.open("陈工") as first, place.open("李工") as second:
        pipe = add(first, "pipe", code="P-1")
        with first.edit(act("delete")) as edit:
            edit.delete("pipe", pipe, 1)
        for attempt in (lambda e: e.update("pipe", pipe, 1, {"dn": 5}), lambda e: e.delete("pipe", pipe, 1)):
            with pytest.raises(Conflict) as gone, second.edit(act("late")) as late:
                attempt(late)
            assert gone.value.title.id == "register.conflict_gone"
            assert gone.value.title.parameters["name"] == "P-1"
            assert gone.value.title.parameters["actor"] == "陈工"


# ---- links and unique values


def test_what_is_referred_to_is_not_deleted(opened: Register) -> None:
    well = add(opened, "meter_well", code="J-1")
    meter = add(opened, "meter", well=well)
    add(opened, "valve", well=well)
    with pytest.raises(UserError) as refused, opened.edit(act("delete")) as edit:
        edit.delete("meter_well", well, 1)
    sentence = Texts("zh").render(refused.value.title)
    assert "J-1" in sentence
    assert "水表" in sentence
    assert "阀门" in sentence
    assert opened.get("meter_well", well) is not None
    # Together with what refers to it, in any order.
    with opened.edit(act("delete all")) as edit:
        edit.delete("meter_well", well, 1)
        edit.delete("meter", meter, 1)
        for valve in opened.find(Query("valve")):
            edit.delete("valve", valve.id, valve.version)
    assert opened.count("meter_well") == 0
    opened.undo()
    assert value(opened, "meter", meter, "well") == well


def test_links_to_one_of_several_types_hold_as_well(opened: Register) -> None:
    pipe = add(opened, "pipe", code="P-1")
    photo = {"target": f"pipe:{pipe}", "file_name": "a.jpg", "sha256": "0" * 64}
    add(opened, "attachment", **photo)
    with pytest.raises(ValuesRefused), opened.edit(act("wrong")) as edit:
        edit.insert("attachment", photo | {"target": f"valve:{pipe}"})
    with pytest.raises(UserError) as refused, opened.edit(act("delete")) as edit:
        edit.delete("pipe", pipe, 1)
    assert "附件" in Texts("zh").render(refused.value.title)


def test_a_code_in_use_is_not_deleted(opened: Register) -> None:
    add(opened, "pipe", material="DI")
    entry = opened.by_code("c_material", "DI")
    assert entry is not None
    with pytest.raises(UserError) as refused, opened.edit(act("delete")) as edit:
        edit.delete("c_material", entry.id, entry.version)
    assert refused.value.title.id == "register.referenced"


def test_codes_are_unique_whatever_their_case(opened: Register) -> None:
    first, second = add(opened, "pipe", code="Ab-1"), add(opened, "pipe", code="B")
    add(opened, "valve", code="AB-1")  # another type is another matter
    for attempt in (
        lambda e: e.insert("pipe", {"code": "aB-1"}),
        lambda e: e.update("pipe", second, 1, {"code": "AB-1"}),
    ):
        with pytest.raises(ValuesRefused) as refused, opened.edit(act("twice")) as edit:
            attempt(edit)
        assert [problem.field for problem in refused.value.problems] == ["code"]
    change(opened, "pipe", first, code="AB-1")  # its own code in other letters


def test_survey_numbers_are_unique_across_types(opened: Register) -> None:
    add(opened, "valve", survey_no="WT12")
    with pytest.raises(ValuesRefused) as refused, opened.edit(act("twice")) as edit:
        edit.insert("hydrant", {"survey_no": "wt12"})
    assert [problem.field for problem in refused.value.problems] == ["survey_no"]
    assert "阀门" in Texts("zh").render(refused.value.title)


# ---- undo and redo


def test_undo_and_redo_walk_the_stack_of_their_actor(place: Place) -> None:
    with place.open("陈工") as mine, place.open("李工") as other:
        pipe = add(mine, "pipe", dn=100, road="a")
        change(mine, "pipe", pipe, dn=200)
        foreign = add(other, "pipe", dn=999)
        change(mine, "pipe", pipe, road="b")
        assert mine.undo_label == act("change pipe")
        assert mine.redo_label is None
        undone = mine.undo()
        assert undone is not None
        assert undone.kind == "undo"
        assert value(mine, "pipe", pipe, "road") == "a"
        assert value(mine, "pipe", pipe, "dn") == 200
        assert mine.redo_label == act("change pipe")
    with place.open("陈工") as mine:  # after a restart
        mine.undo()
        mine.undo()
        assert mine.get("pipe", pipe) is None
        assert mine.undo() is None
        assert mine.get("pipe", foreign) is not None
        for expected in (100, 200, 200):
            redone = mine.redo()
            assert redone is not None
            assert redone.kind == "redo"
            assert value(mine, "pipe", pipe, "dn") == expected
        assert value(mine, "pipe", pipe, "road") == "b"
        assert mine.redo() is None
        mine.undo()
        add(mine, "road")
        assert mine.redo_label is None  # a new act forgets what was undone


def test_undo_keeps_what_others_changed_in_other_fields(place: Place) -> None:
    with place.open("陈工") as mine, place.open("李工") as other:
        pipe = add(mine, "pipe", dn=100, road="a")
        change(mine, "pipe", pipe, dn=200)
        change(other, "pipe", pipe, road="b")
        mine.undo()
        assert (value(mine, "pipe", pipe, "dn"), value(mine, "pipe", pipe, "road")) == (100, "b")


def test_undo_is_refused_when_somebody_changed_the_same_since(place: Place) -> None:
    with place.open("陈工") as mine, place.open("李工") as other:
        pipe = add(mine, "pipe", code="P-1", dn=100)
        kept = add(mine, "valve", code="V-1")
        change(mine, "pipe", pipe, dn=200)
        change(other, "pipe", pipe, dn=300)
        change(other, "valve", kept, road="x")
        before = mine.data_version
        with pytest.raises(UserError) as refused:
            mine.undo()
        assert refused.value.title.id == "register.changed_since"
        assert "P-1" in Texts("zh").render(refused.value.title)
        with pytest.raises(UserError):
            mine.undo_change_set(before - 3)  # the insert of the valve that was edited
        assert mine.data_version == before
        assert value(mine, "pipe", pipe, "dn") == 300


def test_any_change_set_can_be_taken_back_once(opened: Register) -> None:
    pipe = add(opened, "pipe", dn=100, road="a")
    first = change(opened, "pipe", pipe, dn=200)
    change(opened, "pipe", pipe, road="b")
    assert first is not None
    opened.undo_change_set(first.id)
    assert (value(opened, "pipe", pipe, "dn"), value(opened, "pipe", pipe, "road")) == (100, "b")
    assert opened.undo_label == act("change pipe")
    with pytest.raises(UserError):
        opened.undo_change_set(first.id)
    opened.undo()  # takes back the taking back
    assert value(opened, "pipe", pipe, "dn") == 200
    with pytest.raises(UserError) as creation:
        opened.undo_change_set(1)
    assert creation.value.title.id == "register.not_reversible"
    with pytest.raises(UserError) as unknown:
        opened.undo_change_set(9999)
    assert unknown.value.title.id == "register.no_change_set"


def test_undo_of_swapped_codes(opened: Register) -> None:
    a, b = add(opened, "pipe", code="A"), add(opened, "pipe", code="B")
    with opened.edit(act("swap")) as edit:
        edit.update("pipe", a, 1, {"code": "T"})
        edit.update("pipe", b, 1, {"code": "A"})
        edit.update("pipe", a, 2, {"code": "B"})
    opened.undo()
    assert (value(opened, "pipe", a, "code"), value(opened, "pipe", b, "code")) == ("A", "B")
    opened.redo()
    assert (value(opened, "pipe", a, "code"), value(opened, "pipe", b, "code")) == ("B", "A")


def test_undo_is_refused_when_a_code_or_a_link_is_taken_since(opened: Register) -> None:
    pipe = add(opened, "pipe", code="A")
    with opened.edit(act("delete")) as edit:
        edit.delete("pipe", pipe, 1)
    gone = edit.change_set
    add(opened, "pipe", code="a")
    assert gone is not None
    with pytest.raises(ValuesRefused):
        opened.undo_change_set(gone.id)
    well = add(opened, "meter_well")
    meter = add(opened, "meter", well=well)
    unlinked = change(opened, "meter", meter, well=None)
    with opened.edit(act("delete")) as edit:
        edit.delete("meter_well", well, 1)
    assert unlinked is not None
    with pytest.raises(ValuesRefused):
        opened.undo_change_set(unlinked.id)


def test_undo_of_an_insert_is_refused_while_others_refer_to_it(opened: Register) -> None:
    well = add(opened, "meter_well", code="J-1")
    made = opened.data_version
    add(opened, "meter", well=well)
    with pytest.raises(UserError) as refused:
        opened.undo_change_set(made)
    assert refused.value.title.id == "register.referenced"


# ---- the trail


def test_history_of_an_asset_and_of_a_change_set(opened: Register) -> None:
    pipe = add(opened, "pipe", dn=100, geom=geometry("line", 1, z=1.0))
    add(opened, "pipe", dn=1)
    change(opened, "pipe", pipe, dn=200)
    moved = change(opened, "pipe", pipe, geom=geometry("line", 2, z=2.0))
    with opened.edit(act("delete")) as edit:
        edit.delete("pipe", pipe, 3)
    steps = opened.row_changes(type="pipe", id=pipe)
    assert [step.operation for step in steps] == ["delete", "update", "update", "insert"]
    assert [step.changed_fields for step in steps[1:3]] == [("geom",), ("dn",)]
    assert steps[0].after is None
    assert steps[3].before is None
    assert steps[3].after is not None
    assert steps[3].after["dn"] == 100
    assert steps[1].before is not None
    assert steps[1].before["geom"] == geometry("line", 1, z=1.0)
    assert moved is not None
    assert [step.id for step in opened.row_changes(change_set=moved.id)] == [pipe]
    sets = opened.change_sets(type="pipe", id=pipe)
    assert [s.changes["pipe"].count for s in sets] == [1, 1, 1, 1]
    assert sets[1].changes["pipe"].fields == {"geom"}
    assert len(opened.change_sets(limit=2, before=moved.id)) == 2


# ---- questions


def test_one_place_far_out_does_not_hide_the_city(opened: Register) -> None:
    """The whole city is what lies together; where nobody can say what that is, it is all."""
    with opened.edit(act("some")) as edit:
        for number in range(20):
            edit.insert("valve", {"geom": shapely.Point(EAST + number * 100, NORTH)})
        edit.insert("pipe", {"geom": geometry("line", 0)})
    assert opened.city("valve") == opened.bounds("valve") == Box(EAST, NORTH, EAST + 1900, NORTH)
    with opened.edit(act("slips")) as edit:
        edit.insert("valve", {"geom": shapely.Point(0, 0)})
        edit.insert("valve", {"geom": shapely.Point(9e9, 9e9)})
    assert opened.bounds("valve") == Box(0, 0, 9e9, 9e9)
    city = opened.city()
    assert city is not None
    # To a metre: the index of a file rounds outward.
    assert list(city) == pytest.approx([EAST, NORTH, EAST + 1900, NORTH + 3.25], abs=1)
    with opened.edit(act("many")) as edit:
        for number in range(5):
            edit.insert("valve", {"geom": shapely.Point(number, 0)})
    assert opened.city("valve") == Box(0, 0, 9e9, 9e9)


def test_queries(opened: Register) -> None:
    with opened.edit(act("some")) as edit:
        for number, dn in enumerate((100, 300, None, 200)):
            located = {"geom": geometry("line", number * 10)} if number != 2 else {}
            edit.insert("pipe", {"code": f"P{number}", "dn": dn, "road": "北路"} | located)

    def codes(query: Query) -> list[str]:
        return [asset["code"] for asset in opened.find(query)]

    big = Compare("dn", ">=", 200)
    assert codes(Query("pipe", where=big)) == ["P1", "P3"]
    assert codes(Query("pipe", where=Not(big))) == ["P0", "P2"]
    assert codes(Query("pipe", where=All((big, Compare("code", "=", "p3"))))) == ["P3"]
    assert codes(Query("pipe", where=All(()))) == ["P0", "P1", "P2", "P3"]
    assert codes(Query("pipe", where=AnyOf((big, Compare("dn", "is null"))))) == ["P1", "P2", "P3"]
    assert codes(Query("pipe", order=(Order("dn"),))) == ["P0", "P3", "P1", "P2"]
    assert codes(Query("pipe", order=(Order("dn", descending=True),))) == ["P1", "P3", "P0", "P2"]
    assert codes(Query("pipe", order=(Order("dn"),), limit=2, offset=1)) == ["P3", "P1"]
    assert codes(Query("pipe", located=False)) == ["P2"]
    assert codes(Query("pipe", ids=(1, 3, 77))) == ["P0", "P2"]
    assert codes(Query("pipe", where=Compare("dn", "in", (100, 200)))) == ["P0", "P3"]
    assert codes(Query("pipe", box=Box(EAST + 99, NORTH - 9, EAST + 101, NORTH + 9))) == ["P1"]
    assert opened.find(Query("pipe", fields=("dn",), limit=1))[0].values == {"dn": 100}
    assert opened.count(Query("pipe", where=big, limit=1)) == 2
    assert opened.bounds("pipe") == Box(EAST, NORTH, EAST + 304.5, NORTH + 3.75 + 3.25)
    assert opened.bounds("valve") is None
    assert opened.columns(
        "pipe", ["code"], where=big, box=Box(EAST, NORTH, EAST + 110, NORTH + 99)
    ).to_pylist() == [{"fid": 2, "code": "P1"}]


def test_areas_of_one_part_and_of_several(opened: Register) -> None:
    one, two = geometry("polygon", 1), geometry("polygon", 9)
    parts = shapely.MultiPolygon([one, two])
    grid = add(opened, "grid", name="a", geom=one)
    other = add(opened, "grid", name="b", geom=parts)
    assert value(opened, "grid", grid, "geom") == one
    assert value(opened, "grid", other, "geom") == parts
    with pytest.raises(ValuesRefused), opened.edit(act("wrong")) as edit:
        edit.insert("pipe", {"geom": shapely.MultiLineString([[(0, 0), (1, 1)], [(2, 2), (3, 3)]])})


def test_empty_geometry_and_geometry_without_numbers_are_refused(opened: Register) -> None:
    with np.errstate(invalid="ignore"):
        not_finite = shapely.LineString([(0, 0), (float("nan"), 1)])
    for wrong in (
        shapely.LineString(),
        not_finite,
        shapely.LineString([(1, 1), (1, 1)]),
        "LINESTRING(0 0,1 1)",
    ):
        with pytest.raises(ValuesRefused), opened.edit(act("wrong")) as edit:
            edit.insert("pipe", {"geom": wrong})
    assert opened.count("pipe") == 0


# ---- code lists, settings, other processes


def test_a_company_adds_a_code(opened: Register) -> None:
    def parse(text: str) -> object:
        return opened.catalogue["pipe"].field_named("material").parse(text)

    entry = {
        "code": "HD",
        "title_zh": "高密管",
        "title_en": "High density",
        "aliases": "高密；HDX",
        "position": 5,
    }
    id = add(opened, "c_material", **entry)
    assert (parse("高密"), parse("hdx")) == ("HD", "HD")
    add(opened, "pipe", material="HD")
    change(opened, "c_material", id, title_zh="高密度管")
    entry_now = opened.catalogue.code_lists["material"].get("HD")
    assert entry_now is not None
    assert entry_now.title.zh == "高密度管"


def test_undoing_a_code_takes_it_out_of_the_catalogue(opened: Register) -> None:
    add(opened, "c_material", code="HD", title_zh="高密管", title_en="High density")
    opened.undo()
    assert opened.catalogue.code_lists["material"].get("HD") is None


def test_settings_have_history(opened: Register) -> None:
    assert opened.setting("dn_threshold") == 100
    set_setting(opened, "dn_threshold", 75)
    assert opened.setting("dn_threshold") == 75
    assert set_setting(opened, "dn_threshold", 75) is None
    with pytest.raises(ValuesRefused):
        set_setting(opened, "dn_threshold", 0)
    set_setting(opened, "dn_threshold", None)
    assert opened.setting("dn_threshold") == 100
    opened.undo()
    assert opened.setting("dn_threshold") == 75


def test_news_of_other_processes(place: Place) -> None:
    with place.open("陈工") as mine, place.open("李工") as other:
        heard: list[ChangeSet] = []
        mine.listen(heard.append)
        assert mine.poll() == []
        add(mine, "road")
        pipe = add(other, "pipe", dn=100)
        add(mine, "road")
        heard.clear()
        news = mine.poll()
        assert [(n.actor, n.changes["pipe"].inserted) for n in news] == [("李工", {pipe})]
        assert heard == news
        assert mine.poll() == []
        add(other, "c_material", code="HD", title_zh="高密管", title_en="High density")
        mine.poll()
        assert mine.catalogue.code_lists["material"].get("HD") is not None


def test_summary(opened: Register) -> None:
    line = shapely.LineString([(EAST, NORTH), (EAST + 300, NORTH + 400)])
    with opened.edit(act("some")) as edit:
        edit.insert("pipe", {"dn": 100, "status": "in_service", "geom": line, "recorded_length_m": 510.0})
        edit.insert("pipe", {"dn": 50, "status": "in_service", "geom": line})
        edit.insert("pipe", {"dn": 450, "status": "planned", "geom": line, "as_built_length_m": 490.0})
        edit.insert("pipe", {"recorded_length_m": 10.0})
        edit.insert("valve", {})
    summary = opened.summary().as_json()
    assert summary["crs"] == "EPSG:4546"
    assert summary["bounds"] == [EAST, NORTH, EAST + 300, NORTH + 400]
    assert summary["types"]["valve"] == {"count": 1, "unlocated": 1}
    assert "c_material" not in summary["types"]
    pipes = summary["types"]["pipe"]
    assert (pipes["count"], pipes["unlocated"], pipes["unknown_dn"]) == (4, 1, 1)
    assert pipes["drawn_length_m"] == 1500.0
    assert pipes["recorded_length_m"] == 520.0
    assert pipes["report_length_m"] == 510.0 + 500.0 + 490.0 + 10.0
    assert pipes["in_service_length_m"] == 1010.0
    assert pipes["headline_length_m"] == 510.0
    assert pipes["length_origin"]["drawn"] == {"count": 1, "length_m": 500.0}
    assert pipes["by_status"]["blank"] == {"count": 1, "length_m": 10.0}
    assert pipes["by_dn_class"]["[450,900)"] == {"count": 1, "length_m": 490.0}
    assert pipes["by_dn_class"]["unknown"] == {"count": 1, "length_m": 10.0}
    set_setting(opened, "dn_threshold", 50)
    assert opened.summary().as_json()["types"]["pipe"]["headline_length_m"] == 1010.0


def test_read_only(place: Place) -> None:
    with place.open() as register:
        add(register, "pipe")
    with place.open(read_only=True) as register:
        assert register.count("pipe") == 1
        with pytest.raises(UserError), register.edit(act("write")) as edit:
            edit.insert("pipe", {})


# ---- bulk acts


def add_many(register: Register, type_name: str, rows: pa.Table) -> IdRange:
    with register.edit(act("import"), "import") as edit:
        return edit.insert_bulk(type_name, rows)


def test_a_batch_is_taken_back_as_one_and_comes_back_the_same(opened: Register) -> None:
    ids = add_many(opened, "customer", pa.table({"name": ["甲", "乙", "丙"]}))
    assert (ids.first, ids.last, len(ids)) == (1, 3, 3)
    recorded = opened.change_sets(limit=1)[0]
    assert recorded.changes["customer"].inserted_ranges == (ids,)
    assert recorded.changes["customer"].count == 3
    rows = [asset.values for asset in opened.find(Query("customer"))]
    pattern = opened.catalogue["customer"].code
    assert [row["code"] for row in rows] == [pattern(1), pattern(2), pattern(3)]
    undone = opened.undo()
    assert undone is not None
    assert undone.changes["customer"].deleted_ranges == (ids,)
    assert opened.count("customer") == 0
    opened.redo()
    assert [asset.values for asset in opened.find(Query("customer"))] == rows
    opened.undo()
    assert opened.count("customer") == 0


def test_a_batch_whose_edits_were_taken_back_can_be_taken_back(opened: Register) -> None:
    ids = add_many(opened, "customer", pa.table({"name": ["甲", "乙"]}))
    change(opened, "customer", ids.first, name="丁")
    with opened.edit(act("delete")) as edit:
        edit.delete("customer", ids.last, 1)
    batch = opened.change_sets(limit=3)[2]
    with pytest.raises(UserError) as refused:
        opened.undo_change_set(batch.id)
    assert refused.value.title.id == "register.bulk_changed_since"
    for _ in range(3):
        opened.undo()
    assert opened.count("customer") == 0
    for _ in range(3):
        opened.redo()
    assert [asset["name"] for asset in opened.find(Query("customer"))] == ["丁"]


def test_a_batch_in_use_stays(opened: Register) -> None:
    ids = add_many(opened, "customer", pa.table({"name": ["甲"]}))
    batch = opened.data_version
    meter = add(opened, "meter", customer=ids.first)
    with pytest.raises(UserError) as by_link:
        opened.undo_change_set(batch)
    assert by_link.value.title.id == "register.range_referenced"
    change(opened, "meter", meter, customer=None)
    photo = {"file_name": "a.jpg", "sha256": "0" * 64}
    pictures = pa.table(
        {name: [text] for name, text in (photo | {"target": f"customer:{ids.first}"}).items()}
    )
    add_many(opened, "attachment", pictures)
    with pytest.raises(UserError) as by_several:
        opened.undo_change_set(batch)
    assert "附件" in Texts("zh").render(by_several.value.title)
    opened.undo()
    undone = opened.data_version
    opened.undo_change_set(batch)
    assert opened.count("customer") == 0
    with pytest.raises(UserError) as to_nothing:
        opened.undo_change_set(undone)
    assert to_nothing.value.title.id == "register.range_dangles"
    with pytest.raises(UserError):
        add_many(opened, "attachment", pictures)


def test_a_batch_edited_in_the_same_act_comes_back_as_edited(opened: Register) -> None:
    with opened.edit(act("import"), "import") as edit:
        ids = edit.insert_bulk("customer", pa.table({"name": ["甲", "乙", "丙"]}))
        edit.update("customer", ids.first, 1, {"name": "丁"})
        edit.delete("customer", ids.last, 1)
    for _ in range(2):
        assert [asset["name"] for asset in opened.find(Query("customer"))] == ["丁", "乙"]
        opened.undo()
        assert opened.count("customer") == 0
        opened.redo()
    assert [asset["name"] for asset in opened.find(Query("customer"))] == ["丁", "乙"]
