"""The one thread that waits for the server's news: which change sets others committed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from layers.later import Later
from layers.store.postgis_triggers import LISTEN

if TYPE_CHECKING:
    import psycopg
else:
    psycopg = Later("psycopg")

_TICK = 0.25
_PAUSE = 2.0


class Listener:
    """Gathers the ids that the server tells; after a reconnect it says that anything may have happened.

    ``on_news``, if given, is called on this thread after each.
    """

    def __init__(self, libpq: str, on_news: Callable[[], None] | None = None) -> None:
        self._libpq = libpq
        self._on_news = on_news
        self._lock = threading.Lock()
        self._ids: set[int] = set()
        self._anything = False
        self._stopped = threading.Event()
        self.listening = threading.Event()
        self._thread = threading.Thread(target=self._run, name="postgis-listener", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End the thread and wait for it."""
        self._stopped.set()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join()

    @property
    def has_news(self) -> bool:
        """Whether ``take`` would give anything."""
        with self._lock:
            return bool(self._ids) or self._anything

    def take(self) -> tuple[frozenset[int], bool]:
        """The ids told since the last call; whether others may be missing or edits came from outside."""
        with self._lock:
            taken = frozenset(self._ids), self._anything
            self._ids.clear()
            self._anything = False
            return taken

    def _run(self) -> None:
        first = True
        while not self._stopped.is_set():
            try:
                with psycopg.connect(self._libpq, autocommit=True) as connection:
                    connection.execute(LISTEN)
                    self.listening.set()
                    if not first:
                        self._tell(None)
                    first = False
                    self._listen(connection)
            except psycopg.OperationalError:
                # The server restarts, or the network is gone: try again, quietly, until told to stop.
                first = False
                self._stopped.wait(_PAUSE)

    def _listen(self, connection: psycopg.Connection[tuple[object, ...]]) -> None:
        while not self._stopped.is_set():
            for notice in connection.notifies(timeout=_TICK):
                self._tell(notice.payload)
                if self._stopped.is_set():
                    return

    def _tell(self, payload: str | None) -> None:
        with self._lock:
            if payload is not None and payload.isdigit():
                self._ids.add(int(payload))
            else:
                self._anything = True
        if self._on_news is not None:
            self._on_news()
