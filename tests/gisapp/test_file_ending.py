"""A file's ending is added, and nothing of its name is cut."""

from __future__ import annotations

from pathlib import Path

import pytest

from gisapp.file_ending import with_ending


@pytest.mark.parametrize(
    ("name", "ending", "known", "expected"),
    [
        ("管网2026.11", ".html", (), "管网2026.11.html"),
        ("v1.2 城区", ".html", (), "v1.2 城区.html"),
        ("a.HTML", ".html", (), "a.HTML"),
        ("a.gpkg", ".xlsx", (".gpkg", ".xlsx"), "a.xlsx"),
        ("a.2026", ".xlsx", (".gpkg", ".xlsx"), "a.2026.xlsx"),
    ],
)
def test_the_name_stays(name: str, ending: str, known: tuple[str, ...], expected: str) -> None:
    assert with_ending(Path("/t") / name, ending, known) == Path("/t") / expected
