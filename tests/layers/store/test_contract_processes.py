"""Contract of every store: several processes on one register lose nothing."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest

from layers.errors import Conflict
from layers.model.query import Query
from layers.register import Register
from layers.text import Message
from tests.layers.store.conftest import Place

pytestmark = pytest.mark.keeps_running

ROUNDS = 40
LABEL = Message("store.created")


def count_up(target: str | Path, actor: str, ids: tuple[int, ...]) -> None:
    """Add one to the count on each asset ``ROUNDS`` times, beginning anew whenever somebody was faster."""
    with Register.open(target, actor=actor) as register:
        for number in range(ROUNDS):
            _add_one(register, ids[number % len(ids)])


def _add_one(register: Register, id: int) -> None:
    while True:
        asset = register.get("pipe", id)
        assert asset is not None
        try:
            with register.edit(LABEL) as edit:
                edit.update("pipe", id, asset.version, {"dn": asset["dn"] + 1})
                edit.insert("road", {"remark": f"{register.actor} {asset['dn']}"})
        except Conflict:
            continue
        return


def test_two_processes_count_on_the_same_assets(place: Place) -> None:
    with place.open() as register, register.edit(LABEL) as edit:
        ids = tuple(edit.insert("pipe", {"dn": 100}) for _ in range(2))
    context = multiprocessing.get_context("spawn")
    processes = [
        context.Process(target=count_up, args=(place.target_of(actor), actor, ids)) for actor in ("甲", "乙")
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0]
    with place.open() as register:
        assets = register.find(Query("pipe"))
        assert sum(asset["dn"] for asset in assets) == 200 + 2 * ROUNDS
        assert sum(asset.version for asset in assets) == 2 + 2 * ROUNDS
        assert register.count("road") == 2 * ROUNDS
        codes = [asset["code"] for asset in register.find(Query("road"))]
        assert len(set(codes)) == 2 * ROUNDS
        changes = register.change_sets(limit=1000, type="pipe")
        assert sum(c.actor in ("甲", "乙") for c in changes) == 2 * ROUNDS
