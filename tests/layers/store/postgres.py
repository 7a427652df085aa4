"""A PostgreSQL server of the tests' own: Debian's packages, loopback, a free port, no waiting for disks."""

from __future__ import annotations

import contextlib
import itertools
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg

from layers.geometry.crs import Crs
from layers.register import Register


def find_programs() -> Path | None:
    """The folder of the newest server that has PostGIS beside it."""
    found = [
        path
        for path in Path("/usr/lib/postgresql").glob("*/bin")
        if (Path("/usr/share/postgresql") / path.parent.name / "extension/postgis.control").exists()
    ]
    return max(found, key=lambda path: int(path.parent.name), default=None)


class TestServer:
    """From ``start`` to ``stop``, which leaves no trace. Every database is a copy of an empty register's."""

    __test__ = False

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        # In memory where there is room: a database has some two thousand files.
        memory = Path("/dev/shm")
        roomy = memory.is_dir() and shutil.disk_usage(memory).free > 4_000_000_000
        self._folder = Path(tempfile.mkdtemp(prefix="postgres-of-tests-", dir=memory if roomy else None))
        self._numbers = itertools.count(1)
        self._of_this_test: list[str] = []
        self._users = {"postgres"}
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(self._folder, owner.pw_uid, owner.pw_gid)

    def start(self) -> None:
        data = self._folder / "data"
        self._run("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
        self._start_server()
        self.execute("postgres", "CREATE DATABASE template_postgis")
        self.execute("template_postgis", "CREATE EXTENSION postgis")
        url = self.new_database("template_postgis", name="template_register")
        Register.create(url, Crs.parse("EPSG:4546"), actor="test", name="测试").close()

    def stop(self) -> None:
        self._stop_server()
        shutil.rmtree(self._folder)

    def restart(self) -> None:
        """End every connection at once, as a server does that is rebooted."""
        self._stop_server()
        self._start_server()

    def _start_server(self) -> None:
        """Start the server under a shell that ends it when this process is gone, however it went."""
        server = (
            f"{self._programs}/postgres -D {self._folder}/data -p {self.port} -k {self._folder}"
            " -c listen_addresses=127.0.0.1 -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
            " -c max_wal_size=128MB -c min_wal_size=32MB"
        )
        watch = f"exec 3<&0; ( {server} >{self._folder}/log 2>&1 & id=$!; read _ <&3; kill -INT $id ) &"
        end, self._life = os.pipe()
        subprocess.run(
            [*self._as_owner(), "sh", "-c", watch], stdin=end, stdout=subprocess.DEVNULL, check=True, cwd="/"
        )
        os.close(end)
        self._wait(until=True)

    def _stop_server(self) -> None:
        os.close(self._life)
        self._wait(until=False)

    def _wait(self, *, until: bool) -> None:
        """Wait until the server answers, or until it is gone with everything it held."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                psycopg.connect(self.address("postgres")).close()
                answers = True
            except psycopg.OperationalError:
                answers = (self._folder / "data" / "postmaster.pid").exists() and not until
            if answers == until:
                return
            time.sleep(0.05)
        raise RuntimeError((self._folder / "log").read_text())

    def new_database(self, template: str = "template_register", name: str = "") -> str:
        """A new database; its address."""
        if not name:
            name = f"test{next(self._numbers)}"
            self._of_this_test.append(name)
        # File by file, the only way before 15: the other writes every page into the log as well.
        way = "STRATEGY FILE_COPY" if int(self._programs.parent.name) >= 15 else ""
        self.execute("postgres", f'CREATE DATABASE "{name}" TEMPLATE "{template}" {way}')
        return self.address(name)

    def drop_databases(self) -> None:
        """Drop what the test made: thirty megabytes each, some hundred in a run, in memory."""
        self.execute("postgres", *(f'DROP DATABASE "{name}" WITH (FORCE)' for name in self._of_this_test))
        self._of_this_test.clear()

    @contextlib.contextmanager
    def lasting_database(self) -> Iterator[str]:
        """A new database that outlives the tests of a module; its address."""
        name = f"lasting{next(self._numbers)}"
        yield self.new_database(name=name)
        self.execute("postgres", f'DROP DATABASE "{name}" WITH (FORCE)')

    def address(self, database: str, user: str = "postgres", password: str = "") -> str:
        who = f"{user}:{password}" if password else user
        return f"postgresql://{who}@127.0.0.1:{self.port}/{database}"

    def as_user(self, address: str, user: str) -> str:
        """The same address for another login, with all rights."""
        if user not in self._users:
            self.execute("postgres", f'CREATE ROLE "{user}" LOGIN SUPERUSER')
            self._users.add(user)
        return address.replace("//postgres@", f"//{user}@")

    def execute(self, database: str, *statements: str) -> list[tuple[object, ...]]:
        """Run statements as administrator; the rows of the last."""
        with psycopg.connect(self.address(database), autocommit=True) as connection:
            cursor = connection.cursor()
            for statement in statements:
                cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def _as_owner(self) -> list[str]:
        return ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []

    def _run(self, program: str, *arguments: str | Path) -> None:
        command = [*self._as_owner(), str(self._programs / program), *map(str, arguments)]
        done = subprocess.run(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False, cwd="/"
        )
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stderr}")
