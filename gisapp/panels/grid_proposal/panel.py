"""Under the map: what is wished, the grids before and after, the moves, and whether they are taken."""

from __future__ import annotations

from PySide6.QtCore import QItemSelection, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from gisapp.actions import Actions
from gisapp.forms.words import Button, ElidedLabel, IconButton, Label, Line
from gisapp.language import Language
from gisapp.panels.grid_proposal.centre import ProposalCentre, Shown
from gisapp.panels.grid_proposal.tables import GridModel, MoveModel, flat_table
from gisapp.panels.grid_proposal.wishes_form import WishesForm
from gisapp.theme import Theme
from layers.reports.wording import NONE
from layers.text import Message

ACCEPT, DISCARD = "grid_design.accept", "grid_design.discard"


class ProposalPanel(QFrame):
    """``closed``: it is not wanted; ``looked_at``: the number of the move whose row is marked, or None;
    ``flown``: the move to go to."""

    closed = Signal()
    looked_at = Signal(object)
    flown = Signal(int)

    def __init__(self, language: Language, theme: Theme, centre: ProposalCentre, actions: Actions) -> None:
        super().__init__()
        self.setObjectName("tableDrawer")
        self._language, self._centre, self._actions = language, centre, actions
        self.wishes = WishesForm(language, theme)
        self.wishes.asked.connect(centre.compute)
        self.wishes.stopped.connect(centre.cancel)
        self.balance = ElidedLabel(language, theme, strong=True)
        self.bound = ElidedLabel(language, theme, size="small", tone="quiet")
        self.moved = ElidedLabel(language, theme, strong=True)
        self.warning = ElidedLabel(language, theme, size="small", tone="quiet")
        self.grid_model, self.move_model = GridModel(language, theme, self), MoveModel(language, theme, self)
        self.grids = flat_table(theme, self.grid_model, (60, 64, 64, 108, 80))
        self.moves = flat_table(theme, self.move_model, (48, 60, 60, 66, 58, 40))
        self.move_model.ticked.connect(centre.choose)
        self.moves.selectionModel().selectionChanged.connect(self._look)
        self.moves.doubleClicked.connect(lambda index: self.flown.emit(index.row()))
        self.accept = Button(language, Message("grid_proposal.accept_all"), "primary")
        self.accept.clicked.connect(lambda: actions.trigger(ACCEPT))
        self.discard = Button(language, Message("grid_proposal.discard"))
        self.discard.clicked.connect(lambda: actions.trigger(DISCARD))
        self._lay_out(language, theme)
        centre.changed.connect(self._show)
        centre.busy_changed.connect(self._show_busy)
        centre.read.connect(lambda: self.wishes.show_known(centre.known))
        self.setMinimumHeight(250)
        self._show()

    def _lay_out(self, language: Language, theme: Theme) -> None:
        shut = IconButton(language, theme, "caret-down", Message("grid_proposal.close"))
        shut.clicked.connect(self.closed)
        head = QHBoxLayout()
        head.setContentsMargins(12, 2, 8, 2)
        head.setSpacing(12)
        head.addWidget(Label(language, theme, Message("grid_proposal.title"), strong=True))
        head.addWidget(
            ElidedLabel(language, theme, Message("grid_proposal.about"), size="small", tone="faint"), 1
        )
        head.addWidget(shut)
        left = self._column((self.balance, self.bound), self.grids)
        right = self._column((self.moved, self.warning), self.moves)
        foot = QHBoxLayout()
        foot.setContentsMargins(8, 4, 12, 8)
        foot.addStretch(1)
        foot.addWidget(self.discard)
        foot.addWidget(self.accept)
        box = right.layout()
        assert isinstance(box, QVBoxLayout)
        box.addLayout(foot)
        self.wishes.setFixedWidth(248)
        row = QHBoxLayout()
        row.setSpacing(0)
        for widget, share in (
            (self.wishes, 0),
            (Line(upright=True), 0),
            (left, 1),
            (Line(upright=True), 0),
            (right, 1),
        ):
            row.addWidget(widget, share)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addLayout(row, 1)

    @staticmethod
    def _column(words: tuple[Label, Label], table: QWidget) -> QWidget:
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 2, 0, 0)
        column.setSpacing(2)
        for label in words:
            label.setContentsMargins(8, 0, 8, 0)
            column.addWidget(label)
        column.addWidget(table, 1)
        return holder

    def _show_busy(self) -> None:
        self.wishes.show_busy(self._centre.is_busy)
        if self._centre.shown is None:
            self._show()

    def _show(self) -> None:
        shown = self._centre.shown
        if (
            shown is None
            or self.move_model.shown is None
            or self.move_model.shown.proposal is not shown.proposal
        ):
            self.move_model.show(shown)
        self.grid_model.show(shown)
        for widget in (self.accept, self.discard):
            widget.setVisible(shown is not None)
        if shown is None:
            for label in (self.bound, self.moved, self.warning):
                label.show_words("")
            self.balance.show_words(
                Message("grid_proposal.computing" if self._centre.is_busy else "grid_proposal.none")
            )
            return
        self._tell(shown)
        self.accept.setEnabled(bool(shown.chosen) and not shown.broken)
        self.accept.show_words(
            Message("grid_proposal.accept_all")
            if shown.is_whole
            else Message("grid_proposal.accept_part", {"count": len(shown.chosen)})
        )

    def _tell(self, shown: Shown) -> None:
        after, before = shown.after, shown.before
        self.balance.show_words(
            Message(
                "grid_proposal.balance",
                {
                    "before": NONE if before is None else f"{before.worst * 100:.0f}",
                    "after": f"{after.worst * 100:.0f}",
                    "least": f"{after.least * 100:.0f}",
                },
            )
        )
        self.bound.show_words(
            Message(
                "grid_proposal.bound",
                {
                    "mean": f"{after.mean:,.0f}",
                    "shape": f"{after.compactness:.2f}",
                    "was": NONE if before is None else f"{before.compactness:.2f}",
                    "along": f"{after.along * 100:.0f}",
                },
            )
        )
        values = {"moves": len(shown.chosen), "share": f"{shown.moved * 100:.1f}"}
        least = shown.proposal.least_move
        self.moved.show_words(
            Message("grid_proposal.moved", values)
            if least is None
            else Message("grid_proposal.moved_least", values | {"least": f"{least * 100:.1f}"})
        )
        self.warning.set_tone("danger" if shown.broken else "quiet")
        self.warning.show_words(self._warning(shown))

    def _warning(self, shown: Shown) -> Message | str:
        made = shown.proposal
        if shown.broken:
            return Message("grid_proposal.in_pieces", {"grids": list(shown.broken)})
        if shown.survey.counts_all:
            return Message("grid_proposal.counts_all")
        if made.cut_communities:
            return Message("grid_proposal.cut", {"count": made.cut_communities})
        if made.bridges:
            return Message("grid_proposal.bridged", {"count": made.bridges})
        if made.outside:
            return Message("grid_proposal.outside", {"count": made.outside})
        return Message("grid_proposal.sound")

    def _look(self, *_: QItemSelection) -> None:
        rows = self.moves.selectionModel().selectedRows()
        self.looked_at.emit(rows[0].row() if rows else None)
