"""The census leaves the window: its report in three kinds, plates of what is selected; each noted."""

from __future__ import annotations

from pathlib import Path

import docx
import openpyxl
import pytest
from pytestqt.qtbot import QtBot

from gisapp.commands.census_documents import print_plates, write_report
from gisapp.window import Window
from layers.model.asset import AssetKey
from layers.model.query import Query
from layers.register import Register
from layers.text import Message
from tests.gisapp.driving import PATIENCE
from tests.printed import pages_of

WORDS = "census_print.excel", "census_print.word", "census_print.pdf"


@pytest.fixture
def counted(town: Path) -> Path:
    """The town with a campaign over its hydrant, which was found as the book has it."""
    with Register.open(town, actor="林工") as register, register.edit(Message("action.import")) as edit:
        values = {
            "name": "消火栓普查",
            "types": "hydrant",
            "state": "open",
            "form": '{"hydrant": ["feed_dn"]}',
        }
        campaign = edit.insert("campaign", values)
        lot = edit.insert("lot", {"campaign": campaign, "name": "一组", "state": "out"})
        seen = {"state": "visited", "outcome": "found", "found": '{"condition":"1"}', "book": "{}"}
        for target in ("hydrant:1", None):
            record = {"campaign": campaign, "lot": lot, "target": target, "target_type": "hydrant"}
            edit.insert(
                "census_record", {**record, **(seen if target else {"state": "planned"}), "sequence": 1}
            )
    return town


def test_report_and_plates_are_written_and_noted(
    counted: Path, open_town: Window, tmp_path: Path, qtbot: QtBot
) -> None:
    window = open_town
    session, actions = window.parts.session, window.parts.actions
    register = session.register
    assert register is not None
    assert not any(actions.is_possible(id) for id in (*WORDS, "census_print.plates"))
    window.show_desk("census")
    qtbot.waitUntil(lambda: window.census.centre.campaign is not None, timeout=PATIENCE)
    qtbot.waitUntil(lambda: all(actions.is_possible(id) for id in WORDS), timeout=PATIENCE)

    def made(path: Path) -> Path:
        qtbot.waitUntil(lambda: window.statements.written == str(path), timeout=PATIENCE)
        return path

    write_report(window, "excel", tmp_path / "报告.xlsx")
    book = openpyxl.load_workbook(made(tmp_path / "报告.xlsx"))
    cells = {row[0].value: row[1].value for row in book["总体指标"].iter_rows() if len(row) > 1}
    assert (cells["完成率"], cells["账实相符率"], cells["完好率"]) == ("50.0 %", "100.0 %", "100.0 %")
    write_report(window, "word", tmp_path / "报告.docx")
    words = docx.Document(str(made(tmp_path / "报告.docx")))
    assert "按对象类型" in {each.text for each in words.paragraphs}
    write_report(window, "pdf", tmp_path / "报告.pdf")
    assert "账实相符率" in "".join(pages_of(made(tmp_path / "报告.pdf")))

    keys = [AssetKey("hydrant", 1), *(AssetKey("meter", n) for n in range(1, 12))]
    session.select(keys)
    assert actions.is_possible("census_print.plates")
    print_plates(window, tmp_path / "标牌.pdf")
    first, second = pages_of(made(tmp_path / "标牌.pdf"))
    assert "XHS-02147" in first
    assert "解放巷" in first
    assert "SB-000010" in second
    notes = {note["target"]: note["asset_count"] for note in register.find(Query("export_record"))}
    assert notes == {"报告.xlsx": 2, "报告.docx": 2, "报告.pdf": 2, "标牌.pdf": 12}
    # The company publishes no telephone yet: it is said what the plates lack.
    qtbot.waitUntil(
        lambda: [each.title.id for each in window.parts.notifier.notices][-1] == "census_report.no_hotline",
        timeout=PATIENCE,
    )
