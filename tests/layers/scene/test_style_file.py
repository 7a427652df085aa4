"""Styles are data: everything they name exists, and every asset of a drawn type has a class."""

from __future__ import annotations

import tomllib
from itertools import product

import pytest

from layers.model.catalogue import Catalogue
from layers.model.catalogue_file import load_catalogue
from layers.model.fields import BooleanField, ChoiceField
from layers.model.settings import NumberClass
from layers.resources import resource_root
from layers.scene.style import LayerStyle, Look, MapStyle, Rule
from layers.scene.style_file import load_style, style_names
from tests.contrast import contrast


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


@pytest.fixture(scope="module", params=style_names())
def style(request: pytest.FixtureRequest, catalogue: Catalogue) -> MapStyle:
    return load_style(request.param, catalogue.settings["dn_classes"].default)


def looks(style: MapStyle) -> list[Look]:
    return [each.look for layer in style.layers for each in layer.classes]


def test_by_diameter_comes_first() -> None:
    assert style_names()[0] == "diameter"


def test_mains_can_be_told_apart_by_what_is_asked_most() -> None:
    assert set(style_names()) >= {"diameter", "material", "period", "status", "condition"}


def test_every_class_of_mains_stands_out_from_the_land(style: MapStyle) -> None:
    for theme in ("light", "dark"):
        with (resource_root() / "themes" / f"{theme}.toml").open("rb") as file:
            tokens = tomllib.load(file)["color"]
        mains = next(layer for layer in style.layers if layer.drawing == "main")
        weak = {
            each.id: ratio
            for each in mains.classes
            if (ratio := contrast(tokens[each.look.colour], tokens["map_land"])) < 3.0
        }
        assert weak == {}, theme


def test_an_unknown_style_is_a_key_error(catalogue: Catalogue) -> None:
    with pytest.raises(KeyError, match="rainbow"):
        load_style("rainbow", catalogue.settings["dn_classes"].default)


def test_every_type_field_and_value_is_in_the_catalogue(style: MapStyle, catalogue: Catalogue) -> None:
    for layer in style.layers:
        asset_type = catalogue[layer.type]
        for rule in (rule for each in layer.classes for rule in each.rules):
            field = asset_type.field_named(rule.field)
            if isinstance(field, BooleanField):
                assert set(rule.values) <= {"true", "false"}
            elif isinstance(field, ChoiceField):
                codes = {entry.code for entry in field.code_list.entries}
                assert {*rule.values, *rule.other_than} <= codes, f"{layer.id}: {rule.field}"
        if layer.labels not in (None, "main"):
            assert layer.labels in asset_type


def test_every_type_of_the_network_is_drawn(style: MapStyle, catalogue: Catalogue) -> None:
    drawn = {layer.type for layer in style.layers}
    assert {t.name for t in catalogue.of_group("network") if t.shape} <= drawn


def test_class_ids_are_unique(style: MapStyle) -> None:
    ids = [f"{layer.id}/{each.id}" for layer in style.layers for each in layer.classes]
    assert len(ids) == len(set(ids))
    assert len({layer.id for layer in style.layers}) == len(style.layers)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_colour_is_a_token_of_both_themes(style: MapStyle, theme: str) -> None:
    with (resource_root() / "themes" / f"{theme}.toml").open("rb") as file:
        tokens = tomllib.load(file)["color"]
    for look in looks(style):
        for name in (look.colour, look.casing, look.core, look.fill):
            assert name is None or name in tokens


def test_every_symbol_is_drawn_by_us(style: MapStyle) -> None:
    folder = resource_root() / "icons" / "assets"
    named = {part for look in looks(style) if look.symbol for part in look.symbol.split("+")}
    assert named
    assert {name for name in named if not (folder / f"{name}.svg").is_file()} == set()


def test_width_of_mains_rises_with_their_size(catalogue: Catalogue) -> None:
    style = load_style("diameter", catalogue.settings["dn_classes"].default)
    mains = next(layer for layer in style.layers if layer.drawing == "main")
    diameters = [each for each in mains.classes if each.rules and each.rules[0].field == "dn"]
    by_size = sorted(diameters, key=lambda each: each.rules[0].lower or 0)
    assert [each.look.width for each in by_size] == sorted({each.look.width for each in by_size})
    assert len(by_size) == 5


def matching(layer: LayerStyle, row: dict[str, object]) -> list[str]:
    return [each.id for each in layer.classes if all(meets(rule, row.get(rule.field)) for rule in each.rules)]


def meets(rule: Rule, value: object) -> bool:
    if rule.other_than:
        return str(value) not in rule.other_than
    if rule.blank or value is None:
        return rule.blank and value is None
    if rule.values:
        return (str(value).lower() if isinstance(value, bool) else str(value)) in rule.values
    number = float(str(value))
    return (rule.lower is None or number >= rule.lower) and (rule.upper is None or number < rule.upper)


@pytest.mark.parametrize("text", ["<100; [100,250); [250,450); [450,900); >=900", "<=200; (200,600); >=600"])
def test_every_diameter_lies_in_one_class(text: str) -> None:
    classes = [NumberClass.parse(part.strip()) for part in text.split(";")]
    style = load_style("diameter", [each for each in classes if each is not None])
    mains = next(layer for layer in style.layers if layer.drawing == "main")
    for dn in range(1, 4001):
        sized = [i for i in matching(mains, {"dn": dn, "status": "in_service"}) if i != "dn_unknown"]
        assert len(sized) == 1, dn
    assert matching(mains, {"dn": None, "status": "in_service"}) == ["dn_unknown"]


def test_every_combination_of_values_has_a_class(style: MapStyle, catalogue: Catalogue) -> None:
    """An asset that no class takes would be in the book and not on the map."""
    for name in {layer.type for layer in style.layers}:
        layers = [layer for layer in style.layers if layer.type == name]
        ranges: dict[str, list[object]] = {}
        for field_name in dict.fromkeys(field for layer in layers for field in layer.fields):
            if field_name not in catalogue[name]:
                continue
            field = catalogue[name].field_named(field_name)
            if isinstance(field, ChoiceField):
                # A company may add entries of its own.
                codes = [entry.code for entry in field.code_list.entries]
                ranges[field_name] = [None, *codes, *(["company"] if field.code_list.extensible else [])]
            elif isinstance(field, BooleanField):
                ranges[field_name] = [None, True, False]
            else:
                ranges[field_name] = [None, 1, 100, 5000]
        # What was removed is no longer there to be drawn.
        ranges = {field: [v for v in values if v != "removed"] for field, values in ranges.items()}
        for values in product(*ranges.values()):
            row = dict(zip(ranges, values, strict=True))
            assert any(matching(layer, row) for layer in layers), (name, row)
