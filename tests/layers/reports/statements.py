"""A statement made by hand: every kind of row, an unclassified size, a funnel that does not narrow."""

from __future__ import annotations

import datetime
from dataclasses import replace

from layers.renewal.figure import Breakdown, Column, Figure, Level, Row, Unit
from layers.renewal.settings import RenewalSettings
from layers.renewal.stages import Stage
from layers.renewal.statement.funnel import Funnel, FunnelStep
from layers.renewal.statement.statement import HEADLINE, FulfilmentRow, Period, Statement, SupervisionRow
from layers.text import Title

REACHED = (86, 74, 31, 42, 18, 9)
STAGES = ("前期踏勘", "出具设计方案", "图纸公示评审", "住建局审批备案", "开工", "完工")

_COLUMNS: tuple[tuple[str, str, str, Unit], ...] = (
    ("before", "期初", "Before", "m"),
    ("laid", "新建", "Laid", "m"),
    ("renewed", "改造", "Renewed", "m"),
    ("retired", "废除", "Retired", "m"),
    ("cost", "投资", "Cost", "yuan"),
    ("rate", "改造率", "Rate", "%"),
)
_ROWS: tuple[tuple[str, str, Level, tuple[float, ...]], ...] = (
    ("small", "≤ DN400", "class", (105_500, 7_960, 12_840, 12_210, 18_000_000, 12.2)),
    ("small-1", "DN100–200", "part", (88_680, 6_820, 9_460, 9_080, 13_000_000, 10.7)),
    ("small-2", "DN250–400", "part", (16_820, 1_140, 3_380, 3_130, 5_000_000, 20.1)),
    ("large", "≥ DN500", "class", (12_000, 860, 1_220, 1_220, 4_000_000, 10.2)),
    ("between", "未归类：DN450", "unclassified", (1_100, 0, 700, 0, 840_000, 63.6)),
    ("unknown", "=管径未知", "unknown", (810, 0, 0, 30, 0, 0)),
)
TOTAL = (118_600.0, 8_820.0, 14_760.0, 13_430.0, 22_840_000.0, 12.4)


def make_statement() -> Statement:
    """The statement."""
    columns = tuple(Column(name, Title(zh, en), unit) for name, zh, en, unit in _COLUMNS)
    rows = tuple(_row(columns, number, *row) for number, row in enumerate(_ROWS))
    total = _row(columns, 9, "total", "合计", "total", TOTAL)
    classes = Breakdown("dn_class", Title("按管径分级的主管长度", "Mains by DN class"), columns, rows, total)
    years = tuple(
        Row(str(year), str(year), "item", {"renewed": Figure(1000.0 * (year - 2015), "m", "pipe", (year,))})
        for year in (2022, 2023)
    )
    by_year = Breakdown("year", Title("按年份", "By year"), columns[2:3], years, total)
    units: dict[str, Unit] = {"renewal_cost": "yuan", "unit_cost": "yuan/m", "renewal_rate": "%"}
    headline = {
        name: Figure(1000.0 + number, _unit(name, units), "pipe", (1, 2, 3))
        for number, name in enumerate(HEADLINE)
    }
    headline["renewed"] = Figure(14_760.0, "m", "pipe", (1, 2, 3))
    headline["unit_cost"] = Figure(None, "yuan/m")
    visited = SupervisionRow(5, "G23-019 学府路", *_points(2, 91.5, 3, 66.7, 1))
    return Statement(
        title="2023 年度供水管网报表",
        period=Period.year(2023),
        day=datetime.date(2024, 1, 12),
        data_version=7,
        settings=RenewalSettings(),
        headline=headline,
        breakdowns={"dn_class": classes, "year": by_year},
        length_sources=Breakdown("length_source", Title("长度来源", "Lengths"), columns[1:2], (), total),
        funnel=_funnel(),
        supervision=(visited,),
        supervision_total=replace(visited, project=None, title=""),
        fulfilment=(FulfilmentRow(1, "2023 年改造计划", "renewed", *_done(16_500, 14_760, 89.5, 4, 3)),),
        notes=(),
    )


def _unit(name: str, units: dict[str, Unit]) -> Unit:
    if name in units:
        return units[name]
    if "fulfilment" in name:
        return "%"
    if name.endswith("per_year"):
        return "m/a"
    return "count" if name.startswith(("mile", "comm", "house", "not_")) else "m"


def _row(
    columns: tuple[Column, ...], number: int, key: str, title: str, level: Level, values: tuple[float, ...]
) -> Row:
    ids = tuple(range(number * 10 + 1, number * 10 + 4))
    cells = {
        column.name: Figure(value, column.unit, "pipe", ids)
        for column, value in zip(columns, values, strict=True)
    }
    return Row(key, title, level, cells)


def _funnel() -> Funnel:
    steps = []
    for order, (title, reached) in enumerate(zip(STAGES, REACHED, strict=True)):
        stage = Stage(f"S{order}", Title(title, title), order, False, "")
        beyond = max(reached - REACHED[order - 1], 0) if order else 0
        figure = Figure(float(reached), "count", "project", tuple(range(1, reached + 1)))
        households = Figure(reached * 100.0, "households", "project", figure.ids)
        steps.append(
            FunnelStep(stage, figure, households, 100 * reached / 120, 100 * reached / 120, beyond, ())
        )
    whole = Figure(120.0, "count", "project", tuple(range(1, 121)))
    homes = Figure(12_000.0, "households", "project", whole.ids)
    return Funnel(None, whole, homes, homes, 100.0, tuple(steps))


def _points(*values: float) -> tuple[Figure, ...]:
    units: tuple[Unit, ...] = ("count", "points", "count", "%", "count")
    return tuple(
        Figure(float(v), unit, "supervision_visit", (1, 2)) for v, unit in zip(values, units, strict=True)
    )


def _done(*values: float) -> tuple[Figure, ...]:
    units: tuple[Unit, ...] = ("m", "m", "%", "count", "count")
    return tuple(Figure(float(v), unit, "project", (1, 2)) for v, unit in zip(values, units, strict=True))
