"""Finding assets by what people type, on a real register."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from layers.feedback import Feedback
from layers.geometry.crs import Crs
from layers.model.change import ChangeSet
from layers.register import Register
from layers.search.index import PER_PLACE, SearchIndex
from layers.text import Message

LABEL = Message("action.find")


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Register]:
    path = tmp_path_factory.mktemp("search") / "search.gpkg"
    with Register.create(path, Crs.parse("EPSG:4546"), actor="林工") as register:
        with register.edit(LABEL) as edit:
            for name in ("大塘路", "大同巷", "重庆路", "人民东路"):
                edit.insert("road", {"name": name})
            edit.insert("community", {"code": "XQ-0001", "name": "锦绣家园", "address": "大塘路 8 号"})
            edit.insert("person", {"code": "RY-0001", "name": "周海燕"})
            for number in range(30):
                edit.insert("pipe", {"code": f"GD-{number:06d}", "road": "大塘路"})
            edit.insert("meter", {"code": "SB-000144", "meter_no": "2019-00377"})
            edit.insert("meter", {"code": "SB-001440", "meter_no": "88"})
        yield register


@pytest.fixture(scope="module")
def index(register: Register) -> SearchIndex:
    return SearchIndex.build(register, Feedback())


@pytest.mark.parametrize(
    ("typed", "label", "field"),
    [
        ("大塘路", "大塘路", "name"),
        ("dtl", "大塘路", "name"),
        ("DTL", "大塘路", "name"),
        ("datanglu", "大塘路", "name"),
        ("cql", "重庆路", "name"),
        ("人路", "人民东路", "name"),
        ("jxjy", "锦绣家园", "name"),
        ("周海", "周海燕", "name"),
        ("GD-000007", "GD-000007", "code"),
        ("gd000007", "GD-000007", "code"),
        ("gd7", "GD-000007", "code"),
        ("sb 144", "SB-000144", "code"),
        ("201900377", "SB-000144", "meter_no"),
        ("00377", "SB-000144", "meter_no"),
    ],
)
def test_what_is_meant_comes_first(index: SearchIndex, typed: str, label: str, field: str) -> None:
    first = index.search(typed)[0]
    assert (first.label, first.field) == (label, field)


def test_what_only_lies_at_the_road_comes_after_it_and_is_few(index: SearchIndex) -> None:
    hits = index.search("大塘路")
    types = [hit.key.type for hit in hits]
    assert types[0] == "road"
    assert types.count("pipe") == PER_PLACE


@pytest.mark.parametrize("typed", ["", "  ", "-", "zzzz", "没有这条路", "\n", "a\nb", "[", "(.*)"])
def test_nothing_is_found_for_nothing(index: SearchIndex, typed: str) -> None:
    assert index.search(typed) == []


def test_a_change_is_found_without_building_anew(register: Register, index: SearchIndex) -> None:
    changes: list[ChangeSet] = []
    stop = register.listen(changes.append)
    meter = register.by_code("meter", "SB-001440")
    assert meter is not None
    with register.edit(LABEL) as edit:
        edit.update("meter", meter.id, meter.version, {"meter_no": "NEW-1"})
        edit.insert("road", {"name": "芙蓉路"})
    patched = index.patched(register, changes[-1])
    assert patched.search("new1")[0].key == meter.key
    assert [hit.value for hit in patched.search("88")] == []
    assert patched.search("frl")[0].label == "芙蓉路"
    with register.edit(LABEL) as edit:
        row = register.get("meter", meter.id)
        assert row is not None
        edit.delete("meter", row.id, row.version)
    assert patched.patched(register, changes[-1]).search("new1") == []
    assert index.search("new1") == []  # frozen: what is asked meanwhile is not disturbed
    stop()
