"""The quality check below the map: the sample in order, what it says with its figures, and the word over the lot."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Literal

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QToolButton, QVBoxLayout, QWidget

from gisapp.forms.chip import Chip, ChipKind, filter_chip
from gisapp.forms.flow_layout import FlowLayout
from gisapp.forms.words import Button, ElidedLabel, Label
from gisapp.language import Language, Words
from gisapp.panels.census.one_act import OneAct
from gisapp.panels.census.plain_table import PlainTable, TableRow
from gisapp.panels.census.quality_centre import QualityCentre
from gisapp.panels.census.target_page import sentences
from gisapp.theme import Theme
from layers.census.progress import local_day
from layers.census.quality.inspecting import OUTCOME, why_no_sign_off
from layers.census.quality.rules import AGAIN, PASSES, Quality
from layers.census.quality.sampling import CHECK_KINDS, CheckRow, SampleBook, Standing, is_signed, why_no_draw
from layers.errors import UserError
from layers.text import Message

Part = Literal["all", "open", "over", "right"]
PARTS: tuple[Part, ...] = ("all", "open", "over", "right")
COLUMNS = ("number", "code", "kind", "draw", "seen", "distance", "wrong", "checker", "date", "result")
_RIGHT = (0, 3, 5)
#: No wider is the name of what is checked, pixels; the whole stands in the tip.
_WIDEST_SCOPE = 150
_TONES: Mapping[Standing, ChipKind] = {
    "not_drawn": "neutral",
    "open": "info",
    "passes": "ok",
    "draw_again": "warn",
    "fails": "danger",
}


class QualityTab(QWidget):
    """``opened``: a check to work on; ``gathered``: the records behind a figure."""

    opened = Signal(int)
    gathered = Signal(tuple)

    def __init__(self, language: Language, theme: Theme, quality: QualityCentre) -> None:
        super().__init__()
        self._language, self._theme, self.quality = language, theme, quality
        self.part: Part = "all"
        self._asked = ""
        self._act = OneAct(quality.centre.session, self)
        self.scope = QComboBox()
        self.chips: dict[Part, QToolButton] = {}
        self.verdict = Chip(language, theme, "", "neutral")
        self.figures = ElidedLabel(language, theme, size="small", tone="quiet")
        self.draw = Button(language, Message("quality.draw"), "primary")
        self.check = Button(language, Message("quality.check"))
        self.sign = Button(language, Message("quality.sign"))
        self.back = Button(language, Message("quality.back"))
        self.told = Label(language, theme, size="small", wrap=True)
        self.words = QLineEdit()
        self.go = Button(language, Message("census_desk.decide.go"), "primary")
        self.leave = Button(language, Message("census_desk.decide.leave"))
        titles = [Message(f"quality.column.{name}") for name in COLUMNS]
        self.table = PlainTable(language, theme, titles, right=_RIGHT, stretch=6)
        self._lay_out()
        self._tie()
        self._show()

    # ---- showing

    @property
    def shown(self) -> tuple[CheckRow, ...]:
        """The checks listed."""
        book = self.quality.book
        if book is None:
            return ()
        over = {record for quality in book.quality.values() for record in quality.over}
        chosen: Mapping[Part, Callable[[CheckRow], bool]] = {
            "all": lambda row: True,
            "open": lambda row: not row.is_done,
            "over": lambda row: row.record.id in over and row.round == book.round and row.is_done,
            "right": lambda row: row.check["result"] == "right",
        }
        return tuple(row for row in self.quality.rows if chosen[self.part](row))

    def _show(self) -> None:
        book = self.quality.book
        self._show_scope()
        kept = self.part
        for part, chip in self.chips.items():
            self.part = part
            told = {"count": len(self.shown)}
            self._language.say(chip, "setText", Message(f"quality.part.{part}", told))
            chip.setChecked(part == kept)
        self.part = kept
        standing: Standing = "not_drawn" if book is None else book.standing
        self.verdict.show_state(Message(f"quality.standing.{standing}"), _TONES[standing])
        if book is not None and is_signed(book):
            self.verdict.show_state(Message("quality.standing.signed"), "ok")
        self.figures.show_words("" if book is None else self._figures(book))
        self.table.show_rows([] if book is None else [self._row(row) for row in self.shown])
        self.table.say_instead("" if book is None else self._instead(book))
        self._mark()
        self._ask_no_more()

    def _instead(self, book: SampleBook) -> Message:
        """What the list says that is empty: what a sample is and how one comes by it, or that none is of this part."""
        if book.rows:
            return Message("quality.empty.part")
        return why_no_draw(book, self.quality.me) or Message("quality.empty.not_drawn")

    def _mark(self) -> None:
        """The check worked on stands out in the list."""
        places = [row.id for row in self.shown]
        if self.quality.check in places:
            self.table.selectRow(places.index(self.quality.check))
        else:
            self.table.clearSelection()

    def _show_scope(self) -> None:
        lot = None if self.quality.book is None else self.quality.book.lot
        self.scope.blockSignals(True)
        self.scope.clear()
        here = Message("quality.scope.lot", {"name": "" if lot is None else str(lot["name"])})
        for words, whole in ((here, False), (Message("quality.scope.whole"), True)):
            text = self._language.render(words)
            short = self.scope.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, _WIDEST_SCOPE)
            self.scope.addItem(short, whole)
            self.scope.setItemData(self.scope.count() - 1, text, Qt.ItemDataRole.ToolTipRole)
        self.scope.setCurrentIndex(self.scope.findData(self.quality.is_whole))
        self.scope.setToolTip(str(self.scope.currentData(Qt.ItemDataRole.ToolTipRole) or ""))
        self.scope.blockSignals(False)

    def _figures(self, book: SampleBook) -> str:
        """What the verdict follows from, and what the sample was drawn by."""
        say = self._language.render
        parts = []
        if is_signed(book):
            lot = book.lots[0]
            day = lot.get("checked_at")
            signed = {
                "name": str(lot.get("checked_by") or "—"),
                "day": "—" if day is None else local_day(day).isoformat(),
                "remark": str(lot.get("check_note") or ""),
            }
            parts.append(say(Message("quality.figures.signed", signed)))
        for kind in CHECK_KINDS:
            if book.population(kind):
                told = {**self._told(book.quality[kind]), "needed": book.needed(kind)}
                parts.append(say(Message(f"quality.figures.{kind}", told)))
        wrong = {
            "limit": f"{book.limit_m:g}", "pass": f"{PASSES * 100:.0f}", "fail": f"{AGAIN * 100:.0f}",
            "seed": str(book.campaign["seed"] or book.campaign.id),
        }  # fmt: skip
        parts.append(say(Message("quality.figures.rule", wrong)))
        return "　".join(parts)

    @staticmethod
    def _told(quality: Quality) -> dict[str, Words | int]:
        share, error = quality.share, quality.mean_error_m
        return {
            "checked": quality.checked,
            "over": len(quality.over),
            "share": "—" if share is None else f"{share * 100:.1f} %",
            "error": "—" if error is None else f"{error:.2f} m",
            "wrong": quality.wrong_values,
        }

    def _row(self, row: CheckRow) -> TableRow:
        register, check = self.quality.register, row.check
        assert register is not None
        catalogue, code = register.catalogue, self._language.code
        of_check = catalogue[check.type]
        seen = of_check.field_named("outcome").show(check["outcome"], code) if check["outcome"] else "—"
        distance = "—" if check["distance_m"] is None else f"{check['distance_m']:.2f}"
        names = dict(self.quality.checkers)
        checker = "" if check["checker"] is None else names.get(check["checker"], "")
        state: Words = Message("quality.state.open")
        tones: list[tuple[int, str]] = []
        if row.is_done:
            result = check["result"]
            state = (
                of_check.field_named("result").show(result, code)
                if result
                else Message("quality.state.unseen")
            )
            tones = [(9, "danger" if result == "wrong" else "ok" if result else "warn")]
        if row.record["state"] == "visit_again":
            state, tones = Message("census_desk.kind.again"), [(9, "warn")]
        cells: tuple[Words, ...] = (
            str(row.number), row.code, Message(f"quality.kind.{row.kind}"), str(check["draw"]), seen, distance,
            self._wrong(row) or "—", checker, str(check["checked_date"] or ""), state,
        )  # fmt: skip
        return TableRow(row.id, cells, tuple(tones))

    def _wrong(self, row: CheckRow) -> str:
        """The fields in which the team was wrong, by name."""
        register = self.quality.register
        assert register is not None
        asset_type = register.catalogue[str(row.record["target_type"])]
        say = self._language.render
        titles: list[Words] = []
        for name in str(row.check["differing"] or "").split(","):
            if name == OUTCOME:
                titles.append(Message("quality.wrong_outcome"))
            elif name in asset_type:
                titles.append(asset_type.field_named(name).title)
        return " · ".join(say(title) for title in titles)

    # ---- doing

    def _draw(self) -> None:
        self._ask_no_more()
        self.draw.setEnabled(False)
        self.quality.draw(self._refuse)

    def _begin(self) -> None:
        """Go to the first check that is not done."""
        quality = self.quality
        row = quality.row
        if row is None or row.is_done:
            if not quality.go_on():
                return
            row = quality.row
        if row is not None:
            self.opened.emit(row.id)

    def _ask(self, what: str) -> None:
        """Ask for the word that goes with it."""
        book = self.quality.book
        if book is None:
            return
        if what == "sign":
            refusal = why_no_sign_off(book, self.quality.me)
            if refusal is not None:
                self._refuse(UserError(refusal, Message("quality.sign_hint")))
                return
        self._asked = what
        self.told.set_tone("")
        told = {"count": len(book.logged)}
        self.told.show_words(Message(f"quality.{what}.told", told))
        self._language.say(self.words, "setPlaceholderText", Message(f"quality.{what}.words"))
        for widget in (self.told, self.words, self.go, self.leave):
            widget.show()
        self.words.setFocus()

    def _go(self) -> None:
        if not self._asked or self.quality.book is None:
            return
        say = self.quality.sign_off if self._asked == "sign" else self.quality.send_back
        self._act.begin(partial(say, self.words.text()), self._ask_no_more, self._refuse)

    def _refuse(self, error: UserError) -> None:
        self.told.set_tone("danger")
        self.told.show_words(sentences(error))
        self.told.show()

    def _ask_no_more(self) -> None:
        self._asked = ""
        self.words.clear()
        for widget in (self.told, self.words, self.go, self.leave):
            widget.hide()
        book, may = self.quality.book, self.quality.may_write
        refusal = None if book is None else why_no_draw(book, self.quality.me)
        is_again = book is not None and bool(book.running)
        self.draw.show_words(Message("quality.draw_again" if is_again else "quality.draw"))
        self.draw.setEnabled(may and book is not None and refusal is None)
        # Why not, where the button is: a sentence one need not press for.
        self.draw.setToolTip("" if refusal is None else self._language.render(refusal))
        self.check.setEnabled(may and book is not None and bool(book.undone) and not self.quality.is_of_crew)
        self.sign.setEnabled(may and book is not None)
        self.back.setEnabled(may and book is not None and book.standing in ("fails", "draw_again"))

    def _keep(self, part: Part) -> None:
        """List what is behind a figure, and show it on the map."""
        self.part = part
        self._show()
        self.gathered.emit(tuple(dict.fromkeys(row.record.id for row in self.shown)))

    # ---- layout

    def _tie(self) -> None:
        self.quality.changed.connect(self._show)
        self.quality.chosen.connect(self._mark)
        self._language.changed.connect(self._show)
        self.scope.activated.connect(lambda place: self.quality.take_scope(whole=self.scope.itemData(place)))
        self.draw.clicked.connect(self._draw)
        self.check.clicked.connect(self._begin)
        self.sign.clicked.connect(lambda: self._ask("sign"))
        self.back.clicked.connect(lambda: self._ask("back"))
        self.go.clicked.connect(self._go)
        self.words.returnPressed.connect(self._go)
        self.leave.clicked.connect(self._ask_no_more)
        self.table.doubleClicked.connect(lambda index: self.opened.emit(self.table.rows.rows[index.row()].id))

    def _lay_out(self) -> None:
        # English takes two lines: the form beside the map is not made narrower for it.
        holder, row = QWidget(), FlowLayout(6)
        holder.setLayout(row)
        first = QHBoxLayout()
        first.setContentsMargins(12, 6, 12, 4)
        first.addWidget(holder)
        self.scope.setFont(self._theme.font("small"))
        self.scope.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._language.say(self.scope, "setAccessibleName", Message("quality.scope"))
        row.addWidget(self.scope)
        row.addWidget(self.verdict)
        for part in PARTS:
            chip = filter_chip(self._theme)
            chip.clicked.connect(lambda _=False, which=part: self._keep(which))
            self.chips[part] = chip
            row.addWidget(chip)
        for button in (self.draw, self.check, self.sign, self.back):
            row.addWidget(button)
        figures = QHBoxLayout()
        figures.setContentsMargins(12, 0, 12, 4)
        figures.addWidget(self.figures, 1)
        asked = QHBoxLayout()
        asked.setContentsMargins(12, 0, 12, 6)
        asked.setSpacing(8)
        self._language.say(self.words, "setAccessibleName", Message("quality.words"))
        asked.addWidget(self.told, 2)
        asked.addWidget(self.words, 3)
        asked.addWidget(self.go)
        asked.addWidget(self.leave)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for line in (first, figures, asked):
            column.addLayout(line)
        column.addWidget(self.table, 1)
