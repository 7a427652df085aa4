"""RegisterTargets: finds and names what links point to, in the session's register, beside the window."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal
from shapely.geometry.base import BaseGeometry

from gisapp.forms.editors.offers import Give, Offer
from gisapp.language import Words
from gisapp.session import Session
from layers.model.asset import AssetKey
from layers.model.fields import LinkField
from layers.search.link_targets import Target, find_targets, target_label
from layers.text import Message


class RegisterTargets(QObject):
    """``pick_asked`` gives the types that may be clicked on the map and who takes the AssetKey."""

    pick_asked = Signal(object, object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        #: The nearest to this place are offered first.
        self.near: BaseGeometry | None = None

    def find(self, field: LinkField, text: str, give: Give) -> None:
        """Ask the register; the answer comes later."""
        register = self._session.register
        if register is None:
            give([])
            return
        near = self.near

        def answer(found: list[Target]) -> None:
            give([Offer(link_value(field, t.key), t.label, _note(field, t)) for t in found])

        self._session.tasks.run(
            Message("task.search"),
            lambda _: find_targets(register, field.targets, text, near),
            answer,
            owner=self,
            key="link",
            shown=False,
        )

    def name(self, field: LinkField, value: Any, give: Callable[[str], None]) -> None:
        """Learn what a target is called."""
        register = self._session.register
        if register is None:
            return
        key = field.key_of(value)
        if key is None or key.type not in register.catalogue:
            return

        def read(_: object) -> str | None:
            asset = register.get(*key)
            return None if asset is None else target_label(register.catalogue[key.type], asset)

        def answer(name: str | None) -> None:
            if name is not None:
                give(name)

        self._session.tasks.run(Message("task.inspect"), read, answer, owner=self, shown=False)

    def can_point(self, field: LinkField) -> bool:
        """Whether assets of a target type lie on the map."""
        register = self._session.register
        return register is not None and any(register.catalogue[name].shape for name in field.targets)

    def point(self, field: LinkField, take: Callable[[Any], None]) -> None:
        """Ask for a click on the map."""
        self.pick_asked.emit(field.targets, lambda key: take(link_value(field, key)))


def link_value(field: LinkField, key: AssetKey) -> int | str:
    """How a link to an asset is stored."""
    return f"{key.type}:{key.id}" if field.several else key.id


def _note(field: LinkField, target: Target) -> Words:
    if target.metres is not None:
        return Message("form.link.away", {"metres": f"{target.metres:,.0f}"})
    return target.type if field.several else ""
