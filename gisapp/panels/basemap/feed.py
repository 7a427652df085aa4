"""BasemapFeed: follows the session's list of basemaps, opens what is shown beside the window, and edits the list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QNetworkAccessManager

from gisapp.map.basemap.basemaps import Basemaps, Layer
from gisapp.map.basemap.pictures import PictureStore
from gisapp.map.basemap.service import ServiceSupplier
from gisapp.map.basemap.supplier import FileSupplier, TileSupplier
from gisapp.map.canvas import MapCanvas
from gisapp.panels.basemap.secrets import BasemapSecrets
from gisapp.session import Session
from gisapp.tasks import Tasks
from layers.basemap.entry import TYPE, BasemapEntry, stored_address
from layers.basemap.keys import ServiceKeys
from layers.basemap.listing import (
    add_entries,
    change_entry,
    order_entries,
    place_of,
    read_entries,
    remove_entry,
)
from layers.basemap.opening import OpenBasemap, entries_of, open_basemap
from layers.basemap.raster_source import build_overviews
from layers.basemap.service import KEY, host_of
from layers.basemap.tile_cache import TileCache
from layers.errors import UserError
from layers.feedback import Feedback
from layers.model.change import ChangeSet
from layers.model.query import Box
from layers.register import Edit, Register
from layers.store.worker import Worker
from layers.text import Message

Origin = tuple[Any, ...]


class BasemapFeed(QObject):
    """What lies beneath the map of the session's register. ``entries`` is its list, the lowest first."""

    listed = Signal()
    """The list of the register has been read: what can be done with basemaps may be another."""
    changed = Signal()
    """The list, or how it goes with one of them, is another."""
    noticed = Signal(object, bool)
    """A UserError worth saying, and whether it is no more than a note."""

    def __init__(
        self,
        session: Session,
        tasks: Tasks,
        canvas: MapCanvas,
        cache: TileCache,
        keys: ServiceKeys,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._session, self._tasks, self._canvas = session, tasks, canvas
        self._cache = cache
        self.manager = QNetworkAccessManager(self)
        self.secrets = BasemapSecrets(tasks, keys, self)
        self.basemaps = Basemaps(self._supplier, self)
        self.entries: list[BasemapEntry] = []
        self.problems: dict[Origin, UserError] = {}
        self.is_hidden = False
        """Whether all are hidden for the moment, in this window only."""
        self._opened: dict[Origin, OpenBasemap] = {}
        self._worker: Worker | None = None
        self._told: set[str] = set()
        self.basemaps.repainted.connect(canvas.update)
        self.basemaps.states_changed.connect(self._on_states)
        self.secrets.found.connect(self.changed)
        self.secrets.replaced.connect(self.basemaps.begin_anew)
        session.opened.connect(self._on_opened)
        session.closing.connect(self._on_closing)
        session.changed.connect(self._on_changed)
        if session.register is not None:
            self._on_opened(session.register)

    # ---- what the user sees

    def layer_of(self, entry: BasemapEntry) -> Layer | None:
        """How an entry is drawn, if it is."""
        for layer in self.basemaps.layers:
            if layer.opened.entry.origin == entry.origin:
                return layer
        return None

    def error_of(self, entry: BasemapEntry) -> UserError | None:
        """What is wrong with an entry now."""
        layer = self.layer_of(entry)
        return self.problems.get(entry.origin) if layer is None else layer.error

    @property
    def attributions(self) -> tuple[str, ...]:
        """Whose pictures are on the map."""
        named = [layer.opened.attribution for layer in self.basemaps.layers]
        return tuple(dict.fromkeys(name for name in named if name))

    @property
    def cache(self) -> TileCache:
        """Where tiles of services are kept."""
        return self._cache

    @property
    def is_shifted(self) -> bool:
        """Whether something on the map was shifted back from GCJ-02."""
        return any(layer.opened.grid.shifted for layer in self.basemaps.layers)

    # ---- what the user asks

    def add_paths(
        self,
        paths: Sequence[Path],
        box: Box | None,
        failed: Callable[[UserError], None],
        done: Callable[[Message], None],
    ) -> None:
        """Add files and folders, each checked first."""
        register, worker = self._session.register, self._worker
        if register is None or worker is None:
            return
        place = place_of(register)

        def work(feedback: Feedback) -> list[BasemapEntry]:
            found = []
            for path in paths:
                feedback.progress(None)
                for entry in entries_of(path, place, box):
                    open_basemap(entry, place, worker, feedback).close()
                    found.append(entry)
            return found

        self._tasks.run(
            Message("task.basemap_open", {"name": paths[0].name}),
            work,
            lambda entries: self.add(entries, failed, done),
            failed=failed,
            owner=self,
            lane="basemap",
        )

    def add(
        self,
        entries: Sequence[BasemapEntry],
        failed: Callable[[UserError], None] | None = None,
        done: Callable[[Message], None] | None = None,
    ) -> None:
        """Put basemaps on top of the list; ``done`` is told what was added."""
        above = list(self.entries)
        names = tuple(entry.name for entry in entries)
        label = Message("basemap.edit.add", {"names": names})
        self._told.clear()
        self.is_hidden = False
        told = Message("basemap.added", {"names": names})
        self._edit(
            label,
            lambda edit: _ignore(add_entries(edit, entries, above)),
            failed,
            (lambda: done(told)) if done is not None else None,
        )

    def change(self, entry: BasemapEntry, **values: Any) -> None:
        """Set fields of an entry and save them."""
        label = Message("basemap.edit.change", {"name": entry.name})
        self._edit(label, lambda edit: change_entry(edit, entry, values))

    def locate(self, entry: BasemapEntry, path: Path) -> None:
        """The file of an entry is here now."""
        register = self._session.register
        if register is not None:
            self.problems.pop(entry.origin, None)
            self.change(entry, address=stored_address(path, register.target))

    def remove(self, entry: BasemapEntry) -> None:
        """Take an entry off the list."""
        label = Message("basemap.edit.remove", {"name": entry.name})
        self._edit(label, lambda edit: remove_entry(edit, entry))

    def move(self, entry: BasemapEntry, steps: int) -> None:
        """Lift an entry (or lower it, below 0) by so many places."""
        order = list(self.entries)
        at = order.index(entry)
        to = min(max(at + steps, 0), len(order) - 1)
        if to != at:
            order.insert(to, order.pop(at))
            label = Message("basemap.edit.order")
            self._edit(label, lambda edit: order_entries(edit, order))

    def preview_opacity(self, entry: BasemapEntry, percent: int) -> None:
        """Show an entry so while the user is still choosing."""
        for number, layer in enumerate(self.basemaps.layers):
            if layer.opened.entry.id == entry.id:
                self.basemaps.set_opacity(number, percent / 100)

    def hide_all(self, hidden: bool) -> None:
        """Hide everything for the moment, or show it again; nothing is saved."""
        self.is_hidden = hidden
        self._show()

    def retry(self) -> None:
        """Try again what could not be opened or reached."""
        self.problems.clear()
        self._told.clear()
        self.basemaps.retry()
        self._open_missing()

    def build_overviews(self, entry: BasemapEntry, path: Path, done: Callable[[], None]) -> None:
        """Write the reductions that a large image lacks into a file beside it, then read it anew."""
        worker = self._worker
        if worker is None:
            return

        def finish(_: object) -> None:
            self._forget(entry.origin)
            self._open_missing()
            done()

        self._tasks.run(
            Message("task.basemap_overviews", {"name": path.name}),
            lambda feedback: build_overviews(path, worker, feedback),
            finish,
            owner=self,
            lane="basemap",
        )

    # ---- following the session

    def _on_opened(self, register: Register) -> None:
        self._worker = Worker(children=1)
        self._read()

    def _on_closing(self, register: Register) -> None:
        self._lay(None)
        self.basemaps.stop()
        for origin in tuple(self._opened):
            self._forget(origin)
        self.entries, self.is_hidden = [], False
        self.problems.clear()
        self._told.clear()
        if self._worker is not None:
            self._worker.close()
            self._worker = None
        self._cache.close()
        self.changed.emit()

    def _on_changed(self, change: ChangeSet) -> None:
        if TYPE in change.changes:
            self._read()

    def _read(self) -> None:
        register = self._session.register
        if register is None:
            return
        secrets = self.secrets

        def work(feedback: Feedback) -> tuple[list[BasemapEntry], dict[str, str]]:
            entries = read_entries(register)
            # Only what is needed: a keyring may ask its owner to unlock it.
            hosts = {host_of(e.address) for e in entries if e.is_service and KEY in e.address}
            return entries, secrets.read(hosts)

        def take(found: tuple[list[BasemapEntry], dict[str, str]]) -> None:
            self.entries, kept = found
            self.secrets.learn(kept)
            self._open_missing()
            self.listed.emit()

        self._tasks.run(
            Message("task.basemap"), work, take, owner=self, key="basemaps", lane="basemap", shown=False
        )

    def _open_missing(self) -> None:
        register, worker = self._session.register, self._worker
        if register is None or worker is None:
            return
        wanted = {
            entry.origin: entry
            for entry in self.entries
            if entry.shown and entry.origin not in self._opened and entry.origin not in self.problems
        }
        self._show()
        if not wanted:
            return
        place = place_of(register)

        def work(feedback: Feedback) -> dict[Origin, OpenBasemap | UserError]:
            found: dict[Origin, OpenBasemap | UserError] = {}
            for origin, entry in wanted.items():
                try:
                    found[origin] = open_basemap(entry, place, worker, feedback)
                except UserError as error:
                    found[origin] = error
            return found

        self._tasks.run(
            Message("task.basemap_open", {"name": next(iter(wanted.values())).name}),
            work,
            lambda found: self._take_opened(found, worker),
            owner=self,
            key="basemaps-open",
            lane="basemap",
            shown=False,
        )

    def _take_opened(self, found: dict[Origin, OpenBasemap | UserError], worker: Worker) -> None:
        for origin, result in found.items():
            if isinstance(result, UserError):
                self.problems[origin] = result
                self._tell(result, note=False)
            elif worker is not self._worker or origin in self._opened:
                result.close()  # another register is open by now
            else:
                self._opened[origin] = result
                for finding in result.findings:
                    self._tell(UserError(finding.message, Message("basemap.finding_hint")), note=True)
        self._show()

    def _show(self) -> None:
        known = {entry.origin for entry in self.entries}
        for origin in tuple(self._opened):
            if origin not in known:
                self._forget(origin)
        shown = [] if self.is_hidden else [entry for entry in self.entries if entry.shown]
        opened = [
            replace(self._opened[entry.origin], entry=entry)
            for entry in shown
            if entry.origin in self._opened
        ]
        self.basemaps.show(opened)
        self._on_states()

    def _on_states(self) -> None:
        # What a dead service leaves is not shown beneath the map, or its own ground would be veiled for nothing.
        is_there = bool(self.basemaps.layers) and not self.basemaps.is_blank
        self._lay(self.basemaps if is_there else None)
        self.changed.emit()

    def _lay(self, basemaps: Basemaps | None) -> None:
        self._canvas.lay(replace(self._canvas.grounds, backdrop=basemaps))

    def _forget(self, origin: Origin) -> None:
        opened = self._opened.pop(origin, None)
        if opened is not None:
            self.basemaps.show(
                [layer.opened for layer in self.basemaps.layers if layer.opened.entry.origin != origin]
            )
            opened.close()

    def _supplier(self, opened: OpenBasemap, store: PictureStore) -> TileSupplier:
        if opened.service is None:
            return FileSupplier(self._tasks, opened, store, self)
        hosts = opened.service.host, host_of(opened.entry.address)
        secret = next((key for host in hosts if (key := self.secrets.of(host))), "")
        return ServiceSupplier(self._tasks, self.manager, opened, store, self._cache, secret, self)

    def _edit(
        self,
        label: Message,
        work: Callable[[Edit], None],
        failed: Callable[[UserError], None] | None = None,
        done: Callable[[], None] | None = None,
    ) -> None:
        if not self._session.is_writable:
            self._tell(
                UserError(Message("basemap.read_only"), Message("basemap.read_only_hint")),
                note=False,
                again=True,
            )
            return
        self._session.edit(label, work, (lambda _: done()) if done is not None else None, failed)

    def _tell(self, error: UserError, *, note: bool, again: bool = False) -> None:
        """Say something once, not at every look."""
        said = repr((error.title.id, sorted(error.title.parameters.items(), key=str)))
        if again or said not in self._told:
            self._told.add(said)
            self.noticed.emit(error, note)


def _ignore(value: object) -> None:
    """An edit's work gives nothing back."""
