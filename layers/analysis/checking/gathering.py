"""Running the checks over a register: every rule in turn, with progress, to be cancelled between them.

The whole register is checked in the worker process, so that no window waits for it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa

from layers.analysis.checking import (
    belonging,
    grid_coverage,
    joints,
    line_ends,
    line_shapes,
    line_vertices,
    places,
    retired,
    shapes,
    survey_numbers,
    values,
)
from layers.analysis.checking.book import Book
from layers.analysis.checking.field_rules import field_findings
from layers.analysis.checking.finding import Findings
from layers.analysis.checking.rule_file import Rule, RuleBook, load_rules
from layers.feedback import Feedback
from layers.model.catalogue import Catalogue
from layers.register import Register
from layers.store.bulk_read import BulkRead
from layers.text import Message

#: The rules that fields carry themselves, under one name.
FIELD_RULE = "field"
Check = Callable[[Book, Rule], Findings]
#: What rules.toml may name.
CHECKS: Mapping[str, Check] = {
    check.__name__: check
    for check in (
        line_ends.near_miss,
        line_ends.dangling_end,
        line_ends.isolated,
        line_shapes.duplicate_line,
        line_shapes.overlapping_lines,
        line_shapes.crossing,
        line_shapes.crosses_itself,
        line_shapes.too_short,
        line_vertices.needless_vertices,
        joints.size_jump,
        joints.wider_than_feed,
        joints.thin_feed,
        joints.pseudo_node,
        joints.heights_disagree,
        places.off_line,
        places.duplicate_point,
        places.far_from_linked,
        places.unlocated,
        places.invalid_area,
        places.outlying,
        places.outside_areas,
        belonging.grid_differs,
        belonging.follows_other_grid,
        grid_coverage.coverage,
        retired.given_up_but_connected,
        retired.hangs_on_retired,
        shapes.broken_shape,
        survey_numbers.missing_point,
        values.blank_value,
        values.date_to_come,
        values.date_before_linked,
        values.repeated_value,
        values.count_differs,
        values.length_differs,
    )
}


@dataclass(frozen=True)
class CheckJob:
    """What the worker needs to check: which rules, how to read each type, the company's limits."""

    catalogue: Catalogue
    reads: Mapping[str, BulkRead]
    settings: Mapping[str, Any]
    rule_book: RuleBook
    rules: frozenset[str] | None = None


def check_register(
    register: Register,
    feedback: Feedback | None = None,
    *,
    rules: Collection[str] | None = None,
    rule_book: RuleBook | None = None,
) -> list[Findings]:
    """Run the checks (those named in ``rules``, else all) in the worker. Rules that found nothing are left out."""
    job = check_job(register, rules=rules, rule_book=rule_book)
    reads = {name: register.settled(read) for name, read in job.reads.items()}
    found: list[Findings] = register.worker.run(run_job, replace(job, reads=reads), feedback=feedback)
    return found


def check_job(
    register: Register, *, rules: Collection[str] | None = None, rule_book: RuleBook | None = None
) -> CheckJob:
    """What a run over a register needs, to be sent to the worker."""
    rule_book = rule_book or load_rules()
    reads = {
        asset_type.name: register.bulk_read(
            asset_type.name,
            [f.name for f in asset_type.columns],
            geometry=asset_type.shape is not None,
        )
        for asset_type in register.catalogue
        if asset_type.group != "system"
    }
    names = {v for rule in rule_book.rules for n, v in rule.parameters.items() if n.endswith("setting")}
    settings = {name: register.setting(name) for name in {*names, "node_tolerance_m"}}
    chosen = None if rules is None else frozenset(rules)
    return CheckJob(register.catalogue, reads, settings, rule_book, chosen)


def run_job(feedback: Feedback, job: CheckJob) -> list[Findings]:
    """The checks of a job, in this process: what the worker is asked for."""

    def read(type_name: str) -> pa.Table:
        return job.reads[type_name](feedback)

    book = Book(job.catalogue, read, job.settings.__getitem__, job.rule_book.connected_statuses, feedback)
    return check_book(book, job.rule_book, job.rules)


def check_book(book: Book, rule_book: RuleBook, rules: Collection[str] | None = None) -> list[Findings]:
    """What the rules have against what is in a book."""
    feedback = book.feedback
    chosen = [rule for rule in rule_book.rules if rules is None or rule.id in rules]
    found: list[Findings] = []
    for number, rule in enumerate(chosen):
        feedback.progress(
            number / len(chosen), Message("check.running", {"rule": Message(f"check.{rule.id}.title")})
        )
        found.append(CHECKS[rule.check](book, rule))
    if rules is None or FIELD_RULE in rules:
        for asset_type in book.catalogue.of_group("network", "place", "people"):
            feedback.check()
            found += field_findings(book, asset_type)
    return [findings for findings in found if len(findings)]


def rule_names() -> tuple[str, ...]:
    """Every rule that can be asked for by name."""
    return (*dict.fromkeys(rule.id for rule in load_rules().rules), FIELD_RULE)
