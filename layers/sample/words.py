"""Names for everything in the city, made of the words in ``words.toml``."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from layers.sample.streets import ARTERIAL, LANE, Ints

Texts = npt.NDArray[np.object_]


@lru_cache(maxsize=1)
def words() -> dict[str, Any]:
    """The words, by group and list."""
    return tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))


def road_names(road_class: Ints, length: npt.NDArray[np.float64], random: np.random.Generator) -> Texts:
    """A name of its own for every road; the widest and longest get the best known words."""
    given = words()["roads"]
    first = list(given["first"])
    # A few words are every city's: they come first, in any order.
    head = [first[i] for i in random.permutation(12)]
    rest = first[12:] + list(given["second"])
    rest = [rest[i] for i in random.permutation(len(rest))]
    order = np.lexsort((-length, road_class))
    names = np.empty(len(road_class), dtype=object)
    taken: set[str] = set()
    stems = iter(_stems(head + rest, given["ordinals"]))
    stem = next(stems)
    for road in order:
        endings = given["wide"] if road_class[road] == ARTERIAL else given["usual"]
        if road_class[road] == LANE:
            endings = given["narrow"]
        name = stem + endings[int(random.integers(len(endings)))]
        while name in taken:
            stem = next(stems)
            name = stem + endings[int(random.integers(len(endings)))]
        names[road] = name
        taken.add(name)
        stem = next(stems)
    return names


def _stems(plain: list[str], ordinals: list[str]) -> list[str]:
    return plain + [word + ordinal for ordinal in ordinals for word in plain]


def community_names(old: Ints, kind: npt.NDArray[np.str_], random: np.random.Generator) -> Texts:
    """A name of its own for every estate: by age (0 old, 1 middling, 2 new), villages by their own words."""
    given = words()["communities"]
    names = np.empty(len(old), dtype=object)
    taken: set[str] = set()
    for number in range(len(old)):
        village = kind[number] == "village"
        starts = given["village_first" if village else "first"]
        ends = given["village"] if village else given[("old", "usual", "new")[old[number]]]
        for attempt in range(1000):
            name = starts[int(random.integers(len(starts)))] + ends[int(random.integers(len(ends)))]
            if attempt > 30:
                name += words()["roads"]["ordinals"][attempt % 9] + ("组" if village else "期")
            if name not in taken:
                break
        names[number] = name
        taken.add(name)
    return names


def person_names(count: int, random: np.random.Generator) -> Texts:
    """Names of invented people; the same name may come twice, as names do."""
    surnames = np.array(list(words()["people"]["surnames"]), dtype=object)
    given = np.array(sorted(set(words()["people"]["given"])), dtype=object)
    weights = 1.0 / (np.arange(len(surnames)) + 6.0)
    family = surnames[random.choice(len(surnames), count, p=weights / weights.sum())]
    first = given[random.integers(len(given), size=count)]
    second = np.where(random.uniform(size=count) < 0.72, given[random.integers(len(given), size=count)], "")
    names: Texts = family + first + second
    return names


def phone_numbers(count: int, random: np.random.Generator) -> Texts:
    """Numbers that no telephone can have: no mobile number begins with 100."""
    digits = random.integers(0, 10**8, count)
    return np.array([f"100{number:08d}" for number in digits.tolist()], dtype=object)


def pick(choices: list[str], count: int, random: np.random.Generator) -> Texts:
    """Words drawn at random, ``count`` times."""
    drawn: Texts = np.array(choices, dtype=object)[random.integers(len(choices), size=count)]
    return drawn
