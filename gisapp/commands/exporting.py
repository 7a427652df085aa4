"""Writing assets to files of other programs."""

from __future__ import annotations

from pathlib import Path

from gisapp.commands.folders import home_folder
from gisapp.dialogs.export_dialog import ExportDialog
from gisapp.window import Window
from layers.exchange.export import Exported, ExportOptions, export_assets
from layers.feedback import Feedback
from layers.model.catalogue import AssetType
from layers.model.roles import EXPORT_PERSONAL, allows
from layers.register import Register
from layers.text import Message


def ask_export(window: Window) -> None:
    """Ask what to write where; what there is to write is counted first, beside the window."""
    register = window.parts.session.register
    if register is None:
        return

    def count(_: Feedback) -> list[tuple[AssetType, int]]:
        counts = [(t, register.count(t.name)) for t in register.catalogue if t.group != "system"]
        return [(asset_type, number) for asset_type, number in counts if number]

    window.parts.tasks.run(
        Message("exporting.counting"),
        count,
        lambda types: _open_dialog(window, register, types),
        owner=window,
        key="export",
        shown=False,
    )


def export_name(window: Window, register: Register, what: str) -> str:
    """What a file of the register is called: with the past day that is shown."""
    past = window.parts.session.past
    return "-".join((Path(str(register.target)).stem, what, *(() if past is None else (past.day,))))


def _open_dialog(window: Window, register: Register, types: list[tuple[AssetType, int]]) -> None:
    if not types:
        window.parts.notifier.warn(Message("exporting.empty"), Message("exporting.empty.hint"))
        return
    dialog = export_dialog(window, register, types, "export")
    dialog.chosen.connect(lambda path, options: export(window, register, path, options))
    dialog.open()


def export_dialog(
    window: Window, register: Register, types: list[tuple[AssetType, int]], name: str
) -> ExportDialog:
    """A dialog that asks in which file, and how, so many of these types are written; ``name`` of the file at first."""
    parts = window.parts
    return ExportDialog(
        parts.language,
        parts.theme,
        types,
        register.crs,
        home_folder(window),
        export_name(window, register, name),
        window,
        parts.session.past,
        in_clear=allows(parts.session.role, EXPORT_PERSONAL),
    )


def export(window: Window, register: Register, path: Path, options: ExportOptions) -> None:
    """Write the file, then say what is in it."""

    def done(exported: Exported) -> None:
        files = tuple(Path(written).name for written in exported.written.paths)
        window.parts.notifier.done(
            Message("exporting.done", {"count": f"{exported.written.rows:,}", "files": files})
        )
        remarks = [remark.message for remark in exported.written.remarks]
        if exported.masked:
            remarks.insert(0, Message("exporting.masked"))
        if remarks:
            window.parts.notifier.info(remarks[0], remarks[1] if len(remarks) > 1 else None)

    window.parts.tasks.run(
        Message("exporting.task", {"file": path.name}),
        lambda feedback: export_assets(register, path, options, feedback),
        done,
        lane="writer",
    )
