"""A value or row that breaks a rule: what an import report, a form and the check centre show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from layers.text import Message

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True)
class Problem:
    """One broken rule: stable ``rule`` id, the field and value concerned, and the text for the user.

    An ``error`` keeps the value out of the register, a ``warning`` is taken in and listed.
    """

    rule: str
    severity: Severity
    message: Message
    field: str | None = None
    value: Any = None
