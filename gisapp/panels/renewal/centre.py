"""The state of the renewal desk: the board as of today, the project looked at, and what is written from here.

Panels ask and listen. The board follows the register: an edit by whomever is read anew, and cards move.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import shapely
from PySide6.QtCore import QObject, Signal
from shapely.geometry.base import BaseGeometry

from gisapp.panels.keeping_up import KeepingUp
from gisapp.panels.workplace import Workplace
from gisapp.tasks import Debounce
from layers.errors import UserError
from layers.feedback import Feedback
from layers.later import Later
from layers.model.asset import AssetKey
from layers.model.change import ChangeSet
from layers.model.query import All, Compare, Query
from layers.model.selection import Selection
from layers.register import Edit, Register
from layers.renewal.words import MILESTONE, PROJECT
from layers.text import Message

if TYPE_CHECKING:
    from layers.renewal.board import board as boards
    from layers.renewal.board import following
    from layers.renewal.board.board import Board, Card
    from layers.renewal.progress import details
    from layers.renewal.progress.details import Details
else:
    boards = Later("layers.renewal.board.board")
    details = Later("layers.renewal.progress.details")
    following = Later("layers.renewal.board.following")

SHOWN_BESIDE = (
    PROJECT, "programme", "person", "visit_finding", "price_item", "community", "attachment",
)  # fmt: skip
"""What a board is made of beside the rows that belong to projects: a change to anything else leaves it as it is."""
#: The fields by which the desk itself filters.
KEPT_BY = ("manager", "programme")
_PAUSE = 60


class RenewalCentre(QObject):
    """One per window. ``board`` is None until the desk was first opened; ``project`` is the one looked at."""

    changed = Signal()
    """Another board."""
    chosen = Signal()
    """Another project is looked at, or what is known of it is new."""

    def __init__(self, place: Workplace, parent: QObject) -> None:
        super().__init__(parent)
        self._place, self.session, self._tasks = place, place.session, place.tasks
        self.board: Board | None = None
        self.project: AssetKey | None = None
        self.details: Details | None = None
        #: The id of the row that was added last.
        self.made: int | None = None
        self.is_shown = False
        self._keeping = KeepingUp(self.read)
        self._later = Debounce(_PAUSE, self.read, self)
        session = self.session
        session.opened.connect(lambda _: self._forget())
        session.closed.connect(self._forget)
        session.changed.connect(self._on_changed)
        session.filters_changed.connect(lambda _: self._outdate())
        session.selection_changed.connect(self._on_selection)

    @property
    def register(self) -> Register | None:
        return self.session.register

    @property
    def card(self) -> Card | None:
        """The card of the project looked at."""
        if self.board is None or self.project is None:
            return None
        return self.board.by_id.get(self.project.id)

    @property
    def today(self) -> datetime.date:
        """The day the board is made for."""
        return datetime.date.today()

    # ---- reading

    def show(self, on: bool) -> None:
        """The desk is open, or not: a board nobody looks at is not read."""
        self.is_shown = on
        if on and self._keeping.is_stale:
            self.read()
        if on:
            self._on_selection(self.session.selection)

    def read(self) -> None:
        """Read the board anew."""
        register = self.register
        if register is None or not self.is_shown or PROJECT not in register.catalogue:
            return
        behind = self._keeping.begin()
        if behind is None:
            return
        before = None if behind.everything else self.board
        where, day = self.session.filters.get(PROJECT), self.today

        def work(feedback: Feedback) -> Board:
            if before is None:
                return boards.read_board(register, day, where, feedback)
            return following.follow_board(register, before, behind.changes, day, where, feedback)

        def done(board: Board) -> None:
            if self.register is register:
                self.board = board
                self.changed.emit()
                self._on_selection(self.session.selection)
                self._read_details()
            self._keeping.end(again=self.register is not register)

        def failed(error: UserError) -> None:
            self._keeping.fail()
            self._place.notifier.error(error)

        def cancelled() -> None:
            self._keeping.fail()
            self._outdate()

        self._tasks.run(
            Message("renewal_desk.task.board"),
            work,
            done,
            failed=failed,
            cancelled=cancelled,
            owner=self,
            shown=False,
        )

    def _read_details(self) -> None:
        register, key = self.register, self.project
        if register is None or key is None:
            return

        def done(found: Details | None) -> None:
            if self.project == key:
                self.details = found
                self.chosen.emit()

        self._tasks.run(
            Message("renewal_desk.task.details"),
            lambda _: details.read_details(register, key.id),
            done,
            owner=self,
            key="renewal-details",
            shown=False,
        )

    def read_communities(
        self, ids: Sequence[int], done: Callable[[Mapping[int, BaseGeometry]], None]
    ) -> None:
        """Read the shapes of these communities, or where they are."""
        register = self.register
        if register is None:
            return

        def work(_: Feedback) -> dict[int, BaseGeometry]:
            table = register.rows("community", sorted(set(ids)), ["name"])
            shapes = shapely.from_wkb(table["geom"].to_pylist())
            pairs = zip(table["fid"].to_pylist(), shapes, strict=True)
            return {fid: shape for fid, shape in pairs if shape is not None}

        self._tasks.run(
            Message("renewal_desk.task.communities"), work, done, owner=self, key="renewal-communities",
            shown=False,
        )  # fmt: skip

    def _forget(self) -> None:
        self.board, self.project, self.details = None, None, None
        self._keeping.outdate()
        self.changed.emit()
        self.chosen.emit()
        if self.is_shown:
            self._later.touch()

    def _outdate(self) -> None:
        self._keeping.outdate()
        if self.is_shown:
            self._later.touch()

    def _on_changed(self, change: ChangeSet) -> None:
        register = self.register
        if register is None or not self.is_shown or any(name.startswith("c_") for name in change.changes):
            self._outdate()
            return
        known = {*SHOWN_BESIDE, *following.belonging_fields(register.catalogue)}
        if followed := {name: part for name, part in change.changes.items() if name in known}:
            self._keeping.note(replace(change, changes=followed))
            self._later.touch()

    # ---- choosing

    def choose(self, project: int) -> None:
        """Look at a project: it and its pipes are selected, on the map and in the table too."""
        card = None if self.board is None else self.board.by_id.get(project)
        pipes = () if card is None else card.pipes
        self.session.select(Selection({PROJECT: [project], "pipe": list(pipes)}))

    def choose_many(self, projects: Iterable[int]) -> None:
        """Select the projects that a figure was counted from."""
        self.session.select(Selection({PROJECT: list(projects)}))

    def _on_selection(self, selection: Selection) -> None:
        if not self.is_shown:
            return
        projects = selection.ids(PROJECT).tolist()
        if not projects and self.board is not None:
            # Pipes of one project, picked on the map, stand for it.
            owners = {self.board.by_pipe.get(pipe) for pipe in selection.ids("pipe")[:200].tolist()}
            projects = [owner for owner in owners if owner is not None] if len(owners) == 1 else []
        key = AssetKey(PROJECT, projects[0]) if len(projects) == 1 else None
        if key != self.project:
            self.project, self.details = key, None
            self.chosen.emit()
            self._read_details()

    # ---- writing

    def refuse(self) -> None:
        """Say why nothing can be changed now."""
        self._place.refuse(Message("renewal_desk.read_only"))

    def put_milestones(
        self,
        project: int,
        values: Mapping[str, Mapping[str, Any]],
        label: Message,
        done: Callable[[], None],
        failed: Callable[[UserError], None],
    ) -> None:
        """Set what is given of the milestones of these stages, as one act; rows that are not there yet are made.

        A row somebody changed since it was read here is refused as any other asset would be.
        """
        rows = () if self.details is None else self.details.milestones
        known = {row["stage"]: row for row in rows if row.get("section") is None}

        def work(edit: Edit) -> None:
            for stage, given in values.items():
                row = known.get(stage)
                if row is None and self._is_there(project, stage):
                    raise UserError(
                        Message("renewal_desk.milestone_made"), Message("renewal_desk.milestone_made_hint")
                    )
                if row is None:
                    edit.insert(MILESTONE, {"project": project, "stage": stage, **given})
                else:
                    edit.update(MILESTONE, row.id, row.version, given)

        self._place.edit(label, work, done, failed)

    def _is_there(self, project: int, stage: str) -> bool:
        """Whether somebody else made the row of a stage since it was read here."""
        where = All(
            (Compare("project", "=", project), Compare("stage", "=", stage), Compare("section", "is null"))
        )
        return self.register is not None and self.register.count(Query(MILESTONE, where)) > 0

    def add(
        self,
        type_name: str,
        values: Mapping[str, Any],
        label: Message,
        done: Callable[[], None],
        failed: Callable[[UserError], None],
    ) -> None:
        """Add a row to what belongs to a project."""

        def work(edit: Edit) -> None:
            self.made = edit.insert(type_name, values)

        self._place.edit(label, work, done, failed)

    def add_visit(
        self,
        values: Mapping[str, Any],
        findings: Sequence[Mapping[str, Any]],
        label: Message,
        done: Callable[[], None],
        failed: Callable[[UserError], None],
    ) -> None:
        """Add a supervision visit with what it found, as one act."""

        def work(edit: Edit) -> None:
            visit = edit.insert("supervision_visit", values)
            for finding in findings:
                edit.insert("visit_finding", {"visit": visit, **finding})

        self._place.edit(label, work, done, failed)

    def add_log(
        self,
        values: Mapping[str, Any],
        photos: Sequence[Path],
        label: Message,
        done: Callable[[], None],
        failed: Callable[[UserError], None],
    ) -> None:
        """Log a day's work with its photos, as one act."""
        register = self.register

        def work(edit: Edit) -> None:
            row = edit.insert("daily_log", values)
            for photo in photos:
                assert register is not None
                register.attach(edit, "daily_log", row, photo.name, _content(photo), {"kind": "photo"})

        self._place.edit(label, work, done, failed)

    @property
    def people(self) -> Mapping[int, str]:
        """The names of everybody who can be put in charge."""
        return {} if self.board is None else self.board.people

    @property
    def kept(self) -> dict[str, Any] | None:
        """What the projects are kept to, by field; None when a filter says more than this desk can."""
        where = self.session.filters.get(PROJECT)
        parts = () if where is None else where.conditions if isinstance(where, All) else (where,)
        found = {
            part.field: part.value for part in parts if isinstance(part, Compare) and part.comparison == "="
        }
        return found if len(found) == len(parts) and set(found) <= set(KEPT_BY) else None

    def keep_to(self, name: str, value: int | None) -> None:
        """Keep to the projects of one manager or programme everywhere; None lets all through."""
        kept = {**(self.kept or {}), name: value}
        parts = tuple(Compare(each, "=", its) for each, its in kept.items() if its is not None)
        filters = dict(self.session.filters)
        filters.pop(PROJECT, None)
        if parts:
            filters[PROJECT] = parts[0] if len(parts) == 1 else All(parts)
        self.session.filter(filters)


def _content(path: Path) -> bytes:
    """The bytes of a file that goes with a log. Raises ``UserError`` when it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise UserError(
            Message("renewal_desk.photo_unread", {"file": path.name}),
            Message("renewal_desk.photo_unread_hint"),
        ) from error
