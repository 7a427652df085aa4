"""Export: which types, into which format and system, with which words; what is personal is masked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QListWidget, QListWidgetItem, QWidget

from gisapp.dialogs.frame import Dialog
from gisapp.dialogs.path_row import PathRow
from gisapp.file_ending import with_ending
from gisapp.forms.words import Label
from gisapp.language import Language
from gisapp.theme import Theme
from layers.exchange.export import ExportOptions
from layers.geometry.crs import Crs
from layers.model.catalogue import AssetType
from layers.past.book import Past
from layers.search.systems import find_systems
from layers.text import Message

FORMATS = {
    ".gpkg": "GeoPackage",
    ".shp": "Shapefile",
    ".geojson": "GeoJSON",
    ".csv": "CSV",
    ".xlsx": "Excel",
    ".dxf": "CAD DXF",
}


class ExportDialog(Dialog):
    """``chosen`` tells the file and the options. ``in_clear``: whether the role may hand out personal data."""

    chosen = Signal(object, object)

    def __init__(
        self,
        language: Language,
        theme: Theme,
        types: Sequence[tuple[AssetType, int]],
        crs: Crs,
        folder: Path,
        name: str,
        parent: QWidget,
        past: Past | None = None,
        *,
        in_clear: bool = True,
    ) -> None:
        super().__init__(language, theme, Message("exporting.title"), parent, 520)
        self._own, self._past = crs, past
        if past is not None:
            told = Label(
                language, theme, Message("exporting.past", {"day": past.day}), tone="warn", wrap=True
            )
            self.body.addWidget(told)
        self._may_replace = ""
        self.format = QComboBox()
        for ending, title in FORMATS.items():
            self.format.addItem(f"{title} ({ending})", ending)
        self.format.activated.connect(self._follow_format)
        place = PathRow(language, Message("settings.new.place"), self._kind, str(folder / f"{name}.gpkg"))
        self.path = place.field
        place.chosen.connect(self._take_path)
        self.types = QListWidget()
        self.types.setFixedHeight(184)
        for asset_type, count in types:
            item = QListWidgetItem(f"{language.render(asset_type.title)}  {count:,}")
            item.setData(Qt.ItemDataRole.UserRole, asset_type.name)
            item.setCheckState(Qt.CheckState.Checked)
            self.types.addItem(item)
        self.crs = QComboBox()
        self.crs.addItem(language.render(crs.title), crs)
        for other in (
            () if crs.is_local else (Crs.parse("EPSG:4490"), Crs.parse("EPSG:4326"), *find_systems(""))
        ):
            if other != crs and not other.is_local:
                self.crs.addItem(language.render(other.title), other)
        self.words = QCheckBox(language.render(Message("exporting.words")))
        self.personal = QCheckBox(language.render(Message("exporting.personal")))
        self.personal.setEnabled(in_clear)
        if not in_clear:
            self.personal.setToolTip(language.render(Message("role.no_personal")))
        self.add_field(Message("exporting.format"), self.format)
        self.add_field(Message("settings.new.place"), place)
        self.add_field(Message("exporting.types"), self.types)
        self.add_field(Message("settings.new.crs"), self.crs)
        self.body.addWidget(self.words)
        self.body.addWidget(self.personal)
        self.button = self.add_buttons(Message("exporting.go"), Message("settings.cancel"))

    def accept(self) -> None:
        path = Path(self.path.text().strip())
        names = self.chosen_types()
        problem = None
        if not names:
            problem = Message("exporting.no_types")
        elif not path.is_absolute() or not path.parent.is_dir():
            problem = Message("settings.new.no_folder", {"folder": str(path.parent)})
        elif path.exists() and str(path) != self._may_replace:
            # Typed or proposed: nobody has been asked whether the old file may go.
            problem = Message("exporting.exists", {"file": path.name})
        self.say_wrong(problem)
        if problem is not None:
            return
        crs = self.crs.currentData()
        self.chosen.emit(
            path,
            ExportOptions(
                types=names,
                crs=None if crs == self._own else crs,
                language=self.language.code if self.words.isChecked() else None,
                personal=self.personal.isChecked(),
                past=self._past,
            ),
        )
        super().accept()

    def chosen_types(self) -> tuple[str, ...]:
        """The types ticked."""
        items = (self.types.item(position) for position in range(self.types.count()))
        ticked = (item for item in items if item.checkState() == Qt.CheckState.Checked)
        return tuple(item.data(Qt.ItemDataRole.UserRole) for item in ticked)

    def _follow_format(self) -> None:
        path = self.path.text().strip()
        if path:
            self.path.setText(str(with_ending(Path(path), self.format.currentData(), FORMATS)))

    def _kind(self) -> str:
        ending = self.format.currentData()
        return f"{FORMATS[ending]} (*{ending})"

    def _take_path(self, chosen: str) -> None:
        self.path.setText(str(with_ending(Path(chosen), self.format.currentData(), FORMATS)))
        self._may_replace = chosen
