"""Field packages in the window: hand one out, take it back, decide what is in dispute."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QFileDialog

from gisapp.actions import Action
from gisapp.commands.folders import documents_folder, free_path, home_folder
from gisapp.window import Window
from layers.census.words import CONFLICT, LOT, PACKAGE
from layers.feedback import Feedback
from layers.later import Later
from layers.model.asset import AssetKey
from layers.model.duty_words import GRID
from layers.model.query import Query
from layers.register import Edit, Register
from layers.text import Message, Texts, in_one

if TYPE_CHECKING:
    from gisapp.dialogs.packages import checkin_dialog, checkout_dialog, dispute_list
    from layers.census.packages import scope, words
    from layers.census.packages.back import checkin, examining, identity
    from layers.census.packages.back.examining import Examined
    from layers.census.packages.merging import conflicts, showing
    from layers.census.packages.merging import three_way as merging
    from layers.census.packages.merging.conflicts import Dispute, Side
    from layers.census.packages.out import checkout, earlier
    from layers.census.packages.scope import Contents
    from layers.census.packages.sheets import writing as sheets
    from layers.responsibility.asking import enquiry
else:
    enquiry = Later("layers.responsibility.asking.enquiry")
    checkin = Later("layers.census.packages.back.checkin")
    checkout = Later("layers.census.packages.out.checkout")
    conflicts = Later("layers.census.packages.merging.conflicts")
    earlier = Later("layers.census.packages.out.earlier")
    examining = Later("layers.census.packages.back.examining")
    identity = Later("layers.census.packages.back.identity")
    merging = Later("layers.census.packages.merging.three_way")
    scope = Later("layers.census.packages.scope")
    sheets = Later("layers.census.packages.sheets.writing")
    showing = Later("layers.census.packages.merging.showing")
    words = Later("layers.census.packages.words")
    checkin_dialog = Later("gisapp.dialogs.packages.checkin_dialog")
    checkout_dialog = Later("gisapp.dialogs.packages.checkout_dialog")
    dispute_list = Later("gisapp.dialogs.packages.dispute_list")


def package_actions(window: Window) -> list[Action]:
    """The packages' part of the tools menu and the palette."""
    session = window.parts.session

    def may_write() -> bool:
        return session.is_writable and session.may("edit") and _knows(session.register)

    def is_chosen() -> bool:
        return may_write() and chosen_part(window) is not None

    return [
        Action(
            id="package.out", title=Message("packages.action.out"), icon="package", menu="tools", group=8,
            handler=lambda: ask_out(window), enabled=is_chosen,
            words="checkout field package lot grid qfield qgis 带出 外业包 领包 发包 waiyebao",
        ),
        Action(
            id="package.back", title=Message("packages.action.back"), icon="tray", menu="tools", group=8,
            handler=lambda: ask_back(window), enabled=may_write,
            words="checkin field package return 收包 外业包 shoubao",
        ),
        Action(
            id="package.disputes", title=Message("packages.action.disputes"), icon="git-merge", menu="tools",
            group=8, handler=lambda: ask_disputes(window), enabled=may_write,
            words="conflicts disputes checkin decide 冲突 裁定 caiding chongtu",
        ),
    ]  # fmt: skip


def chosen_part(window: Window) -> tuple[str, int] | None:
    """The lot or grid that would go out: the one selected, else the one the desk looks at."""
    selection = window.parts.session.selection
    for name in (LOT, GRID):
        ids = selection.ids(name)
        if len(ids) == 1:
            return name, int(next(iter(ids)))
    if window.desk == "census" and window.census.centre.lot is not None:
        return LOT, window.census.centre.lot
    if window.desk == "grids" and window.grids.centre.grid is not None:
        return GRID, window.grids.centre.grid
    return None


def ask_out(window: Window) -> None:
    """Read what would go out, then ask who takes it along and where to."""
    register, part = window.parts.session.register, chosen_part(window)
    if register is None or part is None:
        return
    name, id = part

    def work(feedback: Feedback) -> tuple[Contents, tuple[str, ...]]:
        read = scope.of_lot if name == LOT else scope.of_grid
        people = register.find(Query("person", limit=200)) if "person" in register.catalogue else []
        return read(register, id, feedback), tuple(str(each["name"]) for each in people if each["name"])

    def ask(found: tuple[Contents, tuple[str, ...]]) -> None:
        contents, people = found
        parts = window.parts
        title = words.checked_out(contents)
        path = free_path(window, contents.title, checkout_dialog.ENDING)
        first = ("", *people)
        has_sheets = contents.lot is not None
        dialog = checkout_dialog.CheckoutDialog(
            parts.language, parts.theme, title, first, path, window, has_sheets=has_sheets
        )
        dialog.chosen.connect(
            lambda path, who, sheets, photos: hand_out(
                window, contents, path, who, sheets, with_photos=photos
            )
        )
        # What it asks about is of this register.
        window.parts.session.closed.connect(dialog.reject)
        dialog.open()

    window.parts.tasks.run(Message("packages.task.out"), work, ask, owner=window)


def hand_out(
    window: Window,
    contents: Contents,
    path: Path,
    who: str,
    sheet_ending: str = "",
    *,
    with_photos: bool = False,
) -> None:
    """Write the package in peace, then note it; ``sheet_ending``: that of record sheets to lie beside it."""
    session = window.parts.session
    register = session.register
    if register is None:
        return
    folder, texts = shelf_folder(window, register), Texts(window.parts.language.code)

    taken: list[Message] = []
    written: list[Any] = []

    def note(prepared: Any) -> None:
        def work(edit: Edit) -> None:
            out = checkout.check_out(edit, prepared, who)
            if sheet_ending:
                sheets.write_sheets(contents, out.code, path.with_suffix(sheet_ending), texts)

        def done(_: object) -> None:
            prepared.discard()
            window.statements.written = str(path.parent)
            said = {"place": path.name, "count": contents.count}
            told = in_one((Message("packages.handed_out", said), *taken))
            window.parts.notifier.done(told, "statements.show_written")

        def failed(error: Any) -> None:
            prepared.withdraw()
            window.parts.notifier.error(error)

        session.edit(words.checked_out(contents), work, done, failed)

    def prepare(feedback: Feedback) -> Any:
        if sheet_ending:
            sheets.sheet_paths(contents, path.with_suffix(sheet_ending), texts)
        photos = earlier.read_earlier(register, contents, feedback) if with_photos else None
        if photos is not None:
            taken.append(words.took_photos(photos))
        written.append(checkout.prepare(register, contents, path, folder, photos))
        return written[0]

    def stopped() -> None:
        for prepared in written:
            prepared.discard()

    window.parts.tasks.run(Message("packages.task.out"), prepare, note, cancelled=stopped, owner=window)


def ask_back(window: Window) -> None:
    """Ask for the file that came back."""
    title = window.parts.language.render(Message("packages.action.back"))
    chosen, _ = QFileDialog.getOpenFileName(
        window, title, str(home_folder(window)), "GeoPackage, Excel, CSV (*.gpkg *.xlsx *.csv)"
    )
    if chosen:
        take_back(window, Path(chosen))


def is_package(window: Window, path: str) -> bool:
    """Whether a file is a package, or a record sheet, that the open register handed out."""
    register = window.parts.session.register
    if register is None or not window.parts.session.is_writable or not _knows(register):
        return False
    return identity.is_of(register, Path(path))


def take_back(window: Window, path: Path) -> None:
    """Look at a file that came back, and show what taking it in would do."""
    register = window.parts.session.register
    if register is None:
        return
    folder = shelf_folder(window, register)
    language = window.parts.language

    def work(feedback: Feedback) -> tuple[Examined, list[dispute_list.DisputeRow]]:
        examined = examining.examine(register, path, folder=folder, feedback=feedback)
        rows = [
            _row(register, clash, (clash.type, clash.id, clash.field), language.render, language.code)
            for clash in examined.merge.clashes
            if clash.field
        ]
        earlier = [each for each in examined.disputes if each.field]
        rows += [
            _row(register, _clash(each), (*each.target, each.field), language.render, language.code)
            for each in earlier
        ]
        return examined, rows

    def show(found: tuple[Examined, list[dispute_list.DisputeRow]]) -> None:
        examined, rows = found
        lines = list(words.told(examined))
        title = words.checked_in(examined)
        idle = examined.is_again and not examined.photos.found and not rows
        dialog = checkin_dialog.CheckinDialog(
            language, window.parts.theme, title, lines, rows, window, is_idle=idle
        )
        dialog.go.connect(lambda answers: take_in(window, examined, answers))
        # What it asks about is of this register.
        window.parts.session.closed.connect(dialog.reject)
        dialog.open()

    window.parts.tasks.run(Message("packages.task.back"), work, show, owner=window)


def take_in(window: Window, examined: Examined, answers: Mapping[Any, bool]) -> None:
    """Merge the file into the book by one act, with what was decided."""
    session = window.parts.session
    register = session.register
    if register is None:
        return
    decided: dict[tuple[str, int, str], Side] = {
        key: "field" if field else "office" for key, field in answers.items()
    }
    arrivals: list[Any] = []

    def work(edit: Edit) -> None:
        asked = enquiry.Enquiry(register)

        def who(key: AssetKey) -> int | None:
            main = asked.who(asset=key).main
            return None if main is None else main.person.id

        arrivals.append(checkin.check_in(edit, examined, register.actor, decided, who))

    def done(_: object) -> None:
        lines = list(words.told(examined, arrivals[-1], len(decided)))
        window.parts.notifier.done(in_one(lines), None)

    session.edit(words.checked_in(examined), work, done, shown=True, kind="checkin")


def ask_disputes(window: Window) -> None:
    """Show what is still in dispute, to be decided."""
    register = window.parts.session.register
    if register is None:
        return
    language = window.parts.language

    def work(_: Feedback) -> tuple[tuple[Dispute, ...], list[dispute_list.DisputeRow]]:
        found = conflicts.disputes(register)
        return found, [
            _row(register, _clash(each), each.conflict.id, language.render, language.code) for each in found
        ]

    def show(found: tuple[tuple[Dispute, ...], list[dispute_list.DisputeRow]]) -> None:
        some, rows = found
        if not rows:
            window.parts.notifier.done(Message("packages.no_disputes"), None)
            return
        dialog = checkin_dialog.DisputesDialog(language, window.parts.theme, rows, window)
        dialog.go.connect(lambda answers: decide(window, some, answers))
        # What it asks about is of this register.
        window.parts.session.closed.connect(dialog.reject)
        dialog.open()

    window.parts.tasks.run(Message("packages.task.disputes"), work, show, owner=window)


def decide(window: Window, some: tuple[Dispute, ...], answers: Mapping[Any, bool]) -> None:
    """Write what was decided, as one act."""
    session = window.parts.session
    register = session.register
    if register is None:
        return
    chosen: list[tuple[Dispute, Side]] = [
        (each, "field" if answers[each.conflict.id] else "office")
        for each in some
        if each.conflict.id in answers
    ]

    def make(_: Feedback) -> Any:
        return conflicts.plan_decisions(register, chosen, register.actor)

    window.parts.tasks.run(
        Message("packages.task.disputes"),
        make,
        lambda plan: session.edit(
            plan.label, plan.apply, lambda _: window.parts.notifier.done(plan.label, None)
        ),
        owner=window,
    )


def _row(register: Register, clash: Any, key: object, render: Any, language: str) -> dispute_list.DisputeRow:
    return dispute_list.DisputeRow(key, showing.show_clash(register, clash, render, language))


def _clash(dispute: Dispute) -> Any:
    conflict = dispute.conflict
    sides = (conflict["base_value"], conflict["office_value"], conflict["field_value"])
    return merging.Clash(dispute.target.type, dispute.target.id, dispute.field or "", *sides)


def _knows(register: Register | None) -> bool:
    return register is not None and PACKAGE in register.catalogue and CONFLICT in register.catalogue


def shelf_folder(window: Window, register: Register) -> Path | None:
    """Where the bases lie: beside a file; for a server among the documents of who works here."""
    if isinstance(register.target, Path):
        return None
    return documents_folder() / f"{register.name or 'gisapp'}-packages"
