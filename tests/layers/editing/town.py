"""A corner of a town with one of everything that hangs on pipes, ten metres and more apart."""

from __future__ import annotations

from layers.register import Register
from layers.text import Message
from tests.layers.editing.networks import line, point

GRID = 40.0


def build(register: Register) -> None:
    """Mains with heights, a saddle, a branch that ends on a bend, valves, a hydrant beside its main, a full well."""
    with register.edit(Message("store.created")) as edit:

        def add(type_name: str, geometry: object, **values: object) -> int:
            return edit.insert(type_name, {"geom": geometry, **values})

        main = add(
            "pipe",
            line((0, 0, 5.0), (GRID, 3.5, 6.0), (2 * GRID, 0, 5.5)),
            code="GD-1",
            dn=300,
            material="DI",
            status="in_service",
            recorded_length_m=81.23,
            as_built_length_m=80.0,
            start_depth_m=1.2,
            end_depth_m=1.5,
            start_point_no="V1",
        )
        add(
            "pipe",
            line((2 * GRID, 0), (3 * GRID, 1.25)),
            code="GD-2",
            dn=300,
            material="DI",
            status="in_service",
        )
        add("pipe", line((0, 0), (0, GRID), (11, 51)), code="GD-3", dn=200)
        add("pipe", line((GRID, 3.5), (GRID, 33)), code="GD-4", dn=100)
        add("pipe", line((20, 1.75), (20, 22)), code="GD-5", dn=50)
        add("pipe", line((20, 12), (31, 12.4)), code="GD-6", dn=40)
        add("pipe", line((2 * GRID, 0), (2 * GRID, -GRID)), code="OLD", dn=100, status="abandoned")
        add("valve", point(0, 0), survey_no="V1", dn=300)
        chamber = add("meter_well", point(2 * GRID, 0.6), kind="valve_well")
        add("valve", point(2 * GRID, 0), well=chamber)
        pit = add("meter_well", point(60, 2.4), kind="hydrant_well")
        add("hydrant", point(60, 2.0), well=pit)
        box = add("meter_well", point(20, 22.4), kind="meter_box")
        add("meter", point(20, 22), well=box)
        add("meter", point(20.2, 22.3), well=box)
        add("network_point", point(GRID, 3.5), kind="tee", survey_no="T1")
        leak = add("leak", point(70, 1.0), pipe=main)
        register.attach(edit, "leak", leak, "leak.txt", b"seen")
