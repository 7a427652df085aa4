"""Links in conditions are read by code, and as they are written when their target is gone."""

from __future__ import annotations

from pathlib import Path

from layers.geometry.crs import Crs
from layers.model.condition_text import read_condition, write_condition
from layers.model.query import Compare
from layers.register import Register
from layers.search.link_names import RegisterLinks
from layers.text import Message


def test_codes_and_numbers_of_what_is_gone(tmp_path: Path) -> None:
    with Register.create(tmp_path / "town.gpkg", Crs.parse("EPSG:4546"), actor="t") as register:
        with register.edit(Message("action.import")) as edit:
            pipe = edit.insert("pipe", {"code": "G1"})
        links, leak = RegisterLinks(register), register.catalogue["leak"]
        assert links.find(leak.field_named("pipe"), "G2") is None
        # A number alone is a code, never the number of a row.
        assert links.find(leak.field_named("pipe"), str(pipe)) is None
        for number, word in ((pipe, "G1"), (pipe + 8, f"#{pipe + 8}")):
            condition = Compare("pipe", "=", number)
            text = write_condition(condition, leak, "en", links)
            assert text.endswith(f"= {word}")
            assert read_condition(text, leak, links) == condition
