"""The panel of the check centre: run, filter, the findings by rule, the waivers, and one finding in full."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gisapp.actions import Actions
from gisapp.forms.chip import filter_chip, tab_button
from gisapp.forms.panel_head import PanelHead
from gisapp.forms.words import Button, IconButton, Label, Line
from gisapp.language import Language
from gisapp.panels.checks.check_centre import CheckCentre
from gisapp.panels.checks.check_detail import CheckDetail
from gisapp.panels.checks.finding_model import (
    LOOKS,
    SEVERITIES,
    TEXT,
    Filter,
    FindingModel,
    SortOrder,
)
from gisapp.panels.checks.finding_tree import FindingTree
from gisapp.panels.checks.waiver_list import WaiverList
from gisapp.panels.history.day_note import DayNote
from gisapp.session import Session
from gisapp.tasks import Debounce
from gisapp.theme import Theme
from layers.analysis.checking.finding import Finding
from layers.model.problem import Severity
from layers.text import Message

_ORDERS: tuple[SortOrder, ...] = ("severity", "count", "name")
#: The text filter follows this long after the last key (ms).
_PAUSE = 150


class CheckPanel(QWidget):
    """``chosen`` tells the Finding looked at, None for none; ``assets_chosen`` those of a waiver."""

    chosen = Signal(object)
    assets_chosen = Signal(tuple)

    def __init__(
        self, language: Language, theme: Theme, session: Session, centre: CheckCentre, actions: Actions
    ) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._language, self._theme, self._session = language, theme, session
        self._centre, self._actions = centre, actions
        self._current, self._is_following = "", False
        self._seen_news: frozenset[str] = frozenset()
        self.model = FindingModel(language, theme, self)
        self.tree = FindingTree(theme, self.model)
        self.detail = CheckDetail(language, theme, session, centre)
        self.waivers = WaiverList(language, theme, session, centre)
        self.words = QLineEdit(clearButtonEnabled=True)
        self.severity_buttons: dict[Severity, QToolButton] = {}
        self._later = Debounce(_PAUSE, self._filter, self)
        self._lay_out()
        self._tie()
        self._show()

    # ---- what actions ask

    def step(self, by: int) -> None:
        """Go to the next finding (1) or the one before (-1), over the borders of rules; Return looks at it."""
        self.tree.step(by)

    def show_new(self) -> None:
        """Show the findings that came with the last edits, alone."""
        self.tabs.setCurrentIndex(0)
        self.new_button.setChecked(True)
        first = self.model.index(0, TEXT)
        if first.isValid():
            self.tree.expand(first)
            self.tree.setCurrentIndex(self.model.index(0, TEXT, first))
        self._centre.look_at_news()

    @property
    def current(self) -> Finding | None:
        """The finding looked at."""
        return self.model.finding_at(self.tree.currentIndex())

    # ---- following the centre

    def _show(self) -> None:
        centre = self._centre
        centre_open = centre.sorted.open
        unfolded = self.tree.unfolded
        kept = self._current
        self.model.show(centre_open)
        self.tree.unfold(unfolded)
        self._restore(kept)
        for severity, button in self.severity_buttons.items():
            count = sum(len(part) for part in centre_open if part.severity == severity)
            words = Message("checking.severity_count", {
                "severity": Message(f"checking.short.{severity}"), "count": f"{count:,}",
            })  # fmt: skip
            self._language.say(button, "setText", words)
        self.waiver_tab.setText(
            self._language.render(Message("checking.tab.waived", {"count": len(centre.waivers)}))
        )
        self.finding_tab.setText(
            self._language.render(Message("checking.tab.found", {"count": f"{centre.open_count:,}"}))
        )
        self.waivers.fill()
        self._fill_types()
        self._show_state()

    def _restore(self, identity: str) -> None:
        """Look at the same finding as before, where the map and the selection stay; when it is gone, at nothing."""
        index = self.model.index_of(identity) if identity else QModelIndex()
        if index.isValid():
            self._is_following = True
            self.tree.setCurrentIndex(index)
            self._is_following = False
        elif identity:
            self._current = ""
            self.detail.show_nothing()
            self.chosen.emit(None)

    def _show_state(self) -> None:
        centre = self._centre
        run = centre.run
        if centre.is_running:
            words = Message("checking.state.running")
        elif run is None:
            words = Message("checking.state.never")
        elif centre.is_outdated:
            words = Message("checking.state.outdated", {"time": f"{run.at:%H:%M}"})
        else:
            values = {"time": f"{run.at:%H:%M}", "scope": Message(f"checking.scope.{run.scope.name}")}
            words = Message("checking.state.done", {**values, "seconds": f"{run.seconds:.1f}"})
        self.state.show_words(words)
        self.run_button.setEnabled(not centre.is_running)
        empty = not centre.is_running and not self.model.rowCount()
        if run is None:
            self.empty_words.show_words(Message("checking.empty.never"))
        else:
            self.empty_words.show_words(
                Message("checking.empty.clean" if not centre.open_count else "checking.empty.filtered")
            )
        self.empty_start.setVisible(run is None)
        self.pages.setCurrentIndex(1 if empty else 0)

    def _fill_types(self) -> None:
        register = self._session.register
        names = sorted({part.type for part in self._centre.sorted.open})
        self.type_menu.clear()
        group = QActionGroup(self.type_menu)
        for name in ("", *names):
            if register is None or (name and name not in register.catalogue):
                continue
            words = Message("checking.every_type") if not name else register.catalogue[name].plural
            action = self.type_menu.addAction(self._language.label(words))
            action.setCheckable(True)
            action.setChecked(name == self.model.filter.type)
            action.setData(name)
            group.addAction(action)
        self.type_menu.addSeparator()
        orders = QActionGroup(self.type_menu)
        for order in _ORDERS:
            action = self.type_menu.addAction(self._language.label(Message(f"checking.order.{order}")))
            action.setCheckable(True)
            action.setChecked(order == self.model.order)
            action.triggered.connect(lambda _=False, chosen=order: self.model.sort_by(chosen))
            orders.addAction(action)
        self.type_menu.addSeparator()
        self.type_menu.addAction(self._actions.qt("checks.export"))
        group.triggered.connect(self._choose_type)

    def _choose_type(self, action: QAction) -> None:
        self.model.keep(replace(self.model.filter, type=action.data()))
        self._show_state()

    def _filter(self) -> None:
        chosen = frozenset(name for name, button in self.severity_buttons.items() if button.isChecked())
        new = self._seen_news if self.new_button.isChecked() else None
        kept = self._current
        self.model.keep(
            Filter(chosen or frozenset(SEVERITIES), self.model.filter.type, self.words.text(), new)
        )
        if self.words.text() or new is not None:
            self.tree.unfold_first(3)
        self._restore(kept)
        self._show_state()

    def _on_news(self, count: int) -> None:
        # What was new stays listed until other news come.
        if count:
            self._seen_news = self._centre.news
        self.new_button.setVisible(bool(self._seen_news))
        if self.new_button.isChecked():
            self._filter()

    def _on_current(self, index: QModelIndex) -> None:
        rule, finding = self.model.rule_at(index), self.model.finding_at(index)
        self._current = "" if finding is None else finding.identity
        if finding is not None:
            self.detail.show_finding(finding)
        elif rule is not None:
            self.detail.show_rule(rule, self.model.findings_of(rule))
        else:
            self.detail.show_nothing()
        if not self._is_following:
            self.chosen.emit(finding)

    # ---- layout

    def _tie(self) -> None:
        centre = self._centre
        centre.changed.connect(self._show)
        centre.news_changed.connect(self._on_news)
        self.words.textChanged.connect(self._later.touch)
        self.tree.selectionModel().currentChanged.connect(lambda index, _: self._on_current(index))
        self.tree.clicked.connect(self._look_again)
        self.detail.step_asked.connect(self.step)
        self.waivers.chosen.connect(self.assets_chosen)
        self._language.changed.connect(self._show)
        self._language.say(self.words, "setPlaceholderText", Message("checking.filter"))

    def _look_again(self, index: QModelIndex) -> None:
        """A click on what is current already flies there once more."""
        finding = self.model.finding_at(index)
        if finding is not None and finding.identity == self._current:
            self.chosen.emit(finding)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head())
        column.addWidget(Line())
        column.addWidget(DayNote(self._language, self._theme, self._session, "today"))
        column.addWidget(self._bar())
        self.tabs = QStackedWidget()
        self.tabs.addWidget(self._findings_page())
        self.tabs.addWidget(self.waivers)
        column.addWidget(self.tabs, 1)
        self.state = Label(self._language, self._theme, size="rail", tone="faint", wrap=True)
        self.state.setObjectName("panelFoot")
        self.state.setContentsMargins(12, 6, 12, 6)
        column.addWidget(self.state)

    def _head(self) -> QWidget:
        language, theme = self._language, self._theme
        head = PanelHead(language, theme, Message("checking.title"))
        self.run_button = Button(language, Message("checking.run"), "primary")
        menu = QMenu(self.run_button)
        for name in ("checks.run_all", "checks.run_view", "checks.run_selection"):
            menu.addAction(self._actions.qt(name))
        self.run_button.setMenu(menu)
        self.more_button = IconButton(language, theme, "dots-three", Message("checking.more"))
        self.more_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.type_menu = QMenu(self.more_button)
        self.more_button.setMenu(self.type_menu)
        head.add(self.run_button, self.more_button)
        return head

    def _bar(self) -> QWidget:
        bar = QWidget()
        column = QVBoxLayout(bar)
        column.setContentsMargins(12, 4, 12, 6)
        column.setSpacing(6)
        tabs = QHBoxLayout()
        tabs.setSpacing(8)
        self.finding_tab, self.waiver_tab = tab_button(self._theme), tab_button(self._theme)
        for number, button in enumerate((self.finding_tab, self.waiver_tab)):
            button.setAutoExclusive(True)
            button.setChecked(number == 0)
            button.clicked.connect(lambda _=False, page=number: self._show_page(page))
            tabs.addWidget(button)
        tabs.addStretch(1)
        column.addLayout(tabs)
        self._filter_bar = QWidget()
        filters = QVBoxLayout(self._filter_bar)
        filters.setContentsMargins(0, 0, 0, 0)
        filters.setSpacing(6)
        filters.addWidget(self.words)
        row = QHBoxLayout()
        row.setSpacing(4)
        for severity in SEVERITIES:
            row.addWidget(self._filter_button(severity))
        self.new_button = filter_chip(self._theme)
        self._language.say(self.new_button, "setText", Message("checking.new_only"))
        self.new_button.toggled.connect(lambda _: self._filter())
        self.new_button.hide()
        row.addWidget(self.new_button)
        row.addStretch(1)
        filters.addLayout(row)
        column.addWidget(self._filter_bar)
        self._theme.changed.connect(self._draw_severities)
        self._draw_severities()
        return bar

    def _filter_button(self, severity: Severity) -> QToolButton:
        button = filter_chip(self._theme)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setIconSize(QSize(14, 14))
        button.toggled.connect(lambda _: self._filter())
        self.severity_buttons[severity] = button
        return button

    def _draw_severities(self) -> None:
        for severity, button in self.severity_buttons.items():
            button.setIcon(self._theme.icon(*LOOKS[severity]))

    def _show_page(self, page: int) -> None:
        self.tabs.setCurrentIndex(page)
        self._filter_bar.setVisible(page == 0)

    def _findings_page(self) -> QWidget:
        self.pages = QStackedWidget()
        self.pages.addWidget(self.tree)
        self.pages.addWidget(self._nothing())
        split = QSplitter(Qt.Orientation.Vertical)
        split.setChildrenCollapsible(False)
        split.setHandleWidth(1)
        split.addWidget(self.pages)
        split.addWidget(self.detail)
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 2)
        self.detail.setMinimumHeight(220)
        return split

    def _nothing(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(16, 24, 16, 16)
        column.setSpacing(12)
        self.empty_words = Label(self._language, self._theme, tone="quiet", wrap=True)
        column.addWidget(self.empty_words)
        self.empty_start = Button(self._language, Message("checking.run_all"), "primary")
        self.empty_start.clicked.connect(lambda: self._actions.trigger("checks.run_all"))
        column.addWidget(self.empty_start, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        return page
