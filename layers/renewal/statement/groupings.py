"""By what a statement divides its pipes: size, material, road, community, fund, contractor, project, kind, year."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from layers.model.catalogue import Catalogue
from layers.model.nominal import NOMINAL_MM
from layers.model.settings import NumberClass
from layers.renewal.book import ProjectRows, Values
from layers.renewal.figure import Words
from layers.renewal.pipes import SOURCES, Ids, PipeArrays, Texts
from layers.renewal.settings import RenewalSettings
from layers.renewal.statement.breakdowns import Group, Grouping
from layers.text import Message

BLANK = "blank"


def by_class(pipes: PipeArrays, settings: RenewalSettings) -> Grouping:
    """The company's classes of sizes, then one group per size that lies in none."""
    of = np.full(len(pipes), -1, dtype=np.int64)
    groups: list[Group] = []
    for number_class in settings.classes:
        of[_within(pipes.dn, number_class)] = len(groups)
        groups.append(Group(str(number_class), class_title(number_class, settings.dn_threshold), "class"))
    for dn in np.unique(pipes.dn[(of < 0) & (pipes.dn >= settings.dn_threshold)]):
        of[pipes.dn == dn] = len(groups)
        size = Message("kilometres.row.unclassified", {"dn": f"{dn:g}"})
        groups.append(Group(f"unclassified:{dn:g}", size, "unclassified"))
    return _closed(groups, of)


def by_part(pipes: PipeArrays, settings: RenewalSettings) -> tuple[Grouping, Mapping[str, Sequence[str]]]:
    """The finer classes of the map within each class of the statement; and the keys of each class's parts."""
    of = np.full(len(pipes), -1, dtype=np.int64)
    groups: list[Group] = []
    parts: dict[str, list[str]] = {}
    for outer in settings.classes:
        mine = [
            (part, both) for part in settings.parts if (both := _overlap(outer, part, settings)) is not None
        ]
        if len(mine) < 2:
            continue
        for part, sizes in mine:
            key = f"{outer}/{part}"
            of[_within(pipes.dn, outer) & _within(pipes.dn, part)] = len(groups)
            groups.append(Group(key, _sizes_title(sizes, part), "part"))
            parts.setdefault(str(outer), []).append(key)
    return _closed(groups, of), parts


def by_code(values: Texts, catalogue: Catalogue, code_list: str, of_retired: Texts | None = None) -> Grouping:
    """By the entries of a code list, in its order."""
    entries = catalogue.code_lists[code_list]
    places = {entry.code: number for number, entry in enumerate(entries.entries)}

    def title(code: str) -> Words:
        entry = entries.get(code)
        return code if entry is None else entry.title

    def order(code: str) -> tuple[int, str]:
        return places.get(code, len(places)), code

    return _both_by_value(values, of_retired, title, order)


def by_text(values: Texts, of_retired: Texts | None = None) -> Grouping:
    """By a text as it stands."""
    return _both_by_value(values, of_retired, str, str)


def by_link(values: Ids, of_retired: Ids, titles: Mapping[int, str]) -> Grouping:
    """By the asset a pipe leads to; 0 is none."""
    both = np.concatenate([values, of_retired])
    found, of = np.unique(both, return_inverse=True)
    groups = [
        Group(str(id), titles.get(id, str(id)))
        if id
        else Group(BLANK, Message("kilometres.row.blank"), "blank")
        for id in found.tolist()
    ]
    grouping = _in_order(groups, of.astype(np.int64), lambda g: (g.level == "blank", str(g.title), g.key))
    return Grouping(grouping.groups, grouping.of[: len(values)], grouping.of[len(values) :])


def by_year(pipes: PipeArrays) -> Grouping:
    """By the year a pipe went into service, and was retired."""
    years = [np.datetime_as_string(days, unit="Y").astype(object) for days in (pipes.begun, pipes.ended)]
    begun, ended = (np.where(year == "NaT", "", year) for year in years)
    return by_text(begun, ended)


def by_source(pipes: PipeArrays) -> Grouping:
    """By where the length is from."""
    groups = [Group(name, Message(f"kilometres.source.{name}")) for name in SOURCES]
    return Grouping(groups, pipes.source.astype(np.int64))


def of_projects(rows: ProjectRows, links: Ids, value: Callable[[Values], Any]) -> Texts:
    """A value of each pipe's project as text; empty without a project or value."""
    top = max(int(links.max(initial=0)), max(rows.projects, default=0)) + 1
    words = np.full(top, "", dtype=object)
    for id, row in rows.projects.items():
        words[id] = value(row) or ""
    found: Texts = words[links]
    return found


def class_title(number_class: NumberClass, threshold: int) -> Message:
    """A class as people say it: DN100–400, DN500 and more."""
    sizes = [s for s in NOMINAL_MM if s >= threshold and s in number_class]
    if number_class.upper == math.inf:
        return Message("kilometres.class.from", {"dn": f"{number_class.lower:g}"})
    if number_class.lower == -math.inf and number_class.upper_in:
        return Message("kilometres.class.to", {"dn": f"{number_class.upper:g}"})
    return _sizes_title(sizes, number_class)


def _sizes_title(sizes: Sequence[int], number_class: NumberClass) -> Message:
    if not sizes:
        return Message("kilometres.class.other", {"sizes": str(number_class)})
    if number_class.upper == math.inf:
        return Message("kilometres.class.from", {"dn": sizes[0]})
    if len(sizes) == 1:
        return Message("kilometres.class.one", {"dn": sizes[0]})
    return Message("kilometres.class.between", {"low": sizes[0], "high": sizes[-1]})


def _overlap(outer: NumberClass, part: NumberClass, settings: RenewalSettings) -> list[int] | None:
    sizes = [s for s in NOMINAL_MM if s >= settings.dn_threshold and s in outer and s in part]
    return sizes or None


def _within(dn: Any, each: NumberClass) -> Any:
    with np.errstate(invalid="ignore"):
        above = dn >= each.lower if each.lower_in else dn > each.lower
        below = dn <= each.upper if each.upper_in else dn < each.upper
    return above & below


def _closed(groups: list[Group], of: Ids) -> Grouping:
    """What is in no group goes to one that is not shown: it is not in the headline either."""
    outside = Group("", "")
    return Grouping((*groups, outside), np.where(of < 0, len(groups), of))


def _both_by_value(
    values: Texts, of_retired: Texts | None, title: Callable[[str], Words], key: Callable[[str], Any]
) -> Grouping:
    if of_retired is None:
        return _by_value(values, title, key)
    both = _by_value(np.concatenate([values, of_retired]), title, key)
    return Grouping(both.groups, both.of[: len(values)], both.of[len(values) :])


def _by_value(values: Texts, title: Callable[[str], Words], key: Callable[[str], Any]) -> Grouping:
    found, of = np.unique(values.astype(str), return_inverse=True)
    groups = [
        Group(word, title(word)) if word else Group(BLANK, Message("kilometres.row.blank"), "blank")
        for word in found.tolist()
    ]
    return _in_order(groups, of.astype(np.int64), lambda g: (g.level == "blank", key(g.key)))


def _in_order(groups: list[Group], of: Ids, key: Callable[[Group], Any]) -> Grouping:
    order = sorted(range(len(groups)), key=lambda n: key(groups[n]))
    place = np.empty(len(groups), dtype=np.int64)
    place[order] = np.arange(len(groups))
    return Grouping([groups[n] for n in order], place[of])
