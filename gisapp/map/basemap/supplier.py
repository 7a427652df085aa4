"""TileSupplier: brings the pictures that a plan needs into the store, beside the window. Here: from files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import QObject, Signal, SignalInstance
from PySide6.QtGui import QImage

from gisapp.map.basemap.pictures import PictureStore, decode
from gisapp.tasks import Tasks
from layers.basemap.grid import TileKey
from layers.basemap.opening import OpenBasemap
from layers.basemap.source import Picture, TileSource
from layers.errors import UserError
from layers.feedback import Feedback
from layers.text import Message

#: Tiles read at a time: few, so that a newer view soon has its turn.
_TOGETHER = 8


class TileSupplier(Protocol):
    """Brings tiles. ``arrived`` tells that some are there, ``changed`` that ``error`` is another."""

    arrived: SignalInstance
    changed: SignalInstance

    @property
    def error(self) -> UserError | None:
        """Why tiles do not come, if they do not."""
        ...

    @property
    def is_busy(self) -> bool:
        """Whether tiles are on their way."""
        ...

    def want(self, keys: Sequence[TileKey]) -> None:
        """Bring these, in this order; what was wanted before and has not begun is dropped."""
        ...

    def retry(self) -> None:
        """The user asks to try again now."""
        ...

    def stop(self) -> None:
        """Bring nothing more."""
        ...


def unread(picture: Picture, image: QImage | None) -> bool:
    """Whether there is a tile, but a damaged one."""
    return picture is not None and image is None


class FileSupplier(QObject):
    """Reads tiles of a file or folder on the lane of basemaps."""

    arrived = Signal()
    changed = Signal()

    def __init__(self, tasks: Tasks, opened: OpenBasemap, store: PictureStore, parent: QObject) -> None:
        super().__init__(parent)
        assert opened.source is not None
        self._tasks, self._store = tasks, store
        self._source: TileSource = opened.source
        self._name = opened.entry.name
        self._origin = opened.entry.origin
        self._wanted: list[TileKey] = []
        self._is_reading = False
        self._is_stopped = False
        self._damaged = 0
        self.error: UserError | None = None

    @property
    def is_busy(self) -> bool:
        return self._is_reading

    def want(self, keys: Sequence[TileKey]) -> None:
        self._wanted = [key for key in keys if (self._origin, key) not in self._store]
        self._read()

    def retry(self) -> None:
        self._tell(None)
        self._read()

    def stop(self) -> None:
        self._is_stopped = True
        self._wanted.clear()
        self.deleteLater()

    def _read(self) -> None:
        if self._is_reading or self._is_stopped or not self._wanted:
            return
        keys, self._wanted = self._wanted[:_TOGETHER], self._wanted[_TOGETHER:]
        source = self._source

        def work(feedback: Feedback) -> dict[TileKey, tuple[QImage | None, bool]]:
            found: dict[TileKey, tuple[QImage | None, bool]] = {}
            for key, picture in source.read(keys, feedback).items():
                image = decode(picture)
                found[key] = image, unread(picture, image)
            return found

        self._is_reading = True
        self._tasks.run(
            Message("task.basemap"),
            work,
            self._take,
            failed=self._fail,
            cancelled=self._give_up,
            owner=self,
            lane="basemap",
            shown=False,
        )

    def _take(self, found: dict[TileKey, tuple[QImage | None, bool]]) -> None:
        self._is_reading = False
        for key, (image, is_damaged) in found.items():
            self._store.put((self._origin, key), image)
            self._damaged += is_damaged
        if self._damaged:
            self._tell(
                UserError(
                    Message("basemap.damaged_tiles", {"name": self._name, "count": self._damaged}),
                    Message("basemap.damaged_hint"),
                )
            )
        self._read()
        self.arrived.emit()

    def _fail(self, error: UserError) -> None:
        self._is_reading = False
        if self._is_stopped:
            return  # its file was closed meanwhile
        self._wanted.clear()
        self._tell(error)
        self.arrived.emit()

    def _give_up(self) -> None:
        self._is_reading = False

    def _tell(self, error: UserError | None) -> None:
        before, self.error = self.error, error
        if (before is None) != (error is None) or (before and error and before.title != error.title):
            self.changed.emit()
