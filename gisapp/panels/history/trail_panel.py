"""The trail of the register beside the map: every act, searched and filtered, the chosen one in full below."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import QFrame, QListView, QSplitter, QVBoxLayout, QWidget

from gisapp.forms.panel_head import PanelHead
from gisapp.forms.words import Label, Line
from gisapp.language import Language
from gisapp.panels.history.act_view import ActView
from gisapp.panels.history.acts import HistoryActs
from gisapp.panels.history.trail_filters import TrailFilters
from gisapp.panels.history.trail_list import TrailDelegate, TrailModel
from gisapp.session import Session
from gisapp.tasks import Debounce, Tasks
from gisapp.theme import Theme
from layers.history.reading import ActDetail, act_detail, search_trail
from layers.history.restoring import preview_since
from layers.model.change import ChangeSet
from layers.register import Register
from layers.text import Message, Texts
from layers.trail import TrailFilter, TrailPage

PAGE = 60
PAUSE = 200


class TrailPanel(QFrame):
    """Reads while it is shown. ``closed``: back to the desk."""

    closed = Signal()
    fly_asked = Signal(object)
    """The keys of the assets that an act touched."""

    def __init__(
        self, language: Language, theme: Theme, session: Session, tasks: Tasks, acts: HistoryActs
    ) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._language, self._theme, self._session, self._tasks = language, theme, session, tasks
        self._acts = acts
        self._before: int | None = None
        self._wished: int | None = None
        self.filters = TrailFilters(language, theme)
        self.model = TrailModel(self)
        self.list = QListView(uniformItemSizes=True)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setMouseTracking(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._delegate = TrailDelegate(language, theme, self.list)
        self.list.setItemDelegate(self._delegate)
        self.list.setModel(self.model)
        self.told = Label(language, theme, size="small", tone="quiet", wrap=True)
        self.act = ActView(language, theme, session, acts)
        self.act.hide()
        self._later = Debounce(PAUSE, self.read, self)
        self._lay_out()
        self.filters.changed.connect(self.read)
        self.model.more_asked.connect(self._read_more)
        self.list.selectionModel().currentChanged.connect(self._on_current)
        self.act.closed.connect(self._close_act)
        self.act.since_asked.connect(self._ask_since)
        self.act.fly.clicked.connect(self._fly)
        session.opened.connect(self._on_opened)
        session.closed.connect(self._on_closed)
        session.changed.connect(lambda _: self._later.touch())
        language.changed.connect(self.list.viewport().update)

    # ---- what the window asks

    def open(self, act: int | None = None) -> None:
        """List the trail, with one act in full if it is named."""
        if act is not None:
            self.filters.clear()
        self._wished = act
        self.show()
        self.read()
        self.filters.words.setFocus()

    def read(self) -> None:
        """Read the newest acts anew."""
        if self.isVisible():
            self._ask(None)

    # ---- reading

    def _on_opened(self, register: Register) -> None:
        self._delegate.catalogue = register.catalogue

    def _on_closed(self) -> None:
        self.model.show((), has_more=False)
        self._close_act()

    def _read_more(self) -> None:
        self._ask(self._before)

    def _ask(self, before: int | None) -> None:
        register = self._session.register
        if register is None:
            return
        wanted, words, code = self.filters.wanted, self.filters.words.text(), self._language.code
        wished = self._wished

        def read(_: object) -> tuple[TrailPage, list[str]]:
            texts = Texts(code)
            limit = PAGE
            if wished is not None:
                # So far down that the act one came for is among them.
                limit = max(PAGE, min(5000, register.data_version - wished + 1))
            page = search_trail(register, wanted, words, texts, limit=limit, before=before)
            return page, register.actors() if before is None else []

        def show(found: tuple[TrailPage, list[str]]) -> None:
            page, people = found
            self._before = page.before
            if before is not None:
                self.model.add(page.acts, has_more=page.before is not None)
            else:
                self._show_anew(register, page, people)

        self._tasks.run(Message("task.history"), read, show, owner=self, key="trail", shown=False)

    def _show_anew(self, register: Register, page: TrailPage, people: list[str]) -> None:
        self._delegate.catalogue = register.catalogue
        shown = [t for t in register.catalogue if t.group != "system"]
        self.filters.offer(people, shown)
        current = None if self.act.detail is None else self.act.detail.act.id
        self.model.show(page.acts, has_more=page.before is not None)
        wished, self._wished = self._wished, None
        row = self.model.row_of(wished if wished is not None else current or 0)
        if row is not None:
            self.list.setCurrentIndex(self.model.index(row, 0))
            self.list.scrollTo(self.model.index(row, 0))
        nothing = Message("history.nothing_meets" if self.filters.is_set else "history.nothing_yet")
        self.told.show_words("" if page.acts else nothing)
        self.told.setVisible(not page.acts)

    def _on_current(self, index: QModelIndex, _: QModelIndex) -> None:
        register = self._session.register
        act: ChangeSet | None = index.data(Qt.ItemDataRole.UserRole) if index.isValid() else None
        if register is None or act is None:
            return
        if self.act.detail is not None and self.act.detail.act.id == act.id:
            return
        self._tasks.run(
            Message("task.history"),
            lambda _: act_detail(register, act),
            self._show_act,
            owner=self,
            key="act",
            shown=False,
        )

    def _show_act(self, detail: ActDetail) -> None:
        self.act.show_act(detail)
        self.act.show()
        if self.parts.sizes()[1] < 100:
            half = self.parts.height() // 2
            self.parts.setSizes([half, half])

    def _close_act(self) -> None:
        self.act.show_act(None)
        self.act.hide()
        self.list.clearSelection()
        self.list.setCurrentIndex(QModelIndex())

    def _fly(self) -> None:
        if self.act.detail is not None:
            self.fly_asked.emit([c.key for c in self.act.detail.changes if c.operation != "delete"])

    def _ask_since(self, detail: ActDetail | None) -> None:
        """This act and all after it that the filters leave."""
        if detail is None:
            return
        act, filters = detail.act, self.filters.wanted
        wanted = TrailFilter(actor=filters.actor, type=filters.type, kinds=filters.kinds)
        self._acts.restore_asked.emit(
            lambda register, feedback: preview_since(register, act.id - 1, act.at, wanted, feedback)
        )

    # ---- layout

    def _lay_out(self) -> None:
        head = PanelHead(self._language, self._theme, Message("history.title"))
        self.close_button = head.add_closing(Message("history.close"))
        self.close_button.clicked.connect(self.closed)
        upper = QWidget()
        inner = QVBoxLayout(upper)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(0)
        inner.addWidget(self.list, 1)
        self.told.setContentsMargins(12, 16, 12, 16)
        inner.addWidget(self.told)
        self.parts = QSplitter(Qt.Orientation.Vertical)
        self.parts.setChildrenCollapsible(False)
        self.parts.setHandleWidth(1)
        self.parts.addWidget(upper)
        self.parts.addWidget(self.act)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part in (head, Line(), self.filters, Line()):
            column.addWidget(part)
        column.addWidget(self.parts, 1)
