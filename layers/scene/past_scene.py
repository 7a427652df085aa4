"""Building the scene of a past day from the one of today: only types that were otherwise are read anew."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from layers.feedback import Feedback
from layers.model.query import Condition
from layers.past.book import Past, past_read
from layers.register import Register
from layers.scene.building import BuildJob, wanted_fields
from layers.scene.planning import build, plan_scene
from layers.scene.scene import Scene
from layers.scene.style import Drawing, MapStyle
from layers.store.bulk_read import BulkRead


def build_past(
    register: Register,
    style: MapStyle,
    past: Past,
    feedback: Feedback,
    *,
    before: Scene | None = None,
    filters: Mapping[str, Condition] | None = None,
    drawings: Collection[Drawing] | None = None,
    begun: Scene | None = None,
) -> Scene:
    """The scene of a past day; ``before`` is the one of today, from which is taken what was no other then.

    ``drawings`` builds layers of these kinds alone, for a first picture of a large city; ``begun`` is that picture,
    to go on from.
    """
    filters = filters or {}
    drawn = [
        name for name in dict.fromkeys(layer.type for layer in style.layers) if name in register.catalogue
    ]
    then = {name: _read(register, style, name, past, filters.get(name)) for name in drawn}
    changed = {name for name, read in then.items() if read is not None}
    plan = plan_scene(register, style, before=before, changed=changed, filters=filters, drawings=drawings)
    if begun is not None:
        plan = plan.with_sources(source for source in begun.sources if source.layer.type in changed)
    reads = {name: then[name] or read for name, read in plan.job.reads.items()}
    job = replace(
        plan.job, reads=reads, mains=_mains(register, plan.job, past), cache=None, mark=None, kept={}
    )
    return plan.with_sources(build(register, job, feedback)).scene


def _mains(register: Register, job: BuildJob, past: Past) -> BulkRead | None:
    """The mains of then, along which symbols turn, whatever a filter leaves of them."""
    if job.main is None:
        return job.mains
    fields = [each for each in job.main.fields if each in register.catalogue[job.main.type]]
    return past_read(register, job.main.type, past, fields) or job.mains


def _read(
    register: Register, style: MapStyle, name: str, past: Past, where: Condition | None
) -> BulkRead | None:
    fields = [each for each in wanted_fields(style.layers, name) if each in register.catalogue[name]]
    return past_read(register, name, past, fields, where)
