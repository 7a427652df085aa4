"""Drafts: what is entered, what is wrong, what others changed meanwhile; nothing entered is ever lost."""

from __future__ import annotations

import datetime
import json

import pyarrow as pa
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layers.model.catalogue_file import load_catalogue
from layers.model.common import Common, common_fields
from layers.model.computed import Computed, computed_value
from layers.model.draft import MIXED, Draft, form_fields
from layers.text import Texts, Title

PIPE = load_catalogue()["pipe"]
BASE = {"code": "GD-1", "dn": 100, "material": "DI", "road": None}


def test_entering_and_taking_back() -> None:
    draft = Draft(PIPE, BASE)
    draft.enter("dn", "DN200")
    draft.enter("road", " 解放巷 ")
    assert draft.changes == {"dn": 200, "road": "解放巷"}
    assert draft.changed == ("dn", "road")
    draft.enter("dn", "100")
    assert draft.changed == ("road",)
    draft.revert()
    assert draft.changed == ()


def test_a_refused_text_is_kept_as_typed_and_keeps_from_saving() -> None:
    draft = Draft(PIPE, BASE)
    draft.enter("dn", "约 200")
    assert draft.refused("dn") == "约 200"
    assert draft.value("dn") == 100
    assert [p.rule for p in draft.errors] == ["not_a_number"]
    draft.enter("dn", "20")
    assert draft.errors == ()
    draft.enter("dn", "3000")
    assert [(p.rule, p.severity) for p in draft.problems("dn")] == [("unusual", "warning")]
    assert draft.errors == ()
    draft.enter("code", "")
    assert [p.rule for p in draft.errors] == ["required"]


def test_of_a_new_asset_everything_counts_but_the_code_that_is_given() -> None:
    draft = Draft(PIPE, {"dn": 5000}, is_new=True)
    assert [p.rule for p in draft.errors] == ["out_of_range"]
    draft.enter("dn", "300")
    assert draft.errors == ()
    assert draft.values["dn"] == 300


def test_what_others_change_is_taken_over_or_contested() -> None:
    draft = Draft(PIPE, BASE)
    draft.enter("dn", "200")
    draft.enter("road", "解放巷")
    found = {d.field: d for d in draft.rebase({**BASE, "dn": 300, "material": "PE", "road": "解放巷"})}
    assert {name: d.is_contested for name, d in found.items()} == {
        "dn": True, "material": False, "road": False
    }  # fmt: skip
    assert (found["dn"].base, found["dn"].theirs, found["dn"].mine) == (100, 300, 200)
    assert draft.value("material") == "PE"
    # The same value from both is no conflict and nothing to save.
    assert draft.changed == ("dn",)
    assert [d.field for d in draft.contested] == ["dn"]
    # They change it once more: still against what I saw first.
    draft.rebase({**BASE, "dn": 400, "material": "PE", "road": "解放巷"})
    assert (draft.contested[0].base, draft.contested[0].theirs) == (100, 400)
    draft.settle("dn", mine=True)
    assert draft.contested == ()
    assert draft.changes == {"dn": 200}
    draft.rebase({**BASE, "dn": 500})
    draft.settle("dn", mine=False)
    assert draft.value("dn") == 500
    assert draft.changed == ()


def test_what_is_entered_while_saving_stays() -> None:
    draft = Draft(PIPE, BASE)
    draft.enter("dn", "200")
    saved = draft.changes
    draft.enter("dn", "250")
    draft.enter("road", "解放巷")
    draft.saved(saved)
    assert draft.changes == {"dn": 250, "road": "解放巷"}
    assert draft.base("dn") == 200


def test_a_kept_draft_comes_back_through_a_file() -> None:
    draft = Draft(PIPE, BASE)
    draft.enter("dn", "oops")
    draft.enter("material", "PE")
    data = json.loads(json.dumps(draft.kept()))
    again = Draft(PIPE, BASE)
    assert again.take_up(data) == ()
    assert (again.refused("dn"), again.changes) == ("oops", {"material": "PE"})
    # The register moved on meanwhile: contested, not overwritten.
    moved = Draft(PIPE, {**BASE, "material": "ST"})
    assert moved.take_up(data) == ("material",)
    assert moved.contested[0].base == "DI"
    # A field that is gone is left out.
    assert Draft(PIPE, BASE).take_up({"values": {"no_such": 1}, "texts": {}, "base": {}}) == ()


values = st.sampled_from([None, 100, 200, 300])


@given(st.lists(st.tuples(st.sampled_from(["mine", "theirs", "save"]), values), max_size=12))
def test_nothing_of_others_is_ever_overwritten_unseen(steps: list[tuple[str, int | None]]) -> None:
    """However edits interleave, what is saved over theirs was entered on top of it or chosen."""
    register: dict[str, object] = {**BASE}
    draft = Draft(PIPE, register)
    seen: object = 100
    for what, value in steps:
        if what == "mine":
            draft.put("dn", value)
            seen = draft.base("dn") if not draft.is_contested("dn") else seen
        elif what == "theirs":
            register["dn"] = value
            draft.rebase(register)
        elif not draft.contested:
            if "dn" in draft.changes:
                assert seen == register["dn"] or draft.base("dn") == register["dn"]
            register.update(draft.changes)
            draft.saved(draft.changes)
            seen = register["dn"]
        assert draft.base("dn") == register["dn"]


def test_several_assets_and_the_effect_on_each() -> None:
    lines = [shapely.LineString([(0, 0), (length, 0)]) for length in (10, 20, 30)]
    columns = {name: [None] * 3 for name in common_fields(PIPE)}
    columns |= {"dn": [100, 200, 100], "material": ["DI"] * 3, "row_version": [1, 5, 9]}
    table = pa.table({"fid": [4, 5, 6], **columns, "geom": [line.wkb for line in lines]})
    common = Common(PIPE, table)
    assert common.values["dn"] is MIXED
    assert common.values["material"] == "DI"
    assert common.values["road"] is None
    effect = common.effect({"dn": 200})
    assert (effect.changed, effect.kept, effect.metres) == (2, 1, pytest.approx(40))
    assert list(common.updates({"dn": 200})) == [(4, 1, {"dn": 200}), (6, 9, {"dn": 200})]
    draft = Draft(PIPE, common.values, several=3)
    assert draft.problems("dn") == ()
    draft.put("dn", None)
    assert draft.changes == {"dn": None}


def test_computed_rows_follow_what_is_entered() -> None:
    title = Title("", "")
    age = Computed(title, "basic", "time_since", ("laid_date",))
    texts = Texts("zh")
    today = datetime.date(2026, 11, 22)
    for stored, words in (
        ("2019-02-06", "7 年"), ("2025-09", "14 个月"), ("2009", "17 年"), ("199X", "26–36 年"),
        ("XXXX", ""), (None, ""), ("2030", ""),
    ):  # fmt: skip
        assert texts.render(computed_value(age, {"laid_date": stored}, today)) == words
    first = Computed(title, "length", "first_of", ("as_built_length_m", "recorded_length_m", "geom"), "m")
    line = shapely.LineString([(0, 0), (3, 4)])
    assert computed_value(first, {"recorded_length_m": 12.5, "geom": line}) == "12.50"
    assert computed_value(first, {"geom": line}) == "5.00"
    assert computed_value(first, {}) == ""


def test_every_type_has_fields_to_fill_in() -> None:
    for asset_type in load_catalogue():
        assert form_fields(asset_type), asset_type.name
