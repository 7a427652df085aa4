"""The past: the trail, bringing things back after a look at what that does, old places on the map."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from gisapp.actions import Action
from gisapp.map.ghost import Ghost
from gisapp.panels.history.acts import HistoryActs, Wanted
from gisapp.window import Window
from layers.errors import UserError
from layers.history.wording import AssetChange
from layers.later import Later
from layers.model.asset import AssetKey
from layers.model.change import ChangeSet
from layers.register import Register
from layers.text import Message
from layers.trail import TrailFilter

if TYPE_CHECKING:
    from gisapp.dialogs import moment_dialog, restore_dialog
    from layers.history import restoring
else:
    moment_dialog = Later("gisapp.dialogs.moment_dialog")
    restore_dialog = Later("gisapp.dialogs.restore_dialog")
    restoring = Later("layers.history.restoring")


def history_actions(window: Window) -> list[Action]:
    """The trail in the view menu."""
    session = window.parts.session

    def is_open() -> bool:
        return session.is_open

    return [
        Action(
            id="edit.trail",
            title=Message("action.history.trail"),
            key="Ctrl+H",
            icon="clock-counter-clockwise",
            menu="edit",
            group=3,
            handler=lambda: window.open_trail(),
            enabled=is_open,
            words="history trail audit log changes restore 修改记录 变更 审计 恢复 日志",
        ),
        Action(
            id="edit.asset_history",
            title=Message("action.history.asset"),
            icon="clock-clockwise",
            menu="edit",
            group=3,
            handler=lambda: window.inspector.open_tab("history"),
            enabled=lambda: is_open() and session.selection.only is not None,
            words="history asset 对象历史 变更",
        ),
        Action(
            id="edit.restore_since",
            title=Message("action.history.since"),
            icon="arrow-counter-clockwise",
            menu="edit",
            group=3,
            handler=lambda: ask_moment(window),
            enabled=lambda: is_open() and session.may("restore"),
            words="restore since time rollback 恢复 时刻 回退 撤回",
        ),
        Action(
            id="view.past",
            title=Message("action.history.past"),
            key="Ctrl+Shift+H",
            icon="hourglass-medium",
            menu="view",
            group=4,
            handler=lambda: session.leave(window.map.past.switch),
            enabled=is_open,
            checked=lambda: session.is_past,
            words="as of date past time slider 历史日期 时间 过去 年代 时光",
        ),
    ]


def tie_history(window: Window, acts: HistoryActs) -> None:
    """Let map, inspector and trail answer what is asked where the past is told."""
    ghost = Ghost()
    canvas = window.map.canvas
    canvas.overlay.sketches.append(ghost)

    def show_ghosts(changes: Collection[AssetChange]) -> None:
        ghost.show([(change.old_place, change.new_place) for change in changes])
        canvas.update()

    def show(key: AssetKey) -> None:
        window.parts.session.select((key,))
        window.map.fly_to_asset(key)

    acts.ghost_asked.connect(show_ghosts)
    acts.show_asked.connect(show)
    acts.act_asked.connect(window.open_trail)
    acts.restore_asked.connect(lambda wanted: look_at(window, acts, wanted))
    window.trail_room.tie(lambda trail: trail.fly_asked.connect(window.map.selection.fly_to))
    window.parts.session.closed.connect(lambda: acts.ghost_asked.emit(()))
    # A tool that draws makes no sense on a past day.
    window.parts.session.past_changed.connect(
        lambda on: window.parts.actions.trigger("tool.select") if on else None
    )


def ask_moment(window: Window) -> None:
    """Ask to which moment to go back, then show what that does."""
    parts = window.parts
    register = parts.session.register
    if register is None:
        return

    def show(people: list[str]) -> None:
        dialog = moment_dialog.MomentDialog(parts.language, parts.theme, people, window)
        dialog.chosen.connect(
            lambda at, person: look_at(window, window.inspector.history_acts, since(at, person))
        )
        parts.session.closed.connect(dialog.close)
        dialog.show()

    def since(at: str, person: str | None) -> Wanted:
        return lambda register, feedback: restoring.preview_since(
            register, register.version_at(at), at, TrailFilter(actor=person), feedback
        )

    parts.tasks.run(Message("task.history"), lambda _: register.actors(), show, owner=window, shown=False)


def look_at(window: Window, acts: HistoryActs, wanted: Wanted) -> None:
    """Work out what bringing back would do, and show it."""
    parts = window.parts
    register = parts.session.register
    if register is None:
        return
    if not parts.session.may("restore"):
        parts.notifier.warn(Message("history.may_not"), Message("history.may_not_hint"))
        return

    def show(preview: restoring.Preview) -> None:
        dialog = restore_dialog.RestoreDialog(parts.language, parts.theme, preview, acts, window)
        dialog.decided.connect(lambda keys: _do(window, register, preview, keys))
        parts.session.closed.connect(dialog.close)
        dialog.show()

    parts.tasks.run(
        Message("task.preview"),
        lambda feedback: wanted(register, feedback),
        show,
        owner=window,
        key="restore-preview",
    )


def _do(
    window: Window, register: Register, preview: restoring.Preview, decided: Collection[AssetKey]
) -> None:
    parts = window.parts

    def done(change: ChangeSet | None) -> None:
        if change is None:
            parts.notifier.info(Message("history.restore.nothing"))
        else:
            parts.notifier.done(Message("history.restored", {"label": change.label}), "edit.undo")

    def failed(error: UserError) -> None:
        parts.notifier.error(error)

    parts.tasks.run(
        preview.label,
        lambda feedback: restoring.bring_back(register, preview, decided, feedback),
        done,
        failed=failed,
        lane="writer",
        certain=True,
    )
