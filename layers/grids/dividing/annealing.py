"""Evening out by simulated annealing: for heavy units, where no single move or flow gets any further.

Units at the border change sides at random, better divisions always, worse ones ever more rarely
(Kirkpatrick, Gelatt and Vecchi 1983). The best division met is kept. Repeatable: the seed is given.
"""

from __future__ import annotations

import math
import random

from layers.feedback import Feedback
from layers.grids.dividing.balancing import Balancing

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
    part, mean = balancing.part, balancing.mean.tolist()
    best = (balancing.judged, list(part))
    for step in range(steps):
        if step % 500 == 0:
            feedback.progress(step / steps)
            judged = balancing.judged
            if judged < best[0]:
                best = (judged, list(part))
        heat = hot * (COLD / hot) ** (step / steps)
        unit, other = pairs[chance.randrange(len(pairs))]
        if part[unit] == part[other]:
            continue
        if chance.random() < 0.5:
            unit, other = other, unit
        source, target = part[unit], part[other]
        group = balancing.group([unit])
        luck = heat * -math.log(1.0 - chance.random())
        if group and _worse(balancing, group, source, target, mean, border) <= luck:
            for each in group:
                balancing.move(each, target)
    if balancing.judged > best[0]:
        for unit, home in enumerate(best[1]):
            if part[unit] != home:
                balancing.move(unit, home)


def _worse(
    balancing: Balancing, group: list[int], source: int, target: int, mean: list[float], border: float
) -> float:
    """By how much squared deviations and borders together grow when ``group`` goes from source to target."""
    weight = balancing.load_of(group)
    a, b = balancing.load[source] / mean[source] - 1, balancing.load[target] / mean[target] - 1
    down, up = weight / mean[source], weight / mean[target]
    squares = float((a - down) ** 2 + (b + up) ** 2 - a**2 - b**2)
    return squares + border * balancing.change(group, target)
