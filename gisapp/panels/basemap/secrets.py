"""The user's keys to services while a window is open: looked for when needed, kept for the next time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from PySide6.QtCore import QObject, Signal

from gisapp.tasks import Tasks, Work
from layers.basemap.keys import ServiceKeys
from layers.errors import UserError
from layers.feedback import Feedback
from layers.text import Message

Take = Callable[[dict[str, str]], None]


class BasemapSecrets(QObject):
    """Keys by the name of their service."""

    found = Signal()
    """A key was looked for: it is known now, or known to be missing."""
    replaced = Signal()
    """The user gave another key."""

    def __init__(self, tasks: Tasks, keys: ServiceKeys, parent: QObject) -> None:
        super().__init__(parent)
        self._tasks, self._keys = tasks, keys
        self._known: dict[str, str] = {}

    def of(self, host: str) -> str:
        """The key to a service, "" when none is known."""
        return self._known.get(host, "")

    def read(self, hosts: Iterable[str]) -> dict[str, str]:
        """What is kept for these services; may take a while, so ask beside the window."""
        return {host: self._keys.get(host) for host in hosts}

    def learn(self, kept: Mapping[str, str]) -> None:
        """Use keys that ``read`` found."""
        self._known.update({host: key for host, key in kept.items() if key})

    def look_for(self, host: str) -> None:
        """Ask the keyring for a key that is not known yet; ``found`` tells when it has answered."""
        if host in self._known:
            return

        def take(kept: dict[str, str]) -> None:
            for name, key in kept.items():
                self._known.setdefault(name, key)
            self.found.emit()

        self._run(lambda _: self.read([host]), take)

    def keep(self, host: str, key: str) -> None:
        """Use a key from now on, and the next time too."""
        self._known[host] = key

        def keep(_: Feedback) -> dict[str, str]:
            try:
                self._keys.keep(host, key)
            except OSError as error:
                raise UserError(
                    Message("basemap.key_not_kept", {"host": host}),
                    Message("basemap.key_not_kept_hint"),
                    Message("basemap.system_says", {"text": str(error)}),
                ) from error
            return {}

        self._run(keep, lambda _: None)
        self.replaced.emit()
        self.found.emit()

    def _run(self, work: Work, take: Take) -> None:
        self._tasks.run(Message("task.basemap_key"), work, take, owner=self, lane="basemap", shown=False)
