"""The stages of one project within an act: which it reached, and writing down those it reaches now."""

from __future__ import annotations

from collections.abc import Iterable

from layers.editing.draft import Draft, Item
from layers.model.asset import Asset
from layers.model.query import Compare, Query
from layers.renewal.stages import Stage, stages_of
from layers.renewal.words import MILESTONE, PROJECT


def stages(draft: Draft, project: Item) -> tuple[Stage, ...]:
    """The stages of a project of its kind."""
    return stages_of(draft.catalogue, project.values.get("kind"))


def reached(draft: Draft, project: Item) -> dict[str, str]:
    """The actual dates of the stages reached, by what the stage means; of several sections the first."""
    means = {stage.code: stage.means for stage in stages(draft, project)}
    dates: dict[str, str] = {}
    for row in _rows(draft, project):
        date, meaning = row.get("actual_date"), means.get(str(row.get("stage")))
        if date and meaning and (meaning not in dates or str(date) < dates[meaning]):
            dates[meaning] = str(date)
    return dates


def set_reached(draft: Draft, project: Item, meanings: Iterable[str], date: str) -> None:
    """Write the date into every stage of these meanings that has none; a stage without a row gets one."""
    wanted = set(meanings)
    rows = _rows(draft, project)
    for stage in stages(draft, project):
        if stage.means not in wanted:
            continue
        mine = [row for row in rows if row.get("stage") == stage.code]
        for row in mine:
            if row.get("actual_date") is None:
                draft.set(draft.get(row.key), actual_date=date)
        if not mine and not stage.optional:
            values = {PROJECT: project.link, "stage": stage.code, "actual_date": date}
            draft.add(MILESTONE, values)


def _rows(draft: Draft, project: Item) -> list[Asset]:
    if project.asset is None:
        return []
    where = Compare(PROJECT, "=", project.asset.id)
    return draft.register.find(Query(MILESTONE, where=where))
