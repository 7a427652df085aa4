"""Links are called by code, by their number when their target is gone, and as they stand when they are none."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from layers.geometry.crs import Crs
from layers.history.wording import Wording
from layers.model.condition_text import read_condition, write_condition
from layers.model.fields import LinkField
from layers.model.query import Compare
from layers.register import Register
from layers.search.link_names import RegisterLinks
from layers.table.reading import link_labels
from layers.text import Message


def test_codes_numbers_of_what_is_gone_and_what_is_no_link(tmp_path: Path) -> None:
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
        # What another program wrote that is no link at all is told as it stands.
        target = register.catalogue["attachment"].field_named("target")
        assert isinstance(target, LinkField)
        for value in ("hydrant:?", "nowhere:1", "?"):
            assert links.name(target, value) == value
            assert Wording(register).value(target, value) == value
        told = link_labels(register, target, pa.array(["hydrant:?", "nowhere:1", "pipe:9"]))
        assert told.to_pylist() == ["hydrant:?", "#1", "#9"]
