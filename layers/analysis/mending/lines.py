"""Repairs of single lines and of pairs: twins dropped, empty ones removed, pieces made one, vertices cleaned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

from layers.analysis.checking.finding import Finding
from layers.analysis.checking.line_vertices import vertex_faults
from layers.analysis.checking.rule_file import Rule
from layers.analysis.mending.bench import Bench, Piece
from layers.geometry.packed import Floats, PackedLines
from layers.model.editing import EndFields
from layers.text import Message


def drop_twin(bench: Bench, findings: Sequence[Finding], rule: Rule) -> list[Message | None]:
    """Of two that are one, the later goes; what is linked to it goes over to the one that stays."""
    told: list[Message | None] = []
    for finding in findings:
        piece, kept = bench.piece(finding.asset), bench.piece(finding.others[0])
        if piece is None or kept is None or piece is kept:
            told.append(None)
            continue
        names = {"code": piece.code, "other": kept.code}
        count = bench.drop(piece, kept)
        if count:
            told.append(Message("mending.drop_linked", {**names, "count": count}))
        else:
            told.append(Message("mending.drop", names))
    return told


def drop_empty(bench: Bench, findings: Sequence[Finding], rule: Rule) -> list[Message | None]:
    """Lines without any length go; a short one that has some may be a fitting, and stays."""
    told: list[Message | None] = []
    for finding in findings:
        piece = bench.piece(finding.asset)
        length = 0.0 if piece is None or piece.geometry is None else float(piece.geometry.length)
        if piece is None or length > bench.tolerance:
            told.append(None)
            continue
        bench.remove(piece)
        told.append(Message("mending.remove", {"code": piece.code}))
    return told


def clean_vertices(bench: Bench, findings: Sequence[Finding], rule: Rule) -> list[Message | None]:
    """Take away vertices that say nothing: one place twice, a way out and straight back."""
    told: list[Message | None] = []
    for finding in findings:
        piece = bench.line(finding.asset)
        course = None if piece is None else _cleaned(piece.course)
        if piece is None or course is None or len(course) == len(piece.course):
            told.append(None)
            continue
        taken = len(piece.course) - len(course)
        bench.set_course(piece, course)
        told.append(Message("mending.clean", {"code": piece.code, "count": taken}))
    return told


def merge(bench: Bench, findings: Sequence[Finding], rule: Rule) -> list[Message | None]:
    """Two lines alike that run on into each other become one: the first stays, longer."""
    told: list[Message | None] = []
    for finding in findings:
        first, second = bench.line(finding.asset), bench.line(finding.others[0])
        joined = None if first is None or second is None or first is second else _joined(bench, first, second)
        if first is None or second is None or joined is None:
            told.append(None)
            continue
        course, values = joined
        bench.set_course(first, course)
        first.values |= values
        bench.drop(second, first)
        told.append(Message("mending.merge", {"code": first.code, "other": second.code}))
    return told


def _joined(bench: Bench, first: Piece, second: Piece) -> tuple[Floats, dict[str, Any]] | None:
    """The course of both in the direction of the first, and what is said of its ends and lengths then."""
    one, other = first.course, second.course
    if one.shape[1] != other.shape[1]:
        one, other = one[:, :2], other[:, :2]
    words = bench.catalogue[first.asset.type].editing
    values: dict[str, Any] = {}
    reach = 2 * bench.tolerance
    for own, its, its_far in (
        (-1, 0, words.end),
        (-1, -1, words.start),
        (0, -1, words.start),
        (0, 0, words.end),
    ):
        if np.hypot(*(one[own, :2] - other[its, :2])) > reach:
            continue
        if np.hypot(*(one[0 if own else -1, :2] - other[-1 if its == 0 else 0, :2])) <= reach:
            return None  # a ring has no end to run on from
        run = other if (own == -1) == (its == 0) else other[::-1]
        course = np.concatenate([one, run[1:]] if own == -1 else [run[:-1], one])
        values |= _end_values(second, its_far, words.end if own == -1 else words.start)
        for name in words.shared_out:
            parts = first.value(name), second.value(name)
            values[name] = None if None in parts else sum(parts)
        return course, values
    return None


def _end_values(piece: Piece, there: EndFields, here: EndFields) -> dict[str, Any]:
    """What the far end of a line says, under the names of the end it becomes."""
    pairs = zip(
        (there.number, there.depth, there.elevation), (here.number, here.depth, here.elevation), strict=True
    )
    return {to: piece.value(name) for name, to in pairs if name is not None and to is not None}


def _cleaned(course: Floats) -> Floats | None:
    while len(course) > 1:
        lines = PackedLines(course[:, :2], np.array([0, len(course)]), np.zeros(1, np.int64))
        doubled, spiked = vertex_faults(lines)
        bad = np.flatnonzero(doubled | spiked)
        if not len(bad):
            return course if shapely.LineString(course[:, :2]).length > 0 else None
        # Never the last vertex: another line may meet it there.
        at = int(bad[0]) if bad[0] < len(course) - 1 else int(bad[0]) - 1
        course = np.delete(course, at, axis=0)
    return None
