"""Before and after, side by side: the newest photo of each, the others by a click."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon, QImage, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from gisapp.forms.photo_viewer import PhotoViewer
from gisapp.forms.pictures import decode
from gisapp.forms.words import Label
from gisapp.language import Language
from gisapp.session import Session
from gisapp.tasks import Tasks
from gisapp.theme import Theme
from layers.model.asset import Asset
from layers.register import Register
from layers.text import Message

_SIZE = QSize(112, 84)


class PhotoPair(QWidget):
    """``titles`` are what the two sides are called."""

    def __init__(
        self,
        language: Language,
        theme: Theme,
        session: Session,
        tasks: Tasks,
        titles: tuple[Message, Message],
    ) -> None:
        super().__init__()
        self._language, self._theme, self._session, self._tasks = language, theme, session, tasks
        self._titles = titles
        self.photos: tuple[tuple[Asset, ...], tuple[Asset, ...]] = ((), ())
        self.heads: list[Label] = []
        self.pictures: list[QToolButton] = []
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for side in range(2):
            head = Label(language, theme, size="small", tone="quiet")
            picture = QToolButton()
            picture.setObjectName("photoTile")
            picture.setFixedSize(_SIZE)
            picture.setIconSize(_SIZE - QSize(4, 4))
            picture.clicked.connect(partial(self._open, side))
            column = QVBoxLayout()
            column.setSpacing(2)
            column.addWidget(head)
            column.addWidget(picture)
            column.addStretch(1)
            row.addLayout(column)
            self.heads.append(head)
            self.pictures.append(picture)
        self.show_photos((), ())

    def show_photos(self, before: Sequence[Asset], after: Sequence[Asset]) -> None:
        """Show the attachments of either side."""
        self.photos = tuple(before), tuple(after)
        for side, photos in enumerate(self.photos):
            self.heads[side].show_words(
                Message("repairs.photos", {"side": self._titles[side], "count": len(photos)})
            )
            picture = self.pictures[side]
            picture.setIcon(QIcon())
            picture.setEnabled(bool(photos))
            words = photos[-1]["file_name"] if photos else Message("repairs.no_photo")
            self._language.say(picture, "setAccessibleName", words)
            picture.setToolButtonStyle(
                Qt.ToolButtonStyle.ToolButtonIconOnly if photos else Qt.ToolButtonStyle.ToolButtonTextOnly
            )
            self._language.say(picture, "setText", "" if photos else Message("repairs.no_photo"))
            if photos:
                self._read(photos[-1], _SIZE * 2, partial(self._take, side, photos[-1].id))

    def _take(self, side: int, photo: int, image: QImage) -> None:
        if self.photos[side] and self.photos[side][-1].id == photo:
            self.pictures[side].setIcon(QIcon(QPixmap.fromImage(image)))

    def _read(self, photo: Asset, size: QSize | None, take: Callable[[QImage], None]) -> None:
        register = self._session.register
        if register is None:
            return

        def work(_: object) -> QImage:
            return decode(_bytes(register, photo), size)

        self._tasks.run(Message("task.photos"), work, take, owner=self, shown=False)

    def _open(self, side: int) -> None:
        """All photos of both sides, large."""
        photos = (*self.photos[0], *self.photos[1])
        captions = [
            self._language.render(
                Message("repairs.caption", {"side": title, "file": str(photo["file_name"])})
            )
            for title, its in zip(self._titles, self.photos, strict=True)
            for photo in its
        ]

        def read(number: int, take: Callable[[int, QImage], None]) -> None:
            self._read(photos[number], None, partial(take, number))

        viewer = PhotoViewer(self._language, self._theme, captions, read, self)
        viewer.show_place(0 if side == 0 else len(self.photos[0]))
        viewer.open()


def _bytes(register: Register, photo: Asset) -> bytes:
    return register.attachment_data(str(photo["sha256"])) or b""
