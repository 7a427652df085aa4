"""Tables made when they are first asked for, by whichever thread comes first."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import sqlalchemy as sa

from layers.store.schema import Tables


class _Doorbell:
    """A lock that tells when somebody waits at it."""

    def __init__(self) -> None:
        self.lock, self.rung = threading.RLock(), threading.Event()

    def __enter__(self) -> None:
        self.rung.set()
        self.lock.acquire()

    def __exit__(self, *_: object) -> None:
        self.lock.release()


def test_two_threads_that_ask_for_one_table_both_get_it() -> None:
    made: list[str] = []

    def make(name: str) -> sa.Table:
        made.append(name)
        return sa.Table(name, sa.MetaData())

    making = _Doorbell()
    tables = Tables(iter(("pipe", "valve")), make, making)  # type: ignore[arg-type]
    with ThreadPoolExecutor(1) as pool:
        with making.lock:
            second = pool.submit(lambda: tables["pipe"])
            assert making.rung.wait(10)
            first = tables["pipe"]
        assert second.result(10) is first
    assert made == ["pipe"]
