"""A bug, told kindly: the work is saved, there is a report, details are folded."""

from __future__ import annotations

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from gisapp.crash import Crash
from gisapp.dialogs.frame import Dialog
from gisapp.forms.words import Button, Label
from gisapp.language import Language
from gisapp.theme import Theme
from layers.text import Message


class CrashDialog(Dialog):
    """Does not block the window: one can go on working beside it."""

    def __init__(self, language: Language, theme: Theme, crash: Crash, parent: QWidget) -> None:
        super().__init__(language, theme, Message("crash.title"), parent, 520)
        self.setModal(False)
        self._crash = crash
        self.body.addWidget(Label(language, theme, Message("crash.text"), wrap=True))
        if crash.path is None:
            where = Message("crash.not_written")
        else:
            where = Message("crash.where", {"file": str(crash.path)})
        self.body.addWidget(Label(language, theme, where, size="small", tone="quiet", wrap=True))
        self.details = QPlainTextEdit(crash.text, readOnly=True)
        self.details.setFont(theme.font("small"))
        self.details.setMinimumHeight(220)
        self.details.hide()
        self.more = Button(language, Message("notify.details"), "link")
        self.more.clicked.connect(self._fold)
        self.body.addWidget(self.more)
        self.body.addWidget(self.details, 1)
        copy = Button(language, Message("crash.copy"))
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(crash.text))
        self.foot.addWidget(copy)
        if crash.path is not None:
            folder = Button(language, Message("crash.folder"))
            url = QUrl.fromLocalFile(str(crash.path.parent))
            folder.clicked.connect(lambda: QDesktopServices.openUrl(url))
            self.foot.addWidget(folder)
        self.add_buttons(Message("crash.go_on"))

    def _fold(self) -> None:
        self.details.setVisible(not self.details.isVisible())
        self.adjustSize()
