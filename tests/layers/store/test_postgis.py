"""What only a server has: logins, rights, news, edits by SQL, lost connections, addresses without password."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pyarrow as pa
import pytest
import shapely

from layers.errors import UserError
from layers.geometry.crs import Crs
from layers.model.query import Box, Query
from layers.register import Register
from layers.store.postgis_errors import CollisionError
from layers.store.postgis_server import is_server, parse_server, store_password, without_password
from layers.store.worker import Worker
from layers.text import Message, Texts
from tests.layers.store.postgres import TestServer
from tests.memory_keyring import MemoryKeyring, memory_keyring

pytestmark = pytest.mark.keeps_running

LABEL = Message("store.created")


@pytest.fixture
def address(server: TestServer) -> str:
    return server.new_database()


@pytest.fixture
def on_server(address: str, worker: Worker) -> Iterator[Register]:
    with Register.open(address, actor="somebody") as opened:
        opened.worker = worker
        yield opened


def refusal(target: str) -> UserError:
    with pytest.raises(UserError) as told:
        Register.open(target, actor="x").close()
    assert told.value.hint is not None
    for language in ("zh", "en"):
        texts = Texts(language)
        assert texts.render(told.value.title) != told.value.title.id
        assert texts.render(told.value.hint) != told.value.hint.id
    return told.value


def wait_for_news(register: Register) -> None:
    deadline = time.monotonic() + 10
    while not register._store._listener.has_news and time.monotonic() < deadline:  # type: ignore[attr-defined]
        time.sleep(0.01)


def test_the_actor_is_the_login_whatever_one_says(on_server: Register) -> None:
    with on_server.edit(LABEL) as edit:
        edit.insert("hydrant", {})
    (change,) = on_server.change_sets(limit=1)
    assert (change.actor, change.stated) == ("postgres", False)
    assert on_server.actor == "postgres"


def test_news_come_by_themselves_even_out_of_order(
    server: TestServer, address: str, on_server: Register
) -> None:
    on_server._store._listener.listening.wait(10)  # type: ignore[attr-defined]
    heard: list[int] = []
    on_server.listen(lambda change: heard.append(change.id))
    with Register.open(server.as_user(address, "late"), actor="") as late:
        entered, go = threading.Event(), threading.Event()

        def slow_edit() -> None:
            with late.edit(LABEL) as edit:
                edit.insert("hydrant", {})
                entered.set()
                go.wait(10)

        thread = threading.Thread(target=slow_edit)
        thread.start()
        entered.wait(10)
        with Register.open(server.as_user(address, "quick"), actor="") as quick, quick.edit(LABEL) as edit:
            edit.insert("valve", {})
        wait_for_news(on_server)
        assert [c.actor for c in on_server.poll()] == ["quick"]
        go.set()
        thread.join()
        wait_for_news(on_server)
        assert [c.actor for c in on_server.poll()] == ["late"]
    assert heard == sorted(heard, reverse=True)
    assert len(heard) == 2
    assert on_server.poll() == []


def test_edits_by_plain_sql_are_in_the_trail_and_adopted(
    server: TestServer, address: str, on_server: Register
) -> None:
    with on_server.edit(LABEL) as edit:
        pipe = edit.insert("pipe", {"dn": 100, "geom": shapely.LineString([(0, 0), (10, 0)])})
    name = address.rpartition("/")[2]
    server.execute(
        name,
        "UPDATE pipe SET dn = 200",
        "UPDATE pipe SET dn = 200",
        "UPDATE pipe SET geom = ST_SetSRID('LINESTRING(0 0, 0 20)'::geometry, 4546)",
        "INSERT INTO pipe (dn, geom) VALUES (300, ST_SetSRID('LINESTRING(5 5, 6 6)'::geometry, 4546))",
    )
    wait_for_news(on_server)
    on_server.poll()
    row = on_server.get("pipe", pipe)
    assert row is not None
    assert (row["dn"], row.version, row.geometry.length) == (200, 3, 20)
    assert {c.kind for c in on_server.change_sets(limit=2)} == {"outside"}
    assert [c.operation for c in on_server.row_changes(type="pipe", id=pipe)] == [
        "update",
        "update",
        "insert",
    ]
    codes = {a["code"] for a in on_server.find(Query("pipe"))}
    assert None not in codes
    assert len(codes) == 2


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE pipe SET fid = 99",
        "UPDATE pipe_h SET dn = 1",
        "DELETE FROM pipe_h",
        "DELETE FROM wa_changeset",
        "UPDATE wa_changeset SET actor = 'nobody'",
        "INSERT INTO pipe (dn) VALUES (-5)",
        "INSERT INTO pipe (status) VALUES ('nonsense')",
        "UPDATE pipe SET geom = ST_SetSRID('POINT(0 0)'::geometry, 4546)",
        "UPDATE pipe SET geom = ST_SetSRID('LINESTRING(0 0, 1 1)'::geometry, 4326)",
    ],
)
def test_plain_sql_cannot_break_the_rules(
    server: TestServer, address: str, on_server: Register, statement: str
) -> None:
    with on_server.edit(LABEL) as edit:
        pipe = edit.insert("pipe", {"dn": 100})
    with on_server.edit(LABEL) as edit:
        edit.update("pipe", pipe, 1, {"dn": 150})
    with pytest.raises(psycopg.Error):
        server.execute(address.rpartition("/")[2], statement)
    assert on_server.get("pipe", pipe)["dn"] == 150  # type: ignore[index]


def test_other_programs_find_type_and_crs_of_layers(
    server: TestServer, address: str, on_server: Register
) -> None:
    query = "SELECT f_table_name, type, srid FROM geometry_columns WHERE f_table_name IN ('pipe', 'grid', 'hydrant')"
    found = sorted(server.execute(address.rpartition("/")[2], query))
    assert found == [("grid", "MULTIPOLYGON", 4546), ("hydrant", "POINT", 4546), ("pipe", "LINESTRING", 4546)]


@pytest.mark.parametrize("crs", ["local", "EPSG:4546"])
def test_registers_with_and_without_a_place_on_earth(server: TestServer, crs: str) -> None:
    target = server.new_database("template_postgis")
    with Register.create(target, Crs.parse(crs), actor="", name="城区") as register:
        with register.edit(LABEL) as edit:
            edit.insert("valve", {"geom": shapely.Point(3, 4, 5)})
        assert register.bounds() == Box(3, 4, 3, 4)
        assert register.find(Query("valve"))[0].geometry == shapely.Point(3, 4, 5)
        assert (register.name, register.crs.is_local) == ("城区", crs == "local")
        assert register.change_sets()[-1].kind == "creation"
    with pytest.raises(UserError) as told:
        Register.create(target, Crs.parse(crs), actor="")
    assert told.value.title.id == "store.exists"


def test_creating_on_a_server_leaves_the_tables_of_files_alone(server: TestServer, tmp_path: Path) -> None:
    """Tables are shared in a process; SQLAlchemy marks constraints that it added by ALTER."""
    target = server.new_database("template_postgis")
    with Register.create(target, Crs.parse("EPSG:4546"), actor="") as register, register.edit(LABEL) as edit:
        edit.insert_bulk("hydrant", pa.table({"code": [f"H{n}" for n in range(25_000)]}))
    with Register.create(tmp_path / "city.gpkg", Crs.parse("EPSG:4546"), actor="") as register:
        with register._store.read() as connection:
            keys = connection.exec_driver_sql("PRAGMA foreign_key_list(hydrant)").all()
        assert "c_lifecycle" in {key[2] for key in keys}


def test_reader_without_rights_to_write_opens_read_only(server: TestServer, address: str) -> None:
    name = address.rpartition("/")[2]
    server.execute(
        name,
        "DROP ROLE IF EXISTS viewer",
        "CREATE ROLE viewer LOGIN",
        "GRANT SELECT ON ALL TABLES IN SCHEMA public TO viewer",
    )
    with Register.open(server.address(name, "viewer"), actor="") as register:
        assert register.read_only
        assert [f.rule for f in register.opening_findings] == ["may_only_read"]
        assert register.count("hydrant") == 0
        with pytest.raises(UserError), register.edit(LABEL) as edit:
            edit.insert("hydrant", {})
    server.execute(name, "DROP OWNED BY viewer", "DROP ROLE viewer")


def test_stranger_is_told_what_to_ask_for(server: TestServer, address: str) -> None:
    name = address.rpartition("/")[2]
    server.execute(name, "DROP ROLE IF EXISTS stranger", "CREATE ROLE stranger LOGIN")
    assert refusal(server.address(name, "stranger")).title.id == "postgis.no_rights"
    empty = server.new_database("template1")
    assert refusal(empty).title.id == "postgis.no_extension"
    with pytest.raises(UserError) as told:
        Register.create(server.address(empty.rpartition("/")[2], "stranger"), Crs.parse("local"), actor="")
    assert told.value.title.id == "postgis.no_extension"
    server.execute(name, "DROP ROLE stranger")


def test_what_cannot_be_opened_is_told(server: TestServer) -> None:
    assert refusal(server.new_database("template_postgis")).title.id == "postgis.no_register"
    assert refusal(server.address("nowhere")).title.id == "postgis.no_database"
    assert refusal(server.address("postgres", "nobody")).title.id == "postgis.password"
    assert refusal("postgresql://postgres@127.0.0.1:1/x").title.id == "postgis.unreachable"
    assert refusal("postgresql://").title.id == "postgis.bad_address"
    assert refusal("postgresql://u@h:nonsense/x").title.id == "postgis.bad_address"
    assert refusal("postgresql:///?service=missing").title.id == "postgis.no_service"
    assert refusal(server.address("postgres") + "?sslmode=require").title.id == "postgis.no_tls"


def test_server_that_restarts_loses_the_act_and_nothing_else(server: TestServer, on_server: Register) -> None:
    with on_server.edit(LABEL) as edit:
        edit.insert("hydrant", {"code": "before"})
    assert on_server.columns("hydrant", ["code"])["code"].to_pylist() == ["before"]
    with pytest.raises(UserError) as told:
        edit_while_restarting(server, on_server)
    assert told.value.title.id == "postgis.lost"
    assert [a["code"] for a in on_server.find(Query("hydrant"))] == ["before"]
    # The worker's connection is gone too, and another takes its place.
    assert on_server.columns("hydrant", ["code"])["code"].to_pylist() == ["before"]
    with on_server.edit(LABEL) as edit:
        edit.insert("hydrant", {"code": "after"})
    on_server._store._listener.listening.wait(10)  # type: ignore[attr-defined]
    wait_for_news(on_server)
    on_server.poll()


def edit_while_restarting(server: TestServer, register: Register) -> None:
    with register.edit(LABEL) as edit:
        edit.insert("hydrant", {"code": "during"})
        server.restart()
        edit.insert("hydrant", {"code": "during 2"})


def test_acts_that_collide_are_tried_again(on_server: Register) -> None:
    calls: list[int] = []

    def collide() -> str:
        calls.append(1)
        if len(calls) < 3:
            with on_server._store.write() as connection:
                connection.exec_driver_sql("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '40P01'; END $$")
        return "done"

    assert on_server._store.retried(collide) == "done"
    calls.clear()
    with pytest.raises(CollisionError):
        on_server._store.retried(lambda: calls.clear() or collide())


def test_no_backup_file_of_a_server(on_server: Register, tmp_path: Path) -> None:
    with pytest.raises(UserError) as told:
        on_server.backup(tmp_path / "x.gpkg")
    assert told.value.title.id == "backup.on_server"
    assert on_server.daily_copy() is None


# ---- addresses and passwords


@pytest.fixture
def ring() -> Iterator[MemoryKeyring]:
    with memory_keyring() as found:
        yield found


def test_password_given_once_is_kept_in_the_keyring_and_nowhere_else(
    server: TestServer, address: str, ring: MemoryKeyring
) -> None:
    name = address.rpartition("/")[2]
    given = server.address(name, "postgres", "s3cret%2Fx")
    with Register.open(given, actor="") as register:
        assert register.target == address
        assert "s3cret" not in str(register.target)
    assert list(ring.kept.values()) == ["s3cret/x"]
    assert parse_server(address).url.password == "s3cret/x"
    assert "s3cret" not in parse_server(address).address


def test_without_keyring_libpq_finds_the_password_itself() -> None:
    assert store_password(parse_server("postgresql://u:p@host/db").given) is False
    assert parse_server("postgresql://u@host/db").url.password is None


def test_addresses() -> None:
    assert is_server("postgresql://h/d")
    assert is_server("postgres://h/d")
    assert not is_server("city.gpkg")
    assert not is_server(Path("postgresql:") / "x")
    assert parse_server("postgresql://u@db.example.cn/water").url.query["sslmode"] == "require"
    assert "sslmode" not in parse_server("postgresql://u@localhost/water").url.query
    assert parse_server("postgresql://u@h/water?sslmode=disable").url.query["sslmode"] == "disable"
    assert without_password("postgresql://u:p@h/d") == "postgresql://u@h/d"
    assert without_password("city.gpkg") == "city.gpkg"
