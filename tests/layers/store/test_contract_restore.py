"""Contract of every store: what is brought back is as it was, as one act that can be undone, also after a restart."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, Point

from layers.errors import Conflict, UserError
from layers.model.query import Query
from layers.register import Register
from layers.store.restoring import restore
from layers.text import Message
from layers.trail import Reversal, TrailFilter
from tests.layers.store.conftest import NewPlace, Place
from tests.layers.store.snapshot import snapshot
from tests.layers.store.test_contract_undo_property import doings, perform, spatial_index_is_right

pytestmark = pytest.mark.keeps_running

ACT = Message("store.created")


def bring_back(register: Register, reversal: Reversal, *decided: tuple[str, int]) -> None:
    with register.edit(ACT, "restore") as edit:
        restore(edit, reversal, decided)


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(before=st.lists(doings, max_size=4), since=st.lists(doings, min_size=1, max_size=6))
@example(before=[], since=[[("bulk", "grid", 2), ("insert", "grid", 1), ("bulk", "grid", 2)]])
def test_restoring_all_since_a_moment_is_the_state_at_it(
    new_place: NewPlace, before: list[Any], since: list[Any]
) -> None:
    with new_place().open() as register:
        for doing in before:
            perform(register, doing)
        then, version = snapshot(register), register.data_version
        for doing in since:
            perform(register, doing)
        now = snapshot(register)
        for name, rows in now.items():
            known = register.rows_at(name, [*rows, *then[name]], version)
            assert {id: _plain(row) for id, row in known.items() if row is not None} == then[name]
        reversal = register.plan_taking_back(register.reversible_after(version))
        assert reversal.conflicts == ()
        bring_back(register, reversal)
        assert snapshot(register) == then
        assert spatial_index_is_right(register)
        if not reversal.is_empty:
            register.undo()
            assert snapshot(register) == now


def _plain(row: Any) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "row_version"}


def _hydrant(register: Register, code: str, **values: Any) -> int:
    with register.edit(ACT) as edit:
        return edit.insert("hydrant", {"code": code, "geom": Point(500_000, 3_000_000), **values})


def _set(register: Register, type: str, id: int, **values: Any) -> int:
    asset = register.get(type, id)
    assert asset is not None
    with register.edit(ACT) as edit:
        edit.update(type, id, asset.version, values)
    assert edit.change_set is not None
    return edit.change_set.id


def test_codes_that_were_exchanged_come_back(opened: Register) -> None:
    one, other = _hydrant(opened, "A"), _hydrant(opened, "B")
    version = opened.data_version
    _set(opened, "hydrant", one, code="C")
    _set(opened, "hydrant", other, code="a")
    _set(opened, "hydrant", one, code="B")
    bring_back(opened, opened.plan_taking_back(opened.reversible_after(version)))
    codes = [opened.get("hydrant", id).get("code") for id in (one, other)]  # type: ignore[union-attr]
    assert codes == ["A", "B"]


def test_what_others_changed_since_is_left_or_overwritten_as_decided(place: Place) -> None:
    with place.open("mine") as register:
        kept, taken = _hydrant(register, "A", remark="1"), _hydrant(register, "B", remark="1")
        free = _hydrant(register, "C", remark="1")
        with register.edit(ACT) as edit:
            for id in (kept, taken, free):
                edit.update("hydrant", id, 1, {"remark": "wrong", "road": "大塘路"})
        wrong = register.data_version
    with place.open("theirs") as register:
        _set(register, "hydrant", kept, remark="theirs")
        _set(register, "hydrant", taken, remark="theirs")
        reversal = register.plan_taking_back([wrong])
        assert {(row.id, row.later) for row in reversal.conflicts} == {
            (kept, ("remark",)),
            (taken, ("remark",)),
        }
        bring_back(register, reversal, ("hydrant", taken))
        found = {a.id: (a.get("remark"), a.get("road")) for a in register.find(Query("hydrant"))}
        assert found == {kept: ("theirs", "大塘路"), taken: ("1", None), free: ("1", None)}
    # Undo knows the step after a restart, and takes back all of it at once.
    with place.open("theirs") as register:
        register.undo()
        found = {a.id: (a.get("remark"), a.get("road")) for a in register.find(Query("hydrant"))}
        assert found == {kept: ("theirs", "大塘路"), taken: ("theirs", "大塘路"), free: ("wrong", "大塘路")}


def test_one_field_and_one_asset_as_of_then(opened: Register) -> None:
    hydrant = _hydrant(opened, "A", feed_dn=100, road="一路")
    version = opened.data_version
    moved = Point(500_009, 3_000_000)
    _set(opened, "hydrant", hydrant, feed_dn=150, road="二路", geom=moved)
    bring_back(opened, opened.plan_as_of("hydrant", [hydrant], version, ["feed_dn"]))
    now = opened.get("hydrant", hydrant)
    assert now is not None
    assert (now.get("feed_dn"), now.get("road"), now.geometry) == (100, "二路", moved)
    with opened.edit(ACT) as edit:
        edit.delete("hydrant", hydrant, now.version)
    bring_back(opened, opened.plan_as_of("hydrant", [hydrant], version))
    again = opened.get("hydrant", hydrant)
    assert again is not None
    assert (again.get("road"), again.geometry) == ("一路", Point(500_000, 3_000_000))
    assert again.version > now.version
    opened.undo()
    assert opened.get("hydrant", hydrant) is None


def test_an_asset_whose_target_is_gone_does_not_come_back_alone(opened: Register) -> None:
    with opened.edit(ACT) as edit:
        well = edit.insert("meter_well", {"code": "J"})
        meter = edit.insert("meter", {"code": "M", "well": well})
    version = opened.data_version
    with opened.edit(ACT) as edit:
        edit.delete("meter", meter, 1)
        edit.delete("meter_well", well, 1)
    content = snapshot(opened)
    with pytest.raises(UserError) as refused:
        bring_back(opened, opened.plan_as_of("meter", [meter], version))
    assert refused.value.title.id == "register.values_refused"
    assert snapshot(opened) == content
    bring_back(opened, opened.plan_taking_back([opened.data_version]))
    assert opened.get("meter", meter) is not None


def test_what_changed_after_the_preview_is_never_overwritten(opened: Register) -> None:
    hydrant = _hydrant(opened, "A", remark="1")
    version = _set(opened, "hydrant", hydrant, remark="2") - 1
    reversal = opened.plan_as_of("hydrant", [hydrant], version)
    _set(opened, "hydrant", hydrant, remark="3")
    with pytest.raises(Conflict):
        bring_back(opened, reversal)
    assert opened.get("hydrant", hydrant).get("remark") == "3"  # type: ignore[union-attr]


def test_the_trail_is_searched_by_person_type_kind_and_words(place: Place) -> None:
    with place.open("first") as register:
        start = register.data_version
        for number in range(5):
            _hydrant(register, f"H{number}")
        with register.edit(Message("action.import"), "import") as edit:
            edit.insert("pipe", {"geom": LineString([(500_000, 3_000_000), (500_001, 3_000_000)])})
    with place.open("second") as register:
        _set(register, "hydrant", 1, remark="x")
        register.undo()
        names = set(register.actors())
        assert {"first", "second"} <= names
        page = register.trail_page(TrailFilter(actor="first", type="hydrant"), limit=3)
        assert [act.id for act in page.acts] == [start + 5, start + 4, start + 3]
        rest = register.trail_page(TrailFilter(actor="first", type="hydrant"), limit=3, before=page.before)
        assert ([act.id for act in rest.acts], rest.before) == ([start + 2, start + 1], None)
        kinds = register.trail_page(TrailFilter(kinds=("undo", "import"))).acts
        assert [act.kind for act in kinds] == ["undo", "import"]
        said = register.trail_page(TrailFilter(), matches=lambda label, _: label.id == "action.import").acts
        assert [act.actor for act in said] == ["first"]
        mine = register.trail_page(TrailFilter(type="hydrant", id=1)).acts
        assert [act.kind for act in mine] == ["undo", "edit", "edit"]
        assert register.trail_page(TrailFilter(since=mine[0].at)).acts[-1].id == mine[0].id
        by_second = register.reversible_after(start, TrailFilter(actor="second"))
        assert by_second == [mine[1].id, mine[0].id]
