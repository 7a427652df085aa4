"""``gisapp statement``: kilometres laid and renewed, cost, plan, funnel and supervision of a period."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from layers.cli.application import DONE, CommandTable
from layers.cli.console import Console
from layers.cli.layout import table
from layers.cli.opening import open_register
from layers.cli.values import JsonOption, RegisterArgument, choice, day_of, whole_number
from layers.errors import UserError
from layers.later import Later
from layers.register import Register
from layers.renewal.figure import Breakdown, Figure
from layers.renewal.period import Period
from layers.renewal.statement.frozen import as_json, checksum
from layers.renewal.statement.statement import BREAKDOWNS, Statement, statement
from layers.reports.arranging import arrange, period_words
from layers.reports.wording import number_text
from layers.text import Message

if TYPE_CHECKING:
    from layers.exchange import export
    from layers.reports import document, excel, listing, word
else:
    # The libraries of documents are loaded when one is written.
    export = Later("layers.exchange.export")
    document = Later("layers.reports.document")
    excel = Later("layers.reports.excel")
    listing = Later("layers.reports.listing")
    word = Later("layers.reports.word")

DAY = "YYYY-MM-DD"
_ENDINGS = (".docx", ".xlsx")


def show_statement(
    context: typer.Context,
    register: RegisterArgument,
    year: Annotated[
        int | None, typer.Option(parser=whole_number("--year", 1800, 9998), help="cli.statement.year")
    ] = None,
    first: Annotated[str | None, typer.Option("--from", metavar=DAY, help="cli.statement.from")] = None,
    last: Annotated[str | None, typer.Option("--to", metavar=DAY, help="cli.statement.to")] = None,
    by: Annotated[str, typer.Option(parser=choice("--by", BREAKDOWNS), help="cli.statement.by")] = "dn_class",
    as_of: Annotated[str | None, typer.Option("--day", metavar=DAY, help="cli.statement.day")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="OUT.docx|xlsx", help="cli.statement.out")
    ] = None,
    as_json_: JsonOption = False,
) -> int:
    """The statement of a year or any other period; with ``--json`` every figure with the ids of its objects."""
    console: Console = context.obj
    today = day_of("--day", as_of) or datetime.date.today()
    period = _period(year, day_of("--from", first), day_of("--to", last), today)
    with open_register(register, read_only=True) as opened, console.feedback() as feedback:
        made = statement(opened, period, day=today, feedback=feedback)
        if out is not None:
            _write(console, opened, made, out)
    console.result(as_json(made) | {"checksum": checksum(made)})
    if not console.as_json and out is None:
        _show(console, made, by)
    return DONE


COMMANDS: CommandTable = {"statement": (show_statement, "cli.statement.help")}


def _write(console: Console, register: Register, made: Statement, out: Path) -> None:
    """As a Word document or an Excel workbook, by the ending."""
    ending = out.suffix.lower()
    if ending not in _ENDINGS:
        refused = Message("cli.error.value", {"option": "--out", "value": out.name})
        raise UserError(refused, Message("cli.hint.one_of", {"values": _ENDINGS}))
    export.refuse_own_register(register.target, out)
    title = console.texts.get("report.title", period=period_words(made.period))
    report = arrange(made, title=title, unit=register.name, is_sample=register.is_sample)
    if ending == ".docx":
        word.write_word(report, out, console.texts)
    else:
        pipes = listing.list_pipes(register, made, console.texts)
        excel.write_excel(report, out, console.texts, document.Pictures(listing=pipes))
    console.say(Message("report.written", {"file": out.name}))


def _period(
    year: int | None, first: datetime.date | None, last: datetime.date | None, today: datetime.date
) -> Period:
    if year is not None:
        whole = Period.year(year)
        first, last = first or whole.first, last or whole.last
    last = last or today
    first = first or datetime.date(last.year, 1, 1)
    if first > last:
        raise UserError(Message("cli.statement.backwards", {"first": str(first), "last": str(last)}))
    return Period(first, last)


def _show(console: Console, made: Statement, by: str) -> None:
    settings = made.settings
    console.say(
        Message("cli.statement.period", {"first": str(made.period.first), "last": str(made.period.last)})
    )
    classes = "; ".join(map(str, settings.classes))
    console.say(Message("cli.statement.settings", {"dn": settings.dn_threshold, "classes": classes}))
    console.say("")
    console.say(_table(console, made.breakdowns[by]))
    if made.funnel.communities.value:
        console.say("")
        console.say(_funnel(console, made))
    if made.notes:
        console.say("")
    for note in made.notes:
        console.say(note)
    console.say(Message("cli.statement.checksum", {"checksum": checksum(made)}))


def _table(console: Console, breakdown: Breakdown) -> str:
    render = console.texts.render
    titles = [render(breakdown.title), *(render(column.title) for column in breakdown.columns)]
    rows = [
        ("  " * (row.level == "part") + render(row.title), *(_shown(f) for f in row.cells.values()))
        for row in (*breakdown.rows, breakdown.total)
    ]
    return table(titles, rows, numbers=range(1, len(titles))).rstrip()


def _funnel(console: Console, made: Statement) -> str:
    texts = console.texts
    names = ("stage", "communities", "percent", "households", "percent")
    titles = [texts.get(f"cli.statement.{name}") for name in names]
    rows = [
        (
            texts.render(step.stage.title),
            number_text(step.communities),
            _shown(Figure(step.percent, "%")),
            number_text(step.households),
            _shown(Figure(step.household_percent, "%")),
        )
        for step in made.funnel.steps
    ]
    return table(titles, rows, numbers=range(1, 5)).rstrip()


def _shown(figure: Figure) -> str:
    """As documents show it; a table of the terminal has no units above its columns."""
    text = number_text(figure)
    return f"{text} %" if figure.unit == "%" and figure.value is not None else text
