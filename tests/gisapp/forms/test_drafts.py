"""Unsaved work beside the preferences: it comes back, and rubbish in its place is nothing."""

from __future__ import annotations

from pathlib import Path

from gisapp.forms.drafts import Drafts
from layers.model.asset import AssetKey

KEY = AssetKey("pipe", 7)
DATA = {"values": {"dn": 300}, "texts": {"laid_date": "去年"}, "base": {"dn": 100}}


def test_kept_found_and_forgotten(tmp_path: Path) -> None:
    drafts = Drafts(tmp_path / "drafts")
    assert drafts.find("a.gpkg", KEY) is None
    assert drafts.keep("a.gpkg", KEY, DATA)
    found = Drafts(tmp_path / "drafts").find("a.gpkg", KEY)
    assert found is not None
    assert {name: found[name] for name in DATA} == DATA
    assert drafts.find("b.gpkg", KEY) is None
    assert drafts.find("a.gpkg", AssetKey("pipe", 8)) is None
    (file,) = (tmp_path / "drafts").iterdir()
    for rubbish in ("", "[]", "{", '{"version": 1, "values": 3}', '{"version": 99}'):
        file.write_text(rubbish, encoding="utf-8")
        assert drafts.find("a.gpkg", KEY) is None
    drafts.forget("a.gpkg", KEY)
    assert not file.exists()
    drafts.forget("a.gpkg", KEY)


def test_a_folder_that_cannot_be_written_keeps_none(tmp_path: Path) -> None:
    (tmp_path / "drafts").write_text("a file in its place", encoding="utf-8")
    drafts = Drafts(tmp_path / "drafts")
    assert not drafts.keep("a.gpkg", KEY, DATA)
    assert drafts.find("a.gpkg", KEY) is None
    drafts.forget("a.gpkg", KEY)
