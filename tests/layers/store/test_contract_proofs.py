"""Contract of every store: what an asset says is proven by what is attached to it, whoever writes it, in any order."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pyarrow as pa
import pytest

from layers.register import Register, ValuesRefused
from layers.text import Message, Texts
from tests.layers.store.test_contract_attach import JPEG
from tests.layers.store.test_contract_edit import add

pytestmark = pytest.mark.keeps_running

LABEL = Message("store.created")


def state_of(register: Register, id: int) -> object:
    found = register.get("defect", id)
    assert found is not None
    return found["state"]


def test_a_defect_is_closed_only_with_a_photo_of_afterwards(opened: Register) -> None:
    hydrant = add(opened, "hydrant")
    values = {"target": f"hydrant:{hydrant}", "kind": "hydrant_leak", "severity": 2}
    one, other = (add(opened, "defect", **values, state="open") for _ in range(2))
    for state in ("repaired", "closed"):
        with pytest.raises(ValuesRefused) as refused, opened.edit(LABEL) as edit:
            edit.update("defect", one, 1, {"state": state})
        assert [problem.rule for problem in refused.value.problems] == ["unproven"]
        with pytest.raises(ValuesRefused), opened.edit(LABEL) as edit:
            edit.update_many("defect", [one, other], {"state": state})
        with pytest.raises(ValuesRefused), opened.edit(LABEL) as edit:
            edit.insert("defect", {**values, "state": state})
    told = Texts("zh").render(refused.value.problems[0].message)
    assert told.startswith("“处理状态”为“已销号”，须附有修复后的照片")
    # Any photo will not do; and in one act it does not matter what comes first.
    with opened.edit(LABEL) as edit:
        opened.attach(edit, "defect", one, "前.jpg", JPEG, {"kind": "photo"})
    with pytest.raises(ValuesRefused), opened.edit(LABEL) as edit:
        edit.update("defect", one, 1, {"state": "closed"})
    with opened.edit(LABEL) as edit:
        edit.update("defect", one, 1, {"state": "closed"})
        photo = opened.attach(edit, "defect", one, "后.jpg", JPEG, {"kind": "after"})
    # What proves it stays.
    for work in (
        lambda edit: edit.delete("attachment", photo, 1),
        lambda edit: edit.update("attachment", photo, 1, {"kind": "photo"}),
        lambda edit: edit.update("attachment", photo, 1, {"target": f"defect:{other}"}),
    ):
        with pytest.raises(ValuesRefused), opened.edit(LABEL) as edit:
            work(edit)
    # Other things may be changed, of this one and of one that an older program closed without.
    with opened.edit(LABEL) as edit:
        edit.update("defect", one, 2, {"remark": "x"})
    opened.undo()
    opened.undo()
    assert (state_of(opened, one), len(opened.attachments("defect", one))) == ("open", 1)
    opened.redo()
    assert (state_of(opened, one), len(opened.attachments("defect", one))) == ("closed", 2)
    # What another book brings in a batch has no photos.
    rows = pa.Table.from_pylist([{**values, "state": "closed"}])
    with opened.edit(LABEL) as edit:
        batch = edit.insert_bulk("defect", rows)
    with opened.edit(LABEL) as edit:
        edit.update("defect", batch.first, 1, {"remark": "旧账"})
    assert state_of(opened, batch.first) == "closed"


def test_what_other_programs_hung_on_nothing_can_be_removed(empty_register: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(empty_register, tmp_path / "city.gpkg"))
    with Register.open(path, actor="t") as register, register.edit(LABEL) as edit:
        photo = register.attach(edit, "hydrant", edit.insert("hydrant", {}), "1.jpg", JPEG, {"kind": "after"})
    raw = sqlite3.connect(path)
    raw.execute("UPDATE attachment SET target = 'hydrant:?'")
    raw.commit()
    raw.close()
    with Register.open(path, actor="t") as register:
        row = register.get("attachment", photo)
        assert row is not None
        with register.edit(LABEL) as edit:
            edit.delete("attachment", photo, row.version)
        assert register.count("attachment") == 0
