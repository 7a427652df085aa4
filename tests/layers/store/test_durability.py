"""What is acknowledged stays, whatever happens: killed programs, two writers, full disks, locks."""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pysqlite3.dbapi2 as sqlite
import pytest
import shapely
import sqlalchemy as sa

from layers.errors import UserError
from layers.register import Register
from layers.store.edit import Edit
from layers.text import Message

pytestmark = pytest.mark.keeps_running

LABEL = Message("store.created")
ROOT = Path(__file__).parents[3]


def points(count: int, seed: int) -> pa.Array:
    places = np.random.default_rng(seed).uniform(0, 5_000, (count, 2))
    return pa.array(shapely.to_wkb(shapely.points(places)), pa.binary())


def act(edit: Edit, number: int, name: str) -> None:
    """One act of three rows in two types, every third one in bulk as well: half of it must never be seen."""
    place = shapely.Point(number, number)
    edit.insert("hydrant", {"code": f"{name}-{number}", "geom": place})
    edit.insert("valve", {"code": f"{name}-{number}", "geom": place})
    edit.insert("valve", {"code": f"{name}-{number}-b"})
    if number % 3 == 0:
        codes = [f"{name}-{number}-{row}" for row in range(2_000)]
        edit.insert_bulk("meter", pa.table({"code": codes, "geom": points(2_000, number)}))


def write_on(path: str, name: str) -> None:
    """Edit without end; say so after every commit."""
    with Register.open(path, actor=name) as register:
        number = 0
        while True:
            number += 1
            while not succeeded(register, number, name):
                pass
            time.sleep(0.005)  # or the other writer hardly ever finds the moment between two acts
            sys.stdout.write(f"{number}\n")
            sys.stdout.flush()


def succeeded(register: Register, number: int, name: str) -> bool:
    """Do one act; False when the other writer kept it waiting too long, which must leave nothing."""
    try:
        with register.edit(LABEL) as edit:
            act(edit, number, name)
    except UserError as error:
        if error.title.id != "store.busy":
            raise
        return False
    return True


class Writer:
    """A program that edits until it is killed, and notes in a file what it had acknowledged."""

    def __init__(self, path: Path, name: str) -> None:
        program = (
            f"from tests.layers.store.test_durability import write_on; write_on({str(path)!r}, {name!r})"
        )
        self._notes = path.with_name(f"{name}.txt")
        with self._notes.open("w") as notes:
            self._process = subprocess.Popen(
                [sys.executable, "-c", program], stdout=notes, cwd=ROOT, start_new_session=True
            )
        deadline = time.monotonic() + 60
        while not self.acknowledged and time.monotonic() < deadline:
            assert self._process.poll() is None, "the writer ended by itself"
            time.sleep(0.01)

    @property
    def acknowledged(self) -> int:
        """The last number that was written whole."""
        lines = self._notes.read_text().split("\n")[:-1]
        return int(lines[-1]) if lines else 0

    def kill(self) -> int:
        """End it at once, worker and all; what it had acknowledged."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        return self.acknowledged


def assert_whole(register: Register, acknowledged: dict[str, int]) -> None:
    """Nothing acknowledged is lost, no act is there by half, trail and indexes agree with the rows."""
    codes = {
        name: set(register.columns(name, ["code"])["code"].to_pylist())
        for name in ("hydrant", "valve", "meter")
    }
    for name, last in acknowledged.items():
        seen = {int(code.split("-")[1]) for code in codes["hydrant"] if code.startswith(f"{name}-")}
        assert seen >= set(range(1, last + 1))
        assert seen <= set(range(1, last + 2))
        for number in seen:
            assert {f"{name}-{number}", f"{name}-{number}-b"} <= codes["valve"]
            if number % 3 == 0:
                assert {f"{name}-{number}-0", f"{name}-{number}-1999"} <= codes["meter"]
    bulk = sum(1 for code in codes["hydrant"] if int(code.split("-")[1]) % 3 == 0)
    assert len(codes["valve"]) == 2 * len(codes["hydrant"])
    assert len(codes["meter"]) == 2_000 * bulk
    with register._store.read() as connection:
        ask = connection.exec_driver_sql
        assert ask("PRAGMA integrity_check").scalar_one() == "ok"
        assert not ask("PRAGMA foreign_key_check").all()
        for name in ("hydrant", "meter"):
            assert ask(f"SELECT rtreecheck('main', 'rtree_{name}_geom')").scalar_one() == "ok"
        assert ask("SELECT count(*) FROM wa_changeset WHERE is_open").scalar_one() == 0
        # One change set per act beside the creation, one row of trail per row, none without a change set.
        assert ask("SELECT count(*) FROM wa_changeset").scalar_one() == len(codes["hydrant"]) + 1
        assert ask("SELECT count(*) FROM valve_h").scalar_one() == len(codes["valve"])
        assert ask("SELECT count(*) FROM valve_h WHERE changeset_id IS NULL").scalar_one() == 0
        assert ask("SELECT count(*) FROM meter_h").scalar_one() == 0
        assert ask("SELECT count(*) FROM wa_changeset_range").scalar_one() == bulk


def test_killed_writers_lose_nothing_acknowledged(register: Register, thorough: bool) -> None:
    path = Path(register.target)
    register.close()
    chance = random.Random(7)
    acknowledged: dict[str, int] = {}
    for round_number in range(50 if thorough else 5):
        names = [f"w{round_number}", f"x{round_number}"][: 1 + round_number % 2]
        writers = {name: Writer(path, name) for name in names}
        time.sleep(chance.uniform(0.0, 1.0))
        for name, writer in writers.items():
            acknowledged[name] = writer.kill()
            assert acknowledged[name] > 0
        with Register.open(path, actor="test") as reopened:
            reopened.worker.close()
            reopened.worker = register.worker
            assert_whole(reopened, acknowledged)


def count_in(path: Path) -> int:
    with Register.open(path, actor="reader", read_only=True) as opened:
        return opened.count("hydrant")


def test_full_disk_refuses_in_a_sentence_and_keeps_what_was_there(
    small_disk: Path, empty_register: Path
) -> None:
    path = small_disk / "city.gpkg"
    path.write_bytes(empty_register.read_bytes())
    with Register.open(path, actor="test") as register:
        for number in range(1, 4):
            with register.edit(LABEL) as edit:
                act(edit, number, "w")
        ballast = small_disk / "ballast"
        ballast.write_bytes(
            b"x" * (os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize - 400_000)
        )
        failed = None
        for number in range(4, 200):
            try:
                with register.edit(LABEL) as edit:
                    act(edit, number, "w")
            except UserError as error:
                failed = error
                break
        assert failed is not None
        assert failed.title.id in ("store.disk_full", "store.disk_error")
        assert failed.hint is not None
        assert_whole(register, {"w": number - 1})
        ballast.unlink()
        with register.edit(LABEL) as edit:
            act(edit, number, "w")
        assert_whole(register, {"w": number})


LIMITED = """
import json, resource, signal, sys
from layers.errors import UserError
from layers.register import Register
from tests.layers.store.test_durability import LABEL, act
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
with Register.open(sys.argv[1], actor="w") as register:
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
    number = 0
    try:
        while number < 3000:
            with register.edit(LABEL) as edit:
                act(edit, number * 3 + 1, "w")
            number += 1
    except UserError as error:
        print(json.dumps([number, error.title.id]))
"""


def test_file_that_may_not_grow_keeps_what_was_acknowledged(register: Register) -> None:
    path = Path(register.target)
    register.close()
    limit = path.stat().st_size + 300_000
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(path), str(limit)],
        capture_output=True, text=True, check=False, cwd=ROOT,
    )  # fmt: skip
    number, title = json.loads(done.stdout)
    assert title in ("store.disk_full", "store.disk_error")
    assert count_in(path) == number
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY


def test_locked_by_another_program_reads_go_on_and_the_edit_is_told(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    with register.edit(LABEL) as edit:
        act(edit, 1, "w")
    other = sqlite.connect(str(register.target), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    other.execute("UPDATE wa_meta SET value = value")
    register._store._raw().execute("PRAGMA busy_timeout=300")  # type: ignore[attr-defined]
    try:
        assert register.count("hydrant") == 1
        started = time.monotonic()
        with pytest.raises(UserError) as told, register.edit(LABEL) as edit:
            act(edit, 2, "w")
        assert told.value.title.id == "store.busy"
        assert time.monotonic() - started < 10
    finally:
        other.execute("ROLLBACK")
        other.close()
    with register.edit(LABEL) as edit:
        act(edit, 2, "w")
    assert_whole(register, {"w": 2})


def test_reading_while_the_worker_and_another_process_write(register: Register) -> None:
    path = Path(register.target)
    writer = Writer(path, "w")
    counts = []
    for _ in range(10):
        table = register.columns("valve", ["code"])
        assert table.num_rows % 2 == 0, "an act is seen whole or not at all"
        counts.append(table.num_rows)
    last = writer.kill()
    assert counts == sorted(counts)
    register.poll()
    assert_whole(register, {"w": last})


def interrupted(register: Register) -> None:
    with register.edit(LABEL) as edit:
        act(edit, 3, "w")
        raise KeyboardInterrupt


def test_cancelled_bulk_insert_leaves_nothing(register: Register) -> None:
    with register.edit(LABEL) as edit:
        act(edit, 1, "w")
    with pytest.raises(KeyboardInterrupt):
        interrupted(register)
    assert_whole(register, {"w": 1})
    with register._store.read() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM meter")).scalar_one() == 0
