"""What is read packed is what is read row by row, whatever stands in it; in both stores."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from layers.model.query import Compare
from layers.register import Register
from layers.store import packed_read
from layers.text import Message
from tests.layers.store.conftest import NewPlace

pytestmark = pytest.mark.keeps_running
FIELDS = ("lot", "target_type", "state", "outcome", "differing", "remark", "logged_at", "seconds")


def fill(register: Register, remarks: list[str | None]) -> None:
    with register.edit(Message("store.created")) as edit:
        campaign = edit.insert("campaign", {"name": "普查", "types": "meter", "state": "open"})
        lot = edit.insert("lot", {"campaign": campaign, "name": "一", "state": "out"})
        for number, remark in enumerate(remarks):
            edit.insert("census_record", {
                "campaign": campaign, "lot": lot if number % 2 else None, "target_type": "meter", "remark": remark,
                "state": "visited" if number % 3 else "planned", "seconds": 12.5 if number % 2 else None,
                "logged_at": "2026-09-01T01:02:03.004Z" if number % 3 else None,
            })  # fmt: skip


def test_packed_is_as_row_by_row(new_place: NewPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    with new_place().open() as register:
        _compare(register, monkeypatch)


def _compare(register: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    assert register.packed("census_record", FIELDS).num_rows == 0
    fill(register, ["阀门, 锈死", None, "a\nb", "'\"%", None, "x"])
    for run in (500_000, 2):
        monkeypatch.setattr(packed_read, "_RUN", run)
        assert register.packed("census_record", FIELDS).equals(register.values("census_record", FIELDS))
        some = Compare("state", "=", "visited")
        assert register.packed("census_record", FIELDS, some).equals(
            register.values("census_record", FIELDS, some)
        )
    assert (np.diff(register.packed("census_record", ())["fid"].to_numpy()) == 1).all()
    with pytest.raises(ValueError, match="numbers and texts"):
        register.packed("added_field", ("active",))


def test_a_text_with_the_sign_between_two_is_read_all_the_same(register: Register) -> None:
    fill(register, ["one", f"two{packed_read._BETWEEN}three", None])
    found = register.packed("census_record", FIELDS)
    assert found.equals(register.values("census_record", FIELDS))
    assert found["remark"].to_pylist()[1] == "two\x1fthree"


def test_words_of_another_program_in_a_column_of_numbers_say_nothing() -> None:
    packed = packed_read._BETWEEN.join(("12.5", "fast", packed_read._NONE, "1e3", "7"))
    assert packed_read._apart(packed, pa.float64()).to_pylist() == [12.5, None, None, 1000.0, 7.0]
    assert packed_read._apart(packed, pa.int64()).to_pylist() == [None, None, None, None, 7]
