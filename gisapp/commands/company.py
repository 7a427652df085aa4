"""The company's own decisions: limits, what a grid's work weighs, roles and what they mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gisapp.actions import Action
from gisapp.window import Window
from layers.later import Later
from layers.model.asset import Asset
from layers.model.catalogue_file import load_catalogue
from layers.model.query import Query
from layers.model.roles import CONFIGURE
from layers.register import Edit, Register
from layers.store.settings import write_setting
from layers.text import Message

if TYPE_CHECKING:
    from gisapp.dialogs.company import company_dialog
    from gisapp.dialogs.company.company_dialog import CompanyDialog, Decided
else:
    company_dialog = Later("gisapp.dialogs.company.company_dialog")

WEIGHTS = "stock_measure"
Found = tuple[Mapping[str, Any], Mapping[str, Sequence[Asset]]]


def company_actions(window: Window) -> list[Action]:
    """In the tools menu, and beside what it is about."""
    session = window.parts.session
    return [
        Action(
            id="tool.company", title=Message("company.action"), icon="gear", menu="tools", group=8,
            handler=lambda: open_company(window), enabled=lambda: session.is_open,
            words="company settings limits thresholds 企业设置 阈值 限值 统计口径 岗位 qiye",
        ),
        Action(
            id="tool.weights", title=Message("company.weights"), icon="scales", menu="grids", group=6,
            handler=lambda: open_company(window, WEIGHTS), enabled=lambda: session.is_open,
            words="weights workload measures stock 权重 工作量 统计项 网格内容 quanzhong",
        ),
    ]  # fmt: skip


def open_company(window: Window, page: str = "") -> None:
    """Read what the company decided, and show it, beginning with a ``page`` (a group of settings or a list)."""
    register = window.parts.session.register
    if register is None:
        return
    window.parts.tasks.run(
        Message("company.reading"),
        lambda _: _read(register),
        lambda found: _show(window, register, found, page),
        owner=window,
        key="company",
        shown=False,
    )


def _read(register: Register) -> Found:
    catalogue = register.catalogue
    values = {name: register.setting(name) for name in catalogue.settings}
    lists = [each for each in catalogue.code_lists.values() if each.own]
    return values, {each.name: register.find(Query(each.table)) for each in lists}


def _show(window: Window, register: Register, found: Found, page: str) -> None:
    parts = window.parts
    values, rows = found
    dialog = company_dialog.CompanyDialog(
        parts.language,
        parts.theme,
        register.catalogue,
        load_catalogue(),
        values,
        rows,
        may_change=parts.session.may(CONFIGURE),
        parent=window,
    )
    dialog.chosen.connect(lambda decided: _write(window, register, dialog, decided))
    dialog.show_page(page)
    dialog.open()


def _write(window: Window, register: Register, dialog: CompanyDialog, decided: Decided) -> None:
    """All of it as one step."""
    catalogue = register.catalogue

    def work(edit: Edit) -> None:
        for name, value in decided.settings.items():
            write_setting(edit, catalogue.settings[name], value)
        for name, changes in decided.entries.items():
            table = catalogue.code_lists[name].table
            for asset, values in changes:
                if asset is None:
                    edit.insert(table, values)
                else:
                    edit.update(table, asset.id, asset.version, values)

    def done(_: object) -> None:
        dialog.accept()
        window.parts.notifier.done(Message("company.saved"), "edit.undo")

    window.parts.session.edit(Message("company.act"), work, done, dialog.show_failed)
