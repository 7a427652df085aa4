"""“Only these on the map”: what narrows the table alone becomes a filter of the map, and is taken away again."""

from __future__ import annotations

from PySide6.QtCore import QObject

from gisapp.language import Language
from gisapp.panels.filter_bar import filter_parts, session_with, session_without
from gisapp.panels.table.chips import TableChips
from gisapp.panels.table.feed import TableFeed
from gisapp.session import Session
from layers.model.condition_terms import simplified
from layers.model.query import Compare, Condition
from layers.table.arranging import typed_condition

#: So many assets at most can be a condition of the map by their codes.
MOST_NAMED = 2000


class OnlyThese(QObject):
    """Ties the box beside the chips to the session's filters."""

    def __init__(
        self, language: Language, session: Session, feed: TableFeed, chips: TableChips, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._language, self._session, self._feed, self._chips = language, session, feed, chips
        self._on_map: tuple[str, tuple[Condition, ...]] = ("", ())
        chips.only_these.connect(self._switch)
        session.closed.connect(self._forget)

    def offer(self) -> None:
        """Whether there is anything more to keep the map to, and whether it is."""
        name, parts = self._on_map
        self._chips.offer_only(bool(self._narrowing()), name == self._feed.wanted.type and bool(parts))

    def drop(self) -> None:
        """The map shows again what it did before."""
        name, parts = self._on_map
        self._forget()
        if parts:
            session_without(self._session, name, *parts)
        self.offer()

    def _forget(self) -> None:
        self._on_map = ("", ())

    def _switch(self, is_on: bool) -> None:
        if not is_on:
            self.drop()
            return
        parts = self._narrowing()
        if parts:
            self._on_map = (self._feed.wanted.type, parts)
            session_with(self._session, self._feed.wanted.type, *parts)
        self.offer()

    def _narrowing(self) -> tuple[Condition, ...]:
        """What of the table is narrower than the filters it shares with the map, as conditions."""
        shown, feed = self._feed.shown, self._feed
        if shown is None:
            return ()
        parts: list[Condition] = []
        typed = simplified(typed_condition(shown.data, feed.wanted.typed, feed.names, self._language.code))
        if typed is not None:
            parts += filter_parts(typed)
        named = shown.data.type.label_fields[:1]
        column = shown.data.columns.get(named[0]) if named else None
        if feed.only is not None and column is not None and 0 < len(feed.only) <= MOST_NAMED:
            rows = shown.data.rows_of(feed.only).tolist()
            names = tuple(value for row in rows if (value := column.value(row)) is not None)
            parts.append(Compare(named[0], "in", names))
        return tuple(parts)
