"""The page of one project: how it stands, its milestones dated in place, the day's log, money, what belongs to it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QMenu,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gisapp.actions import Actions
from gisapp.forms.chip import Chip
from gisapp.forms.words import Button, ElidedLabel, IconButton, Label, Line
from gisapp.language import Language, Words
from gisapp.panels.renewal.centre import RenewalCentre
from gisapp.panels.renewal.entry import Entry, given
from gisapp.panels.renewal.log_entry import LogEntry
from gisapp.panels.renewal.milestone_list import MilestoneList
from gisapp.panels.renewal.numbers import standing_words
from gisapp.panels.renewal.progress_view import ProgressView
from gisapp.panels.renewal.recent_rows import RecentRows
from gisapp.panels.renewal.row_entry import row_entry
from gisapp.panels.renewal.visit_entry import VisitEntry
from gisapp.theme import Theme
from layers.model.fields import ChoiceField
from layers.text import Message

if TYPE_CHECKING:
    from layers.renewal.board.board import Card

#: What the menu of a project offers, by the ids of its actions.
_MENU = (
    "renewal_act.draw", "renewal_act.pick", "renewal_act.copy_planned", "renewal_act.retire_selection",
    "renewal_act.lay_selection", "renewal_act.take_out", "renewal_act.select_mains", "renewal_act.select_road",
    "renewal_act.area", "renewal_act.budget", "renewal_act.suspend", "renewal_act.resume", "renewal_act.cancel",
    "statements.share",
)  # fmt: skip
COMPLETE = "renewal_act.complete"


class ProjectPage(QFrame):
    """``fields_asked``: the project's own form is wanted; ``fly_asked``: its place on the map; ``rows_asked``: a type
    whose rows of this project shall be listed; ``opened``: an asset that shall be shown."""

    fields_asked = Signal()
    fly_asked = Signal()
    rows_asked = Signal(str)
    opened = Signal(object)

    def __init__(self, language: Language, theme: Theme, centre: RenewalCentre, actions: Actions) -> None:
        super().__init__()
        self.setObjectName("inspector")
        self._language, self._theme, self._centre, self._actions = language, theme, centre, actions
        self._shown = 0
        self.entry: Entry | None = None
        self._entry_name = ""
        #: What has more to it than its own fields.
        self._own_entries = {"supervision_visit": self._open_visit, "daily_log": self.open_log}
        #: What was typed and not saved when another project was looked at, by project and entry.
        self._typed: dict[tuple[int, str], dict[str, str]] = {}
        self.milestones = MilestoneList(language, theme)
        self.progress = ProgressView(language, theme)
        self.rows = RecentRows(language, theme)
        self._lay_out()
        self.milestones.saved.connect(self._save_milestone)
        self.milestones.refused.connect(centre.refuse)
        self.rows.opened.connect(self.opened)
        self.rows.all_asked.connect(self.rows_asked)
        self.rows.add_asked.connect(self.open_row)
        centre.chosen.connect(self.show_project)
        centre.changed.connect(self.show_project)
        centre.session.steps_changed.connect(self._show_writable)
        language.changed.connect(self.show_project)

    # ---- what actions ask

    def open_log(self) -> None:
        """Let the day's work be logged."""
        register, card = self._centre.register, self._centre.card
        if register is None or card is None or not self._is_writable:
            return
        if isinstance(self.entry, LogEntry):
            self.close_entry()
            return
        details = self._centre.details
        last = details.logs[0] if details is not None and details.logs else None
        day = self._centre.today.isoformat()
        entry = LogEntry(self._language, self._theme, register.catalogue["daily_log"], card, last, day)
        entry.saved.connect(lambda values: self._save_log(entry, values))
        self._open(entry, "metres", "daily_log")

    def open_row(self, type_name: str) -> None:
        """Let a row of another type be entered for this project."""
        register, project = self._centre.register, self._centre.project
        if register is None or project is None or not self._is_writable:
            return
        asset_type = register.catalogue[type_name]
        if type_name in self._own_entries:
            self._own_entries[type_name]()
            return
        entry = row_entry(self._language, self._theme, asset_type, self._centre.today.isoformat())

        def save(values: Mapping[str, Any]) -> None:
            label = Message("renewal_desk.act.add", {"type": asset_type.title, "project": self._name})
            row = {"project": project.id, **given(values)}
            self._centre.add(type_name, row, label, self.close_entry, entry.show_failed)

        entry.saved.connect(save)
        self._open(entry, next(iter(entry.editors)), type_name)

    def _open_visit(self) -> None:
        project, board, register = self._centre.project, self._centre.board, self._centre.register
        if project is None or board is None or register is None:
            return
        visit_type, finding_type = (
            register.catalogue["supervision_visit"],
            register.catalogue["visit_finding"],
        )
        day = self._centre.today.isoformat()
        entry = VisitEntry(self._language, self._theme, visit_type, finding_type, day, board.full_mark)

        def save(values: Mapping[str, Any]) -> None:
            label = Message("renewal_desk.act.add", {"type": visit_type.title, "project": self._name})
            visit = {"project": project.id, **given({n: v for n, v in values.items() if n != "findings"})}
            self._centre.add_visit(visit, values["findings"], label, self.close_entry, entry.show_failed)

        entry.saved.connect(save)
        self._open(entry, "inspector", "supervision_visit")

    def open_milestone(self) -> None:
        """Let the milestone worked at be dated."""
        self.close_entry()
        self.milestones.open_next()

    def close_entry(self) -> None:
        """Leave what is entered above the milestones."""
        entry, self.entry = self.entry, None
        if entry is not None:
            self._entry_place.removeWidget(entry)
            entry.hide()
            entry.deleteLater()

    # ---- showing

    def show_project(self) -> None:
        """Show the project looked at as it stands now."""
        card, register = self._centre.card, self._centre.register
        if card is None or register is None or self._centre.board is None:
            self._put_aside()
            self._shown = 0
            return
        if card.id != self._shown:
            self._put_aside()
            self._shown = card.id
            self._scroll.verticalScrollBar().setValue(0)
        day = self._centre.board.day
        kind_field = register.catalogue["project"].field_named("kind")
        entry = kind_field.code_list.get(card.kind) if isinstance(kind_field, ChoiceField) else None
        kind: Words = card.kind if entry is None else entry.title
        self._head.show_words(Message("renewal_desk.page.head", {"code": card.code, "kind": kind}))
        self._title.show_words(card.name)
        words, chip, _ = standing_words(card, day)
        self._chip.show_state(words, chip)
        self._show_alarms(card)
        self.progress.setVisible(not card.is_conversion)
        self._homes.setVisible(card.is_conversion)
        if card.is_conversion:
            reached = sum(step.actual is not None for step in card.steps)
            values = {"households": f"{card.households:,}", "reached": reached, "steps": len(card.steps)}
            words = Message("renewal_desk.page.households", values)
            if card.converted is not None:
                words = Message("renewal_desk.page.converted", {**values, "done": f"{card.converted:,}"})
            self._homes.show_words(words)
        else:
            self.progress.show_card(card)
        details = self._centre.details
        rows = () if details is None else details.milestones
        known = {str(row["stage"]): row for row in rows if row.get("section") is None}
        people: list[tuple[Any, Words]] = list(self._centre.people.items())
        milestone_type = register.catalogue["milestone"]
        self.milestones.show_card(card, day, milestone_type, known, people, is_writable=self._is_writable)
        self.rows.show_details(details, register.catalogue, is_writable=self._is_writable)
        self._manager.show_words(Message("renewal_desk.page.manager", {"manager": card.manager_name or "—"}))
        self._show_writable()

    def _put_aside(self) -> None:
        """Another project is looked at: what is typed stays with the one it was typed for."""
        if self.entry is not None and self.entry.texts:
            self._typed[self._shown, self._entry_name] = self.entry.texts
        self.close_entry()

    @property
    def _name(self) -> str:
        card = self._centre.card
        return "" if card is None else card.name

    @property
    def _is_writable(self) -> bool:
        return self._centre.session.may("edit")

    def _show_alarms(self, card: Card) -> None:
        for number, label in enumerate(self._alarms):
            is_told = number < len(card.alarms)
            label.show_words(card.alarms[number] if is_told else "")
            label.setVisible(is_told)

    def _show_writable(self) -> None:
        card = self._centre.card
        is_open = card is not None and self._is_writable and card.state == "open"
        self.log.setEnabled(is_open)
        self.date.setEnabled(is_open)
        known = {action.id for action in self._actions}
        self.complete.setVisible(COMPLETE in known)
        self.complete.setEnabled(is_open and COMPLETE in known and self._actions.is_possible(COMPLETE))

    # ---- writing

    def _save_milestone(self, stage: str, values: Mapping[str, Any]) -> None:
        project = self._centre.project
        if project is None:
            return
        title = self._stage_title(stage)
        label = Message("renewal_desk.act.milestone", {"stage": title, "project": self._name})
        self._centre.put_milestones(
            project.id, {stage: values}, label, self.milestones.close_entry, self.milestones.show_failed
        )

    def _save_log(self, entry: LogEntry, values: Mapping[str, Any]) -> None:
        project = self._centre.project
        if project is None:
            return
        row = {"project": project.id, **given(values)}
        metres, dn = values.get("metres"), values.get("dn")
        label = Message("renewal_desk.act.log", {
            "project": self._name, "day": str(values.get("work_date") or ""), "metres": f"{metres or 0:g}",
            "dn": dn or "?",
        })  # fmt: skip
        photos: list[Path] = entry.photos
        self._centre.add_log(row, photos, label, self.close_entry, entry.show_failed)

    def _stage_title(self, code: str) -> Words:
        card = self._centre.card
        steps = () if card is None else card.steps
        return next((step.stage.title for step in steps if step.stage.code == code), code)

    def _open(self, entry: Entry, first: str, name: str) -> None:
        self.close_entry()
        self.milestones.close_entry()
        entry.restore(self._typed.pop((self._shown, name), {}))
        self._entry_name = name
        entry.left.connect(self.close_entry)
        self.entry = entry
        self._entry_place.addWidget(entry)
        entry.show()
        entry.begin(first)

    # ---- layout

    def _lay_out(self) -> None:
        language, theme = self._language, self._theme
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._entry_place = QVBoxLayout()
        self._entry_place.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self._entry_place)
        self._alarms = [Label(language, theme, size="small", tone="warn", wrap=True) for _ in range(4)]
        for label in self._alarms:
            label.setContentsMargins(12, 3, 12, 3)
            label.hide()
            column.addWidget(label)
        column.addWidget(self.progress)
        self._homes = Label(language, theme, size="base", strong=True, wrap=True)
        self._homes.setContentsMargins(12, 8, 12, 8)
        column.addWidget(self._homes)
        column.addWidget(Line())
        heading = Label(language, theme, Message("renewal_desk.page.milestones"), size="small", strong=True)
        heading.setContentsMargins(12, 6, 12, 0)
        column.addWidget(heading)
        column.addWidget(self.milestones)
        column.addWidget(self.rows)
        column.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(body)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._top())
        whole.addWidget(Line())
        whole.addWidget(self._scroll, 1)
        whole.addWidget(Line())
        whole.addWidget(self._foot())

    def _top(self) -> QWidget:
        language, theme = self._language, self._theme
        top = QWidget()
        column = QVBoxLayout(top)
        column.setContentsMargins(12, 8, 8, 8)
        column.setSpacing(4)
        line = QHBoxLayout()
        line.setSpacing(8)
        self._head = ElidedLabel(language, theme, size="small", tone="quiet")
        self._chip = Chip(language, theme)
        line.addWidget(self._head, 1)
        line.addWidget(self._chip)
        column.addLayout(line)
        self._title = Label(language, theme, size="object", strong=True, wrap=True)
        named = QHBoxLayout()
        named.setSpacing(4)
        named.addWidget(self._title, 1)
        column.addLayout(named)
        buttons = QHBoxLayout()
        buttons.setSpacing(6)
        self.log = Button(language, Message("renewal_desk.page.log"), "primary")
        self.log.clicked.connect(lambda: self._actions.trigger("projects.log"))
        self.date = Button(language, Message("renewal_desk.page.date"))
        self.date.clicked.connect(lambda: self._actions.trigger("projects.milestone"))
        fly = IconButton(language, theme, "crosshair", Message("renewal_desk.page.fly"))
        fly.clicked.connect(self.fly_asked)
        self._more = IconButton(language, theme, "dots-three", Message("renewal_desk.page.more"))
        self._more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self._more)
        menu.aboutToShow.connect(lambda: self._fill(menu))
        self._more.setMenu(menu)
        for button in (self.log, self.date):
            buttons.addWidget(button)
        buttons.addStretch(1)
        # Beside the name: in a narrow window the two buttons take the whole line.
        for icon in (fly, self._more):
            named.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(buttons)
        return top

    def _fill(self, menu: QMenu) -> None:
        menu.clear()
        menu.addAction(self._language.render(Message("renewal_desk.page.fields")), self.fields_asked.emit)
        known = {action.id for action in self._actions}
        self._actions.refresh()
        for name in _MENU:
            if name in known:
                menu.addAction(self._actions.qt(name))

    def _foot(self) -> QWidget:
        foot = QWidget()
        row = QHBoxLayout(foot)
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(8)
        self._manager = ElidedLabel(self._language, self._theme, size="small", tone="quiet")
        row.addWidget(self._manager, 1)
        self.complete = Button(self._language, Message("renewal_desk.page.complete"))
        self.complete.clicked.connect(lambda: self._actions.trigger(COMPLETE))
        row.addWidget(self.complete)
        return foot
