"""Copies of a register: complete whoever edits, kept in number, restored whole; the file soon complete."""

from __future__ import annotations

import datetime
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import shapely

from layers.errors import Cancelled, UserError
from layers.feedback import Feedback
from layers.model.query import Query
from layers.register import Register
from layers.store.backup import backup_folder, daily_copy
from layers.store.idle import IdleTimer
from layers.store.live_file import is_live_file, is_same_file, refuse_live_file
from layers.text import Message

pytestmark = pytest.mark.keeps_running

LABEL = Message("register.undo_of")


def add(register: Register, code: str) -> int:
    with register.edit(LABEL) as edit:
        return edit.insert("hydrant", {"code": code, "geom": shapely.Point(500_000, 3_400_000)})


def codes_in(path: Path) -> set[str]:
    with Register.open(path, actor="reader", read_only=True) as opened:
        return set(opened.columns("hydrant", ["code"])["code"].to_pylist())


def wal_of(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


def test_backup_while_open_holds_every_edit_and_is_one_file(register: Register, tmp_path: Path) -> None:
    add(register, "A")
    copy = register.backup(tmp_path / "copy.gpkg")
    add(register, "B")
    assert codes_in(copy) == {"A"}
    assert copy.read_bytes()[18:20] == b"\x01\x01", "handed out in DELETE mode"
    assert [p.name for p in tmp_path.glob("copy.gpkg*")] == ["copy.gpkg"]
    assert codes_in(register.backup()) == {"A", "B"}


def test_backup_during_edits_is_one_moment(register: Register, tmp_path: Path) -> None:
    stop = threading.Event()

    def edit_on() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            with register.edit(LABEL) as edit:
                edit.insert("hydrant", {"code": f"X{number}"})
                edit.insert("valve", {"code": f"X{number}"})

    thread = threading.Thread(target=edit_on)
    thread.start()
    try:
        copies = [register.backup(tmp_path / f"{n}.gpkg") for n in range(3)]
    finally:
        stop.set()
        thread.join()
    for copy in copies:
        with Register.open(copy, actor="reader", read_only=True) as opened:
            assert opened.count("hydrant") == opened.count("valve") == len(opened.change_sets(limit=None)) - 1


def test_backup_onto_the_register_is_refused(register: Register, tmp_path: Path) -> None:
    link = tmp_path / "link.gpkg"
    link.symlink_to(register.target)
    for target in (Path(register.target), link):
        with pytest.raises(UserError) as told:
            register.backup(target)
        assert told.value.title.id == "backup.onto_itself"
    add(register, "A")


def test_backup_into_a_folder_that_cannot_be_is_a_sentence(register: Register, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(UserError) as told:
        register.backup(tmp_path / "file" / "copy.gpkg")
    assert told.value.title.id == "backup.cannot_write"


def test_cancelled_backup_leaves_nothing(register: Register, tmp_path: Path) -> None:
    feedback = Feedback()
    feedback.cancel()
    with pytest.raises(Cancelled):
        register.backup(tmp_path / "copy.gpkg", feedback)
    assert not list(tmp_path.glob("copy*"))
    add(register, "A")


def test_one_copy_a_day_and_seven_kept(register: Register) -> None:
    path = Path(register.target)
    engine = register._store.engine
    first = datetime.date(2026, 11, 1)
    for day in range(10):
        add(register, f"day {day}")
        today = first + datetime.timedelta(days=day)
        assert daily_copy(engine, path, today) is not None
        assert daily_copy(engine, path, today) is None
    kept = sorted(p.name for p in backup_folder(path).iterdir())
    assert kept == [f"city-2026-11-{day:02}.gpkg" for day in range(4, 11)]
    assert len(codes_in(backup_folder(path) / "city-2026-11-04.gpkg")) == 4


def test_copies_before_risky_acts_do_not_push_out_daily_ones(register: Register) -> None:
    register.daily_copy()
    for number in range(7):
        register.backup_before(f"import{number}")
    names = sorted(p.name for p in backup_folder(Path(register.target)).iterdir())
    assert len(names) == 6
    assert sum("before-import" in name for name in names) == 5


def test_restore_replaces_and_keeps_what_was_there(
    register: Register, tmp_path: Path, empty_register: Path
) -> None:
    add(register, "A")
    copy = register.backup(tmp_path / "copy.gpkg")
    add(register, "B")
    target = Path(register.target)
    with pytest.raises(UserError) as told:
        Register.restore(copy, target)
    assert told.value.title.id == "backup.target_open"
    register.close()
    moved = Register.restore(copy, target)
    assert codes_in(target) == {"A"}
    assert moved is not None
    assert codes_in(moved) == {"A", "B"}
    assert Register.restore(copy, tmp_path / "new.gpkg") is None
    assert codes_in(tmp_path / "new.gpkg") == {"A"}
    for source in (target, tmp_path / "link"):
        if not source.exists():
            os.link(target, source)
        with pytest.raises(UserError):
            Register.restore(source, target)


def test_restore_puts_a_sound_copy_in_the_place_of_a_damaged_file(register: Register, tmp_path: Path) -> None:
    add(register, "A")
    copy = register.backup(tmp_path / "copy.gpkg")
    damaged = tmp_path / "damaged.gpkg"
    damaged.write_bytes(b"SQLite format 3\0" + os.urandom(5_000))
    wal_of(damaged).write_bytes(b"rubbish of another file")
    Register.restore(copy, damaged)
    assert codes_in(damaged) == {"A"}


@pytest.mark.parametrize("content", [b"", b"no register at all", None])
def test_restore_of_no_register_changes_nothing(
    register: Register, tmp_path: Path, content: bytes | None
) -> None:
    bad = tmp_path / "bad.gpkg"
    if content is not None:
        bad.write_bytes(content)
    add(register, "A")
    target = Path(register.target)
    register.close()
    with pytest.raises(UserError):
        Register.restore(bad, target)
    assert codes_in(target) == {"A"}
    assert not list(tmp_path.glob("*.part"))


def test_file_copied_by_another_program_soon_holds_every_edit(register: Register, tmp_path: Path) -> None:
    for number in range(20):
        add(register, f"A{number}")
    path = Path(register.target)
    assert wal_of(path).stat().st_size > 0
    deadline = time.monotonic() + 10
    while wal_of(path).stat().st_size and time.monotonic() < deadline:
        time.sleep(0.05)
    copy = tmp_path / "copied.gpkg"
    subprocess.run(["cp", str(path), str(copy)], check=True)
    assert codes_in(copy) == {f"A{number}" for number in range(20)}


SECOND_PROGRAM = """
import sys
from layers.register import Register
with Register.open(sys.argv[1], actor="second", read_only=True) as register:
    print(register.count("hydrant"))
"""


def test_wal_survives_whatever_is_asked_while_others_come_and_go(register: Register, tmp_path: Path) -> None:
    """Storage trap 1: a call that drops our locks lets the next program to close delete the WAL under us."""
    path = Path(register.target)
    calls = [
        lambda: register.columns("hydrant", geometry=True),
        lambda: register.find(Query("hydrant")),
        lambda: register.backup(tmp_path / "copy.gpkg"),
        lambda: register.change_sets(),
        lambda: register.bounds(),
        lambda: is_live_file(path, path),
        lambda: register.summary(),
        lambda: register.undo() and register.redo(),
    ]
    for number, call in enumerate(calls):
        add(register, f"A{number}")
        call()
        done = subprocess.run(
            [sys.executable, "-c", SECOND_PROGRAM, str(path)],
            capture_output=True, text=True, check=True, env=os.environ | {"PYTHONPATH": str(Path.cwd())},
        )  # fmt: skip
        assert int(done.stdout) == number + 1
        assert wal_of(path).exists()
        assert register.count("hydrant") == number + 1


def test_closed_register_holds_no_file_open(register: Register) -> None:
    add(register, "A")
    register.close()
    open_files = {str(link.readlink()) for link in Path("/proc/self/fd").iterdir() if link.is_symlink()}
    assert not [name for name in open_files if name.startswith(str(register.target))]
    register.close()


def test_same_file_is_told_by_what_it_is_not_by_its_name(tmp_path: Path) -> None:
    file = tmp_path / "city.gpkg"
    file.write_bytes(b"x")
    soft, hard, copy = tmp_path / "soft", tmp_path / "hard", tmp_path / "copy"
    soft.symlink_to(file)
    os.link(file, hard)
    shutil.copy(file, copy)
    (tmp_path / "folder").mkdir()
    roundabout = tmp_path / "folder" / ".." / "city.gpkg"
    assert all(is_same_file(path, file) for path in (file, soft, hard, roundabout))
    assert not is_same_file(copy, file)
    assert not is_same_file(tmp_path / "missing", file)
    wal_of(file).write_bytes(b"")
    for path in (soft, wal_of(file)):
        with pytest.raises(UserError):
            refuse_live_file(path, file)
    refuse_live_file(copy, file)


@pytest.fixture
def counted() -> Iterator[tuple[IdleTimer, list[float]]]:
    calls: list[float] = []

    def act() -> bool:
        calls.append(time.monotonic())
        return len(calls) > 1

    timer = IdleTimer(act, seconds=0.1)
    yield timer, calls
    timer.close()


def test_idle_timer_waits_for_the_last_call_and_repeats_until_done(
    counted: tuple[IdleTimer, list[float]],
) -> None:
    timer, calls = counted
    for _ in range(6):
        timer.touch()
        time.sleep(0.05)
    last = time.monotonic()
    time.sleep(0.5)
    assert len(calls) == 2
    assert calls[0] > last - 0.05
    assert not [t for t in threading.enumerate() if t.name == "register-idle"]


def test_closed_idle_timer_does_nothing_more(counted: tuple[IdleTimer, list[float]]) -> None:
    timer, calls = counted
    timer.touch()
    timer.close()
    time.sleep(0.2)
    assert not calls
    assert not [t for t in threading.enumerate() if t.name == "register-idle"]
