"""The company's limits of workload, and how a load stands to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from layers.register import Register

Standing = Literal["low", "even", "high", "over"]


@dataclass(frozen=True)
class LoadLimits:
    """Limits in percent of the mean load of a grid; as delivered, where no register is asked."""

    low: float = 60.0
    high: float = 110.0
    over: float = 125.0

    @classmethod
    def of(cls, register: Register) -> LoadLimits:
        """The settings of a register as they are now."""
        return cls(*(float(register.setting(f"load_{name}_percent")) for name in ("low", "high", "over")))

    def standing(self, percent: float) -> Standing:
        """How a load stands; a limit itself is high, or over."""
        if percent >= self.over:
            return "over"
        if percent >= self.high:
            return "high"
        return "low" if percent < self.low else "even"
