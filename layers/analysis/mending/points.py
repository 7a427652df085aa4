"""Points that belong on a line are moved onto it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

from layers.analysis.checking.finding import Finding
from layers.analysis.checking.rule_file import Rule
from layers.analysis.mending.bench import Bench, nearest_on, with_vertex
from layers.text import Message


def onto_line(bench: Bench, findings: Sequence[Finding], rule: Rule) -> list[Message | None]:
    """Move points onto the line nearest to them, which gets a vertex there. Not farther than ``mend_within``."""
    within = float(rule.parameters["mend_within"])
    told: list[Message | None] = []
    for finding in findings:
        piece, line = bench.piece(finding.asset), bench.line(finding.others[0])
        if piece is None or line is None or piece.geometry is None or piece.geometry.is_empty:
            told.append(None)
            continue
        here = piece.course[0]
        on = nearest_on(line.course, here)
        distance = float(np.hypot(*(on - here[:2])))
        if distance > within:
            told.append(None)
            continue
        course = with_vertex(line.course, on, bench.tolerance)
        if len(course) != len(line.course):
            bench.set_course(line, course)
        at = int(np.argmin(np.hypot(*(line.course[:, :2] - on).T)))
        place = here.copy()
        place[:2] = line.course[at, :2]
        piece.geometry = shapely.Point(place)
        names = {"code": piece.code, "other": line.code, "distance": f"{distance:,.2f}"}
        told.append(Message("mending.onto", names))
    return told
