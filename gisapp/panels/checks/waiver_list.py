"""The waivers in their own list: what stands, why, until when; to be withdrawn."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from gisapp.forms.words import Button, Label
from gisapp.language import Language
from gisapp.panels.checks.check_centre import CheckCentre
from gisapp.plain_tip import plain_tip
from gisapp.session import Session
from gisapp.theme import Theme
from layers.analysis.checking.waivers import Waiver, today
from layers.model.asset import AssetKey
from layers.text import Message


class WaiverList(QWidget):
    """``chosen`` tells the assets of the waiver looked at."""

    chosen = Signal(tuple)

    def __init__(self, language: Language, theme: Theme, session: Session, centre: CheckCentre) -> None:
        super().__init__()
        self._language, self._theme, self._session, self._centre = language, theme, session, centre
        self.tree = QTreeWidget()
        self.tree.setHeaderHidden(True)
        self.tree.setRootIsDecorated(False)
        self.tree.setWordWrap(True)
        self.tree.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.withdraw_button = Button(language, Message("checking.withdraw"))
        self._empty = Label(language, theme, Message("checking.no_waivers"), tone="quiet", wrap=True)
        self._empty.setContentsMargins(12, 12, 12, 12)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 8)
        column.setSpacing(8)
        column.addWidget(self._empty)
        column.addWidget(self.tree, 1)
        column.addWidget(self.withdraw_button, 0, Qt.AlignmentFlag.AlignHCenter)
        self.tree.itemSelectionChanged.connect(self._on_selected)
        self.withdraw_button.clicked.connect(self.withdraw)
        language.changed.connect(self.fill)
        self.fill()

    def fill(self) -> None:
        """List what there is now."""
        self.tree.clear()
        day = today()
        for waiver in self._centre.waivers:
            rule = waiver.finding.split(" ", 1)[0].split("/", 1)[0]
            state = "checking.until_day" if waiver.until else "checking.for_good"
            if not waiver.holds(day):
                state = "checking.ran_out"
            title = self._language.render(Message(f"check.{rule}.title"))
            end = self._language.render(Message(state, {"day": waiver.until} if waiver.until else {}))
            item = QTreeWidgetItem([f"{title} · {end}\n{waiver.text}\n{waiver.reason} ({waiver.waived_by})"])
            item.setData(0, Qt.ItemDataRole.UserRole, waiver)
            item.setToolTip(0, plain_tip(item.text(0)))
            self.tree.addTopLevelItem(item)
        self._empty.setVisible(not self._centre.waivers)
        self.tree.setVisible(bool(self._centre.waivers))
        self._on_selected()

    @property
    def selected(self) -> list[Waiver]:
        """The waivers that are chosen."""
        return [item.data(0, Qt.ItemDataRole.UserRole) for item in self.tree.selectedItems()]

    def withdraw(self) -> None:
        """Let the chosen ones count again."""
        self._centre.withdraw(self.selected)

    def _on_selected(self) -> None:
        chosen = self.selected
        self.withdraw_button.setVisible(bool(chosen) and self._session.may("waive"))
        if len(chosen) == 1:
            words = (word.partition(":") for word in chosen[0].finding.split(" ")[1:])
            self.chosen.emit(tuple(AssetKey(name, int(number)) for name, _, number in words))
