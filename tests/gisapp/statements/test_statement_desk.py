"""The desk of statements in the real window: figures open, documents say the same, a frozen copy stays."""

from __future__ import annotations

import datetime
from pathlib import Path

import docx
import openpyxl
import pypdfium2
import pytest
from docx.oxml.ns import qn
from PySide6.QtCore import QDate, Qt, QUrl
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from shapely.geometry import LineString

from gisapp.commands.opening import open_target
from gisapp.commands.sharing import share_map
from gisapp.commands.statements import ask_period
from gisapp.dialogs.period_dialog import PeriodDialog
from gisapp.forms.words import Button
from gisapp.panels.statement.paper import StatementPaper
from gisapp.panels.statement.table_view import TableView
from gisapp.window import Window
from layers.register import Register
from layers.reports.share.sharing import ShareWish
from layers.text import Message
from tests.gisapp.driving import PATIENCE, find, settle, unrendered, visible_texts
from tests.printed import pages_of

ACT = Message("action.import")
YEAR = datetime.date.today().year - 1
X, Y = 538_000.0, 3_016_500.0


@pytest.fixture
def works_town(town: Path) -> Path:
    """The town with a renewal of 300 m DN300 that retired 300 m DN200, and 200 m DN450 newly laid, all last year."""
    with Register.open(town, actor="林工") as register, register.edit(ACT) as edit:
        renewal = edit.insert(
            "project", {"code": "XM-1", "name": "大塘路改造", "kind": "renewal", "state": "completed",
                        "settled_cost": 120_000.0, "completed_date": f"{YEAR}-06-30"},
        )  # fmt: skip
        laying = edit.insert(
            "project", {"code": "XM-2", "name": "学府路新建", "kind": "new_laying", "state": "open"}
        )
        for number in range(3):
            line = LineString([(X + 100 * number, Y), (X + 100 * number + 100, Y)])
            common = {"material": "DI", "laid_date": f"{YEAR}-05-01"}
            edit.insert("pipe", {"code": f"N-{number}", "dn": 300, "status": "in_service", "project_in": renewal,
                                 "completion_date": f"{YEAR}-06-01", "geom": line, **common})  # fmt: skip
            edit.insert("pipe", {"code": f"O-{number}", "dn": 200, "status": "abandoned", "project_out": renewal,
                                 "laid_date": "1990", "retired_date": f"{YEAR}-06-01", "geom": line})  # fmt: skip
        line = LineString([(X, Y + 50), (X + 200, Y + 50)])
        edit.insert("pipe", {"code": "L-1", "dn": 450, "material": "PE", "status": "in_service", "project_in": laying,
                             "completion_date": f"{YEAR}-09-01", "geom": line})  # fmt: skip
    return town


def cell(table: TableView, row: str, column: str) -> QWidget:
    """Click the figure of a row and column."""
    model = table.table_model
    line = next(n for n, each in enumerate(model.rows) if each.key == row)
    place = next(n for n, each in enumerate(model.columns) if each.name == column)
    table.choose(model.index(line, place + 1))
    return table


def test_figures_documents_submitting_and_sharing(
    window: Window, works_town: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    session, desk, actions = window.parts.session, window.statements, window.parts.actions
    open_target(window, str(works_town), lambda _: None)
    qtbot.waitUntil(lambda: session.is_open and window.map.canvas.scene is not None, timeout=PATIENCE)
    settle(window, qtbot)
    assert desk.page is None, "nothing of the desk is made before it is asked for"
    # Story 12, first act: the desk shows last year's statement.
    window.show_desk("statements")
    qtbot.waitUntil(lambda: desk.work.current is not None, timeout=PATIENCE)
    settle(window, qtbot)
    opened, page, origin = desk.work.current, desk.page, desk.origin
    assert opened is not None
    assert page is not None
    assert origin is not None
    assert opened.entry.first.year == YEAR
    assert opened.report.is_sample
    of = {tile.name: tile.figure for tile in opened.report.tiles}
    assert of["renewed"].value == pytest.approx(300)
    assert of["laid"].value == pytest.approx(200)
    assert of["retired"].value == pytest.approx(300)
    assert not unrendered(visible_texts(page))
    assert not unrendered(visible_texts(desk.list))
    # Second act: a figure opens its pipes, on the map beside it, in the list and in the selection.
    cell(page.tables["dn_class"], "total", "renewed")
    settle(window, qtbot)
    assert session.selection.counts == {"pipe": 3}
    assert origin.isVisible()
    assert [origin.list.item(row, 0).text() for row in range(3)] == ["N-0", "N-1", "N-2"]
    assert origin.list.item(0, 1).text() == "100.0"
    assert len(origin.canvas.overlay.selected) == 3
    assert not unrendered(visible_texts(origin))
    # A size that the company's classes leave out stands on its own row and in the total.
    unclassified = next(row for row in opened.report.tables[0].rows if row.level == "unclassified")
    assert unclassified.cells["laid"].value == pytest.approx(200)
    # Documents: no question, in the folder used last; the same figures in each; nothing is written over.
    for name in ("word", "excel", "pdf"):
        actions.trigger(f"statements.{name}")
        qtbot.waitUntil(lambda: not window.findChildren(StatementPaper), timeout=PATIENCE)
        settle(window, qtbot)
    word, excel, pdf = (next(works_town.parent.glob(f"*{end}")) for end in (".docx", ".xlsx", ".pdf"))
    paper = docx.Document(str(word))
    said = "\n".join(element.text or "" for element in paper.element.body.iter(qn("w:t")))
    printed = "\n".join(pages_of(pdf))
    for each in ("大塘路改造", "0.30", "未归类", "DN100", "按管径分级", "合计"):
        assert each in said
        assert each in printed
    # What was printed can be read out of the PDF; every page says what was counted how, the last has the map.
    for title, value in opened.report.settings:
        for words in (title, value):
            text = window.parts.language.render(words)
            assert text.replace(" ", "")[:20] in printed.replace(" ", "").replace("\r\n", "").replace(
                "\n", ""
            )
    document = pypdfium2.PdfDocument(pdf)
    pages = len(document)
    document.close()
    assert printed.count(opened.report.code) == pages - 1
    assert "新建与改造管段" in printed
    assert len(paper.inline_shapes) >= 1
    book = openpyxl.load_workbook(excel)
    assert book.worksheets[0]["A1"].value == opened.report.title
    listed = [row for row in book["管段清单"].iter_rows(min_row=4, values_only=True) if row[0]]
    assert [row[1] for row in listed if row[0] == "改造"] == ["N-0", "N-1", "N-2"]
    assert sum(row[4] for row in listed if row[0] == "改造") == pytest.approx(of["renewed"].value)
    assert {row[7] for row in listed if row[0] == "废除"} == {"大塘路改造"}
    actions.trigger("statements.word")
    qtbot.waitUntil(lambda: not window.findChildren(StatementPaper), timeout=PATIENCE)
    settle(window, qtbot)
    assert len(list(works_town.parent.glob("*.docx"))) == 2
    # Submitted: frozen, listed, the same figures; an edit later is told beside it and changes nothing in it.
    actions.trigger("statements.submit")
    qtbot.waitUntil(
        lambda: desk.work.current is not None and desk.work.current.entry.id is not None, timeout=PATIENCE
    )
    settle(window, qtbot)
    copy = desk.work.current
    assert copy is not None
    assert copy.report.code == opened.report.code
    assert copy.differences == ()
    assert not actions.is_possible("statements.submit")
    assert copy.entry.key in desk.list.rows
    register = session.register
    assert register is not None
    pipe = register.by_code("pipe", "N-0")
    assert pipe is not None
    session.edit(ACT, lambda edit: edit.update("pipe", pipe.id, pipe.version, {"as_built_length_m": 150.0}))
    qtbot.waitUntil(lambda: bool(desk.work.current and desk.work.current.differences), timeout=PATIENCE)
    settle(window, qtbot)
    assert page.strip.isVisible()
    page.strip_link.click()
    told = {(each.table, each.column): each for each in desk.work.current.differences or ()}  # type: ignore[union-attr]
    assert told["headline", "renewed"].change == pytest.approx(50)
    assert told["headline", "renewed"].objects == ()
    link = next(each for each in page.findChildren(Button) if each.text() == "改造")
    qtbot.mouseClick(link, Qt.MouseButton.LeftButton)
    assert session.selection.counts == {"pipe": 3}
    renewed = next(tile for tile in desk.work.current.report.tiles if tile.name == "renewed")  # type: ignore[union-attr]
    assert renewed.figure.value == pytest.approx(300)
    # The draft of the same year follows the register.
    desk.work.open(next(each for each in desk.work.entries if each.first.year == YEAR and each.id is None))
    qtbot.waitUntil(
        lambda: desk.work.current is not None and desk.work.current.entry.id is None, timeout=PATIENCE
    )
    now = {tile.name: tile.figure for tile in desk.work.current.report.tiles}  # type: ignore[union-attr]
    assert now["renewed"].value == pytest.approx(350)
    # What was written a moment before is in what is submitted, though the page has not followed yet.
    other = register.by_code("pipe", "N-1")
    assert other is not None
    session.edit(ACT, lambda edit: edit.update("pipe", other.id, other.version, {"as_built_length_m": 130.0}))
    desk.work.submit()
    qtbot.waitUntil(
        lambda: desk.work.current is not None and desk.work.current.entry.id not in (None, copy.entry.id),
        timeout=PATIENCE,
    )
    assert desk.work.current is not None
    assert desk.work.current.statement.headline["renewed"].value == pytest.approx(380)
    settle(window, qtbot)
    # Another language: every word follows.
    window.parts.language.use("en")
    # In the smallest window every button is whole.
    for size in ((1024, 700), (1600, 900)):
        window.resize(*size)
        settle(window, qtbot)
        assert desk.page is not None
        for button in desk.page.buttons.values():
            assert button.width() >= button.sizeHint().width()
            assert desk.page.rect().contains(button.geometry())
    settle(window, qtbot)
    assert not [text for text in visible_texts(page) if text.startswith(("report", "kilometres"))]
    assert "Renewed" in visible_texts(page)
    window.parts.language.use("zh")
    # Another period, asked for.
    ask_period(window)
    dialog = window.findChild(PeriodDialog)
    assert dialog is not None
    dialog.first.setDate(QDate(YEAR, 7, 1))
    dialog.last.setDate(QDate(YEAR, 6, 1))
    dialog.accept()
    assert dialog.wrong.text()
    dialog.last.setDate(QDate(YEAR, 12, 31))
    dialog.accept()
    qtbot.waitUntil(lambda: desk.work.current.entry.first.month == 7, timeout=PATIENCE)  # type: ignore[union-attr]
    half = {tile.name: tile.figure for tile in desk.work.current.report.tiles}  # type: ignore[union-attr]
    assert (half["renewed"].value, half["laid"].value) == (0, pytest.approx(200))
    # Shared and opened in the browser.
    shown: list[QUrl] = []
    out = tmp_path / "map.html"
    share_map(window, out, ShareWish(), lambda url: bool(shown.append(url)) or True)
    qtbot.waitUntil(lambda: bool(shown), timeout=PATIENCE)
    assert out.stat().st_size > 100_000
    # Back to the map, to what is selected; the desk gives its places back.
    cell(page.tables["dn_class"], "total", "laid")
    settle(window, qtbot)
    qtbot.mouseClick(origin.on_map, Qt.MouseButton.LeftButton)
    assert window.desk == "map"
    assert window.map.isVisible()
    assert window.inspector.isVisible()
    # What is looked for is seen, whichever desk is open.
    desk.work.open(copy.entry)
    window.show_desk("statements")
    settle(window, qtbot)
    find(window, "XHS-02147", qtbot)
    qtbot.waitUntil(lambda: window.desk == "map", timeout=PATIENCE)
    # Closed while a document is on the press: nothing is left behind, not even a part of the file.
    before = set(works_town.parent.iterdir())
    actions.trigger("statements.pdf")
    window.close()
    assert {path.suffix for path in set(works_town.parent.iterdir()) - before} <= {".gpkg-wal", ".gpkg-shm"}
