"""The quick reader of texts reads what a full reader does, and leaves to it what it does not know."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from layers.resources import resource_root
from layers.texts_file import _PLAIN, read_texts

FOLDER = resource_root() / "i18n"


def read_whole(path: Path, language: str) -> list[tuple[str, str]]:
    with path.open("rb") as file:
        return [(str(entry.id), str(entry.string)) for entry in read_po(file, locale=language) if entry.id]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_all_our_texts_are_read_as_they_are(language: str) -> None:
    paths = sorted((FOLDER / language).glob("*.po"))
    assert paths
    for path in paths:
        assert _PLAIN.fullmatch(path.read_text(encoding="utf-8").rstrip("\n") + "\n"), (
            f"{path.name} takes long"
        )
        assert list(read_texts(path, language)) == read_whole(path, language)


@pytest.mark.parametrize(
    "entry",
    [
        'msgid "a.b"\nmsgstr "say \\"yes\\"\\n\\tthen \\\\n"\n',
        'msgid ""\n"a."\n"b"\nmsgstr "one "\n"two"\n',
        '# a remark\n#: place.py:3\nmsgid "a.b"\nmsgstr "one"',
        '#, fuzzy\nmsgid "a.b"\nmsgstr "one"\n',
        'msgctxt "there"\nmsgid "a.b"\nmsgstr "one"\n',
        '#~ msgid "old"\n#~ msgstr "gone"\n\nmsgid "a.b"\nmsgstr "one"\n',
    ],
)
def test_whatever_such_a_file_may_hold_is_read(entry: str, tmp_path: Path) -> None:
    path = tmp_path / "some.po"
    path.write_text(
        f'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n{entry}', encoding="utf-8"
    )
    assert list(read_texts(path, "en")) == read_whole(path, "en")
