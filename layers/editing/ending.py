"""The end of an asset: entered by mistake, retired, replaced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shapely.geometry.base import BaseGeometry

from layers.editing.plan import Answers, EditPlan
from layers.model.asset import AssetKey
from layers.register import Register


def plan_delete_mistake(
    register: Register, assets: Sequence[AssetKey], reason: str, *, answers: Answers | None = None
) -> EditPlan:
    """Take away assets that never were. The reason stands in the label; history brings them back.

    Asks what shall become of other assets that link to them (question ``linked``: ``clear`` or ``keep``, which
    refuses). Raises ``UserError`` without a reason.
    """
    raise NotImplementedError


def plan_retire(
    register: Register, assets: Sequence[AssetKey], date: str, *, status: str | None = None
) -> EditPlan:
    """Take assets out of the network on a date (EDTF); ``status`` default: what the catalogue says.

    Lists what still hangs on them. Raises ``UserError`` for one that is retired already.
    """
    raise NotImplementedError


def plan_replace(
    register: Register,
    asset: AssetKey,
    date: str,
    values: Mapping[str, Any] | None = None,
    geometry: BaseGeometry | None = None,
    *,
    answers: Answers | None = None,
) -> EditPlan:
    """Retire an asset and put a new one in its place (insert 0), linked, with what hung on the old one.

    The new one has the old one's values but those of its own, then ``values``; and its place unless ``geometry``.
    """
    raise NotImplementedError
