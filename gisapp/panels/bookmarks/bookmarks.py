"""The bookmarks of the open register: read beside the window, kept while it is open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from gisapp.map.viewport import Viewport
from gisapp.session import Session
from gisapp.tasks import Tasks
from layers.feedback import Feedback
from layers.model.asset import Asset
from layers.model.change import ChangeSet
from layers.model.query import Box, Order, Query
from layers.register import Edit, Register
from layers.text import Message

TYPE = "bookmark"


@dataclass(frozen=True)
class Bookmark:
    """A place to go back to, as the register holds it. ``position`` orders the list."""

    id: int
    version: int
    name: str
    x: float
    y: float
    width: float
    height: float
    style: str
    position: int

    @property
    def box(self) -> Box:
        """What shall be seen."""
        half_x, half_y = self.width / 2, self.height / 2
        return Box(self.x - half_x, self.y - half_y, self.x + half_x, self.y + half_y)


class Bookmarks(QObject):
    """Follows the session. Every change is one step that can be undone."""

    changed = Signal()
    told = Signal(object)
    """A ``Message``: what was done, where the map itself does not show it."""

    @property
    def can_be_kept(self) -> bool:
        """Whether the open register takes bookmarks."""
        register = self._session.register
        return register is not None and self._session.is_writable and TYPE in register.catalogue

    def __init__(self, session: Session, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._tasks = session, tasks
        self.all: tuple[Bookmark, ...] = ()
        session.opened.connect(self._read)
        session.closed.connect(lambda: self._show(()))
        session.changed.connect(self._on_changed)

    def add(self, name: str, viewport: Viewport, style: str) -> None:
        """Keep a view under ``name``."""
        position = max((each.position for each in self.all), default=0) + 1
        values = {"name": name, "position": position} | _view_values(viewport, style)
        told = Message("navigate.bookmark.told.added", {"name": name})
        self._edit("navigate.bookmark.added", name, lambda edit: edit.insert(TYPE, values), told)

    def rename(self, bookmark: Bookmark, name: str) -> None:
        """Call it otherwise."""
        if name and name != bookmark.name:
            self._edit(
                "navigate.bookmark.renamed",
                name,
                lambda edit: edit.update(TYPE, bookmark.id, bookmark.version, {"name": name}),
            )

    def replace(self, bookmark: Bookmark, viewport: Viewport, style: str) -> None:
        """Let it show another view from now on."""
        values = _view_values(viewport, style)
        self._edit(
            "navigate.bookmark.replaced",
            bookmark.name,
            lambda edit: edit.update(TYPE, bookmark.id, bookmark.version, values),
        )

    def move(self, bookmark: Bookmark, step: int) -> None:
        """Move it up (-1) or down (1) in the list."""
        at = self.all.index(bookmark)
        if not 0 <= at + step < len(self.all):
            return
        order = list(self.all)
        order.insert(at + step, order.pop(at))

        def write(edit: Edit) -> None:
            for position, each in enumerate(order, 1):
                if each.position != position:
                    edit.update(TYPE, each.id, each.version, {"position": position})

        self._edit("navigate.bookmark.moved", bookmark.name, write)

    def delete(self, bookmark: Bookmark) -> None:
        """Take it off the list."""
        self._edit(
            "navigate.bookmark.deleted",
            bookmark.name,
            lambda edit: edit.delete(TYPE, bookmark.id, bookmark.version),
            Message("navigate.bookmark.told.deleted", {"name": bookmark.name}),
        )

    def free_name(self, name: str) -> str:
        """``name``, with a number behind it if there is one of that name."""
        taken = {each.name for each in self.all}
        number, found = 2, name
        while found in taken:
            found = f"{name} {number}"
            number += 1
        return found

    def _edit(
        self, label: str, name: str, work: Callable[[Edit], object], told: Message | None = None
    ) -> None:
        def write(edit: Edit) -> None:
            work(edit)

        def tell(_: ChangeSet | None) -> None:
            if told is not None:
                self.told.emit(told)

        self._session.edit(Message(label, {"name": name}), write, tell)

    def _on_changed(self, change: ChangeSet) -> None:
        register = self._session.register
        if register is not None and TYPE in change.changes:
            self._read(register)

    def _read(self, register: Register) -> None:
        # A register of an older program that cannot be written has none.
        if TYPE not in register.catalogue:
            return

        def read(_: Feedback) -> tuple[Bookmark, ...]:
            query = Query(TYPE, order=(Order("position"), Order("name")))
            return tuple(_bookmark(asset) for asset in register.find(query))

        self._tasks.run(Message("task.bookmarks"), read, self._show, owner=self, key="bookmarks", shown=False)

    def _show(self, bookmarks: tuple[Bookmark, ...]) -> None:
        if bookmarks != self.all:
            self.all = bookmarks
            self.changed.emit()


def _view_values(viewport: Viewport, style: str) -> dict[str, object]:
    box = viewport.box
    return {
        "centre_x": round(viewport.x, 3),
        "centre_y": round(viewport.y, 3),
        "width_m": round(box.width, 3),
        "height_m": round(box.height, 3),
        "scale": round(viewport.denominator, 1),
        "style": style,
    }


def _bookmark(asset: Asset) -> Bookmark:
    values = asset.values
    return Bookmark(
        asset.id,
        asset.version,
        values["name"],
        values["centre_x"],
        values["centre_y"],
        values["width_m"],
        values["height_m"],
        values.get("style") or "",
        values.get("position") or 0,
    )
