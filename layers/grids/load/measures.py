"""What is counted in grids: the entries of the company's list, as far as this register has what they name."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Final, Literal, cast, get_args

from layers.errors import UserError
from layers.grids.members import member_types
from layers.model.catalogue import AssetType
from layers.model.code_list import CodeEntry
from layers.model.condition_text import read_condition
from layers.model.query import Condition, fields_of
from layers.model.settings import NumberClass
from layers.register import Register
from layers.text import Title

Quantity = Literal["count", "kilometres", "sum"]
LIST: Final = "stock_measure"
#: A field is split by the classes of this setting where it is the size that they are made for.
_CLASSES: Final = {"dn": "dn_classes"}
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Measure:
    """One thing that is counted: assets of ``type`` that meet ``where``, their number, kilometres as drawn, or the sum
    of a field. ``weight``: load per unit; ``shown``: whether people see it in a grid's stock. ``split_field``: told in
    parts by it, by ``classes`` where there are some."""

    code: str
    title: Title
    type: str
    where: Condition | None
    quantity: Quantity
    sum_field: str | None
    weight: float
    shown: bool
    split_field: str | None = None
    classes: tuple[NumberClass, ...] = ()

    @property
    def unit(self) -> str:
        """``km`` or blank."""
        return "km" if self.quantity == "kilometres" else ""

    @property
    def fields(self) -> frozenset[str]:
        """The fields that decide what an asset adds, besides its grid."""
        names = {name for name in (self.sum_field, self.split_field) if name is not None}
        return frozenset(names.union(fields_of(self.where)))


def read_measures(register: Register) -> tuple[Measure, ...]:
    """The measures of the company in their order. One that names a type, field or condition that this register does
    not have is left out, and the log says so."""
    types = member_types(register.catalogue)
    found: list[Measure] = []
    for entry in register.catalogue.code_lists[LIST].entries:
        if not entry.active:
            continue
        try:
            measure = _measure(register, types, entry)
        except UserError as error:
            _log.info("measure %s is left out: %s", entry.code, error)
            continue
        if measure is None:
            _log.info("measure %s is left out: there is no such type or field", entry.code)
        else:
            found.append(measure)
    return tuple(found)


def _measure(register: Register, types: list[AssetType], entry: CodeEntry) -> Measure | None:
    word = str(entry.value("type_name") or "").casefold()
    asset_type = next((t for t in types if word in (t.name, t.title.zh, t.title.en.casefold())), None)
    quantity = str(entry.value("quantity") or "count")
    if asset_type is None or quantity not in get_args(Quantity):
        return None
    sum_field, split_field = entry.value("sum_field") or None, entry.value("split_field") or None
    if any(name is not None and name not in asset_type for name in (sum_field, split_field)):
        return None
    if (quantity == "sum") != (sum_field is not None) or (
        quantity == "kilometres" and asset_type.shape != "line"
    ):
        return None
    classes = register.setting(_CLASSES[split_field]) if split_field in _CLASSES else ()
    where = read_condition(entry.value("condition") or "", asset_type)
    shown = entry.value("shown")
    return Measure(
        entry.code,
        entry.title,
        asset_type.name,
        where,
        cast(Quantity, quantity),
        sum_field,
        float(entry.value("weight") or 0.0),
        shown is None or bool(shown),
        split_field,
        tuple(classes),
    )
