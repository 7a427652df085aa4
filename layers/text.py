"""Messages without language: an id with parameters, rendered into Chinese or English at the edge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from layers.resources import resource_root
from layers.texts_file import read_texts

LANGUAGES = ("zh", "en")
ON_COMMAND_LINE = ".on_command_line"
"""The end of an id whose text stands on the command line for the text of the id before it.

The window names what is on the screen, the command line its options.
"""


@dataclass(frozen=True)
class Title:
    """A name in Chinese and English, as the catalogue gives it."""

    zh: str
    en: str

    def __getitem__(self, language: str) -> str:
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True)
class Message:
    """What a user shall be told: the id of a text in ``resources/i18n`` and its named parameters.

    Parameters may be plain values, other messages or titles; these are rendered in the same language.
    """

    id: str
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash((self.id, tuple(sorted((k, repr(v)) for k, v in self.parameters.items()))))


class Texts:
    """All texts of one language. Rendering a message never fails on a missing id: the id itself is shown."""

    def __init__(self, language: str, texts: Mapping[str, str] | None = None) -> None:
        if language not in LANGUAGES:
            raise ValueError(f"unknown language {language!r}")
        self.language = language
        self._texts = texts if texts is not None else load_texts(language)

    @classmethod
    def of_command_line(cls, language: str) -> Texts:
        """The texts of the command line: an option is named where the window names a box."""
        texts = load_texts(language)
        own = {
            id.removesuffix(ON_COMMAND_LINE): text
            for id, text in texts.items()
            if id.endswith(ON_COMMAND_LINE)
        }
        return cls(language, {**texts, **own})

    def __contains__(self, message_id: str) -> bool:
        return message_id in self._texts

    def get(self, message_id: str, **parameters: Any) -> str:
        """The text of ``message_id`` with its parameters filled in."""
        return self.render(Message(message_id, parameters))

    def render(self, message: Message | Title | str) -> str:
        """The sentence a user reads for ``message``; plain strings pass unchanged."""
        if isinstance(message, str):
            return message
        if isinstance(message, Title):
            return message[self.language]
        template = self._texts.get(message.id)
        if template is None:
            return f"{message.id} {dict(message.parameters)}" if message.parameters else message.id
        return template.format(**{k: self._value(v) for k, v in message.parameters.items()})

    def _value(self, value: Any) -> Any:
        if isinstance(value, Message | Title):
            return self.render(value)
        if isinstance(value, tuple | list):
            return ("、" if self.language == "zh" else ", ").join(str(self._value(v)) for v in value)
        return value


def in_one(sentences: Sequence[Message]) -> Message:
    """Several sentences as one, for where there is a single line: each is set off from the next."""
    if not sentences:
        raise ValueError("no sentences")
    first, *rest = sentences
    return Message("format.and_then", {"first": first, "then": in_one(rest)}) if rest else first


@lru_cache(maxsize=4)
def load_texts(language: str, root: Path | None = None) -> Mapping[str, str]:
    """Read every ``.po`` file of ``language``; an id given twice is an error of the program."""
    texts: dict[str, str] = {}
    folder = (root or resource_root() / "i18n") / language
    for path in sorted(folder.glob("*.po")):
        for id, text in read_texts(path, language):
            if id in texts:
                raise ValueError(f"{path}: text {id!r} is given twice")
            texts[id] = text
    return MappingProxyType(texts)
