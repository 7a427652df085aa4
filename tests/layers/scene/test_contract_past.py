"""Contract of every store: the map of a past day, by the trail and by the dates of laying and retiring."""

from __future__ import annotations

import datetime

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString

from layers.feedback import Feedback
from layers.model import edtf
from layers.model.lifetime import Lifetime
from layers.model.query import Compare
from layers.past.book import Past, doubt_of, first_day
from layers.past.ground import Doubt, as_on, lying_on
from layers.register import Register
from layers.scene.past_scene import build_past
from layers.scene.planning import build_scene
from layers.scene.scene import Scene
from layers.scene.styles import find_style
from layers.text import Message
from tests.layers.scene.test_contract_map import edit_some, register
from tests.layers.scene.test_patching import X, Y, shown

__all__ = ["register"]
pytestmark = pytest.mark.keeps_running

LIFETIME = Lifetime(("laid", "done"), "gone", "status", ("planned",), ("abandoned",), "in_service")
DAYS = st.dates(datetime.date(1998, 12, 1), datetime.date(2001, 2, 1)).map(str)
DATES = st.one_of(
    st.none(), DAYS, DAYS.map(lambda d: d[:7]), DAYS.map(lambda d: d[:4]), st.sampled_from(["199X", "200X", "XXXX"])
)  # fmt: skip
ROW = st.tuples(DATES, DATES, DATES, st.sampled_from([None, "planned", "in_service", "abandoned"]))


@settings(max_examples=50)
@given(rows=st.lists(ROW, max_size=30), day=DAYS)
def test_what_may_have_lain_there_is_shown(rows: list[tuple[str | None, ...]], day: str) -> None:
    columns = zip(*rows, strict=True) if rows else [()] * 4
    names = ("laid", "done", "gone", "status")
    table = pa.table({n: pa.array(list(c), pa.string()) for n, c in zip(names, columns, strict=True)})
    lying = lying_on(table, LIFETIME, day)
    then = as_on(table, LIFETIME, day).column("status").to_pylist()
    today, expected = datetime.date.fromisoformat(day), []
    for number, (laid, done, gone, status) in enumerate(rows):
        begin = next((d for d in (laid, done) if d not in (None, edtf.UNKNOWN)), None)
        end = None if gone == edtf.UNKNOWN else gone
        first = None if begin is None else edtf.earliest(begin)
        last = None if end is None else edtf.latest(end)
        is_there = status != "planned" and (first is None or first <= today)
        is_over = last is not None and (last <= today if edtf.precision(end or "") == "day" else last < today)
        assert lying.there[number] == is_there
        assert lying.undated[number] == (begin is None)
        if is_there:
            expected.append(
                "in_service" if status == "abandoned" and end is not None and not is_over else status
            )
    assert then == expected


def test_the_book_as_it_stood(register: Register) -> None:
    style = find_style(register, "diameter", Feedback())
    where = {"pipe": Compare("dn", ">=", 300)}
    then, filtered, version = (
        _scene(register),
        build_scene(register, style, Feedback(), filters=where),
        register.data_version,
    )
    edit_some(register)
    register.undo()
    register.redo()
    today = _scene(register)
    past = Past("2026-01-01", "book", version)
    assert shown(build_past(register, style, past, Feedback(), before=today)) == shown(then)
    few = build_past(register, style, past, Feedback(), filters=where)
    assert shown(few) == shown(filtered)
    # Before the first act there was nothing; types that came in bulk are gone as well.
    empty = build_past(register, style, Past("2020-01-01", "book", 1), Feedback(), before=today)
    assert sum(c.count for layer in empty.counts().values() for c in layer.values()) == 0
    now = build_past(
        register, style, Past("2030-01-01", "book", register.data_version), Feedback(), before=today
    )
    assert all(one is other for one, other in zip(now.sources, today.sources, strict=True))


def test_the_network_as_it_lay_in_the_ground(register: Register) -> None:
    with register.edit(Message("action.import")) as edit:
        for number, (laid, retired, status) in enumerate([
            ("1985", "2005-06-30", "abandoned"), ("2005-07-01", None, "in_service"), ("200X", None, "in_service"),
        ]):  # fmt: skip
            line = LineString([(X, Y + 200 + number), (X + 100, Y + 200 + number)])
            values = {"laid_date": laid, "retired_date": retired, "status": status, "dn": 1000}
            edit.insert("pipe", {"code": f"D{number}", "geom": line, **values})
    style, today = find_style(register, "diameter", Feedback()), _scene(register)
    assert first_day(register, Feedback()) == "1985"
    # 20 pipes without a date, of which every fifth is only planned: 16 are always there.
    figures = {}
    for day in ("1984-12-31", "2005-06-30", "2005-07-01"):
        scene = build_past(register, style, Past(day, "ground"), Feedback(), before=today)
        of_pipes = {name: c.count for name, c in scene.counts()["pipe"].items() if c.count}
        figures[day] = sum(of_pipes.values()), of_pipes.get("abandoned", 0), of_pipes.get("planned", 0)
    assert figures == {
        "1984-12-31": (16, 0, 0), "2005-06-30": (18, 1, 0), "2005-07-01": (19, 1, 0),
    }  # fmt: skip
    assert doubt_of(register, ["pipe"], Past("2000-01-01", "ground"), Feedback()) == Doubt(1, 16)


def _scene(register: Register) -> Scene:
    return build_scene(register, "diameter", Feedback())
