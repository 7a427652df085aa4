"""Running the checks over a register: every rule in turn, with progress, to be cancelled between them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

import pyarrow as pa

from layers.analysis.checking import joints, line_ends, line_shapes, places, values
from layers.analysis.checking.book import Book
from layers.analysis.checking.field_rules import field_findings
from layers.analysis.checking.finding import Findings
from layers.analysis.checking.rule_file import Rule, RuleBook, load_rules
from layers.feedback import Feedback
from layers.register import Register
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
        places.given_up_but_connected,
        places.outside_areas,
        values.blank_value,
        values.date_to_come,
        values.date_before_linked,
        values.repeated_value,
        values.count_differs,
        values.length_differs,
    )
}


def check_register(
    register: Register,
    feedback: Feedback | None = None,
    *,
    rules: Collection[str] | None = None,
    rule_book: RuleBook | None = None,
) -> list[Findings]:
    """Run the checks (those named in ``rules``, else all). Rules that found nothing are left out. Long: a task."""
    feedback = feedback or Feedback()
    rule_book = rule_book or load_rules()

    def read(type_name: str) -> pa.Table:
        located = register.catalogue[type_name].shape is not None
        return register.columns(type_name, geometry=located, feedback=feedback)

    book = Book(register.catalogue, read, register.setting, rule_book.connected_statuses, feedback)
    chosen = [rule for rule in rule_book.rules if rules is None or rule.id in rules]
    found: list[Findings] = []
    for number, rule in enumerate(chosen):
        feedback.progress(
            number / len(chosen), Message("check.running", {"rule": Message(f"check.{rule.id}.title")})
        )
        found.append(CHECKS[rule.check](book, rule))
    if rules is None or FIELD_RULE in rules:
        for asset_type in register.catalogue.of_group("network", "place", "people"):
            feedback.check()
            found += field_findings(book, asset_type)
    return [findings for findings in found if len(findings)]


def rule_names() -> tuple[str, ...]:
    """Every rule that can be asked for by name."""
    return (*(rule.id for rule in load_rules().rules), FIELD_RULE)
