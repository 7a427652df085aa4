"""The rows of the legend for reference layers: below all that is in the book, in their own colours."""

from __future__ import annotations

from gisapp.map.pens import Colours
from gisapp.panels.legend_model import LegendRow
from gisapp.panels.legend_rows import Swatches
from gisapp.panels.references.feed import Entry, ReferenceFeed, row_id
from layers.text import Message

GROUP = "references"


def reference_rows(feed: ReferenceFeed, colours: Colours, ratio: float) -> list[LegendRow]:
    """One row with a child for every layer; none when there is no layer."""
    if not feed.entries:
        return []
    swatches = Swatches(colours, ratio, frozenset())
    children = tuple(_row(feed, number, entry, swatches) for number, entry in enumerate(feed.entries))
    count = sum(row.count for row in children)
    return [LegendRow(GROUP, Message("reference.title"), count, None, children=children, is_about=True)]


def _row(feed: ReferenceFeed, number: int, entry: Entry, swatches: Swatches) -> LegendRow:
    shown = feed.shown.get(entry.key)
    if shown is None:
        title = (
            Message("reference.missing", {"name": entry.title}) if entry.key in feed.problems else entry.title
        )
        return LegendRow(row_id(number), title, 0, None, is_shown=entry.shown)
    layer = shown.sources[0].layer
    return LegendRow(
        row_id(number),
        entry.title,
        len(shown.layer),
        None,
        swatches.of(layer, layer.classes[0]),
        is_shown=entry.shown,
    )
