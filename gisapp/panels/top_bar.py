"""The bar on top: which register, the search box, undo and redo, tasks, user, theme, language."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QSizePolicy, QToolButton, QWidget

from gisapp.actions import MENUS, Actions
from gisapp.forms.chip import SampleMark
from gisapp.forms.words import IconButton, IconLabel, Label, Line
from gisapp.language import Language
from gisapp.theme import Theme
from layers.model.roles import MANAGER
from layers.text import Message

SEARCH_WIDTH = 440
TIGHT_WIDTH = 1120


class SearchBox(QPushButton):
    """Looks like a field, opens the palette."""

    def __init__(self, language: Language, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("searchBox")
        self.setFixedHeight(theme.size("control"))
        self.setMinimumWidth(200)
        self.setMaximumWidth(SEARCH_WIDTH)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.IBeamCursor)
        language.say(self, "setAccessibleName", Message("palette.prompt"))
        cap = Label(language, theme, "Ctrl+K", size="rail")
        cap.setObjectName("keyCap")
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 6, 0)
        row.setSpacing(8)
        row.addWidget(IconLabel(theme, "magnifying-glass"))
        prompt = Label(language, theme, Message("palette.prompt"), size="small", tone="faint")
        prompt.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        row.addWidget(prompt, 1)
        cap.setFixedHeight(18)
        row.addWidget(cap, 0, Qt.AlignmentFlag.AlignVCenter)


class TopBar(QWidget):
    """Everything on it is an action of the registry; ``search_asked`` opens the palette."""

    search_asked = Signal()
    tasks_asked = Signal()

    def __init__(self, language: Language, theme: Theme, actions: Actions) -> None:
        super().__init__()
        self.setObjectName("topBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(theme.size("top_bar"))
        self._language, self._theme, self._actions = language, theme, actions
        self.name = self._name_button()
        self.sample = SampleMark(language, theme)
        self.search = SearchBox(language, theme)
        self.search.clicked.connect(self.search_asked)
        self._steps: list[tuple[IconButton, QAction]] = []
        self.undo = self._step_button("edit.undo", Message("action.undo.short"), "arrow-u-up-left")
        self.redo = self._step_button("edit.redo", None, "arrow-u-up-right")
        # Behind the buttons' own words, which a change of the language puts back.
        language.changed.connect(self._follow_steps)
        self._follow_steps()
        self.tasks = IconButton(
            language, theme, "stack", Message("window.tasks.tip"), words=Message("window.tasks")
        )
        self.tasks.clicked.connect(self.tasks_asked)
        self.user = IconButton(language, theme, "user", Message("window.user.tip"), words=" ")
        self.user.clicked.connect(lambda: actions.trigger("tool.settings"))
        self.look = IconButton(language, theme, "moon", Message("action.theme"))
        self.look.clicked.connect(lambda: actions.trigger("view.theme"))
        self.tongue = self._language_button()
        self._lay_out()
        theme.changed.connect(self._show_theme)
        self._show_theme()
        self.show_register(None, sample=False)

    def show_register(self, name: str | None, *, sample: bool) -> None:
        """Say which register is open; None on the start page."""
        self._language.say(self.name, "setText", name or Message("window.no_register"))
        self.sample.setVisible(sample)
        self.undo.setVisible(name is not None)
        self.redo.setVisible(name is not None)

    def show_user(self, name: str, role: str) -> None:
        """Say who works here, and in which role if it is not the one that may all."""
        words = Message("role.user", {"name": name, "role": Message(f"role.short.{role}")})
        self._language.say(self.user, "setText", words if name and role != MANAGER else name)

    def show_tasks(self, count: int) -> None:
        """Say how many tasks run."""
        words = Message("window.tasks.count", {"count": count}) if count else Message("window.tasks")
        self._language.say(self.tasks, "setText", words)

    def resizeEvent(self, event: object) -> None:
        tight = self.width() < TIGHT_WIDTH
        style = (
            Qt.ToolButtonStyle.ToolButtonIconOnly if tight else Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        )
        for button in (self.undo, self.tasks):
            button.setToolButtonStyle(style)

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 12, 0)
        row.setSpacing(4)
        left, right = QHBoxLayout(), QHBoxLayout()
        left.addWidget(self.name)
        left.addWidget(self.sample)
        left.addStretch(1)
        right.addStretch(1)
        for part in (
            self.undo, self.redo, Line(upright=True, length=16), self.tasks, self.user, Line(upright=True, length=16),
            self.look, self.tongue,
        ):  # fmt: skip
            right.addWidget(part)
        row.addLayout(left, 1)
        row.addWidget(self.search, 2)
        row.addLayout(right, 1)

    def _name_button(self) -> QToolButton:
        button = QToolButton()
        button.setObjectName("registerName")
        button.setFont(self._theme.font("heading", strong=True))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(button)
        menu.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        menu.aboutToShow.connect(lambda: self._fill_menu(menu))
        button.setMenu(menu)
        self._language.say(button, "setToolTip", Message("window.menu.tip"))
        return button

    def _fill_menu(self, menu: QMenu) -> None:
        """The main menu, made anew from the registry each time it opens."""
        menu.clear()
        self._actions.refresh()
        self._actions.fill(menu, "file")
        menu.addSeparator()
        for name in ("edit", "view", "tools", "projects", "grids", "help"):
            part = menu.addMenu(self._language.render(MENUS[name]))
            self._actions.fill(part, name)
            part.menuAction().setVisible(not part.isEmpty())

    def _step_button(self, action: str, words: Message | None, icon: str) -> IconButton:
        button = IconButton(self._language, self._theme, icon, self._actions[action].title, words=words or "")
        made: QAction = self._actions.qt(action)
        button.clicked.connect(made.trigger)
        made.changed.connect(self._follow_steps)
        self._steps.append((button, made))
        return button

    def _follow_steps(self) -> None:
        """The tips are those of the actions, which tell the step and the key."""
        for button, made in self._steps:
            button.setEnabled(made.isEnabled())
            button.setToolTip(made.toolTip())

    def _language_button(self) -> QToolButton:
        button = _LanguageButton(self._language, self._theme)
        button.clicked.connect(lambda: self._actions.trigger("view.language"))
        return button

    def _show_theme(self) -> None:
        self.name.setIcon(self._theme.icon("caret-down"))
        self.look.set_icon_name("moon" if self._theme.name == "light" else "sun")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.ignore()


class _LanguageButton(QToolButton):
    """中 / EN with the language spoken now in bold."""

    def __init__(self, language: Language, theme: Theme) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedSize(56, theme.size("control"))
        language.hint(self, Message("action.language.tip"))
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 0, 6, 0)
        row.setSpacing(4)
        parts = {"zh": "中", "en": "EN"}
        self._labels = {code: Label(language, theme, word) for code, word in parts.items()}
        row.addWidget(self._labels["zh"])
        row.addWidget(Label(language, theme, "/", tone="faint"))
        row.addWidget(self._labels["en"])
        self._language, self._theme = language, theme
        language.changed.connect(self._speak)
        self._speak()

    def _speak(self) -> None:
        for code, label in self._labels.items():
            spoken = code == self._language.code
            label.setFont(self._theme.font("base", strong=spoken))
            label.set_tone("" if spoken else "faint")
