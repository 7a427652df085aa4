"""A new register: what it is called, where it lies, in which coordinate system."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem, QWidget

from gisapp.dialogs.frame import Dialog
from gisapp.dialogs.path_row import PathRow
from gisapp.forms.words import Label, set_style
from gisapp.language import Language
from gisapp.theme import Theme
from layers.geometry.crs import Crs
from layers.search.systems import find_systems
from layers.text import Message

_FORBIDDEN = '\\/:*?"<>|'


class NewRegisterDialog(Dialog):
    """``chosen`` tells name, path and coordinate system once all three are right."""

    chosen = Signal(str, object, object)

    def __init__(self, language: Language, theme: Theme, folder: Path, parent: QWidget) -> None:
        super().__init__(language, theme, Message("settings.new.title"), parent, 520)
        self._folder = folder
        self._path_was_typed = False
        self.name = QLineEdit()
        self.name.textChanged.connect(self._suggest_path)
        place = PathRow(language, Message("settings.new.place"), lambda: "GeoPackage (*.gpkg)")
        self.path = place.field
        self.path.textEdited.connect(self._on_path_edited)
        place.chosen.connect(self._take_path)
        self.search = QLineEdit()
        self.search.setClearButtonEnabled(True)
        language.say(self.search, "setPlaceholderText", Message("settings.new.crs_search"))
        self.systems = QListWidget()
        self.systems.setFixedHeight(184)
        self.systems.setObjectName("systems")
        self._later = QTimer(self, singleShot=True, interval=120)
        self._later.timeout.connect(self._list_systems)
        self.search.textChanged.connect(lambda: self._later.start())
        language.changed.connect(self._list_systems)
        self.add_field(Message("settings.new.name"), self.name)
        self.add_field(Message("settings.new.place"), place)
        self.add_field(Message("settings.new.crs"), self.search)
        self.body.addWidget(self.systems)
        note = Message("settings.new.crs_note")
        self.body.addWidget(Label(language, theme, note, size="small", tone="faint", wrap=True))
        self.button = self.add_buttons(Message("settings.new.create"), Message("settings.cancel"))
        language.say(self.name, "setText", Message("settings.new.default_name"))
        self._list_systems()
        self.name.setFocus()
        self.name.selectAll()

    def accept(self) -> None:
        crs = self.chosen_crs()
        path = Path(self.path.text().strip())
        problem = self._problem(path, crs)
        self.say_wrong(problem)
        if problem is None:
            self.chosen.emit(self.name.text().strip(), path, crs)
            super().accept()

    def chosen_crs(self) -> Crs | None:
        """The system marked in the list."""
        item = self.systems.currentItem()
        crs = None if item is None else item.data(Qt.ItemDataRole.UserRole)
        return crs if isinstance(crs, Crs) else None

    def _problem(self, path: Path, crs: Crs | None) -> Message | None:
        wrong_name = not self.name.text().strip()
        set_style(self.name, "wrong", "true" if wrong_name else "false")
        if wrong_name:
            return Message("settings.new.no_name")
        if not path.is_absolute() or not path.parent.is_dir():
            return Message("settings.new.no_folder", {"folder": str(path.parent)})
        if path.exists():
            return Message("settings.new.exists", {"file": path.name})
        return Message("settings.new.no_crs") if crs is None else None

    def _suggest_path(self, name: str) -> None:
        if not self._path_was_typed:
            plain = "".join("_" if char in _FORBIDDEN else char for char in name.strip())
            self.path.setText(str(self._folder / f"{plain}.gpkg") if plain else "")

    def _on_path_edited(self) -> None:
        self._path_was_typed = True

    def _take_path(self, chosen: str) -> None:
        self._path_was_typed = True
        self.path.setText(chosen if chosen.endswith(".gpkg") else f"{chosen}.gpkg")

    def _list_systems(self) -> None:
        marked = self.chosen_crs()
        self.systems.clear()
        for crs in find_systems(self.search.text()):
            item = QListWidgetItem(self.language.render(crs.title))
            item.setData(Qt.ItemDataRole.UserRole, crs)
            self.systems.addItem(item)
            if marked is not None and crs.code == marked.code:
                self.systems.setCurrentItem(item)
        if self.systems.currentItem() is None and self.search.text().strip():
            self.systems.setCurrentRow(0)
