"""Metres of a project by size: planned pipes, laid and tested by the logs, in service."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from layers.model.nominal import NOMINAL_MM
from layers.renewal.book import ID, Values
from layers.renewal.figure import Figure, Unit
from layers.renewal.period import Day
from layers.renewal.pipes import Doubles, Flags, Ids, PipeArrays
from layers.renewal.progress.project_figure import SectionProgress, SizeProgress
from layers.renewal.settings import RenewalSettings

NOMINAL = frozenset(NOMINAL_MM)


def sizes_of(
    row: Values,
    pipes: PipeArrays,
    pipes_in: Ids,
    laying: Sequence[Values],
    tested: Sequence[Values],
    settings: RenewalSettings,
    day: Day,
) -> tuple[SizeProgress, ...]:
    """Pipes and logs by DN. A log that tells no size is of the project's only size, if it has one."""
    id = row[ID]
    dn, length = pipes.dn[pipes_in], pipes.length[pipes_in]
    running = in_service(pipes, pipes_in, day)
    of_logs = {log[ID]: _size(log["dn"], settings) for log in (*laying, *tested)}
    sizes = sorted({_key(d) for d in dn} | {d for d in of_logs.values() if d is not None}, key=_last_unknown)
    only = sizes[0] if len(sizes) == 1 else None
    if None in of_logs.values() and only is None and None not in sizes:
        sizes.append(None)
    if not sizes:
        sizes = [None]
    found = []
    for size in sizes:
        mine = np.isnan(dn) if size is None else dn == size
        planned = _pipes_figure(pipes, pipes_in[mine], length[mine])
        if not len(pipes_in) and len(sizes) == 1:
            planned = Figure(float(row["planned_length"] or 0.0), "m", "project", (id,))
        found.append(
            SizeProgress(
                size,
                planned,
                _logs_figure(log for log in laying if (of_logs[log[ID]] or only) == size),
                _logs_figure(log for log in tested if (of_logs[log[ID]] or only) == size),
                _pipes_figure(pipes, pipes_in[mine & running], length[mine & running]),
            )
        )
    if not len(pipes_in) and len(sizes) > 1 and row["planned_length"]:
        whole = Figure(float(row["planned_length"]), "m", "project", (id,))
        empty = Figure(0.0, "m", "daily_log")
        found.append(SizeProgress(None, whole, empty, empty, Figure(0.0, "m")))
    return tuple(found)


def sections_of(
    sections: Sequence[Values],
    pipes: PipeArrays,
    pipes_in: Ids,
    laying: Sequence[Values],
    tested: Sequence[Values],
    day: Day,
) -> tuple[SectionProgress, ...]:
    """How far each section is, in the order of their codes."""
    found = []
    for row in sorted(sections, key=lambda row: row["code"] or ""):
        mine = pipes_in[pipes.section[pipes_in] == row[ID]]
        running = mine[in_service(pipes, mine, day)]
        planned, done = (_pipes_figure(pipes, each, pipes.length[each]) for each in (mine, running))
        laid = _logs_figure(log for log in laying if log["section"] == row[ID])
        test = _logs_figure(log for log in tested if log["section"] == row[ID])
        percent = percent_of(planned.value, laid.value, done.value)
        name = row["name"] or row["code"] or ""
        found.append(SectionProgress(row[ID], name, planned, laid, test, done, percent))
    return tuple(found)


def in_service(pipes: PipeArrays, places: Ids, day: Day) -> Flags:
    """Which of the pipes at these places carry water on ``day``."""
    begun = pipes.begun[places]
    running: Flags = pipes.alive[places] & (np.isnat(begun) | (begun <= np.datetime64(day)))
    return running


def percent_of(planned: float | None, laid: float | None, in_service: float | None) -> float | None:
    """Metres done of those planned, 0 to 100; what is in service has been laid, logged or not."""
    return min(100.0, max(laid or 0.0, in_service or 0.0) / planned * 100) if planned else None


def total_of(sizes: Sequence[SizeProgress], part: Callable[[SizeProgress], Figure]) -> Figure:
    """One part of all sizes; where pipes and the project's own word are mixed, the one that says more."""
    by_type: dict[str, list[Figure]] = defaultdict(list)
    for size in sizes:
        by_type[part(size).type].append(part(size))
    figures = max(by_type.values(), key=lambda each: sum(f.value or 0.0 for f in each))
    ids = sorted({id for f in figures for id in f.ids})
    return Figure(sum(f.value or 0.0 for f in figures), "m", figures[0].type, tuple(ids))


def sum_figure(type: str, values: Iterable[tuple[int, float | None]], unit: Unit = "yuan") -> Figure:
    """What is known added up, with the ids of what it is known of."""
    found = [(id, value) for id, value in values if value is not None]
    total = float(sum(value for _, value in found))
    return Figure(total, unit, type, tuple(sorted(id for id, _ in found)))


def ids_at(pipes: PipeArrays, places: Ids) -> tuple[int, ...]:
    """The ids of the pipes at these places."""
    return tuple(pipes.ids[places].tolist())


def _key(dn: float) -> int | None:
    return None if np.isnan(dn) else int(dn)


def _last_unknown(dn: int | None) -> int:
    return 10**9 if dn is None else dn


def _size(dn: int | None, settings: RenewalSettings) -> int | None:
    """Logs name plastics by outside diameter too; no other pipe has such a size."""
    return dn if dn is None or dn in NOMINAL else settings.de_as_dn.get(dn, dn)


def _pipes_figure(pipes: PipeArrays, places: Ids, length: Doubles) -> Figure:
    return Figure(float(length.sum()), "m", "pipe", ids_at(pipes, places))


def _logs_figure(logs: Iterable[Values]) -> Figure:
    return sum_figure("daily_log", ((log[ID], log["metres"]) for log in logs), "m")
