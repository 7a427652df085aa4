"""Statements as documents: every figure is there to the digits shown, in both languages; nothing runs as a formula."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import docx
import openpyxl
import pytest
from docx.oxml.ns import qn

from layers.errors import UserError
from layers.reports import document
from layers.reports.arranging import arrange
from layers.reports.document import Picture, Pictures
from layers.reports.excel import write_excel
from layers.reports.report import Report, lines
from layers.reports.word import write_word
from layers.reports.wording import NONE, number, number_text
from layers.text import Texts
from tests.layers.reports.statements import make_statement

#: One pixel.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


def make_report() -> Report:
    return arrange(make_statement(), unit="示例供水", is_sample=True)


def word_texts(path: Path) -> str:
    """All that a reader of the document sees, feet of pages included."""
    paper = docx.Document(str(path))
    parts = [element.text or "" for element in paper.element.body.iter(qn("w:t"))]
    parts += [p.text for section in paper.sections for p in section.footer.paragraphs]
    return "\n".join(parts)


def test_excel_holds_every_figure_as_a_number(tmp_path: Path) -> None:
    report, out = make_report(), tmp_path / "a.xlsx"
    write_excel(report, out, Texts("zh"))
    book = openpyxl.load_workbook(out)
    for table in report.tables:
        sheet = book[Texts("zh").render(table.title)]
        for line, row in enumerate(lines(table), 4):
            assert sheet.cell(line, 1).value == Texts("zh").render(row.title)
            assert sheet.cell(line, 1).data_type == "s", "=管径未知 is a name and no formula"
            for place, column in enumerate(table.columns, 2):
                figure = row.cells.get(column.name)
                wanted = NONE if figure is None or number(figure) is None else number(figure)
                assert sheet.cell(line, place).value == wanted
    summary = book.worksheets[0]
    told = {row[0]: row[1] for row in summary.iter_rows(values_only=True) if row[0]}
    assert told["改造"] == 14.76
    assert told["计入下限"] == "DN100"
    # Charts are Excel's own; every sheet says what was counted how on its foot.
    assert sum(len(sheet._charts) for sheet in book.worksheets) == len(report.charts) == 2
    assert all("DN100" in sheet.oddFooter.left.text for sheet in book.worksheets)
    assert all(report.code in sheet.oddFooter.left.text for sheet in book.worksheets)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_word_says_every_figure(tmp_path: Path, language: str) -> None:
    report, out, texts = make_report(), tmp_path / "a.docx", Texts(language)
    picture = Picture(PNG, 180.0, 90.0)
    write_word(report, out, texts, Pictures({"funnel": picture}, picture))
    said = word_texts(out)
    for _, words, figure in report.figures():
        assert texts.render(words) in said
        assert number_text(figure) in said
    for title, value in report.settings:
        assert texts.render(title) in said
        assert texts.render(value) in said
    assert texts.render(report.short_settings) in said
    assert report.code in said
    assert "report." not in said
    paper = docx.Document(str(out))
    assert len(paper.inline_shapes) == 2
    # The head of a table stands again on every page.
    heads = [table.rows[0]._tr.trPr for table in paper.tables]
    order = [child.tag.rpartition("}")[2] for child in paper.tables[0]._tbl.tblPr]
    wanted = ["tblStyle", "tblW", "jc", "tblBorders", "tblLayout", "tblCellMar", "tblLook"]
    assert order == [name for name in wanted if name in order], "Word refuses another order"
    assert sum(head is not None and head.find(qn("w:tblHeader")) is not None for head in heads) == len(
        report.tables
    )


def test_figures_are_read_in_the_units_of_the_trade() -> None:
    report = make_report()
    total = {path: figure for path, _, figure in report.figures()}
    assert number_text(total["dn_class/total/renewed"]) == "14.76"
    assert number_text(total["dn_class/total/cost"]) == "2,284.00"
    assert number_text(total["dn_class/between/rate"]) == "63.6"
    assert number_text(total["fulfilment/total/percent"]) == "89.5"
    order = [row.key for row in lines(report.tables[0])]
    assert order[-2:] == ["total", "unknown"]
    funnel = report.charts[0]
    assert [bar.excess for bar in funnel.bars] == [0, 0, 0, 11, 0, 0]
    assert funnel.whole == 120


def test_a_file_that_cannot_be_written_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "a.docx"
    out.write_bytes(b"before")

    def refuse(self: Path, target: Path) -> Path:
        raise PermissionError(13, "open elsewhere")

    monkeypatch.setattr(document.Path, "replace", refuse)
    with pytest.raises(UserError) as caught:
        write_word(make_report(), out, Texts("zh"))
    assert caught.value.title.parameters["file"] == "a.docx"
    assert out.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [out]


@pytest.mark.parametrize(
    "name", ["a\0b\x0b\ufffe", "\ud800", "长" * 40_000, "&P" * 300, "\u202egnp.exe", "a\r\nb"]
)
def test_no_name_is_too_odd_for_a_document(tmp_path: Path, name: str) -> None:
    made = make_statement()
    table = made.breakdowns["dn_class"]
    odd = replace(table, rows=tuple(replace(row, title=name) for row in table.rows))
    report = arrange(replace(made, breakdowns={"dn_class": odd}), title=name, unit=name)
    for write, out in ((write_excel, tmp_path / "a.xlsx"), (write_word, tmp_path / "a.docx")):
        write(report, out, Texts("zh"))
    foot = openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[0].oddFooter
    assert report.code in foot.left.text, "the check code is never cut off"
    assert word_texts(tmp_path / "a.docx")


@pytest.mark.parametrize(("write", "ending"), [(write_excel, "xlsx"), (write_word, "docx")])
def test_a_full_disk_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Callable[..., None], ending: str
) -> None:
    out = tmp_path / f"a.{ending}"
    out.write_bytes(b"last year's")

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    # What a program left that was ended while it wrote goes; that of one that writes now stays.
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    (tmp_path / f".a-{ended.pid}-x1.{ending}").touch()
    mine = tmp_path / f".a-{os.getpid()}-x2.{ending}"
    mine.touch()
    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(UserError, match="unwritable") as told:
        write(make_report(), out, Texts("zh"))
    assert told.value.detail is not None
    assert told.value.detail.parameters["reason"] == "No space left on device"
    assert {each.name for each in tmp_path.iterdir()} == {out.name, mine.name}
    assert out.read_bytes() == b"last year's"
