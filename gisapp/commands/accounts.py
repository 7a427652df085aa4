"""Key accounts: the panel under the map, and what one does for the account looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gisapp.actions import Action
from gisapp.commands.tables import show_selected
from gisapp.window import Window
from layers.later import Later
from layers.model.asset import AssetKey
from layers.text import Message

if TYPE_CHECKING:
    from gisapp.panels.accounts import account_place
else:
    account_place = Later("gisapp.panels.accounts.account_place")


def account_actions(window: Window) -> list[Action]:
    """The last part of the grids menu, and the palette."""
    session = window.parts.session
    made: list[account_place.AccountPlace] = []

    def place() -> account_place.AccountPlace:
        # The window furnishes itself when its actions are there: the panel is made when it is first asked for.
        if not made:
            made.append(_make(window))
        return made[0]

    def is_shown() -> bool:
        return bool(made) and made[0].is_shown

    def has_one() -> bool:
        return session.may("edit") and is_shown() and place().centre.row is not None

    return [
        Action(
            id="accounts.open", title=Message("accounts.open"), icon="buildings", menu="grids", group=6,
            handler=lambda: _open(window, place()), enabled=lambda: session.is_open, checked=is_shown,
            words="key accounts enterprises visits problems satisfaction 大客户 企业 走访 问题 满意率 dakehu",
        ),
        Action(
            id="accounts.visit", title=Message("accounts.visit"), icon="note-pencil", menu="grids", group=6,
            handler=lambda: place().enter_visit(), enabled=has_one, words="visit call on account 走访 记走访 zoufang",
        ),
        Action(
            id="accounts.problem", title=Message("accounts.problem"), icon="warning-circle", menu="grids", group=6,
            handler=lambda: place().enter_problem(), enabled=has_one, words="problem complaint 问题 诉求 记问题 wenti",
        ),
        Action(
            id="accounts.contact", title=Message("accounts.contact"), icon="arrows-left-right", menu="grids", group=6,
            handler=lambda: place().enter_contact(), enabled=has_one,
            words="contact account manager hand over 换联系人 客户经理",
        ),
    ]  # fmt: skip


def _make(window: Window) -> account_place.AccountPlace:
    parts = window.parts
    place = account_place.AccountPlace(window.workplace, window.room)
    # Another register, or the same as somebody else may see it.
    parts.session.opened.connect(lambda _: place.show(False))
    place.arranged.connect(parts.actions.refresh)
    place.gathered.connect(lambda type_name, ids: _gather(window, type_name, ids))
    return place


def _open(window: Window, place: account_place.AccountPlace) -> None:
    """Show the panel, at the customer selected if one is; or put it away."""
    only = window.parts.session.selection.only
    if place.is_shown:
        place.show(False)
    elif only is not None and only.type == account_place.CUSTOMER:
        place.show_account(only)
    else:
        place.show(True)


def _gather(window: Window, type_name: str, ids: tuple[int, ...]) -> None:
    """Select what a figure was counted from, and list it in the table."""
    window.parts.session.select([AssetKey(type_name, id) for id in ids])
    show_selected(window)
