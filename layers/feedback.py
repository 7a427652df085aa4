"""Progress and cancelling, handed down into every function that may take longer than a blink."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Event

from layers.errors import Cancelled
from layers.text import Message

Report = Callable[[float | None, Message | None], None]


class Feedback:
    """Carries progress out of a long function and the wish to cancel into it. Safe to share between threads."""

    def __init__(self, report: Report | None = None, interval: float = 0.1) -> None:
        self._report = report
        self._interval = interval
        self._last = 0.0
        self._cancelled = Event()

    def cancel(self) -> None:
        """Ask the task to stop at its next check."""
        self._cancelled.set()

    @property
    def is_cancelled(self) -> bool:
        return self._cancelled.is_set()

    def check(self) -> None:
        """Raise ``Cancelled`` if the user asked to stop."""
        if self._cancelled.is_set():
            raise Cancelled

    def progress(self, fraction: float | None, what: Message | None = None) -> None:
        """Report ``fraction`` done (0..1, None = unknown) at most every ``interval`` seconds, then ``check``."""
        now = time.monotonic()
        if self._report is not None and (now - self._last >= self._interval or fraction in (0.0, 1.0)):
            self._last = now
            self._report(fraction, what)
        self.check()

    def part(self, start: float, end: float) -> Feedback:
        """A feedback whose 0..1 is the span ``start``..``end`` of this one; cancelling is shared."""
        child = Feedback(interval=self._interval)
        child._cancelled = self._cancelled
        if self._report is not None:
            outer = self._report

            def scaled(fraction: float | None, what: Message | None) -> None:
                outer(None if fraction is None else start + (end - start) * fraction, what)

            child._report = scaled
        return child
