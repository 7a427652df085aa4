"""The services offered by name, read from ``resources/basemaps/services.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache

from layers.basemap.entry import BasemapEntry
from layers.basemap.service import KEY
from layers.resources import resource_root
from layers.text import Title


@dataclass(frozen=True)
class Preset:
    """One service: its address with ``{key}`` where it needs one."""

    id: str
    title: Title
    address: str
    servers: str
    zooms: tuple[int, int]
    attribution: str
    gcj02: bool
    key_page: str

    @property
    def needs_key(self) -> bool:
        return KEY in self.address

    def entry(self, name: str) -> BasemapEntry:
        """What the register keeps of it."""
        address = self.address
        if self.servers:
            address = address.replace("{s}", f"{{{self.servers[0]}-{self.servers[-1]}}}")
        return BasemapEntry(
            name,
            "xyz",
            address,
            gcj02=self.gcj02,
            min_zoom=self.zooms[0],
            max_zoom=self.zooms[1],
            attribution=self.attribution,
        )


@lru_cache(maxsize=1)
def presets() -> tuple[Preset, ...]:
    """All of them, in the order they are offered."""
    with (resource_root() / "basemaps" / "services.toml").open("rb") as file:
        listed = tomllib.load(file)["service"]
    return tuple(
        Preset(
            each["id"],
            Title(each["title"]["zh"], each["title"]["en"]),
            each["address"],
            each.get("servers", ""),
            (int(each["zooms"][0]), int(each["zooms"][1])),
            each["attribution"],
            bool(each.get("gcj02", False)),
            each.get("key_page", ""),
        )
        for each in listed
    )
