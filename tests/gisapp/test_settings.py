"""Preferences: written at once, read back, damaged files set aside, passwords never kept."""

from pathlib import Path

import pytest

from gisapp.settings import RECENT_KEPT, Settings, View, without_password


def test_preferences_survive_a_restart(tmp_path: Path) -> None:
    settings = Settings(tmp_path)
    settings.change(name="周海燕", language="en", window=(1, 2, 3, 4))
    settings.remember_open("/data/a.gpkg", "甲城", "2026-11-22T10:00:00", sample=True)
    settings.remember_view(
        "/data/a.gpkg", View((1.0, 2.0, 3.0, 4.0), hidden=("meter",), widths=(272, 800, 320))
    )

    again = Settings(tmp_path)

    assert again.preferences == settings.preferences
    assert again.view("/data/a.gpkg").hidden == ("meter",)
    assert again.view("/data/other.gpkg") == View()


def test_recent_registers_newest_first_without_repeats_and_few(tmp_path: Path) -> None:
    settings = Settings(tmp_path)
    for number in range(RECENT_KEPT + 3):
        settings.remember_open(f"/data/{number}.gpkg", str(number), "2026", sample=False)
    settings.remember_open("/data/5.gpkg", "five", "2027", sample=False)

    targets = [recent.target for recent in settings.preferences.recent]

    assert targets[:2] == ["/data/5.gpkg", f"/data/{RECENT_KEPT + 2}.gpkg"]
    assert len(targets) == len(set(targets)) == RECENT_KEPT
    settings.forget("/data/5.gpkg")
    assert "/data/5.gpkg" not in [recent.target for recent in settings.preferences.recent]


@pytest.mark.parametrize(
    "text",
    [
        "{not json",
        '{"recent": 5}',
        "[1]",
        "[" * 100_000,
        '{"views": {"a": {"unknown": 1}}}',
        '{"name": 5}',
        '{"theme": ["dark"]}',
        '{"theme": "nope"}',
        '{"language": "../../etc"}',
        '{"window": [1, 2]}',
        '{"window": [1, 2, 3, 1000000000000]}',
        '{"window": "abcd"}',
        '{"recent": [{"target": 5, "name": "a", "opened_at": "b"}]}',
        '{"views": {"a": {"box": [NaN, 0, 1, 1]}}}',
        '{"views": {"a": {"box": [0, 0, 1e308, Infinity]}}}',
        '{"views": {"a": {"box": ["a", "b"]}}}',
        '{"views": {"a": {"widths": 5}}}',
        '{"views": {"a": {"widths": [1000000000000]}}}',
        '{"views": {"a": {"hidden": [1]}}}',
        '{"views": {"a": {"filters": 5}}}',
    ],
)
def test_a_damaged_file_is_set_aside(tmp_path: Path, text: str) -> None:
    (tmp_path / "preferences.json").write_text(text)

    settings = Settings(tmp_path)

    assert settings.preferences.name == ""
    assert (tmp_path / "preferences.damaged").read_text() == text
    settings.change(name="林")
    assert Settings(tmp_path).preferences.name == "林"


def test_where_nothing_can_be_written_preferences_last_until_the_end(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    settings = Settings(tmp_path / "file")

    settings.change(name="林")

    assert settings.preferences.name == "林"


@pytest.mark.parametrize(
    ("target", "kept"),
    [
        ("postgresql://li:geheim@db:5432/water", "postgresql://li@db:5432/water"),
        ("postgresql://li:ge%40heim@db/water?sslmode=require", "postgresql://li@db/water?sslmode=require"),
        ("postgresql://db/water?user=li&password=geheim", "postgresql://db/water?user=li"),
        ("postgresql://db/water", "postgresql://db/water"),
        ("host=db dbname=water password='ge heim' user=li", "host=db dbname=water user=li"),
        ("/registers/password=1.gpkg", "/registers/password=1.gpkg"),
        ("C:\\台账\\a.gpkg", "C:\\台账\\a.gpkg"),
    ],
)
def test_passwords_are_stripped(tmp_path: Path, target: str, kept: str) -> None:
    assert without_password(target) == kept
    Settings(tmp_path).remember_open(target, "x", "2026", sample=False)
    Settings(tmp_path).remember_view(target, View())
    written = (tmp_path / "preferences.json").read_text(encoding="utf-8")
    assert "heim" not in written
