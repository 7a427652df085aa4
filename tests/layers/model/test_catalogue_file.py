"""The catalogue loader: what it adds, and that every mistake in a file is named with file and line."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from layers.errors import CatalogueError
from layers.model import catalogue_file
from layers.model.catalogue import Catalogue
from layers.model.catalogue_file import load_catalogue
from layers.model.code_list import CodeEntry, normalise
from layers.model.fields import ChoiceField, LinkField
from layers.text import LANGUAGES, Texts, Title

SHIPPED = Path(catalogue_file.__file__).resolve().parent.parent / "catalogue"


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the catalogue to spoil."""
    return Path(shutil.copytree(SHIPPED, tmp_path / "catalogue"))


def spoil(folder: Path, file: str, old: str, new: str) -> int:
    """Replace the first ``old`` by ``new``; the line where it stood."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    at = text.index(old)
    path.write_text(text[:at] + new + text[at + len(old) :], encoding="utf-8")
    return text[:at].count("\n") + 1


@pytest.mark.parametrize(
    ("file", "old", "new", "rule"),
    [
        ("pipe.toml", 'kind = "integer"', 'kind = "intager"', "not_one_of"),
        ("pipe.toml", "usual_minimum = 15", "usual_minimun = 15", "unknown_key"),
        ("pipe.toml", "usual_minimum = 15", 'usual_minimum = "15"', "not_a_number"),
        ("pipe.toml", "usual_minimum = 15", "usual_minimum = 9000", "limits_out_of_order"),
        ("pipe.toml", "length = 40", 'length = "40"', "not_whole"),
        ("pipe.toml", "required = true", "required = 1", "not_true_or_false"),
        ("pipe.toml", 'list = "material"', 'list = "matreial"', "unknown_list"),
        ("pipe.toml", 'targets = ["pipe"]', 'targets = ["pump"]', "unknown_target"),
        ("pipe.toml", 'targets = ["pipe"]', "targets = []", "missing_key"),
        ("pipe.toml", 'section = "length"', 'section = "lenght"', "unknown_section"),
        ("pipe.toml", '{ zh = "公称直径", en = "Nominal diameter" }', '{ zh = "公称直径" }', "bad_title"),
        (
            "pipe.toml",
            '{ zh = "公称直径", en = "Nominal diameter" }',
            '{ zh = "公称直径", en = " " }',
            "bad_title",
        ),
        ("pipe.toml", 'aliases = ["de"', 'aliases = ["管径", "de"', "duplicate_alias"),
        ("pipe.toml", 'name = "outside_diameter_mm"', 'name = "dn"', "duplicate_field"),
        ("pipe.toml", 'shape = "line"', 'shape = "curve"', "not_one_of"),
        ("pipe.toml", 'kind_field = "function"', 'kind_field = "funktion"', "unknown_field"),
        ("pipe.toml", 'kind_field = "function"', 'kind_field = "code"', "kind_not_a_choice"),
        ("pipe.toml", 'search_fields = ["code", "road"]', 'search_fields = ["kode"]', "unknown_field"),
        ("pipe.toml", 'parts = ["lifecycle"', 'parts = ["located"', "unknown_part"),
        ("pipe.toml", 'raw = "51011000"', 'raw = "5101100"', "bad_element_code"),
        ("pipe.toml", 'raw = "51011000"', 'rawish = "51011000"', "unknown_kind"),
        ("pipe.toml", "[[field]]", "[[fields]]", "unknown_key"),
        ("pipe.toml", "[sections]", "[sections", "not_toml"),
        ("valve.toml", 'name = "valve"', 'name = "pipe"', "duplicate_type"),
        ("valve.toml", 'aliases = ["阀"', 'aliases = ["管线", "阀"', "duplicate_type_alias"),
        ("attachment.toml", "pattern = ", 'pattern = "[" # ', "bad_pattern"),
        ("code_lists/material.toml", 'code = "CI"', 'code = "DI"', "duplicate_word"),
        ("code_lists/material.toml", '"球墨"', '"钢管"', "duplicate_word"),
        ("code_lists/material.toml", 'code = "CI"', 'code = "GREY_CAST_IRON_PIPE"', "code_too_long"),
        ("code_lists/material.toml", 'en = "Cast iron"', "en = 3", "not_a_text"),
        ("code_lists/material.toml", 'en = "Cast iron"', 'en = "Cast iron", colour = "red"', "unknown_key"),
        ("code_lists/material.toml", 'name = "material"', 'name = "lining"', "duplicate_list"),
        ("settings.toml", "default = 100", 'default = "x"', "bad_default"),
        ("settings.toml", "default = 100", "default = 0", "bad_default"),
        ("settings.toml", 'name = "dn_classes"', 'name = "dn_threshold"', "duplicate_setting"),
        ("settings.toml", 'group = "statistics"', 'group = "stats"', "not_one_of"),
        ("settings.toml", 'kind = "classes"', 'kind = "link"', "not_one_of"),
        ("parts/remark.toml", "length = 1000", "lenght = 1000", "unknown_key"),
    ],
)
def test_a_mistake_is_named_with_file_and_line(
    folder: Path, file: str, old: str, new: str, rule: str
) -> None:
    line = spoil(folder, file, old, new)
    with pytest.raises(CatalogueError) as error:
        load_catalogue(folder)
    title = error.value.title
    assert title.id == f"catalogue.{rule}"
    assert title.parameters["file"] == Path(file).name
    # Exactly there, or at the head of the table it stands in.
    assert line - 12 <= title.parameters["line"] <= line + 12
    if rule in ("unknown_key", "not_one_of", "unknown_list", "unknown_target", "not_whole", "bad_title"):
        assert title.parameters["line"] == line
    for language in LANGUAGES:
        said = Texts(language).render(title)
        assert Path(file).name in said
        assert str(title.parameters["line"]) in said
        assert "{" not in said.replace("{ zh", "")
        assert error.value.hint is not None
        assert Path(file).name in Texts(language).render(error.value.hint)


def test_located_types_get_their_place(catalogue: Catalogue) -> None:
    for asset_type in catalogue:
        has_place = {"geom", "position_origin", "position_accuracy_m"} <= {f.name for f in asset_type.fields}
        assert has_place == (asset_type.shape is not None)
        assert (asset_type.geometry_field is None) == (asset_type.shape is None)
        if asset_type.geometry_field:
            assert asset_type.geometry_field.shape == asset_type.shape


def test_fields_with_an_origin_get_companions_beside_them(catalogue: Catalogue) -> None:
    names = [f.name for f in catalogue["pipe"].fields]
    at = names.index("dn")
    assert names[at : at + 4] == ["dn", "dn_origin", "dn_accuracy", "dn_source"]
    origin = catalogue["pipe"].field_named("dn_origin")
    assert isinstance(origin, ChoiceField)
    assert (origin.code_list.name, origin.companion_of, origin.section) == ("data_origin", "dn", "basic")
    assert origin.title == Title("公称直径来源", "Nominal diameter: origin")
    for name in ("dn", "material", "laid_date"):
        assert f"{name}_accuracy" in catalogue["pipe"]


def test_code_lists_are_types_too(catalogue: Catalogue) -> None:
    for code_list in catalogue.code_lists.values():
        assert catalogue[code_list.table].group == "system"
        own = code_list.own
        assert [f.name for f in catalogue[code_list.table].fields] == [
            "code", "title_zh", "title_en", "standard", "aliases", "position", "active", "remark", *own,
        ]  # fmt: skip


def test_survey_numbers_are_unique_over_the_point_types(catalogue: Catalogue) -> None:
    points = [t for t in catalogue.of_group("network") if t.shape == "point"]
    assert {t.name for t in points} >= {
        "valve",
        "hydrant",
        "meter",
        "meter_well",
        "network_point",
        "facility",
    }
    assert all("survey_no" in t.unique_across and "survey_no" in t for t in points)
    assert "survey_no" not in catalogue["pipe"]


def test_codes_of_the_standard(catalogue: Catalogue) -> None:
    assert catalogue["pipe"].element_codes["distribution"] == "51041000"
    assert catalogue["hydrant"].element_codes[""] == "51042202"
    assert catalogue["meter_well"].element_codes["valve_well"] == "51042205"
    assert catalogue["network_point"].element_codes["reducer"] == "51042104"
    standard = {e.code: e.standard for e in catalogue.code_lists["lifecycle"].entries}
    assert standard == {
        "planned": "3", "construction": "3", "in_service": "0",
        "out_of_service": "2", "abandoned": "1", "removed": "1",
    }  # fmt: skip
    assert {e.standard for e in catalogue.code_lists["material"].entries} >= {
        "ZT", "G", "T", "PE", "PVC", "BLG", "QM", "SM", "TC",
    }  # fmt: skip


def test_every_word_of_a_list_finds_its_entry(catalogue: Catalogue) -> None:
    for code_list in catalogue.code_lists.values():
        for entry in code_list.entries:
            for word in (entry.code, entry.title.zh, entry.title.en, *entry.aliases):
                assert code_list.find(word) == entry, (code_list.name, word)
                assert code_list.find(f" {word.upper()} ") == entry
            if entry.standard:
                assert code_list.find(entry.standard) is not None


def test_points_and_commas_inside_numbers_count(catalogue: Catalogue) -> None:
    assert normalise("1.0") != normalise("10")
    assert normalise("St. Function") == normalise("stfunction")
    assert catalogue.code_lists["pressure_class"].find("1.6 MPa") == catalogue.code_lists[
        "pressure_class"
    ].get("PN16")


def test_a_company_extends_a_list_without_changing_the_shipped_one(catalogue: Catalogue) -> None:
    own = CodeEntry("BAMBOO", Title("竹", "Bamboo"), position=999)
    extended = catalogue.with_code_entries({"material": [own]})
    field = extended["pipe"].field_named("material")
    assert isinstance(field, ChoiceField)
    assert field.parse("竹") == "BAMBOO"
    assert extended.code_lists["material"].entries[-1] == own
    assert extended.settings == catalogue.settings
    assert catalogue.code_lists["material"].get("BAMBOO") is None


def test_codes_follow_the_types_pattern(catalogue: Catalogue) -> None:
    assert catalogue["pipe"].code(7) == "GD-000007"
    prefixes = [t.code_prefix for t in catalogue if t.code_prefix]
    assert len(prefixes) == len(set(prefixes))
    for asset_type in catalogue:
        if "code" in asset_type and asset_type.code_prefix:
            assert len(asset_type.code(1)) <= asset_type.field_named("code").storage.length


def test_links_back_are_known(catalogue: Catalogue) -> None:
    to_wells = {(t.name, f.name) for t, f in catalogue.linking_to("meter_well")}
    assert {("meter", "well"), ("valve", "well"), ("hydrant", "well"), ("attachment", "target")} <= to_wells
    target = catalogue["assignment"].field_named("target")
    assert isinstance(target, LinkField)
    assert target.several


def test_personal_data_is_marked(catalogue: Catalogue) -> None:
    personal = {(t.name, f.name) for t in catalogue for f in t.fields if f.personal}
    assert {
        ("customer", "name"),
        ("customer", "phone"),
        ("customer", "address"),
        ("person", "phone"),
    } <= personal


def test_names_are_fit_for_tables_of_both_stores(catalogue: Catalogue) -> None:
    for asset_type in catalogue:
        for name in (asset_type.name, *(f.name for f in asset_type.fields)):
            assert re.fullmatch(r"[a-z][a-z0-9_]{0,50}", name)
            assert name not in {"fid", "row_version", "source_id", "source_key", "source_hash"}


def test_reading_again_costs_nothing(catalogue: Catalogue) -> None:
    assert load_catalogue() is catalogue
