"""What a command may say: results on standard output, progress and trouble on standard error."""

from __future__ import annotations

import json
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import Any, TextIO

from layers.cli.layout import cells
from layers.errors import UserError
from layers.feedback import Feedback
from layers.text import Message, Texts


@dataclass
class Console:
    """The voice of one run of the command line; ``as_json`` leaves machines nothing but one JSON value."""

    texts: Texts
    as_json: bool = False
    output: TextIO = field(default_factory=lambda: sys.stdout)
    trouble: TextIO = field(default_factory=lambda: sys.stderr)
    _shown: int = 0

    def say(self, message: Message | str) -> None:
        """A line for people; left out for machines."""
        if not self.as_json:
            self._write(self.output, self.texts.render(message) + "\n")

    def result(self, value: Mapping[str, Any]) -> None:
        """The answer for machines, as one line of JSON; left out for people."""
        if self.as_json:
            self._write(self.output, json.dumps(value, ensure_ascii=False, default=str) + "\n")

    def fail(self, error: UserError) -> None:
        """What happened, what to do next, and the detail; machines get the same with stable keys."""
        title = self.texts.render(error.title)
        hint = self.texts.render(error.hint) if error.hint else ""
        detail = self.texts.render(error.detail) if error.detail else ""
        if self.as_json:
            said = {"id": error.title.id, "title": title, "hint": hint, "detail": detail}
            self._write(self.output, json.dumps({"error": said}, ensure_ascii=False) + "\n")
            return
        self._write(self.trouble, "\n".join(part for part in (title, hint, detail) if part) + "\n")

    @contextmanager
    def feedback(self) -> Iterator[Feedback]:
        """A feedback that shows its progress in place on a terminal, and that Ctrl+C cancels."""
        feedback = Feedback(self._progress_line() if self._shows_progress() else None)

        def cancel(_number: int, _frame: FrameType | None) -> None:
            feedback.cancel()

        before = signal.signal(signal.SIGINT, cancel)
        try:
            yield feedback
        finally:
            signal.signal(signal.SIGINT, before)
            self._clear()

    def _shows_progress(self) -> bool:
        return self.trouble.isatty() and not self.as_json

    def _progress_line(self) -> Any:
        started = time.monotonic()

        def report(fraction: float | None, what: Message | None) -> None:
            share = "" if fraction is None else f" {fraction:4.0%}"
            left = ""
            if fraction and fraction > 0.02:
                seconds = (time.monotonic() - started) * (1 - fraction) / fraction
                left = "  " + self.texts.get("cli.progress.left", seconds=round(seconds))
            line = (self.texts.render(what) if what else "") + share + left
            self._clear()
            self._write(self.trouble, "\r" + line)
            self._shown = cells(line)

        return report

    def _clear(self) -> None:
        if self._shown:
            self._write(self.trouble, "\r" + " " * self._shown + "\r")
            self._shown = 0

    @staticmethod
    def _write(stream: TextIO, text: str) -> None:
        # A terminal in another encoding gets a question mark for what it cannot show, not a traceback.
        encoding = stream.encoding or "utf-8"
        stream.write(text.encode(encoding, "replace").decode(encoding))
        stream.flush()
