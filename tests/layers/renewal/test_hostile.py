"""Projects as no honest office writes them, and statements that were tampered with: told, never a crash or a lie."""

from __future__ import annotations

import datetime
import json
from dataclasses import replace
from pathlib import Path

import pytest

from layers.errors import UserError
from layers.register import Register
from layers.renewal.board.board import read_board
from layers.renewal.progress.due_dates import due_dates
from layers.renewal.progress.progress import project_figures
from layers.renewal.statement.frozen import compare, reopen, submit, submitting
from layers.renewal.statement.statement import Period, statement
from layers.reports.arranging import arrange
from layers.reports.calendar_file import write_calendar
from layers.reports.listing import list_pipes
from layers.text import Message, Texts
from tests.layers.store.conftest import NewPlace

pytestmark = pytest.mark.keeps_running

DAY = datetime.date(2026, 11, 1)
NAMES = (
    "=cmd|' /c calc'!A1",
    "<script>alert(1)</script>",
    "长" * 120,
    "\u202egnp.exe",
    "{name}{0}{",
    "a\r\nEND:VEVENT",
)


def build_hostile(register: Register) -> None:
    """Odd names, days at the end of time, empty projects, pipes with nothing but a project."""
    for number, name in enumerate(NAMES):
        with register.edit(Message("store.created")) as edit:
            project = edit.insert(
                "project",
                {
                    "code": f"H-{number}", "name": name, "kind": "renewal", "state": "open",
                    "planned_start": "9999" if number % 2 else "0001", "planned_finish": "9999-12-31",
                },
            )  # fmt: skip
            for stage, planned, actual in (
                ("in_service", "9999-12-31", None), ("started", "0001", "2026-03"), ("laid", "0001-01-01", None),
                ("old_retired", "0001" if number % 3 else "9999", "2025"),
            ):  # fmt: skip
                values = {"project": project, "stage": stage, "planned_date": planned, "actual_date": actual}
                edit.insert("milestone", values)
            edit.insert(
                "daily_log",
                {"project": project, "work_date": "2026-10-31", "work": "laying", "metres": 0.001},
            )
            edit.insert("pipe", {"code": f"P-{number}", "status": "planned", "project_in": project})
            edit.insert("pipe", {"code": f"Q-{number}", "status": "in_service", "project_out": project})


def test_nothing_odd_crashes_a_figure(new_place: NewPlace, tmp_path: Path) -> None:
    with new_place().open() as register:
        build_hostile(register)
        figures = project_figures(register, DAY)
        assert len(figures.projects) == len(NAMES)
        read_board(register, DAY)
        made = statement(register, Period.year(2026), day=DAY)
        statement(register, Period.years(1, 9999), day=DAY)
        arrange(made)
        list_pipes(register, made, Texts("zh"))
        dues = due_dates(register)
        now = datetime.datetime(2026, 11, 1, tzinfo=datetime.UTC)
        write_calendar(tmp_path / "a.ics", dues, Texts("zh"), name="a", register="r", now=now)


def test_a_copy_changed_by_hand_says_so_or_is_refused(new_place: NewPlace) -> None:
    with new_place().open() as register:
        build_hostile(register)
        made = statement(register, Period.year(2026), day=DAY)
        with register.edit(submitting("2026")) as edit:
            copy = submit(edit, made, "2026", "me", datetime.datetime(2026, 11, 1, tzinfo=datetime.UTC))
        assert reopen(register, copy) == replace(made, title="2026")
        whole = json.loads(str(register.get("statement_copy", copy)["figures"]))

        def put(text: str) -> None:
            version = register.get("statement_copy", copy).version
            with register.edit(submitting("2026")) as edit:
                edit.update("statement_copy", copy, version, {"figures": text})

        more = json.loads(json.dumps(whole))
        more["headline"]["renewed"]["value"] = 123_456.0
        put(json.dumps(more))
        told = reopen(register, copy)
        assert told.headline["renewed"].value == 123_456.0
        assert told.notes[0].id == "kilometres.changed_copy"
        assert compare(made, told)

        def broken(**headline: object) -> str:
            return json.dumps(whole | {"headline": whole["headline"] | headline})

        figure = whole["headline"]["renewed"]
        for text in (
            json.dumps(whole)[:-40], "[]", "{}", "[" * 100_000, "12", '"a"',
            json.dumps(whole | {"format": 99}), json.dumps(whole | {"headline": {}}),
            json.dumps(whole | {"period": {"first": "2026", "last": "x"}}), json.dumps(whole | {"notes": ["a"]}),
            broken(renewed=figure | {"value": "12"}), broken(renewed=figure | {"value": float("nan")}),
            broken(renewed=figure | {"ids": "1-999999999999999"}), broken(renewed=figure | {"unit": "mile"}),
        ):  # fmt: skip
            put(text)
            with pytest.raises(UserError, match="unreadable_copy"):
                reopen(register, copy)
