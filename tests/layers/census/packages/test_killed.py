"""Check-ins that end half-way: the book has all of a file or nothing of it, and the file can come again."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from layers.census.packages.back.checkin import check_in
from layers.census.packages.back.examining import Examined
from layers.model.query import Query
from layers.store.edit import Edit
from tests.layers.census.packages.conftest import ACT, Town, by_hand
from tests.layers.census.packages.test_faults import new_place

__all__ = ["new_place"]

pytestmark = pytest.mark.keeps_running

ROUNDS = 50
CHILD = """
import sys
from pathlib import Path
from layers.census.packages.back.checkin import check_in
from layers.census.packages.back.examining import examine
from layers.register import Register
from layers.text import Message
if __name__ == "__main__":
    register = Register.open(sys.argv[1], actor="child")
    examined = examine(register, Path(sys.argv[2]), folder=Path(sys.argv[3]))
    print("ready", flush=True)
    with register.edit(Message("store.created"), "checkin") as edit:
        check_in(edit, examined, "child")
    print("done", flush=True)
"""


def changed_by_the_team(town: Town, mark: str) -> Path:
    """A grid's package in which every hydrant says ``mark``, three are new, and one photo lies beside it."""
    out = town.out(f"{mark}.gpkg", grid=True)
    by_hand(
        out.path,
        f"UPDATE hydrant SET remark = '{mark}'",
        *(f"INSERT INTO hydrant (code) VALUES ('{mark}-{number}')" for number in range(3)),
        "INSERT INTO field_photo (target_type, target_id, path) VALUES ('hydrant', 1, 'p.txt')",
    )
    (out.path.parent / "photos" / "p.txt").write_bytes(mark.encode())
    return out.path


def state(town: Town) -> tuple[int, int, int]:
    """Hydrants, photos and arrivals in the book."""
    photos, packages = (
        len(town.register.attachments("hydrant", 1)),
        town.register.find(Query("field_package")),
    )
    return town.register.count("hydrant"), photos, sum(p["state"] == "returned" for p in packages)


def take_in(town: Town, examined: Examined) -> None:
    """The act alone."""
    with town.register.edit(ACT, "checkin") as edit:
        check_in(edit, examined, "x")


def test_broken_off_at_every_step(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    path = changed_by_the_team(town, "a")
    before = state(town)
    for name, at in (("insert", 2), ("insert", 4), ("update", 1), ("update", 13)):
        calls = [0]
        whole = getattr(Edit, name)

        def broken(self, *given, _whole=whole, _at=at, _calls=calls, **named):  # type: ignore[no-untyped-def]
            _calls[0] += 1
            if _calls[0] == _at:
                raise RuntimeError("pulled out")
            return _whole(self, *given, **named)

        examined = town.look(path)
        with monkeypatch.context() as patched:
            patched.setattr(Edit, name, broken)
            with pytest.raises(RuntimeError, match="pulled out"):
                take_in(town, examined)
        assert state(town) == before
        assert town.get("hydrant", 1)["remark"] is None
    arrival = town.back(path)
    assert (arrival.inserted, arrival.updated, arrival.photos, arrival.refused) == (3, 13, 1, ())
    assert state(town) == (before[0] + 3, 1, 1)


def test_what_ended_programs_left_is_swept(town: Town) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    left = [
        town.folder / f"incoming-{ended.pid}-1" / "returned.gpkg",
        *(town.field / f"lot.gpkg.{ended.pid}.part{more}" for more in ("", ".sealed", "-journal")),
    ]
    others = [town.field / "lot.gpkg.notes.part", town.folder / f"incoming-{os.getpid()}-7" / "returned.gpkg"]
    for path in (*left, *others):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    town.look(town.out().path)
    assert not any(path.exists() for path in (*left, left[0].parent))
    assert all(path.exists() for path in others)


@pytest.mark.on_demand
@pytest.mark.timeout(1500)
def test_killed_fifty_times(town: Town, tmp_path: Path) -> None:
    script = tmp_path / "child.py"
    script.write_text(CHILD)
    chance = random.Random(7)
    whole = 0
    for number in range(ROUNDS):
        path = changed_by_the_team(town, f"m{number}")
        before = state(town)
        child = subprocess.Popen(
            [sys.executable, script, str(town.place.target), str(path), str(town.folder)],
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        time.sleep(chance.uniform(0.0, 0.12))
        child.kill()
        child.communicate()
        town.register.poll()
        now = state(town)
        assert now in (before, (before[0] + 3, before[1] + 1, before[2] + 1))
        whole += now != before
        arrival = town.back(path)
        assert arrival.refused == ()
        assert state(town) == (before[0] + 3, before[1] + 1, before[2] + 1)
        assert {h["remark"] for h in town.register.find(Query("hydrant", ids=range(1, 14)))} == {f"m{number}"}
    assert 0 < whole < ROUNDS
