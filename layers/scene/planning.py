"""What a scene needs: planned from the register, taken from the cache, built in the worker."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from layers.feedback import Feedback
from layers.model.change import Mark
from layers.model.query import Condition
from layers.register import Register
from layers.scene.building import BuildJob, build_sketches, build_sources, wanted_fields
from layers.scene.cache import SceneCache
from layers.scene.codec import Source
from layers.scene.patching import patched, recounted, touched_by
from layers.scene.scene import Scene
from layers.scene.style import Drawing, LayerStyle, MapStyle, is_restyled
from layers.scene.styles import find_style
from layers.scene.widths import widened

#: What is built together and shown before the points, of which a large city has millions.
FIRST_DRAWINGS: tuple[Drawing, ...] = ("area", "line", "main")
#: A cache that is older by more change sets is made anew.
MOST_CHANGES = 400
#: Stands for the layers that turn with the mains.
_TURNING = "*"


@dataclass(frozen=True)
class ScenePlan:
    """``layers`` in drawing order, those already in ``scene``, and the job to build the others."""

    scene: Scene
    layers: tuple[LayerStyle, ...]
    job: BuildJob

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to be built."""
        return not self.job.layers

    def with_sources(self, made: Iterable[Source]) -> ScenePlan:
        """The plan with some more sources in its scene."""
        by_id = {source.layer.id: source for source in (*self.scene.sources, *made)}
        sources = tuple(by_id[layer.id] for layer in self.layers if layer.id in by_id)
        job = self.job.of(layer for layer in self.job.layers if layer.id not in by_id)
        return replace(self, scene=replace(self.scene, sources=sources), job=job)

    def sketched(self, sketches: Iterable[Source]) -> Scene:
        """The scene so far, with sketches where there is nothing better yet."""
        return self.with_sources([*sketches, *self.scene.sources]).scene

    def seen_at(self, denominator: float) -> tuple[LayerStyle, ...]:
        """What is left to be built and seen at a scale; symbols that turn are not: that takes the mains first."""
        return tuple(
            layer
            for layer in self.job.layers
            if (layer.is_visible(denominator) or layer.is_shaded(denominator)) and not layer.rotate
        )


def plan_scene(
    register: Register,
    style: MapStyle,
    *,
    before: Scene | None = None,
    changed: Iterable[str] = (),
    drawings: Collection[Drawing] | None = None,
    filters: Mapping[str, Condition] | None = None,
    cache: SceneCache | None = None,
) -> ScenePlan:
    """What must be read for a scene. With ``before``, only ``changed`` types and what the style draws anew."""
    filters = {} if filters is None else filters
    mark = register.mark()
    layers = tuple(widened(layer) for layer in style.layers if layer.type in register.catalogue)
    box = register.city(*{layer.type for layer in layers})
    kept = {} if before is None else _kept(before, layers, set(changed), filters)
    chosen = tuple(layer for layer in layers if drawings is None or layer.drawing in drawings)
    anew = tuple(layer for layer in chosen if layer.id not in kept)
    old = tuple(source for layer in chosen if (source := kept.get(layer.id)) is not None)
    scene = Scene(style, old, box, mark.version, filters)
    job = replace(_job(register, layers, anew, filters), cache=cache, mark=mark)
    return ScenePlan(scene, chosen, job)


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
    return plan.with_sources(build(register, plan.job, feedback)).scene


def build(register: Register, job: BuildJob, feedback: Feedback) -> list[Source]:
    """Do a job in the worker; what it kept in the cache is read from there."""
    if not job.layers:
        return []
    made = register.worker.run(build_sources, _settled(register, job), feedback=feedback)
    sources: list[Source] = []
    lost: list[LayerStyle] = []
    for layer, source in zip(job.layers, made, strict=True):
        if source is None and job.cache is not None:
            found = job.cache.read(layer, job.kept[layer.id])
            source = None if found is None else found.source
        if source is None:
            lost.append(layer)  # somebody emptied the cache just now
        else:
            sources.append(source)
    return sources + build(register, replace(job.of(lost), cache=None), feedback)


def sketch(register: Register, job: BuildJob, feedback: Feedback) -> list[Source]:
    """Have the worker make what a first picture of the job's layers takes."""
    return (
        register.worker.run(build_sketches, _settled(register, job), feedback=feedback) if job.layers else []
    )


def _settled(register: Register, job: BuildJob) -> BuildJob:
    """The job just before it is sent to the worker."""
    reads = {name: register.settled(read) for name, read in job.reads.items()}
    return replace(job, reads=reads, mains=None if job.mains is None else register.settled(job.mains))


@dataclass(frozen=True)
class Sketches:
    """Sources sketched before a scene was planned, as of ``mark``."""

    mark: Mark | None
    job: BuildJob
    sources: tuple[Source, ...]

    def of(self, job: BuildJob) -> list[Source]:
        """Those that a job would make just so."""
        if self.mark != job.mark:
            return []
        layers = {layer.id: layer for layer in job.layers}
        return [
            source
            for source in self.sources
            if layers.get(source.layer.id) == source.layer
            and job.reads[source.layer.type] == self.job.reads[source.layer.type]
        ]


@dataclass(frozen=True)
class Begun:
    """What of a register's map is under way: ``plan`` and ``sketches`` wait for it and give it.

    The plan is of the usual style, unfiltered. Of sketches there are two parts (``shared_out``), the second seldom
    of anything.
    """

    plan: Callable[[], ScenePlan]
    sketches: tuple[Callable[[], Sketches], ...]


def sketch_layers(
    register: Register, whole: BuildJob, layers: Iterable[LayerStyle], feedback: Feedback
) -> Sketches:
    """Sketch some layers of a job."""
    job = whole.of(layers)
    return Sketches(job.mark, job, tuple(sketch(register, job, feedback)))


def taken_or_sketched(
    register: Register, job: BuildJob, begun: Iterable[Callable[[], Sketches]], feedback: Feedback
) -> list[Source]:
    """Sketches of the layers of a job: those ``begun`` before, as they come, and the rest made now."""
    made: list[Source] = []
    for sketches in begun:
        if job.layers:
            found = sketches().of(job)
            there = {source.layer.id for source in found}
            job = job.of(layer for layer in job.layers if layer.id not in there)
            made += found
    return [*made, *sketch(register, job, feedback)]


def parted(layers: Iterable[LayerStyle]) -> tuple[tuple[LayerStyle, ...], tuple[LayerStyle, ...]]:
    """Lines and areas, and points: for one process each."""
    chosen = tuple(layers)
    first = tuple(layer for layer in chosen if layer.drawing in FIRST_DRAWINGS)
    return first, tuple(layer for layer in chosen if layer.drawing not in FIRST_DRAWINGS)


def shared_out(register: Register, job: BuildJob) -> tuple[tuple[LayerStyle, ...], tuple[LayerStyle, ...]]:
    """The layers of a job by the process that sketches them: lines and all of which there is little; many points."""
    lines, points = parted(job.layers)
    reads = {layer.type: register.settled(job.reads[layer.type]) for layer in points}
    few = tuple(layer for layer in points if reads[layer.type].is_done)
    return (*lines, *few), tuple(layer for layer in points if layer not in few)


def take_kept(register: Register, plan: ScenePlan, feedback: Feedback) -> ScenePlan:
    """The plan with all that the cache has, brought up to date where little changed since."""
    cache = plan.job.cache
    if cache is None:
        return plan
    known: dict[Mark, bool] = {}
    found: list[tuple[Source, Mark]] = []
    for layer in plan.job.layers:
        feedback.check()
        kept = cache.read(layer, plan.job.kept[layer.id]) if layer.id in plan.job.kept else None
        if kept is not None:
            if kept.mark not in known:
                known[kept.mark] = register.mark(kept.mark.version) == kept.mark
            if known[kept.mark]:
                found.append((kept.source, kept.mark))
    now = plan.scene.data_version
    oldest = min((mark.version for _, mark in found), default=now)
    since = register.changes_after(oldest, MOST_CHANGES + 1) if oldest < now else []
    if len(since) > MOST_CHANGES:
        return plan.with_sources(source for source, mark in found if mark.version == now)
    few, whole = touched_by(since)
    stale = whole | ({_TURNING} if _main_types(plan.layers) & whole else frozenset())
    sources = tuple(source for source, mark in found if mark.version == now or not _is_stale(source, stale))
    if not few:
        return plan.with_sources(sources)
    if not any(source.layer.drawing == "main" for source in sources):
        sources = tuple(source for source in sources if not source.layer.rotate)
    scene = patched(replace(plan.scene, sources=sources), register, few, now, feedback)
    # Counted anew: some may have been newer than the oldest.
    return plan.with_sources(recounted(scene, register, few).sources)


def _is_stale(source: Source, stale: Collection[str]) -> bool:
    return source.layer.type in stale or (source.layer.rotate and _TURNING in stale)


def _main_types(layers: Iterable[LayerStyle]) -> set[str]:
    return {layer.type for layer in layers if layer.drawing == "main"}


def _kept(
    before: Scene, layers: Sequence[LayerStyle], changed: set[str], filters: Mapping[str, Condition]
) -> dict[str, Source]:
    """The sources that are as they would be if they were built anew."""
    same = {layer.id: layer for layer in layers}
    return {
        source.layer.id: _drawn_so(source, same[source.layer.id])
        for source in before.sources
        if source.layer.type not in changed
        and source.layer.id in same
        and is_restyled(source.layer, same[source.layer.id])
        and filters.get(source.layer.type) == before.filters.get(source.layer.type)
        and not (source.layer.rotate and _main_types(layers) & changed)
    }


def _drawn_so(source: Source, layer: LayerStyle) -> Source:
    """Where only colours, widths or scales differ, the arrays stay."""
    if source.layer == layer:
        return source
    names = None if source.names is None else replace(source.names, layer=layer)
    return replace(source, layer=layer, names=names)


def _job(
    register: Register,
    layers: Sequence[LayerStyle],
    anew: Sequence[LayerStyle],
    filters: Mapping[str, Condition],
) -> BuildJob:
    reads, totals, known = {}, {}, {}
    for name in dict.fromkeys(layer.type for layer in anew):
        fields = [each for each in wanted_fields(layers, name) if each in register.catalogue[name]]
        known[name] = repr(fields)
        reads[name] = register.bulk_read(name, fields, filters.get(name))
        if name in filters:
            totals[name] = register.count(name)
    kept = {layer.id: known[layer.type] for layer in anew if layer.type not in filters}
    main = next((layer for layer in layers if layer.drawing == "main"), None)
    if main is None or not any(layer.rotate for layer in anew):
        return BuildJob(tuple(anew), reads, totals, kept=kept)
    fields = [each for each in main.fields if each in register.catalogue[main.type]]
    along = repr((main.gone, [style.rules for style in main.classes]))
    kept |= {layer.id: kept[layer.id] + along for layer in anew if layer.rotate and layer.id in kept}
    mains = register.bulk_read(main.type, fields)
    return BuildJob(tuple(anew), reads, totals, main, mains, kept=kept)
