"""Due dates of projects: which there are, on every store, and that other programs read the file we write."""

from __future__ import annotations

import datetime
from pathlib import Path

import icalendar
import pytest

from layers.census.lots.due import due_lots
from layers.errors import UserError
from layers.renewal.progress.due_dates import due_dates, lasting_name
from layers.reports.calendar_file import write_calendar
from layers.text import Message, Texts
from tests.layers.store.conftest import NewPlace

pytestmark = pytest.mark.keeps_running

NOW = datetime.datetime(2026, 11, 23, 8, 30, tzinfo=datetime.UTC)
MILESTONES = (
    ("approved", "2026-01-05", "2026-01-08"), ("started", "2026-03", None), ("laid", None, None),
    ("tested", "2026-02-01", None),
)  # fmt: skip


def test_what_is_planned_and_not_done_goes_to_a_calendar(new_place: NewPlace, tmp_path: Path) -> None:
    with new_place().open() as register:
        with register.edit(Message("store.created")) as edit:
            mine, other = (edit.insert("person", {"name": name}) for name in ("周大江", "吴小河"))
            road = edit.insert("road", {"name": "西湖路"})
            project = edit.insert(
                "project",
                {
                    "code": "XM-1",
                    "name": "西湖路改造，一期; 二期",
                    "kind": "renewal",
                    "manager": mine,
                    "road": road,
                },
            )
            stopped = edit.insert("project", {"name": "停", "kind": "renewal", "state": "suspended"})
            for stage, planned, actual in MILESTONES:
                values = {"stage": stage, "planned_date": planned, "actual_date": actual, "owner": other}
                edit.insert("milestone", {"project": project, **values})
            edit.insert("milestone", {"project": stopped, "stage": "started", "planned_date": "2026-05-01"})
            edit.insert("contract", {"project": project, "number": "HT-1", "planned_finish": "2026-09-30"})
            visit = edit.insert("supervision_visit", {"project": project, "visit_date": "2026-03-20"})
            edit.insert("visit_finding", {"visit": visit, "item": "spoil", "rectify_by": "2026-03-23"})
        dues = due_dates(register)
        # A plan for a month is due on its last day.
        assert [(d.kind, d.day.isoformat()) for d in dues] == [
            ("milestone", "2026-02-01"), ("visit_finding", "2026-03-23"), ("milestone", "2026-03-31"),
            ("contract", "2026-09-30"),
        ]  # fmt: skip
        assert len(due_dates(register, manager=mine)) == 4
        assert [d.kind for d in due_dates(register, manager=other)] == ["milestone", "milestone"]
        assert due_dates(register, projects=(stopped,)) == ()

        path = tmp_path / "节点.ics"
        name = lasting_name(register)
        assert write_calendar(path, dues, Texts("zh"), name="到期", register=name, now=NOW) == 4
        read = icalendar.Calendar.from_ical(path.read_bytes())
        events = list(read.walk("VEVENT"))
        assert str(events[2]["summary"]) == "西湖路改造，一期; 二期：开工"
        assert events[2]["dtstart"].dt == datetime.date(2026, 3, 31)
        assert str(events[2]["location"]) == "西湖路"
        assert len({str(event["uid"]) for event in events}) == 4
        assert "周大江" not in path.read_text(encoding="utf-8")

        # The same milestone, moved: the same event in a newer file.
        again = {d.id: d for d in dues if d.kind == "milestone"}
        moved = register.get("milestone", dues[0].id)
        assert moved is not None
        with register.edit(Message("store.created")) as edit:
            edit.update("milestone", moved.id, moved.version, {"planned_date": "2026-12-01"})
        newer = due_dates(register)
        assert lasting_name(register) == name
        later = next(d for d in newer if d.kind == "milestone" and d.id == moved.id)
        assert (later.day.isoformat(), later.version) == ("2026-12-01", again[moved.id].version + 1)

        # Lots of an open campaign that are due and not finished stand beside them.
        with register.edit(Message("store.created")) as edit:
            team = edit.insert("team", {"name": "普查一组"})
            running, over = (
                edit.insert("campaign", {"name": "普查", "types": "meter", "state": state})
                for state in ("open", "closed")
            )
            for campaign, due, state, lot_state in (
                (running, "2026-11-30", "planned", "out"),
                (running, "2026-11-20", "visit_again", "back"),
                (running, "2026-11-21", "visited", "back"),
                (running, "2026-11-22", "planned", "cancelled"),
                (running, None, "planned", "out"),
                (over, "2026-11-23", "planned", "out"),
            ):
                values = {"campaign": campaign, "due_date": due, "state": lot_state, "team": team}
                lot = edit.insert("lot", {**values, "name": f"任务{due}", "person": mine})
                record = {"campaign": campaign, "lot": lot, "target_type": "meter", "state": state}
                edit.insert("census_record", record)
        lots = due_lots(register)
        assert [(d.kind, d.id, d.day.isoformat()) for d in lots] == [
            ("lot", 2, "2026-11-20"),
            ("lot", 1, "2026-11-30"),
        ]
        assert [due_lots(register, person=mine), due_lots(register, person=other)] == [lots, ()]
        assert due_lots(register, lots=(1,)) == lots[1:]
        both = (*newer, *lots)
        assert write_calendar(path, both, Texts("zh"), name="到期", register=name, now=NOW) == 6
        events = list(icalendar.Calendar.from_ical(path.read_bytes()).walk("VEVENT"))
        assert (str(events[4]["summary"]), str(events[4]["uid"])) == ("普查：任务2026-11-20", f"lot-2@{name}")
        assert "待查 1 个" in str(events[4]["description"])

        with pytest.raises(UserError) as refused:
            write_calendar(tmp_path / "nowhere" / "a.ics", dues, Texts("en"), name="", register=name, now=NOW)
        assert "a.ics" in Texts("zh").render(refused.value.title)
