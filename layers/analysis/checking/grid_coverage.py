"""Grids of the lowest level that leave land to nobody, share it, or reach beyond the service area."""

from __future__ import annotations

import numpy as np
import shapely

from layers.analysis.checking.belonging import grids_today
from layers.analysis.checking.book import Book
from layers.analysis.checking.finding import Findings
from layers.analysis.checking.make import findings_at, rounded
from layers.analysis.checking.rule_file import Rule
from layers.grids.coverage import SERVICE_AREA, Flaw, flaws_of, ground_of
from layers.grids.ground import Grids
from layers.model.duty_words import GRID


def coverage(book: Book, rule: Rule) -> Findings:
    """Flaws of one kind (``fault``), those of the same grids as one finding: at the largest, all areas added."""
    fault = rule.parameters["fault"]
    grids = grids_today(book)
    areas = [shape for shape in book.shapes(SERVICE_AREA) if shape is not None and not shape.is_empty]
    tolerance = float(book.setting(rule.parameters["setting"]))
    flaws = [flaw for flaw in flaws_of(grids, ground_of(areas, grids), tolerance) if flaw.fault == fault]
    of_grids: dict[tuple[int, ...], list[Flaw]] = {}
    for flaw in flaws:
        of_grids.setdefault(_who(grids, flaw), []).append(flaw)
    found = list(of_grids.items())
    row_of = {int(id): row for row, id in enumerate(book.ids(GRID))}
    rows = np.array([row_of[who[0]] for who, _ in found], np.int64)
    largest = [max(same, key=lambda flaw: flaw.area) for _, same in found]
    places = shapely.get_coordinates([flaw.shape.point_on_surface() for flaw in largest]).reshape(-1, 2)
    others = None
    if fault == "overlap":
        others = GRID, np.array([row_of[who[1]] for who, _ in found], np.int64)
    sizes = np.array([sum(flaw.area for flaw in same) for _, same in found], np.float64)
    return findings_at(book, rule, rows, xy=places, others=others, area=rounded(sizes, 0))


def _who(grids: Grids, flaw: Flaw) -> tuple[int, ...]:
    """The grids a finding is about: both of an overlap; of a gap the one beside it that would get it."""
    if flaw.grids:
        return flaw.grids if flaw.fault == "overlap" else flaw.grids[:1]
    near = grids.tree.nearest(flaw.shape)
    return (int(grids.ids[grids.lowest[near]]),)
