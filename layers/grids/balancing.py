"""Balance: move as little as possible between neighbouring parts until none is too heavy, and stay connected.

How much must go from which part to which neighbour is a smallest flow (linear programme, HiGHS); it is carried out
unit by unit along the common border. Its optimum is also the least load that any re-balancing has to move.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from layers.feedback import Feedback
from layers.grids.faces import Floats, Integers, summed, totals
from layers.later import Later

if TYPE_CHECKING:
    from scipy import optimize, sparse
else:
    optimize = Later("scipy.optimize")
    sparse = Later("scipy.sparse")

ROUNDS = 12
"""Flows computed before giving up: every one starts from what the last could carry out."""

KEPT = 0.6
"""Of the permitted imbalance that balancing aims at, so that smoothing has room afterwards."""


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


def smallest_flow(load: Floats, pair: Integers, low: Floats, high: Floats) -> Floats | None:
    """How much goes along each pair (positive: from first to second) so that all loads come within low..high.

    The sum of all amounts is the smallest possible; None when no flow brings that about.
    """
    many, edges = len(load), len(pair)
    if not edges:
        return None if ((load > high) | (load < low)).any() else np.empty(0)
    column = np.arange(edges)
    out = sparse.coo_array(
        (
            np.concatenate([np.ones(edges), -np.ones(edges)]),
            (np.concatenate([pair[:, 0], pair[:, 1]]), np.concatenate([column, column])),
        ),
        (many, edges),
    ).tocsr()
    both = sparse.hstack([out, -out]).tocsr()
    found = optimize.linprog(  # type: ignore[call-overload]
        np.ones(2 * edges),
        A_ub=sparse.vstack([-both, both]).tocsr(),
        b_ub=np.concatenate([high - load, load - low]),
        bounds=(0.0, None),
        method="highs",
    )
    if not found.success:
        return None
    amounts: Floats = np.asarray(found.x[:edges] - found.x[edges:], dtype=np.float64)
    return amounts


class Balancing:
    """A division that is being improved: ``label`` is the part of each unit, parts keep within their piece.

    ``stay``: cost (in metres of boundary) of taking a unit away from where it is now, for few moves.
    """

    def __init__(
        self, network: Network, label: Integers, piece_of_part: Integers, limit: float, stay: float = 0.0
    ) -> None:
        self.network = network
        self.label = label.copy()
        self._start = label.copy()
        self._stay = stay
        self.near = network.neighbours()
        self.weight: list[float] = network.weight.tolist()
        self.parts = len(piece_of_part)
        self.load = totals(self.label, network.weight, self.parts)
        self.size = np.bincount(self.label, minlength=self.parts)
        total = np.bincount(piece_of_part, self.load)
        self.mean = (total / np.maximum(np.bincount(piece_of_part), 1))[piece_of_part]
        self.limit = limit
        self._spare = max(limit - 1.0, 0.002)

    @property
    def worst(self) -> float:
        """The largest load as a multiple of the mean of all parts."""
        mean = float(self.load.sum()) / max(self.parts, 1)
        return float(self.load.max()) / mean if mean > 0 else 1.0

    @property
    def cut(self) -> float:
        """The cost of all boundaries."""
        a, b = self.label[self.network.pair[:, 0]], self.label[self.network.pair[:, 1]]
        return float(self.network.cost[a != b].sum())

    @property
    def judged(self) -> tuple[float, float]:
        """What is better is less: the worst load as far as it is above the limit, then the cost of boundaries."""
        return max(self.worst, self.limit), self.cut

    def improve(self, feedback: Feedback) -> None:
        """Connect, balance, smooth, and balance once more."""
        self.connect()
        self.balance(feedback.part(0.0, 0.6))
        self.smooth(feedback.part(0.6, 0.9))
        self.balance(feedback.part(0.9, 1.0))

    def low_high(self, kept: float) -> tuple[Floats, Floats]:
        """The least and the greatest load of each part when ``kept`` of the permitted imbalance is used."""
        return self.mean * (1 - self._spare * kept), self.mean * (1 + self._spare * kept)

    def balance(self, feedback: Feedback) -> None:
        """Carry out smallest flows until every load is within the limit, or no flow gets any further."""
        for turn in range(ROUNDS):
            feedback.progress(turn / ROUNDS)
            low, high = self.low_high(1.0)
            if ((self.load <= high) & (self.load >= low)).all():
                return
            pair = self._touching()
            flow = None
            for kept in (KEPT, 1.0, 2.0, 4.0):
                flow = smallest_flow(self.load, pair, *self.low_high(kept))
                if flow is not None:
                    break
            if flow is None:
                return
            moved = 0
            for edge in np.argsort(-np.abs(flow)):
                amount = float(flow[edge])
                if abs(amount) < 1e-9:
                    break
                source, target = pair[edge] if amount > 0 else pair[edge][::-1]
                moved += self._carry(int(source), int(target), abs(amount))
            if not moved:
                return

    def _touching(self) -> Integers:
        ends = np.sort(self.label[self.network.pair], axis=1)
        ends = ends[ends[:, 0] != ends[:, 1]]
        return summed(ends, np.ones(len(ends)), np.ones(len(ends))).pair

    def _carry(self, source: int, target: int, amount: float) -> int:
        """Move units of ``source`` that touch ``target`` until about ``amount`` has gone; how many moved."""
        left, moved = amount, 0
        locked: set[int] = set()
        touching = {
            unit
            for unit in np.flatnonzero(self.label == source).tolist()
            if any(self.label[other] == target for other, _ in self.near[unit])
        }
        typical = float(self.network.cost.mean()) if len(self.network.cost) else 1.0
        while left > 0.02 * amount:
            ranked = sorted(
                (self.change([unit], target) / typical - 2 * min(self.weight[unit], left) / amount, unit)
                for unit in touching - locked
                if self.weight[unit] < 2 * left
            )
            for _, unit in ranked:
                group = self.group(unit)
                if group and self._load_of(group) < 2 * left:
                    break
                locked.add(unit)
            else:
                return moved
            for each in group:
                self.move(each, target)
                left -= self.weight[each]
            moved += 1
            # What could not leave before may be able to now, and what lay behind is at the border.
            locked = {each for each in locked if self.label[each] != source}
            touching = {each for each in touching if self.label[each] == source}
            for each in group:
                touching |= {other for other, _ in self.near[each] if self.label[other] == source}
        return moved

    def _load_of(self, group: list[int]) -> float:
        return sum(self.weight[each] for each in group)

    def smooth(self, feedback: Feedback) -> None:
        """Units at a border change sides where that makes boundaries cheaper and no load goes over the limit."""
        low, high = self.low_high(1.0)
        low, high = np.minimum(low, self.load), np.maximum(high, 0)
        for turn in range(8):
            feedback.progress(turn / 8)
            ends = self.label[self.network.pair]
            waiting = np.unique(self.network.pair[ends[:, 0] != ends[:, 1]]).tolist()
            moved = 0
            for unit in waiting:
                source = int(self.label[unit])
                group = self.group(unit)
                weight = self._load_of(group)
                if not group or self.load[source] - weight < low[source]:
                    continue
                best, gain = -1, -1e-9
                for target in {int(self.label[other]) for other, _ in self.near[unit]} - {source}:
                    change = self.change(group, target)
                    if change < gain and self.load[target] + weight <= high[target]:
                        best, gain = target, change
                if best >= 0:
                    for each in group:
                        self.move(each, best)
                    moved += 1
            if not moved:
                return

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
                            shared[int(self.label[other])] = shared.get(int(self.label[other]), 0.0) + cost
                shared.pop(int(self.label[piece[0]]), None)
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
                    if not seen[other] and self.label[other] == self.label[first]:
                        seen[other] = True
                        piece.append(other)
                at += 1
            of_part.setdefault(int(self.label[first]), []).append(piece)
        loose: list[list[int]] = []
        for pieces in of_part.values():
            pieces.sort(key=lambda piece: (-sum(self.weight[u] for u in piece), -len(piece), piece[0]))
            loose += pieces[1:]
        return loose

    def change(self, group: list[int], target: int) -> float:
        """By how much boundaries get dearer when the units of ``group`` (of one part) go to ``target``."""
        source = self.label[group[0]]
        change = 0.0
        for unit in group:
            for other, cost in self.near[unit]:
                part = self.label[other]
                if part == source:
                    change += 0.0 if other in group else cost
                elif part == target:
                    change -= cost
            if self._stay:
                home = self._start[unit]
                change += self._stay * float(int(source == home) - int(target == home))
        return change

    def move(self, unit: int, target: int) -> None:
        """Give the unit to another part."""
        source = int(self.label[unit])
        self.label[unit] = target
        self.load[source] -= self.weight[unit]
        self.load[target] += self.weight[unit]
        self.size[source] -= 1
        self.size[target] += 1

    def group(self, unit: int) -> list[int]:
        """The unit with all that its part could not hold together without it; empty if that is most of the part.

        A block around which nothing else goes takes along what it encloses.
        """
        part = int(self.label[unit])
        if self.size[part] <= 1:
            return []
        if self.stays_whole(unit):
            return [unit]
        seen = {unit}
        pieces: list[list[int]] = []
        for first, _ in self.near[unit]:
            if first in seen or self.label[first] != part:
                continue
            piece, at = [first], 0
            seen.add(first)
            while at < len(piece):
                for other, _ in self.near[piece[at]]:
                    if other not in seen and self.label[other] == part:
                        seen.add(other)
                        piece.append(other)
                at += 1
            pieces.append(piece)
        pieces.sort(key=lambda piece: -sum(self.weight[each] for each in piece))
        along = [each for piece in pieces[1:] for each in piece]
        return [] if len(along) + 1 > self.size[part] / 2 else [unit, *along]

    def stays_whole(self, unit: int) -> bool:
        """Whether the part of ``unit`` stays connected without it."""
        part = self.label[unit]
        wanted = {other for other, _ in self.near[unit] if self.label[other] == part}
        if len(wanted) <= 1:
            return bool(wanted)
        first = next(iter(wanted))
        wanted.discard(first)
        seen, waiting = {unit, first}, [first]
        while waiting:
            for other, _ in self.near[waiting.pop()]:
                if other not in seen and self.label[other] == part:
                    wanted.discard(other)
                    if not wanted:
                        return True
                    seen.add(other)
                    waiting.append(other)
        return False
