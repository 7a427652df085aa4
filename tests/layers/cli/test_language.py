"""Which language is spoken: the option, the variable, the locale, else Chinese."""

from __future__ import annotations

import pytest

from layers.cli.language import take_language
from layers.errors import UserError


@pytest.mark.parametrize(
    ("arguments", "environment", "language", "rest"),
    [
        (["info", "a", "--lang", "en"], {}, "en", ["info", "a"]),
        (["--lang=zh", "info"], {"GISAPP_LANG": "en"}, "zh", ["info"]),
        (["info"], {"GISAPP_LANG": "en", "LANG": "zh_CN.UTF-8"}, "en", ["info"]),
        (["info"], {"LANG": "en_US.UTF-8"}, "en", ["info"]),
        (["info"], {"LANG": "de_DE.UTF-8"}, "en", ["info"]),
        (["info"], {"LANG": "zh_TW.Big5"}, "zh", ["info"]),
        (["info"], {"LC_ALL": "zh_CN", "LANG": "en_US"}, "zh", ["info"]),
        (["info"], {"LANG": "C.UTF-8"}, "zh", ["info"]),
        (["info"], {"GISAPP_LANG": ""}, "zh", ["info"]),
        (["open", "--", "--lang", "en"], {}, "zh", ["open", "--", "--lang", "en"]),
    ],
)
def test_order(arguments: list[str], environment: dict[str, str], language: str, rest: list[str]) -> None:
    assert take_language(arguments, environment, system="C") == (language, rest)


@pytest.mark.parametrize("arguments", [["--lang"], ["--lang", "fr"], ["--lang="]])
def test_an_unknown_language_is_refused(arguments: list[str]) -> None:
    with pytest.raises(UserError):
        take_language(arguments, {})
