"""What layers and columns of foreign files are taken for, and the mapping files that keep it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.errors import UserError
from layers.exchange.coordinates import find_coordinates
from layers.exchange.mapping import (
    BY_SHAPE,
    Choice,
    ColumnRule,
    Guesser,
    LayerMapping,
    TypeRule,
    native_id,
)
from layers.exchange.mapping_file import bundled_mappings, dump_mapping, load_mapping
from layers.exchange.survey import ColumnSurvey, LayerSurvey
from layers.exchange.units import (
    LengthRatio,
    coordinate_unit,
    guess_length_unit,
    guess_unit,
    length_ratio,
    to_nominal,
)
from layers.exchange.vocabulary import Vocabulary, unit_of, words_of
from layers.model.catalogue import Shape
from layers.model.catalogue_file import load_catalogue
from layers.text import Texts

CATALOGUE = load_catalogue()
VOCABULARY = Vocabulary(CATALOGUE)
GUESSER = Guesser(CATALOGUE, VOCABULARY)


def column(name: str, values: Sequence[Any]) -> ColumnSurvey:
    filled = [value for value in values if value is not None]
    numbers = sorted(float(v) for v in filled if isinstance(v, int | float))
    kind = "number" if any(isinstance(v, float) for v in filled) else "integer" if numbers else "text"
    spread = (numbers[0], numbers[len(numbers) // 2], numbers[-1]) if numbers else (None, None, None)
    top = tuple(Counter(filled).most_common())
    return ColumnSurvey(name, kind, len(values), len(filled), len(set(filled)), top, *spread)  # type: ignore[arg-type]


def survey(name: str, shape: Shape | None, columns: Mapping[str, Sequence[Any]]) -> LayerSurvey:
    rows = len(next(iter(columns.values())))
    return LayerSurvey(
        name, rows, shape, tuple(column(n, v) for n, v in columns.items()), None,
        shapes={shape or "none": rows},
    )  # fmt: skip


def targets(mapping: LayerMapping) -> dict[str, str]:
    (rule,) = mapping.types.values()
    return {column.column: column.field for column in rule.columns}


# ---- words


@pytest.mark.parametrize(
    ("name", "type_name", "kind"),
    [
        ("pipes", "pipe", None), ("ky4_pipes", "pipe", None), ("Water_Mains", "pipe", None),
        ("Water_Main_Breaks", "leak", None), ("给水管线_2023", "pipe", None), ("水表", "meter", None),
        ("表井", "meter_well", "meter_well"), ("阀门井", "meter_well", "valve_well"), ("消火栓点", "hydrant", None),
        ("ennepe_ruhr_hydrants", "hydrant", None), ("SHUTOFF_VALVE", "valve", "gate"),
        ("OUTFALL_VALVE", "valve", "blow_off"), ("tanks", "facility", "tank"), ("三通", "network_point", "tee"),
        ("junctions", "network_point", "node"), ("valves", "valve", None),
    ],
)  # fmt: skip
def test_names_of_layers(name: str, type_name: str, kind: str | None) -> None:
    best = VOCABULARY.types_named(name)[0]
    assert (best.type, best.kind) == (type_name, kind)


@pytest.mark.parametrize("name", ["School_point", "polylinem", "chinese_poly", "ECD", "export", "图层1", ""])
def test_names_that_say_nothing(name: str) -> None:
    assert all(match.score < 0.5 or match.type == "building" for match in VOCABULARY.types_named(name))


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("管径", "dn"), ("管径(mm)", "dn"), ("DN", "dn"), ("pipe_diameter", "dn"), ("diameter (in)", "dn"),
        ("材质", "material"), ("管线材质", "material"), ("MATERIAL", "material"), ("埋设年代", "laid_date"),
        ("INSTALLATION_DATE", "laid_date"), ("长度（米）", "recorded_length_m"), ("起点点号", "start_point_no"),
        ("recorded_l", "recorded_length_m"), ("管段编号", "code"), ("备注", "remark"),
    ],
)  # fmt: skip
def test_headers_of_pipes(header: str, field: str) -> None:
    pipe = CATALOGUE["pipe"]
    scores = {f.name: VOCABULARY.score(pipe, f, header) for f in pipe.columns}
    assert max(scores, key=lambda name: scores[name]) == field
    assert scores[field] >= 0.7


def test_every_field_knows_its_own_name_and_titles_best() -> None:
    for asset_type in CATALOGUE.of_group("network", "place", "people", "record"):
        for field in asset_type.columns:
            for header in (field.name, field.title.zh, field.title.en):
                assert VOCABULARY.score(asset_type, field, header) == 1.0, (asset_type.name, header)


def test_units_in_headers() -> None:
    said = {
        "管径(mm)": "mm",
        "长度（米）": "m",
        "length (ft)": "ft",
        "size_in": "in",
        "埋深/m": "m",
        "diam": None,
        "m": None,
    }
    assert {header: unit_of(header) for header in said} == said
    assert words_of("fire_hydrant:typeOf2") == ["fire", "hydrant", "type", "of", "2"]


# ---- guesses


def test_a_chinese_pipe_table_is_mapped_with_confidence_and_names_what_is_left() -> None:
    found = GUESSER.guess(
        "线表",
        survey(
            "Sheet1",
            None,
            {
                "管段编号": ["G1", "G2"], "起点点号": ["J1", "J2"], "终点点号": ["J2", "J3"],
                "管径": ["DN200", "DN100"],
                "材质": ["球铁", "PE"], "建设年代": ["2009.6", "1998"], "备注1": ["", "x"],
            },
        ),
        "线表",
    )  # fmt: skip
    assert list(found.types) == ["pipe"]
    assert targets(found) == {
        "管段编号": "code", "起点点号": "start_point_no", "终点点号": "end_point_no", "管径": "dn", "材质": "material",
        "建设年代": "laid_date",
    } | ({"备注1": "remark"} if "备注1" in targets(found) else {})  # fmt: skip
    assert all(0.5 <= rule.confidence <= 1.0 for rule in found.types["pipe"].columns)
    assert found.native_id == "管段编号"
    assert found.unmapped(["管段编号", "没见过的列"]) == ("没见过的列",)


def test_columns_alone_tell_the_type_where_the_name_says_nothing() -> None:
    found = GUESSER.guess(
        "export",
        survey(
            "layer0",
            "line",
            {
                "管径": [100, 200],
                "材质": ["PE", "DI"],
                "起点点号": ["a", "b"],
                "终点点号": ["b", "c"],
                "埋设方式": ["直埋", "直埋"],
            },
        ),
        "export",
    )
    assert list(found.types) == ["pipe"]
    nothing = GUESSER.guess("export", survey("layer0", "line", {"a": [1, 2], "b": [3, 4]}), "export")
    assert nothing.is_reference


def test_a_column_of_things_splits_the_layer_into_types_and_kinds() -> None:
    things = ["闸阀", "消火栓", "三通", "水表", "弯头", "闸阀", "没听说过的"]
    found = GUESSER.guess(
        "点表", survey("点表", "point", {"物探点号": [f"J{n}" for n in range(7)], "附属物": things}), "点表"
    )
    assert found.type_column == "附属物"
    assert found.choices["闸阀"] == Choice("valve", "gate")
    assert found.choices["消火栓"].type == "hydrant"
    assert found.choices["三通"] == Choice("network_point", "tee")
    assert found.otherwise == "network_point"


def test_values_decide_between_headers() -> None:
    found = GUESSER.guess(
        "pipes", survey("pipes", "line", {"id": ["a", "a", "a", "b"], "size": ["x", "y", "z", "w"]}), "p"
    )
    assert targets(found) == {}  # a code that repeats is none, and sizes are numbers


def test_a_value_that_is_no_word_of_the_list_does_not_make_a_column() -> None:
    found = GUESSER.guess(
        "pipes", survey("pipes", "line", {"code": ["1", "2"], "category_type": ["St. A", "St. B"]}), "p"
    )
    assert targets(found) == {"code": "code"}


def test_mixed_geometry_goes_by_its_kind() -> None:
    mixed = survey("all", "line", {"code": ["1", "2", "3"]})
    mixed = LayerSurvey(mixed.name, 3, "line", mixed.columns, None, shapes={"line": 2, "point": 1})
    found = GUESSER.by_shape(mixed, "all", ("pipe", "hydrant"))
    assert found.type_column == BY_SHAPE
    assert {shape: choice.type for shape, choice in found.choices.items()} == {
        "line": "pipe",
        "point": "hydrant",
    }


def test_the_native_id_is_complete_and_unique() -> None:
    columns = {"fid": [1, 1, 2], "objectid": [1, 2, None], "node_id": ["a", "b", "c"]}
    assert native_id(survey("x", None, columns)) == "node_id"
    assert native_id(survey("x", None, {"name": ["a", "b"]})) is None


# ---- units


def test_diameters_by_magnitude_and_header() -> None:
    dn = CATALOGUE["pipe"].field_named("dn")
    assert guess_unit(dn, column("diameter", [0.1524, 0.2032, 0.3048])) == "m"
    assert guess_unit(dn, column("diameter", [6, 8, 12, 16])) == "in"
    assert guess_unit(dn, column("diameter", [100, 150, 200])) is None
    assert guess_unit(dn, column("diameter", [32, 63, 50])) is None
    assert guess_unit(dn, column("diameter (in)", [100.0, 200.0])) == "in"
    assert guess_unit(dn, column("管径(mm)", [0.5])) is None


@pytest.mark.parametrize(
    ("size", "nominal", "unusual"),
    [(152.4, 150, False), (304.8, 300, False), (110, 110, True), (63, 65, False), (100, 100, False),
     (750, 750, True), (3.0, 3, True), (84.9, 80, True), (84.7, 80, False), (4300, 4300, True)],
)  # fmt: skip
def test_nominal_sizes_within_six_per_cent(size: float, nominal: int, unusual: bool) -> None:
    found, marked = to_nominal(np.array([size]))
    expected = nominal if not unusual else round(size)
    assert (int(found[0]), bool(marked[0])) == (expected, unusual)


@given(st.lists(st.floats(min_value=1, max_value=4500), min_size=1))
def test_nominal_sizes_stay_within_their_tolerance(sizes: list[float]) -> None:
    array = np.array(sizes)
    found, unusual = to_nominal(array)
    assert (np.abs(found - array)[~unusual] <= 0.06 * found[~unusual] + 1e-9).all()
    assert (np.abs(found - array)[unusual] <= 0.5).all()
    assert np.isnan(to_nominal(np.array([np.nan]))[0][0])


def test_length_ratios_tell_units_and_schematic_drawings() -> None:
    drawn = np.linspace(10, 200, 50)
    assert coordinate_unit(length_ratio(drawn * 0.3048, drawn) or LengthRatio(0, 9, 0)) == "ft"
    assert coordinate_unit(length_ratio(drawn * 0.001, drawn) or LengthRatio(0, 9, 0)) == "mm"
    assert guess_length_unit(length_ratio(drawn / 0.3048, drawn)) == "ft"
    assert guess_length_unit(length_ratio(drawn, drawn)) is None
    scattered = length_ratio(np.random.default_rng(1).permutation(drawn), drawn)
    assert scattered is not None
    assert scattered.is_schematic
    assert coordinate_unit(LengthRatio(19.8, 0.001, 100)) == "unknown"
    assert length_ratio(drawn[:4], drawn[:4]) is None


# ---- mapping files

words = st.text(min_size=1, max_size=12).filter(lambda text: text.strip() == text and "\x00" not in text)


@given(
    st.dictionaries(words, st.sampled_from(["DI", "PE", "ST"]), max_size=4),
    st.lists(words, min_size=1, max_size=3, unique=True),
    st.sampled_from([None, "in", "m"]),
)
def test_mapping_files_come_back_as_they_were(
    tmp_path_factory: pytest.TempPathFactory, said: dict[str, str], names: list[str], unit: str | None
) -> None:
    rule = TypeRule(
        "pipe",
        (
            ColumnRule(names[0], "dn", 1.0, unit),
            ColumnRule(names[-1] + "2", "material", 1.0, None, dict(said)),
        ),
        {"status": "in_service"},
    )
    mapping = LayerMapping(names[0], "我的数据", {"pipe": rule}, native_id=names[0], code_prefix="A-")
    path = tmp_path_factory.mktemp("mapping") / "m.toml"
    path.write_text(dump_mapping([mapping]), encoding="utf-8")
    (template,) = load_mapping(path, CATALOGUE)
    back = template.for_layer(names[0], "?", [rule.column for rule in rule.columns])
    assert back.dataset == "我的数据"
    assert back.native_id == names[0]
    assert back.code_prefix == "A-"
    kept = back.types["pipe"]
    assert [(c.column, c.field, c.unit) for c in kept.columns] == [
        (c.column, c.field, c.unit) for c in rule.columns
    ]
    assert kept.constants == {"status": "in_service"}
    assert set(kept.columns[1].words.values()) <= set(said.values())


def test_a_split_layer_is_kept_too(tmp_path: Path) -> None:
    things = ["闸阀", "消火栓", "三通", "水表"]
    guessed = GUESSER.guess(
        "点表", survey("点表", "point", {"物探点号": list("abcd"), "附属物": things}), "点表"
    )
    path = tmp_path / "m.toml"
    path.write_text(dump_mapping([guessed]), encoding="utf-8")
    (template,) = load_mapping(path, CATALOGUE)
    back = template.for_layer("点表", "点表", ["物探点号", "附属物"])
    assert back.choices == guessed.choices
    assert back.otherwise == guessed.otherwise
    assert set(back.types) == set(guessed.types)


@pytest.mark.parametrize(
    "text",
    [
        "[[layer]\n", "name = 1\n", '[[layer]]\ntype = "spaceship"\n', '[[layer]]\nfoo = 1\n',
        '[[layer]]\ntype = "pipe"\n[[layer.column]]\nfrom = "a"\nto = "wings"\n',
        '[[layer]]\ntype = "pipe"\n[[layer.column]]\nfrom = "a"\nto = "dn"\nunit = "parsec"\n',
        '[[layer]]\ntype = "pipe"\n[[layer.column]]\nfrom = "a"\nto = "material"\nwords = { x = "GOLD" }\n',
        '[[layer]]\n[layer.choices]\na = "pipe"\n',
    ],
)  # fmt: skip
def test_wrong_mapping_files_are_refused_with_what_to_do(tmp_path: Path, text: str) -> None:
    path = tmp_path / "m.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UserError) as raised:
        load_mapping(path, CATALOGUE)
    for language in ("zh", "en"):
        texts = Texts(language)
        assert "m.toml" in texts.render(raised.value.title)
        assert raised.value.hint is not None
        assert raised.value.hint.id in texts


def test_the_mappings_that_come_with_the_program_can_be_read() -> None:
    names = {template.match for template in bundled_mappings(CATALOGUE)}
    assert {"*arc*", "*node*"} <= names


def test_a_repeated_code_in_a_short_table_is_a_mistake_not_another_column() -> None:
    columns = {"消火栓编号": ["X-1", "X-2", "X-3", "X-4", "X-5", "X-6", "X-1"], "接管DN": [100] * 7}
    mapped = targets(GUESSER.guess("普查", survey("消火栓普查", None, columns), "普查"))
    assert mapped == {"消火栓编号": "code", "接管DN": "feed_dn"}


@pytest.mark.parametrize(
    ("east", "north"), [("横坐标Y", "纵坐标X"), ("横坐标X", "纵坐标Y"), ("横坐标", "纵坐标")]
)
def test_coordinate_columns_as_surveyors_and_as_mathematicians_name_them(east: str, north: str) -> None:
    found = find_coordinates(pa.table({north: [3014020.1], east: [546010.2]}))
    assert found is not None
    assert (found.east, found.north) == (east, north)
