"""Finding one's way on the map: views before, overview, going to places and scales, measuring, bookmarks."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget

from gisapp.actions import Actions
from gisapp.language import Language
from gisapp.map.canvas import MapCanvas
from gisapp.map.overview import OverviewMap
from gisapp.map.pin import Pin
from gisapp.map.view_history import ViewHistory
from gisapp.map.viewport import Viewport
from gisapp.panels.bookmarks.bookmark_list import BookmarkList
from gisapp.panels.bookmarks.bookmarks import Bookmark, Bookmarks
from gisapp.panels.go_to import WIDTH as GO_TO_WIDTH
from gisapp.panels.go_to import GoToPanel
from gisapp.panels.map_foot import MapFoot
from gisapp.panels.map_menu import MapMenu, copy_menu
from gisapp.panels.measure_strip import MeasureStrip
from gisapp.session import Session
from gisapp.tasks import Debounce, Tasks
from gisapp.theme import Theme
from gisapp.tools.look import BoxZoomTool
from gisapp.tools.measure import MeasureTool
from layers.geometry.coordinate_forms import Form, all_forms
from layers.geometry.coordinate_reading import Reading
from layers.geometry.crs import Crs
from layers.geometry.scale_text import scale_text
from layers.model.query import Box
from layers.register import Register
from layers.scene.scene import Scene
from layers.scene.style import METRES_PER_PIXEL
from layers.text import Message

MARGIN = 12
GAP = 6
#: A map so wide has room for foot and overview side by side.
WIDE = 1040
#: A view that lasts so long is one to come back to.
REST_MILLISECONDS = 700
#: A place typed is shown at this scale or a larger one.
PLACE_DENOMINATOR = 1000.0


class MapNavigation(QObject):
    """Everything that moves the view of one canvas by other means than the mouse itself."""

    noticed = Signal(object)
    """A Message for the status bar."""
    possible_changed = Signal()
    """Going back or forward, removing the pin, the overview: something is possible otherwise than before."""
    style_asked = Signal(str)
    """A bookmark was made in this style."""
    overview_switched = Signal(bool)
    form_chosen = Signal(str)

    def __init__(
        self,
        language: Language,
        theme: Theme,
        session: Session,
        tasks: Tasks,
        actions: Actions,
        canvas: MapCanvas,
        foot: MapFoot,
        view: QWidget,
    ) -> None:
        super().__init__(view)
        self._session, self._canvas, self._view, self._foot = session, canvas, view, foot
        self._language, self._theme = language, theme
        self.history = ViewHistory()
        self._rest = Debounce(REST_MILLISECONDS, self._keep_view, self)
        self._bounds: Box | None = None
        self.style = ""
        self._below = 0
        self.pin = Pin()
        canvas.overlay.sketches.append(self.pin)
        self.overview = OverviewMap(tasks, theme.colors(), view)
        self.overview.hide()
        language.hint(self.overview, Message("navigate.overview.hint"))
        self.wants_overview = True
        self.go_panel = GoToPanel(language, theme, view)
        self.strip = MeasureStrip(language, theme, view)
        self.menu = MapMenu(language, actions, view)
        self.bookmarks = Bookmarks(session, tasks, self)
        self.bookmark_list = BookmarkList(language, theme, self.bookmarks, view)
        self.measuring = {
            kind: MeasureTool(canvas, kind, self._crs, language.render)
            for kind in ("length", "area", "bearing")
        }
        self.tools = {
            "zoom_box": BoxZoomTool(canvas),
            **{f"measure_{kind}": tool for kind, tool in self.measuring.items()},
        }
        self._tie()

    def _recolour(self) -> None:
        self.overview.recolour(self._theme.colors())

    def _tie(self) -> None:
        canvas, session = self._canvas, self._session
        session.opened.connect(self._on_opened)
        session.closed.connect(self._on_closed)
        canvas.viewport_changed.connect(self._on_viewport)
        canvas.menu_asked.connect(self._open_menu)
        self._theme.changed.connect(self._recolour)
        self.overview.centre_asked.connect(lambda x, y: canvas.fly_to(x, y))
        self.overview.close_asked.connect(self.switch_overview)
        self._foot.scale.asked.connect(self.go_to_scale)
        self._foot.scale.refused.connect(
            lambda typed: self.noticed.emit(Message("navigate.scale.wrong", {"typed": typed}))
        )
        self._foot.scale.left.connect(canvas.setFocus)
        self._foot.form_chosen.connect(self.form_chosen)
        self.go_panel.chosen.connect(self.go_to)
        self.go_panel.left.connect(canvas.setFocus)
        self.go_panel.copy_asked.connect(self._open_copy_menu)
        self.strip.units_chosen.connect(self._use_units)
        self.strip.copied.connect(self._copy_figures)
        self.bookmark_list.chosen.connect(self.go_to_bookmark)
        self.bookmark_list.add_asked.connect(self.add_bookmark)
        self.bookmark_list.replace_asked.connect(
            lambda bookmark: self.bookmarks.replace(bookmark, canvas.viewport, self.style)
        )
        for tool in self.measuring.values():
            tool.news.changed.connect(self.strip.show_measured)
            self._language.changed.connect(tool.speak)

    # ---- views before and after

    def back(self) -> None:
        """The view before."""
        self._keep_view()
        self._show_kept(self.history.back())

    def forward(self) -> None:
        """The view after."""
        self._show_kept(self.history.forward())

    def _show_kept(self, viewport: Viewport | None) -> None:
        if viewport is not None:
            self._canvas.go(viewport)
            self._rest.stop()
            self.possible_changed.emit()

    def _keep_view(self) -> None:
        self._rest.stop()
        if self._session.is_open and self.history.keep(self._canvas.viewport):
            self.possible_changed.emit()

    # ---- places and scales

    def open_go_to(self, text: str | None = None) -> None:
        """Ask where to go."""
        register = self._session.register
        if register is not None:
            self.go_panel.open(register.crs, self._bounds, text)
            self.place()

    def go_to(self, reading: Reading) -> None:
        """Show a place that was typed, with a pin on it."""
        self.pin.place = reading.x, reading.y
        near = min(self._canvas.viewport.metres_per_pixel, PLACE_DENOMINATOR * METRES_PER_PIXEL)
        self._canvas.fly_to(reading.x, reading.y, near)
        self._canvas.update()
        self.go_panel.show_gone(reading)
        self.possible_changed.emit()

    def clear_pin(self) -> None:
        """Take the pin away."""
        self.pin.place = None
        self._canvas.update()
        self.possible_changed.emit()

    def go_to_scale(self, denominator: float) -> None:
        """Show the middle of the map at 1:``denominator``."""
        viewport = self._canvas.viewport
        self._canvas.fly_to(viewport.x, viewport.y, denominator * METRES_PER_PIXEL)

    # ---- bookmarks

    def open_bookmarks(self, button: QWidget) -> None:
        """Show the list beside ``button``."""
        self.bookmark_list.open_beside(button, writable=self.bookmarks.can_be_kept)

    def add_bookmark(self) -> None:
        """Keep what the map shows; it gets a name that can be changed at once."""
        scale = scale_text(round(self._canvas.viewport.denominator))
        name = self._language.render(Message("navigate.bookmark.new", {"scale": scale}))
        self.bookmarks.add(self.bookmarks.free_name(name), self._canvas.viewport, self.style)

    def go_to_bookmark(self, bookmark: Bookmark) -> None:
        """Show what the bookmark keeps, in its style."""
        viewport = self._canvas.viewport
        self._canvas.go(Viewport.fitting(bookmark.box, viewport.width, viewport.height, margin=0.0))
        if bookmark.style and bookmark.style != self.style:
            self.style_asked.emit(bookmark.style)

    # ---- measuring

    def begin_measuring(self, name: str) -> None:
        """A tool was taken up: show the strip for a measuring one, hide it for others."""
        tool = self.tools.get(name)
        if isinstance(tool, MeasureTool):
            self.strip.begin(tool.kind)
            self.place()
        else:
            self.strip.hide()

    def _use_units(self, length: str, area: str) -> None:
        for tool in self.measuring.values():
            tool.use_units(self.strip.length_unit, self.strip.area_unit)

    def _copy_figures(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self.noticed.emit(Message("measure.copied"))

    # ---- the overview

    def show_overview(self, on: bool) -> None:
        """Show the overview in the corner, where there is room for it, or not."""
        self.wants_overview = on
        self.place()

    def switch_overview(self) -> None:
        """Show or hide the overview, and remember it."""
        self.show_overview(not self.wants_overview)
        self.overview_switched.emit(self.wants_overview)
        self.possible_changed.emit()

    # ---- following

    def show_scene(self, scene: Scene | None, style: str) -> None:
        """The map shows this scene now."""
        self.style = style
        self._bounds = None if scene is None else scene.box
        self.overview.show_scene(scene)
        self.place()

    def _on_opened(self, register: Register) -> None:
        self.history.clear()
        self.pin.place = None
        self._bounds = None
        self.overview.show_scene(None)
        self.overview.show_view(self._canvas.viewport)
        self.show_overview(self.wants_overview)

    def _on_closed(self) -> None:
        self._rest.stop()
        self.history.clear()
        self.pin.place = None
        self.overview.show_scene(None)
        self.overview.hide()
        self.strip.hide()
        self.go_panel.hide()
        self.bookmark_list.hide()

    def _on_viewport(self, viewport: Viewport) -> None:
        self.overview.show_view(viewport)
        self._rest.touch()

    def place(self, below: int = 0) -> None:
        """Put what floats where it belongs, the strip of figures ``below`` the tools."""
        below = self._below = below or self._below
        width, height = self._view.width(), self._view.height()
        has_room = self.overview.fit(width, height)
        has_place = self._session.is_open and self._bounds is not None
        self.overview.setVisible(self.wants_overview and has_place and has_room)
        # Beside the foot where there is room for both, else above it.
        room = MARGIN if width >= WIDE else 2 * MARGIN + self._foot.height()
        left = width - self.overview.width() - MARGIN
        self.overview.move(left, height - self.overview.height() - room)
        self.strip.move(MARGIN, below + GAP)
        # The buttons at the right edge stay free.
        free = max(width - 4 * MARGIN - self._theme.size("tool_button"), 0)
        self.go_panel.setFixedWidth(min(GO_TO_WIDTH, free))
        self.go_panel.move(MARGIN + (free - self.go_panel.width()) // 2, MARGIN * 2 + 34)

    # ---- the menu of a place

    def _crs(self) -> Crs | None:
        register = self._session.register
        return None if register is None else register.crs

    def _open_menu(self, at: QPoint, x: float, y: float) -> None:
        crs = self._crs()
        if crs is not None:
            self.menu.open(at, (x, y), crs, self.copy_place, lambda x, y: self._canvas.fly_to(x, y))

    def _open_copy_menu(self, button: QWidget) -> None:
        crs, place = self._crs(), self.pin.place
        if crs is None or place is None:
            return
        menu = QMenu(button)
        menu.aboutToHide.connect(menu.deleteLater)
        copy_menu(menu, self._language, all_forms(*place, crs), self.copy_place)
        menu.popup(button.mapToGlobal(QPoint(0, button.height())))

    def copy_place(self, form: Form) -> None:
        """Put a place, written in one form, on the clipboard."""
        QGuiApplication.clipboard().setText(form.text)
        self.noticed.emit(Message("navigate.copied", {"text": form.text}))
