"""EditPlan: what an act would change, as data. Shown before it is done; done within one open edit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

from shapely.geometry.base import BaseGeometry

from layers.errors import UserError
from layers.geometry.packed import Integers
from layers.model.asset import AssetKey
from layers.register import Edit
from layers.store.lasting import refuse_ended
from layers.text import Message, Title

Answers = Mapping[str, str]
"""What the user answered to the questions of a plan: the question's name to the value of a choice."""

Role = Literal["new", "changed", "gone"]

#: In a ``BulkSet``: no asset.
NOTHING: Final = -1


@dataclass(frozen=True)
class Born:
    """In a value: the asset that insert ``number`` of the same plan makes."""

    number: int


@dataclass(frozen=True)
class Insert:
    """An asset to add."""

    type: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Update:
    """Values to set on the asset read at ``version``."""

    type: str
    id: int
    version: int
    values: Mapping[str, Any]

    @property
    def key(self) -> AssetKey:
        return AssetKey(self.type, self.id)


@dataclass(frozen=True)
class Delete:
    """An asset to remove, read at ``version``."""

    type: str
    id: int
    version: int

    @property
    def key(self) -> AssetKey:
        return AssetKey(self.type, self.id)


@dataclass(frozen=True, eq=False)
class BulkSet:
    """A link to set on many assets at once: ``values`` alongside ``ids``. A value of ``born`` stands for the asset
    that insert of that number makes, ``NOTHING`` for a blank."""

    type: str
    link: str
    ids: Integers
    values: Integers
    born: Mapping[int, int] = field(default_factory=dict)

    def resolved(self, made: Sequence[AssetKey]) -> list[int | None]:
        """The values, with the ids of assets that have just been made."""
        known = {value: made[number].id for value, number in self.born.items()}
        return [None if v == NOTHING else known.get(v, v) for v in self.values.tolist()]


@dataclass(frozen=True)
class Ghost:
    """A shape to draw on the map before the act is done: of what will be new, will have changed, will be gone."""

    role: Role
    type: str
    geometry: BaseGeometry


@dataclass(frozen=True)
class Choice:
    """One possible answer; ``title`` may be a plain value of the register, such as a code."""

    value: str
    title: Message | Title | str


@dataclass(frozen=True)
class Question:
    """What the plan cannot decide. Plan again with ``answers={name: value}``; ``preferred`` is the likely one."""

    name: str
    text: Message
    choices: tuple[Choice, ...]
    preferred: str | None = None


@dataclass(frozen=True)
class Entry:
    """Something that may be typed and may stay blank. Plan again with ``answers={name: text}``; ``unit`` is shown.

    ``value`` is what the plan holds now, ``hint`` what is likely.
    """

    name: str
    text: Message
    value: str = ""
    hint: str = ""
    unit: str = ""


@dataclass(frozen=True)
class Recheck:
    """An asset that the act does not change and that somebody should look at afterwards, and why."""

    key: AssetKey
    code: str
    why: Message


@dataclass(frozen=True)
class Done:
    """What came of a plan: the assets it made, in the order of its inserts."""

    made: tuple[AssetKey, ...]


@dataclass(frozen=True)
class EditPlan:
    """What one act changes. ``label`` names the change set: ``register.edit(plan.label)``, then ``apply``.

    ``figures`` say in sentences what will happen, ``ghosts`` show it. While there are ``questions`` the plan holds
    what the preferred answers would do and cannot be applied.
    """

    label: Message
    inserts: tuple[Insert, ...] = ()
    updates: tuple[Update, ...] = ()
    deletes: tuple[Delete, ...] = ()
    figures: tuple[Message, ...] = ()
    ghosts: tuple[Ghost, ...] = ()
    questions: tuple[Question, ...] = ()
    rechecks: tuple[Recheck, ...] = field(default=())
    entries: tuple[Entry, ...] = ()
    bulk: tuple[BulkSet, ...] = ()
    as_of: int | None = None
    """For new boundaries: the data version at which it was read what lies where."""
    lasting: tuple[tuple[AssetKey, str], ...] = ()
    """Assets that the act does not change and that must still be there on a day (ISO) when it is done."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.inserts or self.updates or self.deletes or self.bulk)

    @property
    def touched(self) -> tuple[AssetKey, ...]:
        """The assets that are there now and will change or go."""
        return (*(update.key for update in self.updates), *(delete.key for delete in self.deletes))

    @property
    def versions(self) -> dict[AssetKey, int]:
        """The versions at which it had read what it changes or removes."""
        return {
            **{each.key: each.version for each in self.updates},
            **{each.key: each.version for each in self.deletes},
        }

    @property
    def on_what_is_there(self) -> EditPlan:
        """Only what it does to assets that are there, questions left open: to compare with what others did."""
        updates = tuple(
            replace(each, values={n: v for n, v in each.values.items() if not isinstance(v, Born)})
            for each in self.updates
        )
        return replace(self, inserts=(), questions=(), updates=updates, bulk=())

    def apply(self, edit: Edit) -> Done:
        """Do it within an open edit.

        Raises ``Conflict`` when an asset changed since the plan was made, ``ValuesRefused`` for wrong values, and
        ``UserError`` when questions are open or what it relies on has ended meanwhile.
        """
        if self.questions:
            raise UserError(Message("editing.open_questions"), Message("editing.open_questions_hint"))
        for key, day in self.lasting:
            refuse_ended(edit, key.type, key.id, day)
        versions: dict[AssetKey, int] = {}
        for delete in self.deletes:
            edit.delete(delete.type, delete.id, delete.version)
        # What is already certain first: a new asset may take over a number that an old one gives up.
        for update in self.updates:
            plain = {name: value for name, value in update.values.items() if not isinstance(value, Born)}
            versions[update.key] = (
                edit.update(update.type, update.id, update.version, plain) if plain else update.version
            )
        made: list[AssetKey] = []
        for insert in self.inserts:
            id = edit.insert(insert.type, _resolved(edit, insert.type, insert.values, made))
            made.append(AssetKey(insert.type, id))
        for update in self.updates:
            late = {name: value for name, value in update.values.items() if isinstance(value, Born)}
            if late:
                edit.update(
                    update.type, update.id, versions[update.key], _resolved(edit, update.type, late, made)
                )
        done, count = 0, max(sum(len(many.ids) for many in self.bulk), 1)
        for many in self.bulk:
            part = edit.feedback.part(done / count, (done + len(many.ids)) / count)
            edit.update_many(many.type, many.ids, {many.link: many.resolved(made)}, feedback=part)
            done += len(many.ids)
        if self.as_of is not None:
            edit.place_since(self.as_of)
        return Done(tuple(made))


def together(label: Message, plans: Sequence[EditPlan]) -> EditPlan:
    """Several plans as one act. They must not touch the same assets; ``ValueError`` when they do."""
    touched = [key for plan in plans for key in plan.touched]
    if len(set(touched)) != len(touched):
        raise ValueError("plans that touch the same asset cannot be done together")
    inserts: list[Insert] = []
    updates: list[Update] = []
    bulk: list[BulkSet] = []
    for plan in plans:
        before = len(inserts)
        bulk += [replace(m, born={v: n + before for v, n in m.born.items()}) for m in plan.bulk]
        inserts += [replace(each, values=_shifted(each.values, before)) for each in plan.inserts]
        updates += [replace(each, values=_shifted(each.values, before)) for each in plan.updates]
    return EditPlan(
        label,
        tuple(inserts),
        tuple(updates),
        _all(plan.deletes for plan in plans),
        _all(plan.figures for plan in plans),
        _all(plan.ghosts for plan in plans),
        _all(plan.questions for plan in plans),
        _all(plan.rechecks for plan in plans),
        _all(plan.entries for plan in plans),
        tuple(bulk),
        min((plan.as_of for plan in plans if plan.as_of is not None), default=None),
        _all(plan.lasting for plan in plans),
    )


def _all(parts: Iterable[tuple[Any, ...]]) -> tuple[Any, ...]:
    return tuple(each for part in parts for each in part)


def _shifted(values: Mapping[str, Any], by: int) -> dict[str, Any]:
    return {name: Born(v.number + by) if isinstance(v, Born) else v for name, v in values.items()}


def _resolved(
    edit: Edit, type_name: str, values: Mapping[str, Any], made: Sequence[AssetKey]
) -> dict[str, Any]:
    """The values with the ids of assets that have just been made, as the link fields write them."""
    links = {link.name: link for link in edit.catalogue[type_name].links}
    found = dict(values)
    for name, value in values.items():
        if isinstance(value, Born):
            key = made[value.number]
            found[name] = f"{key.type}:{key.id}" if links[name].several else key.id
    return found
