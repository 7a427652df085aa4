"""Collecting: the entities of a drawing sorted by CAD layer and kind of geometry, and all that is not read, counted."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from layers.errors import Cancelled
from layers.exchange.cad.blocks import Blocks
from layers.exchange.cad.labels import Text
from layers.exchange.cad.opening import BrokenEntity
from layers.exchange.cad.shapes import Drawn, Kind, drawn
from layers.feedback import Feedback

Row = dict[str, Any]
SheetKey = tuple[str, Kind]
"""Name of the CAD layer and kind of geometry."""

_BY_LAYER, _BY_BLOCK = 256, 0
_DEEPEST, _MOST_COPIES = 8, 2_000_000
#: So deep in one another stand few blocks, unless somebody means to make a reader hang.
_DEEP, _MOST_DEEP = 3, 100_000
_WIDTH_OF_LETTER = 0.8
#: The column of each attribute of a block begins with nothing: these are the drawing's own, which it may not take.
OWN = (
    "text",
    "block",
    "label",
    "layer",
    "entity",
    "handle",
    "colour",
    "linetype",
    "elevation",
    "height",
    "rotation",
)


@dataclass
class Sheet:
    """The rows of one layer and kind, their shapes beside them, and which of these were curves."""

    numbers: list[int] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    shapes: list[Any] = field(default_factory=list)
    curved: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class _Look:
    """On which layer, in which colour ("3" of the CAD table, or "#rrggbb") and line type something is drawn."""

    layer: str
    colour: str | None
    linetype: str | None


@dataclass(frozen=True)
class _Owner:
    """What the parts of something taken apart take from it: its look where they have none, and its handle."""

    look: _Look
    handle: str | None
    depth: int


@dataclass
class Collected:
    """A drawing in rows. ``unread`` are entities of kinds that are not read, ``broken`` those that are not as their
    kind must be, both by CAD layer and kind; ``outside`` counts inserts of other files by their path, ``apart`` blocks
    and ``proxies`` objects of other programs that were taken apart.
    """

    sheets: dict[SheetKey, Sheet] = field(default_factory=dict)
    texts: list[Text] = field(default_factory=list)
    unread: Counter[tuple[str, str]] = field(default_factory=Counter)
    broken: Counter[tuple[str, str]] = field(default_factory=Counter)
    outside: Counter[str] = field(default_factory=Counter)
    apart: Counter[str] = field(default_factory=Counter)
    proxies: Counter[str] = field(default_factory=Counter)
    on_paper: int = 0
    entities: int = 0


class Collector:
    """Goes through the entities of one drawing once."""

    def __init__(self, document: Any, metres: float, tolerance: float, feedback: Feedback) -> None:
        self._document, self._tolerance, self._feedback = document, tolerance, feedback
        self._blocks = Blocks(document, metres)
        self._looks: dict[str, tuple[str | None, str | None]] = {}
        self._copies = self._deep = 0
        self.found = Collected()

    def collect(self, entities: Iterable[Any]) -> Collected:
        """All of them. Raises ``Cancelled`` on wish."""
        # What comes of coordinates that are no numbers is looked at when it is there.
        with np.errstate(all="ignore"):
            for entity in entities:
                self._take(entity, None)
        return self.found

    def _take(self, entity: Any, owner: _Owner | None) -> None:
        self._feedback.check()
        self.found.entities += 1
        if isinstance(entity, BrokenEntity):
            self.found.broken["?", entity.kind] += 1
            return
        kind, own = entity.dxftype(), _properties(entity)
        if owner is None and own.get("paperspace"):
            self.found.on_paper += 1
            return
        look = self._look(own, owner)
        try:
            if kind == "INSERT":
                self._take_insert(entity, look, owner)
                return
            found = drawn(entity, self._tolerance)
            if found is not None:
                self._add(entity, look, found, owner)
        except Cancelled:
            raise  # asked for within a block: that block is not broken
        except Exception:  # noqa: BLE001 - whatever a damaged entity makes the library say
            self.found.broken[look.layer, kind] += 1
            return
        if found is None and not self._take_proxy(entity, look, owner):
            self.found.unread[look.layer, kind] += 1

    def _take_insert(self, insert: Any, look: _Look, owner: _Owner | None) -> None:
        path = self._blocks.outside(insert)
        if path is not None:
            self.found.outside[path] += 1
            return
        depth = 0 if owner is None else owner.depth
        self._copies += insert.mcount
        self._deep += insert.mcount if depth >= _DEEP else 0
        if self._copies > _MOST_COPIES or self._deep > _MOST_DEEP:
            # Blocks of blocks of blocks, or a grid of millions: nobody drew that.
            self.found.unread[look.layer, "INSERT"] += 1
            return
        copies = insert.multi_insert() if insert.mcount > 1 else (insert,)
        for number, each in enumerate(copies, 1):
            suffix = f".{number}" if insert.mcount > 1 else ""
            if depth < _DEEPEST and self._blocks.is_piece(each):
                self.found.apart[self._blocks.name_of(insert)] += 1
                self._take_apart(each.virtual_entities(), insert, look, suffix, owner)
                continue
            values: Row = {"block": _plain(self._blocks.name_of(insert))}
            values |= _attributes(each.attribs or insert.attribs)
            found = drawn(each, self._tolerance)
            assert found is not None
            self._add(insert, look, found, owner, values, suffix)

    def _take_apart(
        self, parts: Iterable[Any], entity: Any, look: _Look, suffix: str, owner: _Owner | None
    ) -> None:
        handle = _handle_of(entity, owner)
        depth = 1 if owner is None else owner.depth + 1
        for number, part in enumerate(parts, 1):
            name = None if handle is None else f"{handle}{suffix}/{number}"
            self._take(part, _Owner(look, name, depth))

    def _take_proxy(self, entity: Any, look: _Look, owner: _Owner | None) -> bool:
        """An object of a program of its own (Tangent and others) as the picture of it that the file keeps."""
        if not getattr(entity, "proxy_graphic", None) or not hasattr(entity, "virtual_entities"):
            return False
        try:
            parts = list(entity.virtual_entities())
        except Exception:  # noqa: BLE001 - whatever a damaged picture makes the library say
            return False
        self._take_apart(parts, entity, look, "", owner)
        self.found.proxies[entity.dxftype()] += bool(parts)
        return bool(parts)

    def _add(
        self,
        entity: Any,
        look: _Look,
        found: Drawn,
        owner: _Owner | None,
        values: Mapping[str, Any] | None = None,
        suffix: str = "",
    ) -> None:
        handle = _handle_of(entity, owner)
        row: Row = dict(values or {})
        row |= {
            "layer": look.layer, "entity": entity.dxftype(), "handle": handle and handle + suffix,
            "colour": look.colour, "linetype": look.linetype, "elevation": found.height,
        }  # fmt: skip
        if found.kind == "text":
            row |= self._note_text(entity, look.layer, found)
        sheet = self.found.sheets.setdefault((look.layer, found.kind), Sheet())
        number = self.found.entities
        while sheet.numbers and number <= sheet.numbers[-1]:
            number += 1
        sheet.numbers.append(number)
        sheet.rows.append(row)
        sheet.shapes.append(found.shape)
        if found.curved:
            sheet.curved.append(number)

    def _note_text(self, entity: Any, layer: str, found: Drawn) -> Row:
        words = _plain(entity.plain_text()).strip()
        height = float(entity.dxf.get("height" if entity.dxftype() == "TEXT" else "char_height", 1.0))
        rotation = _rotation(entity)
        if words:
            middle = _middle(entity, found, words, height, rotation)
            if not all(map(math.isfinite, (*middle, height, rotation))):
                raise ValueError("numbers that are none")
            self.found.texts.append(Text(words, middle, height, rotation, layer))
        return {"text": words, "height": height, "rotation": rotation}

    def _look(self, own: Mapping[str, Any], owner: _Owner | None) -> _Look:
        """Layer, colour and line type as drawn: an entity's own, else its block's, else its layer's."""
        layer = _plain(str(own.get("layer") or "0")).strip() or "0"
        if owner is not None and layer == "0":
            # What lies on layer 0 of a block is drawn on the layer of the block.
            layer = owner.look.layer
        of_layer = self._layer_look(layer)
        rgb, number = own.get("true_color"), own.get("color", _BY_LAYER)
        linetype = str(own.get("linetype") or "BYLAYER")
        colour: str | None
        if rgb is not None:
            colour = _hexadecimal(rgb)
        elif number == _BY_BLOCK and owner is not None:
            colour = owner.look.colour
        else:
            colour = of_layer[0] if number in (_BY_LAYER, _BY_BLOCK) else str(number)
        if linetype.upper() == "BYBLOCK" and owner is not None:
            return _Look(layer, colour, owner.look.linetype)
        by_layer = linetype.upper() in ("BYLAYER", "BYBLOCK")
        return _Look(layer, colour, of_layer[1] if by_layer else _plain(linetype))

    def _layer_look(self, name: str) -> tuple[str | None, str | None]:
        if name not in self._looks:
            found = self._document.layers.get(name) if name in self._document.layers else None
            if found is None:
                self._looks[name] = None, None
            else:
                rgb = found.dxf.get("true_color")
                # A layer that is off has a negative colour.
                colour = _hexadecimal(rgb) if rgb is not None else str(abs(found.dxf.get("color", 7)))
                self._looks[name] = colour, _plain(str(found.dxf.get("linetype", "CONTINUOUS")))
        return self._looks[name]


def _properties(entity: Any) -> Mapping[str, Any]:
    """What an entity says of layer and look; of an object of another program as far as it can be told."""
    if hasattr(entity, "xtags"):
        found: Mapping[str, Any] = entity.graphic_properties()
        return found
    own = entity.dxf.all_existing_dxf_attribs()
    return own if isinstance(own, dict) else {}


def _hexadecimal(rgb: Any) -> str:
    return f"#{int(rgb) & 0xFFFFFF:06x}"


def _handle_of(entity: Any, owner: _Owner | None) -> str | None:
    if owner is not None:
        return owner.handle
    handle = str(entity.dxf.get("handle") or "")
    return handle if handle.strip("0") else None


def _attributes(attributes: Iterable[Any]) -> Row:
    """The attributes of a block by their tags; a tag that comes twice is told apart."""
    values: Row = {}
    for attribute in attributes:
        tag = _plain(str(attribute.dxf.get("tag", ""))).strip()
        if not tag:
            continue
        name, again = (f"{tag}_1" if tag in OWN else tag), 1
        while name in values:
            again += 1
            name = f"{tag}_{again}"
        values[name] = _plain(attribute.plain_text()).strip() or None
    return values


def _plain(text: str) -> str:
    """Text that every file can hold: halves of characters become marks."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\x00", "")


def _rotation(entity: Any) -> float:
    direction = entity.dxf.get("text_direction") if entity.dxftype() == "MTEXT" else None
    if direction is not None:
        return math.degrees(math.atan2(direction[1], direction[0]))
    return float(entity.dxf.get("rotation", 0.0))


def _middle(entity: Any, found: Drawn, words: str, height: float, rotation: float) -> tuple[float, float]:
    """About the middle of what is written, from where it is anchored."""
    lines = words.splitlines() or [""]
    longest = max(sum(1.0 if ord(letter) > 0x2E7F else _WIDTH_OF_LETTER for letter in line) for line in lines)
    width, tall = longest * height, height * (1.0 + 1.6 * (len(lines) - 1))
    across, up = _anchor(entity)
    angle = math.radians(rotation)
    right, above = (0.5 - across) * width, (0.5 - up) * tall
    x, y = float(found.shape[0, 0]), float(found.shape[0, 1])
    return (
        x + right * math.cos(angle) - above * math.sin(angle),
        y + right * math.sin(angle) + above * math.cos(angle),
    )


def _anchor(entity: Any) -> tuple[float, float]:
    """Where in the text its anchor lies: 0 left or below, 1 right or above."""
    if entity.dxftype() == "MTEXT":
        point = int(entity.dxf.get("attachment_point", 1)) - 1
        return (point % 3) / 2.0, 1.0 - (point // 3) / 2.0
    across = {0: 0.0, 1: 0.5, 2: 1.0}.get(int(entity.dxf.get("halign", 0)), 0.5)
    up = {0: 0.0, 1: 0.0, 2: 0.5, 3: 1.0}.get(int(entity.dxf.get("valign", 0)), 0.5)
    return across, up


def first_places(entities: Iterable[Any], tolerance: float) -> Iterator[tuple[float, float]]:
    """Where some entities lie, to tell what their coordinates look like."""
    for entity in entities:
        try:
            with np.errstate(all="ignore"):
                found = None if isinstance(entity, BrokenEntity) else drawn(entity, tolerance)
        except Exception:  # noqa: BLE001 - told of when it is read
            continue
        if found is not None and isinstance(found.shape, np.ndarray):
            yield float(found.shape[0, 0]), float(found.shape[0, 1])
