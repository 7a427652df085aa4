"""How the kinds of acts are called and which icon stands for each."""

from __future__ import annotations

from datetime import datetime

from layers.model.change import ChangeKind
from layers.text import Message

KINDS: dict[ChangeKind, tuple[str, Message]] = {
    "edit": ("pencil-simple", Message("history.kind.edit")),
    "import": ("download-simple", Message("history.kind.import")),
    "undo": ("arrow-u-up-left", Message("history.kind.undo")),
    "redo": ("arrow-u-up-right", Message("history.kind.redo")),
    "restore": ("clock-counter-clockwise", Message("history.kind.restore")),
    "checkin": ("tray", Message("history.kind.checkin")),
    "outside": ("plugs", Message("history.kind.outside")),
    "export": ("upload-simple", Message("history.kind.export")),
    "creation": ("database", Message("history.kind.creation")),
    "migration": ("wrench", Message("history.kind.migration")),
    "upgrade": ("wrench", Message("history.kind.upgrade")),
}
_UNKNOWN = ("question", Message("history.kind.other"))


def kind_look(kind: str) -> tuple[str, Message]:
    """Icon and name of a kind; one of a newer program has a name, too."""
    return dict[str, tuple[str, Message]](**KINDS).get(kind, _UNKNOWN)


def wall_time(instant: str, *, short: bool = False) -> str:
    """A stored instant as the clock on the wall shows it; ``short`` leaves out what is of today or this year."""
    moment = datetime.fromisoformat(instant).astimezone()
    now = datetime.now().astimezone()
    if short and moment.date() == now.date():
        return f"{moment:%H:%M}"
    if short and moment.year == now.year:
        return f"{moment:%m-%d %H:%M}"
    return f"{moment:%Y-%m-%d %H:%M}"
