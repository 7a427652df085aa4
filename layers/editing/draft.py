"""Draft: the network as it will be while an act is thought through, and the plan that comes of it.

Reads the register only where it is asked, by boxes; what was changed meanwhile is seen as changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from shapely.geometry.base import BaseGeometry

from layers.editing.course import course_of, length_of
from layers.editing.plan import (
    Answers,
    Born,
    Choice,
    Delete,
    EditPlan,
    Ghost,
    Insert,
    Question,
    Recheck,
    Role,
    Update,
)
from layers.errors import UserError
from layers.geometry.packed import Floats
from layers.geometry.surroundings import surroundings
from layers.model.asset import Asset, AssetKey
from layers.model.catalogue import AssetType
from layers.model.query import Box, Compare, Query
from layers.register import Register
from layers.store.types import same_value
from layers.text import Message

GEOMETRY = "geom"
CODE = "code"
#: Metres read around what is asked for.
_AROUND = 2.0


@dataclass(eq=False)
class Item:
    """An asset as it will be: read from the register (``asset``), or new (``number`` of its insert)."""

    type: AssetType
    values: dict[str, Any]
    asset: Asset | None = None
    number: int | None = None
    is_deleted: bool = False
    _course: tuple[BaseGeometry, Floats] | None = field(default=None, repr=False)
    _bounds: tuple[BaseGeometry, Box] | None = field(default=None, repr=False)

    @property
    def geometry(self) -> BaseGeometry | None:
        return self.values.get(GEOMETRY)

    @property
    def course(self) -> Floats:
        """The vertices. ``ValueError`` for an asset without a place."""
        geometry = self.geometry
        if geometry is None:
            raise ValueError(f"{self.type.name} has no place")
        if self._course is None or self._course[0] is not geometry:
            self._course = (geometry, course_of(geometry))
        return self._course[1]

    def meets(self, box: Box) -> bool:
        """Whether its extent meets a box: asked some million times in a large act, so the extent is kept."""
        geometry = self.values.get(GEOMETRY)
        if geometry is None:
            return False
        if self._bounds is None or self._bounds[0] is not geometry:
            self._bounds = (geometry, Box(*geometry.bounds))
        x0, y0, x1, y1 = self._bounds[1]
        return x0 <= box[2] and x1 >= box[0] and y0 <= box[3] and y1 >= box[1]

    @property
    def link(self) -> int | Born:
        """What a link of another asset to this one holds."""
        return Born(self.number or 0) if self.asset is None else self.asset.id

    @property
    def code(self) -> str:
        """How sentences name it."""
        code = self.values.get(CODE)
        return str(code) if code else ("" if self.asset is None else f"#{self.asset.id}")

    @property
    def is_gone(self) -> bool:
        """Whether it is no longer part of the network: abandoned, removed."""
        words = self.type.editing
        return words.status is not None and self.values.get(words.status) in words.gone

    @property
    def kind(self) -> Any:
        """The value of the type's kind field."""
        return self.values.get(self.type.kind_field) if self.type.kind_field else None

    @property
    def sits_on_lines(self) -> bool:
        """Whether it stands on a line as a valve does (a leak only lies beside it)."""
        return self.type.shape == "point" and self.type.editing.way(self.kind) in ("cut", "vertex")


class Draft:
    """The assets an act has to do with. ``answers`` are those to earlier questions."""

    def __init__(self, register: Register, answers: Answers | None = None) -> None:
        self.register = register
        self.catalogue = register.catalogue
        self.answers = dict(answers or {})
        self.tolerance = float(register.setting("node_tolerance_m"))
        self._items: dict[AssetKey, Item] = {}
        self._new: list[Item] = []
        self._of_type: dict[str, list[Item]] = {}
        self._boxes: dict[str, list[Box]] = {}
        self._figures: list[Message] = []
        self._questions: list[Question] = []
        self._rechecks: dict[tuple[AssetKey, str], Recheck] = {}

    @cached_property
    def line_types(self) -> tuple[AssetType, ...]:
        """The types whose lines are the network."""
        return tuple(t for t in self.catalogue if t.shape == "line" and t.editing.conducts)

    @cached_property
    def point_types(self) -> tuple[AssetType, ...]:
        """The types of points that belong to the network, on its lines or beside them."""
        return tuple(t for t in self.catalogue.of_group("network") if t.shape == "point")

    # ---- getting hold of assets

    def get(self, key: AssetKey) -> Item:
        """The asset. Raises ``UserError`` when it is not there any more, or goes by this very act."""
        item = self._items.get(key)
        if item is None:
            asset = self.register.get(*key)
            if asset is not None:
                item = self._keep(asset)
        if item is None or item.is_deleted:
            raise UserError(
                Message("editing.not_there", {"type": self.catalogue[key.type].title, "id": key.id}),
                Message("editing.not_there_hint"),
            )
        return item

    def get_any(self, key: AssetKey) -> Item:
        """An asset that was got before, whether it goes or not."""
        return self._items[key]

    def line(self, key: AssetKey) -> Item:
        """A located line of the network that is still in use; ``UserError`` for anything else."""
        item = self.located(key)
        if item.type not in self.line_types:
            raise UserError(
                Message("editing.no_line", {"type": item.type.title, "code": item.code}),
                Message("editing.no_line_hint"),
            )
        return item

    def located(self, key: AssetKey) -> Item:
        """An asset with a place that is still in use; ``UserError`` for anything else."""
        item = self.get(key)
        names = {"type": item.type.title, "code": item.code}
        if item.geometry is None:
            raise UserError(Message("editing.no_place", names), Message("editing.no_place_hint"))
        if item.is_gone:
            raise UserError(Message("editing.retired", names), Message("editing.retired_hint"))
        return item

    def near(self, types: Iterable[AssetType], box: Box, *, gone: bool = False) -> list[Item]:
        """The assets of these types whose extent meets ``box``, as they will be; without the retired ones."""
        found: list[Item] = []
        for asset_type in types:
            self._read(asset_type, box)
            of_type = self._of_type.get(asset_type.name, ())
            found += [item for item in of_type if item.meets(box) and not item.is_deleted]
        return [item for item in found if gone or not item.is_gone]

    def _read(self, asset_type: AssetType, box: Box) -> None:
        """Read what lies in a box, unless it was read before; a little more than asked, as acts stay at a place."""
        boxes = self._boxes.setdefault(asset_type.name, [])
        if any(_within(box, known) for known in boxes):
            return
        wider = Box(box.x0 - _AROUND, box.y0 - _AROUND, box.x1 + _AROUND, box.y1 + _AROUND)
        boxes.append(wider)
        for asset in self.register.find(Query(asset_type.name, box=wider)):
            if asset.key not in self._items:
                self._keep(asset)

    def linked_to(self, item: Item, *, inside: bool = False) -> list[tuple[Item, str]]:
        """The assets that link to this one (``inside``: that stand in it), each with the name of the link."""
        if item.asset is None:
            return []
        found: list[tuple[Item, str]] = []
        for asset_type, link in self.catalogue.linking_to(item.type.name):
            if inside and not link.inside:
                continue
            value = f"{item.type.name}:{item.asset.id}" if link.several else item.asset.id
            for asset in self.register.find(Query(asset_type.name, where=Compare(link.name, "=", value))):
                other = self._items.get(asset.key) or self._keep(asset)
                if not other.is_deleted and other.values.get(link.name) == value:
                    found.append((other, link.name))
        return found

    def target(self, item: Item, link: str) -> Item | None:
        """The asset that a link of one target type leads to; None when blank or already gone."""
        field_ = next(each for each in item.type.links if each.name == link)
        value = item.values.get(link)
        if field_.several or not isinstance(value, int):
            return None
        key = AssetKey(field_.targets[0], value)
        asset = None if key in self._items else self.register.get(*key)
        found = self._keep(asset) if asset is not None else self._items.get(key)
        return None if found is None or found.is_deleted else found

    # ---- changing

    def set(self, item: Item, **values: Any) -> None:
        """Give an asset other values."""
        item.values.update(values)

    def shape(self, item: Item, geometry: BaseGeometry) -> None:
        """Give an asset another place."""
        item.values[GEOMETRY] = geometry

    def add(self, type_name: str, values: Mapping[str, Any]) -> Item:
        """A new asset."""
        item = Item(self.catalogue[type_name], dict(values), number=len(self._new))
        self._new.append(item)
        self._of_type.setdefault(type_name, []).append(item)
        return item

    def delete(self, item: Item) -> None:
        """Let an asset go that never was."""
        item.is_deleted = True

    # ---- what the user is told and asked

    def figure(self, message: Message) -> None:
        """Say what the act will do."""
        self._figures.append(message)

    def recheck(self, item: Item, why: Message) -> None:
        """Ask the user to look at an asset afterwards."""
        if item.asset is not None:
            self._rechecks[item.asset.key, why.id] = Recheck(item.asset.key, item.code, why)

    def ask(self, name: str, text: Message, choices: tuple[Choice, ...], preferred: str) -> str:
        """The user's answer, or the preferred one while there is none."""
        given = self.answers.get(name)
        if given is not None and any(choice.value == given for choice in choices):
            return given
        self._questions.append(Question(name, text, choices, preferred))
        return preferred

    # ---- the end

    def plan(self, label: Message) -> EditPlan:
        """What was thought through. Raises ``UserError`` for a shape that cannot be."""
        updates: list[Update] = []
        deletes: list[Delete] = []
        ghosts: list[Ghost] = []
        for key, item in self._items.items():
            asset = item.asset
            assert asset is not None
            if item.is_deleted:
                deletes.append(Delete(key.type, key.id, asset.version))
                ghosts += _ghosts("gone", item)
                continue
            changed = {n: v for n, v in item.values.items() if not _same(asset.values.get(n), v)}
            if GEOMETRY in changed:
                self._check_shape(item)
                ghosts += _ghosts("changed", item)
            if changed:
                updates.append(Update(key.type, key.id, asset.version, changed))
        for item in self._new:
            if item.geometry is not None:
                self._check_shape(item)
                ghosts += _ghosts("new", item)
        inserts = tuple(Insert(item.type.name, item.values) for item in self._new)
        return EditPlan(
            label,
            inserts,
            tuple(updates),
            tuple(deletes),
            tuple(self._figures),
            tuple(ghosts),
            tuple(self._questions),
            tuple(self._rechecks.values()),
        )

    def _check_shape(self, item: Item) -> None:
        geometry = item.geometry
        assert geometry is not None
        names = {"type": item.type.title, "code": item.code}
        course = item.course
        if not np.isfinite(course[:, :2]).all() or self._is_far_out(geometry):
            raise UserError(Message("editing.far_out", names), Message("editing.far_out_hint"))
        if item.type.shape == "line":
            before = None if item.asset is None else item.asset.geometry
            if len(course) < 2 or length_of(course) <= self.tolerance:
                raise UserError(Message("editing.no_length", names), Message("editing.no_length_hint"))
            was_simple = before is None or (before.is_simple and not before.is_ring)
            if item.type.editing.conducts and was_simple and (not geometry.is_simple or geometry.is_ring):
                raise UserError(
                    Message("editing.touches_itself", names), Message("editing.touches_itself_hint")
                )
        elif item.type.shape == "polygon" and not geometry.is_valid and _was_valid(item):
            raise UserError(Message("editing.area_crosses", names), Message("editing.area_crosses_hint"))

    def _is_far_out(self, geometry: BaseGeometry) -> bool:
        """Whether a place lies far from all that the register holds: a slip of the keys, or another system."""
        extent = self._extent
        if extent is None:
            return False
        x0, y0, x1, y1 = geometry.bounds
        near = surroundings(extent)
        return bool(x0 < near.x0 or y0 < near.y0 or x1 > near.x1 or y1 > near.y1)

    @cached_property
    def _extent(self) -> Box | None:
        return self.register.city(*(t.name for t in (*self.line_types, *self.point_types)))

    def _keep(self, asset: Asset) -> Item:
        item = Item(self.catalogue[asset.type], dict(asset.values), asset)
        self._items[asset.key] = item
        self._of_type.setdefault(asset.type, []).append(item)
        return item


def box_around(places: Floats, reach: float) -> Box:
    """The box of places (n, 2+), wider by ``reach`` all round."""
    x0, y0 = places[:, :2].min(axis=0) - reach
    x1, y1 = places[:, :2].max(axis=0) + reach
    return Box(float(x0), float(y0), float(x1), float(y1))


def _within(box: Box, other: Box) -> bool:
    return box.x0 >= other.x0 and box.y0 >= other.y0 and box.x1 <= other.x1 and box.y1 <= other.y1


def _was_valid(item: Item) -> bool:
    return item.asset is None or item.asset.geometry is None or bool(item.asset.geometry.is_valid)


def _same(one: Any, other: Any) -> bool:
    return not isinstance(other, Born) and same_value(one, other)


def _ghosts(role: Role, item: Item) -> list[Ghost]:
    return [] if item.geometry is None else [Ghost(role, item.type.name, item.geometry)]
