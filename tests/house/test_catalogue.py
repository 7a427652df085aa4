"""The catalogue that ships: every file loads, every file counts, every title stands in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path

from layers.model.catalogue_file import load_catalogue
from layers.text import Title

FOLDER = Path(__file__).parents[2] / "layers" / "catalogue"


def _titles(value: object, where: str, seen: set[int]) -> Iterator[tuple[str, Title]]:
    if id(value) in seen:
        return
    seen.add(id(value))
    if isinstance(value, Title):
        yield where, value
    elif is_dataclass(value):
        for each in fields(value):
            yield from _titles(getattr(value, each.name), f"{where}.{each.name}", seen)
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from _titles(each, f"{where}.{key}", seen)
    elif isinstance(value, list | tuple):
        for position, each in enumerate(value):
            yield from _titles(each, f"{where}[{position}]", seen)


def test_every_file_is_part_of_the_catalogue() -> None:
    catalogue = load_catalogue()
    types = {path.stem for path in FOLDER.glob("*.toml")} - {"settings"}
    lists = {path.stem for path in (FOLDER / "code_lists").glob("*.toml")}
    assert types <= set(catalogue.types)
    assert lists == set(catalogue.code_lists)


def test_every_title_stands_in_both_languages() -> None:
    titles = list(_titles(load_catalogue(), "catalogue", set()))
    assert len(titles) > 100
    doubtful = [
        where
        for where, title in titles
        if not title.zh.strip() or not title.en.strip() or re.search(r"[\u3400-\u9fff]", title.en)
    ]
    assert doubtful == []
