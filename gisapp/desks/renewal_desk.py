"""The desk of renewal: the projects beside the map, the one looked at in the inspector's place, its timeline below."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from shapely.geometry.base import BaseGeometry

from gisapp.desks.desk import Desk
from gisapp.desks.desk_panel import DeskPanel
from gisapp.desks.desk_style import DeskStyle
from gisapp.panels.renewal.centre import RenewalCentre
from gisapp.panels.renewal.community_marks import CommunityMarks, Mark
from gisapp.panels.workplace import Workplace
from gisapp.panels.works.before_after import STYLE
from layers.later import Later
from layers.model.asset import AssetKey
from layers.renewal.words import PROJECT
from layers.text import Message

if TYPE_CHECKING:
    from gisapp.panels.renewal import project_page, renewal_panel, schedule
else:
    project_page = Later("gisapp.panels.renewal.project_page")
    renewal_panel = Later("gisapp.panels.renewal.renewal_panel")
    schedule = Later("gisapp.panels.renewal.schedule")

WIDTH = 640


class RenewalDesk(QObject):
    """Made when the window is; its panels when the desk is first opened. ``desk`` is what the rail takes."""

    arranged = Signal()
    """Page and timeline shall be shown, or not."""
    fields_asked = Signal(object)
    """The AssetKey of a project whose own form is wanted."""
    rows_asked = Signal(str, object)
    """A type whose rows of a project (AssetKey) shall be listed in the table."""

    def __init__(self, place: Workplace) -> None:
        view = place.view
        super().__init__(view)
        self.centre = RenewalCentre(place, self)
        self._place, self._view = place, view
        self._holder = DeskPanel()
        self._style = DeskStyle(view, STYLE)
        self._panel: renewal_panel.RenewalPanel | None = None
        self._page: project_page.ProjectPage | None = None
        self._schedule: schedule.Schedule | None = None
        self.wants_schedule = True
        self._is_shown = False
        self._fields_of: AssetKey | None = None
        self.marks = CommunityMarks(place.theme.font("small"))
        view.canvas.overlay.sketches.append(self.marks)
        self.desk = Desk(
            "renewal",
            Message("window.desk.renewal"),
            "arrows-clockwise",
            self._holder,
            WIDTH,
            shown=self.show,
        )
        self.centre.chosen.connect(self._on_chosen)
        self.centre.changed.connect(self._mark)
        place.language.changed.connect(self._mark)

    @property
    def panel(self) -> renewal_panel.RenewalPanel:
        """The board and the other views."""
        if self._panel is None:
            place = self._place
            self._panel = renewal_panel.RenewalPanel(
                place.language, place.theme, self.centre, place.actions, place.my_name
            )
            self._holder.hold(self._panel)
            self._panel.fly_asked.connect(self.fly_to)
            self._panel.arranged.connect(self._mark)
            self._panel.refused.connect(place.notifier.error)
            self._panel.complete_asked.connect(lambda: place.actions.trigger(project_page.COMPLETE))
        return self._panel

    @property
    def page(self) -> project_page.ProjectPage:
        """The page of the project looked at."""
        if self._page is None:
            place = self._place
            self._page = project_page.ProjectPage(place.language, place.theme, self.centre, place.actions)
            self._page.fields_asked.connect(self._show_fields)
            self._page.fly_asked.connect(self._view.fly_to_selection)
            self._page.rows_asked.connect(lambda name: self.rows_asked.emit(name, self.centre.project))
            self._page.opened.connect(lambda key: self.fields_asked.emit(key))
            self._page.show_project()
        return self._page

    @property
    def schedule(self) -> schedule.Schedule:
        """The timeline under the map."""
        if self._schedule is None:
            self._schedule = schedule.Schedule(self._place.language, self._place.theme, self.centre)
            self._schedule.closed.connect(lambda: self.show_schedule(False))
            self._schedule.step_chosen.connect(lambda step: self.page.milestones.open_entry(step))
            self._schedule.show_project()
        return self._schedule

    @property
    def shows_page(self) -> bool:
        """Whether the page stands in the inspector's place now."""
        return self._is_shown and self.centre.project is not None and self._fields_of != self.centre.project

    @property
    def shows_schedule(self) -> bool:
        """Whether the timeline stands under the map now."""
        return self._is_shown and self.wants_schedule and self.centre.project is not None

    def show(self, on: bool) -> None:
        """The desk is open, or another one is."""
        if on and self._panel is None:
            self.panel.show_view("board")
        if on != self._is_shown:
            # The map shows projects by their stage.
            self._style.wear(on)
        self._is_shown = on
        self.centre.show(on)
        self._mark()
        self.arranged.emit()

    def _mark(self) -> None:
        """Communities stand on the map while the conversion is looked at."""
        panel = self._panel
        is_shown = self._is_shown and panel is not None and panel.list == "conversion"
        self.marks.is_shown = is_shown
        if is_shown and panel is not None:
            self.centre.read_communities(
                [card.community for card in panel.cards if card.community], self._show_marks
            )
        self._view.canvas.update()

    def _show_marks(self, shapes: Mapping[int, BaseGeometry]) -> None:
        panel = self._panel
        marks = []
        for card in () if panel is None else panel.cards:
            shape = shapes.get(card.community or 0)
            if shape is not None:
                furthest = card.furthest
                words = Message("renewal_desk.not_begun") if furthest is None else furthest.stage.title
                marks.append(Mark(shape, card.way, self._place.language.render(words)))
        self.marks.show(marks)
        self._view.canvas.update()

    def show_schedule(self, on: bool) -> None:
        """Open the timeline, or close it."""
        self.wants_schedule = on
        self.arranged.emit()

    def show_page(self) -> None:
        """Back from the form of the project to its page."""
        self._fields_of = None
        self.arranged.emit()

    def fly_to(self, project: int) -> None:
        """Go to a project on the map: to its pipes or its area, else to its community."""
        card = None if self.centre.board is None else self.centre.board.by_id.get(project)
        self.centre.choose(project)
        if card is not None and not card.pipes and card.community is not None:
            self._view.fly_to_asset(AssetKey("community", card.community))
        else:
            self._view.fly_to_selection()

    def _show_fields(self) -> None:
        project = self.centre.project
        if project is not None:
            self._fields_of = project
            self.centre.session.select((AssetKey(PROJECT, project.id),))
            self.arranged.emit()

    def _on_chosen(self) -> None:
        if self._fields_of is not None and self.centre.project != self._fields_of:
            self._fields_of = None
        self.arranged.emit()
