"""What assets are called, and what of several of them adds up."""

from __future__ import annotations

from layers.model.catalogue_file import load_catalogue
from layers.model.naming import label_of
from layers.model.number_fields import NumberField
from layers.text import Title

CATALOGUE = load_catalogue()


def test_words_of_lists_are_told_in_either_language() -> None:
    milestone = CATALOGUE["milestone"]
    assert label_of(milestone, 7, {"stage": "started"}) == Title("开工", "Start")
    # An entry that the company took out of its list is still told.
    assert label_of(milestone, 7, {"stage": "x_gone"}) == "x_gone"
    assert label_of(CATALOGUE["project"], 7, {"code": "XM-1"}) == "XM-00007"
    assert label_of(CATALOGUE["project"], 7, {"name": "西湖路改造"}) == "西湖路改造"


def test_money_and_metres_of_projects_add_up() -> None:
    def adds_up(type_name: str, name: str) -> bool:
        field = CATALOGUE[type_name].field_named(name)
        return isinstance(field, NumberField) and field.adds_up

    assert adds_up("project", "budget")
    assert adds_up("project", "planned_length")
    assert adds_up("pipe", "as_built_length_m")
    assert not adds_up("project", "cost_share")
    assert not adds_up("budget_item", "unit_price")
