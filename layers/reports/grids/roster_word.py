"""The roster as a Word document: turned pages, a table each with its head on every page."""

from __future__ import annotations

from pathlib import Path

from layers.feedback import Feedback
from layers.reports.document import FAINT, HEAD, SUM, WARN, Speech, whole_content
from layers.reports.grids.roster import Roster, RosterRow, RosterTable
from layers.reports.grids.roster_words import cell_text, day_text
from layers.reports.word_table import WordPaper, cell, repeat, write
from layers.text import Texts


def write_roster_word(roster: Roster, path: Path, texts: Texts, feedback: Feedback | None = None) -> None:
    """Write ``roster`` to ``path``. Raises ``UserError`` when the file cannot be written. May run in a task."""
    feedback, say = feedback or Feedback(), Speech(texts)
    paper = WordPaper(say(roster.title), say(roster.company), across=True)
    paper.document.add_paragraph(say(roster.title), style="Title")
    write(paper.document.add_paragraph(), f"{say(roster.company)}    {day_text(say, roster)}", 9, FAINT)
    for number, table in enumerate(roster.tables):
        feedback.progress(number / len(roster.tables))
        _table(paper, table, say)
    for note in roster.notes:
        write(paper.document.add_paragraph(), say(note), 8, FAINT)
    with whole_content(path) as content:
        paper.document.save(content)


def _table(paper: WordPaper, table: RosterTable, say: Speech) -> None:
    paper.document.add_heading(say(table.title), 1)
    whole = sum(column.width for column in table.columns)
    grid = paper.grid(len(table.rows) + 1, [paper.width * column.width / whole for column in table.columns])
    repeat(grid.rows[0])
    for place, column in zip(grid.rows[0].cells, table.columns, strict=True):
        cell(place, say(column.title), bold=True, right=column.digits is not None, fill=HEAD)
    for line, row in zip(grid.rows[1:], table.rows, strict=True):
        fill = _fill(row)
        for place, column, value in zip(line.cells, table.columns, row.cells, strict=True):
            text = cell_text(say, column, value)
            cell(place, text, bold=row.kind != "item", right=column.digits is not None, fill=fill)


def _fill(row: RosterRow) -> str:
    if row.kind != "item":
        return SUM
    return WARN if row.flagged else ""
