"""Copies of a register by SQLite's backup API: complete and consistent even while somebody edits.

Never by copying the file: that drops our locks on it and misses what is still in the WAL.
"""

from __future__ import annotations

import contextlib
import datetime
import os
from pathlib import Path

import sqlalchemy as sa
from pysqlite3 import dbapi2

from layers.errors import UserError
from layers.feedback import Feedback
from layers.store.database_errors import as_user_error
from layers.store.live_file import is_live_file
from layers.text import Message

KEPT_DAYS = 7
KEPT_BEFORE = 5
_PAGES = 8_192


def copy_register(engine: sa.Engine, source: Path, target: Path, feedback: Feedback | None = None) -> None:
    """Write a copy of the register behind ``engine`` to ``target``, replacing a file there.

    The copy is one file in DELETE mode, ready to be handed out. A crash leaves at most ``NAME.part``. Raises
    ``UserError`` when ``target`` is the register itself or cannot be written.
    """
    feedback = feedback or Feedback()
    if is_live_file(target, source):
        raise UserError(
            Message("backup.onto_itself", {"place": str(target)}), Message("backup.onto_itself_hint")
        )
    # Two programs may copy to one name at once: each writes its own.
    part = target.with_name(f"{target.name}.{os.getpid()}.part")
    with _told(target), engine.connect() as connection, connection.begin():
        # One snapshot from the first page to the last, whoever commits meanwhile.
        connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one()
        raw = connection.connection.driver_connection
        try:
            part.parent.mkdir(parents=True, exist_ok=True)
            part.unlink(missing_ok=True)
            _copy(raw, part, feedback)
            part.replace(target)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    feedback.progress(1.0)


def _copy(raw: object, part: Path, feedback: Feedback) -> None:
    def report(status: int, remaining: int, total: int) -> None:
        feedback.progress(1.0 - remaining / total if total else None)

    copy = dbapi2.connect(str(part))
    try:
        raw.backup(copy, pages=_PAGES, progress=report, sleep=0)  # type: ignore[attr-defined]
        copy.execute("PRAGMA journal_mode=DELETE")
        (answer,) = copy.execute("PRAGMA quick_check(1)").fetchone()
    finally:
        copy.close()
    if answer != "ok":
        raise UserError(Message("store.damaged", {"place": str(part)}), Message("store.damaged_hint"))
    with part.open("rb+") as file:
        os.fsync(file.fileno())


def backup_folder(register: Path) -> Path:
    """Where automatic copies lie: beside the register."""
    return register.with_name(f"{register.stem}-backup")


def named_by_moment(register: Path) -> Path:
    """Where a copy goes that the user gave no name: into the folder of copies, never removed by itself."""
    moment = datetime.datetime.now().strftime("%Y%m%dT%H%M%S")
    return backup_folder(register) / f"{register.stem}-copy-{moment}{register.suffix}"


def daily_copy(
    engine: sa.Engine, register: Path, today: datetime.date, feedback: Feedback | None = None
) -> Path | None:
    """Make today's copy unless there is one; the newest seven are kept. Returns the new copy, if any."""
    target = backup_folder(register) / f"{register.stem}-{today.isoformat()}{register.suffix}"
    if target.exists():
        return None
    copy_register(engine, register, target, feedback)
    _keep(register, "????-??-??", KEPT_DAYS)
    return target


def backup_before(engine: sa.Engine, register: Path, act: str, feedback: Feedback | None = None) -> Path:
    """A copy taken before a risky act (a migration, an import); the newest five are kept."""
    moment = datetime.datetime.now().strftime("%Y%m%dT%H%M%S")
    name = f"{register.stem}-{moment}-before-{act}{register.suffix}"
    target = backup_folder(register) / name
    copy_register(engine, register, target, feedback)
    _keep(register, "????????T??????-before-*", KEPT_BEFORE)
    return target


def _keep(register: Path, pattern: str, count: int) -> None:
    copies = sorted(backup_folder(register).glob(f"{register.stem}-{pattern}{register.suffix}"))
    for old in copies[:-count]:
        old.unlink(missing_ok=True)


def restore(copy: Path, target: Path, feedback: Feedback | None = None) -> Path | None:
    """Put ``copy`` in the place of the register ``target``; returns where the present file was moved to.

    Raises ``UserError`` when the copy is no sound register or somebody has the target open.
    """
    feedback = feedback or Feedback()
    if is_live_file(copy, target):
        raise UserError(
            Message("backup.onto_itself", {"place": str(target)}), Message("backup.onto_itself_hint")
        )
    if not copy.is_file():
        raise UserError(Message("store.not_found", {"place": str(copy)}), Message("store.not_found_hint"))
    fresh = target.with_name(target.name + ".part")
    fresh.unlink(missing_ok=True)
    with _told(copy):
        source = dbapi2.connect(f"{copy.absolute().as_uri()}?mode=ro", uri=True)
        try:
            _refuse_other_files(source, copy)
            _copy(source, fresh, feedback)
        except BaseException:
            fresh.unlink(missing_ok=True)
            raise
        finally:
            source.close()
    try:
        moved = _move_aside(target)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    fresh.replace(target)
    feedback.progress(1.0)
    return moved


def _refuse_other_files(source: object, copy: Path) -> None:
    query = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'wa_meta'"
    (found,) = source.execute(query).fetchone()  # type: ignore[attr-defined]
    if not found:
        raise UserError(Message("store.no_register", {"place": str(copy)}), Message("store.no_register_hint"))


def _move_aside(target: Path) -> Path | None:
    """Rename the present file, whole: its WAL must not be taken for that of the one that replaces it."""
    if not target.exists():
        return None
    moment = datetime.datetime.now().strftime("%Y%m%dT%H%M%S")
    aside = target.with_name(f"{target.stem}-replaced-{moment}{target.suffix}")
    with contextlib.suppress(dbapi2.DatabaseError):
        # A damaged file cannot be finished; it is moved with what lies beside it.
        _finish(target)
    for ending in ("-wal", "-shm", "-journal"):
        beside = target.with_name(target.name + ending)
        if beside.exists():
            beside.replace(aside.with_name(aside.name + ending))
    target.replace(aside)
    return aside


def _finish(target: Path) -> None:
    """Bring everything into the file itself. Raises ``UserError`` when somebody has it open."""
    raw = dbapi2.connect(str(target), timeout=1.0)
    try:
        (mode,) = raw.execute("PRAGMA journal_mode=DELETE").fetchone()
    except dbapi2.OperationalError as error:
        if "locked" not in str(error):
            raise
        mode = "locked"
    finally:
        raw.close()
    if mode != "delete":
        raise UserError(
            Message("backup.target_open", {"place": str(target)}), Message("backup.target_open_hint")
        )


class _told(contextlib.AbstractContextManager[None]):  # noqa: N801 - reads as a word at its place of use
    """Errors of the disk and of SQLite as sentences."""

    def __init__(self, place: Path) -> None:
        self._place = place

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, dbapi2.DatabaseError):
            wrapped = sa.exc.DatabaseError("", None, error)
            known = as_user_error(wrapped, self._place)
            if known is not None:
                raise known from error
        elif isinstance(error, OSError):
            raise UserError(
                Message("backup.cannot_write", {"place": str(self._place)}),
                Message("backup.cannot_write_hint"),
                Message("store.database_says", {"text": str(error)}),
            ) from error
