"""The photos that go with what is logged: chosen, dropped or pasted, seen small, taken away again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QIcon, QImage, QPixmap
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from gisapp.forms.flow_layout import FlowLayout
from gisapp.forms.photo_viewer import PhotoViewer
from gisapp.forms.pictures import NewPhoto, decode, pasted, picture_kinds, read_files
from gisapp.forms.words import Button, Label
from gisapp.language import Language
from gisapp.plain_tip import plain_tip
from gisapp.tasks import Tasks
from gisapp.theme import Theme
from layers.errors import UserError
from layers.later import Later
from layers.model.asset import AssetKey
from layers.register import Register
from layers.text import Message

if TYPE_CHECKING:
    from layers.census.fieldwork import record_photos
    from layers.census.fieldwork.record_photos import HungPhoto
else:
    record_photos = Later("layers.census.fieldwork.record_photos")

_THUMB = QSize(68, 51)
_MOST = 12


class PhotoStrip(QWidget):
    """``photos`` are those to be written; ``kept`` those that the record and its asset have already.

    ``refused``: a UserError.
    """

    changed = Signal()
    refused = Signal(object)

    def __init__(self, language: Language, theme: Theme, tasks: Tasks) -> None:
        super().__init__()
        self._language, self._theme, self._tasks = language, theme, tasks
        self.photos: list[NewPhoto] = []
        self.kept: tuple[HungPhoto, ...] = ()
        self.kept_tiles: list[QToolButton] = []
        self._register: Register | None = None
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
        self._kept_holder = QWidget()
        self._kept_flow = FlowLayout(6)
        self._kept_holder.setLayout(self._kept_flow)
        column.addWidget(self._kept_holder)
        self.show_photos(())
        self._show_kept(())

    def show_photos(self, photos: Sequence[NewPhoto]) -> None:
        """Begin with these."""
        self.photos = list(photos)
        self._show()

    def read_kept(self, register: Register, record: AssetKey, target: AssetKey | None) -> None:
        """Show what photos the record and its asset have, once they are read."""
        self._register = register
        self._show_kept(())
        self._tasks.run(
            Message("task.photos"),
            lambda _: record_photos.photos_of_record(register, record, target),
            self._show_kept,
            owner=self,
            key=f"kept-photos-{id(self)}",
            shown=False,
        )

    def _show_kept(self, photos: tuple[HungPhoto, ...]) -> None:
        self.kept = photos
        for tile in self.kept_tiles:
            self._kept_flow.removeWidget(tile)
            tile.hide()
            tile.deleteLater()
        self.kept_tiles = []
        for place, photo in enumerate(photos[:_MOST]):
            name = str(photo.asset["file_name"] or "")
            of = "" if photo.of is None else self._language.render(photo.of.title)
            tile = self._tile(" · ".join(part for part in (name, of) if part))
            tile.clicked.connect(partial(self._open, place))
            self._kept_flow.addWidget(tile)
            self.kept_tiles.append(tile)
            self._read(place, _THUMB * 2, partial(_paint, tile))
        self._kept_holder.setVisible(bool(photos))
        self.said.setVisible(bool(photos))
        if photos:
            self.said.show_words(Message("census_desk.photo.kept", {"count": len(photos)}))

    def _read(self, place: int, size: QSize | None, take: Callable[[QImage], None]) -> None:
        register, photos = self._register, self.kept
        if register is None or not str(photos[place].asset["media_type"] or "").startswith("image/"):
            return

        def work(_: object) -> QImage:
            data = register.attachment_data(photos[place].asset["sha256"])
            return decode(data, size) if data else QImage()

        def show(image: QImage) -> None:
            if self.kept is photos:
                take(image)

        self._tasks.run(Message("task.photos"), work, show, owner=self, shown=False)

    def _open(self, place: int) -> None:
        """Show a picture large."""
        names = [str(each.asset["remark"] or each.asset["file_name"] or "") for each in self.kept]

        def read(number: int, take: Callable[[int, QImage], None]) -> None:
            self._read(number, None, lambda image: take(number, image))

        self.viewer = PhotoViewer(self._language, self._theme, names, read, self.window())
        self.viewer.show_place(place)
        self.viewer.open()

    def ask(self) -> None:
        """Ask which files."""
        say = self._language.render
        kinds = picture_kinds(self._language)
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
            tip = self._language.render(Message("census_desk.photo.drop", {"file": photo.name}))
            tile = self._tile(tip)
            tile.setAccessibleName(photo.name)
            if photo.is_picture:
                _paint(tile, decode(photo.data, _THUMB * 2))
            tile.clicked.connect(partial(self._drop, number))
            self._flow.addWidget(tile)
            self._tiles.append(tile)
        self._holder.setVisible(bool(self.photos))

    def _tile(self, tip: str) -> QToolButton:
        tile = QToolButton()
        tile.setObjectName("photoTile")
        tile.setFixedSize(_THUMB)
        tile.setIconSize(_THUMB - QSize(4, 4))
        tile.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        tile.setAccessibleName(tip)
        tile.setToolTip(plain_tip(tip))
        return tile


def _paint(tile: QToolButton, image: QImage) -> None:
    if not image.isNull():
        tile.setIcon(QIcon(QPixmap.fromImage(image)))
