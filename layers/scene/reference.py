"""Foreign layers as sources that can be drawn: every line, border and point of them, in one colour for each layer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pyarrow as pa
import shapely

from layers.feedback import Feedback
from layers.model.query import Box
from layers.scene.building import source_of
from layers.scene.codec import Source
from layers.scene.point_arrays import Mask
from layers.scene.scene import Scene
from layers.scene.style import ClassStyle, Drawing, LayerStyle, Look, MapStyle
from layers.text import Title

#: Colours told apart by every eye; layers take them in turn, those least like the mains' first.
COLOURS = tuple(f"okabe_ito:{step}/7" for step in (2, 4, 3, 5, 7, 1, 6))
_SYMBOL, _WIDTH, _OPACITY = "network_point", 1.8, 0.85
#: What its only class and its type are called: neither is of any catalogue.
CLASS, TYPE = "all", "reference"
_NOWHERE = Title("", "")


def reference_sources(
    id: str, title: str, colour: str, geometry: pa.Array, feedback: Feedback
) -> tuple[Source, ...]:
    """Sources of one layer: lines and borders, and points. ``geometry`` is WKB in the register's CRS; what is null has
    no place. The ids of what is drawn are row numbers.
    """
    raw = np.asarray(geometry.to_numpy(zero_copy_only=False), dtype=object)
    parts, row = shapely.get_parts(shapely.from_wkb(raw, on_invalid="ignore"), return_index=True)
    is_point = np.isin(shapely.get_type_id(parts), (0, 4))
    drawings: tuple[tuple[Drawing, Mask], ...] = (("line", ~is_point), ("symbol", is_point))
    sources = []
    for drawing, chosen in drawings:
        if chosen.any():
            table = pa.table(
                {
                    "fid": row[chosen].astype(np.int64),
                    "geom": pa.array(shapely.to_wkb(parts[chosen]), pa.binary()),
                }
            )
            sources.append(source_of(_layer(id, title, colour, drawing), table, feedback))
    return tuple(sources)


def reference_scene(sources: Iterable[Source]) -> Scene | None:
    """The sources as a scene of their own; None for none."""
    drawn = tuple(sources)
    if not drawn:
        return None
    return Scene(MapStyle(TYPE, _NOWHERE, tuple(source.layer for source in drawn)), drawn, box_of(drawn), 0)


def with_references(scene: Scene, references: Scene | None) -> Scene:
    """A scene with foreign layers below its own, as a sheet shows them: named and counted in its legend too."""
    if references is None:
        return scene
    style = replace(scene.style, layers=(*references.style.layers, *scene.style.layers))
    return replace(scene, style=style, sources=(*references.sources, *scene.sources), changes=None)


def box_of(sources: Iterable[Source]) -> Box | None:
    """What the sources cover; None for nothing."""
    xy = [part.xy for source in sources for part in source.parts() if len(part.xy)]
    if not xy:
        return None
    low, high = (
        np.min([each.min(axis=0) for each in xy], axis=0),
        np.max([each.max(axis=0) for each in xy], axis=0),
    )
    return Box(float(low[0]), float(low[1]), float(high[0]), float(high[1]))


def _layer(id: str, title: str, colour: str, drawing: Drawing) -> LayerStyle:
    name = Title(title, title)
    look = Look(
        colour=colour, width=_WIDTH, opacity=_OPACITY, symbol=_SYMBOL if drawing == "symbol" else None
    )
    return LayerStyle(f"{id}-{drawing}", TYPE, drawing, name, (ClassStyle(CLASS, name, (), look),))
