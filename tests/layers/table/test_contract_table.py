"""Contract of every store: a table follows edits, cells are written together, and others' changes are not lost."""

from __future__ import annotations

import pytest

from layers.errors import Conflict
from layers.model.query import Compare, Order, Query
from layers.register import Register
from layers.search.link_names import RegisterLinks
from layers.table.arranging import Arrangement, arranged, typed_condition
from layers.table.data import DRAWN_LENGTH
from layers.table.pasting import plan_cells
from layers.table.patching import patched, touched_ids
from layers.table.reading import read_more, read_table
from tests.layers.store.conftest import NewPlace
from tests.layers.table.test_register_table import EDIT, NAMES, row, same_as_register

pytestmark = pytest.mark.keeps_running


def _filled(register: Register) -> None:
    with register.edit(EDIT) as edit:
        for name in ("东区", "西区"):
            edit.insert("service_area", {"name": name})
        for number in range(30):
            edit.insert("pipe", row(number))


def test_a_table_follows_and_writes(new_place: NewPlace) -> None:
    place = new_place()
    with place.open() as register:
        _filled(register)
        data = read_table(register, "pipe", (*NAMES[:4], DRAWN_LENGTH.name))
        more = read_more(register, data, NAMES[4:])
        assert more is not None
        data = data.with_columns(more)
        same_as_register(register, data)
        for typed in ("大塘", "gd-00001", "球墨 大", "西区", "a road"):
            rows = arranged(data, Arrangement((Order("road"),), typed, NAMES), "zh")
            found = register.columns("pipe", [], where=typed_condition(data, typed, NAMES, "zh"))
            assert sorted(data.fids[rows].tolist()) == sorted(found.column("fid").to_pylist()), typed

        news = []
        stop = register.listen(news.append)
        gone, other = register.find(Query("pipe", Compare("dn", "=", 200), limit=2))
        with register.edit(EDIT) as edit:
            edit.delete("pipe", gone.id, gone.version)
            edit.update("pipe", other.id, other.version, {"dn": 500, "road": "新路", "geom": None})
            edit.insert("pipe", row(5000))
        register.undo()
        register.redo()
        stop()
        ids = touched_ids(news, "pipe")
        assert ids is not None
        data = patched(register, data, ids).data
        same_as_register(register, data)

        fields = [data.type.field_named(name) for name in ("dn", "service_area")]
        links = RegisterLinks(register)
        plan = plan_cells(data, [0, 1, 2], fields, [["150", "西区"]], links)
        stale = plan_cells(data, [2, 3], fields[:1], [["300"]], links)
        assert not plan.refused
        with register.edit(EDIT) as edit:
            plan.apply(edit)
        written = [register.get("pipe", int(id)) for id in data.fids[:3]]
        assert [(asset["dn"], asset["service_area"]) for asset in written] == [(150, 2)] * 3
        # Another window was here first: nothing of the paste is written.
        version = register.data_version
        with pytest.raises(Conflict), register.edit(EDIT) as edit:
            stale.apply(edit)
        assert register.data_version == version
