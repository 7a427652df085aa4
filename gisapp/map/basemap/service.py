"""Tiles of a service: first what the disk keeps, then the network, a few at a time; a dead service is left alone."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer, QUrl, Signal
from PySide6.QtGui import QImage
from PySide6.QtNetwork import QNetworkAccessManager, QNetworkReply, QNetworkRequest

from gisapp.map.basemap.pictures import PictureStore, decode
from gisapp.map.basemap.replies import ABSENT, Outcome, bounded, outcome_of
from gisapp.tasks import Tasks
from layers.basemap.answer import refusal
from layers.basemap.grid import TileKey
from layers.basemap.opening import OpenBasemap
from layers.basemap.service import ServiceTiles
from layers.basemap.tile_cache import TileCache
from layers.errors import UserError
from layers.feedback import Feedback
from layers.text import Message

#: Milliseconds after which an answer is no longer waited for.
TIMEOUT = 8000
#: Requests to one service at a time; what public services ask for.
_TOGETHER = 6
#: Failures one after another before a service counts as out of reach.
_PATIENCE = 2
#: Tiles that all are not there before the address is doubted.
_ALL_ABSENT = 8
#: Seconds until a service out of reach is asked again; doubled each time.
_PAUSE, _LONGEST_PAUSE = 10.0, 300.0
_CACHE_TOGETHER = 12
AGENT = b"gisapp/0.1 (water network desktop GIS)"

Found = dict[TileKey, tuple[QImage, bool]]


class ServiceSupplier(QObject):
    """Asks a service for tiles. ``secret`` is the user's key."""

    arrived = Signal()
    changed = Signal()

    def __init__(
        self,
        tasks: Tasks,
        manager: QNetworkAccessManager,
        opened: OpenBasemap,
        store: PictureStore,
        cache: TileCache,
        secret: str,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        assert opened.service is not None
        self._tasks, self._manager, self._store, self._cache = tasks, manager, store, cache
        self._service: ServiceTiles = opened.service
        self._origin = opened.entry.origin
        self._secret = secret
        self._looked: list[TileKey] = []
        """Wanted, not yet looked for on the disk."""
        self._asked: list[TileKey] = []
        """Not on the disk or stale there: to be asked of the service."""
        self._replies: dict[TileKey, QNetworkReply] = {}
        self._decoding: set[TileKey] = set()
        self._is_looking = self._is_stopped = False
        self._failures = self._successes = self._absent = 0
        self._pause = _PAUSE
        self._rest = QTimer(self, singleShot=True)
        self._rest.timeout.connect(self._ask)
        self.error: UserError | None = self._no_key()

    @property
    def is_busy(self) -> bool:
        return self._is_looking or bool(self._replies or self._decoding)

    def want(self, keys: Sequence[TileKey]) -> None:
        self._looked = [key for key in keys if (self._origin, key) not in self._store]
        wanted = set(self._looked)
        self._asked = [key for key in self._asked if key in wanted]
        waiting = {*self._asked, *self._replies, *self._decoding}
        self._looked = [key for key in self._looked if key not in waiting]
        self._look()
        self._ask()

    def retry(self) -> None:
        self._failures = 0
        self._pause = _PAUSE
        self._rest.stop()
        self._tell(self._no_key())
        self._ask()

    def stop(self) -> None:
        self._is_stopped = True
        self._rest.stop()
        self._recall()
        self._looked.clear()
        self._asked.clear()
        self.deleteLater()

    def _recall(self) -> None:
        """Take back what is being asked."""
        replies, self._replies = self._replies, {}
        for reply in replies.values():
            reply.abort()
            reply.deleteLater()
        self._asked = [*replies, *self._asked]

    def _no_key(self) -> UserError | None:
        if not self._service.needs_key or self._secret:
            return None
        return UserError(
            Message("basemap.no_key", {"host": self._service.host}), Message("basemap.no_key_hint")
        )

    # ---- the disk

    def _look(self) -> None:
        if self._is_looking or self._is_stopped or not self._looked:
            return
        keys, self._looked = self._looked[:_CACHE_TOGETHER], self._looked[_CACHE_TOGETHER:]
        cache, identity = self._cache, self._service.identity

        def work(feedback: Feedback) -> Found:
            kept = cache.get(identity, keys)
            images = {key: (decode(tile.data), tile.is_stale) for key, tile in kept.items()}
            return {key: (image, stale) for key, (image, stale) in images.items() if image is not None}

        def take(found: Found) -> None:
            self._is_looking = False
            for key, (image, _) in found.items():
                self._store.put((self._origin, key), image)
            self._asked += [key for key in keys if key not in found or found[key][1]]
            self._look()
            self._ask()
            self.arrived.emit()

        def give_up() -> None:
            self._is_looking = False

        self._is_looking = True
        self._tasks.run(
            Message("task.basemap"), work, take, cancelled=give_up, owner=self, lane="basemap", shown=False
        )

    # ---- the network

    def _ask(self) -> None:
        if self._is_stopped or self._rest.isActive() or self._no_key() is not None:
            return
        # One question finds out whether a service that was out of reach is back.
        together = 1 if self._failures else _TOGETHER
        while self._asked and len(self._replies) < together:
            self._send(self._asked.pop(0))

    def _send(self, key: TileKey) -> None:
        request = QNetworkRequest(QUrl(self._service.address(key, self._secret)))
        request.setRawHeader(b"User-Agent", AGENT)
        request.setTransferTimeout(TIMEOUT)
        reply = bounded(self._manager.get(request))
        reply.setParent(self)
        self._replies[key] = reply
        reply.finished.connect(lambda: self._answered(key))

    def _answered(self, key: TileKey) -> None:
        reply = self._replies.pop(key, None)
        if reply is None:
            return  # taken back
        outcome = outcome_of(reply, self._service.host)
        reply.deleteLater()
        if outcome.data is not None:
            self._keep(key, outcome.data)
        elif outcome.error is None or outcome.error.title.id == ABSENT:
            self._not_there(key, outcome)
        else:
            self._asked.insert(0, key)
            self._failed(outcome.error)
        self._ask()

    def _keep(self, key: TileKey, data: bytes) -> None:
        """Decode an answer and put it onto the disk, beside the window."""
        cache, identity = self._cache, self._service.identity

        def work(feedback: Feedback) -> QImage | None:
            image = decode(data)
            if image is not None:
                cache.put(identity, {key: data})
            return image

        def take(image: QImage | None) -> None:
            self._decoding.discard(key)
            if image is None:
                self._asked.append(key)
                self._failed(refusal(data, self._service.host))
                return
            self._store.put((self._origin, key), image)
            self._successes += 1
            self._failures = 0
            self._pause = _PAUSE
            self._tell(None)
            self._ask()
            self.arrived.emit()

        self._decoding.add(key)
        self._tasks.run(
            Message("task.basemap"),
            work,
            take,
            cancelled=lambda: self._decoding.discard(key),
            owner=self,
            lane="basemap",
            shown=False,
        )

    def _not_there(self, key: TileKey, outcome: Outcome) -> None:
        self._store.put((self._origin, key), None)
        self._absent += 1
        if self._failures:
            # It answers again, though it has nothing here.
            self._failures, self._pause = 0, _PAUSE
            self._tell(None)
        if outcome.error is not None and not self._successes and self._absent >= _ALL_ABSENT:
            self._tell(outcome.error)
        self.arrived.emit()

    def _failed(self, error: UserError) -> None:
        self._failures += 1
        if self._failures < _PATIENCE:
            return
        self._recall()
        if not self._rest.isActive():
            self._rest.start(int(self._pause * 1000))
            self._pause = min(self._pause * 2, _LONGEST_PAUSE)
        self._tell(error)
        self.arrived.emit()

    def _tell(self, error: UserError | None) -> None:
        before, self.error = self.error, error
        if (before is None) != (error is None) or (before and error and before.title != error.title):
            self.changed.emit()
