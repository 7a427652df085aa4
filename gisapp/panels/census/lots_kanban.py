"""The board of lots: a column for each team or state. Dragging a card gives the lot, or all chosen ones, to a team."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from gisapp.language import Language, Words
from gisapp.panels.board.card_board import CardBoard
from gisapp.panels.board.heads import BoardColumn
from gisapp.panels.census.lot_card_painter import CARD_HEIGHT, LotCardPainter
from gisapp.theme import Theme
from layers.census.lots.board import NOBODY, By, LotBoard, LotCard, TeamLoad, whole_days
from layers.model.catalogue import Catalogue
from layers.scene.team_colours import team_colours
from layers.text import Message

LEAST_COLUMN = 190
#: From so much of the mean on a team's load is marked.
_HEAVY, _TOO_HEAVY = 1.1, 1.25


class LotsKanban(CardBoard):
    """``show_board`` gives what is shown; ``by``: whose columns they are."""

    def __init__(self, language: Language, theme: Theme) -> None:
        super().__init__(language, theme, card_height=CARD_HEIGHT, least_column=LEAST_COLUMN, several=True)
        self._painter = LotCardPainter(language, theme)
        self._board: LotBoard | None = None
        self.by: By = "team"
        self._known: set[object] = set()
        language.hint(self, Message("lots.board"))
        language.changed.connect(self._show)

    def show_board(self, board: LotBoard | None, catalogue: Catalogue | None, by: By) -> None:
        """Show the lots of a board by team or by state."""
        self._board, self._painter.catalogue, self.by = board, catalogue, by
        self._show()

    def paint_card(self, painter: QPainter, place: QRectF, card: int, *, is_current: bool) -> None:
        its = None if self._board is None else self._board.by_id.get(card)
        if its is not None:
            self._painter.paint(painter, place, its, is_current=is_current, ask_team=self.by == "state")

    def tip_of(self, card: int) -> str:
        its = None if self._board is None else self._board.by_id.get(card)
        if its is None:
            return ""
        alarm = "" if its.alarm is None else self._language.render(its.alarm.words)
        lines = [f"{its.row.lot['code']} {its.row.lot['name']}", self._painter.classes(its), alarm]
        return "\n".join(line for line in lines if line)

    def _show(self) -> None:
        board = self._board
        if board is None:
            self.show_columns(())
            return
        columns = self._teams(board) if self.by == "team" else self._states(board)
        # What is empty begins narrow: it is there to be dropped upon.
        for column in columns:
            if (self.by, column.key) not in self._known:
                self._known.add((self.by, column.key))
                if not column.cards:
                    self._folded.add(column.key)
        self.show_columns(columns)

    def _teams(self, board: LotBoard) -> list[BoardColumn]:
        colours = team_colours(list(board.teams))
        most = max((load.days for load in board.loads.values() if load.share is not None), default=0.0)
        names: dict[int, Words] = {NOBODY: Message("lots.nobody"), **board.teams}
        return [
            self._column(board, key, title, board.loads[key], most, colours.get(key))
            for key, title in names.items()
        ]

    def _states(self, board: LotBoard) -> list[BoardColumn]:
        catalogue = self._painter.catalogue
        if catalogue is None:
            return []
        found = []
        for entry in catalogue.code_lists["lot_state"].entries:
            cards = board.column("state", entry.code)
            if cards or entry.code != "cancelled":
                given = {"count": len(cards), "left": sum(card.left for card in cards)}
                found.append(self._made(entry.code, entry.title, Message("lots.head.state", given), cards))
        return found

    def _load_words(self, load: TeamLoad) -> Message:
        given = {"count": len(load.lots), "left": load.left, "days": whole_days(load.days)}
        return Message(
            "lots.head" if load.left else "lots.head.done", given if load.left else {"count": len(load.lots)}
        )

    def _column(
        self,
        board: LotBoard,
        key: int,
        title: Words,
        load: TeamLoad,
        most: float,
        colour: str | None,
    ) -> BoardColumn:
        cards, under, share = board.column("team", key), self._load_words(load), load.share
        if share is None or not most:
            return self._made(key, title, under, cards, mark=colour)
        tone = "danger" if share > _TOO_HEAVY else "warn" if share > _HEAVY else "bar_fill"
        return self._made(key, title, under, cards, load=load.days / most, tone=tone, mark=colour)

    def _made(
        self,
        key: int | str,
        title: Words,
        under: Words,
        cards: tuple[LotCard, ...],
        *,
        load: float | None = None,
        tone: str = "bar_fill",
        mark: str | None = None,
    ) -> BoardColumn:
        say = self._language.render
        return BoardColumn(key, say(title), say(under), tuple(card.id for card in cards), load, tone, mark)
