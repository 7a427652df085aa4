"""The window: it places panels and ties their signals, and does nothing else."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from gisapp.desks.census_desk import CensusDesk
from gisapp.desks.check_desk import CheckDesk
from gisapp.desks.desk_place import DeskPlace
from gisapp.desks.desk_room import DeskRoom, SharedSide
from gisapp.desks.grid_desk import GridDesk
from gisapp.desks.map_desk import map_desk
from gisapp.desks.renewal_desk import RenewalDesk
from gisapp.desks.statement_desk import StatementDesk
from gisapp.forms.drafts import Drafts
from gisapp.notify import Notice
from gisapp.panels.checks.check_centre import CheckCentre
from gisapp.panels.filter_bar import FilterBar
from gisapp.panels.grid_proposal.design import GridDesign
from gisapp.panels.inspector.inspector import Inspector
from gisapp.panels.kept_view import KeptView
from gisapp.panels.map_view import MapView
from gisapp.panels.notice_bar import NoticeBar
from gisapp.panels.palette.palette import Local, Palette, Remote
from gisapp.panels.rail import Rail
from gisapp.panels.selection_words import selection_words
from gisapp.panels.start_page import StartPage
from gisapp.panels.status_bar import StatusBar
from gisapp.panels.table.place import TablePlace
from gisapp.panels.task_list import TaskList
from gisapp.panels.top_bar import TopBar
from gisapp.panels.workplace import Workplace
from gisapp.panels.works.before_after import BeforeAfter
from gisapp.panels.works.project_acts import ProjectActs
from gisapp.tasks import Debounce, Task
from gisapp.window_rooms import Parts, WindowRooms
from layers.model.change import ChangeSet
from layers.model.selection import Selection
from layers.register import Register
from layers.text import Message

NARROW = 1360
INSPECTOR_NARROW = 288
#: Milliseconds after an edit until menus and buttons say what is possible now; actions themselves know it at once.
LOOK_AGAIN = 60


class Window(WindowRooms):
    """One window on one register. ``furnish`` is called once the actions are known."""

    dropped = Signal(list)
    """Paths dropped on the window."""
    shut = Signal(object)

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAcceptDrops(True)
        self.setMinimumSize(1024, 640)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        for part in (parts.tasks, parts.notifier, parts.session, parts.finder, parts.actions):
            part.setParent(self)
        parts.language.changed.connect(self._show_title)

    def furnish(self, local: Local, remote: Remote) -> None:
        """Place the panels; ``local`` and ``remote`` answer the palette."""
        parts = self.parts
        language, theme = parts.language, parts.theme
        self.top_bar = TopBar(language, theme, parts.actions)
        self.notices = NoticeBar(language, theme, parts.actions)
        self.start = StartPage(language, theme, parts.actions.trigger)
        self.map = MapView(language, theme, parts.session, parts.tasks, parts.actions)
        drafts = Drafts(parts.settings.folder / "drafts")
        self.inspector = Inspector(language, theme, parts.session, parts.tasks, drafts)
        self.status = StatusBar(language, theme, parts.tasks, parts.actions)
        self.filters = FilterBar(language, theme, parts.session)
        self.desk = "map"
        self.workplace = place = Workplace(
            language, theme, parts.session, parts.tasks, parts.notifier, parts.actions, self.map,
            lambda: parts.settings.preferences.name,
        )  # fmt: skip
        self.checks = CheckDesk(place, CheckCentre(parts.session, parts.tasks, parts.notifier, self))
        self.renewal = RenewalDesk(place)
        self.grids = GridDesk(place)
        self.census = CensusDesk(place)
        self.grid_design = GridDesign(place)
        self.statements = StatementDesk(place)
        self.works = ProjectActs(parts.session, parts.tasks, self.map, self)
        self.before_after = BeforeAfter(self.map)
        desks = [each.desk for each in (self.checks, self.census, self.renewal, self.grids, self.statements)]
        self.desks = {
            desk.id: desk for desk in (map_desk(language, theme, self.map, parts.actions.trigger), *desks)
        }
        self.rail = Rail(language, theme, tuple(self.desks.values()))
        self.pages = QStackedWidget()
        self._place()
        self.palette_panel = Palette(language, theme, local, remote, self, self.top_bar.search)
        self.task_list = TaskList(language, theme, parts.tasks, self)
        for action in parts.actions:
            self.addAction(parts.actions.qt(action.id))
        self._tie()
        self.map.navigation.show_overview(parts.settings.preferences.overview)
        self.map.foot.use_form(parts.settings.preferences.coordinates)
        self._show_closed()
        self.setFocus()

    @property
    def sheet(self) -> QWidget | None:
        """What lies over the workplace now (an import), if anything."""
        return self.pages.widget(2)

    def open_sheet(self, sheet: QWidget) -> None:
        """Lay a screen of its own over the workplace until ``close_sheet``."""
        self.close_sheet()
        # What was said of the last work does not stand over the next.
        self.notices.clear()
        self.status.give_way()
        self.pages.addWidget(sheet)
        self.pages.setCurrentWidget(sheet)

    def close_sheet(self) -> None:
        """Back to the workplace, or to the start page."""
        sheet = self.sheet
        if sheet is not None:
            self.pages.removeWidget(sheet)
            sheet.deleteLater()
        self.pages.setCurrentIndex(1 if self.parts.session.is_open else 0)

    def _place(self) -> None:
        theme = self.parts.theme
        self.desk_pages = QStackedWidget()
        self.desk_pages.setObjectName("deskPanel")
        for desk in self.desks.values():
            self.desk_pages.addWidget(desk.panel)
        self.work = QSplitter(Qt.Orientation.Horizontal)
        self.work.setChildrenCollapsible(False)
        self.work.setHandleWidth(1)
        middle = QWidget()
        above = QVBoxLayout(middle)
        above.setContentsMargins(0, 0, 0, 0)
        above.setSpacing(0)
        above.addWidget(self.filters)
        above.addWidget(self.map, 1)
        self.centre, self.side = DeskPlace(middle), DeskPlace(self.inspector)
        self.room = DeskRoom(self.desk_pages, self.centre)
        self.upper = self.room.upper
        parts = self.parts
        self.table = TablePlace(parts.language, theme, parts.session, parts.tasks, self.room)
        for panel in (self.table, self.side):
            self.work.addWidget(panel)
        self.shared_side = SharedSide(self.work)
        self.work.setStretchFactor(0, 1)
        self.kept_view = KeptView(parts.settings, parts.session, self.map, self.table)
        self.desk_pages.setMinimumWidth(232)
        self.side.setMinimumWidth(264)
        self._give_widths(theme.size("desk_panel"), 800, theme.size("inspector"))
        self.pages.addWidget(self.start)
        self.pages.addWidget(self.work)
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self.top_bar)
        right.addWidget(self.notices)
        right.addWidget(self.pages, 1)
        upper = QHBoxLayout()
        upper.setSpacing(0)
        upper.addWidget(self.rail)
        upper.addLayout(right, 1)
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(upper, 1)
        column.addWidget(self.status)
        self.setCentralWidget(centre)

    def _tie(self) -> None:
        parts = self.parts
        session, actions = parts.session, parts.actions
        session.opened.connect(self._show_opened)
        session.closing.connect(self._remember_view)
        session.closed.connect(self._show_closed)
        session.changed.connect(self._show_changed)
        # After the map: to look at all of them again takes as long as a tenth of an edit.
        self._look_again = Debounce(LOOK_AGAIN, actions.refresh, self)
        session.steps_changed.connect(self._show_steps)
        session.selection_changed.connect(self._show_selected)
        session.selection_changed.connect(lambda _: actions.refresh())
        parts.notifier.told.connect(self._show_notice)
        for bar in (self.notices, self.status):
            bar.action_asked.connect(actions.trigger)
        parts.tasks.failed.connect(parts.notifier.error)
        parts.tasks.started.connect(self._count_tasks)
        parts.tasks.ended.connect(self._count_tasks)
        self.top_bar.search_asked.connect(self.palette_panel.open)
        self.top_bar.tasks_asked.connect(lambda: self.task_list.open_under(self.top_bar.tasks))
        self.rail.desk_chosen.connect(self.show_desk)
        self.rail.settings_asked.connect(lambda: actions.trigger("tool.settings"))
        self.inspector.show_asked.connect(lambda key: session.select((key,)))
        self.inspector.fly_asked.connect(self.map.fly_to_asset)
        self.inspector.fly_all_asked.connect(self.map.fly_to_selection)
        self.inspector.saved.connect(
            lambda act: parts.notifier.done(Message("form.saved", {"act": act}), "edit.undo")
        )
        self.inspector.unsaved_changed.connect(lambda _: actions.refresh())
        self.inspector.kept.connect(parts.notifier.warn)
        self.inspector.pick_asked.connect(self.map.pick)
        self.map.noticed.connect(parts.notifier.info)
        self.map.styles.refused.connect(lambda reason: parts.notifier.warn(reason.title, reason.hint))
        self.map.navigation.bookmarks.told.connect(lambda words: parts.notifier.done(words, "edit.undo"))
        self.map.navigation.overview_switched.connect(lambda on: parts.settings.change(overview=on))
        self.map.navigation.form_chosen.connect(lambda name: parts.settings.change(coordinates=name))
        self.map.scene_shown.connect(self.filters.show_figures)
        session.filters_changed.connect(lambda _: actions.refresh())
        self.tie_rooms()
        self.trail_left.connect(lambda: self.show_desk("map"))
        self.map.selection.figures_changed.connect(self.inspector.show_figures)
        self.checks.centre.news_changed.connect(self.status.checks.show_count)
        self.checks.centre.changed.connect(actions.refresh)
        self.status.checks.clicked.connect(self.show_new_findings)

    def open_trail(self, act: int | None = None) -> None:
        """Put the trail in the place of the desk until it is closed, with one act in full if it is named."""
        self.desk_pages.setCurrentWidget(self.trail)
        self.trail.open(act)

    def show_desk(self, name: str) -> None:
        """Go to a desk."""
        desk = self.desks[name]
        before = self.desks[self.desk]
        self.room.fit(before.width, desk.width)
        self.shared_side.fit(before.side_width, desk.side_width)
        if name != self.grids.desk.id and self.shaping_room.made is not None:
            self.shaping_room.made.hide_coverage()
        self.desk = name
        self.desk_pages.setCurrentWidget(desk.panel)
        self.centre.show_of(desk.id, desk.centre)
        self.side.show_of(desk.id, desk.side)
        self.rail.show_desk(name)
        for each in self.desks.values():
            if each.shown is not None:
                each.shown(each.id == name)
        self.parts.actions.refresh()

    def show_new_findings(self) -> None:
        """What the last edits brought."""
        self.show_desk("checks")
        self.checks.panel.show_new()

    def show_preferences(self) -> None:
        """Show who works here and the registers of late."""
        preferences = self.parts.settings.preferences
        self.top_bar.show_user(preferences.name, preferences.role)
        if self.parts.session.take_role(preferences.role):
            anew = self.parts.session.show_anew
            if not self.hold_style(anew):
                anew()
        self.start.show_recent(preferences.recent)

    def _show_opened(self, register: Register) -> None:
        self.close_sheet()
        self.top_bar.show_register(register.name or str(register.target), sample=register.is_sample)
        self.status.show_saved(None, read_only=register.read_only)
        self.rail.enable(True)
        self.show_desk("map")
        widths = self.kept_view.restore(register)
        if len(widths) == len(self._widths) and sum(widths) <= self.work.width():
            self._give_widths(*widths)
        self._show_title()
        self.parts.actions.refresh()

    def _remember_view(self, register: Register) -> None:
        self.show_desk("map")
        self.kept_view.remember(register, self._widths)

    @property
    def _widths(self) -> tuple[int, ...]:
        return (*self.upper.sizes(), self.work.sizes()[-1])

    def _show_closed(self) -> None:
        self.close_sheet()
        self.top_bar.show_register(None, sample=False)
        self.status.show_selected(None)
        self.status.show_saved(None)
        self.rail.enable(False)
        self.show_preferences()
        self._show_title()
        self.parts.actions.refresh()

    def _show_steps(self) -> None:
        """Undo and redo can be had at once."""
        self.parts.actions.refresh_some(("edit.undo", "edit.redo"))
        self._look_again.touch()

    def _show_changed(self, change: ChangeSet) -> None:
        self.status.show_saved(self.parts.session.saved_at)
        register = self.parts.session.register
        if register is not None and change.actor == register.actor:
            # What others do answers no refusal of one's own.
            self.notices.give_way()
        self.status.give_way()
        self._look_again.touch()

    def _show_selected(self, selection: Selection) -> None:
        register = self.parts.session.register
        words = None if register is None else selection_words(selection, register.catalogue)
        self.status.show_selected(words)

    def _show_notice(self, notice: Notice) -> None:
        self.status.show_notice(notice)
        self.notices.show_notice(notice)

    def _count_tasks(self, task: Task) -> None:
        if not task.shown:
            return
        self.top_bar.show_tasks(sum(task.shown for task in self.parts.tasks.running))

    def _show_title(self) -> None:
        register = self.parts.session.register
        program = self.parts.language.render(Message("window.program"))
        name = "" if register is None else register.name or str(register.target)
        self.setWindowTitle(f"{name} - {program}" if name else program)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if not hasattr(self, "work"):
            return
        was_narrow = 0 < event.oldSize().width() < NARROW
        is_narrow = event.size().width() < NARROW
        if was_narrow != is_narrow:
            inspector = INSPECTOR_NARROW if is_narrow else self.parts.theme.size("inspector")
            left = self.parts.theme.size("desk_panel")
            self._give_widths(left, event.size().width() - left - inspector, inspector)

    def _give_widths(self, desk: int, middle: int, inspector: int) -> None:
        self.work.setSizes([desk + middle, inspector])
        self.upper.setSizes([desk, middle])

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if local_paths(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = local_paths(event.mimeData())
        if paths:
            event.acceptProposedAction()
            self.dropped.emit(paths)

    def closeEvent(self, event: QCloseEvent) -> None:
        holder = self.parts.session.holder
        if self.hold_style(self.close) or (holder is not None and holder(self._close_anyway)):
            event.ignore()
            return
        if not self.parts.tasks.end_certain():
            # What could not be saved is said in this window, and is still there to be saved again.
            event.ignore()
            return
        self.shut.emit(self)
        self.parts.session.close()
        try:
            self.parts.tasks.close()
        finally:
            spare = self.parts.session.take_worker()
            if spare is not None:
                spare.close()
            super().closeEvent(event)

    def _close_anyway(self) -> None:
        """What was unsaved is saved or dropped."""
        self.parts.session.holder = None
        self.close()


def local_paths(data: QMimeData) -> list[str]:
    """The files that lie in what is dragged."""
    return [url.toLocalFile() for url in data.urls() if url.isLocalFile()]
