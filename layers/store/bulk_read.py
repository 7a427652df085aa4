"""A bulk read as a value: made by the store, run there or, with what follows from it, in the worker process."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from layers.feedback import Feedback


@dataclass(frozen=True)
class Elsewhere:
    """A function by its name, so that only the process that calls it loads its module.

    GDAL's Python side brings pandas along: half a second that no window should wait for.
    """

    module: str
    name: str

    def __call__(self, *arguments: Any) -> Any:
        return getattr(importlib.import_module(self.module), self.name)(*arguments)


@dataclass(frozen=True)
class BulkRead:
    """Reads columns of one type when called; picklable."""

    function: Callable[..., pa.Table]
    arguments: tuple[Any, ...]

    @property
    def is_done(self) -> bool:
        """Whether it was read before the job was sent."""
        return self.function is given

    def __call__(self, feedback: Feedback) -> pa.Table:
        """The table: ``fid``, the fields, and ``geom`` as WKB if it was asked for."""
        return self.function(feedback, *self.arguments)


def given(feedback: Feedback, table: pa.Table) -> pa.Table:
    """What was read before the job was sent."""
    return table


def run_read(feedback: Feedback, read: BulkRead) -> pa.Table:
    """What ``read`` gives: the function that the worker is asked for."""
    return read(feedback)
