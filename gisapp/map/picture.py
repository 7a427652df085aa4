"""``gisapp render``: the map of a register as a sheet in a file, without a window."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPainter

from gisapp.map.label_words import label_writer
from gisapp.map.legend import legend_entries
from gisapp.map.painter import SymbolsOf
from gisapp.map.picture_file import encode, picture_ending, write_whole
from gisapp.map.sheet import Sheet
from gisapp.map.sheet_layout import SheetLayout, round_scale
from gisapp.map.sheet_words import SheetWords
from gisapp.map.symbols import SymbolAtlas, Symbols, VectorSymbols
from gisapp.map.viewport import Viewport
from gisapp.theme import THEMES, font_families, theme_colours
from layers.cli.application import DONE
from layers.cli.console import Console
from layers.cli.opening import open_register
from layers.cli.values import FULL_HD, PictureSize
from layers.errors import UserError
from layers.feedback import Feedback
from layers.model.query import Box
from layers.register import Register
from layers.scene.request import DrawRequest
from layers.scene.scene import Scene, build_scene
from layers.scene.style import METRES_PER_PIXEL
from layers.scene.style_file import style_names
from layers.text import Message, Texts

#: The family whose text comes out of a PDF as it went in.
PDF_FAMILY = "WenQuanYi Micro Hei"
_COMFORTABLE_SIDE = 1200.0
_FIT_MARGIN = 16.0


def render_picture(
    console: Console,
    target: str,
    out: Path,
    *,
    box: Box | None = None,
    size: PictureSize = FULL_HD,
    style: str | None = None,
    theme: str = "light",
) -> int:
    """Draw the register ``target`` (or the part in ``box``) into ``out``; returns the exit code.

    Raises ``UserError`` for an ending, style, theme or place that will not do, and for an empty register.
    """
    ending = picture_ending(out)
    style = style or style_names()[0]
    _require("--style", style, style_names())
    _require("--theme", theme, THEMES)
    # Fonts and pixmaps need it; a window's process has one already.
    application = QGuiApplication.instance() or QGuiApplication(["gisapp"])
    with open_register(target, read_only=True) as register, console.feedback() as feedback:
        scene = build_scene(register, style, feedback.part(0.0, 0.9))
        if box is None and scene.box is None:
            raise UserError(Message("picture.nothing"), Message("picture.nothing.hint"))
        drawing = _Drawing(register, scene, console.texts, target, ending, theme_colours(theme))
        content = drawing.encoded(box, size, feedback)
    write_whole(out, content)
    if drawing.is_empty:
        console.say(Message("picture.empty_box"))
    console.say(Message("picture.done", {"file": str(out), "size": str(size)}))
    del application
    return DONE


def _require(option: str, value: str, allowed: Sequence[str]) -> None:
    if value not in allowed:
        raise UserError(
            Message("cli.error.value", {"option": option, "value": value}),
            Message("cli.hint.one_of", {"values": tuple(allowed)}),
        )


class _Drawing:
    """One sheet of a scene."""

    def __init__(
        self,
        register: Register,
        scene: Scene,
        texts: Texts,
        target: str,
        ending: str,
        colours: dict[str, QColor],
    ) -> None:
        self._scene, self._ending, self._colours = scene, ending, colours
        self._families = _families(ending)
        self._words = SheetWords(
            texts,
            self._font,
            register.name or Path(target).stem,
            scene.style.title,
            register.crs.title,
            datetime.datetime.now(tz=datetime.UTC).astimezone().date(),
            register.is_sample,
        )
        self._writer = label_writer(register.catalogue, scene.style.short_names, texts.render, self._font)
        self.is_empty = False

    def encoded(self, box: Box | None, size: PictureSize, feedback: Feedback) -> bytes:
        """The sheet of ``size`` as the content of a file."""
        ratio = sharpness(size)
        layout = SheetLayout.of(size.width / ratio, size.height / ratio)
        viewport = view_of(box, self._scene.box, layout)
        batches = self._scene.draw(
            DrawRequest(0, viewport.box, viewport.metres_per_pixel, self._scene.style.hidden), feedback
        )
        counts = self._scene.counts(viewport.box)
        entries = legend_entries(self._scene.style, counts, viewport.denominator)
        self.is_empty = not any(each.count for layer in counts.values() for each in layer.values())
        symbols_of = self._symbols(ratio)

        def paint(painter: QPainter) -> None:
            sheet = Sheet(painter, layout, viewport, self._colours, symbols_of, self._words)
            sheet.paint(batches, entries, self._writer)

        return encode(self._ending, size.width, size.height, ratio, self._words.title, paint)

    def _symbols(self, ratio: float) -> SymbolsOf:
        made: dict[int, Symbols] = {}

        def of(size: int) -> Symbols:
            if size not in made:
                vector = self._ending != "png"
                made[size] = (
                    VectorSymbols(self._colours, size) if vector else SymbolAtlas(self._colours, size, ratio)
                )
            return made[size]

        return of

    def _font(self, size: float, strong: bool) -> QFont:
        font = QFont(self._families)
        font.setPixelSize(round(size))
        if strong:
            font.setWeight(QFont.Weight.Bold)
        return font


def sharpness(size: PictureSize) -> float:
    """Device pixels per px of the sheet: a large picture is the same sheet drawn finer."""
    return max(1.0, round(2 * min(size.width, size.height) / _COMFORTABLE_SIDE) / 2)


def view_of(box: Box | None, whole: Box | None, layout: SheetLayout) -> Viewport:
    """What the sheet's map shows: exactly ``box``, else the ``whole`` register at a round scale."""
    width, height = layout.map.width(), layout.map.height()
    if box is not None:
        return Viewport.fitting(box, width, height, 0.0)
    assert whole is not None
    view = Viewport.fitting(whole, width, height, min(_FIT_MARGIN, width / 8, height / 8))
    return replace(view, metres_per_pixel=round_scale(view.denominator) * METRES_PER_PIXEL)


def _families(ending: str) -> list[str]:
    known = QFontDatabase.families()
    first = [PDF_FAMILY] if ending == "pdf" and PDF_FAMILY in known else []
    return [*first, *font_families()]
