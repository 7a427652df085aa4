"""Draft: what a form holds before it is saved. Entered values, what is wrong with them, what others changed.

It knows one asset, a new one, or the values that several have in common.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from layers.model.catalogue import AssetType
from layers.model.fields import Field, GeometryField, ValueRefused
from layers.model.ordering import order_problems
from layers.model.problem import Problem


class _Mixed:
    """The value of a field that is not the same in several assets."""

    def __repr__(self) -> str:
        return "MIXED"


MIXED: Final = _Mixed()


@dataclass(frozen=True)
class Difference:
    """A field that somebody else changed since the draft was begun; ``mine`` is None unless it was entered too."""

    field: str
    base: Any
    theirs: Any
    mine: Any
    is_contested: bool


class Draft:
    """Values entered over a base. Never loses what was entered: a refused text is kept as it was typed."""

    def __init__(
        self,
        asset_type: AssetType,
        base: Mapping[str, Any] | None = None,
        *,
        is_new: bool = False,
        several: int = 0,
    ) -> None:
        """``several``: of so many assets the base holds what they have in common."""
        self.asset_type = asset_type
        self.is_new = is_new
        self._base: dict[str, Any] = dict(base or {})
        self.is_many = several > 1
        self._entered: dict[str, Any] = {}
        self._refused: dict[str, tuple[str, Problem]] = {}
        self._reported: dict[str, tuple[Any, Problem]] = {}
        self._theirs: dict[str, Any] = {}

    def looks_like(self, other: Draft) -> bool:
        """Whether a form of this draft can show the other in the same rows."""
        mine = (self.asset_type, self.is_new, self.is_many)
        return mine[0] is other.asset_type and mine[1:] == (other.is_new, other.is_many)

    # ---- what it holds

    def base(self, name: str) -> Any:
        """The value as it is in the register; ``MIXED`` where several differ."""
        return self._base.get(name)

    def value(self, name: str) -> Any:
        """The value as it would be saved; of a refused text, the one before."""
        return self._entered[name] if name in self._entered else self._base.get(name)

    @property
    def values(self) -> dict[str, Any]:
        """Every value as it would be saved."""
        return {**self._base, **self._entered}

    def refused(self, name: str) -> str | None:
        """The text that is no value of its field, as it was typed."""
        return self._refused[name][0] if name in self._refused else None

    @property
    def changed(self) -> tuple[str, ...]:
        """The fields that differ from the register, in the order of the catalogue."""
        names = self._entered.keys() | self._refused.keys()
        return tuple(f.name for f in self.asset_type.fields if f.name in names)

    @property
    def changes(self) -> dict[str, Any]:
        """What would be saved."""
        return {name: self._entered[name] for name in self.changed if name in self._entered}

    # ---- entering

    def enter(self, name: str, text: str) -> None:
        """Take what was typed into a field."""
        field = self.asset_type.field_named(name)
        try:
            value = field.parse(text)
        except ValueRefused as refusal:
            self._refused[name] = (text, refusal.problem)
            self._entered.pop(name, None)
            return
        self.put(name, value)

    def put(self, name: str, value: Any) -> None:
        """Take a value into a field."""
        self._refused.pop(name, None)
        base = self._base.get(name)
        if same(value, base):
            self.revert(name)
        else:
            self._entered[name] = value

    def refuse(self, name: str, text: str, problem: Problem) -> None:
        """Keep a text that names nothing."""
        self._refused[name] = (text, problem)
        self._entered.pop(name, None)

    def revert(self, *names: str) -> None:
        """Take back what was entered, in these fields or in all."""
        for name in names or self.changed:
            self._entered.pop(name, None)
            self._refused.pop(name, None)
            self._reported.pop(name, None)
            self._theirs.pop(name, None)

    # ---- what is wrong

    def report(self, problems: Iterable[Problem]) -> None:
        """Keep what only the register could tell (a code is taken), until another value is entered."""
        for problem in problems:
            if problem.field is not None:
                self._reported[problem.field] = (self.value(problem.field), problem)

    def problems(self, name: str) -> tuple[Problem, ...]:
        """What is wrong with the field as it stands; the first is the one to tell."""
        if name in self._refused:
            return (self._refused[name][1],)
        value = self.value(name)
        if value is MIXED:
            return ()
        found = [p for p in self._own_problems(name, value) if not self._is_given(p)]
        if name in self._reported and self._reported[name][0] == value:
            found.insert(0, self._reported[name][1])
        return tuple(sorted(found, key=lambda problem: problem.severity != "error"))

    def _own_problems(self, name: str, value: Any) -> Iterable[Problem]:
        field = self.asset_type.field_named(name)
        if isinstance(field, GeometryField):
            return ()
        entered = {each: known for each, known in self.values.items() if known is not MIXED}
        ordered = (p for p in order_problems(self.asset_type, entered, (name,)) if p.field == name)
        return (*field.check(value), *ordered)

    def _is_given(self, problem: Problem) -> bool:
        """A code that is left empty is given by the type's pattern."""
        is_code = problem.field == "code" and problem.rule == "required"
        return self.is_new and is_code and bool(self.asset_type.code_prefix)

    @property
    def errors(self) -> tuple[Problem, ...]:
        """What keeps the draft from being saved: of changed fields, of a new asset of all."""
        names = [f.name for f in form_fields(self.asset_type)] if self.is_new else self.changed
        found = (problem for name in names for problem in self.problems(name))
        return tuple(problem for problem in found if problem.severity == "error")

    # ---- what others do

    def rebase(self, newer: Mapping[str, Any]) -> tuple[Difference, ...]:
        """Stand on a newer state of the asset; tells what is different in it.

        A field entered here that differs there too is contested until ``settle``: both values stay.
        """
        found = []
        for field in self.asset_type.fields:
            name = field.name
            base, theirs = self._base.get(name), newer.get(name)
            if same(base, theirs):
                continue
            entered = name in self._entered or name in self._refused
            mine = self._entered.get(name, self.refused(name)) if entered else None
            is_contested = entered and not same(mine, theirs)
            if is_contested:
                self._theirs.setdefault(name, base)
            found.append(Difference(name, base, theirs, mine, is_contested))
        self._base = dict(newer)
        for name in [name for name in self._entered if same(self._entered[name], self._base.get(name))]:
            self.revert(name)
        return tuple(found)

    def is_contested(self, name: str) -> bool:
        """Whether somebody else gave the field another value meanwhile and nobody has chosen yet."""
        return name in self._theirs

    @property
    def contested(self) -> tuple[Difference, ...]:
        """The fields where mine or theirs must be chosen before saving."""
        return tuple(
            Difference(name, self._theirs[name], self._base.get(name), self._shown(name), True)
            for name in self.changed
            if name in self._theirs
        )

    def _shown(self, name: str) -> Any:
        return self._entered.get(name, self.refused(name))

    def settle(self, name: str, *, mine: bool) -> None:
        """Choose for one contested field; it may be chosen again as long as it was not saved."""
        self._theirs.pop(name, None)
        if not mine:
            self.revert(name)

    def saved(self, values: Mapping[str, Any]) -> None:
        """These values are in the register now; what was entered meanwhile stays."""
        self._base.update(values)
        for name, value in values.items():
            if name in self._entered and same(self._entered[name], value):
                self.revert(name)

    # ---- keeping

    def kept(self) -> dict[str, Any]:
        """What was entered, as plain data for a file."""
        texts = {name: text for name, (text, _) in self._refused.items()}
        base = {name: self._base.get(name) for name in self.changed}
        return {"values": dict(self._entered), "texts": texts, "base": base}

    def take_up(self, data: Mapping[str, Any]) -> tuple[str, ...]:
        """Enter again what ``kept`` gave. Returns the fields whose base is another now: they are contested."""
        contested = []
        known = {f.name for f in form_fields(self.asset_type)}
        base = dict(data.get("base", {}))
        for name, value in dict(data.get("values", {})).items():
            if name in known:
                self.put(name, value)
        for name, text in dict(data.get("texts", {})).items():
            if name in known:
                self.enter(name, str(text))
        for name in self.changed:
            if name in base and not same(base[name], self._base.get(name)):
                self._theirs[name] = base[name]
                contested.append(name)
        return tuple(contested)


def form_fields(asset_type: AssetType) -> tuple[Field, ...]:
    """The fields one fills in: no geometry, no attachments, nothing computed; companions included."""
    return tuple(f for f in asset_type.columns if not f.computed)


def same(first: Any, second: Any) -> bool:
    """Whether two values are one: 1 and True are not, 1 and 1.0 are."""
    if isinstance(first, bool) is not isinstance(second, bool):
        return False
    return bool(first == second)
