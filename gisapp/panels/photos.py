"""PhotosPage: the photos and documents of an asset: added by drop, paste or file, captioned, removed, looked at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QIcon,
    QImage,
    QKeyEvent,
    QKeySequence,
    QPixmap,
)
from PySide6.QtWidgets import QFileDialog, QGridLayout, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from gisapp.forms.editors.flat import FlatEdit
from gisapp.forms.photo_viewer import PhotoViewer
from gisapp.forms.pictures import NewPhoto, decode, pasted, picture_kinds, read_files
from gisapp.forms.words import Button, IconButton, IconLabel, Label
from gisapp.language import Language
from gisapp.panels.reading import Photo
from gisapp.plain_tip import plain_tip
from gisapp.session import Session
from gisapp.tasks import Tasks
from gisapp.theme import Theme
from layers.errors import UserError
from layers.model.asset import AssetKey
from layers.model.change import ChangeSet
from layers.model.fields import TextField
from layers.model.proof import ATTACHMENT
from layers.register import Edit, Register
from layers.text import Message, Title

THUMB = QSize(136, 102)
COLUMNS = 2
CAPTION = "remark"
_CAPTION_FIELD = TextField(name=CAPTION, title=Title("说明", "Caption"), length=1000)


class PhotosPage(QWidget):
    """``saved`` gives the label of what was done; ``refused`` the UserError of a file that is not taken."""

    saved = Signal(object)
    refused = Signal(object)

    def __init__(self, language: Language, theme: Theme, session: Session, tasks: Tasks) -> None:
        super().__init__()
        self._language, self._theme, self._session, self._tasks = language, theme, session, tasks
        self._key: AssetKey | None = None
        self._photos: tuple[Photo, ...] = ()
        self._thumbs: dict[str, QImage] = {}
        self.tiles: list[PhotoTile] = []
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.add = Button(language, Message("photo.add"))
        self.add.clicked.connect(self.ask_files)
        self.paste = Button(language, Message("photo.paste"))
        self.paste.clicked.connect(self.paste_picture)
        row = QHBoxLayout()
        row.setContentsMargins(12, 12, 12, 4)
        row.addWidget(self.add)
        row.addWidget(self.paste)
        row.addStretch(1)
        self._hint = Label(language, theme, Message("photo.hint"), size="small", tone="quiet", wrap=True)
        self._hint.setContentsMargins(12, 0, 12, 0)
        self._refusal = Label(language, theme, size="small", tone="danger", wrap=True)
        self._refusal.setContentsMargins(12, 4, 12, 4)
        self._refusal.hide()
        holder = QWidget()
        self._grid = QGridLayout(holder)
        self._grid.setContentsMargins(12, 8, 12, 12)
        self._grid.setSpacing(8)
        self._grid.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self._hint)
        column.addWidget(self._refusal)
        column.addWidget(holder)
        column.addStretch(1)

    def show(self, key: AssetKey, photos: Sequence[Photo]) -> None:  # type: ignore[override]
        """Show the photos of an asset."""
        writable = self._session.may("edit")
        self.add.setVisible(writable)
        self.paste.setVisible(writable)
        if key != self._key:
            self._refusal.hide()
        rows = [(photo.asset.id, photo.asset.version) for photo in photos]
        if key == self._key and rows == [(p.asset.id, p.asset.version) for p in self._photos]:
            return
        self._key, self._photos = key, tuple(photos)
        self._hint.show_words(Message("photo.hint" if writable else "inspector.no_photos"))
        self._hint.setVisible(writable or not photos)
        for tile in self.tiles:
            self._grid.removeWidget(tile)
            tile.hide()
            tile.deleteLater()
        self.tiles = []
        for place, photo in enumerate(self._photos):
            # What proves a record or a defect is changed there.
            tile = PhotoTile(self._language, self._theme, photo, writable=writable and photo.of is None)
            tile.picture.clicked.connect(partial(self.open_viewer, place))
            tile.caption.left.connect(partial(self._caption, photo, tile))
            tile.remove.clicked.connect(partial(self._remove, photo))
            self.tiles.append(tile)
            self._grid.addWidget(tile, place // COLUMNS, place % COLUMNS)
        self._read_thumbs()

    # ---- adding

    def ask_files(self) -> None:
        """Ask which files."""
        render = self._language.render
        kinds = f"{picture_kinds(self._language)};;{render(Message('window.files.all'))}"
        chosen, _ = QFileDialog.getOpenFileNames(self.window(), render(Message("photo.add")), "", kinds)
        if chosen:
            self.add_files(chosen)

    def add_files(self, paths: Sequence[str]) -> None:
        """Attach files to the asset as one act; what is refused is told, the rest is taken."""
        key = self._key
        if key is None or not self._session.may("edit"):
            return

        def go_on(found: tuple[list[NewPhoto], list[UserError]]) -> None:
            taken, refused = found
            self._tell_refused(refused)
            if taken:
                self._attach(key, taken)

        self._tasks.run(Message("task.photos"), lambda _: read_files(paths), go_on, owner=self, shown=False)

    def paste_picture(self) -> None:
        """Attach the image, or the files, on the clipboard."""
        data = QGuiApplication.clipboard().mimeData()
        photo = pasted(data, self._language.render(Message("photo.pasted_name")) + ".png")
        if photo is not None and self._key is not None and self._session.may("edit"):
            self._refusal.hide()
            self._attach(self._key, [photo])
        elif any(url.isLocalFile() for url in data.urls()):
            self.add_files([url.toLocalFile() for url in data.urls() if url.isLocalFile()])
        else:
            self._tell_refused([UserError(Message("photo.nothing_to_paste"))])

    def _attach(self, key: AssetKey, photos: Sequence[NewPhoto]) -> None:
        register = self._session.register
        if register is None:
            return
        label = Message("photo.act.add", {"count": len(photos), "name": self._name(register, key)})

        def work(edit: Edit) -> None:
            for photo in photos:
                register.attach(
                    edit,
                    key.type,
                    key.id,
                    photo.name,
                    photo.data,
                    {"kind": "photo" if photo.is_picture else "document"},
                )

        self._do(label, work)

    def _tell_refused(self, refused: Sequence[UserError]) -> None:
        self._refusal.setVisible(bool(refused))
        if refused:
            error = refused[0]
            words = (
                error.title
                if error.hint is None
                else Message("form.two_sentences", {"first": error.title, "second": error.hint})
            )
            if len(refused) > 1:
                words = Message("photo.refused_more", {"first": error.title, "count": len(refused) - 1})
            self._refusal.show_words(words)
            self.refused.emit(error)

    # ---- changing

    def _caption(self, photo: Photo, tile: PhotoTile) -> None:
        text = tile.caption.text().strip() or None
        if text == photo.asset.get(CAPTION):
            return
        row = photo.asset
        label = Message("photo.act.caption", {"file": str(row.get("file_name", ""))})
        self._do(label, lambda edit: _void(edit.update(ATTACHMENT, row.id, row.version, {CAPTION: text})))

    def _remove(self, photo: Photo) -> None:
        row = photo.asset
        label = Message("photo.act.remove", {"file": str(row.get("file_name", ""))})
        self._do(label, lambda edit: edit.delete(ATTACHMENT, row.id, row.version))

    def _do(self, label: Message, work: Callable[[Edit], None]) -> None:
        def done(change: ChangeSet | None) -> None:
            if change is not None:
                self.saved.emit(label)

        self._session.edit(label, work, done, failed=lambda error: self._tell_refused([error]))

    def _name(self, register: Register, key: AssetKey) -> str:
        asset = register.get(*key)
        return str((asset.get("code") if asset else None) or register.catalogue[key.type].code(key.id))

    # ---- looking

    def open_viewer(self, place: int) -> None:
        """Show a picture large."""
        shown = [photo for photo in self._photos if photo.is_picture]
        if not self._photos[place].is_picture:
            return
        captions = [caption_of(photo) for photo in shown]

        def read(number: int, take: Callable[[int, QImage], None]) -> None:
            self._read(shown[number], None, lambda image: take(number, image))

        self.viewer = PhotoViewer(self._language, self._theme, captions, read, self.window())
        self.viewer.show_place(shown.index(self._photos[place]))
        self.viewer.open()

    def _read_thumbs(self) -> None:
        for tile in self.tiles:
            sha = str(tile.photo.asset["sha256"])
            if sha in self._thumbs:
                tile.show_image(self._thumbs[sha])
            elif tile.photo.is_picture:
                self._read(tile.photo, THUMB * 2, partial(self._keep_thumb, sha))

    def _keep_thumb(self, sha: str, image: QImage) -> None:
        self._thumbs[sha] = image
        for tile in self.tiles:
            if tile.photo.asset["sha256"] == sha:
                tile.show_image(image)

    def _read(self, photo: Photo, size: QSize | None, take: Callable[[QImage], None]) -> None:
        register = self._session.register
        if register is None:
            return

        def work(_: object) -> QImage:
            data = register.attachment_data(photo.asset["sha256"])
            return decode(data, size) if data else QImage()

        self._tasks.run(Message("task.photos"), work, take, owner=self, shown=False)

    # ---- events

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() and self._key is not None and self._session.may("edit"):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.add_files(paths)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Paste):
            self.paste_picture()
        else:
            super().keyPressEvent(event)


class PhotoTile(QWidget):
    """A small picture, or the sign of a document, with its caption and the way to remove it."""

    def __init__(self, language: Language, theme: Theme, photo: Photo, *, writable: bool) -> None:
        super().__init__()
        self.photo = photo
        name = str(photo.asset.get("file_name", ""))
        self.setFixedWidth(THUMB.width())
        self.picture = QToolButton()
        self.picture.setObjectName("photoTile")
        self.picture.setFixedSize(THUMB)
        self.picture.setToolTip(plain_tip(name))
        self.picture.setAccessibleName(name)
        self.picture.setIconSize(THUMB - QSize(4, 4))
        if not photo.is_picture:
            inner = QHBoxLayout(self.picture)
            inner.addWidget(IconLabel(theme, "file", 28, "text3"), 0, Qt.AlignmentFlag.AlignCenter)
        attachment = photo.asset
        self.caption = FlatEdit(theme, _CAPTION_FIELD)
        self.caption.setFont(theme.font("small"))
        self.caption.setReadOnly(not writable)
        text = str(attachment.get(CAPTION) or "")
        self.caption.show_value(text, text, text)
        self.caption.setPlaceholderText(name)
        self.caption.setMaxLength(1000)
        self.remove = IconButton(language, theme, "trash", Message("photo.remove"))
        self.remove.setObjectName("goButton")
        self.remove.setMinimumHeight(0)
        self.remove.setFixedSize(20, 20)
        self.remove.setVisible(writable)
        lower = QHBoxLayout()
        lower.setContentsMargins(0, 0, 0, 0)
        lower.setSpacing(2)
        lower.addWidget(self.caption, 1)
        lower.addWidget(self.remove)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.picture)
        column.addLayout(lower)
        if photo.of is not None:
            column.addWidget(Label(language, theme, photo.of, size="small", tone="faint"))

    def show_image(self, image: QImage) -> None:
        """Show the small picture."""
        if not image.isNull():
            self.picture.setIcon(QIcon(QPixmap.fromImage(image)))


def caption_of(photo: Photo) -> str:
    """What is written under a photo: its caption, else the file's name."""
    return str(photo.asset.get(CAPTION) or photo.asset.get("file_name", ""))


def _void(_: object) -> None:
    """An edit's work gives nothing back."""
