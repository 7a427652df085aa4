"""Acts of one project on the map, each planned, shown where that is wise, done as one step."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal

from PySide6.QtCore import QObject, Signal
from shapely.geometry.base import BaseGeometry

from gisapp.panels.map_view import MapView
from gisapp.session import Session
from gisapp.tasks import Tasks
from layers.editing.plan import Answers, EditPlan
from layers.later import Later
from layers.model.asset import AssetKey
from layers.model.selection import Selection, SelectionMode
from layers.register import Register
from layers.renewal.words import IN, PROJECT, SECTION
from layers.text import Message

if TYPE_CHECKING:
    from gisapp.panels.drafting import acts
    from layers.renewal.completion import completion
    from layers.renewal.mains import belonging, pricing
else:
    acts = Later("gisapp.panels.drafting.acts")
    belonging = Later("layers.renewal.mains.belonging")
    completion = Later("layers.renewal.completion.completion")
    pricing = Later("layers.renewal.mains.pricing")

State = Literal["suspended", "cancelled", "open"]
#: Stands for what is typed until it is.
_NOT_YET = "…"
_MARGIN = "10"


class ProjectActs(QObject):
    """``project`` is the one looked at; while mains are chosen for it, it stays the one looked at last."""

    refused = Signal(object, object)
    """What is not possible, and what to do instead (Messages)."""
    changed = Signal()
    """Another project."""

    def __init__(self, session: Session, tasks: Tasks, view: MapView, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._tasks, self._view = session, tasks, view
        self.project: AssetKey | None = None
        #: How sentences name it.
        self.name = ""
        session.selection_changed.connect(self._on_selection)
        session.closed.connect(lambda: self.take(None))

    # ---- which project

    def take(self, project: AssetKey | None) -> None:
        """Work for this project from now on."""
        if project == self.project:
            return
        self.project, self.name = project, ""
        self.changed.emit()
        register = self._session.register
        if project is None or register is None:
            return

        def show(name: str) -> None:
            if self.project == project:
                self.name = name
                self.changed.emit()

        self._tasks.run(
            Message("works.task"), lambda _: _name_of(register, project), show, owner=self,
            key="project-acts-name", shown=False,
        )  # fmt: skip

    def _on_selection(self, selection: Selection) -> None:
        ids = selection.ids(PROJECT).tolist()
        if len(ids) == 1:
            self.take(AssetKey(PROJECT, ids[0]))

    # ---- what is selected

    @property
    def mains(self) -> tuple[AssetKey, ...]:
        """What is selected and can be laid or retired by projects."""
        register = self._session.register
        if register is None or PROJECT not in register.catalogue:
            return ()
        names = [t.name for t in register.catalogue if IN in t]
        selection = self._session.selection
        return tuple(AssetKey(name, id) for name in names for id in selection.ids(name).tolist())

    @property
    def can_choose(self) -> bool:
        """Whether there is a project, and mains are selected for it."""
        return self.project is not None and bool(self.mains)

    # ---- acts

    def complete(self) -> None:
        """Put the project's new mains into service and retire its old ones, the effect shown first.

        With one section selected only the mains of that.
        """
        sections = self._session.selection.ids(SECTION).tolist()
        section = sections[0] if len(sections) == 1 else None

        def make(register: Register, project: int, answers: Answers) -> EditPlan:
            date = answers.get("date", datetime.date.today().isoformat())
            rest = {name: value for name, value in answers.items() if name != "date"}
            return completion.plan_completion(register, project, date, section=section, answers=rest or None)

        self._do(make, shown=True, asked="date")

    def choose(self, side: Literal["lay", "retire"]) -> None:
        """Let the project lay or retire what is selected."""
        mains = self.mains
        self._do(lambda register, project, _: belonging.plan_choose(register, project, mains, side))

    def toggle(self, main: AssetKey) -> None:
        """Take one main into the project, or out of it."""
        self._do(lambda register, project, _: belonging.plan_toggle(register, project, main))

    def release(self) -> None:
        """Take what is selected out of the project."""
        mains = self.mains
        self._do(lambda register, project, _: belonging.plan_release(register, project, mains))

    def copy_planned(self) -> None:
        """Planned copies of the old mains selected, beside them."""
        mains = self.mains
        self._do(
            lambda register, project, answers: belonging.plan_copies(
                register, project, mains, offset=answers.get("offset", "")
            ),
            shown=True,
        )

    def make_area(self) -> None:
        """The project's area, around its mains."""
        self._do(
            lambda register, project, answers: belonging.plan_area(
                register, project, answers.get("margin", _MARGIN)
            ),
            shown=True,
        )

    def price(self) -> None:
        """Planned length and budget as the mains are drawn, at the company's prices."""
        self._do(lambda register, project, _: pricing.plan_budget(register, project), shown=True)

    def put_state(self, state: State) -> None:
        """Suspend or cancel the project for a reason, or take it up again."""
        if state == "open":
            self._do(lambda register, project, _: belonging.plan_state(register, project, "open", ""))
            return
        self._do(
            lambda register, project, answers: belonging.plan_state(
                register, project, state, answers.get("cause", _NOT_YET)
            ),
            shown=True,
            asked="cause",
        )

    def put_in_section(self) -> None:
        """Put the selected mains into the section that is selected with them."""
        sections = self._session.selection.ids(SECTION).tolist()
        mains = self.mains
        if len(sections) == 1 and mains and self._view.drafting.may_edit():
            self._view.drafting.acts.do(
                acts.Act(lambda register, _: belonging.plan_section(register, sections[0], mains))
            )

    def draw(self) -> None:
        """Draw planned mains that the project lays."""
        register, project = self._session.register, self._project()
        if register is None or project is None or not self._view.drafting.may_edit():
            return
        asset_type = next(t for t in register.catalogue if IN in t)
        words = asset_type.lifetime
        given = {str(words.status): words.not_yet[0], IN: project}
        if asset_type.editing.begun is not None:
            given[asset_type.editing.begun] = None

        def plan(
            register: Register, type_name: str, geometry: BaseGeometry, values: Mapping[str, Any]
        ) -> EditPlan:
            return belonging.plan_draw_for(register, project, type_name, geometry, values)

        self._view.drafting.draw(asset_type, given, Message("works.hint.draw", {"name": self.name}), plan)

    def select_mains(self, mode: SelectionMode = "new") -> None:
        """Select everything the project lays and retires, with the project itself."""
        project = self.project

        def take(keys: list[AssetKey]) -> None:
            if project is not None:
                self._session.select([project, *keys], mode)

        self._look(belonging.keys_of, take)

    def select_road(self) -> None:
        """Select the mains in service along the project's road, to choose from."""

        def take(keys: list[AssetKey]) -> None:
            if keys:
                self._session.select(keys)
            else:
                self.refused.emit(Message("works.no_road"), Message("works.no_road_hint"))

        self._look(belonging.keys_along_road, take)

    # ---- doing

    def _look(
        self, find: Callable[[Register, int], list[AssetKey]], done: Callable[[list[AssetKey]], None]
    ) -> None:
        register, project = self._session.register, self._project()
        if register is not None and project is not None:
            self._tasks.run(
                Message("works.task"), lambda _: find(register, project), done, owner=self,
                key="project-acts-look", shown=False,
            )  # fmt: skip

    def _do(
        self,
        make: Callable[[Register, int, Answers], EditPlan],
        *,
        shown: bool = False,
        asked: Literal["", "date", "cause"] = "",
    ) -> None:
        project = self._project()
        if project is not None and self._view.drafting.may_edit():
            self._view.drafting.acts.do(
                acts.Act(lambda register, answers: make(register, project, answers), shown=shown, asked=asked)
            )

    def _project(self) -> int | None:
        if self.project is None:
            self.refused.emit(Message("works.no_project"), Message("works.no_project_hint"))
            return None
        return self.project.id


def _name_of(register: Register, project: AssetKey) -> str:
    asset = register.get(*project)
    return "" if asset is None else str(asset.get("name") or asset.get("code") or "")
