"""The pipes behind the kilometres of a statement, one a line, for the workbook."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from layers.feedback import Feedback
from layers.model.query import Query
from layers.register import Register
from layers.renewal.figure import Words
from layers.renewal.pipes import FIELDS, PIPE, SOURCES, pipe_arrays
from layers.renewal.statement.statement import Statement
from layers.text import Message, Texts

#: The figures whose pipes are listed, in this order.
LISTED = ("laid", "renewed", "other", "retired")
_BATCH = 20_000


@dataclass(frozen=True)
class Listing:
    """Rows of texts and numbers under their titles; ``number_formats`` by column, empty for texts."""

    title: Words
    columns: tuple[Words, ...]
    number_formats: tuple[str, ...]
    rows: tuple[tuple[str | float | None, ...], ...]


def list_pipes(
    register: Register, made: Statement, texts: Texts, feedback: Feedback | None = None
) -> Listing:
    """The pipes laid, renewed, otherwise built and retired in the period, as the register has them now."""
    feedback = feedback or Feedback()
    asset_type = register.catalogue[PIPE]
    material = asset_type.field_named("material")
    projects = {
        row.id: str(row.get("name", row.get("code", "")))
        for row in register.find(Query("project", fields=("code", "name")))
    }
    rows: list[tuple[str | float | None, ...]] = []
    for name in LISTED:
        ids = made.headline[name].ids
        what = texts.get(f"report.listing.{name}")
        for start in range(0, len(ids), _BATCH):
            feedback.check()
            part = ids[start : start + _BATCH]
            table = register.rows(PIPE, part, FIELDS)
            pipes = pipe_arrays(table, register.rows(PIPE, part, ()), asset_type, made.settings)
            for n in range(len(pipes)):
                day = pipes.ended[n] if name == "retired" else pipes.begun[n]
                project = int((pipes.project_out if name == "retired" else pipes.project_in)[n])
                kind = pipes.material[n]
                rows.append(
                    (
                        what,
                        str(pipes.code[n] or ""),
                        None if np.isnan(pipes.dn[n]) else float(pipes.dn[n]),
                        "" if kind is None else material.format(kind, texts.language),
                        None if np.isnan(pipes.length[n]) else round(float(pipes.length[n]), 2),
                        texts.get(f"kilometres.source.{SOURCES[int(pipes.source[n])]}"),
                        "" if np.isnat(day) else str(day),
                        projects.get(project, ""),
                        str(pipes.road[n] or ""),
                    )
                )
    columns = ("what", "code", "dn", "material", "length", "source", "day", "project", "road")
    formats = ("", "", "0", "", "#,##0.00", "", "", "", "")
    titles = tuple(Message(f"report.listing.column.{column}") for column in columns)
    return Listing(Message("report.listing"), titles, formats, tuple(rows))
