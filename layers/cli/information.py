"""``gisapp info``: what a register holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import typer

from layers.cli.application import DONE, CommandTable
from layers.cli.console import Console
from layers.cli.layout import table
from layers.cli.opening import open_register
from layers.cli.values import JsonOption, RegisterArgument
from layers.register import Register, RegisterSummary
from layers.text import Message

Totals = Mapping[str, Any]


def info(context: typer.Context, register: RegisterArgument, as_json: JsonOption = False) -> int:
    """CRS, bounds, data version; counts per type; the three lengths of pipes by status and DN class."""
    console: Console = context.obj
    with open_register(register, read_only=True) as opened:
        with console.feedback() as feedback:
            summary = opened.summary(feedback)
        console.result(summary.as_json())
        if not console.as_json:
            _show(console, opened, summary)
    return DONE


COMMANDS: CommandTable = {"info": (info, "cli.info.help")}


def _show(console: Console, register: Register, summary: RegisterSummary) -> None:
    if summary.name:
        console.say(summary.name)
    if summary.is_sample:
        console.say(Message("cli.info.sample"))
    console.say(Message("cli.info.crs", {"crs": summary.crs}))
    if summary.bounds:
        box = tuple(f"{value:.2f}" for value in summary.bounds)
        console.say(Message("cli.info.bounds", {"x0": box[0], "y0": box[1], "x1": box[2], "y1": box[3]}))
    console.say(Message("cli.info.data_version", {"version": summary.data_version}))
    catalogue, texts = register.catalogue, console.texts
    titles = [texts.get("cli.info.type"), texts.get("cli.info.count"), texts.get("cli.info.unlocated")]
    rows = [
        (catalogue[name].title[texts.language], f"{each.count:,}", f"{each.unlocated or 0:,}")
        for name, each in summary.types.items()
        if each.count
    ]
    console.say("")
    console.say(table(titles, rows, numbers=[1, 2]).rstrip() if rows else Message("cli.info.empty"))
    for each in summary.types.values():
        if each.lengths is not None and each.count:
            console.say("")
            lengths = each.lengths
            figures = {
                "drawn": _kilometres(lengths.drawn_m),
                "recorded": _kilometres(lengths.recorded_m),
                "report": _kilometres(lengths.report_m),
                "in_service": _kilometres(lengths.in_service_m),
                "headline": _kilometres(lengths.headline_m),
                "dn": lengths.headline_dn,
            }
            console.say(Message("cli.info.lengths", figures))
            console.say(_lengths_table(console, lengths.by_dn_class))


def _lengths_table(console: Console, by_class: Totals) -> str:
    texts = console.texts
    titles = [texts.get("cli.info.dn_class"), texts.get("cli.info.count"), texts.get("cli.info.kilometres")]
    named = {"unknown": texts.get("cli.info.unknown"), "blank": texts.get("cli.info.unknown")}
    rows = [
        (named.get(key, key), f"{each.count:,}", _kilometres(each.length_m)) for key, each in by_class.items()
    ]
    return table(titles, rows, numbers=[1, 2]).rstrip()


def _kilometres(metres: float) -> str:
    return f"{metres / 1000:,.3f}"
