"""One run of the command line: from the words typed to the exit code.

Exit codes: 0 done, 1 findings or rejected rows, 2 cannot (with a sentence), 70 a bug (with a report), 130
stopped.
"""

from __future__ import annotations

import errno
import re
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import typer
from typer.exceptions import TyperException

from layers.cli.console import Console
from layers.cli.help import TranslatedCommand, TranslatedGroup
from layers.cli.language import take_language
from layers.crash import crash_folder, write_crash_report
from layers.errors import Cancelled, UserError
from layers.text import Message, Texts

DONE, FINDINGS, CANNOT, BUG, STOPPED = 0, 1, 2, 70, 130

CommandTable = Mapping[str, tuple[Callable[..., int], str]]
"""Name of a command -> its function and the id of its help text."""

PlainTable = Mapping[str, Callable[[Console, str | None], int]]
"""Name of a command -> what does it, where there is one word after it or none, and no option."""

_OF_THE_DISK = frozenset(
    (errno.ENAMETOOLONG, errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.ENOTDIR)
)
"""What the system refuses and the user can mend, wherever in a command it comes up."""

_LONGEST_NAME = 80
_EXTRA = re.compile(r"unexpected extra argument(?:s|\(s\))? \((.*)\)")


def run_command_line(
    arguments: Sequence[str],
    tables: Iterable[CommandTable],
    environment: Mapping[str, str],
    plain: PlainTable | None = None,
) -> int:
    """Do what ``arguments`` (without the program's name) say, with the commands of ``tables``.

    Those of ``plain`` are done without the parser of options being loaded, where there are no options.
    """
    console = Console(Texts.of_command_line("zh"), as_json=_wants_json(arguments))
    try:
        language, rest = take_language(arguments, environment)
        console.texts = Texts.of_command_line(language)
        if plain and _is_plain(rest) and rest[0] in plain:
            return plain[rest[0]](console, rest[1] if len(rest) > 1 else None)
        return _invoke(rest, tables, console)
    except UserError as error:
        console.fail(error)
        return CANNOT
    except (Cancelled, KeyboardInterrupt):
        console.fail(UserError(Message("cli.stopped")))
        return STOPPED
    except BrokenPipeError:
        # Whoever read our output (head, less) has seen enough.
        return DONE
    except OSError as error:
        if error.errno not in _OF_THE_DISK:
            return _report_bug(error, arguments, console)
        name = "" if error.filename is None else Path(str(error.filename)).name
        shown = name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}\u2026"
        reason = Message("cli.error.disk", {"name": shown})
        detail = Message("store.database_says", {"text": str(error.strerror)})
        console.fail(UserError(reason, Message("cli.hint.disk"), detail))
        return CANNOT
    except Exception as error:  # noqa: BLE001 - the border: a bug becomes a report, never a bare traceback
        return _report_bug(error, arguments, console)


def _invoke(arguments: list[str], tables: Iterable[CommandTable], console: Console) -> int:
    application = typer.Typer(
        cls=TranslatedGroup, add_completion=False, rich_markup_mode=None, help="cli.help.program"
    )
    application.callback()(_program)
    for table in tables:
        for name, (function, help_id) in table.items():
            application.command(name, cls=TranslatedCommand, help=help_id)(function)
    group = typer.main.get_command(application)
    assert isinstance(group, TranslatedGroup)
    _check_command(arguments, list(group.commands))
    if any(not word.strip() for word in arguments):
        # An unset variable in a script: taken as a path it would mean the present folder.
        raise UserError(Message("cli.error.empty"), Message("cli.hint.empty"))
    try:
        code = group.main(arguments or ["--help"], prog_name="gisapp", standalone_mode=False, obj=console)
    except TyperException as error:
        raise _in_our_words(error) from error
    return int(code or DONE)


def _is_plain(arguments: Sequence[str]) -> bool:
    return len(arguments) in (1, 2) and all(word.strip() and word[0] != "-" for word in arguments)


def _program() -> None:
    pass


def _wants_json(arguments: Sequence[str]) -> bool:
    return "--json" in arguments


def _check_command(arguments: list[str], names: list[str]) -> None:
    if not arguments or arguments[0].startswith("-") or arguments[0] in names:
        return
    similar = get_close_matches(arguments[0], names)
    hint = Message("cli.hint.similar", {"names": similar}) if similar else Message("cli.hint.commands")
    raise UserError(Message("cli.error.no_such_command", {"name": arguments[0]}), hint)


def _in_our_words(error: Any) -> UserError:
    """The same complaint as the parser's English one, as a message with what to do next."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "gisapp"
    hint = Message("cli.hint.help", {"command": path})
    option = getattr(error, "option_name", None)
    parameter = getattr(error, "param", None)
    extra = _EXTRA.search(error.format_message())
    if option is not None and hasattr(error, "possibilities"):
        if error.possibilities:
            hint = Message("cli.hint.similar", {"names": sorted(error.possibilities)})
        return UserError(Message("cli.error.no_such_option", {"name": option}), hint)
    if option is not None:
        return UserError(Message("cli.error.option_value", {"name": option}), hint)
    if parameter is not None and hasattr(error, "param_type"):
        name = parameter.metavar or parameter.name.upper()
        return UserError(Message("cli.error.missing", {"name": name}), hint)
    if extra:
        return UserError(Message("cli.error.extra", {"words": extra[1]}), hint)
    return UserError(Message("cli.error.usage", {"text": error.format_message()}), hint)


def _report_bug(error: Exception, arguments: Sequence[str], console: Console) -> int:
    # Names of files and addresses with passwords stay out of a file that is sent to somebody.
    options = [word.partition("=")[0] for word in arguments[1:] if word.startswith("-")]
    facts = {"command": " ".join([*arguments[:1], *options])}
    try:
        report: Path | str = write_crash_report(error, crash_folder(), facts)
    except OSError:
        # A full or read-only disk must not hide the first error.
        traceback.print_exception(error, file=console.trouble)
        report = "-"
    console.fail(UserError(Message("cli.bug"), Message("cli.bug.report", {"path": str(report)})))
    return BUG
