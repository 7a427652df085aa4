"""Reading ``rules.toml``: which checks there are, of what, how severe."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from layers.model.problem import Severity


@dataclass(frozen=True)
class Rule:
    """One rule: the ``check`` that looks for it in assets of ``type``, and what the check must know.

    ``mend`` names the safe repair. ``scope`` tells whether what lies around an edit is enough to check anew.
    """

    id: str
    check: str
    type: str
    severity: Severity
    parameters: Mapping[str, Any]
    mend: str | None = None
    scope: Literal["near", "whole"] = "near"


@dataclass(frozen=True)
class RuleBook:
    """All rules, and the statuses of lines that take part in the network (a blank one does too)."""

    rules: tuple[Rule, ...]
    connected_statuses: tuple[str, ...]

    def rule(self, name: str) -> Rule | None:
        """The rule of that id; None for the rules that fields carry themselves."""
        return next((rule for rule in self.rules if rule.id == name), None)


def load_rules(path: Path | None = None) -> RuleBook:
    """The rules of the program. Raises ``ValueError`` for an id given twice: a mistake of the program."""
    data = tomllib.loads((path or Path(__file__).with_name("rules.toml")).read_text(encoding="utf-8"))
    rules = tuple(rule for entry in data["rule"] for rule in _rules_of(dict(entry)))
    ids = [entry["id"] for entry in data["rule"]]
    repeated = {name for name in ids if ids.count(name) > 1}
    if repeated:
        raise ValueError(f"rules given twice: {sorted(repeated)}")
    return RuleBook(rules, tuple(data["connected_statuses"]))


def _rules_of(entry: dict[str, Any]) -> Iterator[Rule]:
    """The rule of an entry: for its ``type``, or one for each of its ``types``."""
    names = entry.pop("types", None) or (entry.pop("type"),)
    id, check, severity = entry.pop("id"), entry.pop("check"), entry.pop("severity")
    mend, scope = entry.pop("mend", None), entry.pop("scope", "near")
    for name in names:
        yield Rule(id, check, name, severity, entry, mend, scope)
