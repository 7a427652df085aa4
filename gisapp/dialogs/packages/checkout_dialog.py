"""Handing out a package: who takes it along, and the file it becomes."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QWidget

from gisapp.dialogs.frame import Dialog
from gisapp.dialogs.path_row import PathRow
from gisapp.file_ending import with_ending
from gisapp.forms.words import Label
from gisapp.language import Language
from gisapp.theme import Theme
from layers.census.packages.out.earlier import MOST_BYTES, OF_EACH
from layers.text import Message

ENDING = ".gpkg"
SHEETS = (("none", ""), ("excel", ".xlsx"), ("csv", ".csv"))
"""What may lie beside a package, and its ending."""


class CheckoutDialog(Dialog):
    """``chosen`` tells the file, who takes it along, the ending of the record sheets that go with it, if any,
    and whether photos of earlier visits do."""

    chosen = Signal(object, str, str, bool)

    def __init__(
        self,
        language: Language,
        theme: Theme,
        title: Message,
        people: tuple[str, ...],
        path: Path,
        parent: QWidget,
        *,
        has_sheets: bool = False,
    ) -> None:
        super().__init__(language, theme, Message("packages.out.title"), parent, 520)
        self.body.addWidget(Label(language, theme, title, size="heading", strong=True, wrap=True))
        self.body.addWidget(
            Label(language, theme, Message("packages.out.intro"), size="small", tone="quiet", wrap=True)
        )
        self.who = QComboBox()
        self.who.setEditable(True)
        self.who.addItems(list(people))
        row = PathRow(language, Message("packages.out.title"), lambda: "GeoPackage (*.gpkg)", str(path))
        self.path = row.field
        row.chosen.connect(self.path.setText)
        self.add_field(Message("packages.out.who"), self.who)
        self.add_field(Message("packages.out.file"), row, Message("packages.out.photos"))
        self.photos = QCheckBox(language.render(Message("packages.out.earlier", {"count": OF_EACH})))
        room = Message("packages.out.earlier_room", {"size": MOST_BYTES // 1_000_000})
        self.add_field(Message("packages.out.earlier_photos"), self.photos, room)
        self.sheets = QComboBox()
        for name, ending in SHEETS:
            self.sheets.addItem(language.render(Message(f"packages.out.sheets.{name}")), ending)
        if has_sheets:
            self.add_field(Message("packages.out.sheets"), self.sheets)
        self.add_buttons(Message("packages.out.go"), Message("settings.cancel"))

    def accept(self) -> None:
        """Go, if the file can be written."""
        typed = self.path.text().strip()
        path = with_ending(Path(typed), ENDING) if Path(typed).name else Path(typed)
        if not path.is_absolute() or not path.parent.is_dir():
            self.say_wrong(Message("settings.new.no_folder", {"folder": str(path.parent)}))
        elif path.exists():
            self.say_wrong(Message("packages.exists", {"place": path.name}))
        else:
            self.chosen.emit(
                path, self.who.currentText().strip(), self.sheets.currentData(), self.photos.isChecked()
            )
            super().accept()
