"""Sheets read back from their PDF: sizes, fonts, words, and assets at the right millimetre."""

from __future__ import annotations

import ctypes
import io
import json
import re
import resource
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFont, QImage, QPainter
from shapely import LineString, Point, box

from gisapp.map.picture import PictureWishes, render_picture
from gisapp.map.sheet import output as sheet_output
from gisapp.map.sheet.layout import PX_PER_MM, SheetLayout
from gisapp.map.sheet.output import MOST_PIXELS, PngOutput
from gisapp.map.sheet.plan import plan_one, plan_series
from gisapp.map.sheet.text import LEAST_MM, SheetText
from gisapp.map.sheet.words import BlockWords
from gisapp.map.viewport import Viewport
from gisapp.theme import theme_colours
from layers.basemap.listing import add_entries, place_of
from layers.basemap.opening import entries_of
from layers.cli.console import Console
from layers.errors import UserError
from layers.geometry.crs import Crs, transformer
from layers.model.query import Box
from layers.register import Register
from layers.scene.paper import PORTRAIT, Paper, read_paper
from layers.text import Message, Texts
from tests.layers.basemap.makers import mercator_tiles, png, to_mercator, write_mbtiles

pytestmark = pytest.mark.usefixtures("qapp")

Pages = Callable[[Path], list[pypdfium2.PdfPage]]
Pixels = npt.NDArray[np.uint8]
BOX = Box(500000.0, 3000000.0, 500300.0, 3000200.0)
MAIN_NORTH = 3000123.0
VALVE = (500077.0, MAIN_NORTH)
BLOCK = BlockWords("临江市自来水公司", "GS-2026-017", "1985国家高程基准", "林工", "王建国")
SHEET = PictureWishes(box=BOX, paper=Paper.of("A3"), scale=2000.0, title="玉江两岸供水管网图", block=BLOCK)
DPI = 254  # ten pixels to the millimetre


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("register") / "town.gpkg"
    with (
        Register.create(path, Crs.parse("EPSG:4546"), actor="li", name="临江供水", sample=True) as opened,
        opened.edit(Message("cli.render.help")) as edit,
    ):
        main = LineString([(500010, MAIN_NORTH), (500290, MAIN_NORTH)])
        edit.insert("pipe", {"dn": 300, "material": "DI", "status": "in_service", "geom": main})
        far = LineString([(502000, 3001000), (502500, 3001000)])
        edit.insert("pipe", {"dn": 100, "status": "planned", "geom": far})
        edit.insert("valve", {"valve_type": "gate", "present_state": "closed", "geom": Point(VALVE)})
        edit.insert("hydrant", {"hydrant_type": "above", "geom": Point(500200, 3000060)})
        edit.insert(
            "grid", {"code": "WG-01", "name": "滨江网格", "geom": box(500050, 3000050, 500150, 3000150)}
        )
    return path


def render(register: Path, out: Path, wishes: PictureWishes, language: str = "zh") -> dict:
    """What ``gisapp render --json`` answers."""
    said = io.StringIO()
    console = Console(Texts(language), as_json=True, output=said, trouble=io.StringIO())
    assert render_picture(console, str(register), out, wishes) == 0
    return json.loads(said.getvalue())


@pytest.fixture(scope="module")
def sheet(register: Path, tmp_path_factory: pytest.TempPathFactory, qapp: object) -> Path:
    out = tmp_path_factory.mktemp("sheet") / "sheet.pdf"
    render(register, out, SHEET)
    return out


@pytest.fixture
def pages() -> Iterator[Pages]:
    """``pages(path)``: the pages of a PDF, closed after the test."""
    documents: list[pypdfium2.PdfDocument] = []

    def opened(path: Path) -> list[pypdfium2.PdfPage]:
        documents.append(pypdfium2.PdfDocument(path))
        return [documents[-1][number] for number in range(len(documents[-1]))]

    yield opened
    for document in documents:
        document.close()


def text_of(page: pypdfium2.PdfPage) -> str:
    words = page.get_textpage()
    return re.sub(r"\s", "", words.get_text_bounded())


def pixels_of(page: pypdfium2.PdfPage) -> Pixels:
    """The page at ten pixels to the millimetre, RGB."""
    return np.asarray(page.render(scale=DPI / 72).to_numpy())[:, :, 2::-1]


def layout_of(wishes: PictureWishes) -> SheetLayout:
    assert wishes.paper is not None
    return SheetLayout.of_paper(wishes.paper)


def millimetre(layout: SheetLayout, view: Viewport, x: float, y: float) -> tuple[float, float]:
    """Where on the paper a place must be."""
    px, py = view.to_pixel(x, y)
    return (px + layout.map.left()) / PX_PER_MM, (py + layout.map.top()) / PX_PER_MM


# ---- the PDF


@pytest.mark.parametrize(
    ("size", "turned"),
    [
        ("A4", True),
        ("A3", False),
        ("A2", True),
        ("A1", False),
        ("A0", True),
        ("900x300", False),
        ("120x160", False),
    ],
)
def test_every_paper_has_its_size_and_a_map_on_it(
    size: str, turned: bool, register: Path, tmp_path: Path, pages: Pages
) -> None:
    paper = read_paper(size)
    paper = paper.turned(PORTRAIT) if turned else paper
    facts = render(register, tmp_path / "a.pdf", replace(SHEET, paper=paper, scale=None))
    (page,) = pages(tmp_path / "a.pdf")
    width, height = (side * 25.4 / 72 for side in page.get_size())
    # Qt writes pages in whole points.
    assert width == pytest.approx(paper.width, abs=0.36)
    assert height == pytest.approx(paper.height, abs=0.36)
    assert (facts["width_mm"], facts["height_mm"]) == pytest.approx((paper.width, paper.height), abs=0.01)
    assert "临江市自来水公司" in text_of(page)


def test_it_says_whose_it_is_and_what_it_is_called(sheet: Path) -> None:
    document = pypdfium2.PdfDocument(sheet)
    facts = document.get_metadata_dict()
    document.close()
    assert facts["Title"] == "玉江两岸供水管网图"
    assert facts["Author"] == "林工"
    assert facts["Creator"] == "gisapp"


def test_everything_is_vectors_and_every_font_is_in_the_file(sheet: Path, pages: Pages) -> None:
    (page,) = pages(sheet)
    kinds = [each.type for each in page.get_objects(max_depth=8)]
    assert pdfium.FPDF_PAGEOBJ_IMAGE not in kinds
    assert kinds.count(pdfium.FPDF_PAGEOBJ_PATH) > 100
    texts = [each for each in page.get_objects(max_depth=8) if each.type == pdfium.FPDF_PAGEOBJ_TEXT]
    assert len(texts) > 30
    for text in texts:
        font = pdfium.FPDFTextObj_GetFont(text.raw)
        assert pdfium.FPDFFont_GetIsEmbedded(font) == 1


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_text_taken_out_is_the_text_put_in(
    language: str, register: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pages: Pages
) -> None:
    written: list[str] = []
    line = SheetText._line

    def note(self: SheetText, room: QRectF, text: str, *rest: object) -> None:
        written.append(text)
        line(self, room, text, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(SheetText, "_line", note)
    render(register, tmp_path / "a.pdf", SHEET, language)
    (page,) = pages(tmp_path / "a.pdf")
    text = text_of(page)
    assert len(written) > 35
    for each in written:
        assert re.sub(r"\s", "", each) in text, each
    expected = {
        "zh": ("示例数据（虚构）", "图例", "消火栓", "阀门（关）", "1:2000", "CGCS2000", "X=3000100", "Y=500100",
               "审核", "DN250–400"),
        "en": ("Sampledata(invented)", "Legend", "Hydrant", "1:2000", "CGCS2000", "N3000100", "E500100", "Checked"),
    }  # fmt: skip
    for word in (*expected[language], "GS-2026-017", "1985国家高程基准", "DN300"):
        assert word in text, word


def test_no_text_is_smaller_than_two_millimetres(sheet: Path, pages: Pages) -> None:
    (page,) = pages(sheet)
    words = page.get_textpage()
    matrix = pdfium.FS_MATRIX()
    heights = []
    for number in range(words.count_chars()):
        # Spaces that the reader makes up between words have no size.
        real = (
            not pdfium.FPDFText_IsGenerated(words.raw, number)
            and pdfium.FPDFText_GetUnicode(words.raw, number) > 32
        )
        if real and pdfium.FPDFText_GetMatrix(words.raw, number, ctypes.byref(matrix)):
            size = pdfium.FPDFText_GetFontSize(words.raw, number)
            heights.append(size * float(np.hypot(matrix.c, matrix.d)) * 25.4 / 72)
    assert heights
    assert min(heights) > LEAST_MM - 0.02


# ---- measured on the paper


@pytest.mark.parametrize(("size", "scale"), [("A4", 2000.0), ("A3", 1000.0), ("A1", 500.0), ("A0", 2000.0)])
def test_a_known_asset_lies_at_the_right_millimetre(
    size: str, scale: float, register: Path, tmp_path: Path, pages: Pages
) -> None:
    wishes = replace(SHEET, paper=Paper.of(size), scale=scale, box=None, area="grid:WG-01", crosses=False)
    facts = render(register, tmp_path / "a.pdf", wishes)
    (page,) = pages(tmp_path / "a.pdf")
    layout = layout_of(wishes)
    view = plan_one(layout, Box(500050, 3000050, 500150, 3000150), scale).pages[0].viewport
    assert facts["sheets"][0]["box"] == pytest.approx(list(view.box), abs=0.001)
    pixels = pixels_of(page).astype(int)
    # The main, between the valve and the edge: the middle of its ink.
    x, y = millimetre(layout, view, 500120.0, MAIN_NORTH)
    column = pixels[round(y * 10) - 20 : round(y * 10) + 21, round(x * 10)]
    colour = np.array(theme_colours("print")["dn3"].getRgb()[:3])
    ink = np.flatnonzero(np.abs(column - colour).sum(axis=1) < 60)
    assert len(ink)
    assert abs(ink.mean() - 20) <= 1.5, "more than 0.15 mm off"
    # The ends of the main, 280 m apart, where they are on the sheet.
    left, right = (millimetre(layout, view, end, MAIN_NORTH)[0] for end in (500010.0, 500290.0))
    row = pixels[round(y * 10), :]
    found = np.flatnonzero(np.abs(row - colour).sum(axis=1) < 60) / 10
    for end in (left, right):
        inside = layout.map.left() / PX_PER_MM + 2 < end < layout.map.right() / PX_PER_MM - 2
        assert not inside or np.abs(found - end).min() < 0.8


def test_the_scale_bar_is_as_long_as_it_says(sheet: Path, pages: Pages) -> None:
    (page,) = pages(sheet)
    pixels, layout = pixels_of(page).astype(int), layout_of(SHEET)
    assert layout.signs is not None
    area = QRectF(layout.signs.topLeft() / PX_PER_MM * 10, layout.signs.size() / PX_PER_MM * 10).toRect()
    dark = pixels[area.top() : area.bottom(), area.left() : area.right()].sum(axis=2) < 250
    longest = max(_longest_run(row) for row in dark) / 10
    bar = re.search(r"(\d+) m\b", page.get_textpage().get_text_bounded())
    assert bar is not None
    metres = int(bar[1])
    # The outline adds its own width.
    assert longest == pytest.approx(metres * 1000 / 2000, abs=0.5)


def _longest_run(row: npt.NDArray[np.bool_]) -> int:
    ends = np.flatnonzero(np.diff(np.concatenate([[0], row.astype(int), [0]])))
    return int((ends[1::2] - ends[::2]).max(initial=0))


def test_ticks_stand_where_their_figures_say(sheet: Path, pages: Pages) -> None:
    (page,) = pages(sheet)
    pixels, layout = pixels_of(page).astype(int), layout_of(SHEET)
    view = plan_one(layout, BOX, 2000.0).pages[0].viewport
    text = text_of(page)
    east = sorted({float(value) for value in re.findall(r"Y=(\d{6})", text)})
    north = sorted({float(value) for value in re.findall(r"X=(\d{7})", text)})
    assert len(east) >= 3
    assert len(north) >= 2
    assert all(value % 50 == 0 for value in (*east, *north))
    bottom = layout.map.bottom() / PX_PER_MM * 10
    for value in east:
        x = round(millimetre(layout, view, value, BOX.y0)[0] * 10)
        below = pixels[round(bottom) + 6 : round(bottom) + 16]
        assert (below[:, x - 1 : x + 2].sum(axis=2).min(axis=1) < 400).all(), value
        assert (below[:, x + 10].sum(axis=1) > 700).all(), value
    left = layout.map.left() / PX_PER_MM * 10
    for value in north:
        y = round(millimetre(layout, view, BOX.x0, value)[1] * 10)
        beside = pixels[y - 1 : y + 2, round(left) - 16 : round(left) - 6]
        assert (beside.sum(axis=2).min(axis=0) < 400).all(), value


# ---- series


def test_a_series_has_an_index_and_every_sheet_once(register: Path, tmp_path: Path, pages: Pages) -> None:
    wishes = replace(SHEET, box=None, paper=Paper.of("A4"), scale=2000.0, series=True)
    facts = render(register, tmp_path / "a.pdf", wishes)
    found = pages(tmp_path / "a.pdf")
    sheets = facts["sheets"][1:]
    assert len(found) == facts["pages"] == len(sheets) + 1 >= 4
    assert "索引图" in text_of(found[0])
    for page, each in zip(found[1:], sheets, strict=True):
        assert f"第{each['number']}张共{len(sheets)}张" in text_of(page)
        assert "接图表" in text_of(page)
    boxes = [Box(*each["box"]) for each in sheets]
    for x, y in (
        (500010, MAIN_NORTH),
        (500290, MAIN_NORTH),
        (502000, 3001000),
        (502500, 3001000),
        (500200, 3000060),
    ):
        assert any(b.x0 <= x <= b.x1 and b.y0 <= y <= b.y1 for b in boxes), (x, y)
    # Between the two mains nothing lies: no sheet is wasted on it.
    assert not any(b.x0 > 500500 and b.x1 < 501800 for b in boxes)


def test_what_has_room_on_one_sheet_is_no_series() -> None:
    plan = plan_series(Paper.of("A3"), Box(0, 0, 300, 200), 2000.0)
    assert len(plan.pages) == 1
    assert plan.pages[0].series is None


@pytest.mark.parametrize(
    ("ending", "change"), [("png", {}), ("pdf", {"scale": None}), ("pdf", {"paper": None})]
)
def test_a_series_needs_a_pdf_a_paper_and_a_scale(
    ending: str, change: dict, register: Path, tmp_path: Path
) -> None:
    with pytest.raises(UserError) as refused:
        render(register, tmp_path / f"a.{ending}", replace(SHEET, series=True, **change))
    assert refused.value.title.id == "printing.series.needs"


def test_a_box_that_has_no_room_is_refused_with_a_way_out(register: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError) as refused:
        render(register, tmp_path / "a.pdf", replace(SHEET, scale=500.0))
    assert refused.value.title.parameters["count"] == 4
    assert refused.value.hint is not None
    assert "1:1000" in Texts("zh").render(refused.value.hint)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("area", ["grid:WG-99", "no_such:1", "grid", "grid:"])
def test_an_area_that_is_not_there_is_refused(area: str, register: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError) as refused:
        render(register, tmp_path / "a.pdf", replace(SHEET, box=None, area=area))
    assert refused.value.title.id == "printing.area.none"


# ---- PNG


@pytest.mark.parametrize("dpi", [96, 200])
def test_a_png_has_the_paper_at_its_resolution(dpi: int, register: Path, tmp_path: Path) -> None:
    render(register, tmp_path / "a.png", replace(SHEET, paper=Paper.of("A4"), dpi=dpi, scale=5000.0))
    image = QImage(str(tmp_path / "a.png"))
    assert image.width() == pytest.approx(297 / 25.4 * dpi, abs=1)
    assert image.height() == pytest.approx(210 / 25.4 * dpi, abs=1)
    assert image.dotsPerMeterX() == pytest.approx(dpi / 0.0254, abs=1)
    assert image.text("Title") == "玉江两岸供水管网图"


def test_bands_join_without_a_seam(register: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wishes = replace(SHEET, paper=Paper.of("A4"), dpi=150, scale=5000.0)
    render(register, tmp_path / "whole.png", wishes)
    monkeypatch.setattr(sheet_output, "_BAND_PIXELS", 120_000)
    render(register, tmp_path / "bands.png", wishes)
    whole, bands = (_rgb(QImage(str(tmp_path / name))) for name in ("whole.png", "bands.png"))
    assert whole.shape == bands.shape
    off = (np.abs(whole.astype(int) - bands).max(axis=2) > 24).mean()
    assert off < 1e-4


def _rgb(image: QImage) -> Pixels:
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    raw = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)[:, :, 2::-1]
    # The bits go with their image.
    return raw.copy()


def test_a_png_out_of_all_reason_is_refused(tmp_path: Path) -> None:
    side = int(MOST_PIXELS**0.5) + 1
    with pytest.raises(UserError) as refused:
        PngOutput(tmp_path / "a.png", side, side, 1.0, "")
    assert refused.value.title.id == "picture.too_large"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("ending", ["pdf", "png"])
def test_a_full_disk_leaves_the_old_sheet_and_nothing_else(
    ending: str, register: Path, tmp_path: Path
) -> None:
    out = tmp_path / f"a.{ending}"
    out.write_bytes(b"old")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8192, before[1]))
    try:
        with pytest.raises(UserError) as refused:
            render(register, out, replace(SHEET, paper=Paper.of("A4"), dpi=300))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert refused.value.title.id == "picture.unwritable"
    assert refused.value.detail is not None
    assert out.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [out]


# ---- words in their room


@pytest.mark.parametrize(
    "text", ["第 1 张 共 12 张", "CGCS2000 3度带 中央经线 111°E（EPSG:4546）", "Checked", "a" * 90, ""]
)
def test_text_stays_in_its_room(text: str) -> None:
    image = QImage(400, 120, QImage.Format.Format_RGB32)
    image.fill(0xFFFFFFFF)
    painter = QPainter(image)
    writer = SheetText(painter, _font)
    room = QRectF(QPointF(100, 40), QPointF(220, 80))
    writer.write(room, text, 16.0, theme_colours("print")["text"], lines=2)
    painter.end()
    ink = np.argwhere(_rgb(image).sum(axis=2) < 600)
    assert bool(len(ink)) == bool(text)
    if text:
        assert ink[:, 1].min() >= 98
        assert ink[:, 1].max() <= 222
        assert ink[:, 0].min() >= 36
        assert ink[:, 0].max() <= 84


def _font(size: float, strong: bool) -> QFont:
    font = QFont("WenQuanYi Micro Hei")
    font.setPixelSize(round(size))
    return font


# ---- a basemap below


def test_a_basemap_lies_below_and_says_whose_it_is(register: Path, tmp_path: Path, pages: Pages) -> None:
    own = Path(shutil.copy(register, tmp_path / "town.gpkg"))
    dot = (500200.0, 3000160.0)
    crs, wgs84 = Crs.parse("EPSG:4546"), Crs.parse("EPSG:4326")
    degrees = transformer(crs, wgs84)(np.array([[*BOX[:2]], [*BOX[2:]], [*dot]]))
    places = to_mercator(degrees)
    tiles = [(z, c, r, png(picture)) for z, c, r, picture in mercator_tiles((17, 18), places)]
    write_mbtiles(tmp_path / "air.mbtiles", tiles, name="air", format="png", attribution="© 航测队")
    with Register.open(own, actor="li") as opened, opened.edit(Message("cli.render.help")) as edit:
        place = place_of(opened)
        add_entries(edit, entries_of(tmp_path / "air.mbtiles", place), [])
    facts = render(own, tmp_path / "a.pdf", replace(SHEET, paper=Paper.of("A4"), basemap=True))
    (page,) = pages(tmp_path / "a.pdf")
    assert "©航测队" in text_of(page)
    kinds = [each.type for each in page.get_objects(max_depth=8)]
    assert kinds.count(pdfium.FPDF_PAGEOBJ_IMAGE) == 1
    view = plan_one(SheetLayout.of_paper(Paper.of("A4")), BOX, 2000.0).pages[0].viewport
    assert facts["sheets"][0]["box"] == pytest.approx(list(view.box), abs=0.001)
    x, y = millimetre(SheetLayout.of_paper(Paper.of("A4")), view, *dot)
    pixels = pixels_of(page).astype(int)
    around = pixels[round(y * 10) - 30 : round(y * 10) + 31, round(x * 10) - 30 : round(x * 10) + 31]
    ground = np.median(around.reshape(-1, 3), axis=0)
    ink = np.argwhere(np.abs(around - ground).sum(axis=2) > 150)
    assert len(ink)
    assert np.abs(ink.mean(axis=0) - 30).max() < 4, "the dot of the picture is more than 0.4 mm off"
