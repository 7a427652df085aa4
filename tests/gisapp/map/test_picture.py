"""``gisapp render``: what is on the sheet is where and as it should be; what cannot be done is said."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage
from shapely import LineString, Point

from gisapp.map.picture import PictureWishes, render_picture, sharpness
from gisapp.map.picture_file import write_whole
from gisapp.map.sheet.layout import SheetLayout, decimals, marks, mm, round_length, round_scale
from gisapp.map.sheet.legend import legend_lines
from gisapp.map.sheet.plan import exact, fitted
from gisapp.theme import theme_colours
from layers.cli.console import Console
from layers.cli.values import PictureSize
from layers.errors import UserError
from layers.geometry.crs import Crs
from layers.model.query import Box
from layers.model.settings import NumberClass
from layers.register import Register
from layers.scene.request import ClassCount
from layers.scene.style_file import load_style
from layers.text import Message, Texts

pytestmark = pytest.mark.usefixtures("qapp")

SIZE = PictureSize(1000, 700)
BOX = Box(500000.0, 3000000.0, 500600.0, 3000500.0)
#: A main from west to east, a planned one north of it; a closed valve on the main, a hydrant beside it.
MAIN_NORTH, PLANNED_NORTH = 3000200.0, 3000350.0
VALVE, HYDRANT = (500300.0, MAIN_NORTH), (500400.0, 3000260.0)


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("register") / "town.gpkg"
    main = LineString([(500050, MAIN_NORTH), (500550, MAIN_NORTH)])
    planned = LineString([(500050, PLANNED_NORTH), (500550, PLANNED_NORTH)])
    with (
        Register.create(path, Crs.parse("EPSG:4546"), actor="li", name="临江供水", sample=True) as opened,
        opened.edit(Message("cli.render.help")) as edit,
    ):
        edit.insert("pipe", {"dn": 600, "status": "in_service", "geom": main})
        edit.insert("pipe", {"dn": 200, "status": "planned", "geom": planned})
        edit.insert("valve", {"valve_type": "gate", "present_state": "closed", "geom": Point(VALVE)})
        edit.insert("hydrant", {"hydrant_type": "above", "geom": Point(HYDRANT)})
    return path


@dataclass
class Said:
    """A console that keeps what it says."""

    language: str = "zh"

    def __post_init__(self) -> None:
        self.output = io.StringIO()
        self.console = Console(Texts(self.language), output=self.output, trouble=io.StringIO())

    @property
    def text(self) -> str:
        return self.output.getvalue()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pictures")


@pytest.fixture(scope="module")
def picture(register: Path, folder: Path, qapp: object) -> QImage:
    out = folder / "town.png"
    said = Said()
    assert render_picture(said.console, str(register), out, PictureWishes(box=BOX, size=SIZE)) == 0
    assert str(out) in said.text
    return QImage(str(out))


LAYOUT = SheetLayout.of_picture(SIZE.width, SIZE.height)
VIEW = exact(LAYOUT, BOX)


def place(x: float, y: float) -> tuple[int, int]:
    """The pixel of the sheet at which the map shows a place."""
    px, py = VIEW.to_pixel(x, y)
    return round(px + LAYOUT.map.left()), round(py + LAYOUT.map.top())


def share(image: QImage, rect: QRectF, colour: QColor) -> float:
    """How much of a rectangle has (almost) this colour."""
    part = image.copy(rect.toAlignedRect()).convertToFormat(QImage.Format.Format_RGB32)
    raw = np.frombuffer(part.constBits(), np.uint8).reshape(part.height(), part.width(), 4)[:, :, 2::-1]
    wanted = np.array(colour.getRgb()[:3])
    return float((np.abs(raw.astype(int) - wanted).sum(axis=2) < 45).mean())


def around(x: int, y: int, half: int) -> QRectF:
    return QRectF(x - half, y - half, 2 * half, 2 * half)


def test_the_picture_has_the_size_asked_for(picture: QImage) -> None:
    assert (picture.width(), picture.height()) == (SIZE.width, SIZE.height)


def test_the_main_is_where_it_lies_and_in_its_class(picture: QImage) -> None:
    colours = theme_colours("light")
    x, y = place(500120, MAIN_NORTH)
    assert picture.pixelColor(x, y) == colours["dn4"]
    assert picture.pixelColor(x, y + 20) == colours["map_land"]
    assert share(picture, around(*place(500200, PLANNED_NORTH), 12), colours["works"]) > 0.02


def test_symbols_stand_at_their_places(picture: QImage) -> None:
    ink = theme_colours("light")["map_ink"]
    assert share(picture, around(*place(*VALVE), 6), ink) > 0.2
    assert share(picture, around(*place(*HYDRANT), 6), ink) > 0.1
    assert share(picture, around(*place(500480, 3000260.0), 6), ink) == 0


def test_the_legend_shows_what_the_map_shows_with_its_pens(picture: QImage) -> None:
    colours = theme_colours("light")
    assert LAYOUT.legend is not None
    swatches = QRectF(LAYOUT.legend.left(), LAYOUT.legend.top(), 40, LAYOUT.legend.height())
    for token in ("dn4", "works", "map_ink"):
        assert share(picture, swatches, colours[token]) > 0.0005, token
    for token in ("dn2", "dn3", "dn1", "dn_unknown"):
        assert share(picture, swatches, colours[token]) == 0, token


def test_title_sample_mark_north_and_scale_are_drawn(picture: QImage) -> None:
    colours = theme_colours("light")
    assert LAYOUT.band is not None
    assert LAYOUT.foot is not None
    assert share(picture, LAYOUT.band, colours["danger"]) > 0.0002
    north = QRectF(LAYOUT.map.right() - mm(11), LAYOUT.map.top() + mm(4), mm(6), mm(11))
    assert share(picture, north, colours["map_text"]) > 0.05
    bar = QRectF(LAYOUT.map.left(), LAYOUT.foot.top(), 200, LAYOUT.foot.height())
    assert share(picture, bar, colours["text"]) > 0.01


def test_the_legend_names_classes_before_states_and_only_what_is_there() -> None:
    style = load_style("diameter", (NumberClass(upper=100), NumberClass(lower=100)))
    there = ClassCount(1)
    counts = {
        "pipe": {"planned": there, "dn1": there, "dn0": there, "abandoned": ClassCount(0)},
        "hydrant": {"hydrant_above": there},
        "meter": {"meter": there},
    }
    entries = [
        (each.layer.id, each.style and each.style.id)
        for each in legend_lines(style, counts, 5000.0, frozenset({"pipe/dn1"}))
    ]
    assert entries == [
        ("pipe", None), ("pipe", "dn0"), ("pipe", "planned"),
        ("hydrant", None), ("hydrant", "hydrant_above"),
    ]  # fmt: skip
    assert ("meter", "meter") in {
        (each.layer.id, each.style and each.style.id)
        for each in legend_lines(style, counts, 800.0, frozenset())
    }


def test_the_svg_is_vectors_with_text_in_english(register: Path, folder: Path) -> None:
    out = folder / "town.svg"
    assert render_picture(Said("en").console, str(register), out, PictureWishes(box=BOX, size=SIZE)) == 0
    root = ElementTree.parse(out).getroot()
    assert root.get("viewBox") == "0 0 1000 700"
    texts = "\n".join(each.text or "" for each in root.iter("{http://www.w3.org/2000/svg}text"))
    for word in ("Sample data", "Legend", "Planned", "By diameter", "Drawn on"):
        assert word in texts, word
    assert not list(root.iter("{http://www.w3.org/2000/svg}image"))


def test_dark_and_without_a_box_it_shows_everything_at_a_round_scale(register: Path, folder: Path) -> None:
    out = folder / "dark.png"
    assert (
        render_picture(
            Said().console, str(register), out, PictureWishes(size=SIZE, style="status", theme="dark")
        )
        == 0
    )
    view = fitted(LAYOUT, Box(500050, MAIN_NORTH, 500550, PLANNED_NORTH))
    assert view.denominator == pytest.approx(round_scale(view.denominator))
    image, colours = QImage(str(out)), theme_colours("dark")
    x, y = view.to_pixel(500120, MAIN_NORTH)
    at_main = image.pixelColor(round(x + LAYOUT.map.left()), round(y + LAYOUT.map.top()))
    assert at_main == colours["dn2"]
    assert image.pixelColor(3, 3) == colours["panel"]


@pytest.mark.parametrize("size", [(16, 16), (20, 900), (480, 320), (500, 2000)])
def test_however_small_there_is_a_map(size: tuple[int, int], register: Path, folder: Path) -> None:
    out = folder / "small.png"
    assert render_picture(Said().console, str(register), out, PictureWishes(size=PictureSize(*size))) == 0
    image = QImage(str(out))
    assert (image.width(), image.height()) == size
    assert share(image, QRectF(image.rect()), theme_colours("light")["map_land"]) > 0.2


def test_a_box_with_nothing_in_it_is_drawn_and_said(register: Path, folder: Path) -> None:
    said, out = Said(), folder / "nowhere.png"
    assert (
        render_picture(said.console, str(register), out, PictureWishes(box=Box(0, 0, 0.4, 0.3), size=SIZE))
        == 0
    )
    assert "没有任何对象" in said.text
    assert out.exists()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("town.jpg", "picture.ending"),
        ("town", "picture.ending"),
        ("no/folder/town.png", "picture.no_folder"),
        ("folder.png", "picture.unwritable"),
        ("n" * 300 + ".png", "picture.unwritable"),
    ],
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_where_no_picture_can_be_written_it_says_why(
    name: str, message: str, language: str, register: Path, tmp_path: Path
) -> None:
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(UserError) as refused:
        render_picture(
            Said(language).console, str(register), tmp_path / name, PictureWishes(size=PictureSize(16, 16))
        )
    assert refused.value.title.id == message
    assert refused.value.hint is not None
    sentences = [Texts(language).render(each) for each in (refused.value.title, refused.value.hint)]
    assert all(each.endswith("。" if language == "zh" else ".") for each in sentences)
    assert [each.name for each in tmp_path.iterdir()] == ["folder.png"]


@pytest.mark.parametrize(("style", "theme"), [("no_such", "light"), (None, "blue")])
def test_unknown_style_or_theme_names_those_there_are(
    style: str | None, theme: str, register: Path, tmp_path: Path
) -> None:
    with pytest.raises(UserError) as refused:
        render_picture(
            Said().console, str(register), tmp_path / "a.png", PictureWishes(style=style, theme=theme)
        )
    assert refused.value.hint is not None
    known = Texts("zh").render(refused.value.hint)
    assert ("diameter" if style else "dark") in known


def test_an_empty_register_says_what_to_do(tmp_path: Path) -> None:
    Register.create(tmp_path / "empty.gpkg", Crs.parse("local"), actor="li").close()
    with pytest.raises(UserError) as refused:
        render_picture(Said().console, str(tmp_path / "empty.gpkg"), tmp_path / "a.png", PictureWishes())
    assert refused.value.title.id == "picture.nothing"
    assert not (tmp_path / "a.png").exists()


def test_when_writing_breaks_the_old_picture_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "town.png"
    write_whole(out, b"old")

    def full_disk(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full_disk)
    with pytest.raises(UserError) as refused:
        write_whole(out, b"new")
    assert refused.value.detail is not None
    assert "No space left" in Texts("en").render(refused.value.detail)
    assert out.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [out]


@given(st.floats(0.01, 1e8))
def test_round_scales_are_never_larger_and_close(denominator: float) -> None:
    found = round_scale(denominator)
    assert denominator * (1 - 1e-6) <= found <= denominator * 1.3400001
    assert round_scale(found) == pytest.approx(found)


@given(st.floats(1e-3, 1e7))
def test_round_lengths_fit(longest: float) -> None:
    assert longest / 2.5000001 <= round_length(longest) <= longest * (1 + 1e-6)


@given(st.floats(-1e7, 1e7), st.floats(1.0, 1e5))
def test_marks_are_the_multiples_between(low: float, width: float) -> None:
    step = round_length(width / 4)
    found = marks(low, low + width, step)
    assert 3 <= len(found) <= 11
    assert all(low - 1e-6 <= each <= low + width + 1e-6 for each in found)
    written = {f"{each:.{decimals(step)}f}" for each in found}
    assert len(written) == len(found)


@given(st.integers(16, 20000), st.integers(16, 20000))
def test_no_part_of_a_sheet_overlaps_another(width: int, height: int) -> None:
    ratio = sharpness(PictureSize(width, height))
    layout = SheetLayout.of_picture(width / ratio, height / ratio)
    assert layout.map.width() >= 16
    assert layout.map.height() >= 16
    parts = [each for each in (layout.map, layout.band, layout.legend, layout.foot) if each is not None]
    for number, part in enumerate(parts):
        assert layout.page.contains(part)
        assert not any(part.intersects(other) for other in parts[number + 1 :])
