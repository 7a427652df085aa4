"""``gisapp grids propose``: how the service area could be divided into grids, and how good that would be."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from layers.cli.application import DONE, CommandTable
from layers.cli.console import Console
from layers.cli.layout import table
from layers.cli.opening import open_register
from layers.cli.values import JsonOption, RegisterArgument, choice, whole_number
from layers.later import Later
from layers.text import Message

if TYPE_CHECKING:
    from layers.grids.dividing import wishes
    from layers.grids.proposing import acceptance, designing, proposal, site_reading
else:
    # Loaded for this command alone: shapely, and METIS when it divides.
    acceptance = Later("layers.grids.proposing.acceptance")
    designing = Later("layers.grids.proposing.designing")
    proposal = Later("layers.grids.proposing.proposal")
    site_reading = Later("layers.grids.proposing.site_reading")
    wishes = Later("layers.grids.dividing.wishes")

MOST = 5000
MARGINS = (101, 150)


def grids(
    context: typer.Context,
    what: Annotated[
        str, typer.Argument(metavar="propose", parser=choice("grids", ("propose",)), help="cli.grids.what")
    ],
    register: RegisterArgument,
    count: Annotated[
        int | None,
        typer.Option("--grids", parser=whole_number("--grids", 1, MOST), help="cli.grids.count"),
    ] = None,
    rebalance: Annotated[bool, typer.Option("--rebalance", help="cli.grids.rebalance")] = False,
    limit: Annotated[
        int, typer.Option("--limit", parser=whole_number("--limit", *MARGINS), help="cli.grids.limit")
    ] = 105,
    cut_communities: Annotated[
        bool, typer.Option("--cut-communities", help="cli.grids.cut_communities")
    ] = False,
    across_areas: Annotated[bool, typer.Option("--across-areas", help="cli.grids.across_areas")] = False,
    accept: Annotated[bool, typer.Option("--accept", help="cli.grids.accept")] = False,
    as_json: JsonOption = False,
) -> int:
    """Propose a division; ``--accept`` also makes it, as one act that can be undone."""
    console: Console = context.obj
    with open_register(register, read_only=not accept) as opened, console.feedback() as feedback:
        survey = site_reading.read_survey(opened, feedback.part(0.0, 0.3))
        wished = wishes.Wishes(
            count or max(len(survey.ids), 1),
            is_rebalance=rebalance,
            communities=not cut_communities,
            areas=not across_areas,
            limit=limit / 100,
        )
        made = designing.propose(survey.site, wished, feedback.part(0.3, 0.9))
        if accept:
            title = opened.catalogue["grid"].title[console.texts.language]
            plan = acceptance.plan_acceptance(
                opened, survey, made, title=title, feedback=feedback.part(0.9, 1.0)
            )
            with opened.edit(plan.label) as edit:
                plan.apply(edit)
    found = as_data(survey, made)
    console.result(found | {"accepted": accept})
    if not console.as_json:
        _show(console, found, accepted=accept)
    return DONE


COMMANDS: CommandTable = {"grids": (grids, "cli.grids.help")}


def as_data(survey: site_reading.Survey, made: proposal.Proposal) -> dict[str, Any]:
    """The proposal as plain data: figures before and after, grids, moves."""
    shapes = made.shapes_of(made.after)
    names = [*survey.codes, *(f"+{number + 1}" for number in range(made.grids - made.known))]

    def name(grid: int) -> str | None:
        return names[grid] if grid >= 0 else None

    return {
        "before": asdict(made.quality_of(made.before, made.shapes_before)) if made.known else None,
        "after": asdict(made.quality_of(made.after, shapes)),
        "lower_bound": float(made.blocks.weight.sum()) / made.wishes.grids,
        "moved_share": made.moved_share(made.after),
        "least_moved_share": made.least_move,
        "cut_communities": made.cut_communities,
        "outside": made.outside,
        "joined_over_gaps": made.bridges,
        "grids": [asdict(row) | {"code": name(row.grid)} for row in made.rows(made.after, shapes)],
        "moves": [
            {
                "number": move.number,
                "from": name(move.source),
                "to": name(move.target),
                "load": move.load,
                "share": move.share,
                "meters": move.count,
                "communities": [survey.communities[at] for at in move.communities],
            }
            for move in made.moves
        ],
    }


def _show(console: Console, found: dict[str, Any], *, accepted: bool) -> None:
    before, after = found["before"], found["after"]
    console.say(
        Message(
            "cli.grids.balance",
            {
                "before": "-" if before is None else _percent(before["worst"]),
                "after": _percent(after["worst"]),
                "least": _percent(after["least"]),
                "shape": f"{after['compactness']:.2f}",
            },
        )
    )
    console.say(
        Message("cli.grids.moved", {"moves": len(found["moves"]), "share": _percent(found["moved_share"])})
    )
    rows = [
        (
            str(row["code"]),
            _percent(row["share_before"]),
            _percent(row["share_after"]),
            str(row["count_after"] or 0),
        )
        for row in found["grids"]
    ]
    head = tuple(
        console.texts.get(f"cli.grids.column.{column}") for column in ("grid", "before", "after", "meters")
    )
    console.say(table(head, rows, numbers=[1, 2, 3]).rstrip())
    if accepted:
        console.say(Message("cli.grids.accepted"))


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share * 100:.0f} %"
