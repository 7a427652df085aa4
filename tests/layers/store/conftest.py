"""Registers for the tests of the store: copies of one empty file, with one worker process per module."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from layers.geometry.crs import Crs
from layers.register import Register
from layers.store.worker import Worker
from tests.layers.store.postgres import TestServer, find_programs


class SharedWorker(Worker):
    """Closing a register does not end it: one process serves all tests of a module."""

    def close(self) -> None:
        """Not yet."""


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    """For modules marked ``keeps_running``."""
    shared = SharedWorker(children=1)
    yield shared
    Worker.close(shared)


# A room that borrows a fixture has one of its own of that name: what is made once is kept here for all.
_EMPTY = pytest.StashKey[Path]()
_SERVER = pytest.StashKey[TestServer]()


@pytest.fixture(scope="session")
def empty_register(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The closed file of an empty register in EPSG:4546; copy it."""
    if _EMPTY not in pytestconfig.stash:
        path = tmp_path_factory.mktemp("template") / "empty.gpkg"
        Register.create(path, Crs.parse("EPSG:4546"), actor="test", name="测试").close()
        pytestconfig.stash[_EMPTY] = path
    return pytestconfig.stash[_EMPTY]


@pytest.fixture
def register(tmp_path: Path, empty_register: Path, worker: Worker) -> Iterator[Register]:
    """An open, empty register in a file of its own."""
    path = tmp_path / "city.gpkg"
    shutil.copy(empty_register, path)
    with Register.open(path, actor="test") as opened:
        opened.worker = worker
        yield opened


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 24 MB of its own (root only)."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(disk)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small disk needs root")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


# ---- the contract: the same tests on every store


@dataclass(frozen=True)
class Place:
    """Where an empty register lies, on one of the stores; opened as often as a test likes."""

    target: str | Path
    worker: Worker
    server: TestServer | None = None

    def target_of(self, actor: str) -> str | Path:
        """Where ``actor`` finds it: on a server the actor is the login, whatever anybody says."""
        return self.target if self.server is None else self.server.as_user(str(self.target), actor)

    def open(self, actor: str = "test", *, read_only: bool = False) -> Register:
        opened = Register.open(self.target_of(actor), actor=actor, read_only=read_only)
        opened.worker = self.worker
        return opened


NewPlace = Callable[[], Place]


@pytest.fixture(scope="session")
def running_server(pytestconfig: pytest.Config) -> TestServer:
    """A PostgreSQL server with PostGIS; where it is not installed the tests are skipped, but not in CI."""
    programs = find_programs()
    if programs is None:
        reason = "no PostgreSQL server with PostGIS (Debian: postgresql-15-postgis-3)"
        if os.environ.get("CI") or os.environ.get("GISAPP_FIXTURES_REQUIRED"):
            pytest.fail(reason)
        pytest.skip(reason)
    if _SERVER not in pytestconfig.stash:
        started = TestServer(programs)
        started.start()
        pytestconfig.stash[_SERVER] = started
        pytestconfig.add_cleanup(started.stop)
    return pytestconfig.stash[_SERVER]


@pytest.fixture
def server(running_server: TestServer) -> Iterator[TestServer]:
    """The same server; the databases of the test go with it."""
    yield running_server
    running_server.drop_databases()


@pytest.fixture(params=["geopackage", "postgis"])
def new_place(request: pytest.FixtureRequest, tmp_path: Path, worker: Worker) -> NewPlace:
    """Makes an empty register on each store, a new one at every call."""
    if request.param == "postgis":
        running: TestServer = request.getfixturevalue("server")
        return lambda: Place(running.new_database(), worker, running)
    empty_register: Path = request.getfixturevalue("empty_register")
    numbers = itertools.count(1)

    def make() -> Place:
        path = tmp_path / f"contract{next(numbers)}.gpkg"
        shutil.copy(empty_register, path)
        return Place(path, worker)

    return make


@pytest.fixture
def place(new_place: NewPlace) -> Place:
    """An empty register on each store. Modules that use it are named ``test_contract_*``."""
    return new_place()


@pytest.fixture
def opened(place: Place) -> Iterator[Register]:
    """The same, open."""
    with place.open() as register:
        yield register


@pytest.fixture(scope="module", params=["geopackage", "postgis"])
def shared(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, worker: Worker
) -> Iterator[Register]:
    """An open register on each store, kept for the module: for cases by the hundred that write rows of their own."""
    if request.param == "postgis":
        running: TestServer = request.getfixturevalue("running_server")
        with running.lasting_database() as address, Place(address, worker, running).open() as register:
            yield register
        return
    path = tmp_path_factory.mktemp("shared") / "shared.gpkg"
    shutil.copy(request.getfixturevalue("empty_register"), path)
    with Place(path, worker).open() as register:
        yield register
