"""Asking by condition: rows or text, how many meet it, then select, show or filter by it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from gisapp.dialogs.frame import Dialog
from gisapp.forms.condition_builder import ConditionBuilder, is_buildable
from gisapp.forms.words import Button, Label
from gisapp.language import Language
from gisapp.tasks import Tasks
from gisapp.theme import Theme
from layers.model.catalogue import AssetType
from layers.model.condition_terms import Links
from layers.model.condition_text import ConditionError, read_condition, write_condition
from layers.model.query import Condition, Query
from layers.register import Register
from layers.text import Message

_COUNT_MILLISECONDS = 250


class ConditionDialog(Dialog):
    """Stays open beside the map until it has filtered that.

    Signals tell the type's name and the condition (None: all of the type).
    """

    select_asked = Signal(str, object)
    zoom_asked = Signal(str, object)
    filter_asked = Signal(str, object)

    def __init__(
        self,
        language: Language,
        theme: Theme,
        tasks: Tasks,
        register: Register,
        links: Links,
        types: Sequence[AssetType],
        parent: QWidget,
    ) -> None:
        super().__init__(language, theme, Message("condition.title"), parent, 640)
        self._tasks, self._register, self._links = tasks, register, links
        self._condition: Condition | None = None
        self._is_right = True
        self.type = QComboBox()
        self.type.setMaxVisibleItems(24)
        for asset_type in types:
            self.type.addItem(language.render(asset_type.plural), asset_type.name)
        self.type.activated.connect(lambda: self.show_type(self.type.currentData(), None))
        self._place = QVBoxLayout()
        self._place.setContentsMargins(0, 0, 8, 0)
        self._place.addStretch(1)
        rows = QWidget()
        rows.setLayout(self._place)
        scroll = QScrollArea(widgetResizable=True)
        scroll.setWidget(rows)
        scroll.setMinimumHeight(248)
        self.builder: ConditionBuilder | None = None
        self._only_text = Label(
            language, theme, Message("condition.only_text"), size="small", tone="quiet", wrap=True
        )
        self.sentence = QLineEdit()
        language.say(self.sentence, "setPlaceholderText", Message("condition.text.prompt"))
        self.sentence.textEdited.connect(lambda _: self._read_text())
        self.count = Label(language, theme, strong=True)
        self.add_field(Message("condition.type"), self.type)
        self.body.addWidget(scroll, 1)
        self.body.addWidget(self._only_text)
        self.add_field(Message("condition.text"), self.sentence)
        self.body.addWidget(self.count)
        close = Button(language, Message("condition.close"))
        close.clicked.connect(self.reject)
        self.zoom = Button(language, Message("condition.zoom"))
        self.filter = Button(language, Message("condition.filter"))
        self.select = Button(language, Message("condition.select"), "primary")
        for button, signal in (
            (self.zoom, self.zoom_asked),
            (self.filter, self.filter_asked),
            (self.select, self.select_asked),
        ):
            button.clicked.connect(lambda _=False, told=signal: told.emit(self._name, self._condition))
        # What is filtered is seen on the map and in its legend, which must not lie under this.
        self.filter.clicked.connect(self.accept)
        for button in (close, self.zoom, self.filter, self.select):
            self.foot.addWidget(button)
        self._later = QTimer(self, singleShot=True, interval=_COUNT_MILLISECONDS)
        self._later.timeout.connect(self._count)

    @property
    def _name(self) -> str:
        return str(self.type.currentData())

    @property
    def _asset_type(self) -> AssetType:
        return self._register.catalogue[self._name]

    def lead_to(self, button: Button) -> None:
        """Mark what the user came for: ``filter`` or ``select``."""
        for each in (self.filter, self.select):
            each.setProperty("kind", "primary" if each is button else "")
            each.style().polish(each)

    def show_type(self, name: str, condition: Condition | None) -> None:
        """Ask about a type, beginning with a condition."""
        self.type.setCurrentIndex(max(self.type.findData(name), 0))
        if self.builder is not None:
            self.builder.deleteLater()
            self._place.removeWidget(self.builder)
        self.builder = ConditionBuilder(self.language, self.theme, self._asset_type, self._links)
        self.builder.changed.connect(self._read_builder)
        self._place.insertWidget(0, self.builder)
        self.sentence.setText(self._written(condition))
        self._take(condition)
        self._show_rows()
        if condition is None:
            self.builder.group._begin_row()

    def _read_builder(self) -> None:
        assert self.builder is not None
        try:
            condition = self.builder.condition()
        except ConditionError as error:
            self._refuse(error)
            return
        self.sentence.setText(self._written(condition))
        self._take(condition)

    def _read_text(self) -> None:
        try:
            condition = read_condition(self.sentence.text(), self._asset_type, self._links)
        except ConditionError as error:
            self._refuse(error)
            return
        self._take(condition)
        self._show_rows()

    def _show_rows(self) -> None:
        assert self.builder is not None
        buildable = is_buildable(self._condition)
        if buildable:
            self.builder.show_condition(self._condition)
        self.builder.setVisible(buildable)
        self._only_text.setVisible(not buildable)

    def _take(self, condition: Condition | None) -> None:
        self._condition, self._is_right = condition, True
        self.say_wrong(None)
        self._enable(on=True)
        if (reason := self._register.refusal_of(self._name, condition)) is not None:
            self._is_right = False
            self.say_wrong(reason.title)
            self.count.show_words("")
            self._enable(on=False)
            return
        self._later.start()

    def _refuse(self, error: ConditionError) -> None:
        """Say what is wrong and where; nothing can be done with it."""
        self._is_right = False
        before = self.sentence.text()[: error.place.start]
        words = error.title
        if before and self.sentence.hasFocus():
            words = Message("condition.after", {"before": before[-16:].strip(), "wrong": error.title})
        self.say_wrong(words)
        self.sentence.setProperty("wrong", "true")
        self._dress_text()
        self._later.stop()
        self.count.show_words("")
        self._enable(on=False)

    def _enable(self, *, on: bool) -> None:
        for button in (self.zoom, self.filter, self.select):
            button.setEnabled(on)
        if on:
            self.sentence.setProperty("wrong", "false")
            self._dress_text()

    def _dress_text(self) -> None:
        self.sentence.style().unpolish(self.sentence)
        self.sentence.style().polish(self.sentence)

    def _count(self) -> None:
        name, condition, register = self._name, self._condition, self._register

        def tell(counts: tuple[int, int]) -> None:
            if self._is_right and (name, condition) == (self._name, self._condition):
                found, whole = counts
                self.count.show_words(
                    Message(
                        "condition.count",
                        {
                            "found": f"{found:,}",
                            "whole": f"{whole:,}",
                            "type": self._asset_type.plural,
                        },
                    )
                )
                for button in (self.zoom, self.select):
                    button.setEnabled(found > 0)

        self.count.show_words(Message("condition.counting"))
        self._tasks.run(
            Message("task.count"),
            lambda _: (register.count(Query(name, condition)), register.count(name)),
            tell,
            owner=self,
            key="condition-count",
            shown=False,
        )

    def _written(self, condition: Condition | None) -> str:
        return write_condition(condition, self._asset_type, self.language.code, self._links)
