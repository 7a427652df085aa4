"""EPANET models as layers: pipes, valves, pumps, junctions, tanks, reservoirs. Worker only.

Read by a tolerant reader of our own, so that a file the engine refuses still gives its geometry and
attributes; what the engine would refuse is said, with line numbers (``inp_checks``).

Numbers stay the file's own; the headers name the unit its flow units imply ("length (ft)", "diameter (in)").
Demands become litres per second. EPANET's valves and pumps are links without length: here each is a point in
the middle between its two nodes, and ``node_1``, ``node_2`` keep what it joins. They make no pipe, so the
pipes of the register are exactly those of the file. Whoever traces such a network joins the two nodes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import shapely

from layers.errors import UserError
from layers.exchange.encoding import detected
from layers.exchange.foreign import ROW, ForeignFile, ForeignLayer, ForeignTable, RowProblem, Shape, problem
from layers.exchange.gdal_source import fields_of
from layers.exchange.geometry_rows import bounds_of
from layers.exchange.inp_checks import refusals
from layers.exchange.inp_model import FLOW_UNITS, Link, Model, Node, build, number
from layers.exchange.inp_text import InpText, read_text
from layers.exchange.vector import sample_rows
from layers.feedback import Feedback
from layers.model.problem import Problem
from layers.text import Message

LAYERS = ("pipes", "valves", "pumps", "junctions", "tanks", "reservoirs")

Row = dict[str, Any]


def describe(path: Path, encoding: str | None = None) -> ForeignFile:
    """The layers of the model that are not empty, with what its engine would refuse as remarks."""
    text = read_text(path, encoding)
    model = build(text)
    tables = [_table(path, name, text, model) for name in LAYERS]
    layers = tuple(_describe(table) for table in tables if len(table))
    if not layers:
        raise UserError(Message("inp.no_network", {"file": path.name}), Message("inp.no_sections.hint"))
    return ForeignFile(str(path), "epanet", text.encoding.encoding, layers, tuple(_remarks(text, model)))


def read(
    path: Path, layer: str, encoding: str | None = None, feedback: Feedback | None = None
) -> ForeignTable:
    """All rows of one layer; the row number is the line in the file."""
    if layer not in LAYERS:
        raise UserError(Message("format.no_such_layer", {"file": path.name, "layer": layer}))
    text = read_text(path, encoding)
    (feedback or Feedback()).check()
    return _table(path, layer, text, build(text))


@dataclass(frozen=True)
class _Units:
    """How the headers name the units of the file."""

    length: str
    diameter: str
    litres_per_second: float

    @classmethod
    def of(cls, model: Model) -> _Units:
        length, diameter = ("ft", "in") if model.is_us else ("m", "mm")
        return cls(length, diameter, FLOW_UNITS[model.flow_unit])


def _remarks(text: InpText, model: Model) -> Iterator[Problem]:
    units = _Units.of(model)
    shown = {"flow": model.flow_unit, "length": units.length, "diameter": units.diameter}
    yield problem("inp_units", "note", Message("inp.units", shown))
    if text.encoding.encoding not in ("utf-8", "utf-8-sig"):
        yield detected(text.encoding)
    yield from (refusal.problem for refusal in refusals(text, model))


def _describe(table: ForeignTable) -> ForeignLayer:
    attributes = table.table.drop_columns([ROW])
    shape: Shape = "line" if table.layer == "pipes" else "point"
    bounds = None if table.geometry is None else bounds_of(table.geometry)
    return ForeignLayer(
        table.layer, shape, len(table), None, fields_of(attributes), sample_rows(attributes),
        tuple(entry.problem for entry in table.problems if entry.row is None), bounds=bounds,
    )  # fmt: skip


def _table(path: Path, layer: str, text: InpText, model: Model) -> ForeignTable:
    units = _Units.of(model)
    problems: list[RowProblem] = list(model.problems) if layer == "pipes" else []
    kind = layer.removesuffix("s")
    lines: list[int] = []
    rows: list[Row] = []
    geometry: list[bytes | None] = []
    make: Callable[[Model, Any, _Units], Row]
    if kind in ("pipe", "pump", "valve"):
        make = {"pipe": _pipe, "pump": _pump, "valve": _valve}[kind]
        for link in (link for link in model.links if link.kind == kind):
            rows.append(make(model, link, units))
            lines.append(link.line)
            geometry.append(_link_geometry(model, link, problems))
    else:
        make = {"junction": _junction, "tank": _tank, "reservoir": _reservoir}[kind]
        for node in (node for node in model.nodes if node.kind == kind):
            rows.append(make(model, node, units))
            lines.append(node.line)
            geometry.append(_node_geometry(model, node, problems))
    names = list(rows[0]) if rows else []
    columns = [pa.array([row[name] for row in rows], _column_type(name, rows)) for name in names]
    table = pa.table([pa.array(lines, pa.int64()), *columns], names=[ROW, *names])
    encoding = text.encoding.encoding
    return ForeignTable(
        str(path), layer, table, pa.array(geometry, pa.binary()), None, encoding, tuple(problems)
    )


def _column_type(name: str, rows: list[Row]) -> pa.DataType:
    return pa.float64() if any(isinstance(row[name], float) for row in rows) else pa.string()


def _pipe(model: Model, link: Link, units: _Units) -> Row:
    status = model.statuses.get(link.id) or _status(link.words[3:])
    return {
        "id": link.id,
        "node_1": link.start,
        "node_2": link.end,
        f"length ({units.length})": number(link.words, 0),
        f"diameter ({units.diameter})": number(link.words, 1),
        "roughness": number(link.words, 2),
        "minor_loss": number(link.words, 3),
        "initial_status": status or "Open",
        **_notes(model, "LINK", link.id, link.comment),
    }


def _valve(model: Model, link: Link, units: _Units) -> Row:
    setting = number(link.words, 2)
    return {
        "id": link.id,
        "node_1": link.start,
        "node_2": link.end,
        "type": link.words[1].upper() if len(link.words) > 1 else None,
        f"diameter ({units.diameter})": number(link.words, 0),
        "setting": setting,
        "curve": link.words[2] if setting is None and len(link.words) > 2 else None,
        "initial_status": model.statuses.get(link.id),
        **_notes(model, "LINK", link.id, link.comment),
    }


def _pump(model: Model, link: Link, units: _Units) -> Row:
    parameters = {key.upper(): value for key, value in zip(link.words[0::2], link.words[1::2], strict=False)}
    return {
        "id": link.id,
        "type": "pump",
        "node_1": link.start,
        "node_2": link.end,
        "pump_curve": parameters.get("HEAD"),
        "power": number((parameters.get("POWER", ""),), 0),
        "speed": number((parameters.get("SPEED", ""),), 0),
        "pattern": parameters.get("PATTERN"),
        "initial_status": model.statuses.get(link.id),
        **_notes(model, "LINK", link.id, link.comment),
    }


def _junction(model: Model, node: Node, units: _Units) -> Row:
    demand = model.demands.get(node.id, number(node.words, 1))
    return {
        "id": node.id,
        f"elevation ({units.length})": number(node.words, 0),
        "base_demand_l_s": None if demand is None else demand * units.litres_per_second,
        "pattern": node.words[2] if len(node.words) > 2 else None,
        **_notes(model, "NODE", node.id, node.comment),
    }


def _tank(model: Model, node: Node, units: _Units) -> Row:
    names = ("elevation", "initial_level", "min_level", "max_level", "diameter")
    values = {f"{name} ({units.length})": number(node.words, place) for place, name in enumerate(names)}
    return {"id": node.id, "type": "tank", **values, **_notes(model, "NODE", node.id, node.comment)}


def _reservoir(model: Model, node: Node, units: _Units) -> Row:
    return {
        "id": node.id,
        "type": "reservoir",
        f"head ({units.length})": number(node.words, 0),
        "pattern": node.words[1] if len(node.words) > 1 else None,
        **_notes(model, "NODE", node.id, node.comment),
    }


def _notes(model: Model, kind: str, name: str, comment: str) -> Row:
    return {"tag": model.tags.get((kind, name)), "comment": comment or None}


def _status(words: tuple[str, ...]) -> str | None:
    return next((word for word in words if word.upper() in ("OPEN", "CLOSED", "CV")), None)


def _link_geometry(model: Model, link: Link, problems: list[RowProblem]) -> bytes | None:
    path = model.path(link)
    if path is None:
        missing = next(end for end in (link.start, link.end) if end not in model.places)
        message = Message("inp.end_without_place", {"id": missing})
        problems.append(RowProblem(link.line, problem("unlocated", "warning", message, value=link.id)))
        return None
    if link.kind == "pipe":
        return bytes(shapely.to_wkb(shapely.LineString(path), flavor="iso"))
    middle = shapely.LineString(path).interpolate(0.5, normalized=True) if path[0] != path[-1] else None
    return bytes(shapely.to_wkb(middle or shapely.Point(path[0]), flavor="iso"))


def _node_geometry(model: Model, node: Node, problems: list[RowProblem]) -> bytes | None:
    place = model.places.get(node.id)
    if place is None:
        message = Message("inp.without_place", {"id": node.id})
        problems.append(RowProblem(node.line, problem("unlocated", "warning", message, value=node.id)))
        return None
    return bytes(shapely.to_wkb(shapely.Point(place), flavor="iso"))
