"""Themes: the same keys in both, readable contrast, every token and icon there."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QListWidget, QListWidgetItem
from pytestqt.qtbot import QtBot

from gisapp.app import Application
from gisapp.icon_font import characters
from gisapp.theme import THEMES
from layers.resources import resource_root
from tests.contrast import contrast

ROOT = Path(__file__).parents[2]
ON_PANELS = ("text", "text2", "text3", "accent_ink", "danger", "warn", "ok")
CHIPS = ("ok", "info", "works", "warn", "danger", "neutral")
PAIRS = [
    *((ink, ground) for ink in ON_PANELS for ground in ("panel", "sunken", "raised")),
    *((ink, f"{ink}_soft") for ink in CHIPS),
    *((ink, "window") for ink in ("text", "text2", "text3")),
    *((ink, "hover") for ink in ("text", "text2", "text3")),
    *((ink, "selection_row") for ink in ("text", "text3")),
    ("accent_text", "accent"), ("accent_ink", "accent_soft"),
    ("rail_text", "rail"), ("rail_active", "rail_active_bg"),
    ("map_road_text", "map_land"), ("map_text", "map_land"),
]  # fmt: skip


def _colors(name: str) -> dict[str, str]:
    with (resource_root() / "themes" / f"{name}.toml").open("rb") as file:
        return tomllib.load(file)["color"]


def test_both_themes_have_the_same_colours() -> None:
    light, dark = (_colors(name) for name in THEMES)
    assert list(light) == list(dark)
    assert all(re.fullmatch(r"#[0-9A-F]{6}", color) for color in [*light.values(), *dark.values()])


@pytest.mark.parametrize("name", THEMES)
def test_texts_stand_out_from_their_ground(name: str) -> None:
    colors = _colors(name)
    weak = {(ink, ground): contrast(colors[ink], colors[ground]) for ink, ground in PAIRS}
    assert {pair: round(ratio, 2) for pair, ratio in weak.items() if ratio < 4.5} == {}
    edges = {edge: contrast(colors[edge], colors["panel"]) for edge in ("border_strong", "accent")}
    assert {edge: ratio for edge, ratio in edges.items() if ratio < 3.0} == {}


def test_contrast_of_black_on_white() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21.0)
    assert contrast("#FFFFFF", "#767676") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("name", THEMES)
def test_every_theme_dresses_the_application(application: Application, qapp: QApplication, name: str) -> None:
    application.theme.use(name)
    assert "@" not in qapp.styleSheet()
    missing = [path for path in re.findall(r"url\((.+?)\)", qapp.styleSheet()) if not Path(path).is_file()]
    assert missing == []
    assert qapp.palette().window().color() == application.theme.color("window")


@pytest.mark.parametrize("name", THEMES)
def test_a_ticked_row_of_a_list_is_seen_to_be_ticked(
    application: Application, qtbot: QtBot, name: str
) -> None:
    application.theme.use(name)
    shown = QListWidget()
    qtbot.addWidget(shown)
    shown.resize(200, 100)
    accent, counts = application.theme.color("accent").rgb(), []
    for state in (Qt.CheckState.Unchecked, Qt.CheckState.Checked):
        shown.clear()
        item = QListWidgetItem("管段")
        item.setCheckState(state)
        shown.addItem(item)
        image = shown.grab().toImage()
        counts.append(sum(image.pixel(x, y) == accent for x in range(60) for y in range(40)))
    assert counts[0] == 0
    assert counts[1] > 40


def test_every_icon_named_in_the_code_exists(qapp: QApplication) -> None:
    known = set(characters())
    named = set()
    for path in (ROOT / "gisapp").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        named |= set(re.findall(r'icon="([a-z-]+)"', text))
        named |= set(
            re.findall(
                r'Icon(?:Button|Label)\(\s*(?:self\._)?(?:language, (?:self\._)?)?theme, "([a-z-]+)"', text
            )
        )
    assert len(named) > 15
    assert named - known == set()
