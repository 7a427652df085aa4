"""Two sessions on one asset, on either store: a draft stands on what the other saved, and nothing is overwritten."""

from __future__ import annotations

import pytest

from layers.errors import Conflict
from layers.model.draft import Draft
from layers.register import Register
from layers.text import Message
from tests.layers.store.conftest import Place

pytestmark = pytest.mark.keeps_running
LABEL = Message("action.find")


def test_the_second_is_told_and_chooses(place: Place) -> None:
    with place.open() as mine, place.open() as theirs:
        with mine.edit(LABEL) as edit:
            id = edit.insert("meter_well", {"code": "BJ-1", "road": "大塘路"})
        read = mine.get("meter_well", id)
        assert read is not None
        draft = Draft(mine.catalogue["meter_well"], read.values)
        draft.enter("road", "解放巷")
        draft.enter("remark", "缺盖")
        with theirs.edit(LABEL) as edit:
            edit.update("meter_well", id, read.version, {"road": "中山路", "address": "3 号"})
        with pytest.raises(Conflict) as caught:
            _save(mine, id, read.version, draft)
        assert set(caught.value.changed_fields) == {"road", "address"}
        now = mine.get("meter_well", id)
        assert now is not None
        assert now["road"] == "中山路"
        contested = {d.field: d.is_contested for d in draft.rebase(now.values)}
        assert contested["road"]
        assert not contested["address"]
        draft.settle("road", mine=False)
        _save(mine, id, now.version, draft)
        saved = theirs.get("meter_well", id)
        assert saved is not None
        assert (saved["road"], saved["address"], saved["remark"]) == ("中山路", "3 号", "缺盖")


def _save(register: Register, id: int, version: int, draft: Draft) -> None:
    with register.edit(LABEL) as edit:
        edit.update("meter_well", id, version, draft.changes)
