"""A grid divided on paper: its two parts, what each holds, and the plan that divides it and hands one part over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import shapely
from shapely.geometry.base import BaseGeometry

from layers.editing.plan import EditPlan, together
from layers.feedback import Feedback
from layers.geometry.packed import Integers
from layers.grids.ground import GEOMETRY
from layers.grids.load.limits import LoadLimits
from layers.grids.load.stock import Figure, Measure, Stock
from layers.grids.load.workload import Load
from layers.grids.shaping.splitting import plan_split
from layers.model.asset import AssetKey
from layers.model.duty_words import GRID
from layers.register import Register
from layers.responsibility.book import Book
from layers.responsibility.handing_over.consequences import mean_of_people
from layers.responsibility.handing_over.handover import plan_handover
from layers.responsibility.handing_over.move import Handover, LoadChange, Move
from layers.responsibility.handing_over.newborn import hand_over_new
from layers.responsibility.handing_over.terms import Terms
from layers.text import Message

#: The part that becomes a new grid comes first: it is the smaller one.
NEW, OLD = 0, 1
_OVERLOADED = "duty.warning.overloaded"


@dataclass(frozen=True)
class Halved:
    """The plan that divides; the figures of the new part and of what stays, and the load (percent) of the new part.

    ``scale``: by how much every load grows in percent, because the mean grid is smaller once there is one more.
    """

    grid: int
    plan: EditPlan
    new: tuple[Figure, ...]
    old: tuple[Figure, ...]
    percent: float | None
    scale: float = 1.0

    @property
    def words(self) -> tuple[Message, Message]:
        """What the parts are called to choose one."""
        values = self.plan.inserts[0].values
        named = {"code": values.get("code", ""), "name": values.get("name", "")}
        return Message("grid_desk.card.new_half", named), Message("grid_desk.card.old_half")

    def shape(self, which: int) -> BaseGeometry | None:
        """The land of a part."""
        if which == NEW:
            return self.plan.inserts[0].values.get(GEOMETRY)
        key = AssetKey(GRID, self.grid)
        return next((each.values.get(GEOMETRY) for each in self.plan.updates if each.key == key), None)

    def lines(self, which: int) -> tuple[Message, ...]:
        """What goes with a part."""
        return lines_of((self.new if which == NEW else self.old)[:4])


def halve(
    register: Register,
    grid: int,
    line: BaseGeometry,
    stock: Stock | None,
    loads: Mapping[int, Load] | None,
    feedback: Feedback | None = None,
) -> Halved:
    """Divide a grid by a line on paper. Raises ``UserError`` for a line that does not."""
    plan = plan_split(register, grid, line, feedback=feedback)
    if stock is None:
        return Halved(grid, plan, (), (), None)
    new, old, score = [], [], 0.0
    moved = {each.type: each.ids[np.isin(each.values, list(each.born))] for each in plan.bulk}
    figures = stock.figures(grid)
    for figure in figures.values():
        part = _part(register, figure.measure, moved.get(figure.measure.type, np.empty(0, np.int64)))
        score += part.value * figure.measure.weight
        if figure.measure.shown:
            rest = replace(figure, value=figure.value - part.value, count=figure.count - part.count)
            new += [part] if part.value else []
            old += [rest] if rest.value else []
    whole = None if loads is None else loads.get(grid)
    percent = None
    if whole is not None and whole.score:
        percent = whole.percent * score / whole.score
    lowest = int(np.count_nonzero(stock.grids.is_lowest))
    scale = (lowest + 1) / lowest if lowest else 1.0
    return Halved(
        grid, plan, tuple(new), tuple(old), None if percent is None else percent * scale, scale
    )  # fmt: skip


def _part(register: Register, measure: Measure, ids: Integers) -> Figure:
    """What these assets come to in a measure."""
    fields = [measure.sum_field] if measure.quantity == "sum" and measure.sum_field else []
    table = register.rows(measure.type, ids.tolist(), fields, measure.where)
    value = float(len(table))
    if measure.quantity == "kilometres":
        value = float(np.nansum(shapely.length(shapely.from_wkb(table["geom"].to_pylist())))) / 1000
    elif fields:
        value = float(pa.compute.sum(table[fields[0]]).as_py() or 0.0)
    return Figure(measure, value, len(table))


def hand_whole(
    register: Register, move: Move, terms: Terms, *, book: Book, loads: Mapping[int, float] | None
) -> Handover:
    """Hand a grid over as it is."""
    return plan_handover(
        register, [move], terms.day, book=book, loads=loads, old_becomes=terms.old_becomes, document=terms.document,
        note=terms.note,
    )  # fmt: skip


def hand_half(
    register: Register,
    halved: Halved,
    which: int,
    to: int,
    terms: Terms,
    *,
    book: Book,
    loads: Mapping[int, float] | None,
) -> Handover:
    """Divide and hand one part over, as one act; loads afterwards are told against the mean there is then."""
    day = terms.day
    target = AssetKey(GRID, halved.grid)
    role = next(iter(book.needed_roles(GRID)), "")
    held = book.primary(target, day, role)
    move = Move(None if held is None else held.id, to, target=target, role=role)
    # Thought through as if all of it went: what speaks against the person speaks against a half, too.
    whole = hand_whole(register, move, terms, book=book, loads=loads)
    percent, scale = halved.percent, halved.scale
    total = None if loads is None else loads.get(halved.grid, 0.0) * scale
    part = None if percent is None or total is None else percent if which == NEW else total - percent
    changes = tuple(_share(change, part, total, scale) for change in whole.loads)
    over = LoadLimits.of(register).over
    # Whoever gave keeps a half; whoever had nothing is one more who has something.
    new = sum(1 for each in changes if not each.before and each.after)
    mean = mean_of_people(book, day, loads, new) * scale
    warnings = tuple(words for words in whole.warnings if words.id != _OVERLOADED) + tuple(
        Message(_OVERLOADED, {"name": change.person.name, "percent": f"{change.after / mean * 100:.0f}"})
        for change in changes if change.after is not None
        and change.after >= max(over * mean / 100, (change.before or 0) * scale)
    )  # fmt: skip
    given_on = halved.plan.inserts[0].values.get("code", "") if which == NEW else ""
    if which == NEW:
        plan = hand_over_new(
            halved.plan,
            to,
            day,
            book=book,
            old_becomes=terms.old_becomes,
            document=terms.document,
            note=terms.note,
        )
    else:
        plan = together(halved.plan.label, [halved.plan, whole.plan])
    code = book.grids[halved.grid].code if halved.grid in book.grids else ""
    label = Message("grid_desk.act.halved", {"code": code, "given": given_on or code, "day": day.isoformat()})
    plan = replace(plan, label=label)
    return replace(whole, plan=plan, loads=changes, warnings=warnings, mean=mean)


def _share(change: LoadChange, part: float | None, total: float | None, scale: float) -> LoadChange:
    """The change when only a part of the grid goes; ``part`` and ``total`` against the mean afterwards."""
    if part is None or total is None or change.before is None or change.after is None:
        return replace(change, after=None)
    moved = part if change.after > change.before else -part if change.after < change.before else 0.0
    return replace(change, after=change.before * scale + moved)


def lines_of(figures: Sequence[Figure]) -> tuple[Message, ...]:
    """One line that names figures."""
    if not figures:
        return ()
    told = tuple(
        Message("grid_desk.card.figure", {"what": each.measure.title, "value": _told(each)})
        for each in figures
    )
    return (Message("grid_desk.card.goes", {"figures": told}),)


def _told(figure: Figure) -> str:
    return f"{figure.value:,.1f} {figure.unit}" if figure.unit else f"{figure.value:,.0f}"
