"""Two sessions on one register: what one draws or moves while the other looks at new boundaries is in its grid."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from layers.errors import Conflict
from layers.grids.ground import read_grids
from layers.grids.shaping.splitting import plan_split
from layers.model.query import Query
from layers.register import Register
from layers.text import Message
from tests.layers.grids.patches import add, at, four, line
from tests.layers.grids.shaping.test_boundaries import do, is_sound, meters
from tests.layers.store.conftest import NewPlace

pytestmark = pytest.mark.keeps_running


def strayed(register: Register) -> list[int]:
    """Meters that say another grid than that of their place."""
    found = register.find(Query("meter"))
    rightful = read_grids(register).of(each.geometry for each in found)
    said = np.array([-1 if each["grid"] is None else each["grid"] for each in found])
    return [found[int(number)].id for number in np.flatnonzero(rightful != said)]


def test_what_others_draw_meanwhile_follows_the_new_boundary(new_place: NewPlace) -> None:
    place = new_place()
    with place.open("甲") as mine, place.open("乙") as theirs:
        one, two, *_ = four(mine)
        away, near = meters(mine, (10, 20), (20, 20))
        plan = plan_split(mine, one, line((100, -50), (100, 400)))
        same = plan_split(theirs, one, line((200, -50), (200, 400)))
        fresh = add(theirs, "meter", code="NEW", geom=shapely.Point(at(50, 290)))
        with theirs.edit(Message("store.created")) as edit:
            edit.update("meter", away, 1, {"geom": shapely.Point(at(450, 20))})
        new = do(mine, plan).made[0].id
        assert strayed(mine) == []
        assert [mine.get("meter", id)["grid"] for id in (away, near, fresh)] == [two, new, new]  # type: ignore[index]
        with pytest.raises(Conflict):
            do(theirs, same)
        assert is_sound(theirs)
        # Taken back, everything is again where it was, but for what the other one did.
        theirs.undo()
        assert strayed(theirs) == []
