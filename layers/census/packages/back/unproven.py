"""What a file says and nothing proves, such as a defect put right without a photo, is a dispute: the book waits."""

from __future__ import annotations

from layers.census.packages.merging.three_way import Clash
from layers.census.values import as_json
from layers.store import history
from layers.store.edit import Edit
from layers.store.rows import Row
from layers.store.schema import FID, VERSION


def hold_back(edit: Edit) -> list[tuple[Clash, Row]]:
    """Take back in an open edit what is not proven; each as a dispute, with the row as it is now.

    It is decided for the field once what proves it is attached.
    """
    found: list[tuple[Clash, Row]] = []
    for asset_type, row, problem in edit.unproven():
        name, field, id = asset_type.name, str(problem.field), int(row[FID])
        rule = next(rule for rule in asset_type.proofs if rule.field == field)
        steps = history.transitions(edit.store, edit.connection, name, edit.change_set_id)
        before = next((step.before for step in steps if step.id == id), None) or {}
        office = rule.otherwise if before.get(field) in (None, *rule.values) else before[field]
        version = edit.update(name, id, row[VERSION], {field: office})
        base = as_json(before[field]) if field in before else None
        clash = Clash(name, id, field, base, as_json(office), as_json(row[field]))
        found.append((clash, {**row, field: office, VERSION: version}))
    return found
