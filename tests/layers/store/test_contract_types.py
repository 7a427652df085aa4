"""Contract of every store, over every asset type: what goes in comes out, and each rule holds."""

from __future__ import annotations

import contextlib
import itertools

import pytest
import shapely
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.model.catalogue_file import load_catalogue
from layers.model.fields import ChoiceField, GeometryField, LinkField, NumericField, TextField
from layers.model.query import Compare, Query
from layers.register import Register, ValuesRefused
from layers.store.geopackage import GeoPackageStore
from layers.store.rows import current_row
from layers.store.types import same_value
from layers.text import Message
from tests.layers.store.conftest import Place
from tests.layers.store.samples import geometry, least_row, values, whole_row

#: All cases write into one register on each store: every row is of another number, so that none meets another's.
NUMBERS = itertools.count(1000)

pytestmark = pytest.mark.keeps_running

LABEL = Message("store.created")
CATALOGUE = load_catalogue()
#: Code lists are made by one pattern, with and without a part: one of each in the usual run, all in a thorough one.
USUAL = ("c_material", "c_project_kind")
LISTS = {each.table for each in CATALOGUE.code_lists.values()}
TYPES = [
    pytest.param(name, marks=[pytest.mark.on_demand] if name in LISTS and name not in USUAL else [])
    for name in CATALOGUE.types
]


def add_targets(register: Register, type_name: str, depth: int = 1) -> dict[str, object]:
    """For each link of a type the value of one to an asset made for it."""
    links: dict[str, object] = {}
    for link in register.catalogue[type_name].links:
        target = register.catalogue[link.targets[0]]
        # What is mandatory is followed to its end.
        if not depth and not link.required:
            continue
        needed = add_targets(register, target.name, max(depth - 1, 0))
        row = least_row(target, next(NUMBERS), needed)
        with register.edit(LABEL) as edit:
            id = edit.insert(target.name, row)
        links[link.name] = f"{target.name}:{id}" if link.several else id
    return links


@pytest.mark.parametrize("type_name", TYPES)
def test_every_value_comes_back_and_its_undo_restores(shared: Register, type_name: str) -> None:
    links = add_targets(shared, type_name)
    row = whole_row(shared.catalogue[type_name], next(NUMBERS)) | links
    with shared.edit(LABEL) as edit:
        id = edit.insert(type_name, row)
    asset = shared.get(type_name, id)
    assert asset is not None
    assert asset.version == 1
    for name, value in row.items():
        assert same_value(asset[name], value), name
    # Another value for every field, all taken back at once.
    other = whole_row(shared.catalogue[type_name], next(NUMBERS))
    with shared.edit(LABEL) as edit:
        assert edit.update(type_name, id, 1, other) == 2
    changed = shared.get(type_name, id)
    assert changed is not None
    assert all(same_value(changed[name], value) for name, value in other.items())
    shared.undo()
    back = shared.get(type_name, id)
    assert back is not None
    assert all(same_value(back[name], asset[name]) for name in asset.values)
    with shared.edit(LABEL) as edit:
        edit.delete(type_name, id, back.version)
    assert shared.get(type_name, id) is None
    shared.undo()
    again = shared.get(type_name, id)
    assert again is not None
    assert all(same_value(again[name], asset[name]) for name in asset.values)


@pytest.mark.parametrize("type_name", TYPES)
def test_bulk_read_is_what_single_assets_say(
    shared: Register, type_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    links = add_targets(shared, type_name)
    with shared.edit(LABEL) as edit:
        full = edit.insert(type_name, whole_row(shared.catalogue[type_name], next(NUMBERS)) | links)
        bare = edit.insert(type_name, least_row(shared.catalogue[type_name], next(NUMBERS), links))
    located = shared.catalogue[type_name].shape is not None
    few = shared.columns(type_name, geometry=located)
    # A file's tables of few rows are read without the worker: the same comes from both.
    monkeypatch.setattr(GeoPackageStore, "few", 0)
    table = shared.columns(type_name, geometry=located)
    assert few.equals(table)
    rows = {row["fid"]: row for row in table.to_pylist()}
    for id in (full, bare):
        asset = shared.get(type_name, id)
        assert asset is not None
        for field in shared.catalogue[type_name].columns:
            assert rows[id][field.name] == asset[field.name], field.name
    if located:
        assert rows[bare]["geom"] is None
        read = shapely.from_wkb(rows[full]["geom"])
        assert shapely.get_coordinates(read, include_z=True).tolist() == (
            shapely.get_coordinates(shared.get(type_name, full).geometry, include_z=True).tolist()  # type: ignore[union-attr]
        )


@pytest.mark.parametrize("type_name", TYPES)
def test_all_that_is_wrong_is_said_at_once_and_nothing_stays(shared: Register, type_name: str) -> None:
    asset_type = shared.catalogue[type_name]
    row = whole_row(asset_type, next(NUMBERS)) | add_targets(shared, type_name)
    before = shared.count(type_name), shared.data_version
    wrong = set()
    for field in asset_type.fields:
        if isinstance(field, ChoiceField):
            row[field.name] = "no such code"
        elif isinstance(field, LinkField):
            row[field.name] = f"{field.targets[0]}:9999999" if field.several else 9_999_999
        elif isinstance(field, NumericField) and field.maximum is not None:
            row[field.name] = field.maximum + 1
        elif isinstance(field, TextField):
            row[field.name] = "长" * (field.length + 1)
        elif isinstance(field, GeometryField):
            row[field.name] = geometry("line" if field.shape == "point" else "point", 1)
        else:
            continue
        wrong.add(field.name)
    with pytest.raises(ValuesRefused) as refused, shared.edit(LABEL) as edit:
        edit.insert(type_name, row)
    assert {problem.field for problem in refused.value.problems} == wrong
    assert (shared.count(type_name), shared.data_version) == before


@pytest.mark.parametrize("type_name", [t.name for t in load_catalogue() if t.code_prefix])
def test_missing_codes_are_given_by_the_pattern_and_never_twice(shared: Register, type_name: str) -> None:
    asset_type = shared.catalogue[type_name]
    links = add_targets(shared, type_name)
    start = shared.count(type_name)
    taken = asset_type.code(start + 2).lower()
    with shared.edit(LABEL) as edit:
        edit.insert(type_name, least_row(asset_type, next(NUMBERS), links) | {"code": taken})
        ids = [edit.insert(type_name, least_row(asset_type, next(NUMBERS), links)) for _ in range(3)]
    codes = [shared.get(type_name, id)["code"] for id in ids]  # type: ignore[index]
    assert len({code.lower() for code in (*codes, taken)}) == 4
    assert all(code.startswith(asset_type.code_prefix) for code in codes)
    assert shared.by_code(type_name, codes[0].lower()).id == ids[0]  # type: ignore[union-attr]
    assert shared.count(type_name) == start + 4
    # An undone asset's code is not given again.
    shared.undo()
    with shared.edit(LABEL) as edit:
        id = edit.insert(type_name, least_row(asset_type, next(NUMBERS), links))
    assert shared.get(type_name, id)["code"] not in codes  # type: ignore[index]


def _mandatory_in_database() -> list[tuple[str, str]]:
    return [
        (t.name, f.name)
        for t in load_catalogue()
        for f in t.columns
        if f.required and not (f.name == "code" and t.code_prefix)
    ]


@pytest.mark.parametrize(("type_name", "field"), _mandatory_in_database())
def test_mandatory_fields_are_asked_for(shared: Register, type_name: str, field: str) -> None:
    links = add_targets(shared, type_name)
    row = least_row(shared.catalogue[type_name], next(NUMBERS), links)
    del row[field]
    with pytest.raises(ValuesRefused) as refused, shared.edit(LABEL) as edit:
        edit.insert(type_name, row)
    assert [problem.field for problem in refused.value.problems] == [field]


def _free_fields() -> list[tuple[str, str]]:
    """Fields that take any value, whatever other rows hold: one of each definition is enough."""
    found: dict[object, tuple[str, str]] = {}
    for asset_type in load_catalogue():
        if any(link.required for link in asset_type.links):
            continue
        for field in asset_type.columns:
            if isinstance(field, LinkField) or field.unique or field.name in asset_type.unique_across:
                continue
            limits = (getattr(field, "minimum", None), getattr(field, "maximum", None))
            found.setdefault((field.kind, field.storage, limits), (asset_type.name, field.name))
    return list(found.values())


class _Enough(Exception):
    """Rolls the edit back: every example starts with the same store."""


@settings(max_examples=60)
@given(data=st.data())
def test_whatever_a_field_takes_the_store_keeps(shared: Register, data: st.DataObject) -> None:
    type_name, name = data.draw(st.sampled_from(_free_fields()))
    asset_type = shared.catalogue[type_name]
    field = asset_type.field_named(name)
    value = data.draw(values(field).filter(lambda each: not any(field.check(each))))
    with contextlib.suppress(_Enough), shared.edit(LABEL) as edit:
        id = edit.insert(type_name, least_row(asset_type, next(NUMBERS), {}) | {name: value})
        row = current_row(shared._store, edit.connection, type_name, id)
        assert row is not None
        assert row[name] == value
        raise _Enough


def test_the_database_itself_refuses_what_breaks_a_hard_limit(shared: Register) -> None:
    """For other programs that write: not only our own door checks."""
    store = shared._store
    for type_name, values_ in (
        ("pipe", {"dn": 4001}),
        ("pipe", {"dn": 0}),
        ("pipe", {"code": "x" * 41}),
        ("pipe", {"material": "nonsense"}),
        ("valve", {"well": 99}),
        ("community", {"code": "X"}),  # its name is missing
    ):
        table = store.schema.assets[type_name]
        # PostgreSQL calls a text that is too long a fault of the data, not of integrity.
        refusal = (sa.exc.IntegrityError, sa.exc.DataError)
        with pytest.raises(refusal), store.engine.connect() as connection, connection.begin():
            connection.execute(table.insert().values(**values_))


def test_text_conditions_know_neither_case_nor_wildcards(opened: Register) -> None:
    with opened.edit(LABEL) as edit:
        for code in ("A-100%", "a-1000", "B_2", "Bx2"):
            edit.insert("valve", {"code": code})

    def codes(comparison: str, value: object) -> list[str]:
        query = Query("valve", where=Compare("code", comparison, value))  # type: ignore[arg-type]
        return [asset["code"] for asset in opened.find(query)]

    assert codes("=", "a-100%") == ["A-100%"]
    assert codes("contains", "100%") == ["A-100%"]
    assert codes("starts", "b_") == ["B_2"]
    assert codes("in", ("A-1000", "bX2")) == ["a-1000", "Bx2"]
    assert codes("!=", "b_2") == ["A-100%", "a-1000", "Bx2"]


def test_two_places_never_meet(place: Place) -> None:
    """Each test has a register of its own (guards the fixture)."""
    with place.open() as register:
        assert register.count("pipe") == 0
        assert register.data_version == 1
