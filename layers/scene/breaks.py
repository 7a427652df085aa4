"""Limits between classes of numbers: equal steps, equal counts, or where the numbers leave gaps."""

from __future__ import annotations

import jenkspy
import numpy as np
import numpy.typing as npt

from layers.scene.style import Method

#: Natural breaks take time with the square of how many numbers there are: a sample by rank says the same.
MOST_NATURAL = 2000


def inner_limits(numbers: npt.NDArray[np.float64], count: int, method: Method) -> tuple[float, ...]:
    """The lower limits of all classes but the first, ascending: class i holds [limit i-1, limit i).

    At most ``count`` classes; fewer where the numbers are too few or too much alike. Natural breaks are those of Fisher
    and Jenks. ``ValueError`` for ``categories``, which have no limits.
    """
    numbers = np.sort(numbers[np.isfinite(numbers)])
    distinct = np.unique(numbers)
    if len(distinct) < 2 or count < 2:
        return ()
    if method == "equal":
        limits = np.linspace(numbers[0], numbers[-1], count + 1)[1:-1]
    elif method == "quantile":
        count = min(count, len(numbers))
        limits = numbers[np.ceil(np.arange(1, count) * len(numbers) / count).astype(np.int64)]
    elif method == "natural":
        limits = _natural(numbers, distinct, min(count, len(distinct)))
    else:
        raise ValueError(method)
    limits = np.unique(limits)
    return tuple(float(limit) for limit in limits[limits > numbers[0]])


def _natural(
    numbers: npt.NDArray[np.float64], distinct: npt.NDArray[np.float64], count: int
) -> npt.NDArray[np.float64]:
    if count == len(distinct):
        return distinct[1:]
    if len(numbers) > MOST_NATURAL:
        ranks = np.linspace(0, len(numbers) - 1, MOST_NATURAL).round().astype(np.int64)
        numbers = numbers[ranks]
        distinct = np.unique(numbers)
    # jenkspy gives the greatest number of each class; the next greater one begins the next class.
    greatest = np.array(jenkspy.jenks_breaks(numbers, n_classes=count))[1:-1]
    return np.asarray(distinct[np.searchsorted(distinct, greatest, side="right")])
