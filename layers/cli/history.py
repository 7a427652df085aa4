"""``gisapp history`` and ``gisapp undo``: who changed what and when, and taking a change back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any

import typer

from layers.cli.application import DONE, CommandTable
from layers.cli.console import Console
from layers.cli.layout import table
from layers.cli.opening import asset_named, open_register
from layers.cli.values import JsonOption, RegisterArgument, whole_number
from layers.errors import UserError
from layers.model.catalogue import AssetType
from layers.model.change import ChangeSet, RowChange
from layers.register import Register
from layers.text import Message

NEWEST = 100
COLUMNS = ("id", "at", "actor", "act", "rows")


def history(
    context: typer.Context,
    register: RegisterArgument,
    asset: Annotated[str | None, typer.Option(metavar="TYPE:CODE", help="cli.history.asset")] = None,
    as_json: JsonOption = False,
) -> int:
    """The newest change sets of the register, newest first, or the versions of one asset."""
    console: Console = context.obj
    with open_register(register, read_only=True) as opened:
        if asset is None:
            _show_change_sets(console, opened)
        else:
            _show_versions(console, opened, asset)
    return DONE


def undo(
    context: typer.Context,
    register: RegisterArgument,
    change: Annotated[
        int | None,
        typer.Option(metavar="N", parser=whole_number("--change", 1, 2**62), help="cli.undo.change"),
    ] = None,
    as_json: JsonOption = False,
) -> int:
    """Take one change set back (default: this user's newest) by a new, inverse one."""
    console: Console = context.obj
    with open_register(register) as opened:
        done = opened.undo() if change is None else opened.undo_change_set(change)
        if done is None:
            raise UserError(Message("cli.error.nothing_to_undo"), Message("cli.hint.nothing_to_undo"))
        console.say(Message("cli.undo.done", {"number": done.id, "label": done.label}))
        console.result(_change_set_as_json(console, done))
    return DONE


COMMANDS: CommandTable = {"history": (history, "cli.history.help"), "undo": (undo, "cli.undo.help")}


COLUMNS = (
    "cli.history.column_id",
    "cli.history.column_at",
    "cli.history.column_actor",
    "cli.history.column_act",
    "cli.history.column_rows",
)


def _local(instant: str) -> str:
    return datetime.fromisoformat(instant).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def _show_change_sets(console: Console, register: Register) -> None:
    change_sets = register.change_sets(limit=NEWEST)
    console.result({"change_sets": [_change_set_as_json(console, each) for each in change_sets]})
    if not change_sets:
        console.say(Message("cli.history.empty"))
        return
    titles = [console.texts.get(name) for name in COLUMNS]
    rows = [
        (str(each.id), _local(each.at), each.actor, console.texts.render(each.label), str(_touched(each)))
        for each in change_sets
    ]
    console.say(table(titles, rows, numbers=[0, 4]).rstrip("\n"))


def _touched(change_set: ChangeSet) -> int:
    return sum(change.count for change in change_set.changes.values())


def _change_set_as_json(console: Console, change_set: ChangeSet) -> dict[str, Any]:
    return {
        "id": change_set.id,
        "at": change_set.at,
        "actor": change_set.actor,
        "stated": change_set.stated,
        "kind": change_set.kind,
        "label": console.texts.render(change_set.label),
        "undoes": change_set.undoes,
        "types": {name: change.count for name, change in change_set.changes.items()},
    }


def _show_versions(console: Console, register: Register, word: str) -> None:
    asset = asset_named(register, word)
    asset_type = register.catalogue[asset.type]
    versions = register.row_changes(type=asset.type, id=asset.id)
    console.result({"asset": word, "versions": [_version_as_json(each) for each in versions]})
    acts = {
        each.id: each for each in register.change_sets(limit=len(versions) + 1, type=asset.type, id=asset.id)
    }
    if not versions:
        console.say(Message("cli.history.empty"))
    for each in versions:
        act = acts.get(each.change_set) if each.change_set is not None else None
        what: Message = act.label if act else Message("cli.history.outside")
        console.say(f"{_local(each.at)}  {act.actor if act else '-'}  {console.texts.render(what)}")
        for line in _differences(console, asset_type, each):
            console.say("    " + line)


def _version_as_json(change: RowChange) -> dict[str, Any]:
    before, after = change.before or {}, change.after or {}
    return {
        "operation": change.operation,
        "change_set": change.change_set,
        "at": change.at,
        "fields": {
            name: {"before": before.get(name), "after": after.get(name)} for name in change.changed_fields
        },
    }


def _differences(console: Console, asset_type: AssetType, change: RowChange) -> Iterable[str]:
    if change.operation != "update":
        return
    before, after, language = change.before or {}, change.after or {}, console.texts.language
    for name in change.changed_fields:
        if name in asset_type:
            field = asset_type.field_named(name)
            old, new = (field.show(row.get(name), language) or "-" for row in (before, after))
            yield f"{field.title[language]}: {old} → {new}"
