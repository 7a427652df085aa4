"""Contract of every store: what others changed under an act is told field by field, and done as decided."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from layers.errors import Conflict
from layers.history.clashing import clash_lines, is_harmless, settlements, tell_clashes
from layers.model.asset import AssetKey
from layers.register import Edit, Register
from layers.store.settling import Settlement
from layers.text import Message, Texts
from tests.layers.store.samples import geometry

pytestmark = pytest.mark.keeps_running

LABEL = Message("action.import")


def _pipe(register: Register, **values: object) -> AssetKey:
    with register.edit(LABEL) as edit:
        id = edit.insert("pipe", {"dn": 100, "material": "DI", "geom": geometry("line", 1), **values})
    return AssetKey("pipe", id)


def _change(register: Register, key: AssetKey, **values: object) -> None:
    asset = register.get(*key)
    assert asset is not None
    with register.edit(LABEL) as edit:
        edit.update(key.type, key.id, asset.version, values)


def _update(key: AssetKey, **values: object) -> Callable[[Edit], None]:
    """An act on the asset as it was read at its first version."""

    def work(edit: Edit) -> None:
        edit.update(key.type, key.id, 1, values)

    return work


def test_told_field_by_field_and_done_as_decided(opened: Register) -> None:
    key, other = _pipe(opened), _pipe(opened)
    _change(opened, key, dn=200, material="PE", road="解放巷")
    before = opened.data_version

    def work(edit: Edit) -> None:
        # The material is only carried along as it was read: it is nothing that the act made.
        edit.update("pipe", key.id, 1, {"dn": 300, "material": "DI", "remark": "复测"})
        edit.update("pipe", other.id, 1, {"dn": 300})

    with pytest.raises(Conflict), opened.edit(LABEL) as edit:
        work(edit)
    (told,) = tell_clashes(opened, work)
    # Nothing was written for telling it, and the door is open.
    assert opened.data_version == before
    assert told.key == key
    assert [each.field for each in told.contests] == ["dn"]
    assert {each.field for each in told.others} == {"material", "road"}
    texts = Texts("zh")
    assert "test" in texts.render(told.head)
    said = [texts.render(line) for line in clash_lines((told,))]
    assert any("对方改为 200 mm" in line and "写为 300 mm" in line for line in said), said

    with opened.edit(LABEL, decided=settlements((told,), {key: frozenset({"dn"})})) as edit:
        work(edit)
    now, beside = opened.get(*key), opened.get(*other)
    assert now is not None
    assert beside is not None
    assert (now["dn"], now["material"], now["road"], now["remark"]) == (200, "PE", "解放巷", "复测")
    assert beside["dn"] == 300
    opened.undo()
    now = opened.get(*key)
    assert now is not None
    assert (now["dn"], now["remark"]) == (200, None)


def test_mine_overwrites_only_what_was_shown(opened: Register) -> None:
    key = _pipe(opened)
    _change(opened, key, dn=200)
    work = _update(key, dn=300)
    told = tell_clashes(opened, work)
    # Somebody changes it once more while the user thinks: asked again, not overwritten.
    _change(opened, key, dn=250)
    with pytest.raises(Conflict), opened.edit(LABEL, decided=settlements(told, {})) as edit:
        work(edit)
    told = tell_clashes(opened, work)
    with opened.edit(LABEL, decided=settlements(told, {})) as edit:
        work(edit)
    now = opened.get(*key)
    assert now is not None
    assert now["dn"] == 300


def test_changed_and_changed_back_asks_nothing(opened: Register) -> None:
    key = _pipe(opened)
    _change(opened, key, dn=200)
    opened.undo()
    (told,) = tell_clashes(opened, _update(key, dn=300))
    assert is_harmless(told)
    assert clash_lines((told,)) == ()


def test_gone_is_left_out_and_a_removal_is_asked(opened: Register) -> None:
    gone, kept, dropped = _pipe(opened), _pipe(opened), _pipe(opened)
    with opened.edit(LABEL) as edit:
        edit.delete("pipe", gone.id, 1)
    _change(opened, kept, dn=200)
    _change(opened, dropped, dn=200)

    def work(edit: Edit) -> None:
        edit.update("pipe", gone.id, 1, {"dn": 300})
        edit.delete("pipe", kept.id, 1)
        edit.delete("pipe", dropped.id, 1)

    told = {each.key: each for each in tell_clashes(opened, work)}
    assert told[gone].is_gone
    assert not told[gone].is_open
    assert told[kept].is_removal
    decided = settlements(tuple(told.values()), {kept: frozenset({""})})
    assert decided[gone] == Settlement(0, leave=True)
    with opened.edit(LABEL, decided=decided) as edit:
        work(edit)
    assert opened.get(*kept) is not None
    assert opened.get(*dropped) is None


def test_a_place_both_moved_is_contested(opened: Register) -> None:
    key = _pipe(opened)
    _change(opened, key, geom=geometry("line", 2))
    (told,) = tell_clashes(opened, _update(key, geom=geometry("line", 3)))
    assert [each.field for each in told.contests] == ["geom"]


def test_many_at_once_are_settled_where_others_were_before(opened: Register) -> None:
    keys = [_pipe(opened, road="旧") for _ in range(3)]
    _change(opened, keys[0], road="解放巷")
    _change(opened, keys[1], remark="别处")
    ids = [key.id for key in keys]

    def work(edit: Edit) -> None:
        edit.update_many("pipe", ids, {"road": ["一", "二", "三"]}, versions=[1, 1, 1])

    with pytest.raises(Conflict), opened.edit(LABEL) as edit:
        work(edit)
    told = {each.key: each for each in tell_clashes(opened, work)}
    assert [each.field for each in told[keys[0]].contests] == ["road"]
    assert keys[2] not in told
    decided = settlements(tuple(told.values()), {keys[0]: frozenset({"road"})})
    with opened.edit(LABEL, decided=decided) as edit:
        work(edit)
    roads = [opened.get("pipe", id).values["road"] for id in ids]  # type: ignore[union-attr]
    assert roads == ["解放巷", "二", "三"]
