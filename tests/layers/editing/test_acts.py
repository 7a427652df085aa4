"""Single acts on a small network: what they change, what they list, what they refuse."""

from __future__ import annotations

import pytest
import shapely

from layers.editing.copying import plan_copy_attributes
from layers.editing.drawing import plan_draw
from layers.editing.ending import plan_delete_mistake, plan_replace, plan_retire
from layers.editing.lines import (
    plan_continue,
    plan_delete_vertex,
    plan_extend,
    plan_insert_vertex,
    plan_reverse,
    plan_trim,
)
from layers.editing.moving import plan_move_assets, plan_move_node, plan_move_vertex
from layers.editing.plan import together
from layers.editing.splitting import plan_merge, plan_split
from layers.errors import Conflict, UserError
from layers.model.asset import AssetKey
from layers.register import Register
from layers.text import LANGUAGES, Texts
from tests.layers.editing.networks import (
    EAST,
    NORTH,
    add,
    at,
    do,
    got,
    line,
    network,
    on_lines,
    parts,
    places,
    point,
)

pytestmark = pytest.mark.keeps_running


def test_a_line_drawn_near_others_is_tied_to_them_to_the_last_bit(register: Register) -> None:
    main = add(register, "pipe", line((0, 0), (33.3, 10.1), (100, 0)), code="M")
    number = {"survey_no": "JS7"}
    valve = add(register, "valve", point(50, 60), **number)
    plan = plan_draw(register, "pipe", line((20.02, 6.3), (50.1, 59.9)), {"dn": 200}, reach=0.5)
    assert [ghost.role for ghost in plan.ghosts] == ["changed", "new"]
    (branch,) = do(register, plan).made
    start, end = got(register, branch).geometry.coords
    assert start in list(got(register, main).geometry.coords)
    assert len(places(register, main)) == 4
    assert end == got(register, valve).geometry.coords[0]
    assert got(register, branch)["end_point_no"] == "JS7"
    assert got(register, branch)["dn"] == 200
    assert parts(register) == 1
    # Cut instead of a vertex, when asked for.
    (other, half) = do(
        register, plan_draw(register, "pipe", line((80, 3), (80, 40)), reach=1, way="cut")
    ).made
    assert got(register, main)["code"] == "M-1"
    assert got(register, half)["code"] == "M-2"
    assert got(register, other).geometry.coords[0] == got(register, half).geometry.coords[0]
    assert parts(register) == 1
    # Not connected where nothing is near.
    do(register, plan_draw(register, "pipe", line((0, 500), (9, 500))))
    assert parts(register) == 2


def test_a_main_drawn_through_waiting_ends_takes_them_in(register: Register) -> None:
    add(register, "pipe", line((10, 5), (10, 0.004)))
    add(register, "hydrant", point(20, 0))
    (main,) = do(register, plan_draw(register, "pipe", line((0, 0), (30, 0)))).made
    assert places(register, main) == [(0, 0), (10, 0.004), (20, 0), (30, 0)]
    assert parts(register) == 1


def test_the_catalogue_says_what_a_point_does_to_the_line(register: Register) -> None:
    main = add(
        register,
        "pipe",
        line((0, 0, 10.0), (100, 0, 20.0)),
        code="GD-9",
        dn=300,
        recorded_length_m=99.5,
        start_depth_m=1.0,
        end_depth_m=2.0,
        start_point_no="A",
        end_point_no="B",
    )
    (valve, half) = do(
        register, plan_draw(register, "valve", point(25, 0.2), {"survey_no": "V1"}, reach=1)
    ).made
    first, second = got(register, main), got(register, half)
    assert (first["code"], second["code"]) == ("GD-9-1", "GD-9-2")
    assert (first["recorded_length_m"], second["recorded_length_m"]) == (24.875, 74.625)
    assert (first["end_depth_m"], second["start_depth_m"]) == (1.25, 1.25)
    assert (first["start_point_no"], first["end_point_no"]) == ("A", "V1")
    assert (second["start_point_no"], second["end_point_no"]) == ("V1", "B")
    assert places(register, main) == [(0, 0, 10), (25, 0, 12.5)]
    assert got(register, valve).geometry.coords[0][:2] == first.geometry.coords[1][:2]
    assert got(register, valve)["dn"] == 300
    # An air valve and a hydrant only want a vertex.
    done = do(register, plan_draw(register, "valve", point(50, 0), {"valve_type": "air"}, reach=1))
    assert len(done.made) == 1
    assert len(places(register, half)) == 3
    # Where no line is near it stands by itself.
    (lonely,) = do(register, plan_draw(register, "valve", point(50, 30), reach=1)).made
    assert places(register, lonely) == [(50, 30)]
    assert got(register, lonely)["dn"] is None


def test_splitting_divides_lengths_and_links_follow_their_place(register: Register) -> None:
    main = add(register, "pipe", line((0, 0), (90, 0)), code="P", as_built_length_m=100.0)
    near = add(register, "leak", point(10, 1), pipe=main.id)
    far = add(register, "leak", point(80, 1), pipe=main.id)
    plan = plan_split(register, main, at(30, 5))
    assert len(plan.figures) == 2
    (half,) = do(register, plan).made
    assert (got(register, near)["pipe"], got(register, far)["pipe"]) == (main.id, half.id)
    assert got(register, main)["as_built_length_m"] == 33.333
    assert got(register, half)["as_built_length_m"] == 66.667
    for place in (at(0, 0), at(-5, 1), at(30.001, 0)):
        with pytest.raises(UserError):
            plan_split(register, main, place)


def test_merging_asks_about_what_must_be_alike(register: Register) -> None:
    one = add(register, "pipe", line((0, 0), (10, 0)), code="A", dn=100, remark="one")
    other = add(
        register,
        "pipe",
        line((30, 9), (10, 0)),
        code="B",
        dn=200,
        remark="two",
        start_point_no="S",
        end_depth_m=1.0,
    )
    leak = add(register, "leak", point(20, 5), pipe=other.id)
    plan = plan_merge(register, one, other)
    (question,) = plan.questions
    assert question.name == "dn"
    assert [c.value for c in question.choices] == ["first", "second"]
    with pytest.raises(UserError), register.edit(plan.label) as edit:
        plan.apply(edit)
    plan = plan_merge(register, one, other, answers={"dn": "second"})
    assert not plan.questions
    assert any(figure.id == "editing.keeps_of_first" for figure in plan.figures)
    do(register, plan)
    whole = got(register, one)
    assert (whole["dn"], whole["code"], whole["end_point_no"], whole["end_depth_m"]) == (200, "A", "S", None)
    assert places(register, one) == [(0, 0), (10, 0), (30, 9)]
    assert register.get(*other) is None
    assert got(register, leak)["pipe"] == one.id
    away = add(register, "pipe", line((31, 9), (40, 0)))
    for pair in ((one, away), (one, one), (one, leak)):
        with pytest.raises(UserError):
            plan_merge(register, *pair)


def test_several_that_follow_each_other_become_one(register: Register) -> None:
    """In whatever order they are named and whichever way they run; one question for each value they must share."""
    middle = add(register, "pipe", line((10, 0), (20, 0)), code="M", dn=100)
    far = add(register, "pipe", line((30, 0), (40, 0)), code="F", dn=300, end_point_no="E")
    back = add(register, "pipe", line((30, 0), (20, 0)), code="B", dn=200)
    before = add(register, "pipe", line((0, 0), (10, 0)), code="A", dn=100)
    leak = add(register, "leak", point(35, 0), pipe=far.id)
    plan = plan_merge(register, middle, far, before, back)
    (question,) = plan.questions
    assert [c.value for c in question.choices] == ["first", "second", "4"]
    for language in LANGUAGES:
        texts = Texts(language)
        assert all(code in texts.render(question.text) for code in ("M", "F", "A", "B"))
        assert all(code in texts.render(plan.label) for code in ("M", "F", "A", "B"))
    do(register, plan_merge(register, middle, far, before, back, answers={"dn": "4"}))
    whole = got(register, middle)
    assert (whole["dn"], whole["code"], whole["end_point_no"]) == (200, "M", "E")
    assert places(register, middle) == [(0, 0), (40, 0)]
    assert got(register, leak)["pipe"] == middle.id
    assert register.count("pipe") == 1
    register.undo()
    assert register.count("pipe") == 4
    away = add(register, "pipe", line((90, 0), (99, 0)), code="Z")
    with pytest.raises(UserError) as raised:
        plan_merge(register, middle, away, back, answers={"dn": "first"})
    assert "Z" in Texts("zh").render(raised.value.title)


def test_turning_round_exchanges_what_is_said_of_the_ends(register: Register) -> None:
    pipe = add(register, "pipe", line((0, 0, 1), (5, 5, 2), (9, 0, 3)), start_point_no="A", end_depth_m=2.5)
    check = add(register, "valve", point(5, 5), valve_type="check")
    plan = plan_reverse(register, [pipe])
    assert [r.key for r in plan.rechecks] == [check]
    do(register, plan)
    turned = got(register, pipe)
    assert (turned["start_point_no"], turned["end_point_no"]) == (None, "A")
    assert (turned["start_depth_m"], turned["end_depth_m"]) == (2.5, None)
    assert places(register, pipe) == [(9, 0, 3), (5, 5, 2), (0, 0, 1)]


def test_what_hangs_on_a_moved_vertex_comes_along(register: Register) -> None:
    main = add(register, "pipe", line((0, 0), (50, 0), (100, 0)))
    saddle = add(register, "pipe", line((25, 0), (25, 20)))
    ended = add(register, "pipe", line((50, 0), (50, -20)))
    twig = add(register, "pipe", line((25, 10), (40, 10)))
    hydrant = add(register, "hydrant", point(75, 0.3))
    well = add(register, "meter_well", point(75, 1.2), kind="hydrant_well")
    with register.edit(plan_reverse(register, [main]).label) as edit:
        asset = got(register, hydrant)
        edit.update("hydrant", hydrant.id, asset.version, {"well": well.id})
    leak = add(register, "leak", point(60, 0), pipe=main.id)
    plan = plan_move_vertex(register, main, 1, at(50, 10))
    do(register, plan)
    assert places(register, main) == [(0, 0), (50, 10), (100, 0)]
    assert places(register, saddle) == [(25, 5), (25, 20)]
    assert places(register, ended) == [(50, 10), (50, -20)]
    # What hung on the lateral hangs at the same share of it.
    assert places(register, twig)[0] == (25, 12.5)
    # What stands beside the line turns with it: as far from it as before.
    assert on_lines(register, "hydrant")[f"hydrant:{hydrant.id}"] == pytest.approx(0.3)
    (x, y), (well_x, well_y) = places(register, hydrant)[0], places(register, well)[0]
    assert (x, y) == (
        pytest.approx(75 + 0.3 * 10 / 2600**0.5, abs=1e-6),
        pytest.approx(5 + 0.3 * 50 / 2600**0.5, abs=1e-6),
    )
    assert (well_x - x, well_y - y) == (pytest.approx(0, abs=1e-6), pytest.approx(0.9, abs=1e-6))
    assert places(register, leak) == [(60, 0)]
    assert parts(register) == 1


def test_a_moved_node_takes_all_that_meets_and_is_tied_anew(register: Register) -> None:
    one = add(register, "pipe", line((0, 0), (10, 0)))
    two = add(register, "pipe", line((10, 0), (20, 0)))
    valve = add(register, "valve", point(10, 0))
    old = add(register, "pipe", line((10, 0), (10, 50)), status="abandoned")
    other = add(register, "pipe", line((0, 8), (30, 8)))
    do(register, plan_move_node(register, at(10, 0), at(11, 7.9), reach=0.5))
    assert places(register, one)[-1] == places(register, two)[0] == places(register, valve)[0] == (11, 8)
    assert (11, 8) in places(register, other)
    assert places(register, old)[0] == (10, 0)
    assert parts(register) == 1
    with pytest.raises(UserError):
        plan_move_node(register, at(500, 500), at(1, 1))


def test_a_chamber_takes_along_what_stands_in_it(register: Register) -> None:
    pipe = add(register, "pipe", line((0, 0), (10, 0)))
    well = add(register, "meter_well", point(10, 0.5))
    meters = [add(register, "meter", point(10, y), well=well.id) for y in (0, 0.2)]
    stray = add(register, "meter", point(30, 0), well=well.id, status="removed")
    do(register, plan_move_assets(register, [well], 5, 5))
    assert places(register, well) == [(15, 5.5)]
    assert [places(register, meter)[0] for meter in meters] == [(15, 5), (15, 5.2)]
    assert places(register, pipe)[-1] == (15, 5)
    assert places(register, stray) == [(30, 0)]
    # One meter of several leaves the chamber where it is, and says so.
    plan = plan_move_assets(register, [meters[1]], 0, 3)
    assert [r.key for r in plan.rechecks] == [well]


def test_moving_alone_lists_what_is_left(register: Register) -> None:
    pipe = add(register, "pipe", line((0, 0), (10, 0)))
    other = add(register, "pipe", line((0, 5), (20, 5)))
    hydrant = add(register, "hydrant", point(10, 0))
    plan = plan_move_assets(register, [hydrant], 0, 4.8, reach=0.5, alone=True)
    assert [r.key for r in plan.rechecks] == [pipe]
    do(register, plan)
    assert places(register, hydrant) == [(10, 5)]
    assert (10, 5) in places(register, other)
    assert places(register, pipe)[-1] == (10, 0)


def test_lengthening_and_trimming(register: Register) -> None:
    pipe = add(register, "pipe", line((0, 0), (10, 0)), code="A", end_point_no="E", end_depth_m=1.0)
    wall = add(register, "pipe", line((30, -10), (30, 10)))
    do(register, plan_extend(register, pipe, "end", target=wall))
    assert places(register, pipe) == [(0, 0), (30, 0)]
    assert (30, 0) in places(register, wall)
    assert got(register, pipe)["end_point_no"] is None
    assert got(register, pipe)["end_depth_m"] is None
    do(register, plan_extend(register, pipe, "start", metres=5))
    assert places(register, pipe)[0] == (-5, 0)
    do(register, plan_continue(register, pipe, "start", [at(-5, 5), at(-9, 5)]))
    assert places(register, pipe) == [(-9, 5), (-5, 5), (-5, 0), (30, 0)]
    hydrant = add(register, "hydrant", point(-5, 5))
    plan = plan_trim(register, pipe, at(-5, 2))
    assert [r.key for r in plan.rechecks] == [hydrant]
    do(register, plan)
    assert places(register, pipe) == [(-5, 2), (-5, 0), (30, 0)]
    crossing = add(register, "pipe", line((20, -5), (20, 5)))
    do(register, plan_trim(register, pipe, at(25, 0), target=crossing))
    assert places(register, pipe)[-1] == (20, 0)
    assert (20, 0) in places(register, crossing)
    assert parts(register) == 2
    doubled = add(register, "pipe", line((0, 100), (10, 100), (10, 100)))
    do(register, plan_extend(register, doubled, "end", metres=2))
    assert places(register, doubled)[-1] == (12, 100)
    with pytest.raises(UserError):
        plan_extend(register, pipe, "start", target=wall)
    with pytest.raises(UserError):
        plan_trim(register, pipe, at(20, 0))


def test_two_lines_that_met_end_to_end_stay_connected_when_both_run_on(register: Register) -> None:
    one = add(register, "pipe", line((0, 0), (10, 0)), code="A")
    other = add(register, "pipe", line((20, 5), (10, 0)), code="B")
    do(register, plan_continue(register, one, "end", [at(15, -5)]))
    (half,) = do(register, plan_continue(register, other, "end", [at(5, -5)])).made
    assert parts(register) == 1
    assert got(register, half)["code"] == "A-2"
    # Nor does merging the halves of one line part it from another that runs through.
    do(register, plan_merge(register, one, half))
    assert parts(register) == 1


def test_vertices_come_and_go(register: Register) -> None:
    pipe = add(register, "pipe", line((0, 0), (10, 4), (20, 0)))
    branch = add(register, "pipe", line((10, 4), (10, 9)))
    do(register, plan_insert_vertex(register, pipe, at(5, 2)))
    assert places(register, pipe)[1] == (5, 2)
    do(register, plan_delete_vertex(register, pipe, 1))
    assert len(places(register, pipe)) == 3
    do(register, plan_delete_vertex(register, pipe, 1))
    assert places(register, pipe) == [(0, 0), (10, 0), (20, 0)]
    assert places(register, branch)[0] == (10, 0)
    with pytest.raises(UserError):
        plan_delete_vertex(register, pipe, 0)
    one = add(register, "community", shapely.box(EAST, NORTH, EAST + 10, NORTH + 10), name="甲")
    two = add(register, "community", shapely.box(EAST + 10, NORTH, EAST + 20, NORTH + 10), name="乙")
    corner = places(register, one).index((10, 10))
    do(register, plan_move_vertex(register, one, corner, at(12, 12)))
    assert (12, 12) in places(register, one)
    assert (12, 12) in places(register, two)
    with pytest.raises(UserError):
        plan_move_vertex(register, one, corner, at(5, -5))


def test_a_mistake_goes_with_its_reason_and_comes_back(register: Register) -> None:
    pipe = add(register, "pipe", line((0, 0), (10, 0)), code="X")
    branch = add(register, "pipe", line((10, 0), (20, 0)))
    leak = add(register, "leak", point(5, 0), pipe=pipe.id)
    with register.edit(plan_reverse(register, [pipe]).label) as edit:
        register.attach(edit, "pipe", pipe.id, "a.txt", b"text")
    with pytest.raises(UserError):
        plan_delete_mistake(register, [pipe], "  ")
    plan = plan_delete_mistake(register, [pipe], "重复录入")
    (question,) = plan.questions
    assert question.preferred == "keep"
    assert plan.is_empty
    with pytest.raises(UserError):
        plan_delete_mistake(register, [pipe], "重复录入", answers={"linked": "keep"})
    plan = plan_delete_mistake(register, [pipe], "重复录入", answers={"linked": "clear"})
    assert [r.key for r in plan.rechecks] == [branch]
    do(register, plan)
    assert register.get(*pipe) is None
    assert not register.attachments("pipe", pipe.id)
    assert got(register, leak)["pipe"] is None
    assert "重复录入" in Texts("zh").render(register.change_sets(1)[0].label)
    register.undo()
    assert got(register, pipe)["code"] == "X"
    assert len(register.attachments("pipe", pipe.id)) == 1


def test_retiring_and_replacing_keep_the_history_of_a_place(register: Register) -> None:
    pipe = add(
        register, "pipe", line((0, 0), (10, 0)), code="X", dn=100, laid_date="1990", status="in_service"
    )
    branch = add(register, "pipe", line((5, 0), (5, 10)))
    valve = add(register, "valve", point(10, 0), survey_no="V1", dn=100, manufacturer="旧厂")
    leak = add(register, "leak", point(5, 0), pipe=pipe.id)
    (new,) = do(register, plan_replace(register, pipe, "2026-11", {"dn": 200})).made
    old, fresh = got(register, pipe), got(register, new)
    assert (old["status"], old["retired_date"], old["replaced_by"]) == ("abandoned", "2026-11", new.id)
    assert (fresh["status"], fresh["dn"], fresh["laid_date"]) == ("in_service", 200, "2026-11")
    assert fresh["code"] not in (None, "X")
    assert shapely.equals_identical(old.geometry, fresh.geometry)
    assert got(register, leak)["pipe"] == pipe.id
    (gate,) = do(register, plan_replace(register, valve, "2026", {"manufacturer": "新厂"}, point(11, 1))).made
    assert got(register, gate)["survey_no"] == "V1"
    assert got(register, valve)["survey_no"] is None
    assert places(register, gate) == [(11, 1)]
    assert places(register, new)[-1] == (11, 1)
    assert places(register, valve) == [(10, 0)]
    assert parts(register) == 1
    (moved,) = do(register, plan_replace(register, new, "2027", None, line((0, 0), (5, 0.5), (11, 1)))).made
    assert places(register, branch)[0] in places(register, moved)
    assert parts(register) == 1
    plan = plan_retire(register, [moved], "2030")
    assert {r.key for r in plan.rechecks} == {branch, gate}
    assert [(ghost.role, ghost.type) for ghost in plan.ghosts] == [("gone", "pipe")]
    # A valve where the next main begins would close the end of it only: it is named, unless that main runs through.
    further = add(register, "pipe", line((11, 1), (20, 1)))
    assert {r.key for r in plan_retire(register, [moved], "2030").rechecks} == {branch, gate, further}
    do(register, plan_delete_mistake(register, [further], "X"))
    further = add(register, "pipe", line((11, -5), (11, 1), (11, 9)))
    assert {r.key for r in plan_retire(register, [moved], "2030").rechecks} == {branch}
    do(register, plan_delete_mistake(register, [further], "X"))
    do(register, plan_retire(register, [moved], "2030"))
    for date in ("2031", "1980"):
        with pytest.raises(UserError):
            plan_retire(register, [moved], date)
    with pytest.raises(UserError):
        plan_split(register, moved, at(3, 0))
    with pytest.raises(UserError):
        plan_retire(register, [branch], "soon")


def test_copying_leaves_each_its_own(register: Register) -> None:
    one = add(register, "pipe", line((0, 0), (1, 0)), code="A", dn=300, material="DI", recorded_length_m=1.0)
    other = add(register, "pipe", line((9, 0), (1, 9)), code="B", road="人民路")
    plan = plan_copy_attributes(register, one, [other])
    do(register, plan)
    copied = got(register, other)
    assert (copied["code"], copied["dn"], copied["material"]) == ("B", 300, "DI")
    assert (copied["road"], copied["recorded_length_m"]) == ("人民路", None)
    leak = add(register, "leak", point(0, 0))
    with pytest.raises(UserError):
        plan_copy_attributes(register, one, [leak])


def test_shapes_that_cannot_be_are_refused(register: Register) -> None:
    pipe = add(register, "pipe", line((0, 0), (10, 0), (10, 10)))
    for shape in (
        line((20, 0), (20, 0)),
        line((20, 0), (30, 0), (30, 5), (25, -5)),
        line((20, 0), (30, 0), (30, 5), (20, 0)),
        line((2_000_000, 0), (2_000_010, 0)),
        shapely.LineString([(NORTH, EAST), (NORTH + 5, EAST)]),
    ):
        with pytest.raises(UserError) as caught:
            plan_draw(register, "pipe", shape)
        for language in ("zh", "en"):
            assert Texts(language).render(caught.value.title)
            assert caught.value.hint is not None
    with pytest.raises(UserError):
        plan_move_vertex(register, pipe, 0, at(10, 15))
    with pytest.raises(UserError):
        plan_split(register, AssetKey("pipe", 999), at(0, 0))


def test_plans_of_different_assets_are_one_act_together(register: Register) -> None:
    one = add(register, "pipe", line((0, 0), (10, 0)), code="A")
    other = add(register, "pipe", line((0, 9), (10, 9)), code="B")
    plans = [plan_split(register, key, at(5, y)) for key, y in ((one, 0), (other, 9))]
    made = do(register, together(plans[0].label, plans)).made
    assert [got(register, key)["code"] for key in made] == ["A-2", "B-2"]
    register.undo()
    assert len(network(register).shapes) == 2
    with pytest.raises(ValueError, match="same asset"):
        together(plans[0].label, [plans[0], plans[0]])


def test_a_plan_does_not_overwrite_what_somebody_changed(register: Register) -> None:
    pipe = add(register, "pipe", line((0, 0), (10, 0)))
    plan = plan_split(register, pipe, at(5, 0))
    with register.edit(plan.label) as edit:
        edit.update("pipe", pipe.id, got(register, pipe).version, {"dn": 100})
    with pytest.raises(Conflict), register.edit(plan.label) as edit:
        plan.apply(edit)
    assert len(network(register).shapes) == 1
    assert not on_lines(register, "valve")
