"""The report of a campaign: what was counted, what agrees with the book, in which state it is, and who did it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from layers.census.progress import LONGEST_REST, PACE_DAYS
from layers.census.quality.sampling import CHECK_KINDS
from layers.census.reconciling import Share
from layers.census.report_data import CensusFigures
from layers.census.words import KINDS, Kind
from layers.model.catalogue import Catalogue
from layers.register import Register
from layers.renewal.figure import Words
from layers.reports.grids.roster import Cell, Roster, RosterColumn, RosterRow, RosterTable
from layers.text import Message

_COMPANY = "notice_company"
_TOLD: tuple[Kind, ...] = ("same", "differs", "moved", "not_found", "inaccessible", "new")
_SEVERITIES = (1, 2, 3, 4)
_GRADES, _KINDS_OF_DEFECT, _STATES = "condition", "defect_kind", "defect_state"
Mask = npt.NDArray[np.bool_]


def report_of(register: Register, figures: CensusFigures) -> Roster:
    """The tables of the report."""
    catalogue = register.catalogue
    tables = (
        overview(figures),
        by_type(figures, catalogue),
        by_grid(figures),
        by_condition(figures, catalogue),
        by_field(figures, catalogue),
        by_defect(figures, catalogue),
        by_quality(figures),
        by_team(figures),
    )
    pace = Message("census_report.note_pace", {"days": PACE_DAYS, "rest": LONGEST_REST})
    notes: list[Words] = [Message("census_report.note_match"), Message("census_report.note_intact"), pace]
    return Roster(
        Message("census_report.title", {"campaign": str(figures.campaign["name"])}),
        str(figures.campaign["organisation"] or register.setting(_COMPANY) or register.name),
        figures.day,
        register.is_sample,
        tuple(table for table in tables if table.rows),
        (*notes, *([Message("report.is_sample")] if register.is_sample else [])),
    )


def overview(figures: CensusFigures) -> RosterTable:
    """The figures that the company is asked for, each with what it is counted from."""
    progress, shares = figures.progress, figures.rates
    rows = [
        _share("completion", shares.visited),
        _share("accepted", shares.accepted),
        _share("match", shares.match),
        _share("intact", figures.intact),
        _share("assessed", figures.assessed),
        _share(
            "quality",
            Share(np.array(figures.quality.over, np.int64), np.arange(figures.quality.checked)),
            percent=False,
        ),
        _plain("defects", sum(sum(kind.values()) for kind in figures.defects.values())),
        _plain("batches", figures.acceptances),
        _plain("left", progress.curve.left),
        _plain("new", progress.new),
    ]
    for name, day in (("ends", progress.ends), ("due", progress.due)):
        if day is not None:
            rows.append(_row(Message(f"census_report.{name}"), day.isoformat(), ""))
    columns = (
        RosterColumn("figure", Message("census_report.column.figure"), 3.0),
        RosterColumn("value", Message("census_report.column.value"), 1.6),
        RosterColumn("made_of", Message("census_report.column.made_of"), 2.4),
    )
    return RosterTable("overview", Message("census_report.overview"), "census_record", columns, tuple(rows))


def by_type(figures: CensusFigures, catalogue: Catalogue) -> RosterTable:
    """Every type of the campaign."""
    types = sorted(set(figures.found.type.tolist()))
    rows = [
        (catalogue[name].title if name in catalogue else name, figures.found.type == name) for name in types
    ]
    return _counted(figures, "by_type", Message("census_report.column.type"), rows)


def by_grid(figures: CensusFigures) -> RosterTable:
    """Every grid in which something was to be visited; at the end what is in none."""
    ids = sorted(set(figures.grid.tolist()) - {0}, key=lambda id: figures.grid_names.get(id, ""))
    rows: list[tuple[Words, Mask]] = [(figures.grid_names.get(id, str(id)), figures.grid == id) for id in ids]
    if (figures.grid == 0).any():
        rows.append((Message("census.no_grid"), figures.grid == 0))
    return _counted(figures, "by_grid", Message("census_report.column.grid"), rows)


def by_condition(figures: CensusFigures, catalogue: Catalogue) -> RosterTable:
    """By type how many were seen in which grade, and the intact rate."""
    entries = sorted(catalogue.code_lists[_GRADES].entries, key=lambda entry: entry.code)
    columns = (
        RosterColumn("type", Message("census_report.column.type"), 1.6),
        *(RosterColumn(f"grade_{entry.code}", entry.title, 1.0, 0) for entry in entries),
        RosterColumn("intact", Message("census_report.intact"), 1.0, 1, "%"),
    )
    rows = []
    for name in sorted(set(figures.found.type.tolist())):
        grades = figures.grades(name)
        if not grades or name not in catalogue or _GRADES not in catalogue[name]:
            continue
        graded = sum(count for grade, count in grades.items() if grade != "0")
        intact = (grades["1"] + grades["2"]) / graded * 100 if graded else None
        rows.append(_row(catalogue[name].title, *(float(grades[e.code]) for e in entries), intact))
    return RosterTable(
        "condition", Message("census_report.by_condition"), "census_record", columns, tuple(rows)
    )


def by_field(figures: CensusFigures, catalogue: Catalogue) -> RosterTable:
    """The fields in which field and book differ, the most frequent first."""
    columns = (
        RosterColumn("type", Message("census_report.column.type"), 1.6),
        RosterColumn("field", Message("census_report.column.field"), 2.4),
        RosterColumn("differs", Message("census_report.column.differs"), 1.0, 0),
        RosterColumn("share", Message("census_report.column.of_seen"), 1.2, 1, "%"),
    )
    seen = figures.seen
    rows = []
    for (type, field), count in sorted(figures.found.fields().items(), key=lambda item: (-item[1], item[0])):
        if type not in catalogue or field not in catalogue[type]:
            continue
        of = int((seen & (figures.found.type == type)).sum())
        title = catalogue[type].field_named(field).title
        rows.append(_row(catalogue[type].title, title, float(count), count / of * 100 if of else None))
    return RosterTable("fields", Message("census_report.by_field"), "census_record", columns, tuple(rows))


def by_defect(figures: CensusFigures, catalogue: Catalogue) -> RosterTable:
    """Kinds of defects by severity, the most frequent first; then how far they are put right."""
    columns = (
        RosterColumn("kind", Message("census_report.column.kind"), 2.6),
        *(
            RosterColumn(f"severity_{n}", Message("census_report.column.severity", {"severity": n}), 1.0, 0)
            for n in _SEVERITIES
        ),
        RosterColumn("whole", Message("stewards.total"), 1.0, 0),
    )
    kinds, states = catalogue.code_lists[_KINDS_OF_DEFECT], catalogue.code_lists[_STATES]
    rows = []
    for code, counts in sorted(figures.defects.items(), key=lambda item: (-sum(item[1].values()), item[0])):
        entry = kinds.get(code)
        cells = [float(counts.get(n, 0)) for n in _SEVERITIES]
        rows.append(_row(code if entry is None else entry.title, *cells, float(sum(counts.values()))))
    if rows:
        sums = [float(sum(c.get(n, 0) for c in figures.defects.values())) for n in _SEVERITIES]
        rows.append(RosterRow("total", (Message("stewards.total"), *sums, sum(sums))))
        blank: tuple[Cell, ...] = (None,) * len(_SEVERITIES)
        rows.append(RosterRow("area", (Message("census_report.by_state"), *blank, None)))
        for code, count in figures.states.items():
            entry = states.get(code)
            rows.append(_row(code if entry is None else entry.title, *blank, float(count)))
    return RosterTable("defects", Message("census_report.by_defect"), "defect", columns, tuple(rows))


def by_quality(figures: CensusFigures) -> RosterTable:
    """What was checked of which lot, what that says, and who signed it off."""
    columns = (
        RosterColumn("part", Message("census_report.column.lot"), 2.4),
        RosterColumn("kind", Message("quality.column.kind"), 1.0),
        RosterColumn("checked", Message("census_report.column.checked"), 1.0, 0),
        RosterColumn("of", Message("census_report.column.of_rule"), 1.0, 0),
        RosterColumn("over", Message("census_report.column.over"), 1.0, 0),
        RosterColumn("share", Message("census_report.column.over_share"), 1.0, 1, "%"),
        RosterColumn("error", Message("census_report.column.error"), 1.2, 2, "m"),
        RosterColumn("wrong", Message("census_report.column.wrong"), 1.0, 0),
        RosterColumn("verdict", Message("quality.column.result"), 1.2),
        RosterColumn("signed", Message("census_report.column.signed"), 2.2),
    )
    rows = []
    for book in figures.samples:
        name: Words = Message("quality.scope.whole") if book.lot is None else str(book.lot["name"])
        signed = (
            " ".join(str(book.lots[0].get(f) or "") for f in ("checked_by", "check_note"))
            if book.lots
            else ""
        )
        verdict = Message(f"quality.standing.{book.standing}")
        for kind in CHECK_KINDS:
            if not book.population(kind):
                continue
            its = book.quality[kind]
            cells: tuple[Cell, ...] = (
                name, Message(f"quality.kind.{kind}"), float(its.checked), float(book.needed(kind)),
                float(len(its.over)), None if its.share is None else its.share * 100, its.mean_error_m,
                float(its.wrong_values), verdict, signed.strip(),
            )  # fmt: skip
            rows.append(RosterRow("item", cells, None, book.standing == "fails"))
    return RosterTable("quality", Message("census_report.by_quality"), "quality_check", columns, tuple(rows))


def by_team(figures: CensusFigures) -> RosterTable:
    """What every team has done, at which pace, and whether it is late."""
    columns = (
        RosterColumn("team", Message("census_report.column.team"), 2.0),
        RosterColumn("planned", Message("census_report.column.planned"), 1.0, 0),
        RosterColumn("visited", Message("census_report.column.visited"), 1.0, 0),
        RosterColumn("completion", Message("census_report.completion"), 1.0, 1, "%"),
        RosterColumn("pace", Message("census_report.column.pace"), 1.0, 1),
        RosterColumn("seconds", Message("census_report.column.seconds"), 1.2, 0),
        RosterColumn("late", Message("census_report.column.late"), 4.4),
    )
    lots = {lot.id: str(lot["name"]) for lot in figures.lots}
    rows = []
    for team in figures.progress.teams:
        name: Words = figures.teams.get(team.team or 0) or Message("census_report.no_team")
        cells: tuple[Cell, ...] = (
            name,
            float(team.planned),
            float(team.done),
            team.done / team.planned * 100 if team.planned else None,
            team.pace,
            team.median_seconds,
            "; ".join(lots.get(lot, str(lot)) for lot in team.late_lots),
        )
        rows.append(RosterRow("item", cells, team.team, bool(team.late_lots)))
    return RosterTable("teams", Message("census_report.by_team"), "team", columns, tuple(rows))


def _counted(
    figures: CensusFigures, name: str, head: Words, parts: Sequence[tuple[Words, Mask]]
) -> RosterTable:
    """How many records of each part say what; the sum at the end where there are several parts."""
    columns = (
        RosterColumn("part", head, 2.2),
        RosterColumn("planned", Message("census_report.column.planned"), 1.0, 0),
        RosterColumn("visited", Message("census_report.column.visited"), 1.0, 0),
        RosterColumn("completion", Message("census_report.completion"), 1.1, 1, "%"),
        *(RosterColumn(kind, Message(f"census_report.kind.{kind}"), 1.0, 0) for kind in _TOLD),
        RosterColumn("match", Message("census_report.match"), 1.2, 1, "%"),
    )
    rows = [RosterRow("item", _cells(figures, words, chosen)) for words, chosen in parts]
    if len(parts) > 1:
        whole = np.ones(len(figures.found), dtype=bool)
        rows.append(RosterRow("total", _cells(figures, Message("stewards.total"), whole)))
    return RosterTable(name, Message(f"census_report.{name}"), "census_record", columns, tuple(rows))


def _cells(figures: CensusFigures, words: Words, chosen: Mask) -> tuple[Cell, ...]:
    kinds = np.bincount(figures.found.kind[chosen], minlength=len(KINDS))
    count = dict(zip(KINDS, kinds.tolist(), strict=True))
    planned = sum(count.values()) - count["new"]
    visited = planned - count["planned"]
    return (
        words,
        float(planned),
        float(visited),
        visited / planned * 100 if planned else None,
        *(float(count[kind]) for kind in _TOLD),
        _percent(figures.match(chosen)),
    )


def _share(name: str, share: Share, *, percent: bool = True) -> RosterRow:
    words = Message(f"census_report.{name}")
    made_of = f"{len(share.part):,} / {len(share.whole):,}"
    value = _percent(share)
    if not percent:
        return _row(words, "—" if value is None else f"{len(share.part):,}", made_of)
    return _row(words, "—" if value is None else f"{value:.1f} %", made_of)


def _plain(name: str, count: int) -> RosterRow:
    return _row(Message(f"census_report.{name}"), f"{count:,}", "")


def _percent(share: Share) -> float | None:
    return None if share.value is None else share.value * 100


def _row(*cells: Cell) -> RosterRow:
    return RosterRow("item", cells)
