"""What the table shows: read, filtered and put in order beside the window, and patched by every change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import QObject, Signal

from gisapp.language import Language
from gisapp.session import Session
from gisapp.tasks import Task, Tasks
from layers.errors import UserError
from layers.feedback import Feedback
from layers.model.catalogue import AssetType
from layers.model.change import ChangeSet
from layers.model.query import Condition, Order
from layers.model.selection import Selection
from layers.past.book import Past, past_read, read_as_of
from layers.register import Register
from layers.store.bulk_read import run_read
from layers.table.arranging import Arrangement, after, arranged
from layers.table.columns import Numbers
from layers.table.data import TableData
from layers.table.patching import patched, touched_ids
from layers.table.reading import read_more, read_table, shown_fields, usual_columns
from layers.table.totals import Totals, totals
from layers.text import Message

#: Types with a tab of their own; what only the program keeps has none.
GROUPS = ("network", "place", "people", "project", "record")
#: Of more rows than ``LARGE`` so many columns are read first.
LARGE, FIRST = 200_000, 4


@dataclass(frozen=True)
class Wanted:
    """What the user asks to see of a type. ``names`` None: the usual columns. ``by``: classes of the totals."""

    type: str = ""
    names: tuple[str, ...] | None = None
    sorts: tuple[Order, ...] = ()
    typed: str = ""
    by: str = ""


@dataclass(frozen=True)
class Shown:
    """What there is to see: rows of ``data`` in order. ``kept``: ids that pass the filters, None for all."""

    data: TableData
    rows: Numbers
    kept: Numbers | None
    totals: Totals


class TableFeed(QObject):
    """Follows the session for one type at a time; idle as long as no type is asked for."""

    counted = Signal(object)
    """How many assets of which type: a list of (AssetType, int)."""
    begun = Signal()
    """A type is being read."""
    ready = Signal(object)
    """A Shown: other rows, or in another order."""
    changed = Signal(object, bool)
    """A Shown after an edit; True when rows came or went."""
    refused = Signal(object)
    """The UserError for which a type cannot be shown."""

    def __init__(self, language: Language, session: Session, tasks: Tasks, parent: QObject) -> None:
        super().__init__(parent)
        self._language, self._session, self._tasks = language, session, tasks
        self.wanted = Wanted()
        self.shown: Shown | None = None
        self.names: tuple[str, ...] = ()
        self.only: Numbers | None = None
        self._reading: Task | None = None
        self._arranging: Task | None = None
        self._news: list[ChangeSet] = []
        session.closed.connect(self.stop)
        session.changed.connect(self._on_changed)
        session.filters_changed.connect(self._on_filters)
        session.day_changed.connect(lambda _: self._read())
        self._filter: Condition | None = None

    @property
    def is_busy(self) -> bool:
        return self._reading is not None or self._arranging is not None

    def stop(self) -> None:
        """Show nothing and let go of what was read."""
        for task in (self._reading, self._arranging):
            if task is not None:
                task.cancel()
        self._reading = self._arranging = None
        self.wanted, self.shown, self.only, self.names = Wanted(), None, None, ()
        self._news.clear()

    def count(self) -> None:
        """Count the assets of every type that a table is made of."""
        register = self._session.register
        if register is None:
            return

        past = self._session.past

        def work(feedback: Feedback) -> list[tuple[AssetType, int]]:
            types = [t for t in register.catalogue if t.group in GROUPS]
            return [(t, _count(register, t.name, past, feedback)) for t in types]

        self._tasks.run(
            Message("table.counting"), work, self.counted.emit, owner=self, key="table-count", shown=False
        )

    def show(self, wanted: Wanted) -> None:
        """Show this; what is read already is not read again."""
        before, self.wanted = self.wanted, wanted
        if wanted.type != before.type:
            self.shown, self.only = None, None
            self._news.clear()
        self._go_on(is_new=wanted.type != before.type or self.shown is None)

    def show_only(self, ids: Numbers | None) -> None:
        """Show nothing apart from these; None shows all."""
        self.only = ids
        self._arrange()

    # ---- reading

    def _go_on(self, *, is_new: bool) -> None:
        if is_new or self.shown is None:
            self._read()
            return
        missing = [name for name in self._wanted_names() if name not in self.shown.data.columns]
        if missing:
            self._read_more(missing)
        else:
            self._arrange()

    def _wanted_names(self) -> tuple[str, ...]:
        register = self._session.register
        if self.wanted.names is None or register is None:
            return self.names
        asset_type = register.catalogue[self.wanted.type]
        return tuple(field.name for field in shown_fields(asset_type, self.wanted.names))

    def _read(self) -> None:
        register = self._session.register
        if register is None or not self.wanted.type:
            return
        self._drop()
        self._news.clear()
        wanted, past = self.wanted, self._session.past
        asset_type = register.catalogue[wanted.type]
        self.begun.emit()

        def work(feedback: Feedback) -> tuple[tuple[str, ...], TableData]:
            feedback.progress(0.0, Message("table.reading", {"type": asset_type.plural}))
            names = wanted.names
            if not names:
                names = usual_columns(register, asset_type)
            known = tuple(field.name for field in shown_fields(asset_type, names))
            # Of very many rows the first columns at once; the others follow while one looks.
            is_large = register.count(wanted.type) > LARGE
            needed = dict.fromkeys((*_always(asset_type), *(known[:FIRST] if is_large else known)))
            return known, read_table(register, wanted.type, tuple(needed), feedback, past)

        def take(found: tuple[tuple[str, ...], TableData]) -> None:
            self._reading = None
            self.names, data = found
            self._filter = self._session.filters.get(wanted.type)
            self.shown = Shown(data, np.arange(len(data)), None, Totals(len(data), None, ()))
            self._arrange()

        self._reading = self._tasks.run(
            Message("table.reading", {"type": asset_type.plural}),
            work,
            take,
            failed=self._on_failed,
            cancelled=self._on_cancelled,
            owner=self,
            key="table-read",
        )

    def _read_more(self, names: Sequence[str]) -> None:
        register, shown = self._session.register, self.shown
        if register is None or shown is None:
            return
        self._drop()
        data, past = shown.data, self._session.past

        def take(columns: Mapping[str, object] | None) -> None:
            self._reading = None
            if columns is None or self.shown is None or self.shown.data is not data:
                self._read()  # edited meanwhile
                return
            self.shown = replace(self.shown, data=data.with_columns(columns))  # type: ignore[arg-type]
            self._arrange()

        self._reading = self._tasks.run(
            Message("table.reading", {"type": data.type.plural}),
            lambda feedback: read_more(register, data, names, feedback, past),
            take,
            failed=self._on_failed,
            cancelled=self._on_cancelled,
            owner=self,
            key="table-read",
        )

    def _drop(self) -> None:
        for task in (self._reading, self._arranging):
            if task is not None:
                task.cancel()
        self._reading = self._arranging = None

    def _on_failed(self, error: UserError) -> None:
        self._reading = self._arranging = None
        self.refused.emit(error)

    def _on_cancelled(self) -> None:
        if self._reading is not None and self._reading.is_stale:
            self._reading = None
        if self._arranging is not None and self._arranging.is_stale:
            self._arranging = None

    # ---- arranging

    def _on_filters(self, filters: Mapping[str, Condition]) -> None:
        if self.wanted.type and filters.get(self.wanted.type) != self._filter:
            self._filter = filters.get(self.wanted.type)
            self._arrange(refilter=True)

    def _arrange(self, *, refilter: bool = False) -> None:
        """Put what was read in the order that is asked for."""
        register, shown = self._session.register, self.shown
        if register is None or shown is None or self._reading is not None:
            return
        if self.wanted.names is not None:
            self.names = self._wanted_names()
        wanted, names, only, where = self.wanted, self.names, self.only, self._filter
        language, past = self._language.code, self._session.past
        asks = where is not None and (refilter or shown.kept is None)

        def work(feedback: Feedback) -> Shown:
            kept = shown.kept if where is not None else None
            if asks:
                kept = _ids(register, wanted.type, where, past, feedback)
            arrangement = Arrangement(wanted.sorts, wanted.typed, names, kept, only)
            rows = arranged(shown.data, arrangement, language, feedback)
            feedback.check()
            return Shown(shown.data, rows, kept, totals(shown.data, rows, names, wanted.by))

        def take(made: Shown) -> None:
            self._arranging = None
            self.shown = made
            self.ready.emit(made)
            missing = [name for name in self.names if name not in made.data.columns]
            self._read_more(missing) if missing else self._patch()

        self._arranging = self._tasks.run(
            Message("table.arranging", {"type": shown.data.type.plural}),
            work,
            take,
            failed=self._on_failed,
            cancelled=self._on_cancelled,
            owner=self,
            key="table-arrange",
        )

    # ---- following changes

    def _on_changed(self, change: ChangeSet) -> None:
        if not self.wanted.type or not change.touches(self.wanted.type):
            return
        past = self._session.past
        if past is None:
            self._news.append(change)
            self._patch()
        elif past.basis == "ground":
            self._read()

    def _patch(self) -> None:
        """Put what changed into the rows shown; they keep their order until somebody sorts again."""
        register, shown = self._session.register, self.shown
        if register is None or shown is None or self.is_busy or not self._news:
            return
        news, self._news = self._news, []
        ids = touched_ids(news, self.wanted.type)
        if ids is None:
            self._read()
            return
        wanted, names, only, where = self.wanted, self.names, self.only, self._filter
        language = self._language.code

        def work(feedback: Feedback) -> tuple[Shown, bool]:
            now = patched(register, shown.data, ids)
            kept = shown.kept
            if where is not None and kept is not None:
                kept = _kept_after(register, wanted.type, where, kept, ids)
            rows = after(shown.rows, now.gone, now.come)
            rows = _rows_after(now.data, rows, Arrangement((), wanted.typed, names, kept, only), language)
            same = np.array_equal(rows, shown.rows) and not len(now.gone) and not len(now.come)
            return Shown(now.data, rows, kept, totals(now.data, rows, names, wanted.by)), not same

        def take(made: tuple[Shown, bool]) -> None:
            self._arranging = None
            self.shown = made[0]
            self.changed.emit(*made)
            self._patch()

        self._arranging = self._tasks.run(
            Message("table.arranging", {"type": shown.data.type.plural}),
            work,
            take,
            failed=self._on_failed,
            cancelled=lambda: self._put_back(news),
            owner=self,
            key="table-arrange",
            shown=False,
        )

    def _put_back(self, news: list[ChangeSet]) -> None:
        """What a newer arrangement stopped us from putting in is put in after it."""
        self._on_cancelled()
        self._news[:0] = news
        self._patch()


def _always(asset_type: AssetType) -> tuple[str, ...]:
    """Columns that are needed though they may not be shown: what assets are called."""
    return tuple(name for name in asset_type.label_fields if name in asset_type)


def _count(register: Register, type_name: str, past: Past | None, feedback: Feedback) -> int:
    """How many there are, or were on a past day."""
    read = None if past is None else past_read(register, type_name, past, [], geometry=False)
    if read is None:
        return register.count(type_name)
    feedback.check()
    return len(register.worker.run(run_read, read, feedback=feedback))


def _ids(
    register: Register, type_name: str, where: Condition | None, past: Past | None, feedback: Feedback
) -> Numbers:
    read = read_as_of(register, type_name, past, [], where, geometry=False)
    found = register.worker.run(run_read, read, feedback=feedback)
    return np.sort(found.column("fid").to_numpy().astype(np.int64))


def _kept_after(
    register: Register, type_name: str, where: Condition, kept: Numbers, ids: set[int]
) -> Numbers:
    """The ids that pass a filter, asked anew for those that changed."""
    passing = register.rows(type_name, sorted(ids), (), where).column("fid").to_numpy()
    before = Selection({type_name: kept}).difference(Selection({type_name: sorted(ids)}))
    return before.union(Selection({type_name: passing})).ids(type_name)


def _rows_after(data: TableData, rows: Numbers, wanted: Arrangement, language: str) -> Numbers:
    """The rows in the order they had, without those that are not to be seen any more, new ones behind."""
    visible = arranged(data, wanted, language)
    if len(visible) == len(data) and len(rows) == len(data):
        return rows
    is_visible = np.zeros(len(data), np.bool_)
    is_visible[visible] = True
    rows = rows[is_visible[rows]]
    is_visible[rows] = False
    return np.concatenate([rows, np.flatnonzero(is_visible)])
