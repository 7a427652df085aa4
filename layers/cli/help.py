"""Help in both languages: commands and options carry the ids of their texts, rendered when asked for."""

from __future__ import annotations

import shutil
from typing import Any

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup

from layers.cli.layout import definitions, wrap
from layers.text import Texts


def _texts(context: typer.Context) -> Texts:
    texts = context.find_root().obj.texts
    assert isinstance(texts, Texts)
    return texts


def _width() -> int:
    return min(100, shutil.get_terminal_size().columns)


def _argument_name(parameter: Any) -> str:
    name = str(parameter.metavar or parameter.name.upper())
    return name if parameter.required else f"[{name}]"


def _option_name(parameter: Any) -> str:
    names = ", ".join(parameter.opts)
    return names if parameter.is_flag else f"{names} {parameter.metavar or parameter.name.upper()}"


def _usage(command: Any, context: typer.Context, texts: Texts) -> str:
    pieces = [context.command_path]
    if isinstance(command, TyperGroup):
        pieces.append(texts.get("cli.help.usage_command"))
    else:
        pieces.append(texts.get("cli.help.usage_options"))
        pieces += [_argument_name(parameter) for parameter in command.params if _is_argument(parameter)]
    return texts.get("cli.help.usage", line=" ".join(pieces))


def _is_argument(parameter: Any) -> bool:
    return isinstance(parameter, TyperArgument)


def _meaning(parameter: Any, texts: Texts) -> str:
    text = texts.get(parameter.help)
    if parameter.default not in (None, False, (), "") and not callable(parameter.default):
        text = texts.get("cli.help.default", meaning=text, value=parameter.default)
    return text


def render_help(command: Any, context: typer.Context) -> str:
    """The whole help page of ``command`` in the language of this run."""
    texts, width = _texts(context), _width()
    parts = [_usage(command, context, texts) + "\n", "\n".join(wrap(texts.get(command.help), width)) + "\n"]
    arguments = [p for p in command.params if _is_argument(p)]
    options = [p for p in command.params if not _is_argument(p)]
    if isinstance(command, TyperGroup):
        rows = [
            (name, texts.get(each.short_help or each.help or "")) for name, each in command.commands.items()
        ]
        parts.append(texts.get("cli.help.commands") + "\n" + definitions(rows, width))
    if arguments:
        rows = [(_argument_name(parameter), _meaning(parameter, texts)) for parameter in arguments]
        parts.append(texts.get("cli.help.arguments") + "\n" + definitions(rows, width))
    rows = [(_option_name(parameter), _meaning(parameter, texts)) for parameter in options]
    rows += [("--lang zh|en", texts.get("cli.help.lang")), ("--help", texts.get("cli.help.help"))]
    parts.append(texts.get("cli.help.options") + "\n" + definitions(rows, width))
    parts.append("\n".join(wrap(texts.get("cli.help.exit_codes"), width)) + "\n")
    return "\n".join(parts)


class TranslatedCommand(TyperCommand):
    """A command whose help texts are ids of ``resources/i18n``."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        formatter.write(render_help(self, ctx))


class TranslatedGroup(TyperGroup):
    """The program itself: its help lists the commands."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        formatter.write(render_help(self, ctx))
