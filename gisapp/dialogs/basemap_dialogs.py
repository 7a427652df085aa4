"""Adding a service as a basemap, and changing what is known of a basemap."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLineEdit, QSpinBox, QVBoxLayout, QWidget

from gisapp.dialogs.frame import Dialog
from gisapp.forms.words import Button, Label
from gisapp.language import Language, Words
from gisapp.map.basemap.capabilities import CapabilitiesAsker
from gisapp.panels.basemap.feed import BasemapFeed
from gisapp.tasks import Tasks
from gisapp.theme import Theme
from layers.basemap.entry import BasemapEntry
from layers.basemap.grid import DEEPEST_ZOOM
from layers.basemap.presets import Preset, presets
from layers.basemap.service import KEY, check_template, host_of, without_secret
from layers.basemap.wmts import WmtsService
from layers.errors import UserError
from layers.geometry.crs import Crs
from layers.text import Message

_XYZ, _WMTS = "xyz", "wmts"


class ServiceDialog(Dialog):
    """A service offered by name, an address of one's own, or a WMTS service that is asked for its layers."""

    chosen = Signal(object)
    """The BasemapEntry to add."""

    def __init__(
        self, language: Language, theme: Theme, feed: BasemapFeed, tasks: Tasks, parent: QWidget
    ) -> None:
        super().__init__(language, theme, Message("basemap.service.title"), parent, 520)
        self._feed = feed
        self._service: WmtsService | None = None
        self._asker = CapabilitiesAsker(tasks, feed.manager, self)
        self._asker.found.connect(self._show_layers)
        self._asker.failed.connect(self._show_failure)
        self.which = QComboBox()
        for preset in presets():
            self.which.addItem(language.render(preset.title), preset)
        self.which.addItem(language.render(Message("basemap.service.own")), _XYZ)
        self.which.addItem(language.render(Message("basemap.service.wmts")), _WMTS)
        self.which.currentIndexChanged.connect(self._follow)
        self.name = QLineEdit()
        self.address = QLineEdit()
        self.address.editingFinished.connect(self._take_secret_out)
        self.key = QLineEdit()
        self.key.setEchoMode(QLineEdit.EchoMode.PasswordEchoOnEdit)
        self.shifted = QCheckBox(language.render(Message("basemap.gcj02")))
        self.below = QCheckBox(language.render(Message("basemap.from_below")))
        self.zooms = _Zooms(language, theme)
        self.ask = Button(language, Message("basemap.service.ask"))
        self.ask.clicked.connect(self._ask_layers)
        self.layer, self.matrix_set = QComboBox(), QComboBox()
        self.layer.currentIndexChanged.connect(self._list_sets)
        self._fields: dict[str, QWidget] = {}
        self._add("which", Message("basemap.service.which"), self.which)
        self._add("name", Message("basemap.name"), self.name)
        self._add(
            "address",
            Message("basemap.service.address"),
            self.address,
            Message("basemap.service.address.note"),
        )
        self._add("key", Message("basemap.service.key"), self.key, Message("basemap.service.key.note"))
        self._add("ask", "", self.ask)
        self._add("layer", Message("basemap.service.layer"), self.layer)
        self._add("set", Message("basemap.service.matrix_set"), self.matrix_set)
        self._add("zooms", Message("basemap.service.zooms"), self.zooms)
        self._add("shifted", "", self.shifted)
        self._add("below", "", self.below)
        self.note = Label(
            language, theme, Message("basemap.service.terms"), size="small", tone="quiet", wrap=True
        )
        self.body.addWidget(self.note)
        self.add_buttons(Message("basemap.service.add"), Message("basemap.cancel"))
        feed.secrets.found.connect(self._show_key)
        self._follow()

    def _add(self, name: str, title: Words, field: QWidget, note: Message | None = None) -> None:
        """A field that can be hidden with its title and note."""
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        if title:
            column.addWidget(Label(self.language, self.theme, title, size="small", tone="quiet"))
        column.addWidget(field)
        if note is not None:
            column.addWidget(Label(self.language, self.theme, note, size="small", tone="faint", wrap=True))
        self._fields[name] = holder
        self.body.addWidget(holder)

    @property
    def _kind(self) -> str:
        data = self.which.currentData()
        return "preset" if isinstance(data, Preset) else str(data)

    def _follow(self) -> None:
        """Show the fields that the chosen service needs."""
        data = self.which.currentData()
        kind = self._kind
        if isinstance(data, Preset):
            self.name.setText(self.language.render(data.title))
            self.address.setText(data.address)
            self.shifted.setChecked(data.gcj02)
        else:
            self.name.clear()
            self.address.clear()
            self.shifted.setChecked(False)
        self.key.clear()
        self._service = None
        for name in ("address", "shifted"):
            self._fields[name].setVisible(kind != "preset")
        for name in ("zooms", "below"):
            self._fields[name].setVisible(kind == _XYZ)
        self._fields["ask"].setVisible(kind == _WMTS)
        self.address.setPlaceholderText("https://…/wmts" if kind == _WMTS else "https://…/{z}/{x}/{y}.png")
        self._show_key()
        for name in ("layer", "set"):
            self._fields[name].setVisible(False)
        self.say_wrong(None)
        self.adjustSize()

    def _show_key(self) -> None:
        needs_key = KEY in self.address.text()
        host = host_of(self.address.text())
        self._fields["key"].setVisible(needs_key)
        if needs_key:
            self._feed.secrets.look_for(host)
        known = needs_key and bool(self._feed.secrets.of(host))
        words = Message("basemap.service.key_known") if known else Message("basemap.service.key_place")
        self.key.setPlaceholderText(self.language.render(words))

    def _take_secret_out(self) -> None:
        """A key within a pasted address goes to the field of keys, so that the register never holds it."""
        address, secret = without_secret(self.address.text().strip())
        self.address.setText(address)
        if secret:
            self.key.setText(secret)
        self._show_key()
        self.adjustSize()

    def _ask_layers(self) -> None:
        self._take_secret_out()
        address = self.address.text().strip()
        if not address.lower().startswith(("http://", "https://")):
            self.say_wrong(Message("basemap.not_address"))
            return
        self.say_wrong(None)
        self.ask.setEnabled(False)
        self._asker.ask(address, self._secret(address))

    def _secret(self, address: str) -> str:
        return self.key.text().strip() or self._feed.secrets.of(host_of(address))

    def _show_layers(self, service: WmtsService) -> None:
        self.ask.setEnabled(True)
        self._service = service
        self.layer.clear()
        for layer in service.layers:
            self.layer.addItem(layer.title, layer.name)
        for name in ("layer", "set"):
            self._fields[name].setVisible(True)
        if not self.name.text().strip():
            self.name.setText((service.title or self.layer.currentText())[:60])
        self._list_sets()
        self.adjustSize()

    def _list_sets(self) -> None:
        service = self._service
        self.matrix_set.clear()
        if service is None or self.layer.currentIndex() < 0:
            return
        for name in service.layers[self.layer.currentIndex()].matrix_sets:
            crs = self.language.render(service.grids[name].crs.title)
            self.matrix_set.addItem(f"{name}  ·  {crs}", name)

    def _show_failure(self, error: UserError) -> None:
        self.ask.setEnabled(True)
        hint = error.hint or Message("basemap.service_hint")
        self.say_wrong(Message("basemap.state.error", {"title": error.title, "hint": hint}))

    def accept(self) -> None:
        """Add the service, unless something is wrong with it."""
        self._take_secret_out()
        try:
            entry = self._entry()
        except UserError as error:
            self._show_failure(error)
            return
        host = host_of(entry.address)
        if KEY in entry.address:
            if not self._secret(entry.address):
                self.say_wrong(Message("basemap.no_key", {"host": host}))
                return
            if self.key.text().strip():
                self._feed.secrets.keep(host, self.key.text().strip())
        self.chosen.emit(entry)
        super().accept()

    def done(self, result: int) -> None:
        self._asker.stop()
        super().done(result)

    def _entry(self) -> BasemapEntry:
        data = self.which.currentData()
        address = self.address.text().strip()
        name = self.name.text().strip()[:60] or host_of(address)
        if isinstance(data, Preset):
            return data.entry(name)
        shifted = self.shifted.isChecked()
        if data == _WMTS:
            if self._service is None:
                raise UserError(
                    Message("basemap.service.ask_first"), Message("basemap.service.ask_first.hint")
                )
            layer, matrix_set = self.layer.currentData(), self.matrix_set.currentData()
            definition = self._service.definition(layer, matrix_set, address)
            provider = self._service.provider[:290]
            attribution = f"© {provider}" if provider else ""
            return BasemapEntry(
                name, _WMTS, address, layer, matrix_set, definition, gcj02=shifted, attribution=attribution
            )
        check_template(address)
        first, last = self.zooms.values
        return BasemapEntry(
            name,
            _XYZ,
            address,
            gcj02=shifted,
            from_below=self.below.isChecked(),
            min_zoom=first,
            max_zoom=last,
        )


class ChangeDialog(Dialog):
    """Name, attribution, datum and system of a basemap; the key of a service."""

    changed = Signal(object)
    """The BasemapEntry as it shall be."""

    def __init__(
        self, language: Language, theme: Theme, feed: BasemapFeed, entry: BasemapEntry, parent: QWidget
    ) -> None:
        super().__init__(language, theme, Message("basemap.change.title", {"name": entry.name}), parent, 480)
        self._feed, self._entry = feed, entry
        self.name = QLineEdit(entry.name)
        self.attribution = QLineEdit(entry.attribution)
        self.shifted = QCheckBox(language.render(Message("basemap.gcj02")))
        self.shifted.setChecked(entry.gcj02)
        self.below = QCheckBox(language.render(Message("basemap.from_below")))
        self.below.setChecked(entry.from_below)
        self.crs = QLineEdit(entry.crs)
        self.crs.setPlaceholderText("EPSG:4546")
        self.key = QLineEdit()
        self.key.setEchoMode(QLineEdit.EchoMode.PasswordEchoOnEdit)
        self.key.setPlaceholderText(language.render(Message("basemap.service.key_known")))
        self.add_field(Message("basemap.name"), self.name)
        self.add_field(Message("basemap.attribution"), self.attribution)
        if entry.kind == "geotiff":
            self.add_field(Message("basemap.crs"), self.crs, Message("basemap.crs.note"))
        if KEY in entry.address:
            self.add_field(Message("basemap.service.key"), self.key, Message("basemap.service.key.note"))
        self.body.addWidget(self.shifted)
        if entry.kind in ("folder", _XYZ):
            self.body.addWidget(self.below)
        self.add_buttons(Message("basemap.save"), Message("basemap.cancel"))

    def accept(self) -> None:
        """Save, unless the system is none."""
        crs = self.crs.text().strip()
        try:
            if crs:
                Crs.parse(crs)
        except UserError as error:
            self.say_wrong(error.title)
            return
        if self.key.text().strip():
            self._feed.secrets.keep(host_of(self._entry.address), self.key.text().strip())
        self.changed.emit(
            replace(
                self._entry,
                name=self.name.text().strip()[:60] or self._entry.name,
                attribution=self.attribution.text().strip(),
                gcj02=self.shifted.isChecked(),
                from_below=self.below.isChecked(),
                crs=crs,
            )
        )
        super().accept()


class _Zooms(QWidget):
    """From which level to which."""

    def __init__(self, language: Language, theme: Theme) -> None:
        super().__init__()
        self.first, self.last = QSpinBox(), QSpinBox()
        for box, value in ((self.first, 0), (self.last, 18)):
            box.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
            box.setRange(0, DEEPEST_ZOOM)
            box.setValue(value)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.first)
        row.addWidget(Label(language, theme, "–"))
        row.addWidget(self.last)
        row.addStretch(1)

    @property
    def values(self) -> tuple[int, int]:
        return min(self.first.value(), self.last.value()), max(self.first.value(), self.last.value())
