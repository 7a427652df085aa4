"""A program ended between handing out and noting: the package is taken up as it was, or thrown away."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from layers.census.packages.out.checkout import check_out, prepare
from layers.census.packages.out.left_over import MARKS, forget, read_left_over, take_up, throw_away
from layers.census.packages.scope import of_lot
from layers.census.packages.shelf import Shelf
from layers.errors import UserError
from layers.model.query import Query
from tests.layers.census.packages.conftest import ACT, Town, by_hand

pytestmark = pytest.mark.keeps_running
VISIT = "UPDATE census_record SET state = 'visited', outcome = 'found' WHERE fid = 1"


def ended_while_handing_out(town: Town, name: str) -> Path:
    """All is written and the act is not: as a program leaves it that is ended then."""
    prepared = prepare(town.register, of_lot(town.register, town.lot), town.field / name, town.folder)

    def hand_out() -> None:
        with town.register.edit(ACT) as edit:
            check_out(edit, prepared, "一组")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        hand_out()
    prepared.part.unlink()
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    [mark] = prepared.marks
    mark.write_text(json.dumps({**json.loads(mark.read_text()), "process": ended.pid}))
    return prepared.out


def test_taken_up_it_goes_on_and_thrown_away_it_is_gone(town: Town) -> None:
    out = ended_while_handing_out(town, "lot.gpkg")
    assert town.register.count("field_package") == 0
    shelf = Shelf.of(town.register, town.folder)
    [left] = read_left_over(town.register, shelf)
    assert (left.out, left.code, left.title) == (out, "WB-0001", left.values["title"])
    with town.register.edit(ACT) as edit:
        take_up(edit, left)
    forget(left)
    # With its own number, which the ids of what a team finds new are made of.
    [row] = town.register.find(Query("field_package"))
    assert (row.id, row["state"], town.get("lot", town.lot)["state"]) == (left.id, "out", "out")
    assert read_left_over(town.register, shelf) == ()
    by_hand(out, VISIT)
    assert town.back(out).updated == 1

    # One that was numbered like another by now is not taken up, and can only go.
    gone = ended_while_handing_out(town, "gone.gpkg")
    [left] = read_left_over(town.register, shelf)
    town.out("other.gpkg")
    assert list(town.folder.glob(MARKS)) == [left.mark], "handed out as usual it leaves none"
    with pytest.raises(UserError), town.register.edit(ACT) as edit:
        take_up(edit, left)
    assert [row["code"] for row in town.register.find(Query("field_package"))] == ["WB-0001", "WB-0002"]
    throw_away(left)
    assert (gone.exists(), list(town.folder.glob(MARKS))) == (False, [])


def test_what_a_team_has_written_into_it_comes_back(town: Town) -> None:
    """It is no rubbish, and a stick that is not here now may hold it."""
    out = ended_while_handing_out(town, "filled.gpkg")
    by_hand(out, VISIT)
    shelf = Shelf.of(town.register, town.folder)
    stick = out.parent.rename(out.parent.with_name("away"))
    assert read_left_over(town.register, shelf) == ()
    stick.rename(out.parent)
    [left] = read_left_over(town.register, shelf)
    with pytest.raises(UserError):
        throw_away(left)
    with town.register.edit(ACT) as edit:
        take_up(edit, left)
    forget(left)
    assert town.back(out).updated == 1
