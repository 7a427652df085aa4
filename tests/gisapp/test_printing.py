"""Printing driven through the real window: Ctrl+P, the form, the preview, files, a printer, and a change of mind."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gisapp.dialogs import print_dialog
from gisapp.dialogs.print_choice import EXTENTS, PrintChoice
from gisapp.dialogs.print_dialog import PrintDialog, next_scale
from gisapp.map.sheet.printer_output import printer_for
from gisapp.window import Window
from layers.basemap.listing import add_entries, place_of
from layers.basemap.opening import entries_of
from layers.geometry.crs import Crs, transformer
from layers.model.asset import AssetKey
from layers.model.query import Compare
from layers.scene.paper import SCALES
from layers.text import Message
from tests.gisapp.driving import PATIENCE, settle, unrendered, visible_texts
from tests.layers.basemap.makers import mercator_tiles, png, to_mercator, write_mbtiles
from tests.printed import pages_of

pytestmark = pytest.mark.keeps_running


def open_dialog(window: Window, qtbot: QtBot) -> PrintDialog:
    """Ctrl+P, and wait for the first preview."""
    qtbot.waitUntil(lambda: window.map.canvas.scene is not None, timeout=PATIENCE)
    settle(window, qtbot)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=PATIENCE)
    qtbot.keyClick(window, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window.findChild(PrintDialog) is not None, timeout=PATIENCE)
    dialog = window.findChild(PrintDialog)
    assert isinstance(dialog, PrintDialog)
    rest(dialog, qtbot)
    return dialog


def rest(dialog: PrintDialog, qtbot: QtBot) -> None:
    """Wait until the preview shows what the form says."""
    qtbot.wait(200)
    qtbot.waitUntil(
        lambda: dialog.preview.image is not None and not dialog.sketch.is_busy and not dialog._tasks.running,
        timeout=PATIENCE,
    )


def choose(dialog: PrintDialog, extent: str, scale: str, qtbot: QtBot) -> None:
    dialog.form.extent.setCurrentIndex(EXTENTS.index(extent))  # type: ignore[arg-type]
    dialog.form.scale.setEditText(scale)
    rest(dialog, qtbot)


@pytest.fixture
def dialog(open_town: Window, qtbot: QtBot) -> PrintDialog:
    return open_dialog(open_town, qtbot)


def test_the_preview_is_the_sheet_and_the_form_speaks(dialog: PrintDialog) -> None:
    plan = dialog.plan
    assert plan is not None
    image = dialog.preview.image
    assert image is not None
    assert image.width() / image.height() == pytest.approx(420 / 297, rel=0.01)
    assert not unrendered(visible_texts(dialog))
    assert dialog.form.heading.text() == "小镇供水"
    assert dialog.form.drawn_by.text() == "林工"
    assert not dialog.wrong.isVisible()


def test_a_pdf_is_written_and_told(
    open_town: Window, dialog: PrintDialog, tmp_path: Path, qtbot: QtBot
) -> None:
    choose(dialog, "all", "1:5000", qtbot)
    dialog.form.heading.setText("小镇管网现状图")
    dialog.form.number.setText("GS-07")
    rest(dialog, qtbot)
    with qtbot.waitSignal(dialog.written, timeout=PATIENCE):
        dialog.save_to(tmp_path / "sheet.pdf")
    (text,) = pages_of(tmp_path / "sheet.pdf")
    for word in ("小镇管网现状图", "GS-07", "1:5000", "林工", "示例数据"):
        assert word in text
    assert any("sheet.pdf" in text for text in visible_texts(open_town))


def test_dragging_the_map_moves_the_extent_by_what_was_dragged(dialog: PrintDialog, qtbot: QtBot) -> None:
    choose(dialog, "all", "1:2000", qtbot)
    assert dialog.plan is not None
    before = dialog.plan.pages[0].viewport
    share = dialog.preview.share(dialog.plan.layout)
    start = dialog.preview.sheet_rect().center().toPoint()
    qtbot.mousePress(dialog.preview, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(dialog.preview, start + QPoint(60, -25))
    qtbot.mouseRelease(dialog.preview, Qt.MouseButton.LeftButton, pos=start + QPoint(60, -25))
    rest(dialog, qtbot)
    after = dialog.plan.pages[0].viewport
    assert after.metres_per_pixel == before.metres_per_pixel
    assert after.x - before.x == pytest.approx(-60 / share * before.metres_per_pixel, rel=0.02)
    assert after.y - before.y == pytest.approx(-25 / share * before.metres_per_pixel, rel=0.02)
    # Another extent begins in its own middle.
    choose(dialog, "view", "1:2000", qtbot)
    assert dialog.plan.pages[0].viewport.x != pytest.approx(after.x, abs=1.0)


def test_the_wheel_goes_through_the_round_scales(dialog: PrintDialog, qtbot: QtBot) -> None:
    choose(dialog, "all", "1:2000", qtbot)
    place = QPointF(dialog.preview.rect().center())
    event = QWheelEvent(
        place, dialog.preview.mapToGlobal(place), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(dialog.preview, event)
    rest(dialog, qtbot)
    assert dialog.form.choice.scale == 1000
    assert dialog.plan is not None
    assert dialog.plan.denominator == pytest.approx(1000)


@pytest.mark.parametrize("scale", SCALES)
def test_every_scale_has_its_neighbours(scale: float) -> None:
    assert next_scale(next_scale(scale, 1), -1) == scale


def test_a_series_is_leafed_through_and_written_whole(
    dialog: PrintDialog, tmp_path: Path, qtbot: QtBot
) -> None:
    choose(dialog, "all", "1:500", qtbot)
    assert dialog.wrong.isVisible(), "that it does not fit is said"
    dialog.form.series.setChecked(True)
    rest(dialog, qtbot)
    assert not dialog.wrong.isVisible()
    assert dialog.plan is not None
    count = len(dialog.plan.pages)
    assert count > 3
    first = QImage(dialog.preview.image)
    qtbot.mouseClick(dialog.forth, Qt.MouseButton.LeftButton)
    rest(dialog, qtbot)
    assert dialog.preview.image != first
    dialog.save_to(tmp_path / "sheets.png")
    assert dialog.wrong.isVisible(), "a series as PNG is refused"
    with qtbot.waitSignal(dialog.written, timeout=PATIENCE):
        dialog.save_to(tmp_path / "sheets.pdf")
    texts = pages_of(tmp_path / "sheets.pdf")
    assert len(texts) == count
    assert "索引图" in texts[0]
    assert f"第 {count - 1} 张 共 {count - 1} 张" in texts[-1]


def test_a_past_day_is_named_on_its_sheet(open_town: Window, tmp_path: Path, qtbot: QtBot) -> None:
    settle(open_town, qtbot)
    past = open_town.map.past
    open_town.parts.actions.trigger("view.past")
    qtbot.waitUntil(lambda: past.map.shown is not None, timeout=PATIENCE)
    dialog = open_dialog(open_town, qtbot)
    with qtbot.waitSignal(dialog.written, timeout=PATIENCE):
        dialog.save_to(tmp_path / "past.pdf")
    (text,) = pages_of(tmp_path / "past.pdf")
    assert past.map.shown is not None
    assert f"{past.map.shown.day} 在用的管网" in text


def test_only_what_is_selected(open_town: Window, qtbot: QtBot) -> None:
    register = open_town.parts.session.register
    assert register is not None
    hydrant = register.by_code("hydrant", "XHS-02147")
    assert hydrant is not None
    open_town.parts.session.select((AssetKey("hydrant", hydrant.id),))
    dialog = open_dialog(open_town, qtbot)
    choose(dialog, "selection", "1:500", qtbot)
    assert dialog.plan is not None
    view = dialog.plan.pages[0].viewport
    assert (view.x, view.y) == pytest.approx((538655.3, 3016012.84), abs=0.01)


@pytest.mark.parametrize("text", ["1:0", "abc", "1:1:1"])
def test_what_makes_no_sense_is_said_at_once(text: str, dialog: PrintDialog, qtbot: QtBot) -> None:
    dialog.form.scale.setEditText(text)
    assert dialog.wrong.isVisible()
    assert not dialog.save.isEnabled()
    dialog.form.scale.setEditText("1:1000")
    assert not dialog.wrong.isVisible()
    assert dialog.save.isEnabled()
    rest(dialog, qtbot)


def test_a_sheet_with_nothing_on_it_is_told_before_it_is_printed(open_town: Window, qtbot: QtBot) -> None:
    settle(open_town, qtbot)
    open_town.map.canvas.fly_to(530_000.0, 3_000_000.0, 0.8)
    settle(open_town, qtbot)
    dialog = open_dialog(open_town, qtbot)
    assert any("没有可画" in text for text in visible_texts(dialog))
    choose(dialog, "all", "", qtbot)
    assert not any("没有可画" in text for text in visible_texts(dialog))


def test_a_free_paper_size(dialog: PrintDialog, qtbot: QtBot) -> None:
    dialog.form.paper.setCurrentIndex(dialog.form.paper.count() - 1)
    assert dialog.wrong.isVisible(), "no size yet"
    dialog.form.free.setText("900x300")
    rest(dialog, qtbot)
    image = dialog.preview.image
    assert image is not None
    assert image.width() / image.height() == pytest.approx(3.0, rel=0.02)


def test_choices_are_there_again_next_time(open_town: Window, dialog: PrintDialog, qtbot: QtBot) -> None:
    dialog.form.paper.setCurrentIndex(dialog.form.paper.findData("A1"))
    dialog.form.datum.setText("1985国家高程基准")
    dialog.form.heading.setText("只这一次")
    dialog.form.legend.setChecked(False)
    dialog.reject()
    qtbot.waitUntil(lambda: open_town.findChild(PrintDialog) is None, timeout=PATIENCE)
    again = open_dialog(open_town, qtbot)
    assert again.form.choice.size == "A1"
    assert again.form.datum.text() == "1985国家高程基准"
    assert not again.form.legend.isChecked()
    assert again.form.heading.text() == "小镇供水"


def test_damaged_memories_do_no_harm() -> None:
    choice = PrintChoice().with_remembered(
        {
            "size": "B7",
            "dpi": "many",
            "orientation": "askew",
            "legend": 3,
            "unit": None,
            "no": 1,
            "extent": "area",
        }
    )
    assert choice == PrintChoice(size="A4")


def test_stopping_leaves_no_file(dialog: PrintDialog, tmp_path: Path, qtbot: QtBot) -> None:
    choose(dialog, "all", "1:500", qtbot)
    dialog.form.series.setChecked(True)
    rest(dialog, qtbot)
    (tmp_path / "a.pdf").write_bytes(b"old")
    dialog.save_to(tmp_path / "a.pdf")
    assert dialog.press.is_busy
    qtbot.wait(30)
    qtbot.mouseClick(dialog.stop, Qt.MouseButton.LeftButton)
    assert not dialog.press.is_busy
    settle_dialog(dialog, qtbot)
    assert (tmp_path / "a.pdf").read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir() if "picture" in path.name] == []
    assert dialog.save.isEnabled()


def settle_dialog(dialog: PrintDialog, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not dialog._tasks.running, timeout=PATIENCE)


def test_closing_in_the_middle_of_a_png_leaves_nothing(
    dialog: PrintDialog, tmp_path: Path, qtbot: QtBot
) -> None:
    dialog.form.dpi.setCurrentIndex(dialog.form.dpi.count() - 1)
    rest(dialog, qtbot)
    tasks = dialog._tasks
    dialog.save_to(tmp_path / "a.png")
    assert dialog.press.is_busy
    dialog.reject()
    qtbot.waitUntil(lambda: not tasks.running, timeout=PATIENCE)
    assert [path.name for path in tmp_path.iterdir() if path.suffix in (".png", ".part")] == []


def test_a_folder_without_rights_is_said(dialog: PrintDialog, tmp_path: Path, qtbot: QtBot) -> None:
    dialog.save_to(tmp_path / "no" / "a.pdf")
    assert dialog.wrong.isVisible()
    assert "no" in dialog.wrong.text()
    assert dialog.isVisible()


def test_without_a_printer_it_offers_a_pdf(
    dialog: PrintDialog, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setattr(print_dialog, "has_printers", lambda: False)
    qtbot.mouseClick(dialog.to_printer, Qt.MouseButton.LeftButton)
    assert "PDF" in dialog.wrong.text()
    assert dialog.wrong.isVisible()


@pytest.mark.parametrize("size", ["A4", "A3"])
def test_a_printer_gets_the_sheet_at_true_size(
    size: str, dialog: PrintDialog, tmp_path: Path, qtbot: QtBot
) -> None:
    dialog.form.paper.setCurrentIndex(dialog.form.paper.findData(size))
    choose(dialog, "all", "1:5000", qtbot)
    assert dialog.plan is not None
    printer = printer_for(dialog.plan.layout, "小镇")
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "printed.pdf"))
    with qtbot.waitSignal(dialog.printed, timeout=PATIENCE):
        dialog.print_on(printer)
    document = pypdfium2.PdfDocument(tmp_path / "printed.pdf")
    width, height = (side * 25.4 / 72 for side in document[0].get_size())
    text = document[0].get_textpage().get_text_bounded()
    document.close()
    assert (round(width), round(height)) == {"A4": (297, 210), "A3": (420, 297)}[size]
    assert "1:5000" in text


def test_it_speaks_english_on_the_sheet_when_asked(dialog: PrintDialog, tmp_path: Path, qtbot: QtBot) -> None:
    dialog.form.tongue.setCurrentIndex(1)
    choose(dialog, "all", "1:5000", qtbot)
    with qtbot.waitSignal(dialog.written, timeout=PATIENCE):
        dialog.save_to(tmp_path / "sheet.pdf")
    (text,) = pages_of(tmp_path / "sheet.pdf")
    assert "Legend" in text
    assert "图例" not in text


def test_a_filtered_map_says_so_on_paper(open_town: Window, tmp_path: Path, qtbot: QtBot) -> None:
    open_town.parts.session.filter({"pipe": Compare("dn", ">=", 300)})
    settle(open_town, qtbot)
    dialog = open_dialog(open_town, qtbot)
    choose(dialog, "all", "1:5000", qtbot)
    with qtbot.waitSignal(dialog.written, timeout=PATIENCE):
        dialog.save_to(tmp_path / "sheet.pdf")
    (text,) = pages_of(tmp_path / "sheet.pdf")
    assert "已筛选" in text
    assert "DN100 以下" not in text


def test_the_basemap_of_the_map_comes_along_when_asked(
    open_town: Window, tmp_path: Path, qtbot: QtBot
) -> None:
    register = open_town.parts.session.register
    assert register is not None
    corners = np.array([[538000.0, 3015900.0], [538700.0, 3016100.0]])
    places = to_mercator(transformer(register.crs, Crs.parse("EPSG:4326"))(corners))
    tiles = [(z, c, r, png(picture)) for z, c, r, picture in mercator_tiles((16,), places)]
    write_mbtiles(tmp_path / "air.mbtiles", tiles, name="air", format="png", attribution="航测队")
    entries = entries_of(tmp_path / "air.mbtiles", place_of(register))
    with register.edit(Message("printing.action")) as edit:
        add_entries(edit, entries, [])
    qtbot.waitUntil(lambda: bool(open_town.basemaps.feed.basemaps.layers), timeout=PATIENCE)
    settle(open_town, qtbot)
    dialog = open_dialog(open_town, qtbot)
    assert dialog.form.ground.isVisible()
    choose(dialog, "all", "1:5000", qtbot)
    without = QImage(dialog.preview.image)
    dialog.form.ground.setChecked(True)
    rest(dialog, qtbot)
    assert dialog.preview.image != without
    with qtbot.waitSignal(dialog.written, timeout=PATIENCE):
        dialog.save_to(tmp_path / "sheet.pdf")
    assert "航测队" in pages_of(tmp_path / "sheet.pdf")[0]


def test_before_anything_is_open_there_is_nothing_to_print(window: Window) -> None:
    assert not window.parts.actions.is_possible("file.print")
