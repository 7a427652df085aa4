"""Changing the boundaries of grids on the map: drawing, dividing, joining, redrawing; their coverage and its repair."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import shapely
from PySide6.QtCore import QEvent, QObject, Signal
from shapely.geometry.base import BaseGeometry

from gisapp.panels.drafting.acts import Act
from gisapp.panels.grid_shaping.coverage_card import CoverageCard
from gisapp.panels.grid_shaping.flaw_marks import FlawMarks
from gisapp.panels.grid_shaping.tool_names import BOUNDARY, SPLIT
from gisapp.panels.workplace import Workplace
from gisapp.tools.grids.line_tool import GridLineTool
from layers.editing.plan import Answers, Done, EditPlan
from layers.feedback import Feedback
from layers.later import Later
from layers.model.asset import AssetKey
from layers.model.change import ChangeSet
from layers.model.duty_words import GRID
from layers.model.query import Box
from layers.register import Register
from layers.scene.snapping import Place
from layers.text import Message

if TYPE_CHECKING:
    from layers.grids import coverage, ground
    from layers.grids.shaping import boundary, corners, drawing, levels, merging, repairs, splitting
else:
    boundary = Later("layers.grids.shaping.boundary")
    corners = Later("layers.grids.shaping.corners")
    coverage = Later("layers.grids.coverage")
    drawing = Later("layers.grids.shaping.drawing")
    ground = Later("layers.grids.ground")
    levels = Later("layers.grids.shaping.levels")
    merging = Later("layers.grids.shaping.merging")
    repairs = Later("layers.grids.shaping.repairs")
    splitting = Later("layers.grids.shaping.splitting")

#: Styles in which the boundaries are seen begin with this name.
STYLE: Final = "grid"
_SERVICE_AREA: Final = "service_area"
_HINTS = {SPLIT: Message("grid_shaping.hint.split"), BOUNDARY: Message("grid_shaping.hint.boundary")}
#: Pixels left free beside the card, where the zoom buttons stand, and for the line of a hint above it.
_RIGHT, _ABOVE = 60, 42


class Corners:
    """Bends of a grid's boundary belong to its neighbours too."""

    def move(self, register: Register, place: Place, to: Place) -> EditPlan:
        return corners.plan_move_corner(register, place, to)

    def add(self, register: Register, place: Place) -> EditPlan:
        return corners.plan_add_corner(register, place)

    def remove(self, register: Register, place: Place) -> EditPlan:
        return corners.plan_delete_corner(register, place)


class GridShaping(QObject):
    """The map's tools for grids, and the card of what is wrong with their coverage."""

    possible_changed = Signal()

    def __init__(self, place: Workplace) -> None:
        language, session, view = place.language, place.session, place.view
        super().__init__(view)
        self._language, self._session, self._tasks, self._view = language, session, place.tasks, view
        drafting = view.drafting
        self._acts = drafting.acts
        self.split_tool = GridLineTool(view.canvas, drafting.aid, language.render)
        self.boundary_tool = GridLineTool(view.canvas, drafting.aid, language.render)
        for name, tool, finish in (
            (SPLIT, self.split_tool, self._split),
            (BOUNDARY, self.boundary_tool, self._redraw),
        ):
            view.add_tool(name, tool)
            tool.news.finished.connect(finish)
            tool.news.noticed.connect(drafting.mending.noticed)
        drafting.mending.hints |= _HINTS
        drafting.mending.shapers[GRID] = Corners()
        drafting.mending.plans[GRID] = _plan_draw
        self.marks = FlawMarks()
        view.canvas.overlay.sketches.append(self.marks)
        self.card = CoverageCard(language, place.theme, view)
        self.card.chosen.connect(self._look_at)
        self.card.mend_asked.connect(self._mend)
        self.card.closed.connect(self.hide_coverage)
        view.installEventFilter(self)
        session.changed.connect(self._on_changed)
        session.closed.connect(self.hide_coverage)
        session.past_changed.connect(lambda is_past: self.hide_coverage() if is_past else None)
        language.changed.connect(self._place)

    # ---- what the actions ask

    @property
    def grids(self) -> tuple[AssetKey, ...]:
        """The selected grids."""
        return tuple(key for key in self._session.selection if key.type == GRID)

    @property
    def shows_coverage(self) -> bool:
        return not self.card.isHidden()

    def use(self, name: str) -> None:
        """Take up a tool for boundaries, or put it down again."""
        if not self._view.drafting.may_edit():
            return
        self.show_grids()
        self._view.use_tool("select" if self._view.tool_name == name else name)

    def show_grids(self) -> None:
        """Boundaries that are not on the map cannot be worked on."""
        if not self._view.styles.name.startswith(STYLE):
            self._view.use_style(STYLE)

    def draw(self) -> None:
        """Draw new grids."""
        register = self._session.register
        if register is not None:
            self.show_grids()
            self._view.drafting.draw(register.catalogue[GRID], hint=Message("grid_shaping.hint.draw"))

    def merge(self) -> None:
        """Make one of the selected grids; the card asks which one stays."""
        ids = [key.id for key in self.grids]
        reason = self._language.render(Message("grid_shaping.merge_reason"))

        def make(register: Register, answers: Answers) -> EditPlan:
            return merging.plan_merge_asking(register, ids, answers, reason=reason)

        def done(_: Done) -> None:
            register = self._session.register
            there = [] if register is None else ground.read_grids(register).ids.tolist()
            self._session.select(key for key in self.grids if key.id in there)

        if ids and self._view.drafting.may_edit():
            self._acts.do(Act(make, shown=True, done=done))

    def group(self) -> None:
        """Put the selected grids together under an area; the card asks for its name."""
        ids = [key.id for key in self.grids]

        def make(register: Register, answers: Answers) -> EditPlan:
            return levels.plan_group(register, ids, answers)

        if ids and self._view.drafting.may_edit():
            self._acts.do(Act(make, shown=True))

    def switch_coverage(self) -> None:
        """Show what is wrong with the coverage, or no longer."""
        self.hide_coverage() if self.shows_coverage else self.check()

    def check(self) -> None:
        """Look for gaps and overlaps, and show them."""
        register = self._session.register
        if register is None:
            return
        self.show_grids()
        self._tasks.run(
            Message("grid_shaping.task"), lambda feedback: _find(register, feedback), self._show,
            owner=self, key="grid-coverage",
        )  # fmt: skip

    def hide_coverage(self) -> None:
        """Take the card and the marks away."""
        self.card.hide()
        self.marks.shown, self.marks.chosen = (), None
        self._view.canvas.update()
        self.possible_changed.emit()

    def mend_all(self) -> None:
        """Mend all that can be mended without anybody deciding."""
        self._mend(self.card.mendable)

    # ---- lines that were drawn

    def _split(self, places: tuple[Place, ...]) -> None:
        line = shapely.LineString(places)

        def make(register: Register, answers: Answers) -> EditPlan:
            grid = splitting.grid_of_line(ground.read_grids(register), line)
            return levels.plan_split_asking(register, grid, line, answers)

        def done(made: Done) -> None:
            self._session.select(key for key in made.made if key.type == GRID)
            self._view.use_tool("select")

        self._acts.do(Act(make, shown=True, done=done, failed=lambda: self._restore(SPLIT, places)))

    def _redraw(self, places: tuple[Place, ...]) -> None:
        line, reach = shapely.LineString(places), self.boundary_tool.metres

        def make(register: Register, _: Answers) -> EditPlan:
            return boundary.plan_move_boundary(register, None, line, reach=reach)

        self._acts.do(Act(make, shown=True, failed=lambda: self._restore(BOUNDARY, places)))

    def _restore(self, name: str, places: tuple[Place, ...]) -> None:
        """What could not be done, or was not agreed to, is drawn again to be mended."""
        tool = self.split_tool if name == SPLIT else self.boundary_tool
        if self._view.tool_name == name and not tool.places:
            tool.begin_at(*places)

    # ---- coverage

    def _show(self, found: coverage.Coverage) -> None:
        self.marks.shown, self.marks.chosen = found.flaws, None
        self.card.show_coverage(found)
        self._place()
        self._view.canvas.update()
        self.possible_changed.emit()

    def _look_at(self, flaw: coverage.Flaw) -> None:
        self.marks.chosen = flaw
        box = Box(*flaw.shape.bounds)
        # A sliver is looked at with its surroundings.
        room = max(box.width, box.height, 40.0)
        self._view.canvas.fit(Box(box.x0 - room, box.y0 - room, box.x1 + room, box.y1 + room))

    def _mend(self, flaws: tuple[coverage.Flaw, ...]) -> None:
        if flaws and self._view.drafting.may_edit():
            self._acts.do(Act(lambda register, _: repairs.plan_repair(register, flaws)))

    def _on_changed(self, change: ChangeSet) -> None:
        if self.shows_coverage and any(name in change.changes for name in (GRID, _SERVICE_AREA)):
            self.check()

    # ---- place

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def _place(self) -> None:
        if self.shows_coverage:
            below = self._view.style_button.geometry().bottom() + _ABOVE
            self.card.fit(self._view.size(), self._view.width() - _RIGHT, below)


def _plan_draw(
    register: Register, type_name: str, geometry: BaseGeometry, values: Mapping[str, Any]
) -> EditPlan:
    return drawing.plan_draw_grid(register, type_name, geometry, values)


def _find(register: Register, feedback: Feedback) -> coverage.Coverage:
    return coverage.find_coverage(register, feedback=feedback)
