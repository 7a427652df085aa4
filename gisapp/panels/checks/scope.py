"""What a run of the checks looks at: everything, what is in view, what is selected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from layers.analysis.checking.finding import Findings
from layers.model.query import Box
from layers.model.selection import NOTHING, Selection

ScopeName = Literal["all", "view", "selection"]


@dataclass(frozen=True)
class Scope:
    """The whole register is checked, for what lies outside matters; findings inside the scope are kept."""

    name: ScopeName = "all"
    box: Box | None = None
    selection: Selection = NOTHING

    def kept(self, found: list[Findings]) -> list[Findings]:
        """The findings of the scope."""
        if self.name == "all":
            return found
        parts = [part.take(self._inside(part)) for part in found]
        return [part for part in parts if len(part)]

    def _inside(self, part: Findings) -> npt.NDArray[np.bool_]:
        if self.name == "view":
            if self.box is None:
                return np.zeros(len(part), dtype=bool)
            x, y = part.xy.T
            with np.errstate(invalid="ignore"):
                inside = (x >= self.box.x0) & (x <= self.box.x1) & (y >= self.box.y0) & (y <= self.box.y1)
            return np.asarray(inside)
        own = np.asarray(self.selection.holds(part.type, part.ids))
        if part.others is not None:
            for number, keys in enumerate(part.others):
                own[number] |= any(key in self.selection for key in keys)
        return own
