"""The parts of a window that are made when they are first used: what a start does not wait for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QMainWindow, QStackedWidget

from gisapp.actions import Actions
from gisapp.desks.desk import Desk
from gisapp.finder import Finder
from gisapp.first_use import FirstUse
from gisapp.language import Language
from gisapp.notify import Notifier
from gisapp.panels.inspector.inspector import Inspector
from gisapp.panels.map_view import MapView
from gisapp.panels.workplace import Workplace
from gisapp.session import Session
from gisapp.settings import Settings, without_password
from gisapp.tasks import Tasks
from gisapp.theme import Theme
from layers.later import Later

if TYPE_CHECKING:
    from gisapp.map import reference_ground
    from gisapp.panels.basemap import view as basemap_view
    from gisapp.panels.grid_shaping import shaping
    from gisapp.panels.history import trail_panel
    from gisapp.panels.references import feed as reference_feed
    from gisapp.panels.style import editor as styles
else:
    basemap_view = Later("gisapp.panels.basemap.view")
    reference_feed = Later("gisapp.panels.references.feed")
    reference_ground = Later("gisapp.map.reference_ground")
    styles = Later("gisapp.panels.style.editor")
    shaping = Later("gisapp.panels.grid_shaping.shaping")
    trail_panel = Later("gisapp.panels.history.trail_panel")

#: Milliseconds: so long basemaps wait for the first frame of a map, and for that to be painted.
BASEMAPS_WITHIN, PAINTED = 1500, 20


@dataclass(frozen=True)
class Parts:
    """What a window works with: settings, language and theme are shared by all, the rest is its own."""

    settings: Settings
    language: Language
    theme: Theme
    tasks: Tasks
    notifier: Notifier
    session: Session
    finder: Finder
    actions: Actions


class WindowRooms(QMainWindow):
    """What they need is furnished by the window."""

    trail_left = Signal()
    """The trail gives its place back to the desk."""
    desk_pages: QStackedWidget
    desks: dict[str, Desk]
    inspector: Inspector
    map: MapView
    workplace: Workplace

    def __init__(self, parts: Parts) -> None:
        super().__init__()
        self.parts = parts
        self.basemap_room = FirstUse(self._make_basemaps)
        self.style_room = FirstUse(self._make_style_editor)
        self.trail_room = FirstUse(self._make_trail)
        self.reference_room = FirstUse(self._make_references)
        self.shaping_room = FirstUse(lambda: shaping.GridShaping(self.workplace))

    @property
    def style_editor(self) -> styles.StyleEditor:
        """Where a style is made."""
        return self.style_room()

    def _make_style_editor(self) -> styles.StyleEditor:
        parts, view, pages = self.parts, self.map, self.desk_pages
        made = styles.StyleEditor(parts.language, parts.theme, parts.session, parts.tasks)
        pages.addWidget(made)
        # It stands in the place of the legend until it is closed.
        made.opened.connect(lambda: pages.setCurrentWidget(made))
        made.preview.connect(view.use_style)
        made.closed.connect(self._on_style_closed)
        made.told.connect(lambda words: parts.notifier.done(words, "edit.undo"))
        made.show_counts(view.legend.counts)
        view.styles.left.connect(made.close_style)
        view.legend.counted.connect(made.show_counts)
        return made

    def hold_style(self, then: Callable[[], object]) -> bool:
        """Whether a style is not saved: then its user is asked, and ``then`` follows the answer."""
        made = self.style_room.made
        return made is not None and made.hold(then)

    def _on_style_closed(self, style: str) -> None:
        if style:
            self.map.use_style(style)
        self.desk_pages.setCurrentWidget(self.desks["map"].panel)

    @property
    def basemaps(self) -> basemap_view.BasemapView:
        """What lies beneath the map."""
        return self.basemap_room()

    def _make_basemaps(self) -> basemap_view.BasemapView:
        parts = self.parts
        made = basemap_view.BasemapView(
            parts.language, parts.theme, parts.session, parts.tasks, parts.settings, parts.notifier, self.map
        )
        made.feed.listed.connect(parts.actions.refresh)
        return made

    def tie_rooms(self) -> None:
        """What lies beneath the map comes as soon as the map is there."""
        self.map.styles.hold = self.hold_style
        # The frame itself is painted first.
        self.map.canvas.frame_shown.connect(lambda: QTimer.singleShot(PAINTED, self, self._bring_basemaps))
        self.parts.session.opened.connect(
            lambda _: QTimer.singleShot(BASEMAPS_WITHIN, self, self._bring_basemaps)
        )

    def _bring_basemaps(self) -> None:
        register = self.parts.session.register
        if register is not None:
            self.basemap_room()
            if without_password(str(register.target)) in self.parts.settings.preferences.references:
                self.reference_room()

    @property
    def references(self) -> reference_feed.ReferenceFeed:
        """Foreign layers to be looked at."""
        return self.reference_room()

    def _make_references(self) -> reference_feed.ReferenceFeed:
        parts, view = self.parts, self.map
        ground = reference_ground.ReferenceGround(parts.tasks, view.dress, self)
        parts.theme.changed.connect(ground.recolour)
        return reference_feed.ReferenceFeed(
            parts.session, parts.tasks, view.canvas, parts.settings, ground, self
        )

    @property
    def trail(self) -> trail_panel.TrailPanel:
        """Every act on the register."""
        return self.trail_room()

    def _make_trail(self) -> trail_panel.TrailPanel:
        parts = self.parts
        made = trail_panel.TrailPanel(
            parts.language, parts.theme, parts.session, parts.tasks, self.inspector.history_acts
        )
        made.closed.connect(self.trail_left)
        self.desk_pages.addWidget(made)
        return made

    @property
    def shaping(self) -> shaping.GridShaping:
        """Work on boundaries of grids; drawing brings it along."""
        self.map.drafting_room()
        return self.shaping_room()
