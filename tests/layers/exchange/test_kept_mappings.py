"""Mappings kept by name: followed again by files of the same shape; and coordinate columns that somebody named."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from layers.errors import UserError
from layers.exchange.extent import extent_of
from layers.exchange.import_plan import ImportOptions, ImportPlan
from layers.exchange.importer import check_import, plan_import
from layers.exchange.kept_mappings import KeptMappings, used_in
from layers.exchange.mapping import ColumnRule, LayerMapping, TypeRule
from layers.model.catalogue_file import load_catalogue
from layers.store.worker import Worker

# One worker serves all tests of the module.
pytestmark = pytest.mark.keeps_running

CATALOGUE = load_catalogue()
#: No program could know which of these columns is what.
HEAD = "甲,乙,丙,丁\n"
FIRST = HEAD + "H-1,27.24,111.47,150\nH-2,27.25,111.48,100\n"
SECOND = HEAD + "H-3,27.26,111.49,100\n"


def hydrants(plan: ImportPlan) -> LayerMapping:
    """What somebody says the four columns are."""
    (layer,) = plan.layers
    rule = TypeRule("hydrant", (ColumnRule("甲", "code"), ColumnRule("丁", "feed_dn", 1.0, "mm")))
    return replace(layer.mapping, types={"hydrant": rule}, coordinates=("丙", "乙"), said=True)


@pytest.fixture
def kept(tmp_path: Path) -> KeptMappings:
    return KeptMappings(tmp_path / "mappings", CATALOGUE)


@pytest.fixture
def first(tmp_path: Path, worker: Worker) -> ImportPlan:
    """A plan of the first delivery, its mapping said by hand."""
    path = tmp_path / "第一批.csv"
    path.write_text(FIRST, encoding="utf-8")
    plan = plan_import(None, [path], worker=worker)
    assert not plan.imported
    options = ImportOptions().with_mapping(plan.layers[0].key, hydrants(plan))
    return plan_import(None, [path], options, worker=worker)


def test_columns_named_as_coordinates_place_the_rows(first: ImportPlan, worker: Worker) -> None:
    (layer,) = first.layers
    assert layer.survey.located == 2
    assert layer.survey.coordinate_fields == ("丙", "乙")
    assert layer.survey.bounds == (111.47, 27.24, 111.48, 27.25)
    checked = check_import(None, first, worker=worker)
    assert checked.count("hydrant") == 2
    box = extent_of(checked)
    assert box is not None
    # A hundredth of a degree is a kilometre here: degrees became metres of the register to be made.
    assert 900 < box.width < 1100
    assert 1000 < box.height < 1200


def test_without_one_of_the_two_there_is_no_place(first: ImportPlan, worker: Worker) -> None:
    (layer,) = first.layers
    options = first.options.with_mapping(layer.key, replace(layer.mapping, coordinates=("", "乙")))
    plan = plan_import(None, [layer.path], options, worker=worker)
    assert plan.layers[0].survey.located == 0
    assert "no_place" in {problem.rule for problem in plan.layers[0].problems}
    assert extent_of(check_import(None, plan, worker=worker)) is None


def test_a_file_of_the_same_columns_follows_what_was_kept(
    first: ImportPlan, kept: KeptMappings, worker: Worker, tmp_path: Path
) -> None:
    kept.keep("消火栓 2025", first)
    assert kept.names() == ("消火栓 2025",)
    next_one = tmp_path / "第二批.csv"
    next_one.write_text(SECOND, encoding="utf-8")
    known, refused = kept.all()
    assert not refused
    plan = plan_import(None, [next_one], ImportOptions(templates=known), worker=worker)
    assert used_in(plan) == ("消火栓 2025",)
    (layer,) = plan.layers
    assert layer.survey.coordinate_fields == ("丙", "乙")
    assert layer.mapping.types == first.layers[0].mapping.types
    # What comes is known by its own file, not by the one the mapping was made for.
    assert layer.mapping.dataset == "第二批"
    other = tmp_path / "别的.csv"
    other.write_text("甲,乙,丙\nA,1,2\n", encoding="utf-8")
    assert used_in(plan_import(None, [other], ImportOptions(templates=known), worker=worker)) == ()
    kept.forget("消火栓 2025")
    assert kept.names() == ()


def test_one_that_was_broken_by_hand_is_told_and_the_others_stay(
    first: ImportPlan, kept: KeptMappings, tmp_path: Path
) -> None:
    kept.keep("好的", first)
    (tmp_path / "mappings" / "坏的.toml").write_text('[[layer]]\ncoordinates = "X"\n', encoding="utf-8")
    known, refused = kept.all()
    assert [each.name for each in known] == ["好的"]
    assert [error.title.id for error in refused] == ["import.mapping.not_pair"]


@pytest.mark.parametrize("name", ["", "  ", ".hidden", "a/b", "a\\b", "x" * 61, "a:b"])
def test_a_name_that_cannot_be_a_file_is_refused(first: ImportPlan, kept: KeptMappings, name: str) -> None:
    with pytest.raises(UserError) as raised:
        kept.keep(name, first)
    assert raised.value.hint is not None
    assert kept.names() == ()
