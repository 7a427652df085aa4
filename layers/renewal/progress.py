"""Progress of projects, computed: metres by DN, percent, delay per milestone and project, forecast, alarms."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from layers.feedback import Feedback
from layers.register import Register
from layers.renewal.alarms import alarms_of
from layers.renewal.book import (
    ID,
    Day,
    ProjectRows,
    Values,
    day_of,
    last_day_of,
    read_project_pipes,
    read_projects,
)
from layers.renewal.figure import Figure
from layers.renewal.forecast import expected_percent, forecast_finish
from layers.renewal.pipes import Ids, PipeArrays, counted_dn
from layers.renewal.project_figure import (
    Alarm,
    AlarmKind,
    Lengths,
    MilestoneFigure,
    MilestoneState,
    Money,
    ProjectFigure,
    ProjectFigures,
    SizeProgress,
)
from layers.renewal.settings import RenewalSettings
from layers.renewal.stages import CONVERSION, HasCatalogue, Stage, stage_list_of, stages_of, work_meaning
from layers.renewal.standing import milestones_of, of_meaning, stage_after, stage_reached

__all__ = [
    "Alarm",
    "AlarmKind",
    "Lengths",
    "MilestoneFigure",
    "MilestoneState",
    "Money",
    "ProjectFigure",
    "ProjectFigures",
    "SizeProgress",
    "project_figures",
]

FINISH = ("finish", "in_service")
"""What the stage means that a project is finished by: the first of these words its list has."""


def project_figures(
    register: Register,
    day: Day,
    *,
    ids: frozenset[int] | None = None,
    feedback: Feedback | None = None,
) -> ProjectFigures:
    """How all projects (or these) stand on ``day``. Reads the register; may run in a task."""
    feedback = feedback or Feedback()
    settings = RenewalSettings.of(register)
    rows = read_projects(register, ids, feedback.part(0, 0.4))
    pipes = read_project_pipes(register, settings, ids, feedback.part(0.4, 0.7))
    return figures_of(register, rows, pipes, settings, day, feedback.part(0.7, 1))


def figures_of(
    source: HasCatalogue,
    rows: ProjectRows,
    pipes: PipeArrays,
    settings: RenewalSettings,
    day: Day,
    feedback: Feedback | None = None,
) -> ProjectFigures:
    """The figures from rows that were read before; ``source`` knows the catalogue."""
    feedback = feedback or Feedback()
    maker = _Maker(source, rows, pipes, settings, day)
    projects = []
    for number, id in enumerate(rows.projects):
        feedback.progress(number / len(rows.projects))
        projects.append(maker.project(id))
    return ProjectFigures(day, settings, tuple(projects), maker.stages)


class _Maker:
    def __init__(
        self, source: HasCatalogue, rows: ProjectRows, pipes: PipeArrays, settings: RenewalSettings, day: Day
    ) -> None:
        self._source, self._rows, self._pipes = source, rows, pipes
        self._settings, self._day = settings, day
        self._laid_by = _groups(pipes.project_in)
        self._retired_by = _groups(pipes.project_out)
        self._all_stages: dict[str, tuple[Stage, ...]] = {}
        self._works: dict[str | None, str] = {}
        self.stages: dict[str, tuple[Stage, ...]] = {}

    def project(self, id: int) -> ProjectFigure:
        row, day, settings = self._rows.projects[id], self._day, self._settings
        stages, known_stages = self._stages(row["kind"])
        pipes_in = self._laid_by.get(id, np.empty(0, np.intp))
        pipes_out = self._retired_by.get(id, np.empty(0, np.intp))
        milestones = milestones_of(self._rows.rows("milestone", id), stages, known_stages, day)
        whole = [m for m in milestones if m.section is None]
        logs = [log for log in self._rows.rows("daily_log", id) if _until(log["work_date"], day)]
        laying = [log for log in logs if self._work(log["work"]) == "laying"]
        tested = [log for log in logs if self._work(log["work"]) == "pressure_test"]
        sizes = self._sizes(id, row, pipes_in, laying, tested)
        planned, laid, of_tested, in_service = (
            _total(sizes, part)
            for part in (
                lambda s: s.planned,
                lambda s: s.laid,
                lambda s: s.tested,
                lambda s: s.in_service,
            )
        )
        start, finish, laid_stage = (
            of_meaning(whole, "start"),
            of_meaning(whole, *FINISH),
            of_meaning(whole, "laying"),
        )
        days = [d for log in laying if (d := day_of(log["work_date"])) is not None]
        started = (start.actual if start else None) or min(days, default=None)
        finished = finish.actual if finish else None
        if finished is None and row["state"] == "completed":
            finished = day_of(row["completed_date"])
            finished = None if finished is not None and finished > day else finished
        planned_start = (start.planned if start else None) or day_of(row["planned_start"])
        planned_finish = (finish.planned if finish else None) or last_day_of(row["planned_finish"])
        is_open = row["state"] in ("open", None) and finished is None
        laying_planned = (laid_stage.planned if laid_stage else None) or planned_finish
        forecast = finished
        if is_open:
            forecast = forecast_finish(
                whole, day, laying, planned.value or 0.0, laid.value or 0.0, planned_finish, laying_planned,
                laid_stage is not None and laid_stage.actual is not None,
            )  # fmt: skip
        by_households = stage_list_of(self._source, row["kind"]) == CONVERSION and not planned.value
        percent = _percent(planned.value, laid.value, in_service.value, finished is not None, by_households)
        return self._finished(
            ProjectFigure(
                id=id,
                code=row["code"] or "",
                name=row["name"] or "",
                kind=row["kind"] or "",
                state=row["state"] or "open",
                programme=row["programme"],
                road=row["road"],
                community=row["community"],
                manager=row["manager"],
                stage=stage_reached(whole),
                next_stage=stage_after(whole),
                milestones=milestones,
                sizes=sizes,
                planned=planned,
                laid=laid,
                tested=of_tested,
                in_service=in_service,
                percent=percent,
                basis="none" if percent is None else "households" if by_households else "metres",
                expected_percent=expected_percent(planned_start, laying_planned, day),
                started=started,
                finished=finished,
                planned_start=planned_start,
                planned_finish=planned_finish,
                forecast_finish=forecast,
                delay_days=None if forecast is None or planned_finish is None else (forecast - planned_finish).days,
                households=row["households"],
                lengths=self._lengths(row, pipes_in),
                money=self._money(id, row),
                alarms=(),
                pipes_in=_ids(self._pipes, pipes_in),
                pipes_out=_ids(self._pipes, pipes_out),
                score=self._score(id),
                last_log=max((d for log in logs if (d := day_of(log["work_date"]))), default=None),
            ),
            settings,
        )  # fmt: skip

    def _finished(self, project: ProjectFigure, settings: RenewalSettings) -> ProjectFigure:
        return alarms_of(project, settings, self._day)

    def _stages(self, kind: str) -> tuple[tuple[Stage, ...], tuple[Stage, ...]]:
        if kind not in self.stages:
            self.stages[kind] = stages_of(self._source, kind)
            self._all_stages[kind] = stages_of(self._source, kind, switched_off=True)
        return self.stages[kind], self._all_stages[kind]

    def _work(self, work: str | None) -> str:
        if work not in self._works:
            self._works[work] = work_meaning(self._source, work)
        return self._works[work]

    def _sizes(
        self, id: int, row: Values, pipes_in: Ids, laying: Sequence[Values], tested: Sequence[Values]
    ) -> tuple[SizeProgress, ...]:
        """Pipes and logs by DN. A log that tells no size is of the project's only size, if it has one."""
        pipes, settings = self._pipes, self._settings
        dn, length = pipes.dn[pipes_in], pipes.length[pipes_in]
        begun = pipes.begun[pipes_in]
        running = pipes.alive[pipes_in] & (np.isnat(begun) | (begun <= np.datetime64(self._day)))
        of_logs = {log[ID]: _size(log["dn"], settings) for log in (*laying, *tested)}
        sizes = sorted(
            {_key(d) for d in dn} | {d for d in of_logs.values() if d is not None}, key=_last_unknown
        )
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

    def _lengths(self, row: Values, pipes_in: Ids) -> Lengths:
        drawn, as_built = self._pipes.drawn[pipes_in], self._pipes.as_built[pipes_in]
        geometry = float(np.nansum(drawn)) or None
        built = row["as_built_length"]
        if built is None and len(as_built) and not np.isnan(as_built).any():
            built = float(as_built.sum())
        settlement = row["settlement_length"]
        known = [value for value in (geometry, built, settlement) if value]
        told = built is not None or settlement is not None
        difference = (max(known) - min(known)) / min(known) * 100 if len(known) > 1 and told else None
        return Lengths(geometry, built, settlement, difference)

    def _money(self, id: int, row: Values) -> Money:
        contracts = self._rows.rows("contract", id)
        priced = []
        for item in self._rows.rows("budget_item", id):
            price = item["unit_price"]
            if price is None:
                price = self._rows.unit_prices.get(item["price_item"])
            if price is not None and item["quantity"] is not None:
                priced.append((item[ID], price * item["quantity"]))
        agreed = _sum_figure("contract", ((c[ID], c["value"]) for c in contracts))
        paid = _sum_figure("contract", ((c[ID], c["paid"]) for c in contracts))
        items = _sum_figure("budget_item", priced)
        settled = row["settled_cost"]
        expected = settled
        if expected is None:
            expected = max(agreed.value or 0.0, paid.value or 0.0) or items.value or row["budget"]
        return Money(row["budget"], items, agreed, paid, settled, expected)

    def _score(self, id: int) -> Figure:
        scores = visit_scores(self._rows, id, self._settings, lambda visited: _until(visited, self._day))
        mean = sum(scores.values()) / len(scores) if scores else None
        return Figure(mean, "points", "supervision_visit", tuple(sorted(scores)))


def visit_scores(
    rows: ProjectRows, project: int, settings: RenewalSettings, counts: Callable[[str | None], bool]
) -> dict[int, float]:
    """The score of each visit whose day ``counts``: the full mark less its deductions, not below 0."""
    scores = {}
    for visit in rows.rows("supervision_visit", project):
        if counts(visit["visit_date"]):
            deducted = sum(f["deduction"] or 0.0 for f in rows.findings.get(visit[ID], ()))
            scores[visit[ID]] = max(0.0, settings.visit_full_mark - deducted)
    return scores


def _percent(
    planned: float | None, laid: float | None, in_service: float | None, finished: bool, by_households: bool
) -> float | None:
    if finished:
        return 100.0
    if by_households:
        return 0.0
    if not planned:
        return None
    return min(100.0, max(laid or 0.0, in_service or 0.0) / planned * 100)


def _until(date: str | None, day: Day) -> bool:
    found = day_of(date)
    return found is not None and found <= day


def _groups(links: Ids) -> dict[int, Ids]:
    """The places of each value but 0."""
    order = np.argsort(links, kind="stable")
    values, starts = np.unique(links[order], return_index=True)
    parts = np.split(order, starts[1:])
    return (
        {int(value): part for value, part in zip(values, parts, strict=True) if value} if len(links) else {}
    )


def _ids(pipes: PipeArrays, places: Ids) -> tuple[int, ...]:
    return tuple(pipes.ids[places].tolist())


def _key(dn: float) -> int | None:
    return None if np.isnan(dn) else int(dn)


def _last_unknown(dn: int | None) -> int:
    return 10**9 if dn is None else dn


def _size(dn: int | None, settings: RenewalSettings) -> int | None:
    """Logs name plastics by outside diameter too; no other pipe has such a size."""
    if dn is None or not settings.plastics:
        return dn
    material = np.array([settings.plastics[0]], dtype=object)
    return int(counted_dn(np.array([float(dn)]), np.array([np.nan]), material, settings)[0])


def _pipes_figure(
    pipes: PipeArrays, places: Ids, length: np.ndarray[tuple[int, ...], np.dtype[np.float64]]
) -> Figure:
    return Figure(float(length.sum()), "m", "pipe", _ids(pipes, places))


def _logs_figure(logs: Iterable[Values]) -> Figure:
    return _sum_figure("daily_log", ((log[ID], log["metres"]) for log in logs), "m")


def _sum_figure(type: str, values: Iterable[tuple[int, float | None]], unit: str = "yuan") -> Figure:
    found = [(id, value) for id, value in values if value is not None]
    total = float(sum(value for _, value in found))
    return Figure(total, "m" if unit == "m" else "yuan", type, tuple(sorted(id for id, _ in found)))


def _total(sizes: Sequence[SizeProgress], part: Callable[[SizeProgress], Figure]) -> Figure:
    by_type: dict[str, list[Figure]] = defaultdict(list)
    for size in sizes:
        by_type[part(size).type].append(part(size))
    figures = max(by_type.values(), key=lambda each: sum(f.value or 0.0 for f in each))
    ids = sorted({id for f in figures for id in f.ids})
    return Figure(sum(f.value or 0.0 for f in figures), "m", figures[0].type, tuple(ids))
