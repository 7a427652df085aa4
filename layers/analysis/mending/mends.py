"""The safe repair of every rule that has one, for one finding or for many at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from layers.analysis.checking.finding import Finding
from layers.analysis.checking.rule_file import Rule, RuleBook, load_rules
from layers.analysis.mending.bench import Bench
from layers.analysis.mending.ends import join_ends
from layers.analysis.mending.grids import cover, into_grid
from layers.analysis.mending.lines import clean_vertices, drop_empty, drop_twin, merge
from layers.analysis.mending.points import onto_line
from layers.editing.plan import EditPlan
from layers.register import Register
from layers.text import Message

Mend = Callable[[Bench, Sequence[Finding], Rule], list[Message | None]]
#: What rules.toml may name as ``mend``.
MENDS: Mapping[str, Mend] = {
    mend.__name__: mend
    for mend in (join_ends, drop_twin, drop_empty, clean_vertices, merge, onto_line, into_grid, cover)
}


@dataclass(frozen=True)
class Mending:
    """A plan that repairs findings: for each what will be done, None where that is for a human."""

    plan: EditPlan
    told: tuple[Message | None, ...]

    @property
    def count(self) -> int:
        """How many findings it repairs."""
        return sum(each is not None for each in self.told)


def plan_mending(
    register: Register, findings: Sequence[Finding], rule_book: RuleBook | None = None
) -> Mending:
    """How to repair findings of one rule, as one act. Reads the assets concerned; changes nothing.

    The plan is empty when none can be repaired safely.
    """
    rule_book = rule_book or load_rules()
    rule = rule_book.rule(findings[0].rule) if findings else None
    if rule is None or rule.mend is None:
        return Mending(EditPlan(Message("mending.label", {"rule": "", "count": 0})), (None,) * len(findings))
    bench = Bench(register)
    told = MENDS[rule.mend](bench, findings, rule)
    done = [each for each in told if each is not None]
    title = Message(f"check.{rule.id}.title")
    if len(done) == 1:
        label = Message("mending.label_one", {"rule": title, "code": findings[0].message.parameters["code"]})
    else:
        label = Message("mending.label", {"rule": title, "count": len(done)})
    return Mending(bench.plan(label, done), tuple(told))
