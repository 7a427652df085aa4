"""What the company set for its statements and alarms, read once: it is printed on every report and frozen with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from layers.model.settings import NumberClass
from layers.register import Register


@dataclass(frozen=True)
class RenewalSettings:
    """The settings that figures depend on. ``de_as_dn``: outside diameter of plastics to DN, millimetres."""

    dn_threshold: int = 100
    classes: tuple[NumberClass, ...] = (NumberClass(upper=400, upper_in=True), NumberClass(lower=500))
    parts: tuple[NumberClass, ...] = ()
    de_as_dn: Mapping[int, int] = field(default_factory=dict)
    plastics: tuple[str, ...] = ("PE", "PVC", "PVCM", "PVCO", "PPR", "SWP")
    length_difference_percent: float = 5.0
    log_gap_days: int = 7
    as_built_days: int = 30
    visit_full_mark: float = 100.0
    budget_overrun_percent: float = 0.0

    @classmethod
    def of(cls, register: Register) -> RenewalSettings:
        """The settings of a register as they are now."""
        return cls(
            dn_threshold=register.setting("dn_threshold"),
            classes=tuple(register.setting("statement_classes")),
            parts=tuple(register.setting("dn_classes")),
            de_as_dn=read_table(register.setting("de_counts_as_dn") or ""),
            plastics=read_codes(register.setting("plastic_materials") or ""),
            length_difference_percent=register.setting("length_difference_percent"),
            log_gap_days=register.setting("log_gap_days"),
            as_built_days=register.setting("as_built_days"),
            visit_full_mark=register.setting("visit_full_mark"),
            budget_overrun_percent=register.setting("budget_overrun_percent"),
        )

    def as_json(self) -> dict[str, Any]:
        """Plain values with the names of the settings."""
        values = asdict(self)
        values["classes"] = [str(each) for each in self.classes]
        values["parts"] = [str(each) for each in self.parts]
        values["plastics"] = list(self.plastics)
        values["de_as_dn"] = {str(de): dn for de, dn in self.de_as_dn.items()}
        return values

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> RenewalSettings:
        """Read what ``as_json`` wrote; words it does not know are left out, missing ones are the program's."""
        known = {name: value for name, value in data.items() if name in cls.__dataclass_fields__}
        for name in ("classes", "parts"):
            if name in known:
                found = (NumberClass.parse(text) for text in known[name])
                known[name] = tuple(each for each in found if each is not None)
        if "plastics" in known:
            known["plastics"] = tuple(known["plastics"])
        if "de_as_dn" in known:
            known["de_as_dn"] = {int(de): dn for de, dn in known["de_as_dn"].items()}
        return cls(**known)


def read_table(text: str) -> dict[int, int]:
    """``110=100; 160=150`` as numbers."""
    pairs = (part.split("=") for part in text.split(";") if part.strip())
    return {int(de): int(dn) for de, dn in pairs}


def read_codes(text: str) -> tuple[str, ...]:
    """``PE; PVC`` as codes."""
    return tuple(code.strip() for code in text.split(";") if code.strip())
