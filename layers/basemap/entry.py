"""BasemapEntry: one line of the list of basemaps that a register keeps."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path, PurePath
from typing import Any, Literal

from layers.model.asset import Asset

TYPE = "basemap"
Kind = Literal["mbtiles", "geopackage", "geotiff", "folder", "xyz", "wmts"]
SERVICES: frozenset[str] = frozenset({"xyz", "wmts"})
#: A file further away than this many folders up is written with its whole path.
_MOST_STEPS_UP = 3
_IDENTITY = frozenset({"id", "version"})


@dataclass(frozen=True)
class BasemapEntry:
    """What is shown and how; the fields are those of the type ``basemap``. ``id`` is None until it is saved."""

    name: str
    kind: str
    address: str
    layer: str = ""
    matrix_set: str = ""
    definition: str = ""
    crs: str = ""
    gcj02: bool = False
    from_below: bool = False
    min_zoom: int | None = None
    max_zoom: int | None = None
    attribution: str = ""
    position: int = 0
    shown: bool = True
    opacity: int = 100
    id: int | None = None
    version: int = 0

    @property
    def is_service(self) -> bool:
        """Whether it needs a network."""
        return self.kind in SERVICES

    @property
    def origin(self) -> tuple[Any, ...]:
        """What decides where its tiles come from; the rest is only how it looks."""
        return (
            self.kind,
            self.address,
            self.layer,
            self.matrix_set,
            self.definition,
            self.crs,
            self.gcj02,
            self.from_below,
            self.min_zoom,
            self.max_zoom,
        )

    def values(self) -> dict[str, Any]:
        """The fields of the asset; empty texts are no values."""
        named = {each.name: getattr(self, each.name) for each in fields(self) if each.name not in _IDENTITY}
        return {name: None if value == "" else value for name, value in named.items()}

    @classmethod
    def of(cls, asset: Asset) -> BasemapEntry:
        """The entry that an asset of type ``basemap`` holds."""
        values: Mapping[str, Any] = asset.values
        known = {each.name for each in fields(cls)}
        given = {name: values[name] for name in known - _IDENTITY if values.get(name) is not None}
        return cls(**given, id=asset.id, version=asset.version)


def stored_address(path: str | Path, target: str | Path) -> str:
    """How a file is written in the register ``target``: relative to it where both lie near each other."""
    whole = Path(path).absolute()
    if "://" in str(target):
        return str(whole)
    try:
        relative = PurePath(os.path.relpath(whole, Path(target).absolute().parent))
    except ValueError:  # another drive
        return str(whole)
    return str(whole) if relative.parts.count("..") > _MOST_STEPS_UP else relative.as_posix()


def found_path(address: str, target: str | Path) -> Path:
    """The file that ``address`` means in the register ``target``."""
    path = Path(address).expanduser()
    if path.is_absolute() or "://" in str(target):
        return path
    return Path(os.path.normpath(Path(target).absolute().parent / path))
