"""Mappings kept by name: which one is followed, another one, none, and keeping the one on the screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QLineEdit, QMenu, QToolButton, QWidget

from gisapp.dialogs.frame import Dialog
from gisapp.forms.words import IconButton
from gisapp.language import Language
from gisapp.theme import Theme
from layers.errors import UserError
from layers.exchange.import_plan import ImportPlan
from layers.exchange.kept_mappings import KeptMappings, used_in
from layers.exchange.mapping_file import LayerTemplate
from layers.text import Message


class TemplateButton(IconButton):
    """``chosen``: a name, or "" for what the program recognises by itself. ``keep_asked``, ``forget_asked``: acts."""

    chosen = Signal(str)
    keep_asked = Signal()
    forget_asked = Signal(str)

    def __init__(self, language: Language, theme: Theme) -> None:
        super().__init__(
            language, theme, "bookmark-simple", Message("importing.template.tip"),
            words=Message("importing.template.none"),
        )  # fmt: skip
        self._language = language
        self.menu_ = QMenu(self)
        self.setMenu(self.menu_)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)

    def show_names(self, names: Sequence[str], used: str, *, can_keep: bool) -> None:
        """Offer these; ``used`` is followed now ("": none)."""
        words = (
            Message("importing.template.used", {"name": used}) if used else Message("importing.template.none")
        )
        self._language.say(self, "setText", words)
        menu, label = self.menu_, self._language.label
        menu.clear()
        for name in ("", *names):
            title = name or label(Message("importing.template.recognise"))
            action = menu.addAction(label(title) if name else title)
            action.setCheckable(True)
            action.setChecked(name == used)
            action.triggered.connect(lambda _=False, each=name: self.chosen.emit(each))
        menu.addSeparator()
        keep = menu.addAction(label(Message("importing.template.keep")))
        keep.setEnabled(can_keep)
        keep.triggered.connect(lambda _=False: self.keep_asked.emit())
        if used:
            forget = menu.addAction(label(Message("importing.template.forget", {"name": used})))
            forget.triggered.connect(lambda _=False: self.forget_asked.emit(used))


class TemplateNameDialog(Dialog):
    """What a mapping is to be kept as. ``chosen`` tells the name."""

    chosen = Signal(str)

    def __init__(
        self, language: Language, theme: Theme, name: str, names: Sequence[str], parent: QWidget
    ) -> None:
        super().__init__(language, theme, Message("importing.template.keep_title"), parent, 420)
        self._names = frozenset(names)
        self.name = QLineEdit(name)
        self.name.setMaxLength(60)
        self.name.textChanged.connect(self._say_what_happens)
        self.add_field(Message("importing.template.name"), self.name, Message("importing.template.note"))
        self.button = self.add_buttons(Message("importing.template.keep_now"), Message("settings.cancel"))
        self._say_what_happens()
        self.name.selectAll()
        self.name.setFocus()

    def accept(self) -> None:
        """Tell the name, if there is one."""
        name = self.name.text().strip()
        if not name:
            self.say_wrong(Message("import.kept.bad_name"))
            return
        self.chosen.emit(name)
        super().accept()

    def _say_what_happens(self) -> None:
        name = self.name.text().strip()
        replaced = Message("importing.template.replaces", {"name": name})
        self.say_wrong(replaced if name in self._names else None)


class Templates(QObject):
    """The mappings kept, and the button that offers them. ``chosen`` tells the templates to plan with from now on."""

    chosen = Signal(tuple)
    told = Signal(object)
    """A Message of what was done."""
    failed = Signal(object)
    """A UserError."""

    def __init__(
        self, language: Language, theme: Theme, kept: KeptMappings, suggested: str, parent: QWidget
    ) -> None:
        """``suggested``: what a mapping is called when its user has no better name."""
        super().__init__(parent)
        self._language, self._theme, self._kept, self._suggested = language, theme, kept, suggested
        self._parent = parent
        self._plan: ImportPlan | None = None
        self.button = TemplateButton(language, theme)
        self.button.chosen.connect(self.use)
        self.button.keep_asked.connect(self.ask_name)
        self.button.forget_asked.connect(self._forget)

    def known(self) -> tuple[LayerTemplate, ...]:
        """Everything kept: what fits the files is followed without being asked for."""
        known, refused = self._kept.all()
        for error in refused:
            self.failed.emit(error)
        return known

    def show_plan(self, plan: ImportPlan) -> None:
        """Name what this plan follows."""
        self._plan = plan
        used = used_in(plan)
        self.button.show_names(self._kept.names(), used[0] if used else "", can_keep=bool(plan.imported))

    def use(self, name: str) -> None:
        """Follow the mapping of that name from now on, or ("") what the program recognises."""
        try:
            templates = self._kept.load(name) if name else ()
        except UserError as error:
            self.failed.emit(error)
            return
        # Asked for by name, it is followed whatever the columns are; what a layer has not is left out.
        self.chosen.emit(tuple(replace(each, has=frozenset()) for each in templates))

    def ask_name(self) -> None:
        """Ask what the mapping on the screen shall be kept as."""
        plan = self._plan
        if plan is None:
            return
        used = used_in(plan)
        name = used[0] if used else self._suggested
        dialog = TemplateNameDialog(self._language, self._theme, name, self._kept.names(), self._parent)
        dialog.chosen.connect(lambda chosen: self._keep(chosen, plan))
        dialog.open()

    def _keep(self, name: str, plan: ImportPlan) -> None:
        try:
            self._kept.keep(name, plan)
            templates = self._kept.load(name)
        except UserError as error:
            self.failed.emit(error)
            return
        self.chosen.emit(templates)
        self.told.emit(Message("importing.template.kept", {"name": name}))

    def _forget(self, name: str) -> None:
        self._kept.forget(name)
        self.use("")
        self.told.emit(Message("importing.template.forgotten", {"name": name}))
