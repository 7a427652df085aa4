"""Field packages that came back as files, copied and read.

Nothing in a file that comes back may act: it is copied page by page, checked, and only read.
"""

from __future__ import annotations

import contextlib
import errno
import json
import logging
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from pysqlite3 import dbapi2

from layers.errors import UserError
from layers.store.base import Store
from layers.store.engine import WRITE, open_engine
from layers.store.package_writing import PACKAGE, SOURCE_COLUMNS
from layers.store.present import present_columns
from layers.store.schema import FID, GEOMETRY, OP_DELETE, Schema, history_name
from layers.store.security import authorizer
from layers.store.types import as_read, from_blob, srs_of
from layers.text import Message

_LOG = logging.getLogger(__name__)

_PAGES = 8_192
_BESIDE = ("-wal", "-shm")
"""Files that SQLite puts beside a database."""
_UNSAID = (0, -1)
"""Systems of coordinates that say nothing of them."""
_SAID: Mapping[str, tuple[type, ...]] = {
    **dict.fromkeys(("code", "token", "form"), (str,)),
    **dict.fromkeys(("id", "version", "first_id", "form_version", "campaign", "lot"), (int,)),
    "sent": (dict,),
}
"""What a package may say of itself, and as what."""


def take_copy(source: Path, target: Path) -> None:
    """Copy a file that came back, with what still lies in its journal, page by page; then check it.

    The source is only read. Raises ``UserError`` for one cut short or damaged, ``OSError`` when no copy can be written.
    """
    part = target.with_name(f"{target.name}.{os.getpid()}.part")
    part.parent.mkdir(parents=True, exist_ok=True)
    part.unlink(missing_ok=True)
    try:
        _copy(source, part)
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.replace(target)
    except dbapi2.DatabaseError as error:
        _LOG.info("%s: %s", source, error)
        if "disk is full" in str(error):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(target)) from error
        torn = "malformed" in str(error)
        why = Message("packages.torn") if torn else Message("packages.not_readable")
        raise _damaged(source, why) from error
    finally:
        part.unlink(missing_ok=True)


def _copy(source: Path, part: Path) -> None:
    with (
        _opened(source, part) as raw,
        contextlib.closing(dbapi2.connect(str(part))) as copy,
    ):
        raw.backup(copy, pages=_PAGES, sleep=0)
        copy.execute("PRAGMA journal_mode=DELETE")
        # The thorough check, or a page of zeros goes unseen. A value that breaks a rule is told with its row.
        copy.execute("PRAGMA ignore_check_constraints=ON")
        (answer,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
        if answer != "ok":
            _LOG.info("%s: %s", source, answer)
            raise _damaged(source, Message("packages.torn"))


@contextlib.contextmanager
def _opened(source: Path, beside: Path) -> Iterator[Any]:
    """The file for reading. Where SQLite cannot put its own files, a file that nobody changes; ``beside``: a place for
    copies of one whose last work still lies in its log, which would be passed over."""
    try:
        with contextlib.closing(_reading(source, beside)) as raw:
            yield raw
    finally:
        for name in ("", *_BESIDE):
            beside.with_name(f"{beside.name}.from{name}").unlink(missing_ok=True)


def _reading(source: Path, beside: Path) -> Any:
    for mode in ("mode=ro", "mode=ro&immutable=1"):
        file = source
        if "immutable" in mode and (log := source.with_name(f"{source.name}-wal")).is_file():
            file = beside.with_name(f"{beside.name}.from")
            shutil.copyfile(source, file)
            shutil.copyfile(log, file.with_name(f"{file.name}-wal"))
            mode = "mode=rw"
        try:
            return _answering(file, mode)
        except dbapi2.OperationalError as error:
            if "unable to open" not in str(error) and "readonly" not in str(error):
                raise
    raise _damaged(source, Message("packages.not_opened"))


def _answering(file: Path, mode: str) -> Any:
    raw = dbapi2.connect(f"{file.absolute().as_uri()}?{mode}", uri=True)
    try:
        raw.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except dbapi2.DatabaseError:
        raw.close()
        raise
    return raw


def _damaged(source: Path, why: Message) -> UserError:
    return UserError(
        Message("packages.damaged", {"place": source.name}),
        Message("packages.damaged_hint"),
        why,
    )


class PackageFile:
    """A package's content, read row by row with the columns that are there. Close it."""

    def __init__(self, path: Path, schema: Schema) -> None:
        self.path = path
        self._schema = schema
        self._rows: dict[str, dict[int, dict[str, Any]]] = {}
        self._engine = open_engine(path, read_only=True, setup=_to_read)
        with self._engine.connect() as connection:
            self.columns: Mapping[str, Sequence[str]] = present_columns(connection)

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    @property
    def says(self) -> dict[str, Any]:
        """What the file says of itself: by its ``wa_meta``, else by its own row; nothing where it has neither."""
        with self._engine.connect() as connection:
            if "wa_meta" in self.columns:
                meta = sa.table("wa_meta", sa.column("name"), sa.column("value"))
                query = sa.select(meta.c.value).where(meta.c.name == PACKAGE)
                text = connection.execute(query).scalar()
                if text:
                    return _said(text)
            if "code" in self.columns.get(PACKAGE, ()):
                own = sa.table(PACKAGE, sa.column("code"))
                codes = connection.execute(sa.select(own.c.code)).scalars().all()
                return {"code": codes[0]} if len(codes) == 1 else {}
        return {}

    def held(self, type_name: str) -> tuple[str, ...]:
        """The columns of a type that the file has and the register knows; none where it has no such table."""
        if type_name not in self._schema.assets or FID not in self.columns.get(type_name, ()):
            return ()
        present = set(self.columns[type_name])
        known = (column.name for column in self._schema.value_columns(type_name))
        return tuple(name for name in known if name in present and name not in SOURCE_COLUMNS)

    def rows(self, type_name: str) -> dict[int, dict[str, Any]]:
        """The rows of a type by id, with the columns ``held``, each as the register would read it.

        What is no text or no place, though it should be one, stays bytes. Read once; not to be changed.
        """
        if type_name not in self._rows:
            self._rows[type_name] = self._read(type_name)
        return self._rows[type_name]

    def _read(self, type_name: str) -> dict[int, dict[str, Any]]:
        names = self.held(type_name)
        if not names:
            return {}
        table = self._schema.assets[type_name]
        loose = [_loosely(table.c[name]) for name in (FID, *names)]
        flags = [name for name in names if isinstance(table.c[name].type, sa.Boolean)]
        found: dict[int, dict[str, Any]] = {}
        with self._engine.connect() as connection:
            for id, *values in connection.execute(sa.select(*loose)):
                row = {name: None if v == "" else v for name, v in zip(names, values, strict=True)}
                if GEOMETRY in row:
                    row[GEOMETRY] = _place(row[GEOMETRY], self._schema.srid)
                for name in flags:
                    row[name] = bool(row[name]) if row[name] in (0, 1) else row[name]
                found[id] = row
        return found

    def edited(self, type_name: str) -> dict[int, tuple[str, str]]:
        """When a row was changed last, as the clock of the device said, and by whom; empty where the trail went.

        Nobody is named for what another program changed.
        """
        name = history_name(type_name)
        if not {"at", "h_id"} <= set(self.columns.get(name, ())):
            return {}
        trail = sa.table(name, *map(sa.column, (FID, "at", "changeset_id", "h_id")))
        acts = sa.table(self._schema.change_set.name, sa.column("id"), sa.column("actor"))
        query = sa.select(trail.c[FID], trail.c.at, sa.null())
        if {"id", "actor"} <= set(self.columns.get(acts.name, ())) and "changeset_id" in self.columns[name]:
            both = trail.outerjoin(acts, trail.c.changeset_id == acts.c.id)
            query = sa.select(trail.c[FID], trail.c.at, acts.c.actor).select_from(both)
        with self._engine.connect() as connection:
            rows = connection.execute(query.order_by(trail.c.at, trail.c.h_id))
            return {int(id): (str(at), str(actor or "")) for id, at, actor in rows if id is not None}

    def trail(self, type_names: Iterable[str]) -> frozenset[tuple[Any, ...]]:
        """Every change of these types that the file's own trail tells of; a later state of a file has all of them."""
        found: list[tuple[Any, ...]] = []
        with self._engine.connect() as connection:
            for type_name in type_names:
                name = history_name(type_name)
                if {"h_id", FID, "at", "op"} <= set(self.columns.get(name, ())):
                    told = sa.table(name, *map(sa.column, ("h_id", FID, "at", "op")))
                    found += [(name, *row) for row in connection.execute(sa.select(told))]
        return frozenset(found)

    def deleted(self, type_name: str) -> frozenset[int] | None:
        """The rows of a type that were deleted, as the file's own trail says; None where the trail went."""
        name = history_name(type_name)
        if "op" not in self.columns.get(name, ()):
            return None
        trail = sa.table(name, sa.column(FID), sa.column("op"))
        query = sa.select(trail.c[FID]).where(trail.c.op == OP_DELETE)
        with self._engine.connect() as connection:
            return frozenset(connection.execute(query).scalars())

    def plain(self, name: str, columns: Sequence[str]) -> Iterator[dict[str, Any]]:
        """The rows of a table that is no type, as far as it has these columns."""
        held = [column for column in columns if column in self.columns.get(name, ())]
        if not held:
            return
        table = sa.table(name, *map(sa.column, held))
        with self._engine.connect() as connection:
            for row in connection.execute(sa.select(table)):
                yield dict(zip(held, row, strict=True))

    def blob(self, sha256: str) -> bytes | None:
        """The content of a photo that the file itself holds."""
        if "wa_attachment_blob" not in self.columns:
            return None
        blobs = self._schema.attachment_blob
        with self._engine.connect() as connection:
            data = connection.execute(sa.select(blobs.c.data).where(blobs.c.sha256 == sha256)).scalar()
        return None if data is None else bytes(data)


def _said(text: str) -> dict[str, Any]:
    """What a file says of itself, as far as it can be that: others may have written there."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    found = said if isinstance(said, dict) else {}
    return {name: value for name, value in found.items() if isinstance(value, _SAID.get(name, ()))}


def told_by(path: Path, schema: Schema) -> dict[str, Any]:
    """What any file says of itself as a package: nothing if it is none, or cannot be read."""
    try:
        with contextlib.closing(PackageFile(path, schema)) as file:
            return file.says
    except (sa.exc.SQLAlchemyError, dbapi2.Error, ValueError):
        return {}


def _place(value: Any, srid: int) -> Any:
    if value is None:
        return None
    try:
        # A place in another system would be taken for one a thousand kilometres off.
        if srs_of(value) not in (srid, *_UNSAID):
            return value
        return as_read(from_blob(value))
    except (ValueError, TypeError):
        return value if isinstance(value, bytes) else str(value).encode()


def _to_read(raw: Any) -> None:
    """Nothing in the file acts; text that is none is read as bytes."""
    raw.set_authorizer(authorizer(()))
    raw.text_factory = _text


def _text(value: bytes) -> str | bytes:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value


def _loosely(column: sa.Column[Any]) -> Any:
    """A column whatever lies in it: other programs write words where a yes or no belongs, or break a place."""
    if isinstance(column.type, sa.Boolean) or column.name == GEOMETRY:
        return sa.type_coerce(column, sa.types.NullType())
    return column


def came_from(
    store: Store, connection: sa.Connection, source: str, type_names: Iterable[str]
) -> dict[str, tuple[str, int]]:
    """The assets of some types that came from data set ``source``: their key there to type and id."""
    found: dict[str, tuple[str, int]] = {}
    id = sa.select(store.schema.source.c.id).where(store.schema.source.c.name == source).scalar_subquery()
    for name in type_names:
        table = store.schema.assets[name]
        query = sa.select(table.c.source_key, table.c[FID]).where(table.c.source_id == id)
        found.update((str(key), (name, int(fid))) for key, fid in connection.execute(query) if key)
    return found


def write_values(
    base: Path,
    out: Path,
    schema: Schema,
    type_name: str,
    updates: Mapping[int, Mapping[str, Any]],
    inserts: Sequence[Mapping[str, Any]] = (),
) -> None:
    """Write to ``out`` a copy of a package with values set on rows of a type, and rows added to it."""
    take_copy(base, out)
    table = schema.assets[type_name]
    engine = open_engine(out, wal=False)
    try:
        with engine.connect().execution_options(**{WRITE: True}) as connection, connection.begin():
            for id, values in updates.items():
                connection.execute(table.update().where(table.c[FID] == id).values(**values))
            for row in inserts:
                connection.execute(table.insert().values(**row))
    finally:
        engine.dispose()
