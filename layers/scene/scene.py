"""The scene: every layer of a register that a style draws, asked as one."""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from layers.feedback import Feedback
from layers.model.query import Box, Condition
from layers.scene.codec import Source
from layers.scene.line_source import LineSource
from layers.scene.request import Counts, DrawBatch, DrawRequest, Hit
from layers.scene.style import MapStyle

NOWHERE = Box(0.0, 0.0, 1.0, 1.0)


@dataclass(frozen=True)
class Changes:
    """What a scene shows otherwise than the one ``before`` it: all of it lies in ``boxes``, assets of ``types``."""

    before: weakref.ref[Scene]
    boxes: tuple[Box, ...]
    types: frozenset[str]


@dataclass(frozen=True)
class Scene:
    """Sources in drawing order. Frozen: a change of the register makes a new scene, sharing what stayed.

    ``filters``: the conditions that assets of some types had to meet to be in it.
    """

    style: MapStyle
    sources: tuple[Source, ...]
    box: Box | None
    data_version: int
    filters: Mapping[str, Condition] = field(default_factory=dict)
    changes: Changes | None = field(default=None, compare=False, repr=False)

    def changed_since(self, before: Scene | None, denominator: float) -> tuple[Box, ...] | None:
        """Where this looks otherwise than ``before`` at 1:``denominator``; None when that may be anywhere."""
        changes = self.changes
        if changes is None or before is None or changes.before() is not before:
            return None
        layers = (source.layer for source in self.sources if source.layer.type in changes.types)
        # A shade is made of all points around.
        return None if any(layer.is_shaded(denominator) for layer in layers) else changes.boxes

    def draw(self, request: DrawRequest, feedback: Feedback | None = None) -> list[DrawBatch]:
        """What a frame shows, layer by layer from the ground up."""
        batches = []
        for source in self.sources:
            if feedback is not None:
                feedback.check()
            batches.append(source.draw(request))
        return batches

    def counts(self, box: Box | None = None) -> dict[str, Counts]:
        """Assets and metres of every class of every layer, by layer id."""
        return {source.layer.id: source.counts(box) for source in self.sources}

    def near(
        self, x: float, y: float, metres_per_pixel: float, pixels: float, hidden: frozenset[str] = frozenset()
    ) -> list[Hit]:
        """What is drawn within ``pixels`` of a place: points before lines before areas, the nearest first."""
        denominator = DrawRequest(0, NOWHERE, metres_per_pixel).denominator
        hits = [
            hit
            for source in self.sources
            if source.layer.in_legend and source.layer.is_visible(denominator)
            for hit in source.near(x, y, metres_per_pixel * pixels, hidden)
        ]
        return sorted(hits, key=lambda hit: (hit.is_line, hit.distance))

    def unlocated(self) -> Mapping[str, int]:
        """How many assets of each drawn type have no place."""
        return {source.layer.type: source.unlocated for source in self.sources}

    def settled(self) -> Scene:
        """The same with all done that a change left for later; to be called where nobody waits."""
        for source in self.sources:
            if isinstance(source, LineSource):
                source.finish()
        return self.compacted() if self.is_worn else self

    def compacted(self) -> Scene:
        """The same with what changed since it was read put in its place where there is much of it."""
        sources = (source.compacted() if source.is_worn else source for source in self.sources)
        same = Changes(weakref.ref(self), (), frozenset())
        return replace(self, sources=tuple(sources), changes=same)

    @property
    def is_worn(self) -> bool:
        """Whether so much lies beside the arrays first read that the next change takes long."""
        return any(source.is_worn for source in self.sources)
