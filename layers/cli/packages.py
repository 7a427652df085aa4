"""``gisapp checkout`` and ``gisapp checkin``: a lot or a grid goes out as one file, and comes back."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from layers.census.packages.back.checkin import check_in
from layers.census.packages.back.examining import Examined, examine
from layers.census.packages.out.checkout import check_out, prepare
from layers.census.packages.out.earlier import read_earlier
from layers.census.packages.receipt import Arrival
from layers.census.packages.scope import of_grid, of_lot
from layers.census.packages.sheets.writing import sheet_paths, write_sheets
from layers.census.packages.words import checked_in, checked_out, told, took_photos
from layers.cli.application import DONE, FINDINGS, CommandTable
from layers.cli.console import Console
from layers.cli.opening import open_register
from layers.cli.values import JsonOption, RegisterArgument
from layers.errors import UserError
from layers.model.asset import AssetKey
from layers.register import Register
from layers.responsibility.asking.enquiry import Enquiry
from layers.text import Message

FolderOption = Annotated[Path | None, typer.Option("--folder", metavar="FOLDER", help="cli.packages.folder")]


def checkout(
    context: typer.Context,
    register: RegisterArgument,
    out: Annotated[Path, typer.Argument(metavar="OUT.gpkg", help="cli.checkout.out")],
    lot: Annotated[str | None, typer.Option(metavar="CODE", help="cli.checkout.lot")] = None,
    grid: Annotated[str | None, typer.Option(metavar="CODE", help="cli.checkout.grid")] = None,
    to: Annotated[str, typer.Option(metavar="NAME", help="cli.checkout.to")] = "",
    sheet: Annotated[Path | None, typer.Option(metavar="OUT.xlsx|OUT.csv", help="cli.checkout.sheet")] = None,
    photos: Annotated[bool, typer.Option("--photos", help="cli.checkout.photos")] = False,
    folder: FolderOption = None,
    as_json: JsonOption = False,
) -> int:
    """Write a package for a lot or a grid, and note that it is out."""
    console: Console = context.obj
    if (lot is None) == (grid is None):
        raise UserError(Message("cli.checkout.which"), Message("cli.checkout.which_hint"))
    with open_register(register) as opened, console.feedback() as feedback:
        if lot is not None:
            contents = of_lot(opened, _id_of(opened, "lot", lot), feedback)
        else:
            contents = of_grid(opened, _id_of(opened, "grid", str(grid)), feedback)
        if sheet is not None:
            sheet_paths(contents, sheet, console.texts)
        earlier = read_earlier(opened, contents, feedback) if photos else None
        prepared = prepare(opened, contents, out, folder, earlier)
        try:
            with opened.edit(checked_out(contents)) as edit:
                done = check_out(edit, prepared, to)
        except BaseException:
            prepared.withdraw()
            raise
        finally:
            prepared.discard()
        written = () if sheet is None else write_sheets(contents, done.code, sheet, console.texts)
    console.say(
        Message("packages.out", {"code": done.code, "place": str(done.path), "count": contents.count})
    )
    if earlier is not None:
        console.say(took_photos(earlier))
    for path in written:
        console.say(Message("packages.sheet.written", {"place": str(path)}))
    told = {"package": done.code, "file": str(done.path), "count": contents.count, "base": done.base.sha256}
    taken = {} if earlier is None else {"photos": len(earlier.rows), "photos_left_out": earlier.left_out}
    console.result({**told, **taken, "sheets": [str(path) for path in written]})
    return DONE


def checkin(
    context: typer.Context,
    register: RegisterArgument,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="cli.checkin.file")],
    package: Annotated[str | None, typer.Option(metavar="CODE", help="cli.checkin.package")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="cli.checkin.dry_run")] = False,
    folder: FolderOption = None,
    as_json: JsonOption = False,
) -> int:
    """Merge a file that came back into the register, value by value; disputes are kept to be decided."""
    console: Console = context.obj
    with open_register(register) as opened, console.feedback() as feedback:
        examined = examine(opened, file, package=package, folder=folder, feedback=feedback)
        arrival = None
        if not dry_run:
            with opened.edit(checked_in(examined), "checkin") as edit:
                asked = Enquiry(opened)

                def who(key: AssetKey) -> int | None:
                    main = asked.who(asset=key).main
                    return None if main is None else main.person.id

                arrival = check_in(edit, examined, opened.actor, responsible_of=who)
    for message in told(examined, arrival):
        console.say(message)
    console.result(_as_json(examined, arrival))
    return FINDINGS if _is_wanting(examined, arrival) else DONE


def _is_wanting(examined: Examined, arrival: Arrival | None) -> bool:
    if arrival is None:
        return bool(examined.merge.clashes or examined.merge.refused or examined.barred)
    return bool(arrival.conflicts or arrival.refused or arrival.photos_missing)


def _as_json(examined: Examined, arrival: Arrival | None) -> dict[str, object]:
    merge = examined.merge
    planned = {
        "package": examined.code,
        "base": examined.base,
        "of": merge.of + len(examined.barred),
        "inserts": len(merge.inserts),
        "writes": len(merge.writes),
        "conflicts": len(merge.clashes),
        "refused": [asdict(each) for each in (*examined.barred, *merge.refused)],
    }
    return {**planned, "arrival": None if arrival is None else asdict(arrival)}


def _id_of(register: Register, type_name: str, code: str) -> int:
    found = register.by_code(type_name, code)
    if found is None:
        title = register.catalogue[type_name].title
        raise UserError(
            Message("cli.error.no_such_asset", {"type": title, "code": code}),
            Message("cli.hint.no_such_asset"),
        )
    return found.id


COMMANDS: CommandTable = {
    "checkout": (checkout, "cli.checkout.help"),
    "checkin": (checkin, "cli.checkin.help"),
}
