"""From the figures of a statement to what readers see: tiles first, then tables, charts and what was counted how."""

from __future__ import annotations

import datetime

from layers.renewal.figure import Breakdown, Column, Figure, Row, Words
from layers.renewal.settings import RenewalSettings
from layers.renewal.statement.frozen import checksum
from layers.renewal.statement.funnel import Funnel
from layers.renewal.statement.statement import Period, Statement, SupervisionRow
from layers.reports.report import Bar, Chart, Report, Tile
from layers.reports.wording import number_text
from layers.text import Message

#: Breakdowns in the order of print.
ORDER = ("dn_class", "year", "material", "fund_source", "contractor", "road", "community", "project")


def arrange(
    statement: Statement,
    *,
    title: str = "",
    unit: str = "",
    is_sample: bool = False,
    submitted: tuple[datetime.datetime, str] | None = None,
) -> Report:
    """The document of a statement. ``unit``: the company; ``submitted``: when and by whom, for a frozen copy."""
    tables = [statement.breakdowns[name] for name in ORDER if name in statement.breakdowns]
    others = (_fulfilment(statement), _supervision(statement), statement.length_sources)
    return Report(
        title or statement.title,
        unit,
        period_words(statement.period),
        statement.day,
        submitted,
        is_sample,
        _settings(statement.settings),
        _short(statement.settings),
        _tiles(statement),
        tuple(table for table in (*tables, *others) if table.rows),
        _charts(statement),
        (*([Message("report.is_sample")] if is_sample else []), *statement.notes),
        checksum(statement),
    )


def period_words(period: Period) -> Message:
    """A year by its number, anything else from day to day."""
    first, last = period.first, period.last
    if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31):
        if first.year == last.year:
            return Message("report.period.year", {"year": first.year})
        return Message("report.period.years", {"first": first.year, "last": last.year})
    return Message("report.period.days", {"first": first.isoformat(), "last": last.isoformat()})


def _tiles(statement: Statement) -> tuple[Tile, ...]:
    of = statement.headline
    floor = statement.settings.dn_threshold
    grown = Figure((of["in_service"].value or 0.0) - (of["in_service_before"].value or 0.0), "m")
    sign = "+" if (grown.value or 0.0) >= 0 else ""
    done = statement.funnel.communities
    return (
        Tile(
            "in_service",
            Message("report.tile.in_service", {"dn": floor}),
            of["in_service"],
            Message("report.tile.in_service.note", {"km": f"{sign}{number_text(grown)}"}),
        ),
        Tile(
            "laid", Message("report.tile.laid"), of["laid"], _planned(of["laid_plan"], of["laid_fulfilment"])
        ),
        Tile(
            "renewed",
            Message("report.tile.renewed"),
            of["renewed"],
            _planned(of["renewed_plan"], of["renewed_fulfilment"]),
        ),
        Tile(
            "renewal_cost",
            Message("report.tile.cost"),
            of["renewal_cost"],
            Message("report.tile.cost.note", {"cost": number_text(of["unit_cost"])})
            if of["unit_cost"].value
            else "",
        ),
        Tile(
            "communities_finished",
            Message("report.tile.communities"),
            of["communities_finished"],
            Message(
                "report.tile.communities.note",
                {"all": number_text(done), "households": number_text(of["households_finished"])},
            ),
        ),
        Tile(
            "renewal_rate", Message("report.tile.rate"), of["renewal_rate"], Message("report.tile.rate.note")
        ),
        Tile("laid_per_year", Message("report.tile.laid_per_year"), of["laid_per_year"]),
        Tile("renewed_per_year", Message("report.tile.renewed_per_year"), of["renewed_per_year"]),
        Tile(
            "milestones_on_time",
            Message("report.tile.milestones"),
            of["milestones_on_time"],
            Message("report.tile.milestones.note", {"due": number_text(of["milestones_due"])}),
        ),
        Tile("retired", Message("report.tile.retired"), of["retired"]),
        Tile("unclassified", Message("report.tile.unclassified"), of["unclassified"]),
        Tile(
            "unknown_dn",
            Message("report.tile.unknown_dn"),
            of["unknown_dn"],
            Message("report.tile.unknown_dn.note"),
        ),
    )


def _planned(plan: Figure, fulfilment: Figure) -> Words:
    if not plan.value:
        return Message("report.tile.no_plan")
    said = {"plan": number_text(plan), "percent": number_text(fulfilment)}
    return Message("report.tile.plan", said)


def _settings(settings: RenewalSettings) -> tuple[tuple[Words, Words], ...]:
    classes = _class_names(settings)
    return (
        (Message("report.setting.threshold"), f"DN{settings.dn_threshold}"),
        (Message("report.setting.year"), Message("report.setting.year.value")),
        (Message("report.setting.length"), Message("report.setting.length.value")),
        (Message("report.setting.classes"), Message("report.setting.classes.value", {"classes": classes})),
        (Message("report.setting.plastic"), _plastic(settings)),
        (Message("report.setting.kinds"), Message("report.setting.kinds.value")),
        (
            Message("report.setting.difference"),
            Message(
                "report.setting.difference.value", {"percent": f"{settings.length_difference_percent:g}"}
            ),
        ),
    )


def _class_names(settings: RenewalSettings) -> tuple[str, ...]:
    return tuple(str(each).replace("<=", "≤ DN").replace(">=", "≥ DN") for each in settings.classes)


def _plastic(settings: RenewalSettings) -> Words:
    if not settings.de_as_dn:
        return Message("report.setting.plastic.none")
    # The sizes around the threshold decide what counts.
    near = sorted(
        (de, dn)
        for de, dn in settings.de_as_dn.items()
        if settings.dn_threshold <= dn <= 2 * settings.dn_threshold
    )
    pairs = tuple(f"de{de}=DN{dn}" for de, dn in near[:3])
    return Message("report.setting.plastic.value", {"pairs": pairs})


def _short(settings: RenewalSettings) -> Message:
    classes = _class_names(settings)
    return Message("report.settings.short", {"dn": settings.dn_threshold, "classes": classes})


def _charts(statement: Statement) -> tuple[Chart, ...]:
    charts = []
    if statement.funnel.communities.value:
        charts.append(_funnel(statement.funnel))
    years = statement.breakdowns.get("year")
    if years is not None and len(years.rows) > 1:
        charts.append(_years(years))
    return tuple(charts)


def _funnel(funnel: Funnel) -> Chart:
    whole = funnel.communities.value or 0.0
    bars = tuple(
        Bar(
            step.stage.title,
            step.communities,
            step.percent,
            float(step.beyond_previous),
            Message("report.funnel.households", {"count": number_text(step.households)}),
        )
        for step in funnel.steps
    )
    remarks: list[Words] = [
        Message(
            "report.funnel.whole",
            {"communities": number_text(funnel.communities), "households": number_text(funnel.households)},
        )
    ]
    if not funnel.narrows:
        remarks.append(Message("report.funnel.dates"))
        remarks += [
            Message("report.funnel.beyond", {"stage": step.stage.title, "count": step.beyond_previous})
            for step in funnel.steps
            if step.beyond_previous
        ]
    return Chart(
        "funnel", Message("report.funnel"), Message("report.unit.communities"), bars, whole, tuple(remarks)
    )


def _years(years: Breakdown) -> Chart:
    name = "renewed"
    rows = [row for row in years.rows if row.level != "unknown" and name in row.cells]
    bars = tuple(Bar(row.title, row.cells[name]) for row in rows)
    whole = max((bar.value.value or 0.0 for bar in bars), default=0.0)
    return Chart("years", Message("report.years"), Message("report.unit.km"), bars, whole)


def _fulfilment(statement: Statement) -> Breakdown:
    """Every programme: planned, done, how many of its projects are finished."""
    columns = (
        Column("planned", Message("report.column.planned"), "m"),
        Column("done", Message("report.column.done"), "m"),
        Column("percent", Message("report.column.percent"), "%"),
        Column("projects", Message("report.column.projects"), "count"),
        Column("finished", Message("report.column.finished"), "count"),
    )
    rows = tuple(
        Row(
            f"programme-{each.programme or 0}",
            each.title,
            "item",
            {name: getattr(each, name) for name in ("planned", "done", "percent", "projects", "finished")},
        )
        for each in statement.fulfilment
    )
    return Breakdown("fulfilment", Message("report.table.fulfilment"), columns, rows, _sum(rows, columns))


def _supervision(statement: Statement) -> Breakdown:
    """Every project that was visited."""
    columns = (
        Column("visits", Message("report.column.visits"), "count"),
        Column("score", Message("report.column.score"), "points"),
        Column("found", Message("report.column.found"), "count"),
        Column("rectified_in_time", Message("report.column.rectified"), "%"),
        Column("open", Message("report.column.open"), "count"),
    )

    def cells(each: SupervisionRow) -> dict[str, Figure]:
        return {column.name: getattr(each, column.name) for column in columns}

    rows = tuple(
        Row(f"project-{each.project}", each.title, "item", cells(each)) for each in statement.supervision
    )
    whole = statement.supervision_total
    total = Row("total", Message("report.total"), "total", {} if whole is None else cells(whole))
    return Breakdown("supervision", Message("report.table.supervision"), columns, rows, total)


def _sum(rows: tuple[Row, ...], columns: tuple[Column, ...]) -> Row:
    """Sums, and the share of one sum in another."""
    cells: dict[str, Figure] = {}
    for column in columns:
        parts = [row.cells[column.name] for row in rows]
        ids = tuple(sorted({id for part in parts for id in part.ids}))
        kind = parts[0].type if parts else "project"
        value: float | None = sum(part.value or 0.0 for part in parts)
        if column.unit == "%":
            planned, done = (cells[name].value or 0.0 for name in ("planned", "done"))
            value = 100.0 * done / planned if planned else None
        cells[column.name] = Figure(value, column.unit, kind, ids)
    return Row("total", Message("report.total"), "total", cells)
