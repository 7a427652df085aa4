"""The list of basemaps that folds down from its button: show, opacity, order, and what is wrong with each."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QMenu,
    QScrollArea,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from gisapp.forms.words import Button, ElidedLabel, IconButton, Label, Line
from gisapp.language import Language
from gisapp.panels.basemap.feed import BasemapFeed
from gisapp.theme import Theme
from layers.basemap.entry import BasemapEntry
from layers.errors import UserError
from layers.text import Message

WIDTH = 372
_MOST_HEIGHT = 420
#: Errors that a file at another place mends.
_MISSING = "basemap.missing_file"

STATES = {
    "shown": Message("basemap.state.shown"),
    "loading": Message("basemap.state.loading"),
    "outside": Message("basemap.state.outside"),
    "too_far": Message("basemap.state.too_far"),
    "off": Message("basemap.state.off"),
    "opening": Message("basemap.state.opening"),
}
KINDS = {
    "mbtiles": Message("basemap.kind.mbtiles"),
    "geopackage": Message("basemap.kind.geopackage"),
    "geotiff": Message("basemap.kind.geotiff"),
    "folder": Message("basemap.kind.folder"),
    "xyz": Message("basemap.kind.xyz"),
    "wmts": Message("basemap.kind.wmts"),
}


class BasemapRows(QFrame):
    """A popup; a click beside it takes it away."""

    add_file_asked = Signal()
    add_folder_asked = Signal()
    add_service_asked = Signal()
    change_asked = Signal(object)
    locate_asked = Signal(object)
    overviews_asked = Signal(object)

    def __init__(self, language: Language, theme: Theme, feed: BasemapFeed, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("palette")
        self._language, self._theme, self._feed = language, theme, feed
        self.rows: list[BasemapRow] = []
        self.setFixedWidth(WIDTH)
        self._list = QVBoxLayout()
        self._list.setContentsMargins(12, 4, 12, 4)
        self._list.setSpacing(0)
        body = self._body = QWidget()
        body.setLayout(self._list)
        self._area = QScrollArea()
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setWidgetResizable(True)
        self._area.setWidget(body)
        body.setAutoFillBackground(False)
        self._area.viewport().setAutoFillBackground(False)
        self._empty = Label(language, theme, Message("basemap.empty"), tone="quiet", wrap=True)
        self._empty.setContentsMargins(12, 8, 12, 8)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head())
        column.addWidget(Line())
        column.addWidget(self._empty)
        column.addWidget(self._area)
        column.addWidget(Line())
        column.addWidget(self._foot())
        feed.changed.connect(self._follow)

    def open_under(self, button: QWidget) -> None:
        """Come up under the button that asked."""
        self._fill()
        self.move(button.mapToGlobal(QPoint(0, button.height() + 4)))
        self.show()

    def _head(self) -> QWidget:
        head = QWidget()
        row = QHBoxLayout(head)
        row.setContentsMargins(12, 6, 8, 6)
        row.addWidget(
            Label(self._language, self._theme, Message("basemap.title"), size="heading", strong=True)
        )
        row.addStretch(1)
        self.retry = Button(self._language, Message("basemap.retry"), "link")
        self.retry.clicked.connect(self._feed.retry)
        row.addWidget(self.retry)
        self.hide_all = Button(self._language, Message("basemap.hide_all"), "link")
        self.hide_all.clicked.connect(lambda: self._feed.hide_all(not self._feed.is_hidden))
        row.addWidget(self.hide_all)
        return head

    def _foot(self) -> QWidget:
        foot = QWidget()
        row = QHBoxLayout(foot)
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(8)
        for words, signal in (
            (Message("basemap.add_file"), self.add_file_asked),
            (Message("basemap.add_folder"), self.add_folder_asked),
            (Message("basemap.add_service"), self.add_service_asked),
        ):
            button = Button(self._language, words)
            button.clicked.connect(self.hide)
            button.clicked.connect(signal)
            row.addWidget(button, 1)
        return foot

    def _follow(self) -> None:
        if not self.isVisible():
            return
        listed = [row.entry for row in self.rows]
        if listed == self._feed.entries[::-1]:
            # Only states are others: a slider under the mouse stays where it is.
            for row in self.rows:
                row.show_state()
            self._tell_head()
        else:
            self._fill()

    def _fill(self) -> None:
        while (item := self._list.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        entries = self._feed.entries[::-1]
        self.rows = [BasemapRow(self._language, self._theme, self._feed, entry) for entry in entries]
        for number, row in enumerate(self.rows):
            if number:
                self._list.addWidget(Line())
            self._list.addWidget(row)
            row.change_asked.connect(self._ask_change)
            row.locate_asked.connect(self._ask_locate)
            row.overviews_asked.connect(self._ask_overviews)
        self._list.addStretch(1)
        self._empty.setVisible(not entries)
        self._area.setVisible(bool(entries))
        body = self._body
        body.adjustSize()
        self._area.setFixedHeight(min(body.sizeHint().height() + 2, _MOST_HEIGHT))
        self._tell_head()
        self.adjustSize()

    def _tell_head(self) -> None:
        words = Message("basemap.show_all") if self._feed.is_hidden else Message("basemap.hide_all")
        self.hide_all.show_words(words)
        self.hide_all.setVisible(bool(self._feed.entries))
        self.retry.setVisible(any(self._feed.error_of(entry) for entry in self._feed.entries))

    def _ask_change(self, entry: BasemapEntry) -> None:
        self.hide()
        self.change_asked.emit(entry)

    def _ask_locate(self, entry: BasemapEntry) -> None:
        self.hide()
        self.locate_asked.emit(entry)

    def _ask_overviews(self, entry: BasemapEntry) -> None:
        self.hide()
        self.overviews_asked.emit(entry)


class BasemapRow(QWidget):
    """One basemap: shown or not, its state, opacity, order."""

    change_asked = Signal(object)
    locate_asked = Signal(object)
    overviews_asked = Signal(object)

    def __init__(self, language: Language, theme: Theme, feed: BasemapFeed, entry: BasemapEntry) -> None:
        super().__init__()
        self._language, self._feed, self.entry = language, feed, entry
        self.shown = QCheckBox()
        self.shown.setChecked(entry.shown)
        language.hint(self.shown, Message("basemap.show"))
        self.shown.clicked.connect(lambda on: feed.change(entry, shown=on))
        self.state = Label(language, theme, size="small", tone="quiet", wrap=True)
        self.opacity = QSlider(Qt.Orientation.Horizontal)
        self.opacity.setRange(0, 100)
        self.opacity.setValue(entry.opacity)
        language.hint(self.opacity, Message("basemap.opacity"))
        self.percent = Label(language, theme, f"{entry.opacity} %", size="small", tone="quiet")
        self.percent.setFixedWidth(40)
        self.percent.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.opacity.valueChanged.connect(self._preview)
        self.opacity.sliderReleased.connect(self._keep)
        self.mend = Button(language, "", "link")
        self.mend.hide()
        self.mend.clicked.connect(lambda: self.locate_asked.emit(entry))
        self.overviews = Button(language, Message("basemap.build_overviews"), "link")
        self.overviews.hide()
        self.overviews.clicked.connect(lambda: self.overviews_asked.emit(entry))
        head = QHBoxLayout()
        head.setSpacing(4)
        head.addWidget(self.shown)
        head.addWidget(ElidedLabel(language, theme, entry.name, strong=True), 1)
        up = IconButton(language, theme, "caret-up", Message("basemap.up"))
        up.clicked.connect(lambda: feed.move(entry, 1))
        down = IconButton(language, theme, "caret-down", Message("basemap.down"))
        down.clicked.connect(lambda: feed.move(entry, -1))
        self.more = IconButton(language, theme, "dots-three", Message("basemap.more"))
        self.more.clicked.connect(self._open_menu)
        for button in (up, down, self.more):
            head.addWidget(button)
        tune = QHBoxLayout()
        tune.setSpacing(8)
        tune.addWidget(Label(language, theme, KINDS.get(entry.kind, entry.kind), size="small", tone="faint"))
        tune.addWidget(self.opacity, 1)
        tune.addWidget(self.percent)
        told = QHBoxLayout()
        told.setSpacing(8)
        told.addWidget(self.state, 1)
        told.addWidget(self.mend)
        told.addWidget(self.overviews)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 8)
        column.setSpacing(2)
        column.addLayout(head)
        column.addLayout(tune)
        column.addLayout(told)
        self.show_state()

    def show_state(self) -> None:
        """Say how it goes with this basemap now."""
        error = self._feed.error_of(self.entry)
        self.mend.setVisible(error is not None and error.title.id == _MISSING)
        self.mend.show_words(Message("basemap.locate"))
        self.overviews.setVisible(
            error is not None and error.title.id == "basemap.too_far" and self._is_cut()
        )
        self.state.show_words(self._words(error))
        self.state.set_tone(
            "danger" if error is not None and error.title.id != "basemap.too_far" else "quiet"
        )
        self.state.setVisible(bool(self.state.text()))

    def _words(self, error: UserError | None) -> Message:
        if not self.entry.shown or self._feed.is_hidden:
            return STATES["off"]
        if error is not None:
            return (
                error.title
                if error.hint is None
                else Message("basemap.state.error", {"title": error.title, "hint": error.hint})
            )
        layer = self._feed.layer_of(self.entry)
        return STATES["opening" if layer is None else layer.state]

    def _is_cut(self) -> bool:
        layer = self._feed.layer_of(self.entry)
        return layer is not None and layer.opened.slowest is not None

    def _preview(self, percent: int) -> None:
        self.percent.show_words(f"{percent} %")
        self._feed.preview_opacity(self.entry, percent)
        if not self.opacity.isSliderDown():
            self._keep()

    def _keep(self) -> None:
        if self.opacity.value() != self.entry.opacity:
            self._feed.change(self.entry, opacity=self.opacity.value())

    def _open_menu(self) -> None:
        menu = QMenu(self)
        for words, act in (
            (Message("basemap.change"), lambda: self.change_asked.emit(self.entry)),
            (Message("basemap.remove"), lambda: self._feed.remove(self.entry)),
        ):
            menu.addAction(self._language.label(words)).triggered.connect(act)
        menu.popup(self.more.mapToGlobal(QPoint(0, self.more.height())))
