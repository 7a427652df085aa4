"""Assets written out: what, in which words and coordinates, and that it can come back."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyogrio
import pytest
import shapely
from python_calamine import CalamineWorkbook

from layers.errors import UserError
from layers.exchange.export import ExportOptions, export_assets, mask
from layers.exchange.importer import plan_import, run_import
from layers.exchange.writers import OutLayer, write_layers
from layers.feedback import Feedback
from layers.geometry.crs import Crs
from layers.model.condition_text import ConditionError
from layers.model.query import Query
from layers.register import Register
from layers.text import Message, Texts

# The register's worker lives as long as the register.
pytestmark = pytest.mark.keeps_running


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Register]:
    with Register.create(tmp_path / "town.gpkg", Crs.parse("EPSG:4547"), actor="li") as made:
        with made.edit(Message("import.label", {"files": (), "count": 3})) as edit:
            first = edit.insert(
                "pipe",
                {
                    "code": "G1", "dn": 200, "material": "DI", "laid_date": "200X", "status": "in_service",
                    "geom": shapely.LineString([(500_000, 3_000_000, 5), (500_100, 3_000_000, 6)]),
                },
            )  # fmt: skip
            edit.insert("pipe", {"code": "G2", "dn": 80, "material": "PE", "remark": "=1+1"})
            edit.insert(
                "leak",
                {"code": "L1", "pipe": first, "finder": "张三丰", "geom": shapely.Point(500_050, 3_000_000)},
            )
            edit.insert("customer", {"code": "K1", "name": "李四", "phone": "13812345678"})
        yield made


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_codes_and_stable_names_with_links_as_codes(register: Register, tmp_path: Path) -> None:
    done = export_assets(register, tmp_path / "out.csv", ExportOptions(types=("pipe", "leak")))
    assert done.counts == {"pipe": 2, "leak": 1}
    first, second = rows(tmp_path / "out_pipe.csv")
    assert (first["code"], first["dn"], first["material"], first["laid_date"]) == ("G1", "200", "DI", "200X")
    assert second["remark"] == "'=1+1"
    (leak,) = rows(tmp_path / "out_leak.csv")
    assert (leak["pipe"], leak["finder"]) == ("G1", "张**")
    assert done.masked


def test_what_files_are_attached_to_is_named_whatever_else_they_may_be_attached_to(
    register: Register, tmp_path: Path
) -> None:
    with register.edit(Message("import.label", {"files": (), "count": 1})) as edit:
        leak = register.by_code("leak", "L1")
        assert leak is not None
        register.attach(edit, "leak", leak.id, "note.txt", b"seen")
    done = export_assets(register, tmp_path / "out.csv", ExportOptions(types=("attachment",)))
    assert done.counts == {"attachment": 1}
    assert [row["target"] for row in rows(tmp_path / "out.csv")] == ["leak:L1"]


def test_words_and_titles_for_people(register: Register, tmp_path: Path) -> None:
    export_assets(register, tmp_path / "out.xlsx", ExportOptions(types=("pipe",), language="zh"))
    header, first, *_ = CalamineWorkbook.from_path(tmp_path / "out.xlsx").get_sheet_by_index(0).to_python()
    row = dict(zip(header, first, strict=True))
    assert (row["管段编号"], row["材质"], row["敷设年代"], row["状态"]) == (
        "G1",
        "球墨铸铁",
        "2000年代",
        "在用",
    )


def test_personal_data_in_clear_is_noted(register: Register, tmp_path: Path) -> None:
    export_assets(register, tmp_path / "a.csv", ExportOptions(types=("customer",)))
    assert [(r["name"], r["phone"]) for r in rows(tmp_path / "a.csv")] == [("李*", "138****5678")]
    export_assets(register, tmp_path / "b.csv", ExportOptions(types=("customer",), personal=True))
    assert [(r["name"], r["phone"]) for r in rows(tmp_path / "b.csv")] == [("李四", "13812345678")]
    notes = register.find(Query("export_record"))
    assert [(n["target"], n["asset_count"], n["personal_data"]) for n in notes] == [
        ("a.csv", 1, False),
        ("b.csv", 1, True),
    ]
    # A note of an export is nothing to undo.
    assert register.change_sets()[0].kind == "export"
    assert register.undo_label is not None
    assert register.undo_label.id == "import.label"


@pytest.mark.parametrize("ending", ["gpkg", "shp", "geojson"])
def test_coordinates_are_turned_and_heights_kept(register: Register, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"out.{ending}"
    export_assets(register, path, ExportOptions(types=("pipe",), where="dn>=100", crs=Crs.parse("EPSG:4326")))
    _, _, geometry, _ = pyogrio.raw.read(path)
    (line,) = shapely.from_wkb(geometry)
    assert line.coords[0] == pytest.approx((114.0, 27.1, 5.0), abs=0.05)
    assert pyogrio.read_info(path)["crs"] == "EPSG:4326" or ending == "geojson"


def test_an_export_comes_back_unchanged(register: Register, tmp_path: Path) -> None:
    path = tmp_path / "pipes.gpkg"
    export_assets(register, path, ExportOptions(types=("pipe",)))
    with Register.create(tmp_path / "other.gpkg", register.crs, actor="wang") as other:
        report = run_import(other, plan_import(other, [path]))
        assert (report.counts.accepted, report.counts.warned) == (2, 0)
        fields = [f.name for f in register.catalogue["pipe"].columns if not f.name.endswith("_origin")]
        ours, theirs = register.find(Query("pipe")), other.find(Query("pipe"))
        assert [[a[f] for f in fields] for a in theirs] == [[a[f] for f in fields] for a in ours]
        assert theirs[0].geometry == ours[0].geometry


def test_what_cannot_be_exported_is_said_and_writes_nothing(register: Register, tmp_path: Path) -> None:
    own = Path(register.target)
    wrong = [
        (own, ExportOptions(), "export.own_register"),
        (tmp_path / "out.csv", ExportOptions(types=("spaceship",)), "cli.error.no_such_type"),
        (tmp_path / "out.csv", ExportOptions(where="dn"), "condition.expected.sign"),
        (tmp_path / "out.csv", ExportOptions(where="wings=2"), "export.where.no_field"),
        (tmp_path / "out.csv", ExportOptions(types=("pipe",), where="dn>=thick"), "condition.wrong_value"),
        (tmp_path / "out.csv", ExportOptions(where=" "), "condition.expected.field"),
        (tmp_path / "out.csv", ExportOptions(types=("leak",), where="pipe=G9"), "condition.unknown_target"),
        (tmp_path / "out.csv", ExportOptions(types=("pipe",), where="dn>=9000"), "export.nothing"),
        (tmp_path / "out.csv", ExportOptions(crs=Crs.parse("local")), "export.local_crs"),
        (tmp_path / "out.doc", ExportOptions(), "format.unknown_ending"),
    ]
    version = register.data_version
    for path, options, expected in wrong:
        with pytest.raises(UserError) as raised:
            export_assets(register, path, options)
        assert raised.value.title.id == expected
        assert raised.value.hint is not None
        assert all(raised.value.hint.id in Texts(language) for language in ("zh", "en"))
    assert not list(tmp_path.glob("out*"))
    assert register.data_version == version


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("dn>=100", {"pipe": ["G1"]}),
        ("dn >= DN100 AND material=球铁", {"pipe": ["G1"]}),
        ("公称直径 < 100 或 材质 = 球墨铸铁", {"pipe": ["G1", "G2"]}),
        ("material = PE and laid_date is empty", {"pipe": ["G2"]}),
        ("remark~'1+1'", {"pipe": ["G2"]}),
        # Types that lack a field of the condition are left out.
        ("pipe = G1", {"leak": ["L1"]}),
        ("code ~ 1", {"pipe": ["G1"], "leak": ["L1"], "customer": ["K1"]}),
    ],
)
def test_conditions_are_those_of_the_window(
    register: Register, tmp_path: Path, where: str, expected: dict[str, list[str]]
) -> None:
    done = export_assets(register, tmp_path / "out.xlsx", ExportOptions(("pipe", "leak", "customer"), where))
    book = CalamineWorkbook.from_path(tmp_path / "out.xlsx")
    sheets = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    found = {name: [row[header.index("code")] for row in rows] for name, (header, *rows) in sheets.items()}
    assert found == expected
    assert done.counts == {name: len(codes) for name, codes in expected.items()}


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("dn>=100 and material=Gold", "In the condition: dn>=100 and material=[Gold]"),
        ("dn>=100 且 wings=2", "In the condition: dn>=100 且 [wings=2]"),
        ("code ~ 1 and wings=2", "In the condition: code ~ 1 and [wings=2]"),
        ("dn >=", "In the condition: dn >=[]"),
    ],
)
def test_a_wrong_condition_is_shown_with_the_place(
    register: Register, tmp_path: Path, where: str, said: str
) -> None:
    with pytest.raises(ConditionError) as raised:
        export_assets(register, tmp_path / "out.csv", ExportOptions(where=where))
    assert raised.value.detail is not None
    assert Texts("en").render(raised.value.detail) == said


def test_masks() -> None:
    assert [mask(t) for t in ("张三", "张", "欧阳修", "13812345678", "0739-5368888")] == [
        "张*", "张*", "欧**", "138****5678", "073*****8888",
    ]  # fmt: skip


def test_of_several_files_none_replaces_one_that_nobody_named(tmp_path: Path) -> None:
    layers = [
        OutLayer(name, pa.table({"a": [1]}), None, Crs.parse("EPSG:4546")) for name in ("pipe", "valve")
    ]
    kept = tmp_path / "out_valve.csv"
    kept.write_text("last year")
    with pytest.raises(UserError) as refused:
        write_layers(Feedback(), tmp_path / "out.csv", layers)
    assert refused.value.title.parameters["place"] == "out_valve.csv"
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("out_valve.csv", "last year")]


def test_shortened_names_are_listed_once(tmp_path: Path) -> None:
    table = pa.table({"position_accuracy_m": [1.0], "dn": [1]})
    layers = [OutLayer(name, table, None, Crs.parse("EPSG:4546")) for name in ("pipe", "valve")]
    (remark,) = write_layers(Feedback(), tmp_path / "out.shp", layers).remarks
    assert remark.message.parameters == {"count": 1, "names": ("position_accuracy_m → position_a",)}
