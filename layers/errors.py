"""The two kinds of errors: one a user can act on, and everything else, which is a bug."""

from __future__ import annotations

from typing import Any

from layers.text import Message


class UserError(Exception):
    """Something the user can act on: what happened and where, and what to do next.

    ``title`` says what happened, ``hint`` what to do next, ``detail`` is folded away at first.
    """

    def __init__(self, title: Message, hint: Message | None = None, detail: Message | None = None) -> None:
        super().__init__(title.id, dict(title.parameters))
        self.title = title
        self.hint = hint
        self.detail = detail

    def __reduce__(self) -> tuple[Any, ...]:
        """Errors cross from the worker process whole."""
        return _restored, (type(self), self.title.id, dict(self.__dict__))


def _restored(kind: type[UserError], word: str, state: dict[str, Any]) -> UserError:
    error = kind.__new__(kind, word)
    error.__dict__.update(state)
    return error


class Conflict(UserError):
    """Somebody else changed or removed the row since it was read.

    ``changed_fields`` names the columns whose values differ from those the editor had seen.
    """

    def __init__(
        self, title: Message, hint: Message | None = None, changed_fields: tuple[str, ...] = ()
    ) -> None:
        super().__init__(title, hint)
        self.changed_fields = changed_fields


class CatalogueError(UserError):
    """A catalogue file says something that cannot be read; names file and line."""


class Cancelled(Exception):
    """The user asked a long task to stop. Not an error, and never shown as one."""
