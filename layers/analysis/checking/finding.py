"""Findings: what a rule has against which assets, as columns; one object each only when looked at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from layers.geometry.packed import Floats, Integers
from layers.model.asset import AssetKey
from layers.model.problem import Severity
from layers.text import Message


@dataclass(frozen=True)
class Finding:
    """One finding: which rule, which asset, where (metres; None without a place), and the sentence for the user.

    ``others`` are further assets it concerns: the twin of a duplicate, the pipe an end nearly reaches.
    ``subject`` is the field that a rule of the fields speaks of.
    """

    rule: str
    severity: Severity
    asset: AssetKey
    place: tuple[float, float] | None
    message: Message
    others: tuple[AssetKey, ...] = ()
    subject: str = ""

    @property
    def identity(self) -> str:
        """By what the same finding is known again in another run: the rule, its field, the assets."""
        return identity(self.rule, self.subject, (self.asset, *self.others))


def identity(rule: str, subject: str, assets: Iterable[AssetKey]) -> str:
    """The identity of a finding; the order of the assets does not count."""
    keys = sorted(f"{key.type}:{key.id}" for key in assets)
    return " ".join([f"{rule}/{subject}" if subject else rule, *keys])


@dataclass(frozen=True)
class Findings:
    """All findings of one rule (and one field). ``parameters`` are columns of as many values, for the sentence."""

    rule: str
    severity: Severity
    type: str
    ids: Integers
    xy: Floats
    parameters: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    others: Sequence[tuple[AssetKey, ...]] | None = None
    subject: str = ""

    def __len__(self) -> int:
        return len(self.ids)

    def __iter__(self) -> Iterator[Finding]:
        return (self[number] for number in range(len(self)))

    def __getitem__(self, number: int) -> Finding:
        x, y = self.xy[number].tolist()
        values = {name: column[number] for name, column in self.parameters.items()}
        return Finding(
            self.rule,
            self.severity,
            AssetKey(self.type, int(self.ids[number])),
            (x, y) if np.isfinite(x) else None,
            Message(f"check.{self.rule}.finding", values),
            self.others_of(number),
            self.subject,
        )

    def others_of(self, number: int) -> tuple[AssetKey, ...]:
        """The further assets of one finding."""
        return () if self.others is None else self.others[number]

    def identity(self, number: int) -> str:
        """The identity of one finding."""
        key = AssetKey(self.type, int(self.ids[number]))
        return identity(self.rule, self.subject, (key, *self.others_of(number)))

    def places_of(self, identities: Iterable[str]) -> list[int]:
        """The positions of the findings with these identities; quick among very many."""
        wanted = frozenset(identities)
        ids = {int(word.rpartition(":")[2]) for each in wanted for word in each.split(" ")[1:]}
        near = np.flatnonzero(np.isin(self.ids, np.fromiter(ids, np.int64, len(ids)))).tolist()
        return [number for number in near if self.identity(number) in wanted]

    def take(self, chosen: Integers | npt.NDArray[np.bool_]) -> Findings:
        """These findings alone: positions, or a mark for each."""
        rows = np.flatnonzero(chosen) if np.asarray(chosen).dtype == bool else np.asarray(chosen)
        places = rows.tolist()
        return replace(
            self,
            ids=self.ids[rows],
            xy=self.xy[rows],
            parameters={name: [column[p] for p in places] for name, column in self.parameters.items()},
            others=None if self.others is None else [self.others[p] for p in places],
        )

    @property
    def family(self) -> tuple[str, str, str]:
        """Rule, type and field: what findings must share to be one table."""
        return self.rule, self.type, self.subject


def merged(parts: Iterable[Findings]) -> list[Findings]:
    """Tables of the same rule, type and field become one; empty ones go."""
    by_family: dict[tuple[str, str, str], list[Findings]] = {}
    for part in parts:
        if len(part):
            by_family.setdefault(part.family, []).append(part)
    return [each[0] if len(each) == 1 else _joined(each) for each in by_family.values()]


def _joined(parts: list[Findings]) -> Findings:
    first = parts[0]
    others = None
    if first.others is not None:
        others = [keys for part in parts for keys in part.others or ()]
    return replace(
        first,
        ids=np.concatenate([part.ids for part in parts]),
        xy=np.concatenate([part.xy for part in parts]),
        parameters={
            name: [value for part in parts for value in part.parameters[name]] for name in first.parameters
        },
        others=others,
    )
