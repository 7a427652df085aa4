"""What the palette finds, and what choosing it does."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from gisapp.actions import Action, key_text
from gisapp.commands.grid_desk import ask_who
from gisapp.panels.bookmarks.bookmarks import Bookmark
from gisapp.panels.palette.model import Entry
from gisapp.panels.place_words import FAR, stated, understood
from gisapp.window import Window
from layers.errors import UserError
from layers.geometry.coordinate_reading import Reading, read_coordinates
from layers.geometry.scale_text import read_scale
from layers.later import Later
from layers.model.asset import AssetKey
from layers.text import LANGUAGES, Message, Texts

if TYPE_CHECKING:
    from layers.responsibility.asking import question as duty_question
    from layers.search import index as search_index
    from layers.search import initials as pinyin
    from layers.search import text_column
else:
    search_index = Later("layers.search.index")
    text_column = Later("layers.search.text_column")
    duty_question = Later("layers.responsibility.asking.question")
    pinyin = Later("layers.search.initials")

ACTIONS_SHOWN = 8
AT_FIRST = (
    "file.sample",
    "file.open",
    "file.new",
    "file.import",
    "view.fit",
    "view.go_to",
    "file.export",
    "view.theme",
    "view.language",
    "help.keys",
)


class Palette:
    """Answers the palette of one window."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._words: dict[str, str] = {}

    def local(self, text: str) -> list[Entry]:
        """Coordinates and actions, at once."""
        if not text:
            return [
                self._action(self._window.parts.actions[name]) for name in AT_FIRST if self._is_possible(name)
            ]
        entries = [self._action(action) for action in self._actions(text)]
        if not self._window.parts.session.is_open:
            return entries
        asked = self._question(text)
        return [*asked, *self._places(text), *self._scales(text), *self._bookmarks(text), *entries]

    def remote(self, text: str, answer: Callable[[list[Entry]], None]) -> None:
        """Assets, roads, communities, people: from the search index, beside the window."""
        self._window.parts.finder.search(
            text, lambda hits: answer([self._asset(hit) for hit in hits]), self._window.palette_panel
        )

    def _question(self, text: str) -> list[Entry]:
        """Who is responsible for what is named, on the day that is named."""
        question = duty_question.read_question(text)
        if question is None:
            return []
        render = self._window.parts.language.render
        day = Message("grid_desk.ask.today") if question.day is None else question.day.isoformat()
        note = render(Message("grid_desk.ask.note", {"day": day}))
        title = render(Message("grid_desk.ask", {"text": question.text}))
        return [
            Entry(title, note, lambda: ask_who(self._window, question.text, question.day), icon="user-focus")
        ]

    def _is_possible(self, name: str) -> bool:
        return self._window.parts.actions.is_possible(name)

    def _actions(self, text: str) -> list[Action]:
        query = text_column.squeeze(text)
        actions = self._window.parts.actions
        found = [
            (self._known_words(a).find(query), a) for a in actions if a.enabled() and a.id != "edit.find"
        ]
        return [action for position, action in sorted(found, key=lambda pair: pair[0]) if position >= 0][
            :ACTIONS_SHOWN
        ]

    def _known_words(self, action: Action) -> str:
        """Everything an action answers to: its names in both languages, their initials, its further words."""
        if action.id not in self._words:
            titles = [Texts(code).render(action.title) for code in LANGUAGES]
            initials, full = pinyin.pinyin_keys([titles[0]])[0]
            parts = [*titles, initials, full, action.words]
            self._words[action.id] = "|".join(map(text_column.squeeze, parts))
        return self._words[action.id]

    def _action(self, action: Action) -> Entry:
        actions = self._window.parts.actions
        return Entry(
            actions.title(action.id),
            "",
            lambda: actions.trigger(action.id),
            icon=action.icon or "command",
            key=key_text(action.key) if action.key else "",
        )

    def _asset(self, hit: search_index.Hit) -> Entry:
        register = self._window.parts.session.register
        assert register is not None
        render = self._window.parts.language.render
        asset_type = register.catalogue[hit.key.type]
        note = render(asset_type.title)
        if hit.value != hit.label:
            field = asset_type.field_named(hit.field)
            note = render(
                Message(
                    "palette.by_field", {"type": asset_type.title, "field": field.title, "value": hit.value}
                )
            )
        return Entry(hit.label, note, lambda: show_asset(self._window, hit.key), symbol=asset_type)

    def _places(self, text: str) -> list[Entry]:
        """The coordinates that are typed, in every way they can be understood."""
        register = self._window.parts.session.register
        assert register is not None
        render = self._window.parts.language.render
        try:
            readings = read_coordinates(text, register.crs, self._window.map.bounds)
        except UserError as error:
            # Half typed, or not possible: the box for coordinates says what to do.
            title = render(Message("action.view.go_to"))
            open_box = self._window.map.navigation.open_go_to
            return [Entry(title, render(error.title), lambda: open_box(text), icon="map-pin")]
        return [
            Entry(
                render(stated(each)),
                render(understood(each, register.crs)),
                lambda reading=each: self._go(reading, text),  # type: ignore[misc]
                icon="map-pin",
            )
            for each in readings
        ]

    def _go(self, reading: Reading, text: str) -> None:
        navigation = self._window.map.navigation
        if reading.outside > FAR:
            # Far away one goes only when asked again, and sees how far.
            navigation.open_go_to(text)
        else:
            navigation.go_to(reading)

    def _scales(self, text: str) -> list[Entry]:
        denominator = read_scale(text, bare=False)
        if denominator is None:
            return []
        note = self._window.parts.language.render(Message("navigate.scale.note"))
        go = self._window.map.navigation.go_to_scale
        return [
            Entry(f"1 : {denominator:,.0f}", note, lambda: go(denominator), icon="arrows-in-line-horizontal")
        ]

    def _bookmarks(self, text: str) -> list[Entry]:
        """Bookmarks by any part of their name, or by the initials of its pinyin."""
        query = text_column.squeeze(text)
        note = self._window.parts.language.render(Message("navigate.bookmark.note"))
        return [
            Entry(each.name, note, lambda bookmark=each: self._show(bookmark), icon="bookmark-simple")  # type: ignore[misc]
            for each in self._window.map.navigation.bookmarks.all
            if any(
                query in text_column.squeeze(words)
                for words in (each.name, *pinyin.pinyin_keys([each.name])[0])
            )
        ]

    def _show(self, bookmark: Bookmark) -> None:
        self._window.close_sheet()
        self._window.map.navigation.go_to_bookmark(bookmark)


def show_asset(window: Window, key: AssetKey) -> None:
    """Select an asset, open it in the inspector and fly there."""
    window.close_sheet()
    window.parts.session.select((key,))
    window.map.fly_to_asset(key)
