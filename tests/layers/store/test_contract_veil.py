"""Contract of every store: while the veil is drawn nothing personal is read in clear, by whatever way."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from layers.errors import UserError
from layers.exchange.export import ExportOptions, export_assets
from layers.exchange.quarantine import get_quarantined
from layers.feedback import Feedback
from layers.model.personal import mask
from layers.model.query import All, AnyOf, Compare, Not, Query
from layers.past.book import Past, read_as_of
from layers.register import Register
from layers.responsibility.asking.subjects import find_subjects
from layers.search.link_names import RegisterLinks
from layers.search.link_targets import find_targets
from layers.store.bulk_read import run_read
from layers.text import Message
from layers.trail import TrailFilter, TrailPage
from tests.layers.store.test_contract_edit import add
from tests.layers.store.test_contract_project_lists import book, take

pytestmark = pytest.mark.keeps_running

NAME, PHONE, PLACE = "周海燕", "10012340127", "解放巷 27 号"
MASKED = {"name": "周**", "phone": "100****0127", "address": "解**"}


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (NAME, "周**"),
        ("李四", "李*"),
        (PHONE, "100****0127"),
        ("0739-5321234", "073*****1234"),
        ("王", "王*"),
    ],
)
def test_masked_once_it_stays_so(text: str, masked: str) -> None:
    assert mask(text) == masked
    assert mask(masked) == masked


def test_stars_of_ones_own_hide_nothing_else() -> None:
    assert mask("*ST" + NAME) == mask(mask("*ST" + NAME)) == "***"
    assert mask(PHONE + "*") == "1**"


def test_rows_kept_out_of_the_register_tell_no_more_than_those_in_it(
    opened: Register, tmp_path: Path
) -> None:
    head = ["工号", "姓名", "岗位", "联系电话", "入职日期", "离职日期", "在岗"]
    rows = [
        head,
        ["A1", NAME, "水管家", PHONE, "2024-01-01", "2023-01-01", "是"],
        ["A2", "李四", "水管家", PHONE, "2020-01-01", "2023-01-01", "否"],
    ]
    take(opened, book(tmp_path / "people.xlsx", ("人员名册", rows)))
    (id,) = [each.id for each in opened.find(Query("quarantined_row"))]
    assert get_quarantined(opened, id).as_written["联系电话"] == PHONE
    opened.veiled = True
    kept = get_quarantined(opened, id)
    assert (kept.as_written["联系电话"], kept.proposed["name"]) == (MASKED["phone"], MASKED["name"])
    assert [(p.rule, p.message.id) for p in kept.problems] == [("before_other", "field.before_other")]
    told = [*opened.find(Query("quarantined_row")), *opened.row_changes(type="quarantined_row", id=id)]
    assert not any(word in repr(each) for each in told for word in (NAME, PHONE))


def test_nothing_personal_is_told_by_any_way(opened: Register, tmp_path: Path) -> None:
    id = add(opened, "customer", code="200001", name="旧名", phone=PHONE, address=PLACE, key_account=True)
    version = opened.data_version
    with opened.edit(Message("store.created")) as edit:
        edit.update("customer", id, 1, {"name": NAME})
    assert opened.get("customer", id)["name"] == NAME  # type: ignore[index]
    opened.veiled = True
    fields = ["code", *MASKED]
    tables = (
        opened.columns("customer", fields),
        opened.rows("customer", [id], fields),
        opened.values("customer", fields),
        opened.worker.run(run_read, read_as_of(opened, "customer", None, fields, geometry=False)),
    )
    for table in tables:
        assert table.select(fields).to_pylist() == [{"code": "200001", **MASKED}]
    for asset in (
        opened.get("customer", id),
        opened.by_code("customer", "200001"),
        opened.find(Query("customer", Compare("key_account", "=", True)))[0],
    ):
        assert asset is not None
        assert {name: asset[name] for name in MASKED} == MASKED
    told = opened.row_changes(type="customer", id=id)
    assert {(row.before or {}).get("name") for row in told} == {None, "旧*"}
    assert opened.rows_at("customer", [id], version)[id]["name"] == "旧*"  # type: ignore[index]
    past = Past("2000-01-01", "book", version)
    read = read_as_of(opened, "customer", past, fields, geometry=False)
    assert read(Feedback()).column("name").to_pylist() == ["旧*"]
    # Whoever may not see it cannot hand it out either, and the register keeps note of every file.
    path = tmp_path / "customers.xlsx"
    export_assets(opened, path, ExportOptions(types=("customer",), personal=True))
    cells = [cell for row in openpyxl.load_workbook(path).worksheets[0].values for cell in row]
    assert "周**" in cells
    assert "100****0127" in cells
    assert not {NAME, PHONE, PLACE} & set(cells)
    assert opened.find(Query("export_record"))[0]["asset_count"] == 1
    opened.veiled = False
    assert opened.get("customer", id)["phone"] == PHONE  # type: ignore[index]


def test_nothing_is_found_out_by_asking(opened: Register) -> None:
    id = add(opened, "customer", code="200001", name=NAME, phone=PHONE, key_account=True)
    asked = Compare("phone", "starts", "1001234")
    assert opened.count(Query("customer", asked)) == 1
    opened.veiled = True
    hidden = (
        asked,
        Not(asked),
        All((Compare("key_account", "=", True), AnyOf((Compare("name", "=", NAME),)))),
    )
    for where in hidden:
        for ask in (
            lambda where=where: opened.find(Query("customer", where)),
            lambda where=where: opened.count(Query("customer", where)),
            lambda where=where: opened.columns("customer", ["code"], where=where),
            lambda where=where: opened.rows("customer", [id], ["code"], where),
            lambda where=where: opened.rows_meeting("customer", ["code"], where),
            lambda where=where: opened.values("customer", ["code"], where),
            lambda where=where: opened.packed("customer", ["key_account"], where),
            lambda where=where: opened.bulk_read("customer", ["code"], where),
            lambda where=where: opened.changed_after("customer", 0, where),
        ):
            with pytest.raises(UserError) as raised:
                ask()
            assert raised.value.title.id == "register.veiled_condition"
    # Whether something is filled in tells nothing of it; neither do words that lead to the asset.
    assert opened.count(Query("customer", Compare("phone", "is not null"))) == 1
    assert find_subjects(opened, NAME) == ()
    assert [each.key.id for each in find_subjects(opened, "200001")] == [id]
    assert find_targets(opened, ("customer",), NAME[:2], None) == []
    assert RegisterLinks(opened).find(opened.catalogue["meter"].field_named("customer"), NAME) is None


def test_the_trail_calls_nobody_by_name(opened: Register) -> None:
    id = add(opened, "customer", code="200001", name=NAME)
    field = opened.catalogue["customer"].field_named("phone").title
    label = Message("form.act", {"type": "", "name": NAME, "fields": (field,)})
    with opened.edit(label) as edit:
        edit.update("customer", id, 1, {"phone": PHONE})
    with opened.edit(Message("form.act", {"type": "", "name": "XHS-1", "fields": (field,)})) as edit:
        edit.insert("hydrant", {"code": "XHS-1"})

    def called(page: TrailPage) -> list[object]:
        return [act.label.parameters["name"] for act in page.acts]

    def matches(label: Message, actor: str) -> bool:
        return NAME in label.parameters.values()

    assert called(opened.trail_page(TrailFilter(), matches=matches)) == [NAME]
    opened.veiled = True
    assert opened.trail_page(TrailFilter(), matches=matches).acts == ()
    assert called(opened.trail_page(TrailFilter(), limit=2)) == ["XHS-1", "周**"]
    assert [act.label.parameters["name"] for act in opened.change_sets(2)] == ["XHS-1", "周**"]
    assert opened.change_sets(2)[1].label.parameters["fields"] == (field,)
    assert [act.label.parameters["name"] for act in opened.changes_after(opened.data_version - 2)] == [
        "周**",
        "XHS-1",
    ]


def test_what_quotes_a_person_is_masked_and_what_quotes_a_pipe_is_not(opened: Register) -> None:
    with opened.edit(Message("store.created")) as edit:
        package = edit.insert("field_package", {"code": "WB-1", "title": "一包", "state": "out"})
        for type_name, field, value in (("customer", "phone", f'"{PHONE}"'), ("pipe", "dn", "200")):
            edit.insert("checkin_conflict", {
                "package": package, "target_type": type_name, "target_id": 1, "field": field, "state": "open",
                "base_value": None, "office_value": value, "field_value": value,
            })  # fmt: skip
    opened.veiled = True
    told = {
        row["field"]: (row["office_value"], row["base_value"])
        for row in opened.find(Query("checkin_conflict"))
    }
    assert told == {"phone": ('"100****0127"', None), "dn": ("200", None)}
    table = opened.values("checkin_conflict", ["target_type", "field", "field_value"])
    assert sorted(table["field_value"].to_pylist()) == ['"100****0127"', "200"]
    # Read alone, nobody can tell whose they are: then none of them is told.
    assert PHONE not in repr(opened.columns("checkin_conflict", ["field_value"]).to_pylist())
    assert PHONE not in repr(opened.row_changes(type="checkin_conflict"))
