"""Progress of projects, computed: metres by DN, percent, delay per milestone and project, forecast, alarms."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from layers.feedback import Feedback
from layers.model import edtf
from layers.register import Register
from layers.renewal.book import ID, ProjectRows, Values, read_project_pipes, read_projects
from layers.renewal.figure import Figure
from layers.renewal.period import Day
from layers.renewal.pipes import Ids, PipeArrays
from layers.renewal.progress.alarms import alarms_of
from layers.renewal.progress.forecast import expected_percent, forecast_finish
from layers.renewal.progress.project_figure import (
    Alarm,
    AlarmKind,
    Lengths,
    MilestoneFigure,
    MilestoneState,
    Money,
    ProjectFigure,
    ProjectFigures,
    SectionProgress,
    SizeProgress,
)
from layers.renewal.progress.sizes import ids_at, percent_of, sections_of, sizes_of, sum_figure, total_of
from layers.renewal.progress.standing import milestones_of, of_meaning, stage_after, stage_reached
from layers.renewal.settings import RenewalSettings
from layers.renewal.stages import CONVERSION, HasCatalogue, Stage, stage_list_of, stages_of, work_meaning

__all__ = [
    "Alarm",
    "AlarmKind",
    "Lengths",
    "MilestoneFigure",
    "MilestoneState",
    "Money",
    "ProjectFigure",
    "ProjectFigures",
    "SectionProgress",
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
        sizes = sizes_of(row, self._pipes, pipes_in, laying, tested, settings, day)
        planned, laid, of_tested, in_service = (
            total_of(sizes, part)
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
        days = [d for log in laying if (d := edtf.earliest(log["work_date"])) is not None]
        started = (start.actual if start else None) or min(days, default=None)
        finished = finish.actual if finish else None
        if finished is None and row["state"] == "completed":
            finished = edtf.earliest(row["completed_date"])
            finished = None if finished is not None and finished > day else finished
        planned_start = (start.planned if start else None) or edtf.earliest(row["planned_start"])
        planned_finish = (finish.planned if finish else None) or edtf.latest(row["planned_finish"])
        is_open = row["state"] in ("open", None) and finished is None
        laying_planned = (laid_stage.planned if laid_stage else None) or planned_finish
        forecast = finished
        if is_open:
            forecast = forecast_finish(
                whole, day, laying, planned.value or 0.0, laid.value or 0.0, planned_finish, laying_planned,
                laid_stage is not None and laid_stage.actual is not None,
            )  # fmt: skip
        by_households = stage_list_of(self._source, row["kind"]) == CONVERSION and not planned.value
        converted = (
            self._rows.household_meters.within(row["community"], started, day) if by_households else ()
        )
        percent = _percent(planned.value, laid.value, in_service.value, finished is not None)
        if by_households and finished is None:
            percent = percent_of(row["households"], float(len(converted)), None)
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
                converted=Figure(float(len(converted)), "households", "meter", converted) if by_households else None,
                lengths=self._lengths(row, pipes_in),
                money=self._money(id, row),
                alarms=(),
                pipes_in=ids_at(self._pipes, pipes_in),
                pipes_out=ids_at(self._pipes, pipes_out),
                score=self._score(id),
                sections=sections_of(self._rows.rows("section", id), self._pipes, pipes_in, laying, tested, day),
                last_log=max((d for log in logs if (d := edtf.earliest(log["work_date"]))), default=None),
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
        agreed = sum_figure("contract", ((c[ID], c["value"]) for c in contracts))
        paid = sum_figure("contract", ((c[ID], c["paid"]) for c in contracts))
        items = sum_figure("budget_item", priced)
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
    planned: float | None, laid: float | None, in_service: float | None, finished: bool
) -> float | None:
    if finished:
        return 100.0
    return percent_of(planned, laid, in_service)


def _until(date: str | None, day: Day) -> bool:
    found = edtf.earliest(date)
    return found is not None and found <= day


def _groups(links: Ids) -> dict[int, Ids]:
    """The places of each value but 0."""
    order = np.argsort(links, kind="stable")
    values, starts = np.unique(links[order], return_index=True)
    parts = np.split(order, starts[1:])
    return (
        {int(value): part for value, part in zip(values, parts, strict=True) if value} if len(links) else {}
    )
