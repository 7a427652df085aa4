"""The list of running tasks that folds down from the top bar; each can be cancelled."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from gisapp.forms.words import Button, Label
from gisapp.language import Language
from gisapp.tasks import Task, Tasks
from gisapp.theme import Theme
from layers.text import Message


class TaskList(QFrame):
    """A popup: a click beside it takes it away."""

    def __init__(self, language: Language, theme: Theme, tasks: Tasks, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("palette")
        self._language, self._theme, self._tasks = language, theme, tasks
        self._rows = QVBoxLayout()
        self._rows.setSpacing(8)
        self._empty = Label(language, theme, Message("task.none"), tone="quiet")
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.addWidget(self._empty)
        column.addLayout(self._rows)
        self.setFixedWidth(320)
        tasks.started.connect(self._list)
        tasks.ended.connect(self._list)

    def open_under(self, button: QWidget) -> None:
        """Come up under the button that asked."""
        self._list()
        self.adjustSize()
        corner = button.mapToGlobal(QPoint(button.width(), button.height()))
        self.move(corner - QPoint(self.width(), 0))
        self.show()

    def _list(self, task: Task | None = None) -> None:
        while (item := self._rows.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        shown = [task for task in self._tasks.running if task.shown and not task.is_stale]
        for running in shown:
            self._rows.addWidget(_Row(self._language, self._theme, running))
        self._empty.setVisible(not shown)


class _Row(QWidget):
    """One task: name, progress, cancel."""

    def __init__(self, language: Language, theme: Theme, task: Task) -> None:
        super().__init__()
        self._task = task
        self._bar = QProgressBar(textVisible=False)
        cancel = Button(language, Message("task.cancel"), "link")
        cancel.clicked.connect(task.stop)
        head = QHBoxLayout()
        head.addWidget(Label(language, theme, task.label), 1)
        head.addWidget(cancel)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self._bar)
        task.progressed.connect(self._show)
        self._show()

    def _show(self) -> None:
        fraction = self._task.fraction
        self._bar.setRange(0, 0 if fraction is None else 1000)
        self._bar.setValue(int((fraction or 0.0) * 1000))
