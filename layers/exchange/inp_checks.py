"""What EPANET would refuse in a file whose geometry and attributes we can read all the same.

The rules are those of EPANET 2.2 and of WNTR's reader, with EPANET's error numbers and the line.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from layers.exchange.foreign import problem
from layers.exchange.inp_model import FLOW_UNITS, Model
from layers.exchange.inp_text import InpText, Line
from layers.model.problem import Problem
from layers.text import Message

_LISTED = 20
_LONGEST_ID = 31
_CLOCK = re.compile(r"^\d+(\.\d+)?(:\d+){0,2}$")
_NUMBERS = {
    # section: places of the words that must be numbers where they are given
    "JUNCTIONS": (1, 2), "RESERVOIRS": (1,), "TANKS": (1, 2, 3, 4, 5, 6), "PIPES": (3, 4, 5),
    "VALVES": (3,), "COORDINATES": (1, 2), "VERTICES": (1, 2), "DEMANDS": (1,),
}  # fmt: skip
_RULE_TIME = re.compile(r"\bCLOCKTIME\s*\S+\s+\S+\s+(AM|PM)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Refusal:
    """One reason why the engine would refuse: EPANET's error number, the line (None: the whole), why."""

    code: int
    line: int | None
    message: Message

    @property
    def problem(self) -> Problem:
        """The reason as a remark: the geometry is read, the model cannot be computed as it is."""
        shown = {"code": self.code, "reason": self.message}
        if self.line is None:
            text = Message("inp.engine_refuses", shown)
        else:
            text = Message("inp.engine_refuses_line", shown | {"line": self.line})
        return problem("engine_refuses", "warning", text, value=self.code)


def refusals(text: InpText, model: Model) -> list[Refusal]:
    """Every reason, in the order of the file, the first twenty."""
    found = [
        *_headings(text), *_numbers(text), *_nodes(model), *_links(model), *_patterns(text), *_options(text),
        *_times(text), *_rules(text), *_whole(model),
    ]  # fmt: skip
    return sorted(found, key=lambda refusal: (refusal.line or 0, refusal.code))[:_LISTED]


def _headings(text: InpText) -> Iterator[Refusal]:
    for line in text.unknown:
        yield Refusal(201, line.number, Message("inp.reason.section", {"name": line.text[:40]}))


def _numbers(text: InpText) -> Iterator[Refusal]:
    for section, places in _NUMBERS.items():
        for line in text.lines(section):
            for place in places:
                if place < len(line.words) and not _is_number(line.words[place]):
                    if section == "JUNCTIONS" and place == 2:
                        continue  # a pattern may stand where the demand is left out
                    if section == "TANKS" and line.words[place] == "*":
                        continue
                    yield Refusal(
                        202, line.number, Message("inp.reason.number", {"value": line.words[place][:40]})
                    )


def _nodes(model: Model) -> Iterator[Refusal]:
    seen = Counter(node.id for node in model.nodes)
    for node in model.nodes:
        if seen[node.id] > 1:
            yield Refusal(215, node.line, Message("inp.reason.repeated", {"id": node.id}))
        if len(node.id.encode()) > _LONGEST_ID:
            yield Refusal(252, node.line, Message("inp.reason.long_id", {"id": node.id}))


def _links(model: Model) -> Iterator[Refusal]:
    known = {node.id for node in model.nodes}
    seen = Counter(link.id for link in model.links)
    for link in model.links:
        if seen[link.id] > 1:
            yield Refusal(215, link.line, Message("inp.reason.repeated", {"id": link.id}))
        for end in (link.start, link.end):
            if end not in known:
                yield Refusal(203, link.line, Message("inp.reason.node", {"id": end}))
        if link.start == link.end:
            yield Refusal(222, link.line, Message("inp.reason.loop", {"id": link.start}))
        if link.kind == "pipe" and _not_positive(link.words[:2]):
            yield Refusal(211, link.line, Message("inp.reason.not_positive", {"id": link.id}))


def _patterns(text: InpText) -> Iterator[Refusal]:
    known = {line.words[0] for line in text.lines("PATTERNS")} | {"1"}
    places = {"JUNCTIONS": 3, "RESERVOIRS": 2, "DEMANDS": 2}
    for section, place in places.items():
        for line in text.lines(section):
            if len(line.words) > place and line.words[place] not in known and line.words[place] != "*":
                yield _no_pattern(line, line.words[place])
    for line in text.lines("OPTIONS"):
        if line.words[0].upper() == "PATTERN" and len(line.words) > 1 and line.words[1] not in known:
            yield _no_pattern(line, line.words[1])


def _no_pattern(line: Line, name: str) -> Refusal:
    return Refusal(205, line.number, Message("inp.reason.pattern", {"id": name}))


def _options(text: InpText) -> Iterator[Refusal]:
    for line in text.lines("OPTIONS"):
        words = [word.upper() for word in line.words]
        if words[0] == "UNITS" and len(words) > 1 and words[1] not in FLOW_UNITS:
            yield Refusal(213, line.number, Message("inp.reason.option", {"value": line.words[1][:40]}))
        is_chemical = words[0] == "QUALITY" and len(words) > 2 and words[1] not in ("NONE", "AGE", "TRACE")
        if is_chemical and not words[2].startswith(("MG", "UG")):
            yield Refusal(213, line.number, Message("inp.reason.option", {"value": line.words[2][:40]}))


def _times(text: InpText) -> Iterator[Refusal]:
    for line in text.lines("TIMES"):
        if line.words[0].upper() == "STATISTIC" or len(line.words) < 2:
            continue
        value = next((word for word in line.words[1:] if word[:1].isdigit()), "")
        if not _CLOCK.match(value):
            yield Refusal(
                213, line.number, Message("inp.reason.time", {"value": " ".join(line.words[1:])[:40]})
            )


def _rules(text: InpText) -> Iterator[Refusal]:
    for line in text.lines("RULES"):
        if _RULE_TIME.search(line.text):
            yield Refusal(201, line.number, Message("inp.reason.clock", {"value": line.text[:60]}))


def _whole(model: Model) -> Iterator[Refusal]:
    sources = sum(node.kind != "junction" for node in model.nodes)
    if len(model.nodes) < 2 or sources == len(model.nodes):
        yield Refusal(223, None, Message("inp.reason.few_nodes"))
    elif not sources:
        yield Refusal(224, None, Message("inp.reason.no_source"))


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _not_positive(words: tuple[str, ...]) -> bool:
    return any(_is_number(word) and float(word) <= 0.0 for word in words)
