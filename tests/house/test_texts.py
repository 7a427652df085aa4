"""Every text in both languages with the same parameters; every id used exists, every id there is used."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.pofile import read_po

from layers.text import LANGUAGES, ON_COMMAND_LINE, load_texts

ROOT = Path(__file__).parents[2]
I18N = ROOT / "resources" / "i18n"
ID = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+")
CHINESE = r"[\u3400-\u9fff]"


def _parameters(template: str) -> set[str]:
    return {re.split(r"[.\[]", name)[0] for _, name, _, _ in Formatter().parse(template) if name is not None}


def _sources() -> Iterator[tuple[str, ast.AST]]:
    for room in ("gisapp", "layers"):
        for path in sorted((ROOT / room).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def _strings_in_data() -> Iterator[str]:
    def strings(value: object) -> Iterator[str]:
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            for each in value.values():
                yield from strings(each)
        elif isinstance(value, list):
            for each in value:
                yield from strings(each)

    for path in [*ROOT.glob("layers/**/*.toml"), *ROOT.glob("resources/**/*.toml")]:
        yield from strings(tomllib.loads(path.read_text(encoding="utf-8")))


def _pattern(node: ast.JoinedStr) -> re.Pattern[str] | None:
    """What ids an f-string such as f"unit.{name}" can mean; None when it starts with no room."""
    first = node.values[0]
    if not isinstance(first, ast.Constant) or not re.match(r"[a-z][a-z0-9_]*\.", str(first.value)):
        return None
    parts = [re.escape(str(v.value)) if isinstance(v, ast.Constant) else r"[a-z0-9_.]+" for v in node.values]
    return re.compile("".join(parts))


def _callee(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _asks_for_text(call: ast.Call) -> bool:
    """Whether the first argument of a call is the id of a text: Message(...), texts.get(...), tr(...)."""
    if _callee(call) == "Message":
        return True
    if isinstance(call.func, ast.Attribute) and call.func.attr == "get":
        owner = call.func.value
        return (owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")).endswith(
            "texts"
        )
    return False


def _given(call: ast.Call) -> set[str] | None:
    """The names of the parameters that a call gives; None when they are not written out."""
    if any(keyword.arg is None for keyword in call.keywords):
        return None
    names = {keyword.arg for keyword in call.keywords if keyword.arg and _callee(call) != "Message"}
    values = [*call.args[1:], *(keyword.value for keyword in call.keywords if _callee(call) == "Message")]
    for value in values:
        if not isinstance(value, ast.Dict) or not all(isinstance(key, ast.Constant) for key in value.keys):
            return None
        names |= {key.value for key in value.keys if isinstance(key, ast.Constant)}  # type: ignore[misc]
    return names


def test_files_are_the_same_in_both_languages() -> None:
    names = {language: {path.name for path in (I18N / language).iterdir()} for language in LANGUAGES}
    assert names["zh"] == names["en"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_id_twice_no_text_empty_or_doubtful(language: str) -> None:
    for path in sorted((I18N / language).glob("*.po")):
        ids = re.findall(r'^msgid "(.+)"$', path.read_text(encoding="utf-8"), re.MULTILINE)
        assert len(ids) == len(set(ids)), f"{path.name}: {[each for each in ids if ids.count(each) > 1]}"
        with path.open("rb") as file:
            entries = [entry for entry in read_po(file, locale=language, abort_invalid=True) if entry.id]
        bad = [entry.id for entry in entries if not entry.string or entry.fuzzy or not ID.fullmatch(entry.id)]
        assert bad == [], path.name


def test_same_ids_with_same_parameters() -> None:
    chinese, english = load_texts("zh"), load_texts("en")
    assert set(chinese) ^ set(english) == set()
    different = [each for each in chinese if _parameters(chinese[each]) != _parameters(english[each])]
    assert different == []


CHINESE_IN_ENGLISH = {
    "action.language": "a language is named in its own words",
    "palette.foot": "the example of pinyin initials is a Chinese road",
}


def test_chinese_is_set_with_chinese_punctuation_and_english_is_english() -> None:
    half_width = re.compile(rf"{CHINESE}\s*[,;:!?](?!//)|[,;:!?]\s*{CHINESE}|{CHINESE}\.(\s|$)")
    assert [each for each, text in load_texts("zh").items() if half_width.search(text)] == []
    english = load_texts("en")
    chinese = [each for each, text in english.items() if re.search(CHINESE, text)]
    assert [each for each in chinese if each not in CHINESE_IN_ENGLISH] == []
    # A window that writes Chinese too takes these quotes from a Chinese font: as wide as two letters.
    assert [each for each, text in english.items() if re.search("[\u2018-\u201f]", text)] == []


def _wrong_in_call(call: ast.Call, texts: Mapping[str, str]) -> str | None:
    first = call.args[0]
    if isinstance(first, ast.JoinedStr):
        pattern = _pattern(first)
        fits = pattern is not None and any(pattern.fullmatch(each) for each in texts)
        return None if fits else f"{ast.unparse(first)} fits no id"
    if not isinstance(first, ast.Constant):
        return None
    if first.value not in texts:
        return f"{first.value} does not exist"
    given, wanted = _given(call), _parameters(texts[str(first.value)])
    return None if given is None or given == wanted else f"{first.value} is given {given}, needs {wanted}"


def _wrong(node: ast.AST, texts: Mapping[str, str], rooms: set[str]) -> str | None:
    if isinstance(node, ast.Call) and node.args and _asks_for_text(node):
        return _wrong_in_call(node, texts)
    if isinstance(node, ast.keyword) and node.arg == "help" and isinstance(node.value, ast.Constant):
        return None if node.value.value in texts else f"help {node.value.value!r} does not exist"
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        # What looks like an id of a room that has texts, such as an action's title.
        looks_like_id = ID.fullmatch(node.value) and node.value.partition(".")[0] in rooms
        looks_like_id = looks_like_id and not node.value.endswith(".toml")
        return f"{node.value} does not exist" if looks_like_id and node.value not in texts else None
    return None


def test_every_id_in_the_code_exists_and_its_parameters_fit() -> None:
    texts = load_texts("zh")
    rooms = {each.partition(".")[0] for each in texts}
    found = []
    for name, tree in _sources():
        for node in ast.walk(tree):
            if (wrong := _wrong(node, texts, rooms)) is not None:
                line = getattr(node, "lineno", None) or getattr(getattr(node, "value", None), "lineno", 0)
                found.append(f"{name}:{line} {wrong}")
    assert sorted(set(found)) == []


def test_no_text_is_unused() -> None:
    used = set(_strings_in_data())
    patterns = []
    for _, tree in _sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                used.add(node.value)
            elif isinstance(node, ast.JoinedStr) and (pattern := _pattern(node)) is not None:
                patterns.append(pattern)
    unused = [
        each
        for each in load_texts("zh")
        if (id := each.removesuffix(ON_COMMAND_LINE)) not in used
        and not any(pattern.fullmatch(id) for pattern in patterns)
    ]
    assert unused == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_options_are_named_on_the_command_line_and_boxes_in_the_window(language: str) -> None:
    texts = load_texts(language)
    twice = [each for each in texts if each.endswith(ON_COMMAND_LINE)]
    assert len(twice) > 5
    for each in twice:
        window = texts[each.removesuffix(ON_COMMAND_LINE)]
        assert _parameters(texts[each]) == _parameters(window)
        assert "--" not in window
    assert not [id for id, text in texts.items() if "命令行：" in text or "command line: --" in text]
