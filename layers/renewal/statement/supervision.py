"""The supervision of construction sites in a period: visits, scores, what was found and put right in time."""

from __future__ import annotations

from dataclasses import dataclass

from layers.model import edtf
from layers.renewal.book import ID, ProjectRows
from layers.renewal.figure import Figure, Words
from layers.renewal.period import Day, Period
from layers.renewal.settings import RenewalSettings
from layers.renewal.statement.breakdowns import ratio

VISIT, FINDING = "supervision_visit", "visit_finding"


@dataclass(frozen=True)
class SupervisionRow:
    """The supervision of one project (None: of all) in the period. Ids are those of its visits or findings."""

    project: int | None
    title: Words
    visits: Figure
    score: Figure
    found: Figure
    rectified_in_time: Figure
    open: Figure


def supervision(
    rows: ProjectRows, period: Period, day: Day, settings: RenewalSettings
) -> tuple[SupervisionRow, ...]:
    """One row per project that was visited, the best score first."""
    found = []
    for id, project in rows.projects.items():
        row = _row(rows, (id,), period, day, settings, id, project["name"] or project["code"] or "")
        if row is not None:
            found.append(row)
    return tuple(sorted(found, key=lambda row: (-(row.score.value or 0.0), str(row.title))))


def supervision_total(
    rows: ProjectRows, period: Period, day: Day, settings: RenewalSettings
) -> SupervisionRow | None:
    """All visits of the period as one row; None without any."""
    return _row(rows, tuple(rows.projects), period, day, settings, None, "")


def _row(
    rows: ProjectRows,
    projects: tuple[int, ...],
    period: Period,
    day: Day,
    settings: RenewalSettings,
    project: int | None,
    title: Words,
) -> SupervisionRow | None:
    scores: dict[int, float] = {}
    found: list[int] = []
    in_time: list[int] = []
    left: list[int] = []
    for id in projects:
        for visit in rows.rows(VISIT, id):
            when = edtf.earliest(visit["visit_date"])
            if when is None or when > day or when not in period:
                continue
            findings = rows.findings.get(visit[ID], ())
            scores[visit[ID]] = max(
                0.0, settings.visit_full_mark - sum(f["deduction"] or 0.0 for f in findings)
            )
            for finding in findings:
                found.append(finding[ID])
                due, checked = edtf.latest(finding["rectify_by"]), edtf.earliest(finding["rechecked_date"])
                if checked is None or checked > day:
                    left.append(finding[ID])
                elif due is None or checked <= due:
                    in_time.append(finding[ID])
    if not scores:
        return None
    visits = tuple(sorted(scores))
    return SupervisionRow(
        project,
        title,
        Figure(float(len(scores)), "count", VISIT, visits),
        Figure(ratio(sum(scores.values()), len(scores)), "points", VISIT, visits),
        Figure(float(len(found)), "count", FINDING, tuple(sorted(found))),
        Figure(ratio(len(in_time), len(found), 100), "%", FINDING, tuple(sorted(in_time))),
        Figure(float(len(left)), "count", FINDING, tuple(sorted(left))),
    )
