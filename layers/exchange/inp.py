"""EPANET models. Worker only."""
from __future__ import annotations
from pathlib import Path
from layers.exchange.foreign import ForeignFile, ForeignTable
from layers.feedback import Feedback


def describe(path: Path, encoding: str | None = None) -> ForeignFile:
    raise NotImplementedError


def read(path: Path, layer: str, encoding: str | None = None, feedback: Feedback | None = None) -> ForeignTable:
    raise NotImplementedError
