"""The style editor: how each layer is classed and drawn, seen on the map at once, saved with the register."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QMenu,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gisapp.file_ending import with_ending
from gisapp.forms.panel_head import PanelHead
from gisapp.forms.save_bar import SaveBar
from gisapp.forms.words import Button, IconButton, Label, Line
from gisapp.language import Language, Words
from gisapp.panels.style.draft import StyleDraft
from gisapp.panels.style.form import StyleForm
from gisapp.session import Session
from gisapp.tasks import Debounce, Tasks
from gisapp.theme import Theme
from layers.model.change import ChangeSet
from layers.scene.request import Counts
from layers.scene.styles import SAVED
from layers.text import Message

#: The map follows this long after the last touch (ms).
PAUSE = 120


class StyleEditor(QFrame):
    """``opened`` asks for room, ``preview`` tells a style to draw, ``closed`` the one to go back to."""

    opened = Signal()
    preview = Signal(object)
    closed = Signal(str)
    told = Signal(object)
    """A Message of what was done."""

    def __init__(self, language: Language, theme: Theme, session: Session, tasks: Tasks) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._language, self._theme, self._session = language, theme, session
        self.draft = StyleDraft(session, tasks, self)
        self._home = ""
        #: What shall be done once its user has decided on what is not saved.
        self._then: Callable[[], object] | None = None
        self._later = Debounce(PAUSE, self._show_on_map, self)
        self.form = StyleForm(language, theme, session, self.draft)
        self.save_button = Button(language, Message("styling.save"), "primary")
        self.revert_button = Button(language, Message("styling.revert"))
        self._note = Label(language, theme, size="rail", tone="faint", wrap=True)
        self.leaving = SaveBar(language, theme)
        self._lay_out()
        self._tie()

    # ---- what the window asks

    @property
    def is_open(self) -> bool:
        """Whether a style is under work."""
        return bool(self._home)

    def open_style(self, name: str, *, anew: bool) -> None:
        """Work on the style of that name; ``anew`` makes a new one from it, and so does one of the program."""
        if self.is_open and not anew and name == self._home:
            self.opened.emit()
            return
        if self.hold(lambda: self.open_style(name, anew=anew)):
            return
        self._home = name
        self.opened.emit()
        self.draft.begin(name, anew=anew, copy_of=self._copy_name)

    def open_file(self, path: Path, home: str) -> None:
        """Work on a style that was exported to a file; ``home`` is the one to go back to."""
        if self.hold(lambda: self.open_file(path, home)):
            return
        self._home = home
        self.opened.emit()
        self.draft.read_file(path)

    def hold(self, then: Callable[[], object]) -> bool:
        """Whether work on a style is not saved: then its user is asked, and ``then`` follows the answer."""
        if not self.is_open or not self.draft.has_work:
            return False
        self._then = then
        self.opened.emit()
        self.leaving.ask_leave(Message("styling.leave", {"style": self.draft.name}))
        can_save = bool(self.draft.name) and self._session.is_writable
        self.leaving.leave_saving.setVisible(can_save)
        return True

    def leave(self) -> None:
        """Close it, as soon as its user has decided on what is not saved."""
        if not self.hold(self.close_style):
            self.close_style()

    def close_style(self) -> None:
        """Leave the editor; what is not saved is given up."""
        if not self.is_open:
            return
        self._stay()
        home, self._home = self._home, ""
        self._later.stop()
        self.draft.end()
        self.closed.emit(home)

    def show_counts(self, counts: Mapping[str, Counts]) -> None:
        """How many assets the map has of each class."""
        self.form.show_counts(counts)

    # ---- following

    def _tie(self) -> None:
        draft = self.draft
        draft.began.connect(self.form.fill)
        draft.began.connect(self._show_state)
        draft.changed.connect(self._on_changed)
        draft.saved.connect(self._on_saved)
        draft.deleted.connect(self._on_deleted)
        draft.done.connect(self.told)
        draft.refused.connect(self._on_refused)
        self._session.closed.connect(self.close_style)
        self._session.changed.connect(self._on_register)
        self._language.changed.connect(self.form.fill)
        self._theme.changed.connect(self.form.fill)
        self.save_button.clicked.connect(draft.save)
        self.revert_button.clicked.connect(draft.revert)
        draft.unsaved.connect(self._stay)
        self.leaving.leave_saving_asked.connect(draft.save)
        self.leaving.leave_dropping_asked.connect(self._leave_dropping)
        self.leaving.stay_asked.connect(self._stay)

    def _on_changed(self) -> None:
        style = self.draft.style
        if style is None:
            return
        self.form.show_layer()
        self._show_state()
        self._later.touch()

    def _show_on_map(self) -> None:
        if self.draft.style is not None:
            self.preview.emit(self.draft.style)

    def _on_saved(self, name: str) -> None:
        self._home = name
        self.preview.emit(name)
        self._go_on()

    def _leave_dropping(self) -> None:
        self.draft.forget_work()
        self._go_on()

    def _go_on(self) -> None:
        then = self._then
        self._stay()
        if then is not None:
            then()

    def _stay(self) -> None:
        """Nobody wants to go elsewhere any more."""
        self._then = None
        self.leaving.show_nothing()

    def _on_refused(self) -> None:
        # Nothing to work on: a file that is no style, or a style that somebody broke by hand.
        if self.draft.style is None:
            self.close_style()

    def _on_deleted(self) -> None:
        self._home = self.draft.style.base or "" if self.draft.style is not None else ""
        self.close_style()

    def _on_register(self, change: ChangeSet) -> None:
        # Undone, or changed by somebody else: what is under work is looked up again when nothing would be lost.
        if (
            self.is_open
            and SAVED in change.changes
            and self.draft.row is not None
            and not self.draft.is_changed
        ):
            touched = change.changes[SAVED]
            if self.draft.row.id in touched.deleted:
                self._on_deleted()
            elif self.draft.row.id in touched.updated:
                self.draft.begin_row(self.draft.row.id)

    # ---- showing

    def _show_state(self) -> None:
        draft = self.draft
        if draft.style is None:
            return
        self.save_button.setEnabled(draft.is_changed and bool(draft.style.name) and self._session.is_writable)
        self.revert_button.setEnabled(draft.style != draft.first)
        words: Words = Message("styling.note.saved")
        if draft.row is None:
            words = Message("styling.note.new", {"style": draft.base_title})
        elif draft.is_changed:
            words = Message("styling.note.changed")
        self._note.show_words(words)
        for name, action in self._acts.items():
            action.setEnabled(name not in ("delete", "duplicate") or draft.row is not None)

    # ---- acts of the menu

    def ask_import(self, home: str) -> None:
        """Ask for a style file and work on it; ``home`` is the style to go back to."""
        title = self._language.render(Message("styling.import"))
        chosen, _ = QFileDialog.getOpenFileName(self, title, str(Path.home()), "TOML (*.toml)")
        if chosen:
            self.open_file(Path(chosen), home)

    def ask_export(self) -> None:
        """Ask where to and write the style to a file."""
        style = self.draft.style
        if style is None:
            return
        title = self._language.render(Message("styling.export"))
        name = style.name.replace("/", "_") or "style"
        chosen, _ = QFileDialog.getSaveFileName(
            self, title, str(Path.home() / f"{name}.toml"), "TOML (*.toml)"
        )
        if chosen:
            self.draft.write_file(with_ending(Path(chosen), ".toml"))

    def duplicate(self) -> None:
        """Go on with a copy that is not saved yet."""
        self.draft.duplicate(self._copy_name(self.draft.name))

    def _copy_name(self, words: Words) -> str:
        """What a copy is called until somebody gives it a name."""
        return self._language.render(Message("styling.copy_of", {"style": words}))

    # ---- layout

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head())
        column.addWidget(Line())
        scroll = QScrollArea(widgetResizable=True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(self.form)
        column.addWidget(scroll, 1)
        column.addWidget(Line())
        column.addWidget(self.leaving)
        foot = QWidget()
        inner = QVBoxLayout(foot)
        inner.setContentsMargins(12, 8, 12, 8)
        inner.setSpacing(8)
        inner.addWidget(self._note)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        row.addWidget(self.revert_button)
        row.addWidget(self.save_button)
        inner.addLayout(row)
        column.addWidget(foot)

    def _head(self) -> QWidget:
        language, theme = self._language, self._theme
        head = PanelHead(language, theme, Message("styling.title"), spacing=0)
        self.menu_button = IconButton(language, theme, "dots-three", Message("styling.more"))
        self.menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.menu_button)
        self._acts: dict[str, QAction] = {}
        for name, words, act in (
            ("duplicate", Message("styling.duplicate"), self.duplicate),
            ("delete", Message("styling.delete"), self.draft.delete),
            ("import", Message("styling.import"), lambda: self.ask_import(self._home)),
            ("export", Message("styling.export"), self.ask_export),
        ):
            action = menu.addAction("")
            language.say(action, "setText", words)
            action.triggered.connect(lambda _=False, chosen=act: chosen())
            self._acts[name] = action
        self.menu_button.setMenu(menu)
        head.add(self.menu_button)
        self.close_button = head.add_closing(Message("styling.close"))
        self.close_button.clicked.connect(self.leave)
        return head
