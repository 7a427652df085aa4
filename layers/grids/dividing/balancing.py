"""Balance: move as little as possible between neighbouring parts until none is too heavy, and stay connected.

How much must go from which part to which neighbour is a smallest flow (linear programme, HiGHS); it is carried out
unit by unit along the common border.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from layers.feedback import Feedback
from layers.grids.dividing.parts import Parts
from layers.grids.faces import Floats, Integers, summed
from layers.later import Later

if TYPE_CHECKING:
    from scipy import optimize, sparse
else:
    optimize = Later("scipy.optimize")
    sparse = Later("scipy.sparse")

ROUNDS = 20
"""Flows computed before giving up: every one starts from what the last could carry out."""

MANY = 2_000
"""Units from which smoothing looks at single ones only."""

COMPARED = 6
"""Of what could go next so many are looked at with all that has to go along."""

NOTHING = 0.001
"""Of a mean load: what holds less is ground to go through."""

DEARER, HOPELESS = 4.0, 300.0
"""How much dearer a way gets each time that nothing would go on it, and when that is given up."""

KEPT = 0.6
"""Of the permitted imbalance that balancing aims at, so that smoothing has room afterwards."""


def smallest_flow(
    load: Floats, pair: Integers, low: Floats, high: Floats, cost: Floats | None = None
) -> Floats | None:
    """How much goes along each pair (positive: from first to second) so that all loads come within low..high.

    The sum of all amounts is the smallest possible, each weighed with its ``cost`` (of all pairs forth, then of all
    back; 1 unless given); None when no flow brings that about.
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
        np.ones(2 * edges) if cost is None else cost,
        A_ub=sparse.vstack([-both, both]).tocsr(),
        b_ub=np.concatenate([high - load, load - low]),
        bounds=(0.0, None),
        method="highs",
    )
    if not found.success:
        return None
    amounts: Floats = np.asarray(found.x[:edges] - found.x[edges:], dtype=np.float64)
    return amounts


class Balancing(Parts):
    """A division that is being improved: balanced along smallest flows, its boundaries made shorter."""

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
        # Ways on which nothing would go: the next flow goes round them where it can.
        tried: dict[tuple[int, int], float] = {}
        for turn in range(ROUNDS):
            feedback.progress(turn / ROUNDS)
            low, high = self.low_high(1.0)
            if ((self.load <= high) & (self.load >= low)).all():
                return
            pair = self._touching()
            both = np.concatenate([pair, pair[:, ::-1]]).tolist()
            cost = np.array([tried.get((a, b), 1.0) for a, b in both])
            flow = None
            for kept in (KEPT, 1.0, 2.0, 4.0):
                flow = smallest_flow(self.load, pair, *self.low_high(kept), cost)
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
                way = int(source), int(target)
                carried = self._carry(*way, abs(amount))
                moved += carried
                if not carried:
                    tried[way] = tried.get(way, 1.0) * DEARER
            if not moved and max(tried.values()) > HOPELESS:
                return

    def _touching(self) -> Integers:
        ends = np.sort(self.label[self.network.pair], axis=1)
        ends = ends[ends[:, 0] != ends[:, 1]]
        return summed(ends, np.ones(len(ends)), np.ones(len(ends))).pair

    def _carry(self, source: int, target: int, amount: float) -> int:
        """Move load of ``source`` to its neighbour ``target`` until about ``amount`` has gone; how many moves."""
        left, moved = amount, 0
        while left > 0.02 * amount:
            group = self._best_group(source, target, left, amount)
            if not group:
                return moved
            for each in group:
                self.move(each, target)
            left -= self.load_of(group)
            moved += 1
        return moved

    def _best_group(self, source: int, target: int, left: float, amount: float) -> list[int]:
        """What goes next: much of the load wanted for little border, with all that has to go along; [] for nothing."""
        typical = float(self.network.cost.mean()) if len(self.network.cost) else 1.0

        def judged(units: list[int]) -> float:
            return self.change(units, target) / typical - 2 * min(self.load_of(units), left) / amount

        groups: list[list[int]] = []
        for way in sorted(self._ways(source, target, 2 * left).values(), key=judged):
            group = self.group(way)
            if group and self.load_of(group) < 2 * left:
                groups.append(group)
                if len(groups) == COMPARED:
                    break
        return min(groups, key=judged, default=[])

    def _ways(self, source: int, target: int, most: float) -> dict[int, list[int]]:
        """Units of ``source`` with load up to ``most``, each with the ground that joins it to ``target``.

        Only ground that holds next to nothing is gone through; the fewest units of it.
        """
        light = NOTHING * float(self.mean[source])
        before: dict[int, int | None] = {}
        waiting = [
            unit
            for unit in np.flatnonzero(self.label == source).tolist()
            if any(self.part[other] == target for other, _ in self.near[unit])
        ]
        before.update((unit, None) for unit in waiting)
        found: dict[int, list[int]] = {}
        for unit in waiting:
            if self.weight[unit] > light:
                if self.weight[unit] < most:
                    way: list[int] = []
                    step: int | None = unit
                    while step is not None:
                        way.append(step)
                        step = before[step]
                    found[unit] = way
                continue
            for other, _ in self.near[unit]:
                if other not in before and self.part[other] == source:
                    before[other] = unit
                    waiting.append(other)
        return found

    def smooth(self, feedback: Feedback) -> None:
        """Units at a border change sides where that makes boundaries cheaper and no load goes over the limit."""
        low, high = self.low_high(1.0)
        low = np.minimum(low, self.load)
        is_large = self.network.count > MANY
        for turn in range(8):
            feedback.progress(turn / 8)
            ends = self.label[self.network.pair]
            waiting = np.unique(self.network.pair[ends[:, 0] != ends[:, 1]]).tolist()
            moved = 0
            for unit in waiting:
                source = self.part[unit]
                # Many units: what encloses others is left alone, that most are dismissed without a look around.
                group = [unit] if is_large else self.group([unit])
                weight = self.load_of(group)
                if not group or self.load[source] - weight < low[source]:
                    continue
                best, gain = -1, -1e-9
                for target in {self.part[other] for other, _ in self.near[unit]} - {source}:
                    change = self.change(group, target)
                    if change < gain and self.load[target] + weight <= high[target]:
                        best, gain = target, change
                if best >= 0 and (not is_large or self.group(group) == group):
                    for each in group:
                        self.move(each, best)
                    moved += 1
            if not moved:
                return
