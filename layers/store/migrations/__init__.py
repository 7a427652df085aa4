"""Numbered steps from one schema version to the next, one file each; the newest is today's version."""

from __future__ import annotations

from layers.store.migrations import m0001_baseline, m0002_projects
from layers.store.migrations.step import Step

STEPS: tuple[Step, ...] = (Step(1, m0001_baseline.up), Step(2, m0002_projects.up))

#: What a new register is created with, and what ``wa_meta`` says after the last step.
SCHEMA_VERSION = STEPS[-1].version
