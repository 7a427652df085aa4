"""The page of one quality check: what is seen now beside what the team had found, by keyboard from first to last."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout

from gisapp.forms.words import Label
from gisapp.language import Language
from gisapp.panels.census.logging_form import Kept, LoggingForm
from gisapp.panels.census.quality_centre import QualityCentre
from gisapp.panels.census.target_page import TargetPage, sentences
from gisapp.theme import Theme
from layers.census.lots.worklist import WorkRow
from layers.census.quality.inspecting import CheckSeen, team_values
from layers.census.quality.sampling import CheckRow, is_signed
from layers.census.values import told_in
from layers.census.words import FOUND, MOVED, NEW
from layers.errors import UserError
from layers.model.asset import Asset
from layers.text import Message

_BELOW_ABOUT = 2


class CheckPage(TargetPage):
    """Follows the check that is worked on."""

    def __init__(self, language: Language, theme: Theme, quality: QualityCentre) -> None:
        super().__init__(
            language,
            theme,
            LoggingForm(language, theme, quality.centre.tasks, is_check=True),
            Message("quality.page.empty"),
            Message("quality.page.same"),
            Message("quality.page.save"),
        )
        self.quality = quality
        self._row: CheckRow | None = None
        self._kept: dict[int, Kept] = {}
        self._checker: int | None = None
        self.checker = QComboBox()
        self.checker.setFont(theme.font("small"))
        language.say(self.checker, "setAccessibleName", Message("quality.page.checker"))
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(Label(language, theme, Message("quality.page.checker"), size="small", tone="quiet"))
        line.addWidget(self.checker, 1)
        head = self._head.layout()
        assert isinstance(head, QVBoxLayout)
        head.insertLayout(_BELOW_ABOUT, line)
        self.checker.activated.connect(self._take_checker)
        self.saved.connect(self._write)
        self.stepped.connect(quality.step)
        quality.chosen.connect(self._on_chosen)
        quality.changed.connect(self._on_changed)
        language.changed.connect(self._on_chosen)
        self._show()

    # ---- what it shows

    def _show(self) -> None:
        quality = self.quality
        row, register, form, book = quality.row, quality.register, quality.centre.form, quality.book
        self.show_target(row is not None and register is not None and form is not None)
        self._row = row
        if row is None or register is None or form is None or book is None:
            return
        asset_type = register.catalogue[str(row.record["target_type"])]
        self.symbol.show_type(asset_type)
        self.code.show_words(row.code)
        places = [each.id for each in quality.rows]
        told = {"number": places.index(row.id) + 1, "count": len(places)}
        self.place_in_list.show_words(Message("census_desk.page.place", told))
        target, outcome = quality.target_of(row), str(row.record["outcome"])
        road = "" if target is None else str(target.values.get("road") or target.values.get("address") or "")
        entry = register.catalogue.code_lists["census_outcome"].get(outcome)
        said = Message("quality.page.team_said", {"outcome": outcome if entry is None else entry.title})
        self.about.show_words(" · ".join(part for part in (road, self._language.render(said)) if part))
        self.chip.show_state(Message(f"quality.kind.{row.kind}"), "info")
        signed = is_signed(book)
        self.decided.setVisible(signed)
        if signed:
            self.decided.show_words(Message("quality.signed_already"))
        self.save_button.setEnabled(not signed and quality.may_write)
        self._offer_checkers()
        self.form.show_row(register, form, _as_said(row, target), self._kept.get(row.id) or _written(row))
        self.to_top()

    def _offer_checkers(self) -> None:
        """Who may check here: oneself first, if one is known and did not survey."""
        quality, row = self.quality, self._row
        self.checker.clear()
        self.checker.addItem(self._language.render(Message("quality.page.nobody")), None)
        for person, name in quality.checkers:
            self.checker.addItem(name, person)
        may = {person for person, _ in quality.checkers}
        before = None if row is None else row.check["checker"]
        chosen = next((each for each in (before, self._checker, quality.me) if each in may), None)
        self.checker.setCurrentIndex(max(self.checker.findData(chosen), 0))

    def _take_checker(self) -> None:
        self._checker = self.checker.currentData()

    # ---- writing

    def _write(self) -> None:
        """Write what is entered, and go on to the next check."""
        row = self._row
        if row is None or not self.save_button.isEnabled() or self.is_wrong():
            return
        form, quality = self.form, self.quality
        kept = form.entered()
        logged = form.logged(None, None, 0.0)
        outcome = FOUND if logged.outcome in (MOVED, NEW) else logged.outcome
        seen = CheckSeen(outcome, logged.found, logged.place, self.checker.currentData(), logged.remark)
        try:
            quality.enter(row, seen, kept.photos, partial(self._come_back, row, kept))
        except UserError as error:
            self.turn_down(error)
            return
        self._kept.pop(row.id, None)
        self._row = None
        if not quality.go_on():
            self._row = row
            quality.centre.notifier.info(Message("quality.page.all_done"))
        self.begin()

    def _come_back(self, row: CheckRow, kept: Kept, error: UserError) -> None:
        """It could not be written: what was entered stands here again."""
        self._row = None
        self._kept[row.id] = kept
        if self.quality.check == row.id:
            self._show()
        else:
            self.quality.choose(row.id)
        self.refuse(sentences(error))

    # ---- following

    def _on_chosen(self) -> None:
        """Another check: what was entered of this one and not written stands here again when one comes back."""
        row = self._row
        if row is not None:
            self.form.commit()
            self._kept[row.id] = self.form.entered()
        self._show()

    def _on_changed(self) -> None:
        """News of the sample: what is being entered stays as it is."""
        row = self.quality.row
        if row is None or self._row is None or row.id != self._row.id:
            self._row = None
            self._show()
        elif (row.check.version, row.record.version) != (self._row.check.version, self._row.record.version):
            self._kept.pop(row.id, None)
            self._show()
        else:
            self._row = row


def _as_said(row: CheckRow, target: Asset | None) -> WorkRow:
    """The target as the team has it: the values it found, where it found it."""
    values = {**team_values(row.record, target), "geom": row.record.geometry}
    its = Asset(str(row.record["target_type"]), 0 if target is None else target.id, 0, values)
    return WorkRow(row.record, its)


def _written(row: CheckRow) -> Kept:
    """What the check says already."""
    check = row.check
    return Kept(check["outcome"] or FOUND, told_in(check["found"]), remark=check["remark"] or "")
