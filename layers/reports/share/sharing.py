"""Sharing projects: what is given away, how exactly, and the note in the register that it was."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from layers.errors import UserError
from layers.exchange.export import refuse_own_register
from layers.exchange.noting import note_given
from layers.feedback import Feedback
from layers.register import Register
from layers.renewal.progress.progress import project_figures
from layers.reports.document import whole_file
from layers.reports.share.features import gather
from layers.reports.share.page import project_words, write_page
from layers.text import Message, Texts

_LEAST_REASON = 2


@dataclass(frozen=True)
class ShareWish:
    """What to share. ``projects`` empty: all. ``exact``: mains where they lie, which needs a ``reason``."""

    projects: tuple[int, ...] = ()
    title: str = ""
    exact: bool = False
    reason: str = ""


@dataclass(frozen=True)
class Shared:
    """What the file holds."""

    path: Path
    projects: int
    mains: int


def share(
    register: Register, path: Path, wish: ShareWish, texts: Texts, feedback: Feedback | None = None
) -> Shared:
    """Write the map of some projects or the portfolio to ``path`` and note it in the register. Long: a task.

    Raises ``UserError``: exact mains without a reason or where the note cannot be kept, nothing to share, or a file
    that cannot be written.
    """
    feedback = feedback or Feedback()
    refuse_own_register(register.target, path)
    if wish.exact:
        _require_reason(register, wish.reason)
    today = datetime.date.today()
    figures = project_figures(register, today, ids=_ids(wish.projects))
    feedback.progress(0.3)
    found = gather(register, figures, texts, exact=wish.exact, feedback=feedback.part(0.3, 0.8))
    if not found.projects:
        raise UserError(Message("sharing.nothing"), Message("sharing.nothing.hint"))
    if wish.exact:
        # First the note, then the file: nothing exact leaves without one.
        _note(register, path, wish, len(found.projects))
    title = wish.title or register.name or Path(str(register.target)).stem
    with whole_file(path) as part:
        words = project_words(found, today, texts, is_sample=register.is_sample)
        part.write_text(write_page(found, title, words, texts.language), encoding="utf-8")
    if not wish.exact:
        _note(register, path, wish, len(found.projects))
    return Shared(path, len(found.projects), found.mains)


def _ids(projects: Sequence[int]) -> frozenset[int] | None:
    return frozenset(projects) or None


def _require_reason(register: Register, reason: str) -> None:
    if len(reason.strip()) < _LEAST_REASON:
        raise UserError(Message("sharing.reason_needed"), Message("sharing.reason_needed.hint"))
    if register.read_only:
        raise UserError(Message("sharing.not_noted"), Message("sharing.not_noted.hint"))


def _note(register: Register, path: Path, wish: ShareWish, count: int) -> None:
    note_given(
        register,
        path,
        Message("sharing.noted", {"count": count, "file": path.name}),
        ("project", "pipe"),
        count,
        personal=False,
        exact_places=wish.exact,
        reason=wish.reason.strip()[:500] or None,
    )
