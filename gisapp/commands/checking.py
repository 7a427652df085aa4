"""Checking the register: run, go from finding to finding, repair, waive, export the findings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from PySide6.QtWidgets import QFileDialog

from gisapp.actions import Action
from gisapp.file_ending import with_ending
from gisapp.panels.checks.scope import Scope, ScopeName
from gisapp.window import Window
from layers.errors import UserError
from layers.feedback import Feedback
from layers.later import Later
from layers.text import Message

if TYPE_CHECKING:
    from layers.exchange import table_writers
else:
    table_writers = Later("layers.exchange.table_writers")

_COLUMNS = ("severity", "rule", "type", "code", "text", "x", "y", "state")


def check_actions(window: Window) -> list[Action]:
    """The checks' part of the tools menu."""
    session = window.parts.session

    def can_run() -> bool:
        return session.is_open and not window.checks.centre.is_running

    def here() -> bool:
        return session.is_open and window.desk == "checks"

    return [
        Action(
            id="checks.open",
            title=Message("checking.action.open"),
            key="Ctrl+Shift+K",
            icon="check-square",
            menu="tools",
            group=5,
            handler=lambda: window.show_desk("checks"),
            enabled=lambda: session.is_open,
            words="check findings rules 检查中心 质检 拓扑 jiancha",
        ),
        Action(
            id="checks.run_all",
            title=Message("checking.action.run_all"),
            key="F9",
            icon="check-square",
            menu="tools",
            group=5,
            handler=lambda: run_checks(window, "all"),
            enabled=can_run,
            words="check topology validate 检查全部 质检 jiancha quanbu",
        ),
        Action(
            id="checks.run_view",
            title=Message("checking.action.run_view"),
            key="Shift+F9",
            icon="frame-corners",
            menu="tools",
            group=5,
            handler=lambda: run_checks(window, "view"),
            enabled=can_run,
            words="check view 检查视图内 jiancha",
        ),
        Action(
            id="checks.run_selection",
            title=Message("checking.action.run_selection"),
            icon="selection",
            menu="tools",
            group=5,
            handler=lambda: run_checks(window, "selection"),
            enabled=lambda: can_run() and bool(session.selection),
            words="check selection 检查选中 jiancha",
        ),
        Action(
            id="checks.next",
            title=Message("checking.action.next"),
            key="F8",
            icon="caret-down",
            menu="tools",
            group=6,
            handler=lambda: window.checks.panel.step(1),
            enabled=here,
            words="next finding 下一个问题",
        ),
        Action(
            id="checks.previous",
            title=Message("checking.action.previous"),
            key="Shift+F8",
            icon="caret-up",
            menu="tools",
            group=6,
            handler=lambda: window.checks.panel.step(-1),
            enabled=here,
            words="previous finding 上一个问题",
        ),
        Action(
            id="checks.fix",
            title=Message("checking.action.fix"),
            key="Ctrl+.",
            icon="wrench",
            menu="tools",
            group=6,
            handler=window_fix(window),
            enabled=lambda: here() and session.may("edit"),
            words="fix repair 修复",
        ),
        Action(
            id="checks.waive",
            title=Message("checking.action.waive"),
            icon="hand",
            menu="tools",
            group=6,
            handler=lambda: window.checks.panel.detail.begin_waiving(),
            enabled=lambda: here() and session.may("waive"),
            words="waive ignore 豁免 忽略",
        ),
        Action(
            id="checks.export",
            title=Message("checking.action.export"),
            icon="upload-simple",
            menu="tools",
            group=6,
            handler=lambda: ask_export(window),
            enabled=lambda: session.is_open and window.checks.centre.run is not None,
            words="export findings excel csv 导出问题清单",
        ),
    ]


def run_checks(window: Window, name: ScopeName) -> None:
    """Run every rule and show the findings."""
    window.show_desk("checks")
    scope = Scope(name, window.map.canvas.viewport.box, window.parts.session.selection)
    window.checks.centre.check(scope)


def window_fix(window: Window) -> Any:
    """Show what the repair would do; once it is shown, do it."""

    def fix() -> None:
        centre = window.checks.centre
        centre.mend() if centre.preview is not None else window.checks.panel.detail.fix()

    return fix


def ask_export(window: Window) -> None:
    """Ask where to and write the findings, open and waived, to a sheet."""
    title = window.parts.language.render(Message("checking.action.export"))
    chosen, _ = QFileDialog.getSaveFileName(
        window, title, str(Path.home() / "findings.xlsx"), "Excel (*.xlsx);;CSV (*.csv)"
    )
    if chosen:
        export_findings(window, Path(chosen))


def export_findings(window: Window, path: Path) -> None:
    """Write the findings to ``path``: CSV by its ending, else Excel."""
    centre, language, register = window.checks.centre, window.parts.language, window.parts.session.register
    if register is None:
        return
    path = path if path.suffix.lower() in (".xlsx", ".csv") else with_ending(path, ".xlsx")
    open_parts, waived, catalogue = centre.sorted.open, centre.sorted.waived, register.catalogue

    def work(feedback: Feedback) -> int:
        rows: list[tuple[Any, ...]] = []
        for state, parts in (("open", open_parts), ("waived", waived)):
            for part in parts:
                feedback.check()
                head = (
                    language.render(Message(f"check.severity.{part.severity}")),
                    language.render(Message(f"check.{part.rule}.title")),
                    language.render(catalogue[part.type].title),
                )
                for each in part:
                    x, y = each.place or (None, None)
                    code = str(each.message.parameters.get("code", ""))
                    text = language.render(each.message)
                    rows.append(
                        (*head, code, text, x, y, language.render(Message(f"checking.state.{state}")))
                    )
        names = [language.render(Message(f"checking.column.{name}")) for name in _COLUMNS]
        columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
        kinds = [pa.float64() if name in ("x", "y") else pa.string() for name in _COLUMNS]
        arrays = [pa.array(column, kind) for column, kind in zip(columns, kinds, strict=True)]
        table = pa.Table.from_arrays(arrays, names)
        try:
            if path.suffix.lower() == ".csv":
                table_writers.write_csv(path, table, None, ("", ""))
            else:
                sheet = language.render(Message("checking.title"))
                table_writers.write_excel(path, [table_writers.Sheet(sheet, table, None, ("", ""))], feedback)
        except OSError as error:
            raise UserError(
                Message("checking.cannot_write", {"path": str(path)}), Message("checking.cannot_write_hint")
            ) from error
        return len(rows)

    window.parts.tasks.run(
        Message("checking.exporting"),
        work,
        lambda count: window.parts.notifier.done(
            Message("checking.exported", {"count": f"{count:,}", "path": str(path)})
        ),
        owner=window,
    )
