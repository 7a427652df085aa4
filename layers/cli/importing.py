"""``gisapp import`` and ``gisapp export``: files into a register and out of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from layers.cli.application import DONE, FINDINGS, CommandTable
from layers.cli.console import Console
from layers.cli.import_report import plan_as_json, show_plan, show_report
from layers.cli.opening import open_register, stated_actor
from layers.cli.values import JsonOption, Offset, RegisterArgument, positive_number, read_offset
from layers.errors import UserError
from layers.exchange.export import ExportOptions, export_assets, refuse_own_register
from layers.exchange.importer import (
    ImportOptions,
    ImportPlan,
    ImportReport,
    check_import,
    load_mapping,
    plan_import,
    refuse_register,
    run_import,
)
from layers.exchange.placement import PlacementWish
from layers.feedback import Feedback
from layers.geometry.crs import Crs
from layers.model.catalogue import Catalogue
from layers.model.catalogue_file import load_catalogue
from layers.register import Register
from layers.store.worker import Worker
from layers.text import Message


def import_files(
    context: typer.Context,
    register: RegisterArgument,
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="cli.import.files")],
    as_type: Annotated[str | None, typer.Option("--as", metavar="TYPE", help="cli.import.as")] = None,
    mapping: Annotated[Path | None, typer.Option(metavar="M.toml", help="cli.import.mapping")] = None,
    crs: Annotated[str | None, typer.Option(metavar="C", help="cli.import.crs")] = None,
    register_crs: Annotated[str | None, typer.Option(metavar="C", help="cli.import.register_crs")] = None,
    scale: Annotated[
        float | None, typer.Option(metavar="S", parser=positive_number("--scale"), help="cli.import.scale")
    ] = None,
    offset: Annotated[
        Offset | None,
        typer.Option(metavar="X,Y", parser=read_offset, help="cli.import.offset"),
    ] = None,
    encoding: Annotated[str | None, typer.Option(metavar="E", help="cli.import.encoding")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="cli.import.dry_run")] = False,
    as_json: JsonOption = False,
) -> int:
    """Import ``files`` as one change set; exit code 1 when rows were quarantined or rejected."""
    console: Console = context.obj
    catalogue = load_catalogue()
    options = ImportOptions(
        _types(as_type, catalogue),
        load_mapping(mapping, catalogue) if mapping is not None else (),
        PlacementWish(
            Crs.parse(crs) if crs is not None else None,
            Crs.parse(register_crs) if register_crs is not None else None,
            scale,
            (offset.x, offset.y) if offset is not None else None,
        ),
        encoding,
    )
    for file in files:
        refuse_register(register, file)
    with console.feedback() as feedback:
        if _exists(register):
            plan, report = _into_existing(register, files, options, dry_run, feedback)
        else:
            plan, report = _into_new(register, files, options, dry_run, catalogue, feedback)
    if dry_run:
        show_plan(console, catalogue, plan)
    show_report(console, catalogue, report, register)
    extra = {"plan": plan_as_json(console, catalogue, plan)} if dry_run else {}
    console.result({**report.as_json(console.texts), **extra})
    return FINDINGS if report.has_failures else DONE


def export(
    context: typer.Context,
    register: RegisterArgument,
    out: Annotated[Path, typer.Argument(metavar="OUT", help="cli.export.out")],
    types: Annotated[str | None, typer.Option(metavar="A,B", help="cli.export.types")] = None,
    crs: Annotated[str | None, typer.Option(metavar="C", help="cli.export.crs")] = None,
    where: Annotated[str | None, typer.Option(metavar="FILTER", help="cli.export.where")] = None,
    words: Annotated[bool, typer.Option("--words", help="cli.export.words")] = False,
    personal: Annotated[bool, typer.Option("--personal", help="cli.export.personal")] = False,
    as_json: JsonOption = False,
) -> int:
    """Write assets to ``out`` in the format of its ending."""
    console: Console = context.obj
    refuse_own_register(register, out)
    if out.exists():
        raise UserError(Message("store.exists", {"place": str(out)}), Message("backup.exists_hint"))
    options = ExportOptions(
        tuple(word.strip() for word in types.split(",") if word.strip()) if types is not None else (),
        where,
        Crs.parse(crs) if crs is not None else None,
        console.texts.language if words else None,
        personal,
    )
    with open_register(register) as opened, console.feedback() as feedback:
        done = export_assets(opened, out, options, feedback)
    files = tuple(Path(path).name for path in done.written.paths)
    console.say(Message("export.done", {"count": done.written.rows, "files": files}))
    console.say(Message("export.in_crs", {"crs": done.crs.title}))
    if done.masked:
        console.say(Message("export.masked"))
    for remark in done.written.remarks:
        console.say(remark.message)
    console.result(
        {
            "files": list(done.written.paths),
            "crs": str(done.crs),
            "types": done.counts,
            "masked": done.masked,
            "remarks": [console.texts.render(remark.message) for remark in done.written.remarks],
        }
    )
    return DONE


COMMANDS: CommandTable = {"import": (import_files, "cli.import.help"), "export": (export, "cli.export.help")}


def _types(word: str | None, catalogue: Catalogue) -> tuple[str, ...]:
    if word is None:
        return ()
    names = tuple(part.strip() for part in word.split(",") if part.strip())
    known = tuple(t.name for t in catalogue if t.group != "system")
    for name in names or (word,):
        if name not in known:
            raise UserError(
                Message("cli.error.no_such_type", {"name": name}),
                Message("cli.hint.one_of", {"values": known}),
            )
    return names


def _exists(target: str) -> bool:
    return target.startswith(("postgresql:", "postgres:")) or Path(target).exists()


def _into_existing(
    target: str, files: list[Path], options: ImportOptions, dry_run: bool, feedback: Feedback
) -> tuple[ImportPlan, ImportReport]:
    with open_register(target, read_only=dry_run) as opened:
        if opened.read_only and not dry_run:
            raise UserError(
                Message("import.read_only", {"register": target}), Message("import.read_only.hint")
            )
        plan = plan_import(opened, files, options, feedback.part(0.0, 0.3))
        _refuse_empty(plan)
        if dry_run:
            return plan, check_import(opened, plan, feedback.part(0.3, 1.0)).report
        return plan, run_import(opened, plan, feedback.part(0.3, 1.0))


def _into_new(
    target: str,
    files: list[Path],
    options: ImportOptions,
    dry_run: bool,
    catalogue: Catalogue,
    feedback: Feedback,
) -> tuple[ImportPlan, ImportReport]:
    with Worker() as worker:
        plan = plan_import(None, files, options, feedback.part(0.0, 0.3), worker=worker, catalogue=catalogue)
        _refuse_empty(plan)
        if dry_run:
            checked = check_import(None, plan, feedback.part(0.3, 1.0), worker=worker, catalogue=catalogue)
            return plan, checked.report
    try:
        with Register.create(target, plan.register_crs, actor=stated_actor(), name=Path(target).stem) as made:
            return plan, run_import(made, plan, feedback.part(0.3, 1.0))
    except BaseException:
        # It was made for this import alone: without it nothing of it stays.
        _remove(Path(target))
        raise


def _remove(target: Path) -> None:
    for ending in ("", "-wal", "-shm", "-journal"):
        target.with_name(target.name + ending).unlink(missing_ok=True)


def _refuse_empty(plan: ImportPlan) -> None:
    if plan.imported:
        return
    layers = tuple(f"{layer.file_name}/{layer.survey.name}" for layer in plan.references)
    raise UserError(
        Message("import.nothing_recognised", {"layers": layers}), Message("import.nothing_recognised.hint")
    )
