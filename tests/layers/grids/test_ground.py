"""Which grids there are on a day and to which one a place belongs, on both stores."""

from __future__ import annotations

import datetime

import numpy as np
import pytest
import shapely

from layers.grids.ground import NONE, read_grids, standing
from layers.text import Message
from tests.layers.grids.patches import SIDE, add_grid, at, block, four, line
from tests.layers.store.conftest import NewPlace

pytestmark = pytest.mark.keeps_running


def test_a_place_belongs_to_one_grid_by_the_rule_of_edges(new_place: NewPlace) -> None:
    with new_place().open() as register:
        one, two, three, four_ = four(register)
        grids = read_grids(register)
        assert grids.codes == ("A1", "G1", "G2", "G3", "G4")
        assert [grids.codes[n] for n in grids.lowest] == ["G1", "G2", "G3", "G4"]
        places = [
            at(10, 10),
            at(SIDE, 10),
            at(SIDE, SIDE),
            at(SIDE + 1, SIDE),
            at(2 * SIDE, 2 * SIDE),
            at(-1, 5),
        ]
        assert grids.at(places).tolist() == [one, one, one, two, four_, NONE]
        # A hair beyond the drawn edge is on it still; not a number is nowhere.
        assert grids.at([at(-0.0005, SIDE), at(-0.0015, SIDE), (np.nan, 1.0)]).tolist() == [one, NONE, NONE]
        area = int(grids.ids[0])
        assert grids.chain(three) == [three, area]
        assert sorted(grids.ids[grids.is_lowest].tolist()) == sorted((one, two, three, four_))
        assert len(grids.at([])) == 0


def test_lines_and_areas_belong_where_they_stand(new_place: NewPlace) -> None:
    with new_place().open() as register:
        one, two, *_ = four(register)
        grids = read_grids(register)
        bent = line((SIDE - 100, 10), (SIDE + 50, 10), (SIDE + 50, 80))
        pieces = shapely.MultiLineString([line((0, 0), (10, 0)), line((10, 0), (400, 0))])
        shapes = [
            bent,
            pieces,
            block(SIDE + 5, 5, SIDE + 20, 20),
            None,
            shapely.Point(at(1, 1)),
            shapely.Point(),
        ]
        assert grids.of(shapes).tolist() == [two, one, two, NONE, one, NONE]
        assert standing([pieces])[0] == pytest.approx(at(200, 0))


def test_a_grid_counts_on_its_days_with_the_boundary_of_then(new_place: NewPlace) -> None:
    today = datetime.date.today()
    with new_place().open() as register:
        old = add_grid(register, "G1", block(0, 0, 100, 100), valid_from="2020", valid_to="2022-06-30")
        new = add_grid(register, "G2", block(0, 0, 100, 100), valid_from="2022-07-01", replaces=old)
        with register.edit(Message("store.created")) as edit:
            edit.update("grid", new, 1, {"geom": block(0, 0, 50, 100)})
        now = read_grids(register)
        assert now.ids.tolist() == [new]
        assert now.replaces.tolist() == [old]
        assert now.shape_of(new).area == 5000
        # Before the trail begins the first boundary known is the best there is.
        then = read_grids(register, datetime.date(2022, 7, 1))
        assert then.ids.tolist() == [new]
        assert then.shape_of(new).area == 10_000
        assert read_grids(register, datetime.date(2022, 6, 30)).ids.tolist() == [old]
        assert len(read_grids(register, datetime.date(2019, 12, 31))) == 0
        assert read_grids(register, today + datetime.timedelta(1)).shape_of(new).area == 5000
