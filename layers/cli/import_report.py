"""What an import is going to do, and did, as tables on the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from layers.cli.console import Console
from layers.cli.layout import table
from layers.exchange.import_plan import ImportPlan, PlannedLayer
from layers.exchange.mapping import TypeRule
from layers.exchange.report import ImportReport, Reported
from layers.model.catalogue import Catalogue
from layers.model.problem import Problem
from layers.text import Message

_SHOWN = 40
_COUNTS = ("read", "accepted", "unchanged", "warned", "quarantined", "rejected")
_LONGEST_CELL = 24


def show_plan(console: Console, catalogue: Catalogue, plan: ImportPlan) -> None:
    """Every layer: what it becomes, which column goes where, its coordinates, what is left out."""
    for layer in plan.layers:
        types = tuple(catalogue[name].plural for name in layer.mapping.types)
        becomes: Any = types or (Message("import.show.reference"),)
        parameters = {"file": layer.file_name, "layer": layer.survey.name, "rows": layer.survey.rows}
        console.say("")
        console.say(Message("import.show.layer", {**parameters, "types": becomes}))
        for line in _coordinates(layer):
            console.say(line)
        if layer.mapping.type_column:
            console.say(Message("import.show.chosen", {"column": layer.mapping.type_column}))
        for rule in layer.mapping.types.values():
            _show_rule(console, catalogue, layer, rule)
        if layer.unmapped and layer.mapping.types:
            console.say(Message("import.show.unmapped", {"columns": layer.unmapped}))
    console.say("")


def show_report(console: Console, catalogue: Catalogue, report: ImportReport, register: str) -> None:
    """The counts by type, the problems (errors first), and how to go on."""
    texts = console.texts
    titles = [texts.get(f"import.column.{name}") for name in ("type", *_COUNTS, "written")]
    rows = [
        (
            catalogue[name].plural[texts.language],
            *(f"{getattr(outcome.counts, each):,}" for each in _COUNTS),
            f"{outcome.written:,}",
        )
        for name, outcome in report.by_type.items()
    ]
    written = sum(outcome.written for outcome in report.by_type.values())
    total = (*(f"{getattr(report.counts, each):,}" for each in _COUNTS), f"{written:,}")
    rows.append((texts.get("import.show.total"), *total))
    console.say(table(titles, rows, numbers=range(1, len(titles))).rstrip())
    _show_problems(console, report)
    console.say("")
    if report.dry_run:
        console.say(Message("import.show.dry_run"))
    elif report.change_set is None:
        console.say(Message("import.show.unchanged"))
    else:
        console.say(Message("import.show.written", {"number": report.change_set}))
    if report.counts.quarantined and not report.dry_run:
        parameters = {"count": report.counts.quarantined, "register": register}
        console.say(Message("import.show.quarantined", parameters))


def plan_as_json(console: Console, catalogue: Catalogue, plan: ImportPlan) -> dict[str, Any]:
    """What a dry run found, for machines: mappings with their confidence, coordinates, columns left out."""
    return {
        "register_crs": str(plan.register_crs),
        "layers": [_layer_json(layer) for layer in plan.layers],
    }


def _layer_json(layer: PlannedLayer) -> dict[str, Any]:
    placement = layer.placement
    return {
        "file": layer.file_name,
        "layer": layer.survey.name,
        "rows": layer.survey.rows,
        "shape": layer.survey.shape,
        "encoding": layer.encoding,
        "data_set": layer.mapping.dataset,
        "source_crs": None if placement is None else str(placement.source),
        "scale": None if placement is None else placement.scale,
        "swapped": None if placement is None else placement.swapped,
        "length_ratio": None if layer.ratio is None else layer.ratio.median,
        "type_column": layer.mapping.type_column,
        "types": {
            rule.type: {
                "confidence": rule.confidence,
                "columns": [
                    {"from": c.column, "to": c.field, "confidence": c.confidence, "unit": c.unit}
                    for c in rule.columns
                ],
                "constants": dict(rule.constants),
            }
            for rule in layer.mapping.types.values()
        },
        "unmapped": list(layer.unmapped),
    }


def _coordinates(layer: PlannedLayer) -> Iterator[Message]:
    placement = layer.placement
    if placement is None:
        return
    ends = {"source": placement.source.title, "target": placement.target.title}
    yield Message("import.show.coordinates", ends)
    if placement.scale != 1.0 or placement.offset != (0.0, 0.0):
        offset = ", ".join(f"{value:g}" for value in placement.offset)
        yield Message("import.show.scaled", {"scale": f"{placement.scale:g}", "offset": offset})
    if placement.swapped:
        yield Message("import.show.swapped")


def _show_rule(console: Console, catalogue: Catalogue, layer: PlannedLayer, rule: TypeRule) -> None:
    texts, asset_type = console.texts, catalogue[rule.type]
    if len(layer.mapping.types) > 1:
        console.say(f"  {asset_type.plural[texts.language]}")
    titles = [texts.get(f"import.column.{name}") for name in ("name", "example", "field", "confidence")]
    rows = []
    for column in rule.columns:
        top = layer.survey.column(column.column).top
        title: Message | str = asset_type.field_named(column.field).title[texts.language]
        if column.unit is not None:
            title = Message("import.show.in_unit", {"field": title, "unit": column.unit})
        example = str(top[0][0]) if top else ""
        rows.append((column.column, _short(example), texts.render(title), f"{column.confidence:.0%}"))
    if rows:
        console.say(table(titles, rows, numbers=[3]).rstrip())
    for name, value in rule.constants.items():
        field = asset_type.field_named(name)
        shown = {"field": field.title, "value": field.format(value, texts.language)}
        console.say(Message("import.show.constant", shown))


def _show_problems(console: Console, report: ImportReport) -> None:
    """Errors one by one, the rest one line a rule and column with the number of rows."""
    texts = console.texts
    lines = [_group_line(console, each.file, each.layer, each.problem, 1, each) for each in report.general]
    singles: list[tuple[str, ...]] = []
    left = 0
    for layer in report.layers:
        for finding in layer.findings:
            one_by_one = finding.severity == "error"
            for number, (row, problem) in enumerate(finding.problems()):
                each = Reported(layer.file, layer.layer, None if row < 0 else row, finding.column, problem)
                if not one_by_one:
                    lines.append(
                        _group_line(console, layer.file, layer.layer, problem, len(finding.rows), each)
                    )
                    break
                if len(singles) == _SHOWN:
                    left += len(finding.rows) - number
                    break
                singles.append(_group_line(console, layer.file, layer.layer, problem, 1, each))
    if not lines and not singles:
        return
    names = ("severity", "rows", "first", "name", "text")
    titles = [texts.get(f"import.column.{name}") for name in names]
    console.say("")
    console.say(table(titles, [*singles, *lines], numbers=[1, 2]).rstrip())
    if left:
        console.say(Message("import.show.more", {"count": left}))


def _group_line(
    console: Console, file: str, layer: str, problem: Problem, count: int, first: Reported
) -> tuple[str, ...]:
    severity = console.texts.get(f"import.severity.{problem.severity}")
    place = "" if first.line is None else str(first.line)
    text = console.texts.render(problem.message)
    where = layer or file
    rows = "" if first.line is None else f"{count:,}"
    return severity, rows, place, _short(first.column or ""), f"{where}: {text}" if where else text


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_CELL else text[: _LONGEST_CELL - 1] + "…"
