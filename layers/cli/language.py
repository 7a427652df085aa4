"""Which language the command line speaks, decided before the first word of help is needed."""

from __future__ import annotations

import locale
from collections.abc import Mapping, Sequence

from layers.errors import UserError
from layers.text import LANGUAGES, Message


def take_language(
    arguments: Sequence[str], environment: Mapping[str, str], system: str | None = None
) -> tuple[str, list[str]]:
    """The language, and ``arguments`` without ``--lang``, which may stand anywhere before ``--``.

    Order: ``--lang``, ``GISAPP_LANG``, the locale (``system``; default: this process's), Chinese.
    """
    rest: list[str] = []
    said: str | None = None
    words = iter(arguments)
    for word in words:
        if word == "--":
            rest += [word, *words]
        elif word == "--lang":
            said = next(words, "")
        elif word.startswith("--lang="):
            said = word.removeprefix("--lang=")
        else:
            rest.append(word)
    if said is None:
        said = environment.get("GISAPP_LANG") or None
    if said is not None:
        if said not in LANGUAGES:
            raise UserError(Message("cli.error.language", {"value": said}), Message("cli.hint.language"))
        return said, rest
    return _of_locale(environment, system), rest


def _of_locale(environment: Mapping[str, str], system: str | None) -> str:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if environment.get(name):
            system = environment[name]
            break
    else:
        system = system or locale.getlocale()[0] or ""
    language = system.lower()
    if language.startswith(("zh", "chinese", "c.", "posix")) or language in ("", "c"):
        return "zh"
    return "en"
