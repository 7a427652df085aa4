"""AbstractObject: the kind of a class of Qt that others complete."""

from __future__ import annotations

from abc import ABCMeta
from typing import Any

from PySide6.QtCore import QObject


class AbstractObject(ABCMeta, type(QObject)):  # type: ignore[misc] # the kind of Qt's classes has no name
    """Refuses to make an object that lacks what its class declares abstract; Qt alone would not ask."""

    def __call__(cls, *args: Any, **given: Any) -> Any:
        if cls.__abstractmethods__:
            raise TypeError(f"{cls.__name__} lacks {', '.join(sorted(cls.__abstractmethods__))}")
        return super().__call__(*args, **given)
