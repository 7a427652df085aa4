"""Everything that documents of grids are made of, read at once as of one day."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from layers.feedback import Feedback
from layers.grids.load.stock import Figure
from layers.register import Register
from layers.reports.grids.notice import GridNotice, Publisher, grid_notices, publisher_of
from layers.reports.grids.roster import Roster, roster_of
from layers.responsibility.oversight.overview import Overview
from layers.responsibility.oversight.overview_reading import read_overview
from layers.text import Texts


@dataclass(frozen=True, eq=False)
class GridPrint:
    """``notices`` of the grids asked for, ``all_grids`` of all that are drawn; ``stock``: by grid id what it holds, as
    words."""

    overview: Overview
    publisher: Publisher
    notices: tuple[GridNotice, ...]
    all_grids: tuple[GridNotice, ...]
    stock: Mapping[int, tuple[tuple[str, str], ...]]
    roster: Roster


def gather_print(
    register: Register,
    texts: Texts,
    feedback: Feedback,
    *,
    grids: Iterable[int] | None = None,
    day: datetime.date | None = None,
    photos: bool = False,
    in_clear: bool = True,
) -> GridPrint:
    """Read everything; not ``in_clear``: without what is personal of people. Long: a task."""
    in_clear = in_clear and not register.veiled
    known = read_overview(register, day, feedback.part(0.0, 0.7), in_clear=in_clear)
    overview = known.overview
    every = grid_notices(register, overview, in_clear=in_clear)
    wanted = None if grids is None else set(grids)
    chosen = tuple(each for each in every if wanted is None or each.id in wanted)
    if photos:
        ids = [each.id for each in chosen]
        chosen = grid_notices(
            register, overview, ids, photos=True, in_clear=in_clear, feedback=feedback.part(0.7, 1.0)
        )
    held = {}
    if known.stock is not None:
        for each in chosen:
            figures = known.stock.figures(each.id).values()
            held[each.id] = tuple(_words(figure, texts) for figure in figures if figure.measure.shown)
    roster = roster_of(register, known.book, overview, texts)
    return GridPrint(overview, publisher_of(register, known.book, texts), chosen, every, held, roster)


def _words(figure: Figure, texts: Texts) -> tuple[str, str]:
    digits = 1 if figure.unit == "km" else 0
    unit = f" {figure.unit}" if figure.unit else ""
    return texts.render(figure.measure.title), f"{figure.value:,.{digits}f}{unit}"
