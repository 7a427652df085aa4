"""The catalogue's words for editing: a wrong one is told with file and line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from layers.errors import CatalogueError
from layers.model import catalogue_file
from layers.model.catalogue_file import load_catalogue

FOLDER = Path(catalogue_file.__file__).parents[1] / "catalogue"


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ('on_line = "cut"', 'on_line = "glued"'),
        ('air = "vertex"', 'air = "near"'),
        ('air = "vertex"', 'vapour = "vertex"'),
        ('begun = "installed_date"', 'begun = "birthday"'),
        ('successor = "replaced_by"', 'heir = "replaced_by"'),
    ],
)
def test_a_wrong_word_is_refused(tmp_path: Path, right: str, wrong: str) -> None:
    folder = tmp_path / "catalogue"
    shutil.copytree(FOLDER, folder)
    path = folder / "valve.toml"
    text = path.read_text(encoding="utf-8")
    assert right in text
    path.write_text(text.replace(right, wrong), encoding="utf-8")
    with pytest.raises(CatalogueError) as caught:
        load_catalogue(folder)
    assert caught.value.title.parameters["file"] == "valve.toml"


def test_kinds_of_points_treat_lines_differently() -> None:
    words = load_catalogue()["valve"].editing
    assert (words.way("gate"), words.way("air"), words.way(None)) == ("cut", "vertex", "cut")
    assert load_catalogue()["meter_well"].editing.way("meter_box") is None
