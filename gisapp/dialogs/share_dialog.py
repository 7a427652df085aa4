"""Sharing projects as a web map: which, how exactly, why, and where to."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QRadioButton, QVBoxLayout, QWidget

from gisapp.dialogs.frame import Dialog
from gisapp.dialogs.path_row import PathRow
from gisapp.file_ending import with_ending
from gisapp.forms.words import Label
from gisapp.language import Language
from gisapp.theme import Theme
from layers.reports.share.sharing import ShareWish
from layers.text import Message


class ShareDialog(Dialog):
    """``chosen`` tells the file and the wish."""

    chosen = Signal(object, object)

    def __init__(
        self,
        language: Language,
        theme: Theme,
        selected: tuple[int, ...],
        title: str,
        path: Path,
        parent: QWidget,
    ) -> None:
        super().__init__(language, theme, Message("sharing.title"), parent, 520)
        self._may_replace = ""
        self.body.addWidget(Label(language, theme, Message("sharing.intro"), tone="quiet", wrap=True))
        self.which = QComboBox()
        self.which.addItem(language.render(Message("sharing.which.all")), ())
        if selected:
            words = Message("sharing.which.selected", {"count": len(selected)})
            self.which.insertItem(0, language.render(words), selected)
            self.which.setCurrentIndex(0)
        self.name = QLineEdit(title)
        self.general = QRadioButton(language.render(Message("sharing.general")))
        self.exact = QRadioButton(language.render(Message("sharing.exact")))
        self.general.setChecked(True)
        places = QVBoxLayout()
        places.addWidget(self.general)
        places.addWidget(self.exact)
        self.reason = QLineEdit()
        self.reason.setEnabled(False)
        self.exact.toggled.connect(self.reason.setEnabled)
        row = PathRow(language, Message("sharing.file"), lambda: "HTML (*.html)", str(path))
        self.path = row.field
        row.chosen.connect(self._take_path)
        self.add_field(Message("sharing.which"), self.which)
        self.add_field(Message("sharing.name"), self.name)
        self.add_field(Message("sharing.where"), places)
        self.add_field(Message("sharing.reason"), self.reason, Message("sharing.reason.note"))
        self.add_field(Message("sharing.file"), row)
        self.add_buttons(Message("sharing.go"), Message("settings.cancel"))

    @property
    def wish(self) -> ShareWish:
        """What was asked for."""
        return ShareWish(
            self.which.currentData(), self.name.text().strip(), self.exact.isChecked(), self.reason.text()
        )

    def accept(self) -> None:
        typed = self.path.text().strip()
        path = with_ending(Path(typed), ".html") if Path(typed).name else Path(typed)
        problem = None
        if self.exact.isChecked() and len(self.reason.text().strip()) < 2:
            problem = Message("sharing.reason_needed")
        elif not path.is_absolute() or not path.parent.is_dir():
            problem = Message("settings.new.no_folder", {"folder": str(path.parent)})
        elif path.exists() and str(path) != self._may_replace:
            problem = Message("exporting.exists", {"file": path.name})
        self.say_wrong(problem)
        if problem is None:
            self.chosen.emit(path, self.wish)
            super().accept()

    def _take_path(self, chosen: str) -> None:
        self.path.setText(str(with_ending(Path(chosen), ".html")))
        self._may_replace = self.path.text()
