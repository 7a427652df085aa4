"""Shapes that another program broke: a line of one vertex, an empty shape, a coordinate that is no number."""

from __future__ import annotations

import numpy as np
import pyarrow.compute as pc
import shapely

from layers.analysis.checking.book import Book
from layers.analysis.checking.finding import Findings
from layers.analysis.checking.make import findings_at
from layers.analysis.checking.rule_file import Rule


def broken_shape(book: Book, rule: Rule) -> Findings:
    """Assets that have a shape of which nothing can be drawn: they are on no map and in no network."""
    column = book.table(rule.type).column("geom")
    present = np.asarray(pc.is_valid(column).to_numpy(zero_copy_only=False), dtype=bool)
    packed = book.points(rule.type) if book.catalogue[rule.type].shape == "point" else book.packed(rule.type)
    sound = np.zeros(len(column), dtype=bool)
    sound[packed.row] = True
    bad = np.flatnonzero(present & ~sound)
    shapes = shapely.from_wkb(column.take(bad).to_numpy(), on_invalid="ignore")
    xy = np.full((len(bad), 2), np.nan)
    found, place = shapely.get_coordinates(shapes, return_index=True)
    known = np.isfinite(found).all(axis=1)
    xy[place[known]] = found[known]
    return findings_at(book, rule, bad, xy=xy)
