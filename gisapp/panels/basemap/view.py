"""What basemaps add to the map: their button beside the style, and the line that says whose pictures they are."""

from __future__ import annotations

from platformdirs import user_cache_path
from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QWidget

from gisapp.forms.chip import Chip
from gisapp.forms.words import Button, Label
from gisapp.language import Language
from gisapp.notify import Notice, Notifier
from gisapp.panels.basemap.feed import BasemapFeed
from gisapp.panels.basemap.rows import BasemapRows
from gisapp.panels.map_view import MARGIN, MapView
from gisapp.plain_tip import plain_tip
from gisapp.session import Session
from gisapp.settings import Settings
from gisapp.tasks import Tasks
from gisapp.theme import Theme
from layers.basemap.keys import ServiceKeys
from layers.basemap.tile_cache import TileCache
from layers.errors import UserError
from layers.text import Message

CACHE_FILE = "basemaps.sqlite"
_OFFLINE = frozenset({"basemap.no_network", "basemap.service_away", "basemap.service_slow"})


class BasemapNote(QFrame):
    """At the foot of the map: attributions, the note on GCJ-02, and a chip when something does not come."""

    def __init__(self, language: Language, theme: Theme, feed: BasemapFeed, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("mapTools")
        self._feed = feed
        self.words = Label(language, theme, size="small")
        self.chip = Chip(language, theme)
        self.retry = Button(language, Message("basemap.retry"), "link")
        self.retry.clicked.connect(feed.retry)
        self._language = language
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 1, 6, 1)
        row.setSpacing(8)
        for part in (self.chip, self.retry, self.words):
            row.addWidget(part)
        feed.changed.connect(self.tell)
        language.changed.connect(self.tell)
        self.tell()

    def tell(self) -> None:
        """Say what holds now."""
        feed = self._feed
        parts = [Message("basemap.gcj02_note")] if feed.is_shifted else []
        said: list[Message | str] = [*parts, *feed.attributions]
        self.words.show_words("  ·  ".join(self._language.render(part) for part in said))
        self.words.setVisible(bool(said))
        errors = [] if feed.is_hidden else [feed.error_of(entry) for entry in feed.entries if entry.shown]
        wrong = [error for error in errors if error is not None]
        self.chip.setVisible(bool(wrong))
        self.retry.setVisible(any(error.title.id != "basemap.too_far" for error in wrong))
        if wrong:
            self._show_chip(wrong)
        self.setVisible(bool(said or wrong))
        self.adjustSize()

    def _show_chip(self, wrong: list[UserError]) -> None:
        serious = [error for error in wrong if error.title.id != "basemap.too_far"]
        first = (serious or wrong)[0]
        if not serious:
            words, kind = Message("basemap.chip.too_far"), "neutral"
        elif first.title.id in _OFFLINE:
            words, kind = Message("basemap.chip.offline"), "warn"
        else:
            words, kind = Message("basemap.chip.problem"), "warn"
        self.chip.show_state(words, kind)  # type: ignore[arg-type]
        lines = [
            self._language.render(text)
            for error in wrong
            for text in (error.title, error.hint)
            if text is not None
        ]
        self.chip.setToolTip(plain_tip("\n".join(lines)))


class BasemapView(QObject):
    """Ties the feed to the map and places what is seen of it."""

    def __init__(
        self,
        language: Language,
        theme: Theme,
        session: Session,
        tasks: Tasks,
        settings: Settings,
        notifier: Notifier,
        map_view: MapView,
    ) -> None:
        super().__init__(map_view)
        self._language, self._theme, self._map, self._notifier = language, theme, map_view, notifier
        cache = TileCache(user_cache_path("gisapp", appauthor=False) / CACHE_FILE)
        self.feed = BasemapFeed(session, tasks, map_view.canvas, cache, ServiceKeys(settings.folder), self)
        self.button = self._make_button()
        # Methods: what is tied to theme and language otherwise is kept as long as they are.
        self._theme.changed.connect(self._dress_button)
        self._language.changed.connect(self._tell_button)
        self._dress_button()
        self._tell_button()
        self.note = BasemapNote(language, theme, self.feed, map_view)
        self.rows = BasemapRows(language, theme, self.feed, map_view)
        self.button.clicked.connect(self.open_rows)
        self.feed.noticed.connect(self._on_noticed)
        self.feed.changed.connect(self.place)
        session.opened.connect(lambda _: self.button.show())
        session.closed.connect(self._on_closed)
        for watched in (map_view, map_view.style_button, map_view.foot, self.note):
            watched.installEventFilter(self)
        self.button.setVisible(session.is_open)
        self.place()

    def open_rows(self) -> None:
        """Fold down the list."""
        self.rows.open_under(self.button)

    def place(self) -> None:
        """Put button and note where they belong."""
        before = self._map.style_button
        self.button.move(before.x() + before.width() + MARGIN, before.y())
        foot = self._map.foot
        left, top = (
            self._map.width() - self.note.width() - MARGIN,
            self._map.height() - self.note.height() - MARGIN,
        )
        if left < foot.x() + foot.width() + MARGIN:
            # No room beside the scale bar: above it.
            left, top = foot.x(), foot.y() - self.note.height() - MARGIN // 2
        self.note.move(left, top)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move):
            self.place()
        return super().eventFilter(watched, event)

    def _make_button(self) -> QToolButton:
        button = QToolButton(self._map)
        button.setObjectName("mapTools")
        button.setFont(self._theme.font("small"))
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setFixedHeight(self._theme.size("tool_button") + 2)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        # The arrow stands behind the words, as on the style's button.
        button.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        button.setIconSize(QSize(12, 12))
        return button

    def _dress_button(self) -> None:
        self.button.setIcon(self._theme.icon("caret-down"))

    def _tell_button(self) -> None:
        self.button.setText(f"{self._language.render(Message('basemap.title'))}  ")
        self.button.adjustSize()

    def _on_closed(self) -> None:
        self.rows.hide()
        self.button.hide()

    def _on_noticed(self, error: UserError, is_note: bool) -> None:
        severity = "info" if is_note else "warning"
        self._notifier.tell(Notice(severity, error.title, error.hint, error.detail))  # type: ignore[arg-type]
