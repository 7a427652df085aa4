"""Bringing files in: by menu or dropped on the window, and dealing with what was kept out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QFileDialog

from gisapp.commands import references
from gisapp.commands.folders import home_folder
from gisapp.commands.opening import begin
from gisapp.dialogs.importing.proof_map import ProofMap
from gisapp.dialogs.importing.quarantine_sheet import QuarantineSheet
from gisapp.dialogs.importing.sheet import ImportSheet
from gisapp.window import Window
from layers.errors import UserError
from layers.exchange.checking import Checked
from layers.exchange.extent import extent_of
from layers.exchange.importer import plan_import, run_import, write_import
from layers.exchange.kept_mappings import KeptMappings
from layers.exchange.report import ImportReport
from layers.feedback import Feedback
from layers.model.query import Box
from layers.register import Register
from layers.store.worker import Worker
from layers.text import Message


def ask_import(window: Window) -> None:
    """Ask which files, then import them."""
    render = window.parts.language.render
    kinds = ";;".join((render(Message("window.files.foreign")), render(Message("window.files.all"))))
    title = render(Message("action.import"))
    chosen, _ = QFileDialog.getOpenFileNames(window, title, str(home_folder(window)), kinds)
    if chosen:
        import_files(window, chosen)


def import_files(window: Window, paths: Sequence[str]) -> None:
    """Bring files into the open register, or into a new one beside them when none is open."""
    register = window.parts.session.register
    window.parts.settings.change(last_folder=str(Path(paths[0]).parent))
    if register is None:
        import_into_new(window, paths)
    elif register.read_only:
        window.parts.notifier.warn(Message("importing.read_only"), Message("importing.read_only.hint"))
    else:
        open_import_sheet(window, register, paths)


def open_import_sheet(window: Window, register: Register, paths: Sequence[str]) -> None:
    """The screen on which an import is looked at before it is written."""
    parts = window.parts
    proof = ProofMap(parts.theme, parts.tasks, window.map.canvas.scene, window.map.dress)
    kept = KeptMappings(parts.settings.folder / "mappings", register.catalogue)
    sheet = ImportSheet(parts.language, parts.theme, parts.tasks, register, paths, proof, kept)
    sheet.left.connect(window.close_sheet)
    sheet.told.connect(parts.notifier.done)
    sheet.look_asked.connect(lambda layer: references.show_planned(window, layer))
    sheet.write_asked.connect(lambda checked: write(window, register, checked))
    window.open_sheet(sheet)


def write(window: Window, register: Register, checked: Checked) -> None:
    """Write what was checked, then say what became of it."""

    def work(feedback: Feedback) -> tuple[ImportReport, Box | None]:
        return write_import(register, checked, feedback), extent_of(checked)

    def done(written: tuple[ImportReport, Box | None]) -> None:
        report, box = written
        window.close_sheet()
        tell(window, report)
        if box is not None:
            window.map.reach(box)

    window.parts.tasks.run(Message("importing.writing"), work, done, lane="writer")


@dataclass(frozen=True)
class _Made:
    register: Register
    report: ImportReport


def import_into_new(window: Window, paths: Sequence[str]) -> None:
    """Make a register beside the first file, take everything in that is right, and open it."""
    actor = window.parts.settings.preferences.name
    first = Path(paths[0])

    def work(feedback: Feedback) -> _Made:
        with Worker() as worker:
            plan = plan_import(None, paths, None, feedback.part(0.0, 0.3), worker=worker)
        if not plan.imported:
            raise UserError(
                Message("importing.not_recognised", {"file": first.name}),
                Message("importing.not_recognised.hint"),
            )
        target = free_name(first)
        register = Register.create(target, plan.register_crs, actor=actor, name=first.stem)
        try:
            return _Made(register, run_import(register, plan, feedback.part(0.3, 1.0)))
        except BaseException:
            # It was made for this import alone: without it nothing of it stays.
            register.close()
            target.unlink(missing_ok=True)
            raise

    def done(made: _Made) -> None:
        begin(window, made.register)
        tell(window, made.report)

    label = Message("importing.into_new", {"file": first.name})
    window.parts.tasks.run(label, work, done, lane="writer", key="open")


def free_name(source: Path) -> Path:
    """Where the register made of ``source`` lies: beside it, under a name not taken."""
    number = 1
    path = source.with_name(f"{source.stem}-台账.gpkg")
    while path.exists():
        number += 1
        path = source.with_name(f"{source.stem}-台账-{number}.gpkg")
    return path


def tell(window: Window, report: ImportReport) -> None:
    """Say what an import did; rows kept out are one click away."""
    counts = report.counts
    numbers = {
        "accepted": f"{counts.accepted:,}",
        "quarantined": f"{counts.quarantined:,}",
        "rejected": f"{counts.rejected:,}",
    }
    notifier = window.parts.notifier
    if report.has_failures:
        notifier.warn(Message("importing.done_some", numbers), Message("importing.done_some.hint"))
    else:
        notifier.done(Message("importing.done", numbers), "edit.undo")


def open_quarantine(window: Window) -> None:
    """The list of rows that imports kept out."""
    register = window.parts.session.register
    if register is None:
        return
    parts = window.parts
    sheet = QuarantineSheet(parts.language, parts.theme, parts.session, parts.tasks, register)
    sheet.left.connect(window.close_sheet)
    sheet.told.connect(parts.notifier.done)
    window.open_sheet(sheet)
