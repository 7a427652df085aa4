"""What a user chose for a print, and which of it is remembered for the next one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal

from gisapp.map.sheet.words import BlockWords
from layers.errors import UserError
from layers.model.query import Box
from layers.scene.paper import LANDSCAPE, ORIENTATIONS, SIZES, Paper, read_paper

Extent = Literal["view", "selection", "all", "area"]
EXTENTS: tuple[Extent, ...] = ("view", "selection", "all", "area")
RESOLUTIONS = (96, 150, 200, 300, 400, 600)
#: What belongs to one print alone.
_OF_THE_MOMENT = ("title", "number", "extent", "scale", "series", "language")


@dataclass(frozen=True)
class PrintChoice:
    """``size`` is a name or ``WxH`` in mm; ``scale`` None fits the extent."""

    size: str = "A3"
    orientation: str = LANDSCAPE
    extent: Extent = "view"
    scale: float | None = None
    series: bool = False
    title: str = ""
    unit: str = ""
    number: str = ""
    datum: str = ""
    drawn_by: str = ""
    checked_by: str = ""
    legend: bool = True
    crosses: bool = True
    ground: bool = False
    language: str = "zh"
    dpi: int = 300

    @property
    def paper(self) -> Paper:
        """Raises ``UserError`` when ``size`` is none."""
        paper = read_paper(self.size)
        return paper.turned(self.orientation) if paper.name else paper

    @property
    def block(self) -> BlockWords:
        """The words of the title block."""
        return BlockWords(self.unit, self.number, self.datum, self.drawn_by, self.checked_by)

    def remembered(self) -> dict[str, Any]:
        """What holds for the next print too."""
        return {name: value for name, value in asdict(self).items() if name not in _OF_THE_MOMENT}

    def with_remembered(self, values: Mapping[str, Any]) -> PrintChoice:
        """This with what was remembered; whatever makes no sense is left out."""
        kept = {
            f.name: values[f.name]
            for f in fields(self)
            if f.name not in _OF_THE_MOMENT and isinstance(values.get(f.name), type(getattr(self, f.name)))
        }
        choice = replace(self, **kept)
        if choice.orientation not in ORIENTATIONS:
            choice = replace(choice, orientation=LANDSCAPE)
        if choice.dpi not in RESOLUTIONS:
            choice = replace(choice, dpi=300)
        try:
            read_paper(choice.size)
        except UserError:
            choice = replace(choice, size=next(iter(SIZES)))
        return choice


@dataclass(frozen=True)
class Extents:
    """What can be printed: boxes in the register's CRS."""

    view: Box
    selection: Box | None
    everything: Box

    def of(self, name: Extent, area: Box | None) -> Box | None:
        """The box of an extent; None when there is none."""
        return {"view": self.view, "selection": self.selection, "all": self.everything, "area": area}[name]
