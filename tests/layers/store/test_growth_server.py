"""Completing a register on a server: who may, what the others get, two at once, somebody in the way."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from layers.errors import UserError
from layers.geometry.crs import Crs
from layers.register import Register
from layers.store import postgis_opening
from layers.store.migrations import SCHEMA_VERSION, STEPS, on_server
from layers.store.migrations.on_server import migrate_server
from layers.store.migrations.step import Migration, Step
from layers.store.postgis_server import parse_server
from layers.store.schema import build_schema
from layers.text import Message
from tests.layers.store.older import TODAY, server_structure, without
from tests.layers.store.postgres import TestServer
from tests.layers.store.test_growth import with_old_names

pytestmark = pytest.mark.keeps_running

ROOT = Path(__file__).parents[3]
LABEL = Message("store.created")
OLDER = without(types={"leak", "map_style"}, columns={("hydrant", "road")}, entries={"material:PE"})


@pytest.fixture
def old_address(server: TestServer) -> str:
    """A register of an older program that belongs to a group of engineers; ``clerk`` writes, ``guest`` reads."""
    address = server.new_database("template_postgis")
    Register.create(address, Crs.parse("EPSG:4546"), actor="", catalogue=OLDER).close()
    return address


@pytest.fixture
def roles(server: TestServer, old_address: str) -> Iterator[str]:
    name = old_address.rpartition("/")[2]
    people = ("chief", "clerk", "guest", "engineers")
    server.execute(
        name,
        *(f"DROP ROLE IF EXISTS {person}" for person in people),
        "CREATE ROLE engineers",
        *(f"CREATE ROLE {person} LOGIN" for person in people[:3]),
        "GRANT engineers TO chief",
        "GRANT USAGE, CREATE ON SCHEMA public TO engineers",
        *(f'ALTER TABLE "{table}" OWNER TO engineers' for (table,) in _tables(server, name)),
        "DO $$ DECLARE f regprocedure; BEGIN FOR f IN SELECT oid::regprocedure FROM pg_proc WHERE proname LIKE"
        " 'wa\\_%' LOOP EXECUTE 'ALTER FUNCTION ' || f || ' OWNER TO engineers'; END LOOP; END $$",
        "GRANT SELECT ON ALL TABLES IN SCHEMA public TO guest",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO clerk",
        "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO clerk",
    )
    yield name
    server.execute(name, *(f"DROP OWNED BY {person}" for person in people))
    server.execute(name, *(f"DROP ROLE {person}" for person in people))


def _tables(server: TestServer, name: str) -> list[tuple[object, ...]]:
    return server.execute(
        name,
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'spatial_ref_sys'",
    )


def rules(register: Register) -> list[str]:
    return [finding.rule for finding in register.opening_findings]


def test_only_who_owns_the_tables_completes_it_and_the_others_keep_their_rights(
    server: TestServer, roles: str
) -> None:
    with Register.open(server.address(roles, "clerk"), actor="") as register:
        assert rules(register) == ["older_catalogue"]
        assert register.opening_findings[0].message.id == "migrations.no_rights"
        assert register.read_only
        assert "leak" not in register.catalogue
        assert register.count("hydrant") == 0
    with Register.open(server.address(roles, "guest"), actor="") as register:
        assert rules(register) == ["may_only_read", "older_catalogue"]
    with Register.open(server.address(roles, "chief"), actor="") as register:
        assert rules(register) == []
        upgrade = register.change_sets()[0]
        assert (upgrade.kind, upgrade.actor, upgrade.stated) == ("upgrade", "chief", False)
    owners = server.execute(
        roles, "SELECT DISTINCT tableowner FROM pg_tables WHERE tablename ~ '^(leak|pipe)'"
    )
    assert owners == [("engineers",)]
    with Register.open(server.address(roles, "clerk"), actor="") as register:
        assert rules(register) == []
        with register.edit(LABEL) as edit:
            edit.insert("leak", {"code": "L1"})
            edit.insert("hydrant", {"code": "H1", "road": "人民路"})
        register.undo()
        register.redo()
    with Register.open(server.address(roles, "guest"), actor="") as register:
        assert register.count("leak") == 1
        with pytest.raises(UserError), register.edit(LABEL) as edit:
            edit.insert("leak", {})


def test_two_programs_complete_it_at_once(server: TestServer, old_address: str) -> None:
    program = (
        "import sys; from layers.register import Register;"
        " r = Register.open(sys.argv[1], actor=''); print(r.read_only, len(r.opening_findings)); r.close()"
    )
    both = [
        subprocess.Popen(
            [sys.executable, "-c", program, old_address], stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        for _ in range(2)
    ]
    assert [p.communicate()[0].strip() for p in both] == ["False 0", "False 0"]
    with Register.open(old_address, actor="") as register:
        assert [c.kind for c in register.change_sets()] == ["upgrade", "creation"]


def test_reader_in_the_way_for_long_leaves_everything_as_it_was(
    old_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(on_server, "_PATIENCE", "200ms")
    before = server_structure(old_address)
    with psycopg.connect(old_address) as other:
        other.execute("SELECT count(*) FROM hydrant")
        with Register.open(old_address, actor="") as register:
            assert rules(register) == ["not_grown"]
            assert register.count("hydrant") == 0
    assert server_structure(old_address) == before
    with Register.open(old_address, actor="") as register:
        assert rules(register) == []


def test_others_are_told_while_they_have_it_open(old_address: str) -> None:
    with Register.open(old_address, actor="", catalogue=OLDER) as old:
        Register.open(old_address, actor="").close()
        with old.edit(LABEL) as edit:
            edit.insert("hydrant", {"code": "H1"})
        assert [c.kind for c in old.change_sets()] == ["edit", "upgrade", "creation"]
    with Register.open(old_address, actor="") as register:
        assert [c.after["road"] for c in register.row_changes(type="hydrant") if c.after] == [None]


def up(migration: Migration) -> None:
    migration.rename_field("hydrant", "remark", "note")
    migration.rename_field("hydrant", "note", "remark")


def test_numbered_steps_run_on_a_server_too(
    server: TestServer, old_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh = server.new_database("template_postgis")
    Register.create(fresh, Crs.parse("EPSG:4546"), actor="").close()
    step = Step(SCHEMA_VERSION + 1, up)
    parsed = parse_server(old_address)
    engine = postgis_opening._engine(parsed)
    schema = build_schema(TODAY, 4546, "postgresql")
    assert migrate_server(engine, schema, parsed, "postgres", [*STEPS, step])
    assert not migrate_server(engine, schema, parsed, "postgres", [*STEPS, step])

    def fail(migration: Migration) -> None:
        migration.drop_field("hydrant", "remark")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        migrate_server(engine, schema, parsed, "postgres", [*STEPS, step, Step(SCHEMA_VERSION + 2, fail)])
    engine.dispose()
    assert server_structure(old_address) == server_structure(fresh)
    monkeypatch.setattr(postgis_opening, "SCHEMA_VERSION", SCHEMA_VERSION + 1)
    with Register.open(old_address, actor="") as register:
        assert rules(register) == []
        with register.edit(LABEL) as edit:
            edit.insert("hydrant", {"code": "H1", "remark": "x"})
        assert [c.kind for c in register.change_sets()] == ["edit", "upgrade", "migration", "creation"]


def test_register_without_projects_gets_them_on_a_server_too(server: TestServer) -> None:
    """What its sources said of projects in words stays, beside the links."""
    fresh, old = (server.new_database("template_postgis") for _ in range(2))
    Register.create(fresh, Crs.parse("EPSG:4546"), actor="").close()
    gone = {t.name for t in TODAY if t.group == "project"} | {"statement_copy"}
    made = Register.create(
        old, Crs.parse("EPSG:4546"), actor="", catalogue=with_old_names(without(types=gone))
    )
    with made, made.edit(LABEL) as edit:
        edit.insert("pipe", {"code": "P1", "project_in": "西湖路改造"})
        edit.insert("pipe", {"code": "P2"})
    server.execute(old.rpartition("/")[2], "UPDATE wa_meta SET value = '1' WHERE name = 'schema_version'")
    with Register.open(old, actor="") as register:
        assert rules(register) == []
        first, second = register.by_code("pipe", "P1"), register.by_code("pipe", "P2")
        assert first is not None
        assert second is not None
        assert (first["project_in_name"], first["project_in"], second["project_in_name"]) == (
            "西湖路改造",
            None,
            None,
        )
        with register.edit(LABEL) as edit:
            project = edit.insert("project", {"name": "西湖路改造", "kind": "renewal"})
            edit.update("pipe", first.id, first.version, {"project_in": project})
    assert server_structure(old) == server_structure(fresh)


def test_steps_that_this_login_may_not_run_are_told(
    server: TestServer, roles: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgis_opening, "SCHEMA_VERSION", SCHEMA_VERSION + 1)
    with pytest.raises(UserError) as told:
        Register.open(server.address(roles, "clerk"), actor="")
    assert told.value.title.id == "migrations.no_rights"
