"""Files that would act on their own, cannot be written, lie on a network, or are no register."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import pysqlite3.dbapi2 as sqlite
import pytest
import shapely
import sqlalchemy as sa

from layers.errors import UserError
from layers.register import Register
from layers.store import known_files, open_mode
from layers.store.engine import GEOMETRY_FUNCTIONS
from layers.store.lock_note import LockNote
from layers.store.network_folder import is_network_folder, is_network_mount
from layers.store.security import ForeignObjectsError
from layers.text import Message

LABEL = Message("register.undo_of")
MISSPELT = """
CREATE TABLE wa_meta (name, value); PRAGMA writable_schema=ON;
UPDATE sqlite_schema SET sql = 'CREATE TABL' WHERE name = 'wa_meta';
"""


@pytest.fixture
def file(tmp_path: Path, empty_register: Path) -> Path:
    """A closed register with one hydrant."""
    path = tmp_path / "city.gpkg"
    shutil.copy(empty_register, path)
    with Register.open(path, actor="test") as register, register.edit(LABEL) as edit:
        edit.insert("hydrant", {"code": "H1", "geom": shapely.Point(500_000, 3_400_000)})
    return path


def attack(path: Path, *statements: str) -> None:
    raw = sqlite.connect(str(path))
    for name, function in GEOMETRY_FUNCTIONS.items():
        raw.create_function(name, 1, function, deterministic=True)
    for statement in statements:
        raw.execute(statement)
    raw.commit()
    raw.close()


def refusal(path: Path) -> UserError:
    with pytest.raises(UserError) as told:
        Register.open(path, actor="test").close()
    return told.value


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TRIGGER evil AFTER UPDATE ON hydrant BEGIN DELETE FROM valve; END",
        "CREATE TRIGGER evil AFTER INSERT ON wa_changeset BEGIN DELETE FROM hydrant_h; END",
        "CREATE TRIGGER evil AFTER UPDATE ON gpkg_contents BEGIN DELETE FROM hydrant; END",
        # Whoever takes one of our names must use our words.
        "CREATE TRIGGER wa_hydrant_delete AFTER DELETE ON hydrant BEGIN SELECT 1; END",
    ],
)
def test_trigger_that_is_not_ours_keeps_the_file_closed(file: Path, statement: str) -> None:
    attack(file, "DROP TRIGGER wa_hydrant_delete", statement)
    told = refusal(file)
    assert isinstance(told, ForeignObjectsError)
    assert told.hint is not None


def test_our_table_turned_into_a_view_keeps_the_file_closed(file: Path) -> None:
    attack(
        file,
        "ALTER TABLE wa_meta RENAME TO hidden",
        "CREATE VIEW wa_meta AS SELECT name, upper(value) AS value FROM hidden",
    )
    assert refusal(file).title.id in ("store.no_register", "security.foreign_objects")


def test_layers_of_others_with_triggers_of_their_own_do_no_harm(file: Path) -> None:
    attack(
        file,
        "CREATE TABLE notes (fid INTEGER PRIMARY KEY, text TEXT)",
        "CREATE TRIGGER notes_insert AFTER INSERT ON notes BEGIN DELETE FROM hydrant; END",
        "CREATE VIEW all_hydrants AS SELECT fid FROM hydrant",
    )
    with Register.open(file, actor="test") as register:
        assert register.count("hydrant") == 1
        with (
            register._store.write() as connection,
            pytest.raises(sa.exc.DatabaseError, match=r"not authorized|prohibited"),
        ):
            connection.exec_driver_sql("INSERT INTO notes (text) VALUES ('x')")
        with (
            register._store.read() as connection,
            pytest.raises(sa.exc.DatabaseError, match=r"not authorized|prohibited"),
        ):
            connection.exec_driver_sql("SELECT * FROM all_hydrants")
        assert register.count("hydrant") == 1


def test_dropped_triggers_come_back_with_the_spatial_index(file: Path) -> None:
    attack(
        file,
        *(f"DROP TRIGGER wa_hydrant_{n}" for n in ("insert", "update", "delete")),
        *(f"DROP TRIGGER rtree_hydrant_geom_{n}" for n in ("insert", "update1", "delete")),
        "INSERT INTO hydrant (code, geom) SELECT 'H2', geom FROM hydrant",
    )
    with Register.open(file, actor="test") as register:
        assert {f.rule for f in register.opening_findings} == {"missing_trigger"}
        box = register.bounds("hydrant")
        assert box is not None
        with register._store.read() as connection:
            tree = "rtree_hydrant_geom"
            assert connection.exec_driver_sql(f"SELECT rtreecheck('main', '{tree}')").scalar_one() == "ok"
            assert connection.exec_driver_sql(f"SELECT count(*) FROM {tree}").scalar_one() == 2
    with Register.open(file, actor="test") as register:
        assert not register.opening_findings


@pytest.mark.parametrize(
    "make",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"PK\x03\x04 surely a zip"),
        lambda path: path.write_bytes(b"SQLite format 3\0" + bytes(range(256)) * 40),
        lambda path: sqlite.connect(str(path)).executescript("CREATE TABLE t (x);").close(),
        lambda path: sqlite.connect(str(path)).executescript(MISSPELT).close(),
        lambda path: path.mkdir(),
        lambda path: None,
    ],
    ids=["empty", "zip", "rubbish", "another database", "misspelt schema", "folder", "missing"],
)
def test_what_is_no_register_is_told_in_a_sentence(tmp_path: Path, make: Callable[[Path], object]) -> None:
    path = tmp_path / "some.gpkg"
    make(path)
    before = path.read_bytes() if path.is_file() else None
    told = refusal(path)
    assert told.title.id.startswith("store.")
    assert told.hint is not None
    assert (path.read_bytes() if path.is_file() else None) == before
    assert {p.name for p in tmp_path.iterdir()} <= {"some.gpkg"}


def test_damage_is_found_when_a_file_is_new_to_the_user_or_was_left_open(file: Path, tmp_path: Path) -> None:
    known_files.remember(file)
    copy = tmp_path / "sent.gpkg"
    spoil(file, copy)
    assert not known_files.is_known(copy)
    assert refusal(copy).title.id == "store.damaged"


def spoil(file: Path, copy: Path) -> None:
    """A copy of a register in which one index is rubbish."""
    raw = sqlite.connect(str(file))
    (root,) = raw.execute("SELECT rootpage FROM sqlite_master WHERE name = 'ix_hydrant_code'").fetchone()
    raw.close()
    content = bytearray(file.read_bytes())
    content[(root - 1) * 4096 : root * 4096] = os.urandom(4096)
    copy.write_bytes(content)


def test_a_file_shown_before_it_is_checked_is_checked_before_it_is_written(
    file: Path, tmp_path: Path
) -> None:
    copy, sound = tmp_path / "sent.gpkg", tmp_path / "sound.gpkg"
    spoil(file, copy)
    before = copy.read_bytes()
    with Register.open(copy, actor="\u6797\u5de5", check_later=True) as register:
        with pytest.raises(UserError) as told:
            register.count("hydrant")
        assert told.value.title.id == "store.damaged"
        for _ in range(2):
            with pytest.raises(UserError) as told, register.edit(Message("store.created")) as edit:
                edit.insert("valve", {"code": "F-1"})
            assert told.value.title.id == "store.damaged"
        with pytest.raises(UserError):
            register.check()
    # The head tells how the file is kept while it is open.
    assert copy.read_bytes()[4096:] == before[4096:]
    assert not known_files.is_known(copy)
    shutil.copy(file, sound)
    with Register.open(sound, actor="\u6797\u5de5", check_later=True) as register:
        assert not known_files.is_known(sound)
        with register.edit(Message("store.created")) as edit:
            edit.insert("valve", {"code": "F-1"})
        assert known_files.is_known(sound)
        register.check()


def test_a_file_once_opened_is_known(file: Path, tmp_path: Path) -> None:
    assert known_files.is_known(file)
    other = tmp_path / "other.gpkg"
    shutil.copy(file, other)
    assert not known_files.is_known(other)


@pytest.fixture
def cannot_write(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """Make a path look unwritable: to root everything is writable."""
    refused: set[str] = set()
    real = os.access

    def access(path: str | os.PathLike[str], mode: int, **options: bool) -> bool:
        return real(path, mode, **options) and not (mode & os.W_OK and str(path) in refused)

    monkeypatch.setattr(open_mode.os, "access", access)
    return lambda path: refused.add(str(path))


@pytest.mark.parametrize("what", ["file", "folder"])
def test_unwritable_file_or_folder_opens_read_only(
    file: Path, what: str, cannot_write: Callable[[Path], None]
) -> None:
    cannot_write(file if what == "file" else file.parent)
    with Register.open(file, actor="test") as register:
        assert register.read_only
        assert [f.rule for f in register.opening_findings] == ["not_writable"]
        assert register.count("hydrant") == 1
        assert register.columns("hydrant", ["code"])["code"].to_pylist() == ["H1"]
        with pytest.raises(UserError) as told, register.edit(LABEL) as edit:
            edit.insert("hydrant", {"code": "H2"})
        assert told.value.title.id == "store.read_only"
    if what == "folder":
        assert sorted(p.name for p in file.parent.glob("city.gpkg*")) == ["city.gpkg"]


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")
def test_register_on_a_read_only_disk(file: Path, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(disk)], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("this container may not mount")
    try:
        shutil.copy(file, disk)
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        with Register.open(disk / file.name, actor="test") as register:
            assert register.read_only
            assert register.count("hydrant") == 1
            assert register.columns("hydrant", ["code"])["code"].to_pylist() == ["H1"]
    finally:
        subprocess.run(["umount", str(disk)], check=True)


MOUNTS = r"""
/dev/sda1 / ext4 rw 0 0
server:/data /mnt/data nfs4 rw 0 0
//nas/water /mnt/water\040company cifs rw 0 0
user@host: /srv/u/remote fuse.sshfs rw 0 0
host /mnt/share 9p rw 0 0
/dev/sdb1 /mnt/data/local ext4 rw 0 0
/dev/sdc1 /media/stick fuseblk rw 0 0
overlay /media/lx fuse.lxcfs rw 0 0
"""


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/srv/u/city.gpkg", False),
        ("/mnt/data/city.gpkg", True),
        ("/mnt/data", True),
        ("/mnt/data2/city.gpkg", False),
        ("/mnt/water company/a/city.gpkg", True),
        ("/srv/u/remote/city.gpkg", True),
        ("/mnt/share/city.gpkg", True),
        ("/mnt/data/local/city.gpkg", False),
        ("/media/stick/city.gpkg", False),
        ("/media/lx/city.gpkg", False),
    ],
)
def test_network_drives_are_known_by_their_mount(path: str, expected: bool) -> None:
    assert is_network_mount(Path(path), MOUNTS) is expected


def test_this_disk_is_no_network_drive(tmp_path: Path) -> None:
    assert not is_network_folder(tmp_path / "city.gpkg")


def test_on_a_network_drive_one_computer_writes_without_wal(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_mode, "is_network_folder", lambda path: True)
    note = LockNote(file).path
    with Register.open(file, actor="one") as first:
        assert [f.rule for f in first.opening_findings] == ["network_folder"]
        with first.edit(LABEL) as edit:
            edit.insert("hydrant", {"code": "H2"})
        assert not file.with_name("city.gpkg-wal").exists()
        with Register.open(file, actor="two") as second:
            assert second.read_only
            assert [f.rule for f in second.opening_findings] == ["network_in_use"]
            assert second.count("hydrant") == 2
        assert note.exists()
    assert not note.exists()


def test_lock_note_of_a_crashed_program_here_is_taken_over_but_not_of_another_computer(
    tmp_path: Path,
) -> None:
    register = tmp_path / "city.gpkg"
    note = LockNote(register)
    ended = subprocess.Popen(["true"])
    ended.wait()
    here = {"user": "u", "computer": socket.gethostname(), "process": ended.pid}
    note.path.write_text(json.dumps(here))
    assert note.take() is None
    note.release()
    note.path.write_text(json.dumps(here | {"computer": "elsewhere"}))
    assert note.take() == "u@elsewhere"
    note.release()
    assert note.path.exists()
    note.path.write_text("rubbish")
    assert note.take() == "?"


def test_old_sqlite_does_without_wal(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_mode, "sqlite_version", lambda: (3, 51, 2))
    with Register.open(file, actor="test") as register:
        assert [f.rule for f in register.opening_findings] == ["old_sqlite"]
        with register.edit(LABEL) as edit:
            edit.insert("hydrant", {"code": "H2"})
        assert not file.with_name("city.gpkg-wal").exists()
    with Register.open(file, actor="test", read_only=True) as register:
        assert register.count("hydrant") == 2
