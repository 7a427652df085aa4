"""``gisapp check``: what is wrong in a register, rule by rule."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from layers.analysis.checking.finding import Finding, Findings
from layers.analysis.checking.gathering import check_register, rule_names
from layers.analysis.checking.waivers import read_waivers, sort_out
from layers.cli.application import DONE, FINDINGS, CommandTable
from layers.cli.console import Console
from layers.cli.layout import table
from layers.cli.opening import open_register
from layers.cli.values import JsonOption, RegisterArgument
from layers.errors import UserError
from layers.text import Message


def check(
    context: typer.Context,
    register: RegisterArgument,
    rules: Annotated[str | None, typer.Option(metavar="A,B", help="cli.check.rules")] = None,
    limit: Annotated[int, typer.Option(metavar="N", min=0, help="cli.check.limit")] = 20,
    as_json: JsonOption = False,
) -> int:
    """List the findings; returns 1 when there is an error or a warning among them that is not waived."""
    console: Console = context.obj
    chosen = None if rules is None else _chosen(rules)
    with open_register(register, read_only=True) as opened, console.feedback() as feedback:
        sorted_out = sort_out(check_register(opened, feedback, rules=chosen), read_waivers(opened))
    found, waived = sorted_out.open, sum(map(len, sorted_out.waived))
    if as_json:
        console.result(
            {
                "findings": [_as_json(console, each) for part in found for each in part],
                "waived": [_as_json(console, each) for part in sorted_out.waived for each in part],
            }
        )
    else:
        _show(console, found, limit)
        if waived:
            console.say(Message("cli.check.waived", {"count": f"{waived:,}"}))
    return FINDINGS if any(part.severity != "note" for part in found) else DONE


COMMANDS: CommandTable = {"check": (check, "cli.check.help")}


def _chosen(words: str) -> tuple[str, ...]:
    names = tuple(word.strip() for word in words.split(",") if word.strip())
    known = rule_names()
    for name in names:
        if name not in known:
            raise UserError(
                Message("cli.check.no_such_rule", {"name": name}),
                Message("cli.hint.one_of", {"values": known}),
            )
    return names


def _show(console: Console, found: list[Findings], limit: int) -> None:
    if not found:
        console.say(Message("cli.check.clean"))
        return
    for part in found:
        console.say(_heading(console, part))
        for number, each in enumerate(part):
            if limit and number == limit:
                console.say(
                    "  " + console.texts.render(Message("cli.check.more", {"count": len(part) - limit}))
                )
                break
            console.say("  " + console.texts.render(each.message))
    titles = [console.texts.get(f"cli.check.{name}") for name in ("rule", "severity", "count")]
    rows = [
        (
            console.texts.render(Message(f"check.{part.rule}.title")),
            console.texts.render(Message(f"check.severity.{part.severity}")),
            f"{len(part):,}",
        )
        for part in found
    ]
    console.say("")
    console.say(table(titles, rows, numbers=[2]).rstrip())
    total = f"{sum(map(len, found)):,}"
    console.say(Message("cli.check.totals", {"count": total, "rules": len({part.rule for part in found})}))


def _heading(console: Console, part: Findings) -> str:
    title = console.texts.render(Message(f"check.{part.rule}.title"))
    severity = console.texts.render(Message(f"check.severity.{part.severity}"))
    return f"[{severity}] {title} ({part.rule})  {len(part):,}"


def _as_json(console: Console, finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "type": finding.asset.type,
        "id": finding.asset.id,
        "code": finding.message.parameters.get("code"),
        "place": None if finding.place is None else [round(value, 3) for value in finding.place],
        "others": [f"{key.type}:{key.id}" for key in finding.others],
        "text": console.texts.render(finding.message),
    }
