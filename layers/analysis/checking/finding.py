"""Findings: what a rule has against which assets, as columns; one object each only when looked at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from layers.geometry.packed import Floats, Integers
from layers.model.asset import AssetKey
from layers.model.problem import Severity
from layers.text import Message


@dataclass(frozen=True)
class Finding:
    """One finding: which rule, which asset, where (metres; None without a place), and the sentence for the user.

    ``others`` are further assets it concerns: the twin of a duplicate, the pipe an end nearly reaches.
    """

    rule: str
    severity: Severity
    asset: AssetKey
    place: tuple[float, float] | None
    message: Message
    others: tuple[AssetKey, ...] = ()


@dataclass(frozen=True)
class Findings:
    """All findings of one rule. ``parameters`` are columns of as many values, for the sentence."""

    rule: str
    severity: Severity
    type: str
    ids: Integers
    xy: Floats
    parameters: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    others: Sequence[tuple[AssetKey, ...]] | None = None

    def __len__(self) -> int:
        return len(self.ids)

    def __iter__(self) -> Iterator[Finding]:
        for number, asset_id in enumerate(self.ids.tolist()):
            x, y = self.xy[number].tolist()
            values = {name: column[number] for name, column in self.parameters.items()}
            yield Finding(
                self.rule,
                self.severity,
                AssetKey(self.type, asset_id),
                (x, y) if np.isfinite(x) else None,
                Message(f"check.{self.rule}.finding", values),
                () if self.others is None else self.others[number],
            )
