"""The board on either store: it follows logs and dates, and says whose projects an edit touched."""

from __future__ import annotations

import datetime

import pytest

from layers.errors import Conflict
from layers.model.change import ChangeSet
from layers.model.query import Compare
from layers.register import Register
from layers.renewal.board.board import read_board
from layers.renewal.board.following import follow_board, touched_projects
from layers.renewal.progress.details import read_details
from layers.text import Message
from tests.layers.store.conftest import NewPlace

pytestmark = pytest.mark.keeps_running

DAY = datetime.date(2024, 7, 18)


def test_the_board_of_a_register_follows_logs_and_dates(new_place: NewPlace) -> None:
    with new_place().open() as register:
        _walk(register)


def _walk(register: Register) -> None:
    with register.edit(Message("store.created")) as edit:
        person = edit.insert("person", {"name": "赵工"})
        project = edit.insert("project", {
            "name": "建设路", "kind": "renewal", "state": "open", "manager": person, "planned_length": 960,
            "planned_start": "2024-05-20", "planned_finish": "2024-09-20",
        })  # fmt: skip
        homes = edit.insert(
            "project", {"name": "锦绣家园", "kind": "conversion", "state": "open", "households": 319}
        )
        edit.insert("milestone", {"project": project, "stage": "started", "actual_date": "2024-05-31"})
        for day, metres in (("2024-07-17", 586), ("2024-07-18", 24)):
            values = {"project": project, "work_date": day, "work": "laying", "dn": 400, "metres": metres}
            edit.insert("daily_log", values)
    board = read_board(register, DAY)
    card, other = board.by_id[project], board.by_id[homes]
    assert card.manager_name == "赵工"
    assert card.laid == 610
    assert not card.is_conversion
    assert card.current is not None
    assert card.current.stage.means == "laying"
    assert other.is_conversion
    assert other.households == 319
    assert [c.id for c in read_board(register, DAY, Compare("manager", "=", person)).cards] == [project]

    heard: list[ChangeSet] = []
    stop = register.listen(heard.append)
    with register.edit(Message("store.created")) as edit:
        values = {"project": project, "work_date": "2024-07-18", "work": "laying", "dn": 200, "metres": 112}
        log = edit.insert("daily_log", values)
        edit.insert("milestone", {"project": homes, "stage": "scouted", "actual_date": "2024-07-01"})
    assert touched_projects(register, board, heard) == {project, homes}
    assert follow_board(register, board, heard, DAY) == read_board(register, DAY)
    assert follow_board(register, board, [], DAY) is board
    with register.edit(Message("store.created")) as edit:
        edit.delete("daily_log", log, 1)
    # Whose row it was cannot be told any more: all are read.
    assert touched_projects(register, board, heard[1:]) is None
    assert follow_board(register, board, heard, DAY).by_id[project].laid == 610
    stop()

    details = read_details(register, project)
    assert details is not None
    assert [row["work_date"] for row in details.logs] == ["2024-07-18", "2024-07-17"]
    assert details.counts["daily_log"] == 2
    # Two managers edit one milestone: the second is told, nothing is lost.
    row = details.milestones[0]
    with register.edit(Message("store.created")) as edit:
        edit.update("milestone", row.id, row.version, {"evidence": "开工令 12 号"})
    with pytest.raises(Conflict), register.edit(Message("store.created")) as edit:
        edit.update("milestone", row.id, row.version, {"evidence": "另一份"})
    assert read_details(register, project).milestones[0]["evidence"] == "开工令 12 号"  # type: ignore[union-attr]
    assert read_details(register, 999_999) is None
