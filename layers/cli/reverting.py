"""``gisapp revert``: one field, one asset, one act or everything since a moment brought back, with a preview."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import typer

from layers.cli.application import DONE, FINDINGS, CommandTable
from layers.cli.console import Console
from layers.cli.opening import asset_named, open_register, type_named
from layers.cli.values import JsonOption, RegisterArgument, whole_number
from layers.errors import UserError
from layers.feedback import Feedback
from layers.history.restoring import (
    Preview,
    bring_back,
    preview_act,
    preview_asset,
    preview_field,
    preview_since,
)
from layers.history.wording import AssetChange
from layers.model.asset import AssetKey
from layers.model.field import ValueRefused
from layers.model.fields import InstantField
from layers.register import Register
from layers.text import Message, Title
from layers.trail import TrailFilter

LARGEST = 2**62


def revert(
    context: typer.Context,
    register: RegisterArgument,
    asset: Annotated[str | None, typer.Option(metavar="TYPE:CODE", help="cli.revert.asset")] = None,
    field: Annotated[str | None, typer.Option(metavar="NAME", help="cli.revert.field")] = None,
    to: Annotated[str | None, typer.Option(metavar="N|TIME", help="cli.revert.to")] = None,
    change: Annotated[
        int | None,
        typer.Option(metavar="N", parser=whole_number("--change", 1, LARGEST), help="cli.revert.change"),
    ] = None,
    since: Annotated[str | None, typer.Option(metavar="N|TIME", help="cli.revert.since")] = None,
    by: Annotated[str | None, typer.Option(metavar="NAME", help="cli.revert.by")] = None,
    type_name: Annotated[str | None, typer.Option("--type", metavar="TYPE", help="cli.revert.type")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="cli.revert.overwrite")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="cli.revert.dry_run")] = False,
    as_json: JsonOption = False,
) -> int:
    """Bring back what is named; assets that were changed since stay as they are unless they may be overwritten."""
    console: Console = context.obj
    given = [name for name, value in (("--asset", asset), ("--change", change), ("--since", since)) if value]
    if len(given) != 1 or (asset is not None and to is None):
        raise UserError(Message("cli.error.revert"), Message("cli.hint.revert"))
    with open_register(register, read_only=dry_run) as opened, console.feedback() as feedback:
        preview = _preview(opened, feedback, asset, field, to, change, since, by, type_name)
        decided = [conflict.change.key for conflict in preview.conflicts] if overwrite else []
        done = None if dry_run or preview.is_empty else bring_back(opened, preview, decided, feedback)
        _tell(console, preview, overwrite)
        if done is not None:
            console.say(Message("cli.undo.done", {"number": done.id, "label": done.label}))
        elif not dry_run:
            console.say(Message("history.restore.nothing"))
        console.result({**_as_json(console, preview), "change_set": None if done is None else done.id})
    return FINDINGS if preview.conflicts and not overwrite else DONE


COMMANDS: CommandTable = {"revert": (revert, "cli.revert.help")}


def _preview(
    register: Register,
    feedback: Feedback,
    asset: str | None,
    field: str | None,
    to: str | None,
    change: int | None,
    since: str | None,
    by: str | None,
    type_name: str | None,
) -> Preview:
    if asset is not None and to is not None:
        key = _key(register, asset)
        version, at = _moment(register, to, "--to")
        if field is None:
            return preview_asset(register, key, version, at)
        if field not in register.catalogue[key.type]:
            names = tuple(f.name for f in register.catalogue[key.type].columns)
            raise _refused("--field", field, Message("cli.hint.one_of", {"values": names}))
        return preview_field(register, key, field, version)
    if change is not None:
        acts = register.change_sets(limit=1, before=change + 1)
        if not acts or acts[0].id != change:
            raise UserError(
                Message("register.no_change_set", {"id": change}), Message("register.no_change_set_hint")
            )
        return preview_act(register, acts[0], feedback)
    assert since is not None
    version, at = _moment(register, since, "--since")
    kept = None if type_name is None else type_named(register, type_name).name
    return preview_since(register, version, at, TrailFilter(actor=by, type=kept), feedback)


def _key(register: Register, word: str) -> AssetKey:
    """The asset that ``TYPE:CODE`` means, also one that is gone."""
    name, _, code = word.partition(":")
    if name in register.catalogue and code:
        gone = None if register.by_code(name, code) is not None else register.gone_by_code(name, code)
        if gone is not None:
            return AssetKey(name, gone)
    return asset_named(register, word).key


def _moment(register: Register, word: str, option: str) -> tuple[int, str]:
    """The change set after which it shall be as it was, and its time: a number, or a moment on the wall's clock."""
    if word.isdecimal():
        version = min(int(word), LARGEST)
        acts = register.change_sets(limit=1, before=version + 1)
        at = acts[0].at if acts else "1970-01-01T00:00:00.000Z"
        return version, at
    reader = InstantField(name="at", title=Title("时间", "time"))
    wrong = _refused(option, word, Message("cli.hint.example", {"example": "2026-11-22T14:30"}))
    try:
        at = reader.parse(word)
    except ValueRefused:
        raise wrong from None
    if at is None:
        raise wrong
    return register.version_at(at), at


def _refused(option: str, word: str, hint: Message) -> UserError:
    return UserError(Message("cli.error.value", {"option": option, "value": word}), hint)


def _tell(console: Console, preview: Preview, overwrite: bool) -> None:
    console.say(preview.label)
    for change in preview.changes:
        _tell_change(console, change, "  ")
    for conflict in preview.conflicts:
        parameters = {
            "type": conflict.change.type.title,
            "name": conflict.change.name,
            "fields": conflict.fields,
            "actor": conflict.actor,
            "at": conflict.at,
        }
        words = Message("history.restore.conflict", parameters)
        console.say(Message("cli.revert.overwritten" if overwrite else "cli.revert.stays", {"what": words}))


def _tell_change(console: Console, change: AssetChange, indent: str) -> None:
    render: Callable[[Message | Title | str], str] = console.texts.render
    console.say(f"{indent}{render(change.type.title)} {change.name}  {change.operation}")
    for field in change.fields:
        console.say(f"{indent}  {render(field.title)}: {render(field.told)}")


def _as_json(console: Console, preview: Preview) -> dict[str, Any]:
    render = console.texts.render

    def told(change: AssetChange) -> dict[str, Any]:
        fields = {f.field: {"now": render(f.before), "then": render(f.after)} for f in change.fields}
        return {
            "type": change.type.name,
            "id": change.id,
            "name": change.name,
            "operation": change.operation,
            "fields": fields,
        }

    return {
        "label": render(preview.label),
        "types": {
            tally.type.name: {
                "back": tally.back,
                "changed": tally.changed,
                "gone": tally.gone,
                "stay": tally.stay,
            }
            for tally in preview.tallies
        },
        "changes": [told(change) for change in preview.changes],
        "conflicts": [
            {**told(c.change), "later": [render(name) for name in c.fields], "actor": c.actor, "at": c.at}
            for c in preview.conflicts
        ],
    }
