"""Classes of the layer of grids that tell who looks after what: by grid, by person, by load, by alarm.

They are made from the overview of a day (``layers.responsibility.oversight.overview``), so that the map, the list and
the roster say the same. A style asks for them by ``computed`` of its layer (``resources/styles/grid*.toml``).
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from layers.feedback import Feedback
from layers.register import Register
from layers.responsibility.oversight.overview import GridRow, Overview
from layers.responsibility.oversight.overview_reading import read_overview
from layers.scene.computed_lots import LOT_MAKERS, lot_classes
from layers.scene.style import ClassStyle, LayerStyle, Look, Rule
from layers.scene.style_file import REST
from layers.scene.team_colours import PEOPLE
from layers.text import Texts, Title

#: A legend of more classes than this nobody reads: grids of one colour then share a class.
MOST_NAMED = 40
#: The fewest colours in which neighbours can always be told apart.
COLOURS = 4
_TONES: Mapping[str, str] = {"danger": "danger", "warn": "warn", "info": "grid1"}
_PALE, _PASTEL, _STRONG, _FAINT = 0.72, 0.6, 0.42, 0.22

NONE = Title("网格", "Grids")
NOBODY = Title("无主责", "Nobody in charge")
OVER, HIGH = Title("超载", "Too much"), Title("偏重", "Much")
FAIR, LITTLE = Title("适中", "Fair"), Title("偏轻", "Little")
UNKNOWN = Title("无工作量", "No workload")
FINE = Title("无告警", "Nothing wrong")

Made = list[ClassStyle]


#: These are asked of what grids hold, which reads every asset.
_COUNTED = frozenset({"grid_load", "grid_alarm"})


def computed_layer(
    register: Register, layer: LayerStyle, feedback: Feedback, day: datetime.date | None = None
) -> LayerStyle:
    """The layer with its classes as of a day (default: today). May be long: a task."""
    if layer.computed in LOT_MAKERS:
        return replace(layer, classes=tuple(lot_classes(register, layer.computed, day)))
    known = read_overview(register, day, feedback, counted=layer.computed in _COUNTED)
    return replace(layer, classes=computed_classes(layer, known.overview))


def computed_classes(layer: LayerStyle, overview: Overview) -> tuple[ClassStyle, ...]:
    """The classes that ``layer.computed`` asks for. ``KeyError`` when nothing is made of that name."""
    made = _MAKERS[layer.computed](overview)
    # Grids of other levels, and those ended by then, are of no class: they are not drawn.
    return tuple(made) or (ClassStyle(REST, NONE, (), Look(colour="text3", width=0.0, opacity=0.0)),)


def by_grid(overview: Overview) -> Made:
    """Every grid in its colour; of many, those of one colour together."""
    if len(overview.rows) <= MOST_NAMED:
        return [
            _class(f"g{row.id}", _same(f"{row.code} {row.name}"), [row], _ground(row))
            for row in overview.rows
        ]
    found: dict[int, list[GridRow]] = {}
    for row in overview.rows:
        found.setdefault(row.colour, []).append(row)
    return [
        _class(
            f"colour{colour}",
            Title(f"网格（色 {colour + 1}）", f"Grids (colour {colour + 1})"),
            rows,
            _ground(rows[0]),
        )
        for colour, rows in sorted(found.items())
    ]


def by_person(overview: Overview) -> Made:
    """Every person in charge in a colour, with all their grids; first what nobody is in charge of."""
    found: dict[int, list[GridRow]] = {}
    for row in overview.rows:
        found.setdefault(0 if row.primary is None else row.primary.id, []).append(row)
    nobody = found.pop(0, [])
    made = [
        _class("nobody", NOBODY, nobody, Look(colour="danger", fill="danger", width=0.0, opacity=_STRONG))
    ]
    for number, rows in enumerate(found.values()):
        primary = rows[0].primary
        assert primary is not None
        colour = PEOPLE[number % len(PEOPLE)]
        look = Look(colour=colour, fill=colour, width=0.0, opacity=_PASTEL)
        made.append(_class(f"p{primary.id}", _same(primary.name), rows, look))
    return [each for each in made if each.rules[0].values]


def by_load(overview: Overview) -> Made:
    """Too much, much, fair, little: against the mean of all grids."""

    looks: Mapping[str, tuple[Title, str, float]] = {
        "over": (OVER, "danger", 0.55),
        "high": (HIGH, "warn", 0.45),
        "even": (FAIR, "grid1", _PALE),
        "low": (LITTLE, "grid4", _PALE),
        "unknown": (UNKNOWN, "text3", _FAINT),
    }
    return _grouped(overview.rows, lambda row: "unknown" if row.load is None else row.standing, looks)


def by_alarm(overview: Overview) -> Made:
    """The gravest alarm of every grid; what is in order is quiet."""
    worst = [row.worst for row in overview.rows if row.worst is not None]
    looks: dict[str, tuple[Title, str, float]] = {}
    for alarm in sorted(worst, key=lambda alarm: list(_TONES).index(alarm.severity)):
        if alarm.kind not in looks:
            # Two of one colour are told apart by how strongly they are filled.
            tone = _TONES[alarm.severity]
            alike = sum(colour == tone for _, colour, _ in looks.values())
            looks[alarm.kind] = (alarm_title(alarm.kind), tone, max(0.6 - 0.16 * alike, 0.2))
    looks["fine"] = (FINE, "grid4", _PALE)
    return _grouped(overview.rows, lambda row: "fine" if row.worst is None else row.worst.kind, looks)


def alarm_title(kind: str) -> Title:
    """What a kind of alarm is called."""
    message = f"stewards.alarm.{kind}"
    return Title(Texts("zh").get(message), Texts("en").get(message))


def _grouped(
    rows: Sequence[GridRow], key: Callable[[GridRow], str], looks: Mapping[str, tuple[Title, str, float]]
) -> Made:
    """Classes in the order of ``looks``, without empty ones."""
    order = list(looks)
    ranked = sorted(rows, key=lambda row: order.index(key(row)))
    made = []
    for name, group in groupby(ranked, key):
        title, colour, opacity = looks[name]
        made.append(_class(name, title, group, Look(colour=colour, fill=colour, width=0.0, opacity=opacity)))
    return made


def _class(id: str, title: Title, rows: Iterable[GridRow], look: Look) -> ClassStyle:
    return ClassStyle(id, title, (Rule("code", tuple(row.code for row in rows)),), look)


def _ground(row: GridRow) -> Look:
    colour = f"grid{row.colour % COLOURS + 1}"
    return Look(colour=colour, fill=colour, width=0.0, opacity=_PALE)


def _same(text: str) -> Title:
    return Title(text, text)


_MAKERS: Mapping[str, Callable[[Overview], Made]] = {
    "grid": by_grid,
    "grid_person": by_person,
    "grid_load": by_load,
    "grid_alarm": by_alarm,
}
