"""Classes of the layer of census lots: by team, and by state with those that are late.

Lots of the campaigns that are open are drawn; without any, those of the newest. A style asks for them by
``computed`` of its layer (``resources/styles/census_*.toml``).
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from layers.census.lots.worklist import count_left
from layers.census.progress import day_of
from layers.census.quality.sampling import SIGNED
from layers.census.words import CAMPAIGN, CANCELLED, LOT
from layers.model.asset import Asset
from layers.model.query import Compare, Order, Query
from layers.register import Register
from layers.scene.style import ClassStyle, Look, Rule
from layers.scene.team_colours import team_colours
from layers.text import Title

_FILLED, _FAINT = 0.55, 0.3
#: The states of a lot in their order, each with its colour.
_STATES: Mapping[str, str] = {
    "planned": "text3", "out": "works", "back": "warn", "checked": "grid1", "accepted": "ok",
}  # fmt: skip
LATE, NOBODY = Title("逾期", "Late"), Title("未派组", "No team")
NONE = Title("普查任务", "Census lots")

Made = list[ClassStyle]


@dataclass(frozen=True)
class _Lots:
    register: Register
    lots: Sequence[Asset]
    day: datetime.date


def lot_classes(register: Register, name: str, day: datetime.date | None) -> Made:
    """The classes that a style asks for by ``name``. ``KeyError`` when nothing is made of that name."""
    lots = _Lots(register, _shown(register), day or datetime.date.today())
    return LOT_MAKERS[name](lots) or [ClassStyle("none", NONE, (), Look(width=0.0, opacity=0.0))]


def _by_team(known: _Lots) -> Made:
    teams = known.register.find(Query("team", order=(Order("code"),)))
    colours = team_colours([team.id for team in teams])
    nobody = Look(colour="danger", fill="text3", width=1.4, opacity=_FAINT)
    made = [_class("nobody", NOBODY, [lot for lot in known.lots if not lot["team"]], nobody)]
    for team in teams:
        look = Look(colour=colours[team.id], fill=colours[team.id], width=1.4, opacity=_FILLED)
        its = [lot for lot in known.lots if lot["team"] == team.id]
        made.append(_class(f"t{team.id}", Title(str(team["name"]), str(team["name"])), its, look))
    return [each for each in made if each.rules[0].values]


def _by_state(known: _Lots) -> Made:
    entries = known.register.catalogue.code_lists["lot_state"]
    late = {lot.id for lot in _late(known)}
    red = Look(colour="danger", fill="danger", width=1.4, opacity=_FAINT)
    made = [_class("late", LATE, [lot for lot in known.lots if lot.id in late], red)]
    for state, colour in _STATES.items():
        entry = entries.get(state)
        its = [lot for lot in known.lots if lot["state"] == state and lot.id not in late]
        look = Look(colour=colour, fill=colour, width=1.4, opacity=_FAINT)
        made.append(_class(state, Title(state, state) if entry is None else entry.title, its, look))
    return [each for each in made if each.rules[0].values]


def _late(known: _Lots) -> list[Asset]:
    """Lots that were due before the day and are not done."""
    due = [
        lot
        for lot in known.lots
        if lot["state"] not in SIGNED and (day_of(lot["due_date"]) or known.day) < known.day
    ]
    if not due:
        return []
    left = count_left(known.register, due)
    return [lot for lot in due if lot.id in left]


def _shown(register: Register) -> list[Asset]:
    campaigns = register.find(Query(CAMPAIGN))
    newest = max(campaigns, key=lambda c: (str(c["from_date"] or ""), c.id), default=None)
    shown = {c.id for c in campaigns if c["state"] == "open"} or ({newest.id} if newest else set())
    lots = register.find(Query(LOT, where=Compare("state", "!=", CANCELLED)))
    return [lot for lot in lots if lot["campaign"] in shown]


def _class(id: str, title: Title, lots: Sequence[Asset], look: Look) -> ClassStyle:
    return ClassStyle(id, title, (Rule("code", tuple(str(lot["code"]) for lot in lots)),), look)


LOT_MAKERS: Mapping[str, Callable[[_Lots], Made]] = {"lot_team": _by_team, "lot_state": _by_state}
