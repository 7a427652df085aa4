"""Contract of every store: values set on many assets by one statement; trail, versions, news, undo and redo."""

from __future__ import annotations

import numpy as np
import pytest

from layers.editing.plan import NOTHING, BulkSet, EditPlan
from layers.errors import Cancelled, Conflict, UserError
from layers.feedback import Feedback
from layers.model.change import ChangeSet
from layers.model.query import Query
from layers.register import Register, ValuesRefused
from layers.store import many
from tests.layers.store.test_contract_bulk import LABEL, hydrants, insert, sound

pytestmark = pytest.mark.keeps_running

ROAD = "人民路"


def versions_and_roads(opened: Register) -> dict[int, tuple[int, str | None]]:
    return {a.id: (a.version, a.values["road"]) for a in opened.find(Query("hydrant"))}


@pytest.mark.parametrize("count", [3, 1_200])
def test_values_set_on_many_are_in_trail_versions_and_news_and_come_back(
    opened: Register, count: int
) -> None:
    ids = insert(opened, hydrants(count))
    numbers = np.arange(ids.first, ids.last + 1)
    before = versions_and_roads(opened)
    told: list[ChangeSet] = []
    opened.listen(told.append)
    roads = [f"街 {n % 5}" for n in range(count)]
    with opened.edit(LABEL) as edit:
        assert edit.update_many("hydrant", numbers, {"road": roads, "remark": "x"}) == count
    after = versions_and_roads(opened)
    assert after == {i: (before[i][0] + 1, r) for i, r in zip(numbers.tolist(), roads, strict=True)}
    assert told[0].changes["hydrant"].updated == frozenset(numbers.tolist())
    assert told[0].changes["hydrant"].fields == {"road", "remark"}
    change = opened.row_changes(type="hydrant", id=ids.last)[0]
    assert (change.before or {})["road"] == before[ids.last][1]
    assert (change.after or {})["road"] == roads[-1]
    assert change.changed_fields == ("road", "remark")
    assert {c.change_set for c in opened.row_changes(change_set=told[0].id)} == {told[0].id}
    for step, expected in (("undo", before), ("redo", after), ("undo", before)):
        getattr(opened, step)()
        now = versions_and_roads(opened)
        assert {i: r for i, (_, r) in now.items()} == {i: r for i, (_, r) in expected.items()}
        assert told[-1].changes["hydrant"].updated == frozenset(numbers.tolist())
    assert {v for v, _ in versions_and_roads(opened).values()} == {5}
    sound(opened, "hydrant")


def test_only_what_becomes_different_changes_and_what_is_gone_is_passed_over(opened: Register) -> None:
    ids = insert(opened, hydrants(4))
    numbers = list(range(ids.first, ids.last + 1))
    with opened.edit(LABEL) as edit:
        assert edit.update_many("hydrant", [*numbers, 9_999], {"road": "路 1"}) == 3
    assert edit.change_set is not None
    assert edit.change_set.changes["hydrant"].count == 3
    with opened.edit(LABEL) as edit:
        assert edit.update_many("hydrant", numbers, {"road": "路 1"}) == 0
        assert edit.update_many("hydrant", [], {"road": "路 1"}) == 0
    assert edit.change_set is None


def test_a_wrong_value_a_link_to_nothing_and_a_newer_row_refuse_all(opened: Register) -> None:
    ids = insert(opened, hydrants(600))
    numbers = np.arange(ids.first, ids.last + 1)
    before = versions_and_roads(opened)
    for values in ({"feed_dn": -5}, {"grid": 77}, {"status": "no such"}):
        with opened.edit(LABEL) as edit, pytest.raises(ValuesRefused):
            edit.update_many("hydrant", numbers, values)
    for values in ({"code": "A"}, {"geom": None}, {"nothing": 1}, {"road": ["a"]}):
        with pytest.raises(ValueError, match=r"many assets|values of"), opened.edit(LABEL) as edit:
            edit.update_many("hydrant", numbers, values)
    with opened.edit(LABEL) as edit:
        edit.update("hydrant", ids.first, 1, {"remark": "newer"})
    with pytest.raises(Conflict), opened.edit(LABEL) as edit:
        edit.update_many("hydrant", numbers, {"road": ROAD}, versions=np.ones(600, int))
    with pytest.raises(Conflict), opened.edit(LABEL) as edit:
        edit.update_many("hydrant", [9_999], {"road": ROAD}, versions=[1])
    assert {i: r for i, (_, r) in versions_and_roads(opened).items()} == {
        i: r for i, (_, r) in before.items()
    }
    with opened.edit(LABEL) as edit:
        assert edit.update_many("hydrant", numbers[1:], {"road": ROAD}, versions=[1] * 599) == 599


def test_many_and_single_changes_of_one_act_come_back_together(opened: Register) -> None:
    ids = insert(opened, hydrants(700))
    numbers = np.arange(ids.first, ids.last + 1)
    before = {a.id: dict(a.values) for a in opened.find(Query("hydrant"))}
    with opened.edit(LABEL) as edit:
        edit.update_many("hydrant", numbers, {"road": ROAD})
        version = edit.update("hydrant", ids.first, 2, {"remark": "single", "road": "again"})
        edit.delete("hydrant", ids.first + 1, 2)
        edit.insert("hydrant", {"remark": "new"})
    assert version == 3
    opened.undo()
    assert {a.id: dict(a.values) for a in opened.find(Query("hydrant"))} == before
    opened.redo()
    assert opened.count("hydrant") == 700
    assert opened.get("hydrant", ids.first).values["road"] == "again"  # type: ignore[union-attr]
    assert opened.get("hydrant", ids.last).values["road"] == ROAD  # type: ignore[union-attr]


def test_undo_of_many_keeps_other_later_values_and_refuses_what_was_changed_since(opened: Register) -> None:
    ids = insert(opened, hydrants(650))
    numbers = np.arange(ids.first, ids.last + 1)
    before = versions_and_roads(opened)
    with opened.edit(LABEL) as edit:
        edit.update_many("hydrant", numbers, {"road": ROAD})
    done = edit.change_set
    assert done is not None
    with opened.edit(LABEL) as edit:
        edit.update("hydrant", ids.first, 2, {"remark": "later"})
    opened.undo_change_set(done.id)
    first = opened.get("hydrant", ids.first)
    assert first is not None
    assert (first.values["remark"], first.values["road"]) == ("later", before[ids.first][1])
    assert opened.get("hydrant", ids.last).values["road"] == before[ids.last][1]  # type: ignore[union-attr]
    opened.redo()
    with opened.edit(LABEL) as edit:
        edit.update_many("hydrant", numbers[:5], {"road": "elsewhere"})
    with pytest.raises(UserError) as refused:
        opened.undo_change_set(opened.data_version - 1)
    assert refused.value.title.id == "register.changed_since"


def test_undo_refuses_links_to_what_is_gone(opened: Register) -> None:
    ids = insert(opened, hydrants(600))
    numbers = np.arange(ids.first, ids.last + 1)
    with opened.edit(LABEL) as edit:
        grids = [edit.insert("grid", {"code": f"G{n}", "name": f"{n}"}) for n in range(2)]
    with opened.edit(LABEL) as edit:
        edit.update_many("hydrant", numbers, {"grid": grids[0]})
    with opened.edit(LABEL) as edit:
        edit.update_many("hydrant", numbers, {"grid": grids[1]})
    moved = edit.change_set
    assert moved is not None
    with opened.edit(LABEL) as edit:
        edit.delete("grid", grids[0], 1)
    with pytest.raises(ValuesRefused):
        opened.undo_change_set(moved.id)
    opened.undo()
    opened.undo()
    assert opened.count(Query("hydrant")) == 600
    assert opened.get("hydrant", ids.first).values["grid"] == grids[0]  # type: ignore[union-attr]


def test_it_says_how_far_it_is_and_can_be_stopped_with_nothing_changed(
    opened: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(many, "AT_ONCE", 10)
    ids = insert(opened, hydrants(35))
    numbers = np.arange(ids.first, ids.last + 1)[::-1]
    before, version = versions_and_roads(opened), opened.data_version
    told: list[float | None] = []
    feedback = Feedback(lambda fraction, _: told.append(fraction), interval=0.0)
    with opened.edit(LABEL, feedback=feedback) as edit:
        assert edit.update_many("hydrant", numbers, {"road": [f"街 {n}" for n in numbers.tolist()]}) == 35
    assert told == [0.0, 0.25, 0.5, 0.75]
    after = versions_and_roads(opened)
    assert {i: road for i, (_, road) in after.items()} == {n: f"街 {n}" for n in numbers.tolist()}
    opened.undo()
    assert {i: r for i, (_, r) in versions_and_roads(opened).items()} == {
        i: r for i, (_, r) in before.items()
    }
    version = opened.data_version
    stopped = Feedback(lambda fraction, _: stopped.cancel() if fraction == 0.5 else None, interval=0.0)
    with pytest.raises(Cancelled), opened.edit(LABEL, feedback=stopped) as edit:
        edit.update_many("hydrant", numbers, {"road": "别处"})
    # Several of one plan share the way; one stopped late, between two of them, leaves nothing either.
    told.clear()
    parts = (numbers[:20], numbers[20:])
    nowhere = (np.full(len(part), NOTHING) for part in parts)
    bulk = (BulkSet("hydrant", "community", *pair) for pair in zip(parts, nowhere, strict=True))
    plan = EditPlan(LABEL, bulk=tuple(bulk))
    with opened.edit(LABEL, feedback=feedback) as edit:
        plan.apply(edit)
    assert told[0] == 0.0
    assert told == sorted(told)  # type: ignore[type-var]
    assert max(told) > 0.5  # type: ignore[type-var]
    late = Feedback(lambda fraction, _: late.cancel() if fraction == 0.75 else None, interval=0.0)
    with pytest.raises(Cancelled), opened.edit(LABEL, feedback=late) as edit:
        edit.update_many("hydrant", numbers, {"road": "别处"})
    assert opened.data_version == version
    assert "别处" not in {road for _, road in versions_and_roads(opened).values()}
    sound(opened, "hydrant")
