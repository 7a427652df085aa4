"""The legend beside the map."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from gisapp.app import Application
from gisapp.panels.layers_panel import NUMBER_WIDTHS, LayersPanel
from gisapp.panels.legend_model import COUNT, LegendRow


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
