"""Parts of a division while it is improved: what each weighs, what a move costs, what would fall apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from layers.grids.faces import Floats, Integers, totals

STEP = 0.02
"""Loads that differ by less (in mean loads) are as good as each other above the limit."""

AT_LEAST = 0.05
"""Of what it costs to take away a unit of mean weight: that costs one without any weight."""


@dataclass(frozen=True)
class Network:
    """Units by weight, and the pairs that touch with the cost of a boundary between them."""

    weight: Floats
    pair: Integers
    cost: Floats

    @property
    def count(self) -> int:
        return len(self.weight)

    def neighbours(self) -> list[list[tuple[int, float]]]:
        """The neighbours of every unit with the cost of the border."""
        found: list[list[tuple[int, float]]] = [[] for _ in range(self.count)]
        for (a, b), cost in zip(self.pair.tolist(), self.cost.tolist(), strict=True):
            found[a].append((b, cost))
            found[b].append((a, cost))
        return found


class Parts:
    """Which part each unit belongs to now (``part``; ``label`` as an array), with ``load`` and ``size`` of each part.

    Parts keep within their piece of ground; ``mean`` is the mean load of the piece each part lies in. ``stay``: cost
    (in metres of boundary) of taking a unit of mean weight away from where it is now, for few moves.
    """

    def __init__(
        self, network: Network, label: Integers, piece_of_part: Integers, limit: float, stay: float = 0.0
    ) -> None:
        self.network = network
        #: The part of every unit: a list, for it is asked unit by unit a million times.
        self.part: list[int] = label.tolist()
        self._start: list[int] = label.tolist()
        self._stay = (stay * (AT_LEAST + network.weight / max(float(network.weight.mean()), 1e-9))).tolist()
        self._stays = stay > 0
        self.near = network.neighbours()
        self.weight: list[float] = network.weight.tolist()
        self.parts = len(piece_of_part)
        self.load = totals(label, network.weight, self.parts)
        self.size = np.bincount(label, minlength=self.parts).tolist()
        total = np.bincount(piece_of_part, self.load)
        self.mean = (total / np.maximum(np.bincount(piece_of_part), 1))[piece_of_part]
        self.limit = limit
        self._spare = max(limit - 1.0, 0.002)

    @property
    def label(self) -> Integers:
        """The part of every unit as an array."""
        return np.array(self.part, dtype=np.int64)

    @property
    def worst(self) -> float:
        """The largest load as a multiple of the mean of all parts."""
        mean = float(self.load.sum()) / max(self.parts, 1)
        return float(self.load.max()) / mean if mean > 0 else 1.0

    @property
    def cut(self) -> float:
        """The cost of all boundaries, and of all units that are not where they were."""
        label = self.label
        a, b = label[self.network.pair[:, 0]], label[self.network.pair[:, 1]]
        return float(self.network.cost[a != b].sum()) + float(np.dot(self._stay, label != self._start))

    @property
    def judged(self) -> tuple[float, float]:
        """What is better is less: the worst load as far as it is above the limit, then the cost of boundaries.

        Loads are told apart in steps, so that a hair of balance is not paid for with ragged boundaries.
        """
        return float(np.ceil(max(self.worst - self.limit - 1e-9, 0.0) / STEP)), self.cut

    def taking(self, label: Integers) -> Parts:
        """The same parts with this division in the place of the present one."""
        for unit in np.flatnonzero(self.label != label).tolist():
            self.move(unit, int(label[unit]))
        return self

    def connect(self) -> None:
        """Parts in several pieces: all but the heaviest piece of each go to the neighbour they share most with."""
        for _ in range(self.parts):
            pieces = self._loose_pieces()
            if not pieces:
                return
            moved = False
            for piece in pieces:
                inside = set(piece)
                shared: dict[int, float] = {}
                for unit in piece:
                    for other, cost in self.near[unit]:
                        if other not in inside:
                            shared[self.part[other]] = shared.get(self.part[other], 0.0) + cost
                shared.pop(self.part[piece[0]], None)
                if shared:
                    target = max(shared, key=lambda part: (shared[part], -part))
                    for unit in piece:
                        self.move(unit, target)
                    moved = True
            if not moved:
                return

    def _loose_pieces(self) -> list[list[int]]:
        seen = [False] * self.network.count
        of_part: dict[int, list[list[int]]] = {}
        for first in range(self.network.count):
            if seen[first]:
                continue
            seen[first] = True
            piece, at = [first], 0
            while at < len(piece):
                for other, _ in self.near[piece[at]]:
                    if not seen[other] and self.part[other] == self.part[first]:
                        seen[other] = True
                        piece.append(other)
                at += 1
            of_part.setdefault(self.part[first], []).append(piece)
        loose: list[list[int]] = []
        for pieces in of_part.values():
            pieces.sort(key=lambda piece: (-sum(self.weight[u] for u in piece), -len(piece), piece[0]))
            loose += pieces[1:]
        return loose

    def change(self, group: list[int], target: int) -> float:
        """By how much boundaries get dearer when the units of ``group`` (of one part) go to ``target``."""
        source = self.part[group[0]]
        change = 0.0
        for unit in group:
            for other, cost in self.near[unit]:
                part = self.part[other]
                if part == source:
                    change += 0.0 if other in group else cost
                elif part == target:
                    change -= cost
            if self._stays:
                home = self._start[unit]
                change += self._stay[unit] * float(int(source == home) - int(target == home))
        return change

    def move(self, unit: int, target: int) -> None:
        """Give the unit to another part."""
        source = self.part[unit]
        self.part[unit] = target
        self.load[source] -= self.weight[unit]
        self.load[target] += self.weight[unit]
        self.size[source] -= 1
        self.size[target] += 1

    def group(self, units: list[int]) -> list[int]:
        """The units (of one part) with all that their part could not hold together without them.

        Empty if that is most of the part. A block around which nothing else goes takes along what it encloses.
        """
        part = self.part[units[0]]
        if self.size[part] <= len(units):
            return []
        if len(units) == 1 and self.stays_whole(units[0]):
            return units
        seen = set(units)
        pieces: list[list[int]] = []
        for first in [other for unit in units for other, _ in self.near[unit]]:
            if first in seen or self.part[first] != part:
                continue
            piece, at = [first], 0
            seen.add(first)
            while at < len(piece):
                for other, _ in self.near[piece[at]]:
                    if other not in seen and self.part[other] == part:
                        seen.add(other)
                        piece.append(other)
                at += 1
            pieces.append(piece)
        pieces.sort(key=lambda piece: -self.load_of(piece))
        along = [each for piece in pieces[1:] for each in piece]
        return [] if len(along) + len(units) > self.size[part] / 2 else [*units, *along]

    def load_of(self, group: list[int]) -> float:
        """What these units weigh together."""
        return sum(self.weight[each] for each in group)

    def stays_whole(self, unit: int) -> bool:
        """Whether the part of ``unit`` stays connected without it."""
        part = self.part[unit]
        wanted = {other for other, _ in self.near[unit] if self.part[other] == part}
        if len(wanted) <= 1:
            return bool(wanted)
        first = next(iter(wanted))
        wanted.discard(first)
        seen, waiting = {unit, first}, [first]
        while waiting:
            for other, _ in self.near[waiting.pop()]:
                if other not in seen and self.part[other] == part:
                    wanted.discard(other)
                    if not wanted:
                        return True
                    seen.add(other)
                    waiting.append(other)
        return False
