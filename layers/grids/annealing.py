"""Evening out by simulated annealing: for heavy units, where no single move or flow gets any further.

Units at the border change sides at random, better divisions always, worse ones ever more rarely
(Kirkpatrick, Gelatt and Vecchi 1983). The best division met is kept. Repeatable: the seed is given.
"""

from __future__ import annotations

import math
import random

from layers.feedback import Feedback
from layers.grids.balancing import Balancing

STEPS = 400
"""Proposals per unit, at least LEAST and at most MOST in all."""

LEAST, MOST = 15_000, 60_000

HOT, WARM, COLD = 0.05, 0.004, 0.0004
"""Temperatures, in squared shares of a mean load: to begin anew, to begin near what is there, and to end."""

BORDER = 0.004
"""What a border of mean length counts against a squared share of the mean load."""


def even_out(balancing: Balancing, seed: int, feedback: Feedback, hot: float = HOT) -> None:
    """Lower the worst load of a division that is above its limit; boundaries stay connected and short."""
    chance = random.Random(seed)
    pairs = balancing.network.pair.tolist()
    if not pairs:
        return
    border = BORDER / max(float(balancing.network.cost.mean()), 1e-9)
    steps = min(max(LEAST, STEPS * balancing.network.count), MOST)
    label, mean = balancing.label, balancing.mean.tolist()
    best = (balancing.judged, label.copy())
    for step in range(steps):
        if step % 500 == 0:
            feedback.progress(step / steps)
            judged = balancing.judged
            if judged < best[0]:
                best = (judged, label.copy())
        heat = hot * (COLD / hot) ** (step / steps)
        unit, other = pairs[chance.randrange(len(pairs))]
        if label[unit] == label[other]:
            continue
        if chance.random() < 0.5:
            unit, other = other, unit
        source, target = int(label[unit]), int(label[other])
        group = balancing.group([unit])
        if not group:
            continue
        weight = sum(balancing.weight[each] for each in group)
        worse = _squares(balancing, source, target, weight, mean) + border * balancing.change(group, target)
        if worse > 0 and chance.random() >= math.exp(-worse / heat):
            continue
        for each in group:
            balancing.move(each, target)
    if balancing.judged > best[0]:
        for unit in (label != best[1]).nonzero()[0].tolist():
            balancing.move(unit, int(best[1][unit]))


def _squares(balancing: Balancing, source: int, target: int, weight: float, mean: list[float]) -> float:
    """By how much the sum of the squared deviations grows when ``weight`` goes from source to target."""
    a, b = balancing.load[source] / mean[source] - 1, balancing.load[target] / mean[target] - 1
    down, up = weight / mean[source], weight / mean[target]
    return float((a - down) ** 2 + (b + up) ** 2 - a**2 - b**2)
