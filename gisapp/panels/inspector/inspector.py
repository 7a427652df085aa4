"""The inspector: everything about the selected asset, and the form in which it is changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gisapp.forms.asset_form import AssetForm
from gisapp.forms.drafts import Drafts
from gisapp.forms.editing import Editing
from gisapp.forms.editing_many import LIMIT, ManyEditing
from gisapp.forms.link_search import RegisterTargets
from gisapp.forms.save_bar import SaveBar
from gisapp.forms.words import IconLabel, Label
from gisapp.language import Language
from gisapp.panels.history.acts import HistoryActs
from gisapp.panels.history.asset_history import AssetHistory
from gisapp.panels.history.day_note import DayNote
from gisapp.panels.inspector.many import ManyPage
from gisapp.panels.inspector.one import OnePage
from gisapp.panels.inspector.pages import links_page
from gisapp.panels.photos import PhotosPage
from gisapp.panels.reading import Inspected, asset_label, read_inspected
from gisapp.session import Session
from gisapp.tasks import Debounce, Tasks
from gisapp.theme import Theme
from layers.model.change import ChangeSet
from layers.model.selection import Selection
from layers.scene.selecting import ClassFigure
from layers.text import Message


class Inspector(QFrame):
    """Follows the selection. ``fly_asked`` and ``show_asked`` tell the asset to go to or to open."""

    fly_asked = Signal(object)
    who_asked = Signal(object)
    """The AssetKey of which it is asked who is responsible for it."""
    show_asked = Signal(object)
    shown = Signal(object)
    fly_all_asked = Signal()
    saved = Signal(object)
    """The Message of an act that was saved."""
    unsaved_changed = Signal(int)
    kept = Signal(object)
    """The Message that unsaved work was put aside."""
    pick_asked = Signal(object, object)
    """Types that may be clicked on the map, and who takes the AssetKey."""

    def __init__(
        self, language: Language, theme: Theme, session: Session, tasks: Tasks, drafts: Drafts
    ) -> None:
        super().__init__()
        self.setObjectName("inspector")
        self._language, self._theme, self._session, self._tasks = language, theme, session, tasks
        self._tab = "fields"
        self.history_acts = HistoryActs(self)
        self.inspected: Inspected | None = None
        self._pages = QStackedWidget()
        self._empty = _Empty(language, theme)
        self.targets = RegisterTargets(session, self)
        self.targets.pick_asked.connect(self.pick_asked)
        self.form = AssetForm(language, theme, self.targets)
        self.form.link_asked.connect(self._on_link)
        self._one = OnePage(language, theme, session, self.form)
        self.editing = Editing(session, self.form, self._one.bar, self._one.news, drafts, self)
        self.editing.saved.connect(self.saved)
        self.editing.unsaved_changed.connect(self.unsaved_changed)
        self.editing.reread_asked.connect(self._read)
        self.many_form = AssetForm(language, theme, self.targets)
        many_bar = SaveBar(language, theme)
        self.many_day = DayNote(language, theme, session, "rows")
        self._many = ManyPage(language, theme, self.many_form, many_bar, self.many_day)
        self.editing_many = ManyEditing(session, self.many_form, many_bar, self)
        self.editing_many.saved.connect(self.saved)
        self.editing_many.unsaved_changed.connect(self.unsaved_changed)
        self.editing_many.shown.connect(lambda: self._many.show_form("", shown=True))
        self.editing.kept.connect(self.kept)
        session.holder = self._hold
        self.photos = PhotosPage(language, theme, session, tasks)
        self.photos.saved.connect(self.saved)
        self._one.keep_page("photos", self.photos)
        self._one.fly.clicked.connect(lambda: self._emit_key(self.fly_asked))
        self._one.who.clicked.connect(lambda: self._emit_key(self.who_asked))
        self._one.tab_chosen.connect(self._choose_tab)
        self._many.fly_asked.connect(self.fly_all_asked)
        self._many.clear_asked.connect(lambda: session.select(()))
        self._many.type_chosen.connect(self._keep_type)
        for page in (self._empty, self._many, self._one):
            self._pages.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._pages)
        self._later = Debounce(150, self._read, self)
        session.selection_changed.connect(self._on_selection)
        session.changed.connect(self._on_changed)
        # On a past day the form can only be read.
        session.day_changed.connect(lambda _: self._later.touch())

    def name(self) -> str:
        """What the asset shown is called."""
        return self._one.name.text()

    def tab_button(self, name: str) -> QToolButton:
        """The button of a tab: ``fields``, ``links``, ``history`` or ``photos``."""
        return self._one.tabs[name]

    def open_tab(self, name: str) -> None:
        """Go to a tab of the asset that is shown."""
        self._choose_tab(name)

    def show_figures(self, figures: Sequence[ClassFigure]) -> None:
        """Tell lengths and classes of the several assets selected."""
        self._many.show_figures(figures)

    def escape(self) -> bool:
        """Esc: what is entered goes back to what it was; whether there was anything to take back."""
        return self.active is not None and self.active.escape()

    @property
    def active(self) -> Editing | ManyEditing | None:
        """The editing of what is shown: one asset or several; None when there is nothing."""
        page = self._pages.currentWidget()
        if page is self._one and self.editing.asset is not None:
            return self.editing
        return self.editing_many if page is self._many and self.editing_many.common is not None else None

    def _hold(self, then: Callable[[], None]) -> bool:
        if self.active is self.editing_many:
            return self.editing_many.hold(then)
        if not self.editing.hold(then):
            return False
        self._choose_tab("fields")
        return True

    def _on_selection(self, selection: Selection) -> None:
        self.editing_many.let_go()
        if selection.only is not None:
            self._read()
            return
        self.editing.let_go()
        self.inspected = None
        register = self._session.register
        if selection and register is not None:
            self._many.show_selection(selection, register.catalogue)
            self._pages.setCurrentWidget(self._many)
            self._read_many(selection)
        else:
            self._pages.setCurrentWidget(self._empty)

    def _keep_type(self, name: str) -> None:
        self._session.select(Selection({name: self._session.selection.ids(name)}))

    def _on_changed(self, change: ChangeSet) -> None:
        selection = self._session.selection
        if selection.only is not None or any(change.touches(name) for name in selection.by_type):
            self._later.touch()

    def _read(self) -> None:
        register, key = self._session.register, self._session.selection.only
        if register is None or key is None:
            self._read_many(self._session.selection)
            return
        past = self._session.past
        self._tasks.run(
            Message("task.inspect"),
            lambda _: read_inspected(register, key, past),
            self._show,
            owner=self,
            key="inspect",
            shown=False,
        )

    def _read_many(self, selection: Selection) -> None:
        """Several of one type are changed together; of several types one must be chosen first."""
        register = self._session.register
        if register is None or not selection or not self._session.may("edit"):
            self._many.show_form("", shown=False)
            return
        names = list(selection.by_type)
        if len(names) > 1:
            self._many.show_form(Message("form.many.unlike"), shown=False)
        elif len(selection) > LIMIT:
            self._many.show_form(Message("form.many.too_many", {"limit": f"{LIMIT:,}"}), shown=False)
        else:
            asset_type = register.catalogue[names[0]]
            if self.editing_many.common is None:
                words = Message("form.many.reading", {"count": len(selection), "type": asset_type.title})
                self._many.show_form(words, shown=False)
            self.editing_many.read(asset_type, selection.ids(names[0]).tolist())

    def _show(self, inspected: Inspected | None) -> None:
        if inspected is None:
            self._session.select(())
            return
        if self._session.selection.only != inspected.asset.key:
            return
        self.inspected = inspected
        self._one.show_head(inspected)
        asset = inspected.asset
        self.targets.near = asset.geometry
        self.editing.show(inspected.type, asset, asset_label(inspected.type, asset), inspected.names)
        self.photos.show(asset.key, inspected.photos)
        self._show_tab()
        self._pages.setCurrentWidget(self._one)
        self.shown.emit(inspected.asset.key)

    def _choose_tab(self, name: str) -> None:
        self._tab = name
        self._show_tab()

    def _show_tab(self) -> None:
        inspected = self.inspected
        if inspected is None:
            return
        if self._tab == "links":
            page = links_page(self._language, self._theme, inspected.groups, self.show_asked.emit)
        elif self._tab == "history":
            page = AssetHistory(
                self._language,
                self._theme,
                self._session,
                self._tasks,
                inspected.asset.key,
                self.history_acts,
            )
        else:
            self._one.show_kept(self._tab)
            return
        self._one.show_page(self._tab, page)

    def _on_link(self, link: Any) -> None:
        field, value = link
        if (key := field.key_of(value)) is not None:
            self.show_asked.emit(key)

    def _emit_key(self, signal: Any) -> None:
        if self.inspected is not None:
            signal.emit(self.inspected.asset.key)


class _Empty(QWidget):
    """Nothing is selected: how to select."""

    def __init__(self, language: Language, theme: Theme) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 0, 24, 64)
        column.setSpacing(8)
        column.addStretch(1)
        column.addWidget(IconLabel(theme, "cursor", 32, "text3"), 0, Qt.AlignmentFlag.AlignHCenter)
        title = Label(language, theme, Message("inspector.nothing"), size="heading", strong=True)
        text = Label(language, theme, Message("inspector.nothing.text"), tone="quiet", wrap=True)
        for label in (title, text):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            column.addWidget(label)
        column.addStretch(1)
