"""The walk-by leak hunt: noting what is seen from anywhere, and the list of what was noted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gisapp.actions import Action
from gisapp.commands.census_desk import list_assets
from gisapp.window import Window
from layers.census.words import REPORT
from layers.later import Later
from layers.text import Message

if TYPE_CHECKING:
    from gisapp.panels.sightings import sighting_place
else:
    sighting_place = Later("gisapp.panels.sightings.sighting_place")


def sighting_actions(window: Window) -> list[Action]:
    """A part of the tools menu, and the palette."""
    session = window.parts.session
    made: list[sighting_place.SightingPlace] = []

    def place() -> sighting_place.SightingPlace:
        # The window furnishes itself when its actions are there: this is made when it is first asked for.
        if not made:
            its = sighting_place.SightingPlace(window.workplace, window.room)
            its.arranged.connect(window.parts.actions.refresh)
            its.arranged.connect(window.census.arranged)
            its.listed.connect(lambda ids: list_assets(window, REPORT, ids))
            made.append(its)
        return made[0]

    def may_write() -> bool:
        return session.is_open and session.may("edit")

    def is_shown() -> bool:
        return bool(made) and made[0].is_shown

    return [
        Action(
            id="survey.report", title=Message("sighting.new"), icon="megaphone", menu="tools", group=7,
            key="Ctrl+Shift+I", handler=lambda: place().begin(), enabled=may_write,
            words="report leak illegal use damage seen 明漏 上报 违章用水 设施损坏 查明漏 minglou shangbao",
        ),
        Action(
            id="survey.reports", title=Message("sighting.list"), icon="list-bullets", menu="tools", group=7,
            handler=lambda: place().show(not is_shown()), enabled=lambda: session.is_open, checked=is_shown,
            words="reports leak hunt list 上报清单 全员查明漏 qingdan",
        ),
    ]  # fmt: skip
