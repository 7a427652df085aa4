"""What a place to work at has at hand: one map, one register, and the ways to speak to whoever works there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gisapp.actions import Actions
from gisapp.language import Language
from gisapp.notify import Notifier
from gisapp.panels.map_view import MapView
from gisapp.session import Session
from gisapp.tasks import Tasks
from gisapp.theme import Theme
from layers.errors import UserError
from layers.model.change import ChangeSet
from layers.register import Edit
from layers.text import Message


@dataclass(frozen=True)
class Workplace:
    """One per window, shared by its desks and by what they lay beside, over and under the map ``view``."""

    language: Language
    theme: Theme
    session: Session
    tasks: Tasks
    notifier: Notifier
    actions: Actions
    view: MapView
    my_name: Callable[[], str]
    """Who works here, as they call themselves."""

    def edit(
        self,
        label: Message,
        work: Callable[[Edit], Any],
        done: Callable[[], None] = lambda: None,
        failed: Callable[[UserError], None] | None = None,
        *,
        shown: bool = False,
    ) -> None:
        """Do something as one act, say so and offer to undo it."""

        def ended(change: ChangeSet | None) -> None:
            if change is not None:
                self.notifier.done(label, "edit.undo")
            done()

        self.session.edit(label, work, ended, failed, shown=shown)

    def refuse(self, read_only: Message) -> None:
        """Say why nothing can be changed now; ``read_only`` where the register itself is the reason."""
        self.notifier.error(self.session.refusal() or UserError(read_only))
