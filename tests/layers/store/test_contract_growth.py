"""A register of an older program opens: completed with what the catalogue has more, nothing of its own touched."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.errors import UserError
from layers.geometry.crs import Crs
from layers.model.catalogue import Catalogue
from layers.model.query import Query
from layers.register import Register
from layers.text import Message
from tests.layers.store.older import TODAY, server_structure, some_older, without
from tests.layers.store.postgres import TestServer
from tests.layers.store.samples import least_row
from tests.layers.store.snapshot import Snapshot, snapshot
from tests.layers.store.test_migrations import structure

pytestmark = pytest.mark.keeps_running

LABEL = Message("store.created")
OLDER = without(
    types={"leak", "bookmark", "map_style"},
    columns={("hydrant", "road"), ("hydrant", "well"), ("pipe", "remark"), ("meter", "geom")},
    entries={"lifecycle:abandoned", "material:PE"},
)


@dataclass(frozen=True, eq=False)
class Ground:
    """Where registers are made on one store; ``structure`` reads back what a target is made of."""

    new: Callable[[], str | Path]
    copy: Callable[[str | Path], str | Path]
    structure: Callable[[str | Path], object]

    def make(self, catalogue: Catalogue) -> str | Path:
        target = self.new()
        Register.create(target, Crs.parse("EPSG:4546"), actor="old", catalogue=catalogue).close()
        return target

    @cached_property
    def _older(self) -> str | Path:
        return self.make(OLDER)

    def older(self) -> str | Path:
        """A register of the older catalogue, untouched: a copy of one that nobody opens."""
        return self.copy(self._older)


@pytest.fixture(scope="module", params=["geopackage", "postgis"])
def ground(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    if request.param == "postgis":
        running: TestServer = request.getfixturevalue("running_server")
        yield Ground(
            lambda: running.new_database("template_postgis"),
            lambda t: running.new_database(str(t).rpartition("/")[2]),
            lambda t: server_structure(str(t)),
        )
        running.drop_databases()
        return
    folder, numbers = tmp_path_factory.mktemp("growth"), itertools.count()

    def new() -> Path:
        return folder / f"city{next(numbers)}.gpkg"

    yield Ground(new, lambda t: Path(shutil.copy(t, new())), lambda t: structure(Path(t)))


class Structure:
    """How a new register is made; told in a word, for it is longer than any report of a test."""

    def __init__(self, whole: object) -> None:
        self.whole = whole

    def __repr__(self) -> str:
        return "<structure>"


@pytest.fixture(scope="module")
def fresh(ground: Ground) -> Structure:
    return Structure(ground.structure(ground.make(TODAY)))


def open_with(target: str | Path, catalogue: Catalogue = TODAY) -> Register:
    return Register.open(target, actor="new", catalogue=catalogue)


def kept(before: Snapshot, after: Snapshot) -> bool:
    """Whether every row of before is there, in every column it had."""
    return all(
        {name: after[type_name][id][name] for name in row} == row
        for type_name, rows in before.items()
        for id, row in rows.items()
    )


def test_completed_register_is_as_a_new_one_and_keeps_everything(ground: Ground, fresh: Structure) -> None:
    target = ground.older()
    with Register.open(target, actor="old", catalogue=OLDER) as register:
        with register.edit(LABEL) as edit:
            hydrant = edit.insert("hydrant", {"code": "H1", "geom": shapely.Point(500_000, 3_400_000)})
            meter = edit.insert("meter", {"code": "M1"})
        with register.edit(LABEL) as edit:
            edit.update("hydrant", hydrant, 1, {"remark": "换过"})
        before, acts = snapshot(register), register.change_sets()
        trail = register.row_changes()
    with open_with(target) as register:
        assert not register.read_only
        assert register.opening_findings == []
        assert ground.structure(target) == fresh.whole
        after = snapshot(register)
        assert kept(before, after)
        assert register.change_sets()[1:] == acts
        (upgrade,) = [c for c in register.change_sets() if c.kind == "upgrade"]
        assert upgrade.label.parameters["types"] == 3
        assert upgrade.changes["hydrant"].fields == {"road", "well"}
        assert upgrade.changes["c_material"].count == 1
        assert "PE" in [c.after["code"] for c in register.row_changes(upgrade.id) if c.after]
        assert [
            (c.type, c.id, c.operation) for c in register.row_changes() if c.change_set != upgrade.id
        ] == [(c.type, c.id, c.operation) for c in trail]
        assert TODAY.code_lists["material"].get("PE") == register.catalogue.code_lists["material"].get("PE")
        with register.edit(LABEL) as edit:
            road = edit.update("hydrant", hydrant, 2, {"road": "人民路"})
            edit.update("meter", meter, 1, {"geom": shapely.Point(500_100, 3_400_100)})
            edit.insert("leak", {"geom": shapely.Point(500_050, 3_400_050)})
            edit.insert("bookmark", {"name": "b", "centre_x": 1, "centre_y": 1, "width_m": 1, "height_m": 1})
        assert road == 3
        bounds = register.bounds("meter", "leak")
        assert bounds is not None
        assert (bounds.x0, bounds.x1) == (500_050, 500_100)
        assert [c.operation for c in register.row_changes(type="leak")] == ["insert"]
        register.undo()
        assert register.count("leak") == 0
        assert register.get("hydrant", hydrant)["road"] is None  # type: ignore[index]


def test_second_opening_adds_nothing_and_the_upgrade_is_not_undone(ground: Ground) -> None:
    target = ground.older()
    with open_with(target) as register:
        acts = register.change_sets()
        assert register.undo() is None
        with pytest.raises(UserError):
            register.undo_change_set(acts[0].id)
    for _ in range(2):
        with open_with(target) as register:
            assert register.change_sets() == acts
            assert [a.kind for a in acts] == ["upgrade", "creation"]


def test_what_the_company_did_to_its_code_lists_stays(ground: Ground) -> None:
    target = ground.older()
    with Register.open(target, actor="company", catalogue=OLDER) as register, register.edit(LABEL) as edit:
        rows = {row["code"]: row for row in register.find(Query("c_material"))}
        renamed, off, gone, recoded = list(rows.values())[:4]
        edit.update("c_material", renamed.id, 1, {"title_zh": "本公司的叫法"})
        edit.update("c_material", off.id, 1, {"active": False})
        edit.delete("c_material", gone.id, 1)
        edit.update("c_material", recoded.id, 1, {"code": "own-code"})
        edit.insert("c_material", {"code": "PE", "title_zh": "自己加的 PE", "title_en": "own PE"})
        edit.insert("c_material", {"code": "gold", "title_zh": "金", "title_en": "gold"})
    with Register.open(target, actor="company", catalogue=OLDER) as register:
        before = snapshot(register)
    with open_with(target) as register:
        after = snapshot(register)
        assert kept(before, after)
        # Nothing new came into the list: what was taken out or renamed does not return, PE is the company's.
        assert after["c_material"] == before["c_material"]
        assert len(after["c_lifecycle"]) == len(before["c_lifecycle"]) + 1
        with register.edit(LABEL) as edit:
            edit.insert("pipe", {"material": "PE"})


@settings(max_examples=3, deadline=None)
@given(st.integers(0, 2**32))
def test_any_older_catalogue_is_completed(ground: Ground, fresh: Structure, seed: int) -> None:
    older = some_older(seed)
    target = ground.make(older)
    with open_with(target) as register:
        assert ground.structure(target) == fresh.whole
        assert not register.read_only
        for name, code_list in TODAY.code_lists.items():
            assert register.count(f"c_{name}") == len(code_list.entries)
    with open_with(target) as register:
        assert len(register.change_sets()) == 2 if older.outline.digest != TODAY.outline.digest else 1


@settings(max_examples=2, deadline=None)
@given(st.integers(0, 2**32))
def test_any_older_catalogue_with_rows_keeps_them(ground: Ground, seed: int) -> None:
    """Rows there are: a field that must be filled is added all the same, and blank until the next edit."""
    older = some_older(seed)
    target = ground.make(older)
    with Register.open(target, actor="old", catalogue=older) as register:
        with register.edit(LABEL) as edit:
            for number, asset_type in enumerate(older):
                if any(f.required for f in asset_type.links) or asset_type.name.startswith("c_"):
                    continue
                row = least_row(asset_type, number, {})
                edit.put(asset_type.name, {**row, "code": f"X{number}"} if "code" in asset_type else row)
        before = snapshot(register)
    with open_with(target) as register:
        assert register.opening_findings == []
        assert kept(before, snapshot(register))


def test_only_readable_register_of_an_older_program_is_read_as_it_is(ground: Ground) -> None:
    target = ground.older()
    with Register.open(target, actor="old", catalogue=OLDER) as register, register.edit(LABEL) as edit:
        edit.insert("hydrant", {"code": "H1", "geom": shapely.Point(500_000, 3_400_000)})
    before = ground.structure(target)
    with Register.open(target, actor="reader", read_only=True) as register:
        assert register.read_only
        assert [f.rule for f in register.opening_findings] == ["older_catalogue"]
        assert "leak" not in register.catalogue
        assert "road" not in register.catalogue["hydrant"]
        (hydrant,) = register.find(Query("hydrant"))
        assert hydrant["code"] == "H1"
        assert register.columns("hydrant", geometry=True).num_rows == 1
        assert register.summary().types["hydrant"].count == 1
        with pytest.raises(UserError), register.edit(LABEL) as edit:
            edit.insert("hydrant", {})
    assert ground.structure(target) == before


def test_register_of_a_newer_catalogue_is_only_read(ground: Ground) -> None:
    target = ground.older()
    with open_with(target) as register, register.edit(LABEL) as edit:
        edit.insert("leak", {"code": "L1"})
        edit.insert("hydrant", {"code": "H1", "road": "人民路"})
    with Register.open(target, actor="older program", catalogue=OLDER) as register:
        assert register.read_only
        (finding,) = register.opening_findings
        assert finding.rule == "newer_catalogue"
        assert "leak" in finding.message.parameters["names"]
        (hydrant,) = register.find(Query("hydrant"))
        assert "road" not in hydrant.values
        # Its acts are listed, those on types it does not know without them.
        assert [c.kind for c in register.change_sets()] == ["edit", "upgrade", "creation"]
        assert [c.type for c in register.row_changes(register.change_sets()[0].id)] == ["hydrant"]
        with pytest.raises(UserError), register.edit(LABEL) as edit:
            edit.insert("hydrant", {})
    with open_with(target) as register:
        assert not register.read_only
        assert register.count("leak") == 1
