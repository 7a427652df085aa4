"""Stages of projects: what the company's code lists say, by list and meaning. No stage is named in code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from layers.model.catalogue import Catalogue
from layers.text import Title

STAGE_LIST = "project_stage"
KIND_LIST = "project_kind"
WORK_LIST = "work_kind"
BOTH = "both"
MAIN = "main"
CONVERSION = "conversion"
"""Names of the lists of stages; ``BOTH``: a stage stands in either."""


@dataclass(frozen=True)
class Stage:
    """One stage that projects of a kind go through. ``order`` counts from 0 in its list."""

    code: str
    title: Title
    order: int
    optional: bool
    means: str


class HasCatalogue(Protocol):
    """A register, or whatever else knows the company's catalogue."""

    @property
    def catalogue(self) -> Catalogue: ...


def stage_list_of(source: Catalogue | HasCatalogue, kind: str | None) -> str:
    """The name of the list of stages that projects of ``kind`` follow; that of mains where the kind says none."""
    entry = _catalogue(source).code_lists[KIND_LIST].get(kind or "")
    return entry.stages if entry is not None and entry.stages in (MAIN, CONVERSION) else MAIN


def stages_of(
    source: Catalogue | HasCatalogue, kind: str | None, *, switched_off: bool = False
) -> tuple[Stage, ...]:
    """The stages of a project of ``kind`` (a code of the list of kinds), in the company's order.

    Those that the company switched off are left out; ``switched_off`` gives them too, for milestones of old.
    """
    mine = stage_list_of(source, kind)
    entries = [
        entry
        for entry in _catalogue(source).code_lists[STAGE_LIST].entries
        if (entry.stages or MAIN) in (mine, BOTH) and (entry.active or switched_off)
    ]
    entries.sort(key=lambda entry: entry.position)
    return tuple(Stage(e.code, e.title, n, e.optional, e.means) for n, e in enumerate(entries))


def stage_meaning(source: Catalogue | HasCatalogue, kind: str | None, *means: str) -> Stage | None:
    """The first stage of that kind's list that means one of ``means``, the first word first."""
    stages = stages_of(source, kind)
    return next((stage for word in means for stage in stages if stage.means == word), None)


def kind_meaning(source: Catalogue | HasCatalogue, kind: str | None) -> str:
    """What metres of projects of ``kind`` count as: ``laid``, ``renewed``, ``moved``, ``mended`` or nothing."""
    entry = _catalogue(source).code_lists[KIND_LIST].get(kind or "")
    return entry.means if entry is not None else ""


def work_meaning(source: Catalogue | HasCatalogue, work: str | None) -> str:
    """What a kind of work of the daily log is: ``laying``, ``pressure_test`` and so on, or nothing."""
    entry = _catalogue(source).code_lists[WORK_LIST].get(work or "")
    return entry.means if entry is not None else ""


def _catalogue(source: Catalogue | HasCatalogue) -> Catalogue:
    return source if isinstance(source, Catalogue) else source.catalogue
