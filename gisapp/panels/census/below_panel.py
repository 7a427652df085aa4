"""Under the map: how the campaign goes, what waits for a decision, and the defects that were found."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from gisapp.actions import Actions
from gisapp.forms.chip import tab_button
from gisapp.forms.pages import Pages
from gisapp.forms.words import IconButton, Label, Line
from gisapp.language import Language
from gisapp.panels.census.centre import CensusCentre
from gisapp.panels.census.defects_tab import DefectsTab
from gisapp.panels.census.differences_tab import DifferencesTab
from gisapp.panels.census.lots_centre import LotsCentre
from gisapp.panels.census.lots_tab import LotsTab
from gisapp.panels.census.progress_tab import ProgressTab
from gisapp.panels.census.quality_centre import QualityCentre
from gisapp.panels.census.quality_tab import QualityTab
from gisapp.theme import Theme
from layers.text import Message

TABS = ("progress", "differences", "defects", "quality", "lots")


class BelowPanel(QWidget):
    """Follows the desk. ``opened``: a record to work on; ``gathered``: the records behind a figure; ``looked_at``: the
    link of an asset to be shown; ``closed``: put away."""

    opened = Signal(int)
    looked_at = Signal(str)
    gathered = Signal(tuple)
    closed = Signal()

    def __init__(
        self,
        language: Language,
        theme: Theme,
        centre: CensusCentre,
        quality: QualityCentre,
        lots: LotsCentre,
        actions: Actions,
    ) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._language, self._theme, self.centre = language, theme, centre
        self.tabs: dict[str, QToolButton] = {}
        self.pages = Pages()
        self.progress = ProgressTab(language, theme, centre)
        self.differences = DifferencesTab(language, theme, centre)
        self.defects = DefectsTab(language, theme, centre)
        self.quality = QualityTab(language, theme, quality)
        self.lots = LotsTab(language, theme, lots, actions)
        self.whole = Label(language, theme, size="small", tone="quiet")
        self._lay_out()
        centre.changed.connect(self._show)
        language.changed.connect(self._show)
        self.differences.opened.connect(self.opened)
        self.quality.gathered.connect(self.gathered)
        self.defects.opened.connect(self.opened)
        self.defects.looked_at.connect(self.looked_at)
        self.lots.flown.connect(centre.choose_lot)
        self.progress.gathered.connect(self.gathered)
        self.progress.lots_gathered.connect(self._show_lots)
        self.show_tab("progress")

    def show_tab(self, name: str) -> None:
        """Look at one of ``TABS``."""
        self.tabs[name].setChecked(True)
        self.pages.setCurrentIndex(TABS.index(name))
        self.quality.quality.show(name == "quality")
        self.defects.show_up(name == "defects")
        self.lots.lots.show(name == "lots")
        self._show()

    @property
    def tab(self) -> str:
        return TABS[self.pages.currentIndex()]

    # ---- showing

    def _show(self) -> None:
        book, register = self.centre.book, self.centre.register
        if book is None or register is None:
            return
        found = book.found
        waiting = int((found.is_waiting & ~found.of("same")).sum())
        self._language.say(
            self.tabs["differences"], "setText", Message("census_desk.tab.differences", {"count": waiting})
        )
        done, total, new = book.done, book.total, len(found) - book.total
        share = f"{100 * done / total:.0f} %" if total else "—"
        words = Message("census_desk.whole", {"done": done, "count": total, "share": share})
        if new:
            words = Message("census_desk.done_and_new", {"words": words, "count": new})
        if found.older:
            words = Message("census_desk.and_older", {"words": words, "count": len(found.older)})
        self.whole.show_words(words)
        self.whole.setToolTip(self._language.render(Message("census_desk.older.tip")) if found.older else "")
        if self.tab == "differences":
            self.differences.read()
        elif self.tab == "defects":
            self.defects.read()
        elif self.tab == "progress":
            self.progress.read()

    def _show_lots(self, lots: tuple[int, ...]) -> None:
        """The lots behind a figure, on the board."""
        self.show_tab("lots")
        self.lots.lots.choose(lots)

    # ---- layout

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(8, 2, 8, 0)
        head.setSpacing(2)
        group = QButtonGroup(self)
        for name in TABS:
            tab = tab_button(self._theme, "base")
            tab.setFixedHeight(30)
            words = {"count": 0} if name == "differences" else {}
            self._language.say(tab, "setText", Message(f"census_desk.tab.{name}", words))
            tab.clicked.connect(lambda _=False, which=name: self.show_tab(which))
            group.addButton(tab)
            self.tabs[name] = tab
            head.addWidget(tab)
        head.addStretch(1)
        head.addWidget(self.whole)
        shut = IconButton(self._language, self._theme, "x", Message("census_desk.close"))
        shut.clicked.connect(self.closed)
        head.addWidget(shut)
        for page in (self.progress, self.differences, self.defects, self.quality, self.lots):
            self.pages.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(Line())
        column.addWidget(self.pages, 1)
