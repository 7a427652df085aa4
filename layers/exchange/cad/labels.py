"""What the texts of a drawing say of the lines beside them: "PE-DN110" beside a main is its size and material.

A text counts for one line: the nearest, where it runs along it or stands close by. Where texts beside one line
disagree, nothing is taken. What is found is an offer; the mapping shows it, and leaving it out leaves it out.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.model.code_list import CodeList

_SIZE = re.compile(r"(?:(?<![a-z])d[ne]|[ΦφØøϕ∅⌀])\s*[=:：]?\s*(?P<size>\d{2,4})(?![\d.])", re.IGNORECASE)
_BETWEEN = re.compile(r"[\s\-_—–/\\,，、;；:：()（）\[\]【】=+*×]+")
_WIDE = re.compile(r"[\u2e80-\uffef]")
#: Letters that drawings of pipes mostly use for other things (water supply, water main, elevation) than materials.
_OTHER_MEANINGS = frozenset({"gs", "ss", "sp", "st", "cs", "js", "ts", "tc", "pb"})
#: How far from its line a text may stand, in its own heights: along the line, and across it.
_ALONG, _ACROSS = 4.0, 1.5
_PARALLEL = np.cos(np.radians(20.0))


@dataclass(frozen=True)
class Text:
    """A text of the drawing: the middle of what is written, its height and direction (degrees), and its layer."""

    words: str
    middle: tuple[float, float]
    height: float
    rotation: float
    layer: str


@dataclass(frozen=True)
class Label:
    """What texts say of one line. ``size`` in mm, ``material`` as written; None where they say nothing of it."""

    words: str
    size: int | None = None
    material: str | None = None


def read_label(words: str, materials: CodeList) -> Label | None:
    """The size and the material that a text names; None for a text that names no size."""
    found = _SIZE.search(words)
    if found is None:
        return None
    rest = f"{words[: found.start()]} {words[found.end() :]}"
    parts = [part for part in _BETWEEN.split(rest) if part]
    for part in ("-".join(parts), *parts):
        if _is_material(part, materials):
            return Label(words, int(found["size"]), part)
    return Label(words, int(found["size"]))


def _is_material(word: str, materials: CodeList) -> bool:
    if not _WIDE.search(word) and (len(word) < 2 or word.casefold() in _OTHER_MEANINGS):
        return False
    return materials.find(word) is not None


def labels_of(
    lines: Sequence[NDArray[Any]],
    layers: Sequence[str],
    texts: Sequence[Text],
    materials: CodeList,
    farthest: float,
) -> dict[int, Label]:
    """What the texts say of the lines, by the position of the line. ``layers``: the layer of each line.

    No text counts for a line that is more than ``farthest`` (drawing units) away.
    """
    read = [(text, label) for text in texts if (label := read_label(text.words, materials)) is not None]
    if not read or not lines:
        return {}
    shapes = np.array([shapely.linestrings(line[:, :2]) for line in lines], dtype=object)
    tree = shapely.STRtree(shapes)
    middles = shapely.points([text.middle for text, _ in read])
    reach = np.minimum([_ALONG * text.height for text, _ in read], farthest)
    near_text, near_line = tree.query(middles, predicate="dwithin", distance=reach)
    best: dict[int, tuple[tuple[bool, float], int]] = {}
    for number, line in zip(near_text.tolist(), near_line.tolist(), strict=True):
        text = read[number][0]
        distance = float(shapely.distance(middles[number], shapes[line]))
        along = _runs_along(lines[line], text)
        if distance > (_ALONG if along else _ACROSS) * text.height:
            continue
        rank = (layers[line] != text.layer, distance)
        if number not in best or rank < best[number][0]:
            best[number] = (rank, line)
    said: dict[int, list[Label]] = defaultdict(list)
    for number, (_, line) in best.items():
        said[line].append(read[number][1])
    return {line: _agreed(labels) for line, labels in said.items()}


def _agreed(labels: Sequence[Label]) -> Label:
    words = " | ".join(dict.fromkeys(label.words for label in labels))
    sizes = {label.size for label in labels}
    materials = {label.material for label in labels if label.material is not None}
    return Label(
        words, sizes.pop() if len(sizes) == 1 else None, materials.pop() if len(materials) == 1 else None
    )


def _runs_along(line: NDArray[Any], text: Text) -> bool:
    """Whether the part of the line nearest to the text has its direction."""
    start, end = line[:-1, :2], line[1:, :2]
    way = end - start
    length = np.maximum(np.hypot(way[:, 0], way[:, 1]), 1e-12)
    middle = np.asarray(text.middle)
    share = np.clip(((middle - start) * way).sum(axis=1) / length**2, 0.0, 1.0)
    off = middle - (start + way * share[:, None])
    nearest = int(np.argmin((off**2).sum(axis=1)))
    angle = np.radians(text.rotation)
    turned = abs(way[nearest, 0] * np.cos(angle) + way[nearest, 1] * np.sin(angle)) / length[nearest]
    return bool(turned >= _PARALLEL)
