"""Assets in another grid than their place, and customers in another than their meter: found, and put right at once."""

from __future__ import annotations

import pytest
import shapely

from layers.analysis.mending.mends import plan_mending
from layers.model.query import Query
from layers.register import Register
from layers.text import Message, Texts
from tests.layers.analysis.test_checks import X, Y, area, point
from tests.layers.analysis.test_mending import findings

pytestmark = pytest.mark.keeps_running

LABEL = Message("sample.places_made", {"seed": 0})


def test_wrong_grids_are_found_and_put_right_as_one_act(register: Register) -> None:
    with register.edit(LABEL) as edit:
        ids = [edit.insert("customer", {"code": f"C{n}", "name": "n"}) for n in range(2)]
        meters = [
            edit.insert("meter", point("meter", f"T{n}", 2 * n, 0, customer=ids[0])[1]) for n in range(9)
        ]
        edit.insert("community", area("community", "K", 5)[1])
        grid = edit.insert("grid", area("grid", "G", 20)[1])
        far = edit.insert("grid", {"code": "F", "name": "F", "geom": shapely.box(X + 30, Y, X + 40, Y + 9)})
    with register.edit(LABEL) as edit:
        edit.update_many("meter", meters[:3], {"grid": far})
        edit.update_many("customer", ids[:1], {"grid": far})
    found = findings(register, "grid_differs")
    assert len(found) == 10
    said = {Texts("zh").render(each.message) for each in found}
    assert "T0 登记在网格 F，按位置属于 G。" in said
    assert "K 登记在网格 （无），按位置属于 G。" in said
    mending = plan_mending(register, found)
    assert mending.count == 10
    with register.edit(mending.plan.label) as edit:
        mending.plan.apply(edit)
    assert findings(register, "grid_differs") == []
    assert {asset["grid"] for asset in register.find(Query("meter"))} == {grid}
    customers = findings(register, "customer_grid_differs")
    assert [each.asset.id for each in customers] == ids[:1]
    again = plan_mending(register, customers)
    with register.edit(again.plan.label) as edit:
        again.plan.apply(edit)
    assert findings(register, "customer_grid_differs") == []
    register.undo()
    register.undo()
    assert len(findings(register, "grid_differs")) == 10
