"""Styles saved in a register: written and read again, found by name, refused with a sentence when they are bad."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from shapely.geometry import LineString

from layers.errors import Conflict, UserError
from layers.feedback import Feedback
from layers.geometry.crs import Crs
from layers.model.catalogue_file import load_catalogue
from layers.register import Register
from layers.scene.classing import classed
from layers.scene.restyling import (
    colour_of,
    coloured,
    layer_of,
    with_class,
    with_layer,
    with_palette,
)
from layers.scene.style import Classing, ClassStyle, Look, MapStyle, Rule, is_restyled
from layers.scene.style_definition import read_definition, write_definition
from layers.scene.style_file import load_style, style_names
from layers.scene.styles import (
    SAVED,
    USUAL,
    base_style,
    delete_style,
    find_style,
    read_saved,
    read_style_file,
    save_style,
    saved_styles,
    style_or_usual,
    style_titles,
    theme_tokens,
)
from layers.text import Message, Texts, Title

pytestmark = pytest.mark.keeps_running

BASE = load_style("diameter", load_catalogue().settings["dn_classes"].default)
SAVE = Message("styling.step.save", {"name": "x"})


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Register]:
    path = tmp_path_factory.mktemp("styles") / "town.gpkg"
    with Register.create(path, Crs.parse("EPSG:4546"), actor="林工") as register:
        with register.edit(Message("action.import")) as edit:
            for number in range(8):
                edit.insert("pipe", {
                    "code": f"GD-{number}", "dn": 100 * (1 + number % 4), "owner": ("甲", "乙")[number % 2],
                    "status": "in_service", "geom": LineString([(number, 0), (number + 1, 0)]),
                })  # fmt: skip
        yield register


@pytest.fixture
def register(shared: Register) -> Iterator[Register]:
    """The register, without any saved style before and after."""
    yield shared
    with shared.edit(Message("styling.step.delete", {"name": "*"})) as edit:
        for saved in saved_styles(shared):
            delete_style(edit, saved)


def by_owner(register: Register, name: str = "按权属看") -> MapStyle:
    base = base_style(register, USUAL)
    layer = classed(register, layer_of(base, "pipe"), Classing("owner", "categories", "tol", 5), Feedback())
    style = with_layer(base, replace(layer, largest_denominator=50_000, labels=None))
    hydrant = replace(layer_of(style, "hydrant"), smallest_denominator=500.0, density_denominator=80_000.0)
    return replace(with_layer(style, hydrant), name=name, title=Title(name, name), base=USUAL)


def save(register: Register, style: MapStyle) -> None:
    with register.edit(SAVE) as edit:
        save_style(edit, style, base_style(register, style.base or USUAL))


def test_a_saved_style_is_found_again_as_it_was(register: Register) -> None:
    style = by_owner(register)
    save(register, style)
    assert find_style(register, "按权属看") == style
    assert list(style_titles(register))[-1] == "按权属看"


def test_saving_is_one_step_that_can_be_undone_and_done_again(register: Register) -> None:
    save(register, by_owner(register))
    register.undo()
    assert saved_styles(register) == []
    register.redo()
    assert [each.name for each in saved_styles(register)] == ["按权属看"]


def test_a_saved_style_changes_under_its_name_or_another(register: Register) -> None:
    style = by_owner(register)
    save(register, style)
    (row,) = saved_styles(register)
    renamed = replace(style, name="权属", title=Title("权属", "权属"))
    with register.edit(SAVE) as edit:
        save_style(edit, renamed, base_style(register, USUAL), row)
    assert [(each.id, each.name) for each in saved_styles(register)] == [(row.id, "权属")]
    # Somebody else saved meanwhile: nothing is lost silently.
    with pytest.raises(Conflict), register.edit(SAVE) as edit:
        save_style(edit, style, base_style(register, USUAL), row)


def test_names_of_the_program_and_names_taken_are_refused(register: Register) -> None:
    save(register, by_owner(register))
    for name, word in (
        ("diameter", "styling"),
        ("按材质", "styling"),
        ("By owner", "styling"),
        ("按权属看", "register"),
    ):
        with pytest.raises(UserError) as told:
            save(register, by_owner(register, name))
        assert told.value.title.id.startswith(word), name
        assert told.value.hint is not None


def test_styles_of_the_program_are_found_by_name_and_by_title(register: Register) -> None:
    for name in style_names():
        title = style_titles(register)[name]
        assert find_style(register, title.zh).name == find_style(register, title.en).name == name
    with pytest.raises(KeyError):
        find_style(register, "彩虹")


def test_a_style_that_counts_has_the_values_of_the_day(register: Register) -> None:
    titles = [
        each.title.zh for each in layer_of(find_style(register, "owner"), "pipe").classes if not each.is_state
    ]
    assert titles == ["乙", "甲", "未填", "其他"] or titles == ["甲", "乙", "未填", "其他"]


def test_one_that_is_gone_gives_way_to_the_usual_with_a_sentence(register: Register) -> None:
    style, reason = style_or_usual(register, "去年的样式")
    assert style.name == USUAL
    assert reason is not None
    assert reason.title == Message("styling.gone", {"style": "去年的样式"})
    style, reason = style_or_usual(register, "material")
    assert (style.name, reason) == ("material", None)


BAD = {
    "not toml": ("title = ", "catalogue.not_toml"),
    "unknown key": ('colour = "red"', "catalogue.unknown_key"),
    "no such layer": ('[[layer]]\nid = "gas"', "catalogue.not_one_of"),
    "no such base": ('base = "rainbow"', "styling.no_base"),
    "no such method": (
        '[[layer]]\nid = "pipe"\nclassing = { field = "dn", method = "best", palette = "tol" }',
        "catalogue.not_one_of",
    ),
    "no such field": (
        '[[layer]]\nid = "pipe"\nclassing = { field = "paint", method = "categories", palette = "tol" }',
        "styling.no_field",
    ),
    "field gone": (
        '[[layer]]\nid = "pipe"\n[[layer.class]]\nid = "a"\ntitle = { zh = "a", en = "a" }\n'
        'rules = [{ field = "paint", values = ["red"] }]\nlook = { colour = "dn1" }',
        "styling.no_field_in",
    ),
    "no colour": (
        '[[layer]]\nid = "pipe"\n[[layer.class]]\nid = "a"\ntitle = { zh = "a", en = "a" }\nlook = { colour = "red" }',
        "styling.no_colour",
    ),
    "no symbol": (
        '[[layer]]\nid = "valve"\n[[layer.class]]\nid = "a"\ntitle = { zh = "a", en = "a" }\n'
        'look = { symbol = "../../secret" }',
        "styling.no_symbol",
    ),
    "too wide": (
        '[[layer]]\nid = "pipe"\n[[layer.class]]\nid = "a"\ntitle = { zh = "a", en = "a" }\nlook = { width = 1e9 }',
        "styling.out_of_range",
    ),
    "no number": ('[[layer]]\nid = "pipe"\nlargest_denominator = "far"', "catalogue.not_a_number"),
    "class twice": (
        '[[layer]]\nid = "pipe"\n'
        + 2 * '[[layer.class]]\nid = "a"\ntitle = { zh = "a", en = "a" }\nlook = { width = 1 }\n',
        "styling.class_twice",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_definition_gives_way_with_what_where_and_what_to_do(register: Register, name: str) -> None:
    definition, expected = BAD[name]
    with register.edit(SAVE) as edit:
        edit.insert(SAVED, {"name": "手改的", "definition": definition.strip()})
    style, reason = style_or_usual(register, "手改的")
    assert style.name == USUAL
    assert reason is not None
    assert reason.title.id == expected
    assert reason.hint is not None
    for language in ("zh", "en"):
        texts = Texts(language)
        sentence = texts.render(reason.title)
        assert "{" not in sentence
        assert sentence != reason.title.id
        assert texts.render(reason.hint) != reason.hint.id
    if expected.startswith("catalogue.") and name != "not toml":
        assert int(reason.title.parameters["line"]) >= 1


def test_a_style_goes_to_a_file_and_into_another_register(register: Register, tmp_path: Path) -> None:
    style = by_owner(register)
    path = tmp_path / "style.toml"
    path.write_text(write_definition(style, base_style(register, USUAL)), encoding="utf-8")
    assert read_style_file(register, path) == style


@pytest.mark.parametrize(
    ("content", "expected"),
    [(None, "styling.file_unread"), (b"\xff\xfe\x00", "styling.file_not_utf8"), (b"[", "catalogue.not_toml")],
)
def test_a_file_that_is_no_style(
    register: Register, tmp_path: Path, content: bytes | None, expected: str
) -> None:
    path = tmp_path / "style.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UserError) as told:
        read_style_file(register, path)
    assert told.value.title.id == expected


TITLES = st.builds(Title, *(st.text(min_size=1, max_size=12).map(str.strip).filter(bool),) * 2)
COLOURS = st.sampled_from(["dn1", "works", "#12AB9F", "cividis:2/5", "okabe_ito:1/7~45"])
WIDTHS = st.floats(0, 40, allow_nan=False)
LOOKS = st.builds(
    Look,
    colour=COLOURS,
    width=WIDTHS,
    dash=st.just(()) | st.tuples(st.floats(0.5, 40), st.floats(0.5, 40)),
    core=st.none() | COLOURS,
    hatch=st.booleans(),
    fill=st.none() | COLOURS,
    symbol=st.none() | st.just("valve_gate+inoperable"),
)
WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=9).filter(
    lambda word: word.strip()
)
RULES = st.builds(Rule, st.just("material"), st.lists(WORDS, max_size=3).map(tuple)) | st.builds(
    Rule, st.just("dn"), lower=st.none() | st.integers(0, 900).map(float), upper=st.none() | st.floats(0, 1e6)
)
CLASSES = st.lists(
    st.builds(ClassStyle, WORDS, TITLES, st.lists(RULES, max_size=2).map(tuple), LOOKS, shown=st.booleans()),
    min_size=1,
    max_size=4,
    unique_by=lambda each: each.id,
)


@given(TITLES, CLASSES, st.integers(0, 10**6).map(float))
@hypothesis_settings(suppress_health_check=[HealthCheck.too_slow])
def test_a_definition_read_again_is_the_style(title: Title, classes: list[ClassStyle], scale: float) -> None:
    pipe = layer_of(BASE, "pipe")
    states = tuple(each for each in pipe.classes if each.is_state)
    known = {each.id for each in states}
    own = tuple(each for each in classes if each.id not in known)
    if not own:
        own = (ClassStyle("other", title, (), Look()),)
    changed = replace(pipe, classes=(*states, *own), largest_denominator=scale)
    style = replace(with_layer(BASE, changed), name="s", title=title, base=BASE.name)
    again = read_definition(write_definition(style, BASE), "s", BASE, theme_tokens())
    assert again == style


def test_by_hand_colours_and_palettes() -> None:
    pipe, valve, building = (layer_of(BASE, name) for name in ("pipe", "valve", "building"))
    for layer in (pipe, valve, building):
        look = coloured(layer, layer.classes[-1].look, "#123456")
        assert colour_of(layer, look) == "#123456"
    green = with_palette(pipe, "viridis")
    assert {
        colour_of(green, each.look) for each in green.classes if each.id.startswith("dn") and each.rules
    } == {f"viridis:{number}/5" for number in range(1, 6)}
    assert [each for each in green.classes if each.is_state] == [
        each for each in pipe.classes if each.is_state
    ]


def test_what_is_only_looks_keeps_the_arrays() -> None:
    pipe = layer_of(BASE, "pipe")
    last = pipe.classes[-1]
    wider = with_class(pipe, replace(last, look=replace(last.look, width=9.0), title=Title("新", "new")))
    assert is_restyled(pipe, replace(wider, largest_denominator=5000.0))
    dashed = with_class(pipe, replace(last, look=replace(last.look, dash=(3.0, 3.0))))
    ruled = with_class(pipe, replace(last, rules=(Rule("dn", lower=5),)))
    assert not is_restyled(pipe, dashed)
    assert not is_restyled(pipe, ruled)
    assert not is_restyled(pipe, replace(pipe, labels=None))


def test_a_definition_says_only_what_differs(register: Register) -> None:
    base = base_style(register, USUAL)
    style = with_layer(base, replace(layer_of(base, "meter"), largest_denominator=2000.0))
    style = replace(style, name="近看水表", title=Title("近看水表", "Meters near by"), base=USUAL)
    definition = write_definition(style, base)
    assert definition.splitlines()[-3:] == ["[[layer]]", 'id = "meter"', "largest_denominator = 2000"]
    assert read_saved(register, definition, "近看水表") == style
