"""The program's door: one command line for the window, for pictures and for everything without a screen.

What a command needs is loaded when it is asked for, and only here: the window must not wait for the
importers, nor the importers for Qt. This is the one file with imports inside functions.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from platformdirs import user_cache_path

from layers.cli.application import CommandTable, PlainTable, run_command_line
from layers.cli.console import Console
from layers.cli.values import (
    FULL_HD,
    JsonOption,
    PictureSize,
    RegisterArgument,
    choice,
    paper_of,
    read_box,
    read_picture_size,
    scale_of,
    whole_number,
)
from layers.errors import UserError
from layers.model.query import Box
from layers.scene.kept import BUILDING_MODULES, is_kept
from layers.scene.last_picture import read_picture
from layers.scene.paper import ORIENTATIONS, Paper
from layers.text import Message

if TYPE_CHECKING:
    from gisapp.ahead import Ahead
    from layers.store.worker import Worker


def open_window(
    context: typer.Context,
    target: Annotated[str | None, typer.Argument(metavar="REGISTER|FILE|URL", help="cli.open.target")] = None,
    sample: Annotated[bool, typer.Option("--sample", help="cli.open.sample")] = False,
) -> int:
    """The window, empty, on ``target`` or on the sample city."""
    return _open_window(context.obj, target, sample=sample)


def _open_window(console: Console, target: str | None, *, sample: bool = False) -> int:
    _require_display()
    # Everything that is loaded now stays: looking through it for garbage takes a tenth of the start.
    gc.disable()
    # The threads of numpy's algebra wait for work by going round in circles, here and in the workers: a tenth of a
    # second of a core each. After so many turns (2^4, not 2^26) they sleep.
    os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", "4")
    from gisapp import quick_imports  # noqa: F401 - before all others

    ahead = picture = None
    if target is not None and not sample:
        is_new = not is_kept(_scenes(), target)
        if is_new:
            ahead = _ahead(target, _worker(begun=True))
        kept = read_picture(_scenes(), target)
        if kept is not None:
            from gisapp.first_picture import show_first_picture

            picture = show_first_picture(kept)
        # The picture first: it is there in a tenth of a second.
        ahead = ahead or _ahead(target, _worker(begun=False))
    from gisapp.app import run_window

    language = console.texts.language
    return run_window(target, sample=sample, language=language, ahead=ahead, picture=picture)


def render(
    context: typer.Context,
    register: RegisterArgument,
    out: Annotated[Path, typer.Argument(metavar="OUT.pdf|png|svg", help="cli.render.out")],
    paper: Annotated[
        Paper | None, typer.Option(metavar="A4..A0|WxH", parser=paper_of, help="cli.render.paper")
    ] = None,
    orientation: Annotated[
        str | None,
        typer.Option(
            metavar="landscape|portrait",
            parser=choice("--orientation", ORIENTATIONS),
            help="cli.render.orientation",
        ),
    ] = None,
    scale: Annotated[
        float | None, typer.Option(metavar="N", parser=scale_of, help="cli.render.scale")
    ] = None,
    box: Annotated[
        Box | None,
        typer.Option(metavar="X0,Y0,X1,Y1", parser=read_box, help="cli.render.box"),
    ] = None,
    area: Annotated[str | None, typer.Option(metavar="TYPE:CODE", help="cli.render.area")] = None,
    series: Annotated[bool, typer.Option("--series", help="cli.render.series")] = False,
    dpi: Annotated[
        int, typer.Option(metavar="N", parser=whole_number("--dpi", 96, 600), help="cli.render.dpi")
    ] = 300,
    size: Annotated[
        PictureSize, typer.Option(metavar="WxH", parser=read_picture_size, help="cli.render.size")
    ] = FULL_HD,
    style: Annotated[str | None, typer.Option(metavar="NAME", help="cli.render.style")] = None,
    theme: Annotated[str | None, typer.Option(metavar="light|dark|print", help="cli.render.theme")] = None,
    title: Annotated[str | None, typer.Option(metavar="TEXT", help="cli.render.title")] = None,
    unit: Annotated[str, typer.Option(metavar="TEXT", help="cli.render.unit")] = "",
    number: Annotated[str, typer.Option(metavar="TEXT", help="cli.render.number")] = "",
    datum: Annotated[str, typer.Option(metavar="TEXT", help="cli.render.datum")] = "",
    drawn_by: Annotated[str, typer.Option(metavar="NAME", help="cli.render.drawn_by")] = "",
    checked_by: Annotated[str, typer.Option(metavar="NAME", help="cli.render.checked_by")] = "",
    no_legend: Annotated[bool, typer.Option("--no-legend", help="cli.render.no_legend")] = False,
    no_grid: Annotated[bool, typer.Option("--no-grid", help="cli.render.no_grid")] = False,
    basemap: Annotated[bool, typer.Option("--basemap", help="cli.render.basemap")] = False,
    as_json: JsonOption = False,
) -> int:
    """The map as a sheet or a picture, without a screen."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from gisapp import quick_imports  # noqa: F401 - before all others
    from gisapp.map.picture import PictureWishes, render_picture
    from gisapp.map.sheet.words import BlockWords

    wishes = PictureWishes(
        box=box, area=area, size=size, scale=scale, dpi=dpi, series=series, style=style, theme=theme,
        paper=paper if paper is None or orientation is None else paper.turned(orientation),
        title=title, block=BlockWords(unit, number, datum, drawn_by, checked_by),
        legend=not no_legend, crosses=not no_grid, basemap=basemap,
    )  # fmt: skip
    return render_picture(context.obj, register, out, wishes)


#: What needs no parser, which takes a tenth of a start to be loaded.
PLAIN: PlainTable = {"open": _open_window}
COMMANDS: CommandTable = {
    "open": (open_window, "cli.open.help"),
    "render": (render, "cli.render.help"),
}


def _worker(*, begun: bool) -> Worker:
    """What builds the map of a register never seen: ``begun``, its first process loads what it needs beside Qt."""
    from layers.store.worker import Worker

    worker = Worker(preload=BUILDING_MODULES)
    if begun:
        worker.warm_up()
    return worker


def _ahead(target: str, worker: Worker) -> Ahead:
    from gisapp.ahead import Ahead

    return Ahead(target, worker, _scenes())


def _scenes() -> Path:
    """Where maps are kept from one day to the next."""
    return user_cache_path("gisapp", appauthor=False) / "scenes"


def _require_display() -> None:
    unset = not any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))
    if sys.platform.startswith("linux") and unset:
        raise UserError(Message("cli.error.no_display"), Message("cli.hint.no_display"))


def with_open(arguments: Sequence[str]) -> list[str]:
    """``gisapp`` alone and ``gisapp TARGET`` mean ``open``: a word with a dot or a slash is no command."""
    words = list(arguments)
    position = 0
    while position < len(words) and words[position].startswith("--lang"):
        position += 1 if "=" in words[position] else 2
    if position >= len(words):
        return ["open", *words]
    first = words[position]
    is_target = not first.startswith("-") and any(mark in first for mark in (".", "/", "\\"))
    return ["open", *words] if is_target else words


def main() -> None:
    """The console script ``gisapp``."""
    arguments = with_open(sys.argv[1:])
    tables = [COMMANDS]
    if arguments[0] not in COMMANDS:
        from layers.cli.commands import COMMANDS as WITHOUT_SCREEN

        tables.append(WITHOUT_SCREEN)
    raise SystemExit(run_command_line(arguments, tables, os.environ, PLAIN))


if __name__ == "__main__":
    main()
