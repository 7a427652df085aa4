"""The program: builds what all windows share, opens windows, and sees that everything ends."""

from __future__ import annotations

import gc
import getpass
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from platformdirs import user_cache_path, user_config_path
from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtNetwork import QNetworkProxyFactory
from PySide6.QtWidgets import QApplication, QWidget

from gisapp.actions import Actions
from gisapp.ahead import Ahead
from gisapp.commands.accounts import account_actions
from gisapp.commands.basemaps import basemap_actions, tie_basemaps
from gisapp.commands.calendars import calendar_actions
from gisapp.commands.census_desk import census_desk_actions, tie_census
from gisapp.commands.census_lots import census_lot_actions
from gisapp.commands.census_prints import census_print_actions
from gisapp.commands.checking import check_actions
from gisapp.commands.clashing import tie_clashes
from gisapp.commands.company import company_actions
from gisapp.commands.configuring import configure_actions, tie_additions
from gisapp.commands.drawing import drawing_actions, tie_drawing
from gisapp.commands.dropping import take_dropped
from gisapp.commands.duty_ending import duty_ending_actions
from gisapp.commands.editing import edit_actions, tie_steps
from gisapp.commands.files import file_actions
from gisapp.commands.finding import Palette
from gisapp.commands.forms import form_actions
from gisapp.commands.grid_design import grid_design_actions, tie_grid_design
from gisapp.commands.grid_desk import grid_desk_actions, tie_grid_desk
from gisapp.commands.grid_prints import grid_print_actions, tie_grid_prints
from gisapp.commands.grids import grid_actions, tie_grids
from gisapp.commands.helping import ask_name, help_actions
from gisapp.commands.history import history_actions, tie_history
from gisapp.commands.left_packages import left_package_actions, tie_left_packages
from gisapp.commands.navigating import navigate_actions
from gisapp.commands.opening import open_target
from gisapp.commands.packages import package_actions
from gisapp.commands.printing import printing_actions
from gisapp.commands.renewal_desk import renewal_desk_actions, tie_renewal
from gisapp.commands.selecting import ask_condition, select_actions
from gisapp.commands.sightings import sighting_actions
from gisapp.commands.statements import statement_actions, tie_statements
from gisapp.commands.styling import style_actions
from gisapp.commands.tables import table_actions, tie_table
from gisapp.commands.viewing import view_actions
from gisapp.commands.works import tie_works, works_actions
from gisapp.crash import Crash, CrashReporter
from gisapp.finder import Finder
from gisapp.first_picture import FirstPicture, picture_of
from gisapp.language import Language
from gisapp.notify import Notice, Notifier
from gisapp.session import Session
from gisapp.settings import Settings
from gisapp.tasks import Tasks
from gisapp.theme import Theme
from gisapp.warming import Warming
from gisapp.window import Window
from gisapp.window_rooms import Parts
from layers.crash import crash_folder
from layers.later import Later
from layers.register import Register
from layers.scene.last_picture import write_picture
from layers.store.lean import load_lean

if TYPE_CHECKING:
    from gisapp.commands import importing
    from gisapp.commands import sample as sample_city
    from gisapp.dialogs import crash_dialog
else:
    importing = Later("gisapp.commands.importing")
    sample_city = Later("gisapp.commands.sample")
    crash_dialog = Later("gisapp.dialogs.crash_dialog")

WAKE_MILLISECONDS = 200
#: When a start is over.
STARTED_MILLISECONDS = 4000
#: When what it left out is loaded, if there is nothing else to do.
WARMING_MILLISECONDS = 2500


class Application(QObject):
    """Everything that several windows share, and the windows."""

    def __init__(
        self, qt: QApplication, settings: Settings, language: str, *, pictures: Path | None = None
    ) -> None:
        """``pictures`` is the folder for what windows last showed of a register; None keeps none."""
        super().__init__()
        self._pictures = pictures
        load_lean()
        self._qt = qt
        self.settings = settings
        self.language = Language(settings.preferences.language or language, self)
        self.theme = Theme(settings.preferences.theme, self)
        self.theme.prepare()
        self.windows: list[Window] = []
        self.crashes = CrashReporter(crash_folder(), self._facts, self)
        self.crashes.crashed.connect(self._tell_crash)

    def new_window(self) -> Window:
        """Open another window, on its start page."""
        window = self._build()
        self.theme.finish()
        self.windows.append(window)
        place = self.settings.preferences.window
        if place is not None:
            step = 32 * (len(self.windows) - 1)
            window.setGeometry(place[0] + step, place[1] + step, place[2], place[3])
        else:
            window.resize(1440, 900)
        window.showMaximized() if self.settings.preferences.maximised else window.show()
        if not self.settings.preferences.name:
            self._first_start(window)
        return window

    def _build(self) -> Window:
        tasks, notifier = Tasks(), Notifier()
        session = Session(tasks)
        actions = Actions(self.language, self.theme)
        finder = Finder(session, tasks)
        parts = Parts(self.settings, self.language, self.theme, tasks, notifier, session, finder, actions)
        window = Window(parts)
        for declared in (
            file_actions(window, self.new_window),
            printing_actions(window),
            edit_actions(window),
            form_actions(window),
            view_actions(window),
            style_actions(window),
            history_actions(window),
            basemap_actions(window),
            navigate_actions(window),
            select_actions(window),
            check_actions(window),
            census_desk_actions(window),
            census_lot_actions(window),
            census_print_actions(window),
            package_actions(window),
            left_package_actions(window),
            sighting_actions(window),
            renewal_desk_actions(window),
            calendar_actions(window),
            works_actions(window),
            grid_desk_actions(window),
            duty_ending_actions(window),
            grid_print_actions(window),
            grid_actions(window),
            grid_design_actions(window),
            account_actions(window),
            table_actions(window),
            drawing_actions(window),
            statement_actions(window),
            configure_actions(window),
            company_actions(window),
            help_actions(window),
        ):
            actions.add(declared)
        palette = Palette(window)
        window.furnish(palette.local, palette.remote)
        tie_basemaps(window)
        tie_table(window)
        tie_census(window)
        tie_left_packages(window)
        tie_renewal(window)
        tie_works(window)
        tie_grid_desk(window)
        tie_grid_prints(window)
        tie_grids(window)
        tie_grid_design(window)
        tie_drawing(window)
        tie_statements(window)
        tie_clashes(window)
        tie_additions(window)
        tie_history(window, window.inspector.history_acts)
        tie_steps(window)
        window.filters.edit_asked.connect(lambda name: ask_condition(window, name, filters=True))
        window.map.selection.condition_asked.connect(lambda name: ask_condition(window, name))
        window.dropped.connect(lambda paths: take_dropped(window, paths))
        window.start.recent_chosen.connect(lambda target: open_target(window, target))
        window.start.recent_forgotten.connect(lambda target: self._forget(window, target))
        window.shut.connect(self._on_shut)
        session.closing.connect(lambda register: self._keep_picture(window, register))
        window.show_preferences()
        return window

    def _keep_picture(self, window: Window, register: Register) -> None:
        """Keep what the window shows of a register that is being closed, for its next start."""
        canvas, parts, folder = window.map.canvas, window.parts, self._pictures
        seen = canvas.isVisible() and canvas.is_crisp and window.sheet is None and not window.isMinimized()
        if folder is None or not seen or parts.session.is_past or "://" in str(register.target):
            return
        below = (window.table.widget(place) for place in range(1, window.table.count()))
        drawers = [drawer for drawer in below if drawer is not None]
        passing: list[QWidget] = [window.side, window.status, window.notices, *drawers]
        if window.desk_pages.currentWidget() is not window.desks["map"].panel:
            passing.append(window.desk_pages)
        canvas.overlay.shown = False
        try:
            picture = picture_of(window, passing, parts.theme.color("panel"))
        finally:
            canvas.overlay.shown = True
        parts.session.afterwards.append(lambda: write_picture(folder, str(register.target), picture()))

    def _first_start(self, window: Window) -> None:
        login = _login()
        # The login stands in until a name is given, so that nothing done meanwhile is without one.
        self.settings.change(name=login)
        window.show_preferences()
        ask_name(window, login)

    def _forget(self, window: Window, target: str) -> None:
        self.settings.forget(target)
        window.show_preferences()

    def _on_shut(self, window: Window) -> None:
        if not window.isMaximized():
            box = window.geometry()
            self.settings.change(window=(box.x(), box.y(), box.width(), box.height()))
        self.settings.change(maximised=window.isMaximized())
        self.windows.remove(window)

    def _facts(self) -> Mapping[str, str]:
        """What a crash report says of the moment; names of files and people are left out."""
        running = [task.label.id for window in self.windows for task in window.parts.tasks.running]
        return {
            "windows": str(len(self.windows)),
            "language": self.language.code,
            "theme": self.theme.name,
            "tasks": ", ".join(running) or "-",
            "qt platform": self._qt.platformName(),
        }

    def _tell_crash(self, crash: Crash) -> None:
        window = self._qt.activeWindow()
        parent = window if isinstance(window, Window) else next(iter(self.windows), None)
        if parent is None:
            sys.stderr.write(crash.text)
            return
        dialog = crash_dialog.CrashDialog(self.language, self.theme, crash, parent)
        # However it goes: closed, or with its window.
        dialog.destroyed.connect(lambda: self.crashes.put_away(crash))
        dialog.show()


def run_window(
    target: str | None,
    *,
    sample: bool = False,
    language: str = "zh",
    ahead: Ahead | None = None,
    picture: FirstPicture | None = None,
) -> int:
    """Open the window, empty, on ``target`` or on the sample city, and stay until it is closed.

    ``ahead`` is opening the target already, ``picture`` is what is shown of it already.
    """
    qt = QApplication(sys.argv[:1]) if picture is None else picture.qt
    qt.setApplicationName("gisapp")
    # Offices reach services through a proxy; the system knows which.
    QNetworkProxyFactory.setUseSystemConfiguration(True)
    settings = Settings(user_config_path("gisapp", appauthor=False))
    pictures = user_cache_path("gisapp", appauthor=False) / "scenes"
    application = Application(qt, settings, language, pictures=pictures)
    application.crashes.install()
    _let_signals_through(qt)
    QTimer.singleShot(STARTED_MILLISECONDS, qt, _collect_again)
    window = application.new_window()
    warming = Warming(lambda: _is_idle(qt, window), window)
    QTimer.singleShot(WARMING_MILLISECONDS, warming, warming.begin)
    if picture is not None:
        _let_give_way(picture, window)
        application.crashes.crashed.connect(picture.close)
    if sample:
        QTimer.singleShot(0, window, lambda: sample_city.open_sample(window))
    elif target is not None:
        QTimer.singleShot(0, window, lambda: _open(window, target, ahead))
    code = qt.exec()
    if ahead is not None:
        ahead.drop()
    application.crashes.release()
    return code


def _open(window: Window, target: str, ahead: Ahead | None) -> None:
    where = target if "://" in target else str(Path(target).absolute())
    opened = None
    if ahead is not None:
        window.map.take_ahead(ahead.begun)
        opened = ahead.take_register
    open_target(window, where, lambda path: importing.import_files(window, [path]), opened=opened)


def _let_give_way(picture: FirstPicture, window: Window) -> None:
    """The picture stays until the map lives, or something else is to be seen."""

    def on_notice(notice: Notice) -> None:
        if notice.severity in ("warning", "error"):
            picture.close()

    def on_frame() -> None:
        if window.map.canvas.is_crisp:
            picture.give_way()

    window.map.canvas.frame_shown.connect(on_frame)
    window.parts.notifier.told.connect(on_notice)
    window.shut.connect(picture.close)
    picture.begin_to_go()


def _let_signals_through(qt: QApplication) -> None:
    """Ctrl+C in the terminal closes the window: Python sees signals only when it gets to run."""
    signal.signal(signal.SIGINT, lambda *_: qt.closeAllWindows())
    timer = QTimer(qt, interval=WAKE_MILLISECONDS)
    timer.timeout.connect(_nothing)
    timer.start()


def _is_idle(qt: QApplication, window: Window) -> bool:
    """Nothing is drawn, dragged, opened or built."""
    parts = window.parts
    drawn = not parts.session.is_open or (window.map.canvas.scene is not None and window.map.canvas.is_crisp)
    busy = any(task.shown for task in parts.tasks.running)
    return drawn and not busy and qt.mouseButtons() == Qt.MouseButton.NoButton


def _collect_again() -> None:
    """The door lets garbage lie until the start is over; what is there by then stays, and is not looked at again."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


def _nothing() -> None:
    pass


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return os.environ.get("USERNAME", "")
