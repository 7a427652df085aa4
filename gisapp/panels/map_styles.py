"""Which style the map is drawn in: the button follows the register's styles, the feed what is chosen."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from gisapp.panels.scene_feed import SceneFeed
from gisapp.panels.style.button import StyleButton
from gisapp.session import Session
from gisapp.tasks import Tasks
from layers.model.change import ChangeSet
from layers.register import Register
from layers.scene.style import MapStyle
from layers.scene.style_file import style_names, style_title
from layers.scene.styles import SAVED, USUAL, SavedStyle, saved_styles
from layers.text import Message, Title


class MapStyles(QObject):
    """``refused`` tells why the usual style is drawn in the place of another, ``left`` that one was chosen."""

    refused = Signal(object)
    left = Signal()

    def __init__(
        self, session: Session, tasks: Tasks, feed: SceneFeed, button: StyleButton, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._session, self._tasks, self._feed, self._button = session, tasks, feed, button
        #: The name of the style in use; that of the last one with a name while another is being made.
        self.name = USUAL
        #: Whoever holds an unsaved style: given what shall be done, it keeps that for later and answers True.
        self.hold: Callable[[Callable[[], None]], bool] = lambda _: False
        session.opened.connect(self._read)
        session.closed.connect(self._on_closed)
        session.changed.connect(self._on_changed)
        button.chosen.connect(self._choose)
        feed.refused.connect(self._on_refused)
        self._show(())

    def use(self, style: str | MapStyle) -> None:
        """Draw in this style from now on."""
        if isinstance(style, str):
            self.name = style
        self._feed.use_style(style)

    def _choose(self, name: str) -> None:
        if not self.hold(lambda: self._go(name)):
            self._go(name)
        elif self._feed.scene is not None:
            # Until its user has decided the map is drawn as it was.
            self._button.show_style(self._feed.scene.style)

    def _go(self, name: str) -> None:
        self.left.emit()
        self.use(name)

    def _on_closed(self) -> None:
        # The next register knows nothing of the styles of this one.
        self.use(USUAL)
        self._show(())

    def _on_refused(self, reason: object) -> None:
        self.name = USUAL
        self.refused.emit(reason)

    def _on_changed(self, change: ChangeSet) -> None:
        register = self._session.register
        if SAVED in change.changes and register is not None:
            self._read(register)

    def _read(self, register: Register) -> None:
        self._tasks.run(
            Message("styling.task.read"),
            lambda _: saved_styles(register),
            self._show,
            owner=self,
            key="styles",
            shown=False,
        )

    def _show(self, saved: list[SavedStyle] | tuple[()]) -> None:
        program = {name: style_title(name) for name in style_names()}
        self._button.show_titles(program, {each.name: Title(each.name, each.name) for each in saved})
