"""Reports of what is seen in passing: the card over the map in which one is noted, and their list below it."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Signal

from gisapp.desks.desk_room import DeskRoom
from gisapp.forms.pictures import NewPhoto
from gisapp.panels.sightings.place_mark import PlaceMark
from gisapp.panels.workplace import Workplace
from gisapp.tools.place import PlaceTool
from layers.census.fieldwork.sightings import plan_report
from layers.census.words import REPORT
from layers.errors import UserError
from layers.later import Later
from layers.model.asset import AssetKey
from layers.model.fields import LinkField
from layers.register import Edit, Register

if TYPE_CHECKING:
    from gisapp.panels.sightings import sighting_entry, sighting_panel
else:
    sighting_entry = Later("gisapp.panels.sightings.sighting_entry")
    sighting_panel = Later("gisapp.panels.sightings.sighting_panel")

NAME, TOOL = "sightings", "sighting_place"
_CORNER = QPoint(12, 92)


class SightingPlace(QObject):
    """Made when it is first asked for. ``listed``: the ids of reports, to be seen in the table."""

    listed = Signal(tuple)
    arranged = Signal()
    """The list was shown, or put away."""

    def __init__(self, place: Workplace, room: DeskRoom) -> None:
        super().__init__(room)
        self._place, self._room = place, room
        self._panel: sighting_panel.SightingPanel | None = None
        self._entry: sighting_entry.SightingEntry | None = None
        self._tool_before = "select"
        self._mark = PlaceMark()
        place.view.canvas.overlay.sketches.append(self._mark)
        self.tool = PlaceTool(place.view.canvas)
        place.view.add_tool(TOOL, self.tool)
        self.tool.news.taken.connect(lambda x, y: self.entry.take_place(x, y))
        place.session.closed.connect(self._forget)

    @property
    def panel(self) -> sighting_panel.SightingPanel:
        """The list."""
        if self._panel is None:
            made = sighting_panel.SightingPanel(self._place)
            made.closed.connect(lambda: self.show(False))
            made.looked_at.connect(self._look_at)
            made.listed.connect(self.listed)
            self._panel = made
        return self._panel

    @property
    def entry(self) -> sighting_entry.SightingEntry:
        """What is being noted, over the map."""
        if self._entry is None:
            place = self._place
            made = sighting_entry.SightingEntry(place.language, place.theme, place.tasks, place.view)
            made.saved.connect(self._save)
            made.left.connect(self.leave)
            made.pick_asked.connect(self._take_tool)
            made.placed.connect(self._show_mark)
            self._entry = made
        return self._entry

    @property
    def is_shown(self) -> bool:
        """Whether the list stands under the map: another desk may have taken the place."""
        return self._panel is not None and self._panel.isVisible()

    def show(self, on: bool) -> None:
        """Put the list under the map, or away."""
        if on:
            self._room.show_below(NAME, lambda: self.panel)
            self.panel.read()
        elif self.is_shown:
            self._room.show_below(NAME, None)
        self.arranged.emit()

    # ---- noting one

    def begin(self) -> None:
        """Ask for what was seen; clicks on the map say where, until it is saved or left."""
        register, entry = self._place.session.register, self.entry
        if register is None:
            return
        if entry.isHidden():
            target = self._selected(register)
            told = ""
            if target is not None:
                asset = register.get(*target)
                told = "" if asset is None else str(asset.get("code") or asset.id)
            shown = self._place.view.canvas.viewport
            # A map on which nothing was shown yet stands at the origin: it tells nothing.
            near = (shown.x, shown.y) if shown.x or shown.y else None
            entry.begin(register.catalogue, register.crs, near, self._place.my_name(), target, told)
            entry.move(_CORNER)
        entry.show()
        entry.raise_()
        entry.kinds.setFocus()
        self._take_tool()

    def leave(self) -> None:
        """Note nothing."""
        if self._entry is not None and not self._entry.isHidden():
            self._entry.hide()
            self._mark.place = None
            self._place.view.canvas.update()
            if self._place.view.tool_name == TOOL:
                self._place.view.use_tool(self._tool_before)
            self._place.view.canvas.setFocus()

    def _selected(self, register: Register) -> AssetKey | None:
        """The asset it may be of: the one that is selected, if reports can name such."""
        only = self._place.session.selection.only
        link = register.catalogue[REPORT].field_named("target")
        assert isinstance(link, LinkField)
        return only if only is not None and only.type in link.targets else None

    def _take_tool(self) -> None:
        view = self._place.view
        if view.tool_name != TOOL:
            self._tool_before = view.tool_name
            view.use_tool(TOOL)

    def _show_mark(self) -> None:
        self._mark.place = None if self._entry is None else self._entry.position.place
        self._place.view.canvas.update()

    def _save(self) -> None:
        register, entry = self._place.session.register, self.entry
        if register is None or not entry.save.isEnabled():
            return
        now = datetime.datetime.now(datetime.UTC)
        try:
            plan = plan_report(register, entry.seen(), now)
        except UserError as error:
            entry.refuse(error)
            return
        photos: tuple[NewPhoto, ...] = tuple(entry.photos.photos)

        def work(edit: Edit) -> None:
            report = plan.apply(edit).made[0]
            for photo in photos:
                kind = "photo" if photo.is_picture else "document"
                register.attach(edit, REPORT, report.id, photo.name, photo.data, {"kind": kind})

        entry.save.setEnabled(False)
        self._place.edit(plan.label, work, self.leave, entry.refuse)

    # ---- the list and the map

    def _look_at(self, report: int) -> None:
        """Show a report on the map."""
        key = AssetKey(REPORT, report)
        self._place.session.select([key])
        self._place.view.fly_to_asset(key)

    def _forget(self) -> None:
        self.leave()
        if self._panel is not None:
            self._panel.forget()
        self.show(False)
