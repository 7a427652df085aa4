"""Rules about the source text that no linter knows."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT_SUFFIXES = {".py", ".toml", ".md", ".po", ".lock", ".svg", ".json", ".txt", ".html", ".css", ".cfg", ""}

WALL = 400
LONG_FILES: dict[str, str] = {}
"""Files over the wall -> why each is still one room."""

SQL_BUILDERS: dict[str, str] = {
    "layers/store/geopackage.py": "names of tables and columns of a file written elsewhere, quoted",
    "layers/store/added_fields.py": "two tables of the catalogue and their history, by fixed names",
    "layers/store/code_rows.py": "code lists named after the catalogue",
    "layers/store/gpkg.py": "GeoPackage tables, R-tree tables and triggers named after the catalogue",
    "layers/store/bulk.py": "INSERT ... SELECT from a staging file into tables named after the catalogue",
    "layers/store/package_writing.py": "a plain table of a package, its name and columns quoted",
    "layers/store/migrations/runner.py": "DROP TRIGGER for whatever name of ours the file has",
    "layers/store/postgis_bulk.py": "staging tables, keys and indexes of tables named after the catalogue",
    "layers/store/worker_postgis.py": "a staging table with columns named after the catalogue's fields",
    "layers/store/rtree_check.py": "the R-tree's own tables, named after a layer",
    "layers/store/rtree_graft.py": "the R-tree's own tables, named after a layer",
}
"""Files of layers/store that put names from the catalogue into SQL -> what they build."""

EXECUTORS = {"execute", "executemany", "executescript", "exec_driver_sql", "text", "DDL", "scalar", "scalars"}

# Written in pieces, or this file would find itself.
MACHINE_PATHS = re.compile(
    "|".join(["/ho" + r"me/\w", "/ro" + r"ot/\w", "/Us" + r"ers/\w", "/wo" + r"rk/\w", "/op" + r"t/\w"])
    + "|[A-Z]:"
    + r"\\\\?Users|fi"
    + r"le:///|deb\.de"
    + r"bian|pypi\.o"
    + "rg"
)


def _files(*tops: str) -> Iterator[Path]:
    for top in tops:
        start = ROOT / top
        every = start.rglob("*") if start.is_dir() else [start]
        for path in every:
            if path.is_file() and "__pycache__" not in path.parts and path.suffix in TEXT_SUFFIXES:
                yield path


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_no_path_or_address_of_somebodys_machine() -> None:
    top = [_name(path) for path in ROOT.iterdir() if path.is_file() and not path.name.startswith(".git")]
    found = []
    for path in _files("gisapp", "layers", "tests", "resources", ".ci", *top):
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        found += [f"{_name(path)}:{n}" for n, line in enumerate(lines, 1) if MACHINE_PATHS.search(line)]
    assert found == []


def test_rooms_have_walls() -> None:
    lengths = {
        _name(path): len(path.read_text(encoding="utf-8").splitlines())
        for path in _files("gisapp", "layers", "dev.py")
        if path.suffix == ".py"
    }
    too_long = {name: length for name, length in lengths.items() if length > WALL and name not in LONG_FILES}
    assert too_long == {}, "split them, or name the reason in LONG_FILES"
    assert [name for name in LONG_FILES if lengths.get(name, 0) <= WALL] == [], (
        "no longer long: take them off"
    )


def _built(node: ast.expr) -> bool:
    """Whether a string is put together: f-string, +, % or .format()."""
    if isinstance(node, ast.JoinedStr):
        return any(isinstance(part, ast.FormattedValue) for part in node.values)
    if isinstance(node, ast.BinOp):
        strings = [n for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
        joined = [n for n in ast.walk(node) if isinstance(n, ast.JoinedStr)]
        only_constants = all(isinstance(n, ast.Constant | ast.BinOp | ast.operator) for n in ast.walk(node))
        return bool(strings or joined) and not only_constants
    is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    return is_call and node.func.attr == "format"  # type: ignore[attr-defined]


def built_sql(source: str) -> list[int]:
    """Lines on which a statement that is put together goes to the database."""
    lines = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and node.args:
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in EXECUTORS and _built(node.args[0]):
                lines.append(node.lineno)
    return lines


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ('c.execute("SELECT 1", {"a": a})', 0),
        ('c.execute("SELECT " "1")', 0),
        ('c.execute(f"SELECT {a}")', 1),
        ('c.execute("SELECT " + a)', 1),
        ('c.execute("SELECT %s" % a)', 1),
        ('c.execute(text("SELECT {}".format(a)))', 1),
        ("c.execute(statement)", 0),
    ],
)
def test_the_rule_on_sql_sees_what_it_should(source: str, count: int) -> None:
    assert len(built_sql(source)) == count


def test_sql_is_put_together_only_where_it_is_generated() -> None:
    found = {}
    for path in _files("gisapp", "layers"):
        if path.suffix == ".py" and (lines := built_sql(path.read_text(encoding="utf-8"))):
            found[_name(path)] = lines
    outside = {name: lines for name, lines in found.items() if name not in SQL_BUILDERS}
    assert outside == {}, "bind values as parameters; names come from SQLAlchemy's own quoting"
    assert [name for name in SQL_BUILDERS if name not in found] == [], "builds none any more: take it off"
