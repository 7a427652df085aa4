"""The cards of what is done with several lots: a due date, evening out, the walking order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QObject, QPoint

from gisapp.forms.words import Label
from gisapp.language import Language, Words
from gisapp.panels.census.census_panel import CensusPanel
from gisapp.panels.census.lots_centre import LotsCentre
from gisapp.theme import Theme
from layers.census.lots.board import LotBoard, evenness
from layers.census.words import LOT
from layers.text import Message

_WIDTH = 320
_CORNER = QPoint(8, 60)
CHOSEN, ALL = "chosen", "all"


class LotActs(QObject):
    """Asks on a card that lies over the desk's panel, and does what was entered as one act each."""

    def __init__(self, language: Language, theme: Theme, lots: LotsCentre, panel: CensusPanel) -> None:
        super().__init__(panel)
        self._language, self._theme, self.lots, self._panel = language, theme, lots, panel
        lots.proposed.connect(self._show_proposal)

    def ask_due(self) -> None:
        """Ask until when the chosen lots are due."""
        self.lots.when_read(self._ask_due)

    def _ask_due(self) -> None:
        register, chosen = self.lots.centre.register, self.lots.chosen
        board = self.lots.board
        if register is None or board is None or not chosen:
            return
        dues = {board.by_id[lot].row.lot["due_date"] for lot in chosen if lot in board.by_id}
        card = self._panel.card
        entry = card.make(Message("lots.due.title", {"count": len(chosen)}), Message("lots.due.save"))
        its = next(iter(dues)) if len(dues) == 1 else None
        entry.add_field("due_date", register.catalogue[LOT].field_named("due_date"), its)
        entry.saved.connect(
            lambda values: self.lots.put_due(chosen, values["due_date"], card.shut, card.show_failed)
        )
        card.open(entry, "due_date", _WIDTH, _CORNER)

    def ask_walk(self) -> None:
        """Ask which lots are put into walking order."""
        self.lots.when_read(self._ask_walk)

    def _ask_walk(self) -> None:
        board, chosen = self.lots.board, self.lots.chosen
        if board is None:
            return
        scopes = self._scopes(board, chosen)
        card = self._panel.card
        entry = card.make(Message("lots.walk.title"), Message("lots.walk.save"))
        choices: list[tuple[Any, Words]] = [(key, words) for key, (words, _) in scopes.items()]
        entry.add_choice("scope", Message("lots.walk.scope"), choices, CHOSEN if chosen else ALL)
        entry.add_row(
            Label(
                self._language, self._theme, Message("lots.walk.hint"), size="small", tone="quiet", wrap=True
            )
        )

        def go(values: dict[str, Any]) -> None:
            card.shut()
            self.lots.walk(scopes[values["scope"]][1])

        entry.saved.connect(go)
        card.open(entry, "scope", _WIDTH, _CORNER)

    @staticmethod
    def _scopes(board: LotBoard, chosen: tuple[int, ...]) -> dict[Any, tuple[Words, tuple[int, ...]]]:
        """What may be put in order: the chosen lots, those of a team, all that are not closed."""
        found: dict[Any, tuple[Words, tuple[int, ...]]] = {}
        if chosen:
            found[CHOSEN] = (Message("lots.walk.chosen", {"count": len(chosen)}), chosen)
        for team in board.working:
            its = board.loads[team].lots
            if its:
                found[team] = (Message("lots.walk.team", {"team": board.teams[team], "count": len(its)}), its)
        every = tuple(card.id for card in board.cards if not card.is_closed)
        found[ALL] = (Message("lots.walk.all", {"count": len(every)}), every)
        return found

    def ask_even(self) -> None:
        """Work out and show how the load of the teams could be evened out."""
        self.lots.when_read(self.lots.propose)

    def _show_proposal(self, moves: Mapping[int, int]) -> None:
        board = self.lots.board
        if board is None:
            return
        card = self._panel.card
        entry = card.make(Message("lots.even.title"), Message("lots.even.save"))
        before, after = evenness(board.loads), evenness(board.loads_with(moves))
        given = {"count": len(moves), "before": f"{before or 1:.2f}", "after": f"{after or 1:.2f}"}
        words = Message("lots.even.told", given) if moves else Message("lots.even.nothing")
        entry.add_row(Label(self._language, self._theme, words, size="small", wrap=True))
        for team in sorted(set(moves.values()), key=list(board.teams).index):
            names = [str(board.by_id[lot].row.lot["name"]) for lot in moves if moves[lot] == team]
            told = {"team": board.teams[team], "count": len(names), "lots": names[:4]}
            message = Message("lots.even.team" if len(names) <= 4 else "lots.even.team.more", told)
            entry.add_row(Label(self._language, self._theme, message, size="small", tone="quiet", wrap=True))
        entry.save.setEnabled(bool(moves))
        entry.saved.connect(lambda _: self.lots.move(dict(moves), card.shut))
        self.lots.choose(sorted(moves)) if moves else None
        card.open(entry, "", _WIDTH, _CORNER)
