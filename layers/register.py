"""Register: an open store with its catalogue. The waist of the house: all reading and writing passes here."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from layers.asset_reader import AssetReader
from layers.checks.rules import row_problems
from layers.feedback import Feedback
from layers.geometry.crs import Crs
from layers.later import Later
from layers.model.additions import FIELD_TYPE, LIST_TYPE
from layers.model.asset import AssetKey
from layers.model.catalogue import Catalogue
from layers.model.catalogue_file import load_catalogue
from layers.model.change import ChangeKind, ChangeSet
from layers.model.problem import Problem
from layers.store import attach, history
from layers.store.added_fields import read_additions
from layers.store.adoption import adopt, types_edited_outside
from layers.store.backup import restore
from layers.store.base import Staged, Store
from layers.store.change_sets import open_change_set
from layers.store.code_rows import effective_catalogue
from layers.store.edit import Edit
from layers.store.opening import create_geopackage, open_geopackage
from layers.store.postgis_server import is_server, parse_server
from layers.store.settling import Clash, Settlement, Settling, SettlingEdit
from layers.store.summary import (
    RegisterSummary,
)
from layers.store.undo import Stack, Step, nothing_to_reverse, reverse, stack_of, step_of
from layers.store.value_rules import ValuesRefused
from layers.store.worker import Worker
from layers.text import Message
from layers.trail import TrailReader

if TYPE_CHECKING:
    from layers.store import postgis_opening
else:
    postgis_opening = Later("layers.store.postgis_opening")

__all__ = ["Edit", "Register", "RegisterSummary", "ValuesRefused"]

Listener = Callable[[ChangeSet], None]
_REMEMBERED = 10_000


class _NothingChangedError(Exception):
    """Ends the transaction of an edit that changed nothing."""


class Register(AssetReader, TrailReader):
    """An open register: ask, edit, undo, listen. Threads may share it; one edits at a time."""

    def __init__(self, store: Store, target: str | Path, *, actor: str, worker: Worker | None = None) -> None:
        self.target = target
        self.actor = store.login or actor
        self.read_only = store.read_only
        self.worker = worker or Worker()
        self.opening_findings: list[Problem] = list(store.findings)
        self._store = store
        self._listeners: list[Listener] = []
        #: Ids of change sets that listeners know, our own among them.
        self._told: set[int] = set()
        with store.read() as connection:
            meta = store.meta(connection)
            self.catalogue = effective_catalogue(connection, store.schema)
        self.crs = Crs.parse(meta["crs"])
        self.name = meta.get("name", "")
        self.is_sample = meta.get("is_sample") == "1"
        self._adopt()
        self._polled = self.data_version

    # ---- creating, opening, closing

    @classmethod
    def create(
        cls,
        target: str | Path,
        crs: Crs,
        *,
        actor: str,
        name: str = "",
        sample: bool = False,
        catalogue: Catalogue | None = None,
        feedback: Feedback | None = None,
    ) -> Register:
        """Make a new, empty register and open it.

        Raises ``UserError`` when the target exists or cannot be written.
        """
        catalogue = catalogue or load_catalogue()
        meta = {"name": name, "is_sample": "1" if sample else "0"}
        if is_server(target):
            postgis_opening.create_postgis(parse_server(str(target)), catalogue, crs, meta=meta)
        else:
            create_geopackage(Path(target), catalogue, crs, actor=actor, meta=meta)
        return cls.open(target, actor=actor, catalogue=catalogue)

    @classmethod
    def open(
        cls,
        target: str | Path,
        *,
        actor: str,
        read_only: bool = False,
        catalogue: Catalogue | None = None,
        feedback: Feedback | None = None,
        worker: Worker | None = None,
        check_later: bool = False,
    ) -> Register:
        """Open a register. Raises ``UserError`` when there is none, or none that this program can read.

        ``worker`` is one that runs already; the register closes it. With ``check_later`` a file never seen here is
        not checked whole before ``check()``, or before something is written.
        """
        catalogue = catalogue or load_catalogue()
        if is_server(target):
            server = parse_server(str(target))
            store: Store = postgis_opening.open_postgis(server, catalogue, read_only=read_only)
            return cls(store, server.address, actor=actor, worker=worker)
        path = Path(target)
        store = open_geopackage(
            path, catalogue, read_only=read_only, check_later=check_later, feedback=feedback
        )
        return cls(store, path, actor=actor, worker=worker)

    def check(self) -> None:
        """Check the file whole if opening left that for later. Raises ``UserError`` when it is damaged."""
        self._store.check()

    @staticmethod
    def restore(copy: str | Path, target: str | Path, feedback: Feedback | None = None) -> Path | None:
        """Put a copy in the place of the register ``target``; returns where the present file was moved to.

        Raises ``UserError`` when the copy is no sound register or the target is open.
        """
        return restore(Path(copy), Path(target), feedback)

    def close(self) -> None:
        """Finish with the register; the file is complete in itself afterwards."""
        self._listeners.clear()
        self.worker.close()
        self._store.close()

    def __enter__(self) -> Register:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def awaits_opening(self) -> bool:
        """Whether a field or code list was added that can be used only after the register is opened again."""
        with self._store.read() as connection:
            return read_additions(connection, self._store.schema.assets).beyond(self._store.schema.catalogue)

    # ---- changing

    @contextmanager
    def edit(
        self,
        label: Message,
        kind: ChangeKind = "edit",
        decided: Mapping[AssetKey, Settlement] | None = None,
        feedback: Feedback | None = None,
    ) -> Iterator[Edit]:
        """One act in one transaction: all of it or, on any exception, nothing.

        ``edit.change_set`` is set afterwards, and None when nothing changed. Listeners are told after the
        commit. ``decided``: what to do where others changed an asset since it was read. ``feedback``: how far it is,
        and the wish to stop it before the commit (``Cancelled``).
        """
        with self._change(label, kind, settling=None if decided is None else Settling(decided)) as edit:
            if feedback is not None:
                edit.feedback = feedback
            yield edit
            edit.feedback.check()

    def clashes(self, work: Callable[[Edit], None]) -> tuple[Clash, ...]:
        """The assets that ``work`` would change and that are not as it had read them. Nothing is written."""
        settling = Settling(asks=True)
        with self._change(Message("clash.rehearsal"), "edit", settling=settling) as edit:
            work(edit)
            raise _NothingChangedError
        return tuple(settling.clashes.values())

    def stage(self, type: str, rows: pa.Table, feedback: Feedback | None = None) -> Staged:
        """Prepare rows for ``Edit.insert_bulk`` outside any transaction; ``discard`` it after the edit."""
        return self._store.stage(self.worker, type, rows, feedback or Feedback())

    @contextmanager
    def _change(
        self, label: Message, kind: ChangeKind, undoes: int | None = None, settling: Settling | None = None
    ) -> Iterator[Edit]:
        edit = None
        try:
            with self._store.write() as connection:
                opened = open_change_set(
                    self._store, connection, actor=self.actor, label=label, kind=kind, undoes=undoes
                )
                parts = (self._store, connection, self.catalogue, row_problems, opened, self.worker)
                edit = Edit(*parts) if settling is None else SettlingEdit(*parts, settling)
                yield edit
                if not edit.finish():
                    raise _NothingChangedError
        except _NothingChangedError:
            return
        finally:
            if edit is not None:
                edit.discard_staged()
        assert edit is not None
        assert edit.change_set is not None
        self._told.add(edit.change_set.id)
        self._tell(edit.change_set)

    def undo(self, feedback: Feedback | None = None) -> ChangeSet | None:
        """Take back this actor's last act by a new change set; None when there is none.

        Raises ``UserError`` when somebody changed the same values since. Stopped, it leaves all as it is.
        """
        step = self._stack().undo
        return None if step is None else self._reverse(step, "undo", feedback)

    def redo(self, feedback: Feedback | None = None) -> ChangeSet | None:
        """Do again what was undone last; None when there is nothing."""
        step = self._stack().redo
        return None if step is None else self._reverse(step, "redo", feedback)

    def undo_change_set(self, id: int, feedback: Feedback | None = None) -> ChangeSet:
        """Take back any change set. Raises ``UserError`` when its rows changed since, or its kind forbids."""
        with self._store.read() as connection:
            step = step_of(self._store, connection, id)
        return self._reverse(step, "undo", feedback)

    @property
    def undo_label(self) -> Message | None:
        """What ``undo`` would take back."""
        return self.step_labels[0]

    @property
    def redo_label(self) -> Message | None:
        """What ``redo`` would do again."""
        return self.step_labels[1]

    @property
    def step_labels(self) -> tuple[Message | None, Message | None]:
        """What ``undo`` would take back and what ``redo`` would do again, by one look at the trail."""
        stack = self._stack()
        undo, redo = (None if step is None else step.label for step in (stack.undo, stack.redo))
        return undo, redo

    def _stack(self) -> Stack:
        with self._store.read() as connection:
            return stack_of(self._store, connection, self.actor)

    def _reverse(self, step: Step, kind: ChangeKind, feedback: Feedback | None) -> ChangeSet:
        return self._store.retried(lambda: self._reverse_once(step, kind, feedback or Feedback()))

    def _reverse_once(self, step: Step, kind: ChangeKind, feedback: Feedback) -> ChangeSet:
        label = Message(f"register.{kind}_of", {"label": step.label})
        with self._change(label, kind, undoes=step.id) as edit:
            edit.feedback = feedback
            reverse(edit, step)
            feedback.check()
        if edit.change_set is None:
            raise nothing_to_reverse(step)
        return edit.change_set

    # ---- news

    def listen(self, callback: Listener) -> Callable[[], None]:
        """Call ``callback`` with every change set, on the thread that committed or polled.

        Returns the function that ends it.
        """
        self._listeners.append(callback)

        def stop() -> None:
            if callback in self._listeners:
                self._listeners.remove(callback)

        return stop

    def poll(self) -> list[ChangeSet]:
        """What other processes changed since the last call, told to listeners too. Cheap when nothing did."""
        if not self._store.changed_elsewhere():
            return []
        self._adopt()
        newer = self._store.newer(self._polled)
        with self._store.read() as connection:
            found = history.change_sets(self._store, connection, newer, newest_first=False)
        news = [change_set for change_set in found if change_set.id not in self._told]
        self._polled = max((self._polled, *(change_set.id for change_set in found)))
        # On a server a change set may come after later ones; one that was told long ago does not come again.
        self._told = {id for id in self._told if id > self._polled - _REMEMBERED}
        self._told.update(change_set.id for change_set in news)
        for change_set in news:
            self._tell(change_set)
        return news

    def _adopt(self) -> None:
        """Make change sets of what other programs edited in the file; ``opening_findings``: what is wrong."""
        with self._store.read() as connection:
            if not types_edited_outside(self._store, connection):
                return
        if self.read_only:
            self.opening_findings.append(Problem("not_adopted", "note", Message("store.outside_not_adopted")))
            return
        with self._store.write() as connection:
            problems = adopt(self._store, connection, self.catalogue, row_problems)
        self.opening_findings += problems

    def _tell(self, change_set: ChangeSet) -> None:
        if any(name.startswith("c_") or name in (FIELD_TYPE, LIST_TYPE) for name in change_set.changes):
            with self._store.read() as connection:
                self.catalogue = effective_catalogue(connection, self._store.schema)
        for listener in tuple(self._listeners):
            listener(change_set)

    # ---- photos and documents

    def attach(
        self,
        edit: Edit,
        type: str,
        id: int,
        name: str,
        data: bytes,
        values: Mapping[str, Any] | None = None,
    ) -> int:
        """Attach a file's content to an asset within an edit; the id of its ``attachment`` row.

        Raises ``UserError`` for what is empty, too large or a program.
        """
        return attach.attach(edit, type, id, name, data, dict(values or {}))

    # ---- copies

    def backup(self, out: str | Path | None = None, feedback: Feedback | None = None) -> Path:
        """Save a complete copy (default: beside the register), whoever edits meanwhile; returns its path."""
        return self._store.backup(Path(out) if out is not None else None, feedback or Feedback())

    def daily_copy(self, feedback: Feedback | None = None) -> Path | None:
        """Make today's automatic copy unless there is one; the newest seven are kept."""
        return self._store.daily_copy(datetime.date.today(), feedback or Feedback())

    def backup_before(self, act: str, feedback: Feedback | None = None) -> Path | None:
        """A copy before a risky act (``act`` is a word for its file name); the newest five are kept."""
        return self._store.backup_before(act, feedback or Feedback())

    def idle(self) -> None:
        """To be called when nothing was edited for about two seconds: the file becomes complete in itself."""
        self._store.idle()
