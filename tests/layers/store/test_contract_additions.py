"""Fields and code lists that a company adds: kept, checked, exported, switched off, undone - in every store."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from shapely.geometry import LineString

from layers.errors import UserError
from layers.exchange.export import ExportOptions, export_assets
from layers.model.catalogue_file import load_catalogue
from layers.model.fields import ChoiceField
from layers.register import Register
from layers.store.value_rules import ValuesRefused
from layers.text import Message
from tests.layers.store.conftest import Place

pytestmark = pytest.mark.keeps_running

LABEL = Message("action.import")
LINE = LineString([(538000, 3016000), (538100, 3016000)])


def add(register: Register, key: str, kind: str, **more: object) -> int:
    values = {"key": key, "title_zh": "井盖颜色", "title_en": "Lid colour", "field_kind": kind, **more}
    with register.edit(LABEL) as edit:
        return edit.insert("added_field", values)


def insert(register: Register, **values: object) -> int:
    with register.edit(LABEL) as edit:
        return edit.insert("pipe", {"dn": 100, "geom": LINE, **values})


def test_fields_of_every_kind_hold_values_with_history_and_undo(place: Place) -> None:
    with place.open() as register:
        add(register, "pipe.x_word", "text", position=2)
        add(register, "pipe.x_depth", "number", unit="m", minimum=0.0, maximum=9.5, position=1)
        add(register, "pipe.x_count", "integer")
        add(register, "pipe.x_lined", "boolean")
        add(register, "pipe.x_seen", "date")
        add(register, "pipe.x_road", "choice", code_list="road_class")
        assert register.awaits_opening
        assert "x_word" not in register.catalogue["pipe"]
    with place.open() as register:
        assert not register.awaits_opening
        assert not register.opening_findings
        assert not register.read_only
        pipe = register.catalogue["pipe"]
        own = [field.name for field in pipe.fields if field.section == "added"]
        assert own == ["x_count", "x_lined", "x_seen", "x_road", "x_depth", "x_word"]
        assert pipe.field_named("x_depth").title.en == "Lid colour"
        assert pipe.field_named("x_depth").unit == "m"
        code = next(iter(register.catalogue.code_lists["road_class"].entries)).code
        values = {
            "x_word": "蓝", "x_depth": 1.25, "x_count": 3, "x_lined": True, "x_seen": "2024-05", "x_road": code
        }  # fmt: skip
        id = insert(register, **values)
        with pytest.raises(ValuesRefused):
            insert(register, x_depth=9.75)
        asset = register.get("pipe", id)
        assert asset is not None
        assert {name: asset.values[name] for name in values} == values
        with register.edit(LABEL) as edit:
            edit.update("pipe", id, asset.version, {"x_word": "红"})
        assert register.row_changes(type="pipe", id=id)[0].before["x_word"] == "蓝"
        register.undo()
        table = register.columns("pipe", ["x_word", "x_depth"])
        assert table.column("x_word").to_pylist() == ["蓝"]
        assert table.column("x_depth").type == pa.float64()


def test_one_that_is_undone_or_switched_off_is_not_shown_and_loses_nothing(place: Place) -> None:
    with place.open() as register:
        first = add(register, "pipe.x_word", "text")
        add(register, "pipe.x_other", "text")
    with place.open() as register:
        id = insert(register, x_word="蓝", x_other="绿")
        with register.edit(LABEL) as edit:
            edit.update("added_field", first, 1, {"active": False, "title_zh": "颜色"})
        assert "x_word" not in register.catalogue["pipe"]
        step = next(
            c for c in register.change_sets() if "added_field" in c.changes and c.id != register.data_version
        )
        register.undo_change_set(step.id)
        assert "x_other" not in register.catalogue["pipe"]
    with place.open() as register:
        assert not register.read_only
        assert not register.opening_findings
        assert "x_word" not in register.catalogue["pipe"]
        asset = register.get("pipe", id)
        assert asset is not None
        with register.edit(LABEL) as edit:
            edit.update("added_field", first, 2, {"active": True})
        field = register.catalogue["pipe"].field_named("x_word")
        assert field.title.zh == "颜色"
        assert register.columns("pipe", ["x_word"]).column("x_word").to_pylist() == ["蓝"]


def test_a_code_list_of_ones_own_is_filled_and_chosen_from(place: Place) -> None:
    with place.open() as register, register.edit(LABEL) as edit:
        edit.insert("added_list", {"name": "x_colour", "title_zh": "颜色"})
        edit.insert(
            "added_field",
            {"key": "valve.x_lid", "title_zh": "井盖", "field_kind": "choice", "code_list": "x_colour"},
        )
    with place.open() as register:
        with register.edit(LABEL) as edit:
            edit.insert("c_x_colour", {"code": "R", "title_zh": "红", "title_en": "red"})
        field = register.catalogue["valve"].field_named("x_lid")
        assert isinstance(field, ChoiceField)
        assert field.parse("红") == "R"
        with register.edit(LABEL) as edit:
            edit.insert("valve", {"x_lid": "R"})
        with pytest.raises(UserError), register.edit(LABEL) as edit:
            edit.insert("valve", {"x_lid": "Z"})


def test_what_makes_no_field_is_left_alone(place: Place) -> None:
    with place.open() as register:
        # As long as nothing is added, all registers share what was worked out of the program's own.
        assert register.catalogue is load_catalogue()
        add(register, "nothing.x_word", "text")
        add(register, "pipe.x_lost", "choice", code_list="no_such_list")
        with pytest.raises(ValuesRefused):
            add(register, "pipe.code); drop", "text")
    with place.open() as register:
        assert not register.read_only
        assert "x_lost" not in register.catalogue["pipe"]
        insert(register)


def test_they_go_out_with_an_export(place: Place, tmp_path: Path) -> None:
    with place.open() as register:
        add(register, "pipe.x_word", "text")
    with place.open() as register:
        insert(register, x_word="蓝")
        export_assets(register, tmp_path / "out.csv", ExportOptions(types=("pipe",)))
    assert "蓝" in next(tmp_path.glob("**/*.csv")).read_text(encoding="utf-8-sig")
