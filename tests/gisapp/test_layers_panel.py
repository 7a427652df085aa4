"""The legend beside the map."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gisapp.app import Application
from gisapp.forms.words import Button
from gisapp.panels.layers_panel import NUMBER_WIDTHS, SWATCH, LayersPanel
from gisapp.panels.legend_model import COUNT, LegendRow
from gisapp.panels.legend_rows import Swatches
from gisapp.theme import THEMES, theme_colours
from layers.model.catalogue_file import load_catalogue
from layers.scene.style_file import load_style
from tests.contrast import contrast


def test_the_numbers_of_a_large_city_are_not_cut(application: Application, qtbot: QtBot) -> None:
    panel = LayersPanel(application.language, application.theme)
    qtbot.addWidget(panel)
    panel.resize(288, 400)
    header, metrics = panel.tree.header(), panel.tree.fontMetrics()
    panel.show_rows([LegendRow("pipe", "管段", 9, 1000.0)])
    assert header.sectionSize(COUNT) == NUMBER_WIDTHS[COUNT]
    panel.show_rows(
        [LegendRow("pipe", "管段", 9, 1000.0, children=(LegendRow("c", "大", 2_730_000, 98_765_432.1),))]
    )
    for column, text in ((COUNT, "2,730,000"), (COUNT + 1, "98,765.4")):
        assert header.sectionSize(column) >= metrics.horizontalAdvance(text) + 16
    panel.show_rows([LegendRow("pipe", "管段", 9, 1000.0)])
    assert header.sectionSize(COUNT) == NUMBER_WIDTHS[COUNT]


def test_an_empty_register_offers_how_to_begin(application: Application, qtbot: QtBot) -> None:
    panel = LayersPanel(application.language, application.theme)
    qtbot.addWidget(panel)
    panel.show_rows([])
    panel.show()
    asked: list[str] = []
    panel.start_asked.connect(asked.append)
    for button in panel.findChildren(Button):
        assert button.isVisible()
        button.click()
    assert asked == ["file.import", "file.sample"]
    panel.show_rows([LegendRow("pipe", "管段", 9, 1000.0)])
    assert not any(button.isVisible() for button in panel.findChildren(Button))


@pytest.mark.parametrize("theme", THEMES)
def test_what_is_shown_of_a_layer_stands_out_from_the_panel_at_the_scale_of_a_city(
    qapp: QApplication, theme: str
) -> None:
    colours = theme_colours(theme)
    panel = colours["panel"].name()
    swatches = Swatches(colours, 1.0, frozenset(), denominator=60_000)
    weak = {}
    for layer in load_style("diameter", load_catalogue().settings["dn_classes"].default).layers:
        if layer.drawing != "main" and not layer.is_shaded(60_000):
            continue
        for style in layer.classes:
            image = QImage(*SWATCH, QImage.Format.Format_RGB32)
            image.fill(colours["panel"])
            painter = QPainter(image)
            painter.drawPixmap(0, 0, swatches.of(layer, style)(*SWATCH))
            painter.end()
            inks = {image.pixelColor(x, y).name() for x in range(SWATCH[0]) for y in range(SWATCH[1])}
            weak[f"{layer.id}/{style.id}"] = max(contrast(ink, panel) for ink in inks)
    assert len(weak) > 8
    assert {name: round(ratio, 2) for name, ratio in weak.items() if ratio < 3.0} == {}
