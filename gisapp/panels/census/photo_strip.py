"""The photos that go with what is logged: chosen, dropped or pasted, seen small, taken away again."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QIcon, QPixmap
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from gisapp.forms.flow_layout import FlowLayout
from gisapp.forms.pictures import NewPhoto, decode, pasted, read_files
from gisapp.forms.words import Button, Label
from gisapp.language import Language
from gisapp.plain_tip import plain_tip
from gisapp.tasks import Tasks
from gisapp.theme import Theme
from layers.errors import UserError
from layers.store.attach import PICTURE_ENDINGS
from layers.text import Message

_THUMB = QSize(68, 51)


class PhotoStrip(QWidget):
    """``photos`` are those to be written; ``kept`` how many the record has already. ``refused``: a UserError."""

    changed = Signal()
    refused = Signal(object)

    def __init__(self, language: Language, theme: Theme, tasks: Tasks) -> None:
        super().__init__()
        self._language, self._theme, self._tasks = language, theme, tasks
        self.photos: list[NewPhoto] = []
        self.kept = 0
        self._tiles: list[QToolButton] = []
        self.choose = Button(language, Message("census_desk.photo.choose"))
        self.choose.clicked.connect(self.ask)
        self.paste = Button(language, Message("census_desk.photo.paste"))
        self.paste.clicked.connect(self.paste_picture)
        self.said = Label(language, theme, size="small", tone="quiet", wrap=True)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.choose)
        row.addWidget(self.paste)
        row.addStretch(1)
        self._holder = QWidget()
        self._flow = FlowLayout(6)
        self._holder.setLayout(self._flow)
        self._holder.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._holder)
        column.addLayout(row)
        column.addWidget(self.said)
        self.show_photos((), 0)

    def show_photos(self, photos: Sequence[NewPhoto], kept: int) -> None:
        """Begin with these; ``kept`` are written already."""
        self.photos, self.kept = list(photos), kept
        self._show()

    def ask(self) -> None:
        """Ask which files."""
        say = self._language.render
        endings = " ".join(f"*.{ending}" for ending in sorted(PICTURE_ENDINGS))
        kinds = f"{say(Message('photo.files'))} ({endings})"
        chosen, _ = QFileDialog.getOpenFileNames(self.window(), say(Message("photo.add")), "", kinds)
        if chosen:
            self.add_files(chosen)

    def add_files(self, paths: Sequence[str]) -> None:
        """Take files along; what is refused is told."""

        def go_on(found: tuple[list[NewPhoto], list[UserError]]) -> None:
            taken, refused = found
            self.photos += taken
            self._show()
            self.changed.emit()
            if refused:
                self.refused.emit(refused[0])

        self._tasks.run(Message("task.photos"), lambda _: read_files(paths), go_on, owner=self, shown=False)

    def paste_picture(self) -> None:
        """Take the picture, or the files, on the clipboard along."""
        data = QGuiApplication.clipboard().mimeData()
        photo = pasted(data, self._language.render(Message("photo.pasted_name")) + ".png")
        if photo is not None:
            self.photos.append(photo)
            self._show()
            self.changed.emit()
        elif any(url.isLocalFile() for url in data.urls()):
            self.add_files([url.toLocalFile() for url in data.urls() if url.isLocalFile()])
        else:
            self.refused.emit(UserError(Message("photo.nothing_to_paste")))

    def _drop(self, number: int) -> None:
        del self.photos[number]
        self._show()
        self.changed.emit()

    def _show(self) -> None:
        for tile in self._tiles:
            self._flow.removeWidget(tile)
            tile.hide()
            tile.deleteLater()
        self._tiles = []
        for number, photo in enumerate(self.photos):
            tile = QToolButton()
            tile.setObjectName("photoTile")
            tile.setFixedSize(_THUMB)
            tile.setIconSize(_THUMB - QSize(4, 4))
            tile.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            tile.setAccessibleName(photo.name)
            tip = self._language.render(Message("census_desk.photo.drop", {"file": photo.name}))
            tile.setToolTip(plain_tip(tip))
            if photo.is_picture:
                tile.setIcon(QIcon(QPixmap.fromImage(decode(photo.data, _THUMB * 2))))
            tile.clicked.connect(partial(self._drop, number))
            self._flow.addWidget(tile)
            self._tiles.append(tile)
        self._holder.setVisible(bool(self.photos))
        self.said.setVisible(bool(self.kept))
        if self.kept:
            self.said.show_words(Message("census_desk.photo.kept", {"count": self.kept}))
