"""ReferenceFeed: the foreign layers that a user looks at beside a register: kept, read beside the window, drawn."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from gisapp.language import Words
from gisapp.map.canvas import MapCanvas
from gisapp.map.reference_ground import ReferenceGround
from gisapp.session import Session
from gisapp.settings import Settings, without_password
from gisapp.tasks import Tasks
from layers.errors import UserError
from layers.feedback import Feedback
from layers.later import Later
from layers.model.query import Box
from layers.register import Register
from layers.scene.codec import Source
from layers.scene.reference import COLOURS, box_of, reference_scene, reference_sources
from layers.scene.scene import Scene
from layers.text import Message

if TYPE_CHECKING:
    from layers.exchange import reference
    from layers.exchange.cad import titles
    from layers.exchange.reference import ReferencePlace
else:
    reference = Later("layers.exchange.reference")
    titles = Later("layers.exchange.cad.titles")

Key = tuple[str, str]
"""Path of the file and name of the layer."""


@dataclass(frozen=True)
class Entry:
    """A layer to be looked at: where it is (``ReferencePlace`` as plain data), the number of its colour, is it on."""

    place: Mapping[str, Any]
    colour: int
    shown: bool = True

    @property
    def key(self) -> Key:
        return str(self.place["path"]), str(self.place["layer"])

    @property
    def name(self) -> str:
        """What the legend calls it."""
        path, layer = self.key
        stem = Path(path).stem
        # What tells layers of one file apart comes first: there is room for little more.
        return layer if stem in layer or layer in stem else f"{layer} · {stem}"

    @property
    def title(self) -> Words:
        """The same in the words of the user, for layers that are not named by people."""
        path, layer = self.key
        words = titles.short_words(path, layer)
        return (
            self.name if words is None else Message("cad.layer.of", {"layer": words, "file": Path(path).stem})
        )


@dataclass(frozen=True)
class Shown:
    """A layer that was read: what is drawn, and what its features say."""

    sources: tuple[Source, ...]
    layer: reference.ReferenceLayer


class ReferenceFeed(QObject):
    """Follows the session. ``entries`` is the list of its register, the lowest first; nothing of it is in the book."""

    changed = Signal()
    """The list, or how it goes with one of them, is another."""
    noticed = Signal(object)
    """The UserError for which a layer is not shown."""
    added = Signal(tuple)
    """The entries that the user added and that are on the map now."""

    def __init__(
        self,
        session: Session,
        tasks: Tasks,
        canvas: MapCanvas,
        settings: Settings,
        ground: ReferenceGround,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._session, self._tasks, self._canvas, self._settings = session, tasks, canvas, settings
        self._ground = ground
        self.entries: list[Entry] = []
        self.shown: dict[Key, Shown] = {}
        self.problems: dict[Key, UserError] = {}
        #: Those that were added last.
        self.latest: tuple[Key, ...] = ()
        self._untold: set[Key] = set()
        ground.repainted.connect(canvas.update)
        session.opened.connect(self._on_opened)
        session.closed.connect(self._on_closed)
        if session.register is not None:
            self._on_opened(session.register)

    @property
    def scene(self) -> Scene | None:
        """What is shown of them now; None: nothing."""
        return self._ground.scene

    def box_of(self, keys: Iterable[Key]) -> Box | None:
        """Where these lie, as far as they are shown."""
        return box_of(source for key in keys if key in self.shown for source in self.shown[key].sources)

    def entry_of(self, row: str) -> Entry | None:
        """The entry of a row of the legend; None for a row of anything else."""
        return next((entry for number, entry in enumerate(self.entries) if row_id(number) == row), None)

    # ---- what the user asks

    def add(self, places: Sequence[ReferencePlace], off: Collection[Key] = ()) -> None:
        """Show these layers from now on, on top of the others; one that is there already is read anew.

        Those of ``off`` are listed only, until somebody wants them.
        """
        for place in places:
            used = Counter(entry.colour for entry in self.entries)
            colour = min(range(len(COLOURS)), key=lambda number: used[number])
            entry = Entry(asdict(place), colour, (place.path, place.layer) not in off)
            self._drop(entry.key)
            self.entries.append(entry)
        self.latest = tuple(entry.key for entry in self.entries[-len(places) :])
        self._untold = set(self.latest)
        self._keep()
        self._read()

    def remove(self, key: Key) -> None:
        """Show it no more. The file stays as it is."""
        self._drop(key)
        self._keep()
        self._show()

    def switch(self, off: Sequence[str]) -> None:
        """Show all but those whose legend rows are in ``off``."""
        entries = [replace(e, shown=row_id(number) not in off) for number, e in enumerate(self.entries)]
        if entries != self.entries:
            self.entries = entries
            self._keep()
            self._show()
            self._read()

    def read_again(self, key: Key) -> None:
        """Read a layer anew: its file was changed, or is back."""
        self.shown.pop(key, None)
        self.problems.pop(key, None)
        self.entries = [replace(e, shown=e.shown or e.key == key) for e in self.entries]
        self._keep()
        self._read()

    # ---- following the session

    def _on_opened(self, register: Register) -> None:
        kept = self._settings.preferences.references.get(without_password(str(register.target)), ())
        self.entries = [entry for data in kept if (entry := _entry(data)) is not None]
        self._read()

    def _on_closed(self) -> None:
        self.entries, self.latest = [], ()
        self._untold.clear()
        self.shown.clear()
        self.problems.clear()
        self._show()

    def _keep(self) -> None:
        register = self._session.register
        if register is None:
            return
        lists = dict(self._settings.preferences.references)
        lists.pop(without_password(str(register.target)), None)
        if self.entries:
            lists[without_password(str(register.target))] = [asdict(entry) for entry in self.entries]
        self._settings.change(references=lists)

    def _drop(self, key: Key) -> None:
        self.entries = [entry for entry in self.entries if entry.key != key]
        self.shown.pop(key, None)
        self.problems.pop(key, None)

    def _read(self) -> None:
        """Read what is to be shown and is not there yet."""
        register = self._session.register
        wanted = [
            (number, entry)
            for number, entry in enumerate(self.entries)
            if entry.shown and entry.key not in self.shown and entry.key not in self.problems
        ]
        self._show()
        if register is None or not wanted:
            return

        def work(feedback: Feedback) -> dict[Key, Shown | UserError]:
            found: dict[Key, Shown | UserError] = {}
            for done, (_, entry) in enumerate(wanted):
                part = feedback.part(done / len(wanted), (done + 1) / len(wanted))
                try:
                    found[entry.key] = _read_one(register, entry, part)
                except UserError as error:
                    found[entry.key] = error
            return found

        self._tasks.run(
            Message("reference.reading", {"name": wanted[0][1].name}),
            work,
            self._take,
            owner=self,
            key="references",
        )

    def _take(self, found: Mapping[Key, Shown | UserError]) -> None:
        there = {entry.key for entry in self.entries}
        for key, result in found.items():
            if key not in there:
                continue
            if isinstance(result, UserError):
                self.problems[key] = result
                self.noticed.emit(result)
            else:
                self.shown[key] = result
        self._show()
        new = tuple(e for e in self.entries if e.key in self._untold and e.key in self.shown)
        self._untold -= found.keys()
        if new:
            self.added.emit(new)

    def _show(self) -> None:
        drawn = [self.shown[entry.key] for entry in self.entries if entry.shown and entry.key in self.shown]
        scene = reference_scene(source for each in drawn for source in each.sources)
        grounds = self._canvas.grounds
        if scene is not None or grounds.references is not None:
            self._ground.show(scene)
            self._canvas.lay(replace(grounds, references=None if scene is None else self._ground))
        self.changed.emit()


def row_id(number: int) -> str:
    """The id of a layer's row in the legend."""
    return f"references/{number}"


def _read_one(register: Register, entry: Entry, feedback: Feedback) -> Shown:
    place = reference.place_of_data(entry.place)
    layer = reference.read_reference(register.worker, place, register.crs, feedback)
    colour = COLOURS[entry.colour % len(COLOURS)]
    # Colours come again when there are many layers; what tells these apart does not.
    id = f"reference{zlib.crc32(repr(entry.key).encode()):08x}"
    sources = reference_sources(id, entry.name, colour, layer.geometry, feedback)
    if box_of(sources) is None:
        raise UserError(
            Message("import.reference.no_place", {"layer": entry.name}),
            Message("import.reference.no_place.hint"),
        )
    return Shown(sources, layer)


def _entry(data: Any) -> Entry | None:
    """An entry as it was kept; None for what another version of the program wrote."""
    try:
        entry = Entry(dict(data["place"]), int(data["colour"]), bool(data["shown"]))
        _ = entry.key
    except (KeyError, TypeError, ValueError):
        return None
    return entry
