"""Drawing and mending on one map: its tools, what floats while one works, and the acts they end in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QObject, QPoint, QTimer, Signal
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QMenu, QWidget
from shapely.geometry import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from gisapp.actions import Actions
from gisapp.language import Language
from gisapp.map.canvas import MapCanvas
from gisapp.map.tool import MapTool
from gisapp.panels.drafting.acts import Act, Acts, Draw
from gisapp.panels.drafting.choice import DrawChoice
from gisapp.panels.drafting.draw_menu import fill_snapping, open_draw_menu
from gisapp.panels.drafting.floats import Floats
from gisapp.panels.drafting.habits import Habits
from gisapp.panels.drafting.last_values import LastValues, usual_values
from gisapp.panels.drafting.mending import Mending
from gisapp.panels.drafting.survey import Survey
from gisapp.panels.drafting.type_menu import fill_types
from gisapp.session import Session
from gisapp.tasks import Tasks
from gisapp.theme import Theme
from gisapp.tools.drawing.draw_tool import DrawTool
from gisapp.tools.drawing.snap_aid import SnapAid
from layers.editing.course import with_heights
from layers.editing.drawing import plan_draw
from layers.editing.lines import End, plan_continue
from layers.editing.plan import Answers, Done, EditPlan
from layers.model.asset import AssetKey
from layers.model.catalogue import AssetType, Shape
from layers.register import Register
from layers.scene.snapping import Place
from layers.text import Message

#: Milliseconds for which what is saved is still shown as drawn: the map follows a moment later.
SHOWN_ON = 150
_HINTS: dict[Shape, Message] = {
    "point": Message("draft.hint.point"),
    "line": Message("draft.hint.line"),
    "polygon": Message("draft.hint.polygon"),
}


class Drafting(QObject):
    """What the map's editing tools share: the type drawn, its values, snapping, and the acts."""

    told = Signal(object)
    """A Message: what was done and can be undone."""
    warned = Signal(object, object)
    """What is not possible here, and what to do instead (Messages)."""
    tool_asked = Signal(str)
    """The map shall use this tool."""
    possible_changed = Signal()

    def __init__(
        self,
        language: Language,
        theme: Theme,
        session: Session,
        tasks: Tasks,
        actions: Actions,
        choice: DrawChoice,
        canvas: MapCanvas,
        view: QWidget,
    ) -> None:
        super().__init__(view)
        self._language, self._theme, self._session = language, theme, session
        self._canvas, self._view, self._actions = canvas, view, actions
        self.choice = choice
        self.type: AssetType | None = None
        self._last = LastValues()
        self._continues: tuple[AssetKey, End] | None = None
        #: Values that everything drawn now gets beside those of the strip.
        self._given: Mapping[str, Any] = {}
        self._plan: Draw = plan_draw
        self._was_drawing = False
        self.aid = SnapAid(canvas, language.render)
        self.draw_tool = DrawTool(canvas, self.aid, language.render)
        self.acts = Acts(session, tasks, self)
        self.mending = Mending(language, session, tasks, canvas, self.aid, self.acts, self)
        self.tools: dict[str, MapTool] = {"draw": self.draw_tool, **self.mending.tools}
        self.survey = Survey(language, theme, session, canvas, self.draw_tool, self.aid, view)
        self._floats = Floats(language, theme, actions, canvas, self.survey.strip, view)
        self.bar, self.strip = self._floats.bar, self._floats.strip
        self.card, self.hint = self._floats.card, self._floats.hint
        self.place = self._floats.place
        self._tie()

    def _tie(self) -> None:
        session, news, acts = self._session, self.draw_tool.news, self.acts
        session.opened.connect(self._on_opened)
        session.closed.connect(self._on_closed)
        news.finished.connect(self._finish)
        news.noticed.connect(self._floats.say)
        news.changed.connect(self._on_drawn)
        news.menu_asked.connect(self._open_menu)
        acts.told.connect(self.told)
        acts.noticed.connect(self._floats.say)
        acts.proposed.connect(self._floats.propose)
        acts.settled.connect(self._floats.settle)
        self.card.agreed.connect(acts.agree)
        self.card.refused.connect(acts.refuse)
        self.mending.continue_asked.connect(self._continue)
        self.mending.noticed.connect(self._floats.say)
        self.bar.closed.connect(self._stop)
        self.bar.types_asked.connect(lambda: self.choose_type(self.bar.type_button))
        self.bar.repeat_chosen.connect(lambda on: self._remember(repeats=on))
        self.bar.fields.left.connect(self._canvas.setFocus)
        self.bar.snap_menu.aboutToShow.connect(self._fill_snapping)
        self.survey.missed.connect(lambda: self._floats.say(Message("draft.missed")))
        self.strip.closed.connect(self.switch_survey)
        self._language.changed.connect(self._on_language)
        self.choice.changed.connect(self._use_habits)
        self._use_habits()

    # ---- what the window asks

    @property
    def habits(self) -> Habits:
        """How the user draws."""
        return self.choice.habits

    @property
    def is_drawing(self) -> bool:
        """Whether something is drawn that is not finished."""
        return bool(self.draw_tool.places)

    def may_edit(self) -> bool:
        """Whether one can draw here; if not, the user is told why."""
        if self._session.may("edit"):
            return True
        if self._session.is_open:
            refusal = self._session.refusal()
            if refusal is not None:
                self.warned.emit(refusal.title, refusal.hint)
            else:
                self.warned.emit(Message("draft.read_only"), Message("draft.read_only_hint"))
        return False

    def draw(
        self,
        asset_type: AssetType | None = None,
        given: Mapping[str, Any] | None = None,
        hint: Message | None = None,
        plan: Draw | None = None,
    ) -> None:
        """Draw assets of a type: the one given, else the one of last time.

        ``given``: values that all of them get, whatever the strip says; ``hint`` tells what is drawn then,
        ``plan`` does it instead of ``plan_draw``.
        """
        asset_type = asset_type or self.choice.recent
        if asset_type is None or not self.may_edit():
            return
        if self.draw_tool.places and self.type is not None:
            # Who goes on to the next thing is done with this one.
            self.draw_tool.finish()
        self._begin(asset_type)
        self._given, self._plan = dict(given or {}), plan or self._plan
        if hint is not None:
            self.bar.hint.show_words(hint)

    def _begin(self, asset_type: AssetType) -> None:
        self._continues, self._given = None, {}
        self._plan = self.mending.plans.get(asset_type.name, plan_draw)
        self.type = asset_type
        self.draw_tool.shape = asset_type.shape or "point"
        self.draw_tool.outlines = asset_type.group != "network"
        self.bar.show_type(asset_type, _HINTS[self.draw_tool.shape])
        self._remember(recent=asset_type.name)
        self.choice.show_symbol()
        self._prefill(asset_type)
        self.tool_asked.emit("draw")

    def choose_type(self, beside: QWidget | None = None) -> None:
        """Offer everything that can be drawn, what was drawn of late on top."""
        if not self.may_edit():
            return
        menu = QMenu(self._view)
        menu.aboutToHide.connect(menu.deleteLater)
        fill_types(menu, self._theme, self._language, self.choice.types, self.habits.recent, self.draw)
        menu.popup(QCursor.pos() if beside is None else beside.mapToGlobal(QPoint(0, beside.height() + 2)))

    def begin(self, name: str) -> None:
        """A tool of the map was taken up: show what belongs to it."""
        is_draw = name == "draw"
        self.bar.setVisible(is_draw)
        self.strip.setVisible(is_draw and self.habits.surveys)
        if name not in self.tools:
            self.acts.refuse()
        self.hint.show_hint(self.mending.hint(name))
        self.place()

    def switch_snapping(self) -> None:
        """Snapping on or off."""
        self._remember(snaps=not self.habits.snaps)
        self._floats.say(Message("draft.snap.on" if self.habits.snaps else "draft.snap.off"))

    def switch_tracing(self) -> None:
        """Follow mains between two clicks, or not."""
        self.draw_tool.follows = not self.draw_tool.follows
        self._floats.say(Message("draft.trace.on" if self.draw_tool.follows else "draft.trace.off"))

    def switch_survey(self) -> None:
        """Show or hide the strip for typed figures; it comes up with a drawing."""
        self._remember(surveys=not self.habits.surveys)
        if self.habits.surveys and self._canvas.tool is not self.draw_tool:
            self.draw()
        on = self.habits.surveys and self._canvas.tool is self.draw_tool
        self.strip.setVisible(on)
        self.place()
        self.strip.first.setFocus() if on else self._canvas.setFocus()
        self.possible_changed.emit()

    def _use_habits(self) -> None:
        """Draw as the user likes to."""
        habits = self.habits
        self.aid.is_on, self.aid.pixels, self.aid.kinds = habits.snaps, habits.pixels, habits.kinds
        self.bar.repeat.blockSignals(True)
        self.bar.repeat.setChecked(habits.repeats)
        self.bar.repeat.blockSignals(False)

    # ---- drawing

    def _finish(self, places: tuple[Place, ...]) -> None:
        asset_type, heights = self.type, self.draw_tool.heights
        if asset_type is None:
            return
        problems = self.bar.fields.problems()
        if problems:
            self.warned.emit(problems[0].message, Message("draft.wrong_hint"))
            self._restore(places, heights)
            return
        values = self.bar.fields.values()
        continues, self._continues = self._continues, None
        all_values, plan = {**values, **self._given}, self._plan
        blank = tuple(f.title for f in self.bar.fields.fields if all_values.get(f.name) is None)
        self._floats.add_pending(places)

        def make(register: Register, _: Answers) -> EditPlan:
            if continues is not None:
                line, end = continues
                return plan_continue(register, line, end, with_heights(places[1:], heights))
            return plan(register, asset_type.name, _geometry(places, heights, asset_type.shape), all_values)

        def done(done: Done) -> None:
            QTimer.singleShot(SHOWN_ON, self, lambda: self._floats.take_pending(places))
            key = done.made[0] if done.made and continues is None else continues and continues[0]
            if key is not None:
                self._session.select((key,))
            if blank and continues is None:
                self._floats.say(Message("draft.left_blank", {"fields": blank}))

        def failed() -> None:
            self._floats.take_pending(places)
            if asset_type is self.type and asset_type.shape != "point" and not self.draw_tool.places:
                self._continues = continues
                self._restore(places, heights)

        self.acts.do(Act(make, done=done, failed=failed))
        if continues is None:
            self._last.keep(asset_type, values)
            if not self.habits.repeats:
                self.bar.fields.fill(usual_values(asset_type))

    def _on_drawn(self) -> None:
        """Undo means the last place while there is one."""
        if self._was_drawing != self.is_drawing:
            self._was_drawing = self.is_drawing
            self.possible_changed.emit()

    def _restore(self, places: tuple[Place, ...], heights: Mapping[Place, float]) -> None:
        """What could not be saved is drawn again, to be mended."""
        if self.draw_tool.shape != "point":
            self.draw_tool.begin_at(*places, heights=heights)

    def _continue(self, key: AssetKey, end: End, place: Place) -> None:
        """Go on drawing an existing line from one of its ends."""
        register = self._session.register
        if register is None or not self.may_edit():
            return
        self._begin(register.catalogue[key.type])
        self._continues = (key, end)
        self.draw_tool.begin_at(place)
        self.bar.hint.show_words(Message("draft.hint.continue"))

    def _prefill(self, asset_type: AssetType) -> None:
        """Fill the fields with the values of last time."""
        repeats = self.habits.repeats
        self.bar.fields.fill(self._last.of(asset_type) if repeats else usual_values(asset_type))

    # ---- menus, habits, the register

    def _open_menu(self, at: QPoint) -> None:
        open_draw_menu(self._view, at, self._language, self._actions, self.draw_tool, self._stop)

    def _stop(self) -> None:
        self.tool_asked.emit("select")

    def _fill_snapping(self) -> None:
        fill_snapping(self.bar.snap_menu, self._language, self.habits, self._remember)

    def _remember(self, **changes: Any) -> None:
        self.choice.remember(**changes)
        self.possible_changed.emit()

    def _on_language(self) -> None:
        """Other words need other room."""
        self._floats.place()

    def _on_opened(self, register: Register) -> None:
        self.type = None
        self._last.clear()

    def _on_closed(self) -> None:
        self.draw_tool.clear()
        self._floats.clear()


def _geometry(places: Sequence[Place], heights: Mapping[Place, float], shape: Shape | None) -> BaseGeometry:
    course = with_heights(places, heights)
    if shape == "point":
        return Point(course[0])
    return LineString(course) if shape == "line" else Polygon(places)
