"""The dialog that prints the map, or writes it as PDF, PNG or SVG: what it is asked about, and how sheets look."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import islice
from pathlib import Path

from gisapp.commands.folders import home_folder
from gisapp.commands.opening import name_of
from gisapp.dialogs.print_choice import Extents, PrintChoice
from gisapp.dialogs.print_dialog import DressOf, PrintDialog, PrintSubject
from gisapp.dialogs.print_form import Area
from gisapp.map.label_words import label_writer
from gisapp.map.sheet.fonts import sheet_font
from gisapp.map.sheet.ground import SheetGround
from gisapp.map.sheet.plan import SheetPlan, convergence_of
from gisapp.map.sheet.sheet import SheetDress
from gisapp.map.sheet.words import SheetWords
from gisapp.theme import PRINT, theme_colours
from gisapp.window import Window
from layers.feedback import Feedback
from layers.model.asset import AssetKey
from layers.model.query import Box, Query
from layers.past.book import Past
from layers.register import Register
from layers.scene.reference import with_references
from layers.scene.scene import Scene
from layers.text import Message, Texts, Title

#: Areas offered by name.
_MOST_AREAS = 5000


def ask_print(window: Window) -> None:
    """Open the dialog on what the map shows now."""
    register, scene = window.parts.session.register, window.map.canvas.scene
    if register is None:
        return
    if scene is None or scene.box is None:
        window.parts.notifier.warn(Message("printing.nothing"), Message("printing.nothing.hint"))
        return
    selected = tuple(window.parts.session.selection)

    def find(feedback: Feedback) -> tuple[Box | None, list[Area]]:
        return _extent(register, selected), _areas(register, window.parts.language.render, feedback)

    window.parts.tasks.run(
        Message("printing.planning"),
        find,
        lambda found: _open(window, register, scene, *found),
        owner=window,
        key="print",
        shown=False,
    )


def _open(window: Window, register: Register, scene: Scene, selection: Box | None, areas: list[Area]) -> None:
    if window.parts.session.register is not register:
        return
    parts = window.parts
    canvas = window.map.canvas
    assert scene.box is not None
    extents = Extents(canvas.viewport.box, selection, scene.box)
    made = window.reference_room.made
    scene = with_references(scene, None if made is None else made.scene)
    feed = window.basemaps.feed
    opened = tuple(layer.opened for layer in feed.basemaps.layers)
    ground = SheetGround(opened, feed.cache) if opened else None
    filtered = bool(window.parts.session.filters)
    dress_of = _dresser(register, scene, canvas.hidden, ground, filtered, window.map.past.map.shown)
    subject = PrintSubject(scene, canvas.hidden, extents, dress_of, ground is not None)
    name = register.name or Path(name_of(str(register.target))).stem
    choice = PrintChoice(drawn_by=parts.settings.preferences.name).with_remembered(
        parts.settings.preferences.printing
    )
    choice = replace(choice, title=name, unit=choice.unit or name, language=parts.language.code)
    dialog = PrintDialog(
        parts.language, parts.theme, parts.tasks, subject, choice, home_folder(window), window
    )
    dialog.show_areas(areas)
    dialog.left.connect(lambda left: parts.settings.change(printing=left.remembered()))
    dialog.written.connect(lambda out: parts.notifier.done(Message("printing.done", {"file": str(out)})))
    dialog.printed.connect(lambda: parts.notifier.done(Message("printing.printed")))
    dialog.open()


def _dresser(
    register: Register,
    scene: Scene,
    hidden: frozenset[str],
    ground: SheetGround | None,
    filtered: bool,
    past: Past | None,
) -> DressOf:
    """How sheets of this register look for a choice."""

    def dress_of(choice: PrintChoice, plan: SheetPlan, to_pdf: bool) -> SheetDress:
        texts = Texts(choice.language)
        font = sheet_font(to_pdf=to_pdf)
        words = SheetWords(
            texts,
            font,
            choice.title,
            scene.style.title,
            register.crs.title,
            datetime.datetime.now(tz=datetime.UTC).astimezone().date(),
            register.is_sample,
            register.crs.is_local,
            choice.block,
            scene.data_version,
            filtered,
            past,
        )
        writer = label_writer(register.catalogue, scene.style.short_names, texts.render, font)
        angle = convergence_of(plan, register.crs)
        below = ground if choice.ground else None
        return SheetDress(theme_colours(PRINT), writer, words, hidden, choice.crosses, angle, ground=below)

    return dress_of


def _extent(register: Register, selected: Iterable[AssetKey]) -> Box | None:
    """The extent of what is selected."""
    boxes = []
    for key in islice(selected, _MOST_AREAS):
        asset = register.get(key.type, key.id)
        if asset is not None and asset.geometry is not None and not asset.geometry.is_empty:
            boxes.append(asset.geometry.bounds)
    if not boxes:
        return None
    x0, y0, x1, y1 = zip(*boxes, strict=True)
    return Box(min(x0), min(y0), max(x1), max(y1))


def _areas(register: Register, render: Callable[[Title], str], feedback: Feedback) -> list[Area]:
    """Grids, communities and whatever else has an area and a name."""
    found: list[Area] = []
    for asset_type in register.catalogue:
        feedback.check()
        names = [name for name in ("code", "name") if name in asset_type]
        if asset_type.shape != "polygon" or not names or asset_type.group != "place":
            continue
        for asset in register.find(Query(asset_type.name, located=True, limit=_MOST_AREAS - len(found))):
            words = [str(asset.values[name]) for name in names if asset.values.get(name)]
            if words and asset.geometry is not None and not asset.geometry.is_empty:
                found.append((" ".join([render(asset_type.title), *words]), Box(*asset.geometry.bounds)))
    return found
