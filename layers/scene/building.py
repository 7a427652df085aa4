"""Making sources out of what a register holds; this part runs in the worker process."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pyarrow as pa

from layers.feedback import Feedback
from layers.geometry.packed import Floats, pack_lines, segments
from layers.model.change import Mark
from layers.scene.cache import SceneCache
from layers.scene.classes import UNCLASSED, class_indexes
from layers.scene.codec import Source
from layers.scene.labels import MAIN_FIELDS
from layers.scene.line_source import LineSource
from layers.scene.point_source import PointSource
from layers.scene.style import LayerStyle
from layers.store.bulk_read import BulkRead
from layers.text import Message


@dataclass(frozen=True)
class BuildJob:
    """Layers to build and how to read their types; ``totals`` counts the types of which a filter leaves some."""

    layers: tuple[LayerStyle, ...]
    reads: Mapping[str, BulkRead]
    totals: Mapping[str, int]
    #: The layer along whose lines symbols turn, and how to read it.
    main: LayerStyle | None = None
    mains: BulkRead | None = None
    #: Where to keep what is made, of which moment it is, and which layers: by id, what else they are made of.
    cache: SceneCache | None = None
    mark: Mark | None = None
    kept: Mapping[str, str] = field(default_factory=dict)

    def of(self, layers: Iterable[LayerStyle]) -> BuildJob:
        """The part of the job for some of its layers."""
        chosen = tuple(layers)
        types = {layer.type for layer in chosen}
        reads = {name: read for name, read in self.reads.items() if name in types}
        return replace(self, layers=chosen, reads=reads)


def wanted_fields(layers: Sequence[LayerStyle], type_name: str) -> tuple[str, ...]:
    """The fields that the layers of a type need."""
    wanted: list[str] = []
    for layer in layers:
        if layer.type == type_name:
            wanted += layer.fields
            wanted += MAIN_FIELDS if layer.labels == "main" else (layer.labels,) if layer.labels else ()
    return tuple(dict.fromkeys(wanted))


def build_sources(feedback: Feedback, job: BuildJob) -> list[Source | None]:
    """The sources of the job's layers, in their order; None for one that lies in the cache now.

    Each type is read once and forgotten after its layers.
    """
    made: dict[str, Source | None] = {}
    mains: Floats | None = None
    types = list(dict.fromkeys(layer.type for layer in job.layers))
    for name in types:
        layers = [layer for layer in job.layers if layer.type == name]
        share = len(made) / len(job.layers)
        feedback.progress(share, Message("map.reading", {"layer": layers[0].title}))
        table = job.reads[name](feedback)
        turning = len(table) > 0 and any(layer.rotate for layer in layers)
        if turning and mains is None:
            mains = _main_pieces(job, feedback)
        for layer in layers:
            source = source_of(layer, table, feedback, mains if turning else None)
            source = replace(source, unfiltered=job.totals.get(name, source.unfiltered))
            made[layer.id] = None if _is_kept(source, job) else source
    return [made[layer.id] for layer in job.layers]


def build_sketches(feedback: Feedback, job: BuildJob) -> list[Source]:
    """Sources of the job's layers that are soon made and soon replaced: the first picture needs no more."""
    made: dict[str, Source] = {}
    for name in dict.fromkeys(layer.type for layer in job.layers):
        layers = [layer for layer in job.layers if layer.type == name]
        feedback.progress(len(made) / len(job.layers), Message("map.reading", {"layer": layers[0].title}))
        table = job.reads[name](feedback)
        for layer in layers:
            of = LineSource if layer.drawing != "symbol" else PointSource
            source = of.sketch(layer, table)
            made[layer.id] = replace(source, unfiltered=job.totals.get(name, source.unfiltered))
    return [made[layer.id] for layer in job.layers]


def _is_kept(source: Source, job: BuildJob) -> bool:
    """Put a source into the cache; False when it has no place there or there is no room."""
    if job.cache is None or job.mark is None or source.layer.id not in job.kept:
        return False
    try:
        job.cache.write(source, job.mark, job.kept[source.layer.id])
    except OSError:
        return False  # full, or not ours to write: then it travels by shared memory
    return True


def _main_pieces(job: BuildJob, feedback: Feedback) -> Floats | None:
    """The straight pieces of all mains that are drawn."""
    if job.main is None or job.mains is None:
        return None
    table = job.mains(feedback)
    shown = class_indexes(table, job.main) != UNCLASSED
    return segments(pack_lines(table.filter(pa.array(shown)).column("geom")))[0]


def source_of(layer: LayerStyle, table: pa.Table, feedback: Feedback, mains: Floats | None = None) -> Source:
    """The source of one layer; symbols that turn do so with ``mains``, straight pieces (n, 4)."""
    if layer.drawing != "symbol":
        return LineSource.of(layer, table, feedback)
    return PointSource.of(layer, table, feedback, mains)
