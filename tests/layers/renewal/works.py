"""A project in the town of the editing tests: an old main to retire, a planned one beside it to lay."""

from __future__ import annotations

from typing import Any

import shapely

from layers.model.query import Query
from layers.register import Register
from layers.text import Message
from tests.layers.editing.networks import line
from tests.layers.editing.town import GRID, build

TYPES = (
    "pipe", "valve", "hydrant", "meter", "meter_well", "network_point", "leak", "attachment", "project",
    "section", "milestone", "community", "customer", "budget_item",
)  # fmt: skip


def build_works(register: Register, *, north: float = 3.0, pieces: int = 1) -> int:
    """The town with an open renewal project; returns its id. The new main lies ``north`` metres of the old one."""
    build(register)
    with register.edit(Message("store.created")) as edit:
        project = edit.insert(
            "project", {"code": "XM-1", "name": "西湖路改造", "kind": "renewal", "state": "open"}
        )
        course = [(0, north), (GRID, 3.5 + north), (2 * GRID, north)]
        runs = [course[:2], course[1:]] if pieces == 2 else [course]
        for number, run in enumerate(runs):
            values = {"code": f"NEW-{number + 1}", "dn": 400, "material": "DI", "status": "planned"}
            edit.insert("pipe", {**values, "geom": line(*run), "project_in": project})
        main = register.by_code("pipe", "GD-1")
        assert main is not None
        edit.update("pipe", main.id, main.version, {"project_out": project})
        edit.insert("milestone", {"project": project, "stage": "in_service", "planned_date": "2026-10-01"})
        edit.insert("milestone", {"project": project, "stage": "started", "actual_date": "2026-03-01"})
    return project


def whole(register: Register) -> dict[str, Any]:
    """All there is of these types, without versions."""
    return {name: {a.id: _plain(a.values) for a in register.find(Query(name))} for name in TYPES}


def _plain(values: Any) -> dict[str, Any]:
    return {
        name: shapely.to_wkb(value, output_dimension=3, hex=True) if name == "geom" and value else value
        for name, value in values.items()
    }
