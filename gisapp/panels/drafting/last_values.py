"""The values of the asset drawn last, by type: what the next one begins with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QObject

from gisapp.session import Session
from gisapp.tasks import Tasks
from layers.model.asset import Asset
from layers.model.catalogue import AssetType
from layers.model.query import Order, Query
from layers.text import Message

Give = Callable[[Mapping[str, Any]], None]


class LastValues(QObject):
    """What was drawn last in this register; before anything was, what has the newest code."""

    def __init__(self, session: Session, tasks: Tasks, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._tasks = session, tasks
        self._kept: dict[str, Mapping[str, Any]] = {}
        session.opened.connect(lambda _: self._kept.clear())

    def keep(self, asset_type: AssetType, values: Mapping[str, Any]) -> None:
        """These were given to an asset just now."""
        own = _own(asset_type)
        self._kept[asset_type.name] = {name: value for name, value in values.items() if name not in own}

    def find(self, asset_type: AssetType, names: Sequence[str], give: Give) -> None:
        """Give the values of these fields: at once when they are known, else as soon as they are read."""
        register = self._session.register
        if asset_type.name in self._kept:
            give(self._kept[asset_type.name])
            return
        if register is None:
            return
        query = Query(asset_type.name, order=(Order("code", descending=True),), limit=1)
        own = _own(asset_type)

        def found(assets: list[Asset]) -> None:
            if assets and asset_type.name not in self._kept:
                give({name: assets[0].get(name) for name in names if name not in own})

        self._tasks.run(
            Message("draft.task.last"), lambda _: register.find(query), found,
            owner=self, key="drafting-last", shown=False,
        )  # fmt: skip


def _own(asset_type: AssetType) -> frozenset[str]:
    """Each asset's own are not repeated, but for the state: what is drawn today is mostly in the same one."""
    return frozenset(asset_type.editing.own) - {asset_type.editing.status}
