"""A statement as plain values and back: what is frozen when it is submitted, and what ``gisapp statement`` prints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from layers.renewal.figure import (
    Breakdown,
    Column,
    Figure,
    Row,
    message_from_json,
    words_from_json,
    words_json,
)
from layers.renewal.period import Day, Period
from layers.renewal.settings import RenewalSettings
from layers.renewal.stages import Stage
from layers.renewal.statement.fulfilment import FulfilmentRow
from layers.renewal.statement.funnel import Funnel, FunnelStep
from layers.renewal.statement.statement import Statement
from layers.renewal.statement.supervision import SupervisionRow
from layers.text import Title

FORMAT = 1
"""Goes up when the meaning of a key changes; a later program reads all earlier ones."""


def as_json(statement: Statement) -> dict[str, Any]:
    """Everything in a statement as plain values with stable English keys; ``from_json`` reads it back equal."""
    total = statement.supervision_total
    return {
        "format": FORMAT,
        "title": statement.title,
        "period": {"first": str(statement.period.first), "last": str(statement.period.last)},
        "day": str(statement.day),
        "data_version": statement.data_version,
        "settings": statement.settings.as_json(),
        "headline": _cells_json(statement.headline),
        "breakdowns": {name: _breakdown_json(each) for name, each in statement.breakdowns.items()},
        "length_sources": _breakdown_json(statement.length_sources),
        "funnel": _funnel_json(statement.funnel),
        "supervision": [_supervision_json(row) for row in statement.supervision],
        "supervision_total": None if total is None else _supervision_json(total),
        "fulfilment": [_fulfilment_json(row) for row in statement.fulfilment],
        "notes": [words_json(note) for note in statement.notes],
    }


def from_json(data: Mapping[str, Any]) -> Statement:
    """The statement that ``as_json`` wrote."""
    total = data["supervision_total"]
    return Statement(
        title=data["title"],
        period=Period(*(Day.fromisoformat(data["period"][end]) for end in ("first", "last"))),
        day=Day.fromisoformat(data["day"]),
        data_version=data["data_version"],
        settings=RenewalSettings.from_json(data["settings"]),
        headline=_cells(data["headline"]),
        breakdowns={name: _breakdown(each) for name, each in data["breakdowns"].items()},
        length_sources=_breakdown(data["length_sources"]),
        funnel=_funnel(data["funnel"]),
        supervision=tuple(_supervision(row) for row in data["supervision"]),
        supervision_total=None if total is None else _supervision(total),
        fulfilment=tuple(_fulfilment(row) for row in data["fulfilment"]),
        notes=tuple(message_from_json(note) for note in data["notes"]),
    )


def _cells_json(cells: Mapping[str, Figure]) -> dict[str, Any]:
    return {name: figure.as_json() for name, figure in cells.items()}


def _cells(data: Mapping[str, Any]) -> dict[str, Figure]:
    return {name: Figure.from_json(each) for name, each in data.items()}


def _row_json(row: Row) -> dict[str, Any]:
    return {
        "key": row.key,
        "title": words_json(row.title),
        "level": row.level,
        "cells": _cells_json(row.cells),
    }


def _row(data: Mapping[str, Any]) -> Row:
    return Row(data["key"], words_from_json(data["title"]), data["level"], _cells(data["cells"]))


def _breakdown_json(breakdown: Breakdown) -> dict[str, Any]:
    columns = [{"name": c.name, "title": words_json(c.title), "unit": c.unit} for c in breakdown.columns]
    return {
        "name": breakdown.name,
        "title": words_json(breakdown.title),
        "columns": columns,
        "rows": [_row_json(row) for row in breakdown.rows],
        "total": _row_json(breakdown.total),
        "notes": [words_json(note) for note in breakdown.notes],
    }


def _breakdown(data: Mapping[str, Any]) -> Breakdown:
    return Breakdown(
        data["name"],
        message_from_json(data["title"]),
        tuple(Column(c["name"], message_from_json(c["title"]), c["unit"]) for c in data["columns"]),
        tuple(_row(row) for row in data["rows"]),
        _row(data["total"]),
        tuple(message_from_json(note) for note in data["notes"]),
    )


def _funnel_json(funnel: Funnel) -> dict[str, Any]:
    return {
        "programme": funnel.programme,
        "communities": funnel.communities.as_json(),
        "households": funnel.households.as_json(),
        "signed": funnel.signed.as_json(),
        "signed_percent": funnel.signed_percent,
        "steps": [_step_json(step) for step in funnel.steps],
    }


def _funnel(data: Mapping[str, Any]) -> Funnel:
    return Funnel(
        data["programme"],
        Figure.from_json(data["communities"]),
        Figure.from_json(data["households"]),
        Figure.from_json(data["signed"]),
        data["signed_percent"],
        tuple(_step(step) for step in data["steps"]),
    )


def _step_json(step: FunnelStep) -> dict[str, Any]:
    stage = step.stage
    return {
        "stage": {
            "code": stage.code,
            "title": words_json(stage.title),
            "order": stage.order,
            "optional": stage.optional,
            "means": stage.means,
        },
        "communities": step.communities.as_json(),
        "households": step.households.as_json(),
        "percent": step.percent,
        "household_percent": step.household_percent,
        "beyond_previous": step.beyond_previous,
        "skipped": list(step.skipped),
    }


def _step(data: Mapping[str, Any]) -> FunnelStep:
    stage = dict(data["stage"])
    title = Title(stage["title"]["zh"], stage["title"]["en"])
    return FunnelStep(
        Stage(stage["code"], title, stage["order"], stage["optional"], stage["means"]),
        Figure.from_json(data["communities"]),
        Figure.from_json(data["households"]),
        data["percent"],
        data["household_percent"],
        data["beyond_previous"],
        tuple(data["skipped"]),
    )


_SUPERVISION = ("visits", "score", "found", "rectified_in_time", "open")
_FULFILMENT = ("planned", "done", "percent", "projects", "finished")


def _supervision_json(row: SupervisionRow) -> dict[str, Any]:
    figures = {name: getattr(row, name).as_json() for name in _SUPERVISION}
    return {"project": row.project, "title": words_json(row.title), **figures}


def _supervision(data: Mapping[str, Any]) -> SupervisionRow:
    figures = {name: Figure.from_json(data[name]) for name in _SUPERVISION}
    return SupervisionRow(data["project"], words_from_json(data["title"]), **figures)


def _fulfilment_json(row: FulfilmentRow) -> dict[str, Any]:
    figures = {name: getattr(row, name).as_json() for name in _FULFILMENT}
    return {"programme": row.programme, "title": words_json(row.title), "means": row.means, **figures}


def _fulfilment(data: Mapping[str, Any]) -> FulfilmentRow:
    figures = {name: Figure.from_json(data[name]) for name in _FULFILMENT}
    return FulfilmentRow(data["programme"], words_from_json(data["title"]), data["means"], **figures)
