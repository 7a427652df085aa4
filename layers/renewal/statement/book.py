"""Everything that statements are made from, read once: any period can be computed from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from layers.feedback import Feedback
from layers.model.catalogue import Catalogue
from layers.register import Register
from layers.renewal.book import ProjectRows, read_projects
from layers.renewal.pipes import PipeArrays, read_pipes
from layers.renewal.settings import RenewalSettings


@dataclass(frozen=True, eq=False)
class StatementBook:
    """Everything that statements are made from, read once; any period can be computed from it."""

    catalogue: Catalogue
    data_version: int
    settings: RenewalSettings
    rows: ProjectRows
    pipes: PipeArrays
    roads: Mapping[int, str]
    communities: Mapping[int, str]


def read_book(
    register: Register, settings: RenewalSettings | None = None, feedback: Feedback | None = None
) -> StatementBook:
    """Read what statements are made from."""
    feedback = feedback or Feedback()
    settings = settings or RenewalSettings.of(register)
    version = register.data_version
    rows = read_projects(register, feedback=feedback.part(0, 0.3))
    pipes = read_pipes(register, settings, feedback=feedback.part(0.3, 0.9))
    return StatementBook(
        register.catalogue,
        version,
        settings,
        rows,
        pipes,
        _names(register, "road"),
        _names(register, "community"),
    )


def _names(register: Register, type: str) -> dict[int, str]:
    table = register.values(type, ("name",))
    return {
        id: name or "" for id, name in zip(table["fid"].to_pylist(), table["name"].to_pylist(), strict=True)
    }
