"""``gisapp render``: the map of a register as a sheet in a file, without a window."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path
from PySide6.QtGui import QGuiApplication

from gisapp.map.label_words import label_writer
from gisapp.map.picture_file import picture_ending
from gisapp.map.sheet.fonts import sheet_font
from gisapp.map.sheet.ground import SheetGround
from gisapp.map.sheet.job import CutOut, printing_steps, run_through
from gisapp.map.sheet.layout import PX_PER_MM, SheetLayout
from gisapp.map.sheet.output import DOTS_PER_INCH, Output, PdfOutput, PngOutput, SvgOutput
from gisapp.map.sheet.plan import (
    SheetPlan,
    convergence_of,
    exact,
    plan_one,
    plan_series,
    something_in,
    too_large,
)
from gisapp.map.sheet.sheet import SheetDress
from gisapp.map.sheet.words import BlockWords, SheetWords
from gisapp.theme import PRINT, THEMES, theme_colours
from layers.basemap.listing import open_shown
from layers.basemap.tile_cache import TileCache
from layers.cli.application import DONE
from layers.cli.console import Console
from layers.cli.opening import open_register
from layers.cli.values import FULL_HD, PictureSize
from layers.errors import UserError
from layers.feedback import Feedback
from layers.geometry.scale_text import scale_text
from layers.model.query import Box
from layers.register import Register
from layers.scene.paper import Paper
from layers.scene.planning import build_scene
from layers.scene.scene import Scene
from layers.scene.style import MapStyle
from layers.scene.styles import USUAL, find_style, style_titles
from layers.text import Message

_COMFORTABLE_SIDE = 1200.0
#: The window keeps tiles of services here (``gisapp.panels.basemap.view``).
CACHE_FILE = "basemaps.sqlite"


@dataclass(frozen=True)
class PictureWishes:
    """What ``gisapp render`` was asked for. With ``paper`` it is a sheet, else a picture of ``size`` pixels."""

    box: Box | None = None
    area: str | None = None
    size: PictureSize = FULL_HD
    paper: Paper | None = None
    scale: float | None = None
    dpi: int = 300
    series: bool = False
    style: str | None = None
    theme: str | None = None
    title: str | None = None
    block: BlockWords = field(default_factory=BlockWords)
    legend: bool = True
    crosses: bool = True
    basemap: bool = False


def render_picture(console: Console, target: str, out: Path, wishes: PictureWishes) -> int:
    """Draw the register ``target`` (or the part wished for) into ``out``; returns the exit code.

    Raises ``UserError`` for an ending, style, theme, area or scale that will not do, and for an empty register.
    """
    ending = picture_ending(out)
    theme = wishes.theme or (THEMES[0] if wishes.paper is None else PRINT)
    _require("--theme", theme, (*THEMES, PRINT))
    if wishes.series and (ending != "pdf" or wishes.paper is None or wishes.scale is None):
        raise UserError(Message("printing.series.needs"), Message("printing.series.needs.hint"))
    # Fonts and pixmaps need it; a window's process has one already.
    application = QGuiApplication.instance() or QGuiApplication(["gisapp"])
    with open_register(target, read_only=True) as register, console.feedback() as feedback:
        area = wishes.box or _area(register, wishes.area)
        style = _style(register, wishes.style or USUAL, feedback.part(0.0, 0.1))
        scene = build_scene(register, style, feedback.part(0.1, 0.7))
        if area is None and scene.box is None:
            raise UserError(Message("picture.nothing"), Message("picture.nothing.hint"))
        plan = _plan(wishes, scene, area)
        words = _words(console, register, scene, target, wishes, ending)
        writer = label_writer(register.catalogue, scene.style.short_names, console.texts.render, words.font)
        dress = SheetDress(
            theme_colours(theme),
            writer,
            words,
            scene.style.hidden,
            wishes.crosses,
            convergence_of(plan, register.crs),
            wash=wishes.paper is None,
        )
        output = _output(ending, out, plan, wishes, words)
        seen: list[CutOut] = []
        with _ground(register, wishes, feedback, console) as ground:
            dress = replace(dress, ground=ground)
            steps = printing_steps(scene, plan.layout, plan.pages, dress, output, seen.append)
            run_through(steps, scene, feedback.part(0.7, 1.0))
    told = [error for each in seen if each.ground is not None for error in each.ground.told.problems]
    for error in dict.fromkeys(error.title for error in told):
        console.say(error)
    if all(each.is_empty for each in seen):
        console.say(Message("picture.empty_box"))
    console.say(Message("picture.done", {"file": str(out), "size": _size(plan, wishes)}))
    console.result(_facts(out, plan, wishes))
    del application
    return DONE


def _style(register: Register, name: str, feedback: Feedback) -> MapStyle:
    """A style of the program or one saved in the register, by its name or title."""
    try:
        return find_style(register, name, feedback)
    except KeyError:
        raise _refused("--style", name, tuple(style_titles(register))) from None


def _require(option: str, value: str, allowed: Sequence[str]) -> None:
    if value not in allowed:
        raise _refused(option, value, allowed)


def _refused(option: str, value: str, allowed: Sequence[str]) -> UserError:
    return UserError(
        Message("cli.error.value", {"option": option, "value": value}),
        Message("cli.hint.one_of", {"values": tuple(allowed)}),
    )


@contextmanager
def _ground(
    register: Register, wishes: PictureWishes, feedback: Feedback, console: Console
) -> Iterator[SheetGround | None]:
    """The register's basemaps that are shown, if they are wished for."""
    if not wishes.basemap:
        yield None
        return
    opened, problems = open_shown(register, register.worker, feedback)
    for problem in problems:
        console.say(problem.title)
    cache = TileCache(user_cache_path("gisapp", appauthor=False) / CACHE_FILE)
    try:
        yield SheetGround(tuple(opened), cache) if opened else None
    finally:
        for each in opened:
            each.close()
        cache.close()


def _area(register: Register, wish: str | None) -> Box | None:
    """The extent of the asset that ``TYPE:CODE`` names."""
    if wish is None:
        return None
    type_name, _, code = wish.partition(":")
    found = register.by_code(type_name, code) if code and type_name in register.catalogue else None
    if found is None or found.geometry is None or found.geometry.is_empty:
        raise UserError(Message("printing.area.none", {"text": wish}), Message("printing.area.none.hint"))
    return Box(*found.geometry.bounds)


def _plan(wishes: PictureWishes, scene: Scene, area: Box | None) -> SheetPlan:
    extent = area or scene.box
    assert extent is not None
    if wishes.paper is None:
        ratio = sharpness(wishes.size)
        layout = SheetLayout.of_picture(wishes.size.width / ratio, wishes.size.height / ratio)
        plan = plan_one(layout, extent, wishes.scale)
        if wishes.box is None or wishes.scale is not None:
            return plan
        return replace(plan, pages=(replace(plan.pages[0], viewport=exact(layout, wishes.box)),))
    if wishes.series and wishes.scale is not None:
        has = something_in(scene, scene.style.hidden)
        return plan_series(wishes.paper, extent, wishes.scale, legend=wishes.legend, has=has)
    layout = SheetLayout.of_paper(wishes.paper, legend=wishes.legend)
    if wishes.scale is not None:
        count = too_large(layout, extent, wishes.scale)
        if count > 1:
            fitting = plan_one(layout, extent, None).denominator
            said = {"scale": scale_text(wishes.scale), "paper": str(wishes.paper), "count": count}
            raise UserError(
                Message("printing.too_large", said),
                Message("printing.too_large.hint", {"scale": scale_text(fitting)}),
            )
    return plan_one(layout, extent, wishes.scale)


def _words(
    console: Console, register: Register, scene: Scene, target: str, wishes: PictureWishes, ending: str
) -> SheetWords:
    name = register.name or Path(target).stem
    return SheetWords(
        console.texts,
        sheet_font(to_pdf=ending == "pdf"),
        wishes.title or name,
        scene.style.title,
        register.crs.title,
        datetime.datetime.now(tz=datetime.UTC).astimezone().date(),
        register.is_sample,
        register.crs.is_local,
        wishes.block if wishes.block.unit else replace(wishes.block, unit=name),
        register.data_version if wishes.paper is not None else None,
    )


def _output(ending: str, out: Path, plan: SheetPlan, wishes: PictureWishes, words: SheetWords) -> Output:
    width, height = plan.layout.page.width(), plan.layout.page.height()
    if ending == "pdf":
        return PdfOutput(out, width, height, words.title, words.block.drawn_by or words.block.unit)
    if wishes.paper is None:
        ratio, pixels = sharpness(wishes.size), wishes.size
    else:
        ratio = wishes.dpi / DOTS_PER_INCH
        pixels = PictureSize(round(width * ratio), round(height * ratio))
    if ending == "png":
        return PngOutput(out, pixels.width, pixels.height, ratio, words.title)
    return SvgOutput(out, width, height, 1.0 if wishes.paper else ratio, words.title)


def _size(plan: SheetPlan, wishes: PictureWishes) -> Message | str:
    if wishes.paper is None:
        return str(wishes.size)
    said = {"paper": str(wishes.paper), "scale": scale_text(plan.denominator), "count": len(plan.pages)}
    return Message("printing.size", said)


def _facts(out: Path, plan: SheetPlan, wishes: PictureWishes) -> dict[str, Any]:
    page = plan.layout.page
    return {
        "file": str(out),
        "paper": None if wishes.paper is None else str(wishes.paper),
        "width_mm": round(page.width() / PX_PER_MM, 2),
        "height_mm": round(page.height() / PX_PER_MM, 2),
        "scale": round(plan.denominator, 3),
        "pages": len(plan.pages),
        "sheets": [
            {"number": each.number, "box": [round(value, 3) for value in each.viewport.box]}
            for each in plan.pages
        ],
    }


def sharpness(size: PictureSize) -> float:
    """Device pixels per px of the picture: a large one is the same sheet drawn finer."""
    return max(1.0, round(2 * min(size.width, size.height) / _COMFORTABLE_SIDE) / 2)
