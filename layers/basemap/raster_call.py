"""Calls a function of ``layers.basemap.raster`` by its name, so that rasterio is loaded in the worker process only."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from layers.feedback import Feedback


def call_raster(feedback: Feedback, name: str, *arguments: Any) -> Any:
    """``layers.basemap.raster.name(feedback, *arguments)``; to be run by a Worker."""
    return getattr(import_module("layers.basemap.raster"), name)(feedback, *arguments)
