"""What the program tells its user: always a line in the window, never a box that blocks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QObject, Signal

from layers.errors import UserError
from layers.text import Message

Severity = Literal["info", "ok", "warning", "error"]


@dataclass(frozen=True)
class Notice:
    """One thing told: what happened, what to do next, details to fold out, and an action to offer by id."""

    severity: Severity
    title: Message
    hint: Message | None = None
    detail: Message | None = None
    action: str | None = None


class Notifier(QObject):
    """Passes notices on to whoever shows them and keeps the latest."""

    told = Signal(object)
    KEPT = 200

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.notices: list[Notice] = []

    def tell(self, notice: Notice) -> None:
        """Show ``notice``."""
        self.notices = [*self.notices[1 - self.KEPT :], notice]
        self.told.emit(notice)

    def info(self, title: Message, hint: Message | None = None) -> None:
        """Something worth knowing."""
        self.tell(Notice("info", title, hint))

    def done(self, title: Message, action: str | None = None) -> None:
        """Something the user asked for has happened; ``action`` is offered beside it."""
        self.tell(Notice("ok", title, action=action))

    def warn(self, title: Message, hint: Message | None = None) -> None:
        """Something needs the user's eye."""
        self.tell(Notice("warning", title, hint))

    def error(self, error: UserError) -> None:
        """Something could not be done; the error knows what to do next."""
        self.tell(Notice("error", error.title, error.hint, error.detail))
