"""The report on a bug: complete, and not piling up."""

from __future__ import annotations

from pathlib import Path

from layers.crash import write_crash_report


def _fault() -> Exception:
    try:
        raise ValueError("坏的值 \udcff")
    except ValueError as error:
        return error


def test_report_says_what_where_and_in_which_version(tmp_path: Path) -> None:
    text = write_crash_report(_fault(), tmp_path, {"command": "info"}).read_text(encoding="utf-8")
    assert "坏的值" in text
    assert "_fault" in text
    for line in ("command: info", "python: 3.", "gisapp: "):
        assert line in text


def test_only_the_newest_twenty_are_kept(tmp_path: Path) -> None:
    written = [write_crash_report(_fault(), tmp_path) for _ in range(25)]
    assert sorted(tmp_path.iterdir()) == sorted(written)[-20:]
