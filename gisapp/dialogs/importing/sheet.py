"""The import screen: what is understood, what is wrong with it, and exactly what the button will write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from PySide6.QtCore import QItemSelection, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QSplitter,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gisapp.dialogs.importing.mapping_panel import MappingPanel
from gisapp.dialogs.importing.placement_bar import PlacementBar
from gisapp.dialogs.importing.problem_model import REASON, SIGN, Listed, ProblemModel
from gisapp.dialogs.importing.proof_map import ProofMap
from gisapp.dialogs.importing.row_panel import RowPanel
from gisapp.dialogs.importing.shares_bar import SharesBar
from gisapp.dialogs.importing.steps import StepBar, states_of
from gisapp.dialogs.importing.templates import Templates
from gisapp.forms.chip import filter_chip
from gisapp.forms.row_table import dress_rows
from gisapp.forms.words import Button, ElidedLabel, Label, Line
from gisapp.language import Language
from gisapp.tasks import Debounce, Tasks
from gisapp.theme import Theme
from layers.errors import UserError
from layers.exchange.checking import Checked
from layers.exchange.import_plan import ImportOptions, ImportPlan
from layers.exchange.importer import check_import, plan_import
from layers.exchange.kept_mappings import KeptMappings
from layers.exchange.mapping import LayerMapping
from layers.exchange.mapping_file import LayerTemplate
from layers.exchange.report import ImportReport
from layers.feedback import Feedback
from layers.model.problem import Severity
from layers.register import Register
from layers.text import Message

PROBLEMS_LISTED = 5000
WIDTHS = (400, 560, 360)


@dataclass(frozen=True)
class _Result:
    plan: ImportPlan
    checked: Checked


class ImportSheet(QWidget):
    """Plans and checks beside the window; ``write_asked`` tells what was checked."""

    write_asked = Signal(object)
    left = Signal()
    told = Signal(object)
    """A Message of what was done with the mappings kept."""
    look_asked = Signal(object)
    """A PlannedLayer that shall be shown on the map and not imported."""

    def __init__(
        self,
        language: Language,
        theme: Theme,
        tasks: Tasks,
        register: Register,
        paths: Sequence[str],
        proof: ProofMap,
        kept: KeptMappings,
    ) -> None:
        super().__init__()
        self.setObjectName("importSheet")
        self._language, self._theme, self._tasks = language, theme, tasks
        self._register, self._paths = register, tuple(paths)
        self.templates = Templates(language, theme, kept, Path(paths[0]).stem, self)
        self.templates.failed.connect(tasks.failed)
        self.templates.told.connect(self.told)
        self.templates.chosen.connect(self._on_template)
        self._options = ImportOptions(templates=self.templates.known())
        self.checked: Checked | None = None
        self.steps = StepBar(language, theme)
        self.steps.chosen.connect(self._look_at)
        self.mapping = MappingPanel(language, theme, register.catalogue)
        self.mapping.changed.connect(self._on_mapping)
        self.mapping.look_asked.connect(self.look_asked)
        self.placement = PlacementBar(language, theme)
        self.placement.changed.connect(self._on_placement)
        self.problems = ProblemModel(language, theme, self)
        self.table = self._problem_table()
        self.row = RowPanel(language, theme)
        self.proof = proof
        self._summary = ElidedLabel(language, theme, size="small", tone="quiet")
        self._shares = SharesBar(theme)
        self._numbers = Label(language, theme, size="small")
        self.write = Button(language, Message("importing.checking"), "primary")
        self.write.setEnabled(False)
        self.write.clicked.connect(lambda: self.write_asked.emit(self.checked))
        self.cancel = Button(language, Message("settings.cancel"))
        self.cancel.clicked.connect(self._leave)
        self._later = Debounce(300, self._plan, self)
        self._lay_out()
        self._plan()

    def _plan(self) -> None:
        """Plan and check again, with what was said so far."""
        register, paths, options = self._register, self._paths, self._options
        self.checked = None
        self.write.setEnabled(False)
        self.write.show_words(Message("importing.checking"))
        self.steps.show_state("check", "now")
        self.steps.show_state("write", "waiting")

        def work(feedback: Feedback) -> _Result:
            plan = plan_import(register, paths, options, feedback.part(0.0, 0.4))
            return _Result(plan, check_import(register, plan, feedback.part(0.4, 1.0)))

        self._tasks.run(
            Message("importing.checking"),
            work,
            self._show,
            owner=self,
            key="import",
            failed=self._on_failed,
            cancelled=self._on_cancelled,
        )

    def _on_cancelled(self) -> None:
        self.write.show_words(Message("importing.not_checked"))
        self.steps.show_state("check", "waiting")

    def _on_mapping(self, key: tuple[str, str], mapping: LayerMapping) -> None:
        self._options = self._options.with_mapping(key, mapping)
        self._later.touch()

    def _on_placement(self, options: ImportOptions) -> None:
        self._options = replace(options, mappings=self._options.mappings)
        self._later.touch()

    def _on_template(self, templates: tuple[LayerTemplate, ...]) -> None:
        self._options = replace(self._options, templates=templates, mappings=None)
        self._later.touch()

    def _on_failed(self, error: UserError) -> None:
        self.write.show_words(Message("importing.not_checked"))
        self.steps.show_state("check", "doubt")
        self.row.clear(Message("importing.failed"))
        self._tasks.failed.emit(error)

    def _show(self, result: _Result) -> None:
        self.checked = result.checked
        self.mapping.show_plan(result.plan)
        self.placement.show_plan(result.plan)
        self._show_problems(result)
        self._show_summary(result.plan)
        self._show_counts(result.checked.report)
        for step, state in states_of(result.plan, result.checked).items():
            self.steps.show_state(step, state)
        self.templates.show_plan(result.plan)
        self.proof.show_plan(result.plan)

    def _look_at(self, step: str) -> None:
        """Put the keyboard where this step is settled."""
        parts: dict[str, QWidget] = {
            "file": self.mapping.layers, "place": self.placement.crs, "meaning": self.mapping.kind,
            "check": self.table, "write": self.write,
        }  # fmt: skip
        parts[step].setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _show_problems(self, result: _Result) -> None:
        kept_out = {(q.file, q.layer, q.record.row): q for q in result.checked.quarantined}
        reported = islice(result.checked.report.problems(), PROBLEMS_LISTED)
        listed = [
            Listed(each, kept_out.get((each.file, each.layer, each.line)) if each.line is not None else None)
            for each in reported
        ]
        self.problems.show(sorted(listed, key=lambda each: _ORDER[each.severity]))
        self.row.clear(Message("importing.row.none" if listed else "importing.row.all_right"))
        counts = result.checked.report.severities()
        for name, button in self._filters.items():
            words = Message("importing.filter", {"word": _FILTERS[name], "count": f"{counts[name]:,}"})
            self._language.say(button, "setText", words)
            button.setVisible(counts[name] > 0)

    def _show_summary(self, plan: ImportPlan) -> None:
        layers = [layer for layer in plan.imported if layer.placement is not None]
        titles = dict.fromkeys(
            layer.placement.source.title for layer in layers if layer.placement is not None
        )
        encodings = dict.fromkeys(layer.encoding for layer in plan.layers if layer.encoding)
        parts: list[object] = [*encodings, *titles]
        self._summary.show_words(Message("importing.summary", {"facts": tuple(parts)}) if parts else "")

    def _show_counts(self, report: ImportReport) -> None:
        counts = report.counts
        self._shares.show_counts(counts)
        self._numbers.show_words(
            Message(
                "importing.numbers",
                {
                    "accepted": f"{counts.accepted:,}",
                    "warnings": f"{report.severities()['warning']:,}",
                    "quarantined": f"{counts.quarantined:,}",
                    "unchanged": f"{counts.unchanged:,}",
                    "rejected": f"{counts.rejected:,}",
                    "read": f"{counts.read:,}",
                },
            )
        )
        checked = self.checked
        possible = checked is not None and not checked.is_empty
        self.write.setEnabled(possible)
        if not possible:
            words = Message("importing.nothing_new")
        elif counts.quarantined:
            given = {"count": f"{counts.accepted:,}", "quarantined": f"{counts.quarantined:,}"}
            words = Message("importing.write_some", given)
        else:
            words = Message("importing.write", {"count": f"{counts.accepted:,}"})
        self.write.show_words(words)

    def _on_row(self, now: QItemSelection) -> None:
        rows = now.indexes()
        if not rows:
            return
        listed = self.problems.rows[rows[0].row()]
        reported, kept_out = listed.reported, listed.quarantined
        if kept_out is None:
            title = Message("importing.row.warned", {"line": reported.line})
            words = reported.file if reported.line is None else title
            self.row.show_row(words, (reported.problem,), None, {}, {}, None)
            self.proof.show_rows(())
            return
        record = kept_out.record
        asset_type = self._register.catalogue.types.get(kept_out.type)
        title = Message("importing.row.title", {"layer": kept_out.layer, "line": record.row})
        book = None if record.fid is None else self._register.get(kept_out.type, record.fid)
        self.row.show_row(title, record.problems, asset_type, record.values, record.raw, book)
        self.proof.show_rows(record.geometry)

    def _leave(self) -> None:
        self._later.stop()
        for task in self._tasks.running:
            if task.label.id == "importing.checking":
                task.cancel()
        self.left.emit()

    # ---- the parts

    def _lay_out(self) -> None:
        columns = QSplitter(Qt.Orientation.Horizontal)
        columns.setHandleWidth(1)
        columns.setChildrenCollapsible(False)
        parts: tuple[QWidget, ...] = (self.mapping, self._middle(), self.row)
        for part, width in zip(parts, WIDTHS, strict=True):
            columns.addWidget(part)
            part.setMinimumWidth(width * 7 // 10)
        columns.setSizes(list(WIDTHS))
        columns.setStretchFactor(1, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head())
        column.addWidget(Line())
        column.addWidget(self.placement)
        column.addWidget(Line())
        column.addWidget(columns, 1)
        column.addWidget(Line())
        column.addWidget(self._foot())

    def _head(self) -> QWidget:
        head = QFrame()
        head.setObjectName("panel")
        head.setFixedHeight(self._theme.size("panel_title") + 8)
        row = QHBoxLayout(head)
        row.setContentsMargins(16, 0, 16, 0)
        row.setSpacing(16)
        names = tuple(Path(path).name for path in self._paths)
        title = Message("importing.title", {"files": names})
        row.addWidget(ElidedLabel(self._language, self._theme, title, size="heading", strong=True), 1)
        row.addWidget(self.steps)
        row.addWidget(self._summary, 1)
        row.addWidget(self.templates.button)
        return head

    def _middle(self) -> QWidget:
        middle = QSplitter(Qt.Orientation.Vertical)
        middle.setHandleWidth(1)
        middle.setChildrenCollapsible(False)
        upper = QFrame()
        upper.setObjectName("panel")
        column = QVBoxLayout(upper)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        bar = QHBoxLayout()
        bar.setContentsMargins(12, 8, 12, 8)
        bar.setSpacing(8)
        bar.addWidget(Label(self._language, self._theme, Message("importing.problems"), strong=True))
        self._filters = {name: self._filter(name) for name in _ORDER}
        for button in self._filters.values():
            bar.addWidget(button)
        bar.addStretch(1)
        column.addLayout(bar)
        column.addWidget(self.table, 1)
        middle.addWidget(upper)
        middle.addWidget(self.proof)
        middle.setSizes([420, 320])
        return middle

    def _filter(self, name: str) -> QToolButton:
        button = filter_chip(self._theme)
        button.setChecked(name != "note")
        button.toggled.connect(self._on_filter)
        button.hide()
        return button

    def _on_filter(self) -> None:
        shown = frozenset(name for name, button in self._filters.items() if button.isChecked())
        self.problems.show_severities(shown)

    def _problem_table(self) -> QTableView:
        table = QTableView()
        table.setModel(self.problems)
        dress_rows(table, self._theme, 28)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        header = table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(REASON, QHeaderView.ResizeMode.Stretch)
        for column, width in enumerate((32, 96, 56, 88, 96)):
            header.resizeSection(column, width)
        header.setSectionResizeMode(SIGN, QHeaderView.ResizeMode.Fixed)
        table.selectionModel().selectionChanged.connect(self._on_row)
        return table

    def _foot(self) -> QWidget:
        foot = QFrame()
        foot.setObjectName("panel")
        row = QHBoxLayout(foot)
        row.setContentsMargins(16, 12, 16, 12)
        row.setSpacing(16)
        left = QVBoxLayout()
        left.setSpacing(8)
        left.addWidget(self._shares)
        left.addWidget(self._numbers)
        row.addLayout(left, 1)
        words = Message("importing.one_batch")
        row.addWidget(Label(self._language, self._theme, words, size="small", tone="quiet"))
        row.addWidget(self.cancel)
        row.addWidget(self.write)
        return foot


_ORDER: dict[Severity, int] = {"error": 0, "warning": 1, "note": 2}
_FILTERS: dict[Severity, Message] = {
    "error": Message("importing.filter.error"),
    "warning": Message("importing.filter.warning"),
    "note": Message("importing.filter.note"),
}
