"""What labels say, in the user's language: ``DN600 球墨铸铁 2014``, names of roads, places and works."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtGui import QFont

from gisapp.map.label_marks import WrittenLabel
from gisapp.map.label_memory import LabelWriter
from layers.model.catalogue import Catalogue
from layers.text import Message, Title

_STATES = {
    "planned": Message("map.label.planned"),
    "construction": Message("map.label.construction"),
    "out_of_service": Message("map.label.out_of_service"),
}


def label_writer(
    catalogue: Catalogue,
    short_names: Mapping[str, Title],
    render: Callable[[Message | Title | str], str],
    font: Callable[[float, bool], QFont],
) -> LabelWriter:
    """A writer of labels. ``font(size in px, strong)`` gives the fonts of screen or sheet."""
    materials = catalogue.code_lists.get("material")
    named: dict[str, str] = {}

    def material(code: object) -> str:
        """What a material is called in short; a company's own has no short name and is called by its title."""
        known = str(code)
        if known not in named:
            entry = materials.get(known) if materials is not None and code is not None else None
            named[known] = render(short_names.get(entry.code, entry.title)) if entry is not None else ""
        return named[known]

    main_font, name_font, area_font = font(11, False), font(12, False), font(12, False)
    point_font, code_font = font(12, True), font(10, False)

    def write(kind: str, words: tuple[object, ...]) -> WrittenLabel | None:
        if kind == "main":
            return WrittenLabel(_main_texts(words, material, render), _main_colour(words), main_font)
        text = str(words[0])
        if kind == "code":
            return WrittenLabel((text,), "map_text", code_font)
        if kind == "point":
            return WrittenLabel((text,), "map_text", point_font)
        return WrittenLabel((text,), "map_road_text", name_font if kind == "name" else area_font)

    return write


def _main_texts(
    words: tuple[object, ...],
    material: Callable[[object], str],
    render: Callable[[Message | Title | str], str],
) -> tuple[str, ...]:
    dn, code, year, status = words
    short = "DN ?" if dn is None else f"DN{dn}"
    long = " ".join(part for part in (short, material(code), str(year or "")) if part)
    state = _STATES.get(str(status))
    if state is not None:
        return (f"{render(state)} {short}",)
    return (long, short) if long != short else (short,)


def _main_colour(words: tuple[object, ...]) -> str:
    return "works" if words[3] in ("planned", "construction") else "map_text"
