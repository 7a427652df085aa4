"""A register on a server: where it is and how to get in, tried before it is opened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from gisapp.dialogs.frame import Dialog
from gisapp.forms.words import Button, Label, set_style
from gisapp.language import Language
from gisapp.tasks import Task, Tasks
from gisapp.theme import Theme
from layers.errors import UserError
from layers.feedback import Feedback
from layers.register import Register
from layers.store.postgis_server import USUAL_PORT, ServerParts, can_store_passwords, forget_password
from layers.text import Message


class ServerDialog(Dialog):
    """``chosen`` tells the address, password included, of a register that could be opened, and whether to keep that.

    ``known`` fills the fields; ``reason`` is why the address was asked for (None: the user asked).
    """

    chosen = Signal(str, bool)

    def __init__(
        self,
        language: Language,
        theme: Theme,
        tasks: Tasks,
        known: ServerParts,
        reason: UserError | None,
        parent: QWidget,
    ) -> None:
        super().__init__(language, theme, Message("server.title"), parent, 480)
        self._tasks, self._known = tasks, known
        self._trying: Task | None = None
        self.host, self.database, self.user = (
            QLineEdit(text) for text in (known.host, known.database, known.user)
        )
        self.port = QLineEdit(str(known.port))
        self.port.setValidator(QIntValidator(1, 65535, self.port))
        self.port.setFixedWidth(96)
        self.password = QLineEdit()
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.keep, self.plain = QCheckBox(), QCheckBox()
        has_ring = can_store_passwords()
        self.keep.setEnabled(has_ring)
        self.keep.setChecked(has_ring)
        language.say(self.keep, "setText", Message("server.keep" if has_ring else "server.no_ring"))
        self.plain.setChecked(not known.encrypted)
        language.say(self.plain, "setText", Message("server.plain"))
        self._found = Label(language, theme, size="small", tone="ok", wrap=True)
        self._found.hide()
        self._lay_out()
        self.host.setFocus() if not known.host else self.password.setFocus()
        if reason is not None:
            self._tell(reason)

    @property
    def parts(self) -> ServerParts:
        """What is entered."""
        return replace(
            self._known,
            host=self.host.text().strip(),
            port=int(self.port.text() or USUAL_PORT),
            database=self.database.text().strip(),
            user=self.user.text().strip(),
            password=self.password.text(),
            encrypted=not self.plain.isChecked(),
        )

    def accept(self) -> None:
        """Try it; when a register is there, it is opened."""
        address = self.parts.address
        keep = self.keep.isChecked()

        def go_on(_: str) -> None:
            self.chosen.emit(address, keep)
            super(ServerDialog, self).accept()

        self._try(go_on)

    def test(self) -> None:
        """Try it and say what is there."""

        def tell(name: str) -> None:
            self._found.show_words(Message("server.works", {"name": name}))
            self._found.show()

        self._try(tell)

    def _try(self, then: Callable[[str], None]) -> None:
        """Open the register to be read and close it again; ``then`` gets its name."""
        if self._trying is not None or not self._is_complete():
            return
        self._found.hide()
        self.say_wrong(None)
        given, keep = self.parts, self.keep.isChecked()
        self._wait(on=True)

        def work(_: Feedback) -> str:
            with Register.open(given.address, actor="", read_only=True) as register:
                name = register.name or given.database
            if not keep:
                # Opening keeps a password that was right; this one was not to be kept.
                forget_password(given.address)
            return name

        def done(name: str) -> None:
            self._wait(on=False)
            then(name)

        self._trying = self._tasks.run(
            Message("server.trying"), work, done, owner=self, failed=self._on_failed,
            cancelled=lambda: self._wait(on=False),
        )  # fmt: skip

    def _is_complete(self) -> bool:
        needed = (self.host, self.database)
        for field in needed:
            set_style(field, "wrong", "false" if field.text().strip() else "true")
        missing = next((field for field in needed if not field.text().strip()), None)
        if missing is not None:
            self.say_wrong(Message("server.incomplete"))
            missing.setFocus()
        return missing is None

    def _on_failed(self, error: UserError) -> None:
        self._wait(on=False)
        self._tell(error)

    def _tell(self, error: UserError) -> None:
        """What happened, and what to do about it."""
        words = error.title
        if error.hint is not None:
            words = Message("server.refused", {"title": error.title, "hint": error.hint})
        self.say_wrong(words)
        self._found.hide()

    def _wait(self, *, on: bool) -> None:
        if not on:
            self._trying = None
        for button in (self.test_button, self.button):
            button.setEnabled(not on)
        self.button.show_words(Message("server.trying" if on else "server.open"))

    def _lay_out(self) -> None:
        place = QHBoxLayout()
        place.setSpacing(8)
        for title, field, stretch in (
            (Message("server.host"), self.host, 1),
            (Message("server.port"), self.port, 0),
        ):
            column = QVBoxLayout()
            column.setSpacing(4)
            label = Label(self.language, self.theme, title, size="small", tone="quiet")
            label.setBuddy(field)
            column.addWidget(label)
            column.addWidget(field)
            place.addLayout(column, stretch)
        self.body.addLayout(place)
        self.add_field(Message("server.database"), self.database)
        self.add_field(Message("server.user"), self.user)
        self.add_field(Message("server.password"), self.password, Message("server.password_note"))
        self.body.addWidget(self.keep)
        self.body.addWidget(self.plain)
        self.body.addWidget(self._found)
        self.test_button = Button(self.language, Message("server.test"))
        self.test_button.clicked.connect(self.test)
        self.foot.insertWidget(0, self.test_button)
        self.button = self.add_buttons(Message("server.open"), Message("settings.cancel"))
