"""An EPANET file as nodes and links, read tolerantly: what a line says is taken, what it lacks left out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from layers.exchange.foreign import RowProblem, problem
from layers.exchange.inp_text import InpText, Line
from layers.text import Message

Position = tuple[float, float]
NodeKind = Literal["junction", "reservoir", "tank"]
LinkKind = Literal["pipe", "pump", "valve"]

# Litres per second in one unit of flow. The five first make the whole file US customary, the others metric.
FLOW_UNITS = {
    "CFS": 28.316846592, "GPM": 0.0630901964, "MGD": 43.8126364, "IMGD": 52.6168042, "AFD": 14.2764102,
    "LPS": 1.0, "LPM": 1.0 / 60.0, "MLD": 11.5740741, "CMH": 1.0 / 3.6, "CMD": 1.0 / 86.4, "CMS": 1000.0,
}  # fmt: skip
_US = frozenset({"CFS", "GPM", "MGD", "IMGD", "AFD"})
_KINDS: dict[str, NodeKind] = {"JUNCTIONS": "junction", "RESERVOIRS": "reservoir", "TANKS": "tank"}
_LINKS: dict[str, LinkKind] = {"PIPES": "pipe", "PUMPS": "pump", "VALVES": "valve"}


@dataclass(frozen=True)
class Node:
    """One node with the words of its line after the id."""

    id: str
    kind: NodeKind
    line: int
    words: tuple[str, ...]
    comment: str


@dataclass(frozen=True)
class Link:
    """One link with the words of its line after the two nodes."""

    id: str
    kind: LinkKind
    line: int
    start: str
    end: str
    words: tuple[str, ...]
    comment: str


@dataclass
class Model:
    """Everything of the file that concerns place, form and size."""

    flow_unit: str = "GPM"
    nodes: list[Node] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    places: dict[str, Position] = field(default_factory=dict)
    bends: dict[str, list[Position]] = field(default_factory=dict)
    tags: dict[tuple[str, str], str] = field(default_factory=dict)
    statuses: dict[str, str] = field(default_factory=dict)
    demands: dict[str, float] = field(default_factory=dict)
    problems: list[RowProblem] = field(default_factory=list)

    @property
    def is_us(self) -> bool:
        """Whether lengths are feet and diameters inches; else metres and millimetres."""
        return self.flow_unit in _US

    def path(self, link: Link) -> list[Position] | None:
        """The link as drawn, bends included; None when one of its ends has no place."""
        start, end = self.places.get(link.start), self.places.get(link.end)
        if start is None or end is None:
            return None
        return [start, *self.bends.get(link.id, ()), end]


def build(text: InpText) -> Model:
    """The model in ``text``. Faults go to its ``problems``, with the line they stand in."""
    model = Model(_flow_unit(text))
    for section, kind in _KINDS.items():
        for line in text.lines(section):
            model.nodes.append(Node(line.words[0], kind, line.number, line.words[1:], line.comment))
    for section, link_kind in _LINKS.items():
        _links(model, link_kind, text.lines(section))
    for line in text.lines("COORDINATES"):
        if place := _position(model, line):
            model.places[line.words[0]] = place
    for line in text.lines("VERTICES"):
        if place := _position(model, line):
            model.bends.setdefault(line.words[0], []).append(place)
    _details(model, text)
    return model


def _details(model: Model, text: InpText) -> None:
    for line in text.lines("TAGS"):
        if len(line.words) >= 3:
            model.tags[line.words[0].upper()[:4], line.words[1]] = " ".join(line.words[2:])
    for line in text.lines("STATUS"):
        if len(line.words) >= 2:
            model.statuses[line.words[0]] = line.words[-1]
    for line in text.lines("DEMANDS"):
        value = number(line.words, 1)
        if value is not None:
            model.demands[line.words[0]] = model.demands.get(line.words[0], 0.0) + value


def number(words: Sequence[str], place: int) -> float | None:
    """The number at ``place``; None when there is none or it is no number."""
    try:
        value = float(words[place])
    except (IndexError, ValueError):
        return None
    return value if math.isfinite(value) else None


def _flow_unit(text: InpText) -> str:
    for line in text.lines("OPTIONS"):
        if line.words[0].upper() == "UNITS" and len(line.words) > 1 and line.words[1].upper() in FLOW_UNITS:
            return line.words[1].upper()
    return "GPM"


def _links(model: Model, kind: LinkKind, lines: Iterable[Line]) -> None:
    for line in lines:
        if len(line.words) < 3:
            found = problem("link_incomplete", "error", Message("inp.link_incomplete"), value=line.text[:80])
            model.problems.append(RowProblem(line.number, found))
            continue
        name, start, end, *rest = line.words
        model.links.append(Link(name, kind, line.number, start, end, tuple(rest), line.comment))


def _position(model: Model, line: Line) -> Position | None:
    x, y = number(line.words, 1), number(line.words, 2)
    if x is None or y is None:
        found = problem(
            "coordinate_unreadable", "error", Message("format.coordinate_unreadable"), value=line.text[:80]
        )
        model.problems.append(RowProblem(line.number, found))
        return None
    return x, y
