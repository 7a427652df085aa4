"""Map styles as data: which assets belong to which class of a layer, and how a class looks.

Colours are names of theme tokens (``resources/themes``), a step of a palette (``cividis:2/5``, see
``layers.scene.palettes``) or ``#RRGGBB``. Widths are px at 1:5 000 and 100 % scaling.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from layers.text import Title

Drawing = Literal["area", "line", "main", "symbol"]
Method = Literal["categories", "quantile", "equal", "natural"]
#: Metres per pixel of the scale 1:1 on a screen of 96 dots to the inch.
METRES_PER_PIXEL = 0.0254 / 96


@dataclass(frozen=True)
class Rule:
    """One condition on a field: one of ``values``, none of ``other_than``, a number in [lower, upper), or ``blank``.

    A blank field meets ``other_than`` and ``blank`` alone.
    """

    field: str
    values: tuple[str, ...] = ()
    other_than: tuple[str, ...] = ()
    lower: float | None = None
    upper: float | None = None
    blank: bool = False


@dataclass(frozen=True)
class Look:
    """How a class is drawn. ``dash`` is px on and off; ``ticks`` px between the ticks of a disused main."""

    colour: str = "map_ink"
    width: float = 1.0
    dash: tuple[float, ...] = ()
    casing: str | None = None
    casing_extra: float = 0.0
    core: str | None = None
    core_width: float = 0.0
    ticks: float = 0.0
    hatch: bool = False
    opacity: float = 1.0
    fill: str | None = None
    symbol: str | None = None
    ground_width: float = 0.0
    #: The symbol points along the main; others on it are the same both ways and stay upright.
    directed: bool = False
    #: A symbol of many: at small scales it is drawn smaller still.
    shrinks: bool = False

    @property
    def symbol_drawing(self) -> str | None:
        """The name of the symbol with its colours, as ``gisapp.map.symbol_drawing`` reads it."""
        if self.symbol is None:
            return None
        ink = "" if self.colour == "map_ink" else f"@{self.colour}"
        return f"{self.symbol}{ink}" + ("" if self.fill is None else f"%{self.fill}")

    @property
    def is_solid(self) -> bool:
        """Whether pieces may be drawn in any order: nothing runs along the line."""
        return not self.dash and not self.ticks and not self.hatch


@dataclass(frozen=True)
class ClassStyle:
    """One class of a layer: the assets that meet every rule and no class before it."""

    id: str
    title: Title
    rules: tuple[Rule, ...]
    look: Look
    #: Named from this scale on; 0 leaves it to the layer.
    label_denominator: float = 0.0
    #: Whether it is on the map until somebody says otherwise.
    shown: bool = True
    #: It stands for a state in an asset's life (planned, out of use ...), whatever the others are made of.
    is_state: bool = False


@dataclass(frozen=True)
class Classing:
    """How classes were made: of which field, by which method, in the colours of which palette, how many."""

    field: str
    method: Method
    palette: str
    count: int = 0


@dataclass(frozen=True)
class WidthStep:
    """Mains with ``field`` in [lower, upper) are drawn ``factor`` times as wide, and named from a scale on."""

    field: str
    lower: float | None
    upper: float | None
    factor: float
    label_denominator: float = 0.0


@dataclass(frozen=True)
class LayerStyle:
    """How the assets of one type are drawn, between two scales (denominators; 0 is no limit).

    Assets that meet every rule of ``gone`` are not there any more and are neither drawn nor counted.
    Where the layer is not drawn because the scale is too small, its density is shaded up to
    ``density_denominator`` (0: never). ``classing`` tells how the classes were made, for who edits the style.
    """

    id: str
    type: str
    drawing: Drawing
    title: Title
    classes: tuple[ClassStyle, ...]
    largest_denominator: float = 0.0
    rotate: bool = False
    #: Symbols on a main are drawn beside it, so that they cover neither it nor what sits on it.
    beside: bool = False
    labels: str | None = None
    label_denominator: float = 0.0
    in_legend: bool = True
    shown: bool = True
    #: Symbols nearer than so many px stand for each other.
    apart: float = 3.0
    gone: tuple[Rule, ...] = ()
    smallest_denominator: float = 0.0
    density_denominator: float = 0.0
    #: Nearer than this nothing is shaded: other things show by then where the points are.
    density_nearest: float = 0.0
    classing: Classing | None = None
    #: Where classes tell something else than size, widths still tell it (``layers.scene.widths``).
    widths: tuple[WidthStep, ...] = ()
    #: What makes the classes from who is responsible where (``layers.scene.computed``); empty: nothing does.
    computed: str = ""

    @property
    def off_main(self) -> float:
        """The rotation of a symbol that lies on no main; one that would stand beside it stays where it is."""
        return float("nan") if self.beside else 0.0

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that decide the class."""
        rules = [rule for style in self.classes for rule in style.rules]
        return tuple(dict.fromkeys(rule.field for rule in (*rules, *self.gone)))

    def is_visible(self, denominator: float) -> bool:
        """Whether the layer is drawn at the scale 1:``denominator``."""
        if self.smallest_denominator and denominator < self.smallest_denominator * 0.9999:
            return False
        return not self.largest_denominator or denominator <= self.largest_denominator * 1.0001

    def is_shaded(self, denominator: float) -> bool:
        """Whether the density of the layer is shaded at the scale 1:``denominator`` in its place."""
        nearest = max(self.largest_denominator, self.density_nearest)
        return (
            self.largest_denominator > 0.0
            and nearest < denominator <= self.density_denominator * 1.0001
            and not self.is_visible(denominator)
        )


def is_restyled(before: LayerStyle, after: LayerStyle) -> bool:
    """Whether ``after`` draws the same assets in the same classes as ``before``, only looking otherwise."""
    return bones_of(before) == bones_of(after)


def bones_of(layer: LayerStyle) -> tuple[object, ...]:
    """What the arrays of a layer depend on: its classes and what is said of its assets, not colours and scales."""
    classes = tuple(
        (each.id, each.rules, each.look.is_solid, each.look.directed, each.label_denominator)
        for each in layer.classes
    )
    return (
        layer.id,
        layer.type,
        layer.drawing,
        layer.rotate,
        layer.beside,
        layer.beside,
        layer.labels,
        layer.label_denominator,
        layer.gone,
        classes,
    )


@dataclass(frozen=True)
class MapStyle:
    """A named way to draw the register: layers from the ground up."""

    name: str
    title: Title
    layers: tuple[LayerStyle, ...] = field(default_factory=tuple)
    #: What labels call the entries of a code list, by code; an empty name is left out.
    short_names: Mapping[str, Title] = field(default_factory=dict)
    #: The style that comes with the program from which this one differs in some layers; None for one of those.
    base: str | None = None

    @property
    def class_ids(self) -> frozenset[str]:
        """All ``layer/class`` ids."""
        return frozenset(f"{layer.id}/{each.id}" for layer in self.layers for each in layer.classes)

    @property
    def hidden(self) -> frozenset[str]:
        """The ``layer/class`` ids that are off until somebody turns them on."""
        return frozenset(
            f"{layer.id}/{each.id}"
            for layer in self.layers
            for each in layer.classes
            if not (layer.shown and each.shown)
        )
