"""The scene: every layer of a register that a style draws, built from its columns and asked as one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from layers.feedback import Feedback
from layers.model.query import Box, Condition
from layers.register import Register
from layers.scene.building import BuildJob, Source, build_sources, wanted_fields
from layers.scene.request import Counts, DrawBatch, DrawRequest, Hit
from layers.scene.style import Drawing, LayerStyle, MapStyle, is_restyled
from layers.scene.styles import find_style

__all__ = ["NOWHERE", "Scene", "Source", "build_scene", "plan_scene"]

NOWHERE = Box(0.0, 0.0, 1.0, 1.0)


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

    def compacted(self) -> Scene:
        """The same with what changed since it was read put in its place where there is much of it."""
        sources = (source.compacted() if source.is_worn else source for source in self.sources)
        return replace(self, sources=tuple(sources))

    @property
    def is_worn(self) -> bool:
        """Whether so much lies beside the arrays first read that the next change takes long."""
        return any(source.is_worn for source in self.sources)


@dataclass(frozen=True)
class ScenePlan:
    """What a scene is to hold: its layers, those of them to be built, and those taken over from before."""

    scene: Scene
    layers: tuple[LayerStyle, ...]
    job: BuildJob

    def with_sources(self, made: Iterable[Source]) -> Scene:
        """The scene, given the sources built for the job."""
        by_id = {source.layer.id: source for source in (*self.scene.sources, *made)}
        sources = tuple(by_id[layer.id] for layer in self.layers if layer.id in by_id)
        return replace(self.scene, sources=sources)


def plan_scene(
    register: Register,
    style: MapStyle,
    *,
    before: Scene | None = None,
    changed: Iterable[str] = (),
    drawings: Collection[Drawing] | None = None,
    filters: Mapping[str, Condition] | None = None,
) -> ScenePlan:
    """What must be read for a scene. With ``before``, only ``changed`` types and what the style draws anew."""
    filters = {} if filters is None else filters
    version = register.data_version
    layers = tuple(layer for layer in style.layers if layer.type in register.catalogue)
    box = register.bounds(*{layer.type for layer in layers})
    kept = {} if before is None else _kept(before, layers, set(changed), filters)
    chosen = tuple(layer for layer in layers if drawings is None or layer.drawing in drawings)
    anew = tuple(layer for layer in chosen if layer.id not in kept)
    old = tuple(source for layer in chosen if (source := kept.get(layer.id)) is not None)
    scene = Scene(style, old, box, version, filters)
    return ScenePlan(scene, chosen, _job(register, layers, anew, filters))


def build_scene(
    register: Register,
    style: MapStyle | str,
    feedback: Feedback,
    *,
    before: Scene | None = None,
    changed: Iterable[str] = (),
    drawings: Collection[Drawing] | None = None,
    filters: Mapping[str, Condition] | None = None,
) -> Scene:
    """Read what the style draws. With ``before``, only the ``changed`` types are read anew.

    ``drawings`` reads layers of these kinds alone, for a first picture: mains come before meters. Of a type in
    ``filters`` only the assets that meet its condition are in the scene.
    """
    if isinstance(style, str):
        style = find_style(register, style, feedback)
    plan = plan_scene(register, style, before=before, changed=changed, drawings=drawings, filters=filters)
    made = register.worker.run(build_sources, plan.job, feedback=feedback) if plan.job.layers else []
    return plan.with_sources(made)


def _kept(
    before: Scene, layers: Sequence[LayerStyle], changed: set[str], filters: Mapping[str, Condition]
) -> dict[str, Source]:
    """The sources that are as they would be if they were built anew."""
    main_types = {layer.type for layer in layers if layer.drawing == "main"}
    same = {layer.id: layer for layer in layers}
    return {
        source.layer.id: _drawn_so(source, same[source.layer.id])
        for source in before.sources
        if source.layer.type not in changed
        and source.layer.id in same
        and is_restyled(source.layer, same[source.layer.id])
        and filters.get(source.layer.type) == before.filters.get(source.layer.type)
        and not (source.layer.rotate and main_types & changed)
    }


def _drawn_so(source: Source, layer: LayerStyle) -> Source:
    """Where only colours, widths or scales differ, the arrays stay."""
    return source if source.layer == layer else replace(source, layer=layer)


def _job(
    register: Register,
    layers: Sequence[LayerStyle],
    anew: Sequence[LayerStyle],
    filters: Mapping[str, Condition],
) -> BuildJob:
    types = dict.fromkeys(layer.type for layer in anew)
    reads, totals = {}, {}
    for name in types:
        known = register.catalogue[name]
        fields = [each for each in wanted_fields(layers, name) if each in known]
        reads[name] = register.bulk_read(name, fields, filters.get(name))
        if name in filters:
            totals[name] = register.count(name)
    main = next((layer for layer in layers if layer.drawing == "main"), None)
    if main is None or not any(layer.rotate for layer in anew):
        return BuildJob(tuple(anew), reads, totals)
    fields = [each for each in main.fields if each in register.catalogue[main.type]]
    return BuildJob(tuple(anew), reads, totals, main, register.bulk_read(main.type, fields))
