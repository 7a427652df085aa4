"""Every item model is checked by Qt's own rules."""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtWidgets import QWidget
from pytestqt.modeltest import ModelTester

from gisapp.app import Application
from gisapp.dialogs.importing.problem_model import Listed, ProblemModel
from gisapp.dialogs.importing.quarantine_sheet import QuarantineModel
from gisapp.forms.editors.offer_list import OfferModel
from gisapp.forms.editors.offers import Offer
from gisapp.panels.accounts.lines import Column as LineColumn
from gisapp.panels.accounts.lines import LineModel, LineOf
from gisapp.panels.census.plain_table import PlainModel, TableRow
from gisapp.panels.census.work_model import WorkModel
from gisapp.panels.checks.finding_model import BATCH, Filter, FindingModel
from gisapp.panels.grid_proposal.tables import GridModel as ProposedModel
from gisapp.panels.grid_proposal.tables import MoveModel
from gisapp.panels.grids.grid_model import GridModel
from gisapp.panels.history.trail_list import TrailModel
from gisapp.panels.legend_model import CHECK_ROLE, COUNT, LENGTH, NAME, LegendModel, LegendRow
from gisapp.panels.palette.model import Entry, PaletteModel
from gisapp.panels.renewal.project_list import ProjectModel
from gisapp.panels.roster.calendar_list import CalendarModel
from gisapp.panels.roster.roster_table import RosterModel
from gisapp.panels.statement.table_view import TableModel as StatementModel
from gisapp.panels.style.classes import ClassModel
from gisapp.panels.table.model import TableModel
from layers.analysis.checking.finding import Findings
from layers.census.lots.worklist import WorkRow
from layers.exchange.report import Reported
from layers.model.asset import Asset, AssetKey
from layers.model.catalogue_file import load_catalogue
from layers.model.change import ChangeSet
from layers.model.problem import Problem
from layers.renewal.board.board import Board, Card
from layers.renewal.figure import Breakdown, Column, Figure, Row
from layers.reports.grids.roster import RosterColumn, RosterRow, RosterTable
from layers.responsibility.finding import CalendarEntry
from layers.scene.style_file import load_style
from layers.table.columns import WordColumn
from layers.table.data import TableData
from layers.text import Message, Title


def _row(name: str, *children: LegendRow, count: int = 3, metres: float | None = None) -> LegendRow:
    return LegendRow(name, Title(f"层{name}", f"Layer {name}"), count, metres, children=children)


ROWS = [_row("pipe", _row("pipe/dn1", metres=1234.0), _row("pipe/dn2"), count=1124), _row("meter")]


@pytest.fixture
def models(application: Application) -> list[QAbstractItemModel]:
    legend = LegendModel(application.language, application)
    legend.show(ROWS)
    palette = PaletteModel(application)
    palette.show([Entry("a", "b", lambda: None), Entry("c", "d", lambda: None, key="Ctrl+C")])
    problems = ProblemModel(application.language, application.theme, application)
    problem = Problem("x", "warning", Message("action.undo"), "dn", 5)
    problems.show([Listed(Reported("f", "l", 3, "c", problem), None)])
    quarantine = QuarantineModel(application.language, load_catalogue(), application)
    classes = ClassModel(application.language, application.theme, application)
    style = load_style("diameter", load_catalogue().settings["dn_classes"].default)
    classes.show_layer(next(layer for layer in style.layers if len(layer.classes) > 2))
    offers = OfferModel(application.language, _parent(application))
    offers.show([Offer("DI", "球墨铸铁", "DI"), Offer(None, Message("action.undo"))])
    trail = TrailModel(application)
    acts = [
        ChangeSet(id, "2024-05-01T08:00:00.000Z", "林工", Message("action.undo"), "edit") for id in (2, 1)
    ]
    trail.show(acts, has_more=False)
    projects = ProjectModel(application.language, application.theme, application)
    day = datetime.date(2024, 7, 18)
    cards = tuple(Card(n, f"XM-{n}", "", "renewal", "open", (), planned=960.0) for n in (1, 2))
    projects.show(Board(day, cards), cards)
    column = Column("length", Message("action.undo"), "m")
    line = Row("a", "大塘路", "item", {"length": Figure(960.0, "m", "pipe", (1, 2))})
    breakdown = Breakdown("road", Message("action.undo"), (column,), (line,), replace(line, level="total"))
    statement = StatementModel(application.language, application.theme, breakdown, application)
    own = [_table(application), _findings(application), offers, trail, projects, statement]
    own += [*_people(application), *_census(application)]
    return [legend, palette, problems, quarantine, classes, *own]


def _people(application: Application) -> list[QAbstractItemModel]:
    """The lists of the grid desk; some are made without anything to show, as they are at first."""
    language, theme = application.language, application.theme
    calendar = CalendarModel(language, application)
    day = datetime.date(2024, 5, 6)
    calendar.show([CalendarEntry(day, "begins", Message("action.undo"))], day)
    roster = RosterModel(language, theme, application)
    columns = (RosterColumn("name", "网格", 1.0), RosterColumn("load", "工作量", 1.0, 0, "%"))
    rows = (RosterRow("area", ("城西", None)), RosterRow("item", ("WG-01", 88.0), 1, flagged=True))
    roster.show(RosterTable("area", "花名册", "grid", columns, rows))
    lines = LineModel(
        language, theme, [LineColumn("企业", wide=True), LineColumn("走访", right=True)], application
    )
    lines.show([LineOf(AssetKey("customer", 1), ("甲公司", "3"), ((1, "danger"),))])
    proposals = [ProposedModel(language, theme, application), MoveModel(language, theme, application)]
    return [calendar, roster, lines, GridModel(language, application), *proposals]


def _census(application: Application) -> list[QAbstractItemModel]:
    work = WorkModel(application.language, application)
    values = {
        "target_type": "hydrant",
        "provisional_code": "N1",
        "state": "visited",
        "outcome": "new",
        "sequence": 1,
    }
    blank = dict.fromkeys(("differing", "target", "lot", "surveyor", "logged_at", "seconds"))
    work.show((WorkRow(Asset("census_record", 1, 1, {**blank, **values}), None, 12.5),))
    plain = PlainModel(application.language, application.theme, ("班组", "完成"), (1,), application, {})
    plain.show([TableRow(1, ("一组", "12"), ((1, "danger"),))])
    return [work, plain]


def _parent(application: Application) -> QWidget:
    return application.new_window()


def _findings(application: Application) -> FindingModel:
    """More findings than are rows at first, of two rules."""
    count = BATCH + 5
    names = {"code": [f"GD-{number}" for number in range(count)]}
    many = Findings("dangling_end", "warning", "pipe", np.arange(count), np.zeros((count, 2)), names)
    model = FindingModel(application.language, application.theme, application)
    model.show([many, replace(many.take(np.arange(3)), rule="crosses_itself", severity="error")])
    return model


def _table(application: Application) -> TableModel:
    roads = load_catalogue()["road"]
    names = pa.array(["大塘路", "解放巷"]).dictionary_encode()
    column = WordColumn(roads.field_named("name"), names.dictionary, names.indices.to_numpy())
    ids = np.array([3, 7])
    table = TableModel(application.language, application)
    table.show_rows(TableData(roads, ids, ids, {"name": column}), np.array([1, 0]), (column.field,))
    return table


def test_by_qts_rules(models: list[QAbstractItemModel], qtmodeltester: ModelTester) -> None:
    for model in models:
        qtmodeltester.check(model, force_py=True)


def test_the_legend_counts_in_columns(application: Application) -> None:
    model = LegendModel(application.language, application)
    model.show(ROWS)
    pipes = model.index(0, NAME)
    first = model.index(0, NAME, pipes)
    assert [model.index(0, column).data() for column in (NAME, COUNT, LENGTH)] == ["层pipe", "1,124", ""]
    assert model.index(0, LENGTH, pipes).data() == "1.2"
    application.language.use("en")
    assert first.data() == "Layer pipe/dn1"
    assert model.headerData(COUNT, Qt.Orientation.Horizontal) == "Count"


def test_findings_come_by_batches_are_filtered_and_found_again(application: Application) -> None:
    model = _findings(application)
    errors, warnings = model.index(0, 0), model.index(1, 0)
    assert [model.rowCount(index) for index in (errors, warnings)] == [3, BATCH]
    last = model.index_of(f"dangling_end pipe:{BATCH + 4}")
    assert (last.row(), model.rowCount(warnings)) == (BATCH + 4, BATCH + 5)
    assert str(BATCH + 4) in last.data()
    model.keep(Filter(frozenset({"error"}), words="gd-2"))
    assert (model.rowCount(), model.count) == (1, 1)
    assert not model.index_of(f"dangling_end pipe:{BATCH + 4}").isValid()


def test_hiding_a_class_leaves_its_layer_half_checked(application: Application) -> None:
    model = LegendModel(application.language, application)
    model.show(ROWS)
    told: list[tuple[str, ...]] = []
    model.hidden_changed.connect(told.append)
    pipes = model.index(0, NAME)
    assert model.setData(model.index(1, NAME, pipes), Qt.CheckState.Unchecked, CHECK_ROLE)
    assert pipes.data(CHECK_ROLE) == Qt.CheckState.PartiallyChecked
    assert model.setData(model.index(1, NAME), Qt.CheckState.Unchecked, CHECK_ROLE)
    assert told == [("pipe/dn2",), ("pipe/dn2", "meter")]
    model.setData(pipes, Qt.CheckState.Checked, CHECK_ROLE)
    assert told[-1] == ("meter",)


def test_new_numbers_come_without_a_reset_and_marks_follow_the_map(application: Application) -> None:
    model = LegendModel(application.language, application)
    model.show(ROWS)
    resets: list[int] = []
    model.modelReset.connect(lambda: resets.append(1))
    model.show([ROWS[0], replace(_row("meter", count=9), is_shown=False)])
    assert resets == []
    assert model.index(1, COUNT).data() == "9"
    assert model.index(1, NAME).data(CHECK_ROLE) == Qt.CheckState.Unchecked
    model.show(ROWS[:1])
    assert resets == [1]


def test_this_file_checks_every_model() -> None:
    root = Path(__file__).parents[2] / "gisapp"
    found = [p.stem for p in root.rglob("*.py") if "(QAbstractItemModel)" in p.read_text(encoding="utf-8")
             or "(QAbstractListModel)" in p.read_text(encoding="utf-8")
             or "(QAbstractTableModel)" in p.read_text(encoding="utf-8")]  # fmt: skip
    assert sorted(found) == [
        "calendar_list",
        "classes",
        "finding_model",
        "grid_model",
        "legend_model",
        "lines",
        "model",
        "model",
        "offer_list",
        "plain_table",
        "problem_model",
        "project_list",
        "quarantine_sheet",
        "roster_table",
        "table_view",
        "tables",
        "trail_list",
        "work_model",
    ]
