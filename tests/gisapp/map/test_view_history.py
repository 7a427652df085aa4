"""Back and forward: one entry for each view, those ahead forgotten when one goes elsewhere."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gisapp.map.view_history import KEPT, ViewHistory
from gisapp.map.viewport import Viewport

VIEW = Viewport(538_000.0, 3_016_000.0, 1.0, 800, 600)


def test_the_same_view_is_kept_once_whatever_the_size_of_the_window() -> None:
    history = ViewHistory()
    assert history.keep(VIEW)
    assert not history.keep(VIEW.resized(1200, 700))
    assert not history.keep(VIEW.panned(4, -4))
    assert history.keep(VIEW.panned(100, 0))
    assert history.keep(VIEW.panned(100, 0).zoomed(1.5, 400, 300))
    assert not history.can_go_forward


def test_the_oldest_views_are_forgotten() -> None:
    history = ViewHistory()
    for step in range(KEPT + 10):
        history.keep(VIEW.panned(200.0 * step, 0))
    steps = 0
    while history.back() is not None:
        steps += 1
    assert steps == KEPT - 1
    assert not history.can_go_back


@given(st.lists(st.sampled_from(("keep", "back", "forward")), max_size=60))
def test_it_behaves_like_a_list_with_a_cursor(acts: list[str]) -> None:
    history, views, at, number = ViewHistory(), [], -1, 0
    for act in acts:
        if act == "keep":
            number += 1
            view = VIEW.panned(300.0 * number, 0)
            history.keep(view)
            views = [*views[: at + 1], view]
            at = len(views) - 1
        else:
            step = 1 if act == "forward" else -1
            possible = 0 <= at + step < len(views)
            shown = history.forward() if act == "forward" else history.back()
            assert (shown is not None) == possible
            if possible:
                at += step
                assert shown == views[at]
        assert history.can_go_back == (at > 0)
        assert history.can_go_forward == (at + 1 < len(views))
