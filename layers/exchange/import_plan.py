"""ImportPlan: what an import is going to do, before it does it. Plain data to be shown, changed and
followed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from layers.exchange.foreign import ForeignFile
from layers.exchange.mapping import LayerMapping
from layers.exchange.mapping_file import LayerTemplate
from layers.exchange.placement import Placement, PlacementWish
from layers.exchange.staging_data import UnknownWords
from layers.exchange.survey import LayerSurvey
from layers.exchange.units import LengthRatio
from layers.geometry.crs import Crs
from layers.model.problem import Problem

LayerKey = tuple[str, str]
"""Path of the file and name of the layer."""


@dataclass(frozen=True)
class ImportOptions:
    """What the user said beforehand.

    ``as_types``: types for layers by geometry kind (each layer takes the first that fits). ``coordinates``:
    what was said for all files; ``placements`` overrides it for single layers, ``mappings`` likewise what
    is guessed.
    """

    as_types: tuple[str, ...] = ()
    templates: tuple[LayerTemplate, ...] = ()
    coordinates: PlacementWish = field(default_factory=PlacementWish)
    encoding: str | None = None
    unknown_words: UnknownWords = "note"
    create_places: bool = True
    mappings: Mapping[LayerKey, LayerMapping] | None = None
    placements: Mapping[LayerKey, PlacementWish] | None = None

    def wish_for(self, key: LayerKey) -> PlacementWish:
        """What was said about the coordinates of one layer."""
        return (self.placements or {}).get(key, self.coordinates)

    def with_mapping(self, key: LayerKey, mapping: LayerMapping) -> ImportOptions:
        """These options with the mapping of one layer settled."""
        return replace(self, mappings={**(self.mappings or {}), key: mapping})


@dataclass(frozen=True)
class PlannedLayer:
    """One layer: what was found in it, what will become of it, and what to say about that."""

    path: str
    format: str
    encoding: str
    survey: LayerSurvey
    mapping: LayerMapping
    placement: Placement | None
    ratio: LengthRatio | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def key(self) -> LayerKey:
        return self.path, self.survey.name

    @property
    def file_name(self) -> str:
        return Path(self.path).name

    @property
    def unmapped(self) -> tuple[str, ...]:
        """The columns that are not imported."""
        return self.mapping.unmapped(column.name for column in self.survey.columns)


@dataclass(frozen=True)
class ImportPlan:
    """The whole import. ``register_crs`` is the register's, or for a new one what was decided and why."""

    files: tuple[ForeignFile, ...]
    layers: tuple[PlannedLayer, ...]
    register_crs: Crs
    options: ImportOptions
    problems: tuple[tuple[str, Problem], ...] = ()

    @property
    def imported(self) -> tuple[PlannedLayer, ...]:
        """The layers that become assets."""
        return tuple(layer for layer in self.layers if not layer.mapping.is_reference)

    @property
    def references(self) -> tuple[PlannedLayer, ...]:
        """The layers that nothing was recognised in; located ones can be shown as reference layers."""
        return tuple(layer for layer in self.layers if layer.mapping.is_reference)
