"""What belongs to a project on the map: the mains it lays, those it retires, its sections and its area."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

import shapely
from shapely.geometry.base import BaseGeometry

from layers.editing.copying import copied_values
from layers.editing.draft import GEOMETRY, Draft, Item
from layers.editing.drawing import plan_draw
from layers.editing.plan import EditPlan, Entry, together
from layers.errors import UserError
from layers.model.asset import AssetKey
from layers.model.query import All, AnyOf, Compare, Query
from layers.register import Register
from layers.renewal.mains.lengths import typed_metres
from layers.renewal.mains.pricing import follow_length, planned_m
from layers.renewal.mains.reattaching import is_planned
from layers.renewal.words import IN, OUT, PROJECT, SECTION, laying_types
from layers.text import Message

Side = Literal["lay", "retire"]
#: Metres: a copy farther off, or a wider margin, is a slip of the keys.
_FARTHEST = 1000.0
_LINK: dict[Side, str] = {"lay": IN, "retire": OUT}


def plan_choose(register: Register, project: int, mains: Sequence[AssetKey], side: Side) -> EditPlan:
    """Let a project lay planned mains, or retire mains in service. Others among ``mains`` are told and left.

    Raises ``UserError`` when a main is in another project already, or nothing is left to choose.
    """
    draft = Draft(register)
    item = _open_project(draft, project)
    link = _LINK[side]
    chosen: list[Item] = []
    unfit: list[str] = []
    taken: list[tuple[Item, int]] = []
    for main in _mains(draft, mains):
        other = main.values.get(link)
        if other is not None and other != project:
            taken.append((main, other))
        elif main.is_gone or is_planned(main) != (side == "lay"):
            unfit.append(main.code)
        elif other is None:
            chosen.append(main)
    if taken:
        main, other = taken[0]
        names = {
            "type": main.type.title,
            "code": main.code,
            "project": draft.get(AssetKey(PROJECT, other)).code,
        }
        raise UserError(
            Message(f"works.taken.{side}", names | {"count": len(taken)}), Message("works.taken_hint")
        )
    if not chosen and unfit:
        raise UserError(
            Message(f"works.unfit.{side}", {"codes": tuple(unfit)}), Message(f"works.unfit.{side}_hint")
        )
    before = planned_m(draft, project)
    for main in chosen:
        draft.set(main, **{link: project})
    if unfit:
        draft.figure(Message(f"works.left.{side}", {"codes": tuple(unfit), "count": len(unfit)}))
    metres = sum(main.geometry.length for main in chosen if main.geometry is not None)
    if side == "lay":
        follow_length(draft, item, before, before + metres)
    names = {"count": len(chosen), "metres": f"{metres:,.1f}", "code": item.code}
    draft.figure(Message(f"works.figure.{side}", names))
    return draft.plan(Message(f"works.chosen.{side}", names))


def plan_release(register: Register, project: int, mains: Sequence[AssetKey]) -> EditPlan:
    """Take mains out of a project again: what it should lay, and what it should retire. Nothing else changes.

    Raises ``UserError`` for a completed project, whose mains tell what was done.
    """
    draft = Draft(register)
    item = _open_project(draft, project)
    count, gone, before = 0, 0.0, planned_m(draft, project)
    for main in _mains(draft, mains):
        values = {name: None for name in (IN, OUT) if main.values.get(name) == project}
        if IN in values and SECTION in main.type:
            values[SECTION] = None
        if values:
            draft.set(main, **values)
            count += 1
            gone += main.geometry.length if IN in values and main.geometry is not None else 0.0
    follow_length(draft, item, before, before - gone)
    return draft.plan(Message("works.released", {"count": count, "code": item.code}))


def plan_toggle(register: Register, project: int, main: AssetKey) -> EditPlan:
    """Take a main into a project, to be laid when it is planned, else to be retired; or out of it again.

    Raises ``UserError`` as ``plan_choose`` and ``plan_release`` do.
    """
    draft = Draft(register)
    item = _mains(draft, [main])[0]
    if project in (item.values.get(IN), item.values.get(OUT)):
        return plan_release(register, project, [main])
    return plan_choose(register, project, [main], "lay" if is_planned(item) else "retire")


def plan_copies(register: Register, project: int, mains: Sequence[AssetKey], *, offset: str = "") -> EditPlan:
    """Planned copies of old mains for a project to lay; the old ones are to retire.

    They lie ``offset`` metres (as typed) to the left. A copy has the values of its main but its own ones, and the old
    main leads to it already. Raises ``UserError`` when a main is in another project, or not in service.
    """
    draft = Draft(register)
    item = _open_project(draft, project)
    items = list(_mains(draft, mains))
    metres, before, drawn = _typed(offset), planned_m(draft, project), 0.0
    for main in items:
        other = main.values.get(OUT)
        if other is not None and other != project:
            names = {
                "type": main.type.title, "code": main.code, "count": 1,
                "project": draft.get(AssetKey(PROJECT, other)).code,
            }  # fmt: skip
            raise UserError(Message("works.taken.retire", names), Message("works.taken_hint"))
        if main.is_gone or is_planned(main) or main.geometry is None:
            names = {"codes": (main.code,)}
            raise UserError(Message("works.unfit.retire", names), Message("works.unfit.retire_hint"))
    for main in items:
        begun, words = main.type.editing.begun, main.type.lifetime
        values = copied_values(main.type, main.values)
        values |= {f.name: None for f in main.type.columns if f.companion_of is not None}
        values |= {str(words.status): words.not_yet[0], IN: project, OUT: None, SECTION: None}
        if begun is not None:
            values[begun] = None
        values["condition"] = None
        line = shapely.force_2d(main.geometry)
        values[GEOMETRY] = line if not metres else _beside(line, metres)
        drawn += values[GEOMETRY].length
        copy = draft.add(
            main.type.name, {name: value for name, value in values.items() if name in _names(main)}
        )
        draft.set(main, **{OUT: project})
        successor = main.type.editing.successor
        if successor is not None and main.values.get(successor) is None:
            draft.set(main, **{successor: copy.link})
    draft.figure(Message("works.figure_copies", {"count": len(items), "code": item.code}))
    follow_length(draft, item, before, before + drawn)
    plan = draft.plan(Message("works.copied", {"count": len(items), "code": item.code}))
    return replace(plan, entries=(Entry("offset", Message("works.offset"), offset, "0", "m"),))


def plan_draw_for(
    register: Register,
    project: int,
    type_name: str,
    geometry: BaseGeometry,
    values: Mapping[str, Any],
) -> EditPlan:
    """Draw a planned main for a project, as ``plan_draw`` does; the project's planned length follows."""
    drawn = plan_draw(register, type_name, geometry, values)
    draft = Draft(register)
    item = _open_project(draft, project)
    before = planned_m(draft, project)
    follow_length(draft, item, before, before + geometry.length)
    return together(drawn.label, [drawn, draft.plan(drawn.label)])


def plan_area(register: Register, project: int, margin: str) -> EditPlan:
    """The area of a project: ``margin`` metres (as typed) around all its mains.

    Raises ``UserError`` when it has none.
    """
    draft = Draft(register)
    item = draft.get(AssetKey(PROJECT, project))
    shapes = [main.geometry for main in mains_of(draft, project) if main.geometry is not None]
    if not shapes:
        names = {"code": item.code}
        raise UserError(Message("works.no_mains", names), Message("works.no_mains_hint"))
    around = shapely.buffer(
        shapely.union_all(shapes), max(_typed(margin), 0.5), quad_segs=4, join_style="mitre"
    )
    draft.shape(item, shapely.multipolygons(shapely.get_parts(around)))
    draft.figure(Message("works.figure_area", {"hectares": f"{around.area / 10_000:,.2f}"}))
    plan = draft.plan(Message("works.area", {"code": item.code}))
    return replace(plan, entries=(Entry("margin", Message("works.margin"), margin, "", "m"),))


def plan_section(register: Register, section: int, mains: Sequence[AssetKey]) -> EditPlan:
    """Put planned or laid mains of a project into one of its sections, whose line they become.

    Raises ``UserError`` for mains of another project.
    """
    draft = Draft(register)
    item = draft.get(AssetKey(SECTION, section))
    project = item.values[PROJECT]
    items = list(_mains(draft, mains))
    strange = tuple(main.code for main in items if project not in (main.values.get(IN), main.values.get(OUT)))
    if strange:
        raise UserError(
            Message("works.not_of_project", {"codes": strange}), Message("works.not_of_project_hint")
        )
    for main in items:
        draft.set(main, **{SECTION: section})
    laid = [main.geometry for main in items if main.geometry is not None and main.values.get(IN) == project]
    if laid and item.geometry is None:
        merged = shapely.line_merge(shapely.multilinestrings([shapely.force_2d(each) for each in laid]))
        draft.shape(item, merged if merged.geom_type == "LineString" else laid[0])
    return draft.plan(
        Message("works.in_section", {"count": len(items), "name": item.values.get("name") or ""})
    )


def plan_state(
    register: Register, project: int, state: Literal["suspended", "cancelled", "open"], reason: str
) -> EditPlan:
    """Suspend or cancel a project with a reason, or take it up again. Nothing on the map changes.

    Raises ``UserError`` without a reason, and for a completed project.
    """
    draft = Draft(register)
    item = draft.get(AssetKey(PROJECT, project))
    names = {"code": item.code, "name": str(item.values.get("name") or ""), "reason": reason.strip()}
    if item.values.get("state") == "completed":
        raise UserError(Message("works.is_completed", names), Message("works.is_completed_hint"))
    if state != "open" and not reason.strip():
        raise UserError(Message("works.no_reason"), Message("works.no_reason_hint"))
    draft.set(item, state=state, state_reason=reason.strip() or None)
    if state == "cancelled":
        waiting = [main for main in mains_of(draft, project) if main.values.get(IN) == project]
        if waiting:
            draft.figure(Message("works.still_planned", {"count": len(waiting)}))
    return draft.plan(Message(f"works.state.{state}", names))


def keys_of(register: Register, project: int) -> list[AssetKey]:
    """What a project lays and retires."""
    where = AnyOf((Compare(IN, "=", project), Compare(OUT, "=", project)))
    types = laying_types(register.catalogue)
    return [each.key for t in types for each in register.find(Query(t.name, where=where, fields=("code",)))]


def keys_along_road(register: Register, project: int) -> list[AssetKey]:
    """The mains in service that name the project's road, or one of its other roads."""
    item = register.get(PROJECT, project)
    if item is None:
        return []
    road = None if item.get("road") is None else register.get("road", item["road"])
    names = [] if road is None else [str(road.get("name") or "")]
    names += re.split(r"[、,;\uff0c\uff1b\s]+", str(item.get("other_roads") or ""))
    found: list[AssetKey] = []
    for asset_type in laying_types(register.catalogue):
        words = asset_type.lifetime
        for name in filter(None, names):
            where = All((Compare("road", "=", name), Compare(str(words.status), "=", words.alive)))
            found += [
                each.key for each in register.find(Query(asset_type.name, where=where, fields=("code",)))
            ]
    return list(dict.fromkeys(found))


def mains_of(draft: Draft, project: int) -> list[Item]:
    """What a project lays and retires."""
    found: list[Item] = []
    where = AnyOf((Compare(IN, "=", project), Compare(OUT, "=", project)))
    for asset_type in laying_types(draft.catalogue):
        found += [draft.get(each.key) for each in draft.register.find(Query(asset_type.name, where=where))]
    return found


def _open_project(draft: Draft, project: int) -> Item:
    item = draft.get(AssetKey(PROJECT, project))
    if item.values.get("state") in ("completed", "cancelled"):
        names = {"code": item.code, "name": str(item.values.get("name") or "")}
        raise UserError(Message("works.closed", names), Message("works.closed_hint"))
    return item


def _mains(draft: Draft, keys: Sequence[AssetKey]) -> list[Item]:
    """Those of the assets that projects lay and retire. Raises ``UserError`` when there are none."""
    types = laying_types(draft.catalogue)
    items = [draft.get(key) for key in dict.fromkeys(keys) if draft.catalogue[key.type] in types]
    if not items:
        raise UserError(Message("works.none_chosen"), Message("works.none_chosen_hint"))
    return items


def _typed(text: str) -> float:
    """Metres as typed; blank is 0. Raises ``UserError`` for what is no number."""
    metres = typed_metres(text) if text.strip() else 0.0
    if not abs(metres) <= _FARTHEST:
        raise UserError(Message("works.no_metres", {"text": text}), Message("works.no_metres_hint"))
    return metres


def _beside(line: shapely.LineString, offset: float) -> shapely.LineString:
    moved = shapely.offset_curve(line, offset, join_style="mitre")
    return moved if moved.geom_type == "LineString" and len(moved.coords) > 1 else line


def _names(item: Item) -> set[str]:
    return {GEOMETRY, *(f.name for f in item.type.columns)}
