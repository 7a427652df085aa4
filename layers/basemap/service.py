"""Tile services: addresses with places to fill in, and the key of the user that never stays in them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

from layers.basemap.grid import TileGrid, TileKey
from layers.errors import UserError
from layers.text import Message

KEY = "{key}"
_RANGE = re.compile(r"\{([a-z0-9])-([a-z0-9])\}")
_PLACE = re.compile(r"\{([^{}]*)\}")
_SECRET = re.compile(
    r"(?i)([?&](?:tk|key|ak|token|access_token|apikey|api_key|api-key|appkey)=)([^&#{}]{4,})"
)
_NUMBERED_HOST = re.compile(r"^[a-z]{1,8}\d{1,2}$")
_KNOWN = frozenset(
    {
        "z",
        "x",
        "y",
        "-y",
        "q",
        "s",
        "key",
        "tilematrix",
        "tilerow",
        "tilecol",
        "style",
        "tilematrixset",
        "layer",
    }
)


@dataclass(frozen=True)
class ServiceTiles:
    """Addresses of the tiles of one service. ``names`` fills other places of the template."""

    grid: TileGrid
    template: str
    servers: str = ""
    from_below: bool = False
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def needs_key(self) -> bool:
        return KEY in self.template

    @property
    def host(self) -> str:
        """The service as a message names it."""
        return host_of(self.template)

    @property
    def identity(self) -> str:
        """Stands for this service in the cache on the disk; the key is no part of it."""
        told = f"{self.template}|{self.from_below}|{sorted(self.names.items())}"
        return hashlib.sha256(told.encode()).hexdigest()[:20]

    def address(self, key: TileKey, secret: str = "") -> str:
        """Where the tile ``key`` is; ``secret`` is the user's key."""
        level = self.grid.levels[key.level]
        row = level.rows - 1 - key.row if self.from_below else key.row
        values = {
            "z": level.name,
            "x": str(key.column),
            "y": str(row),
            "-y": str(level.rows - 1 - key.row),
            "tilematrix": level.name,
            "tilecol": str(key.column),
            "tilerow": str(row),
            "key": quote(secret, safe=""),
            **self.names,
        }
        if "{q}" in self.template:
            values["q"] = _quadkey(int(level.name), key.column, key.row)
        servers, template = _servers(self.template, self.servers)
        if servers:
            values["s"] = servers[(key.column + key.row) % len(servers)]
        return _PLACE.sub(lambda found: values.get(found[1].lower(), found[0]), template)


def check_template(template: str) -> None:
    """Raise ``UserError`` when an address is no web address or lacks the places for a tile."""
    parts = urlsplit(_PLACE.sub("0", template))
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise UserError(Message("basemap.not_address"), Message("basemap.not_address_hint"))
    places = {name.lower() for name in _PLACE.findall(_RANGE.sub("{s}", template))}
    has_tile = "q" in places or (
        bool(places & {"z", "tilematrix"})
        and bool(places & {"x", "tilecol"})
        and bool(places & {"y", "-y", "tilerow"})
    )
    if not has_tile:
        raise UserError(Message("basemap.no_places"), Message("basemap.not_address_hint"))
    unknown = sorted(places - _KNOWN)
    if unknown:
        raise UserError(
            Message("basemap.unknown_places", {"places": tuple(f"{{{name}}}" for name in unknown)}),
            Message("basemap.not_address_hint"),
        )


def without_secret(template: str) -> tuple[str, str]:
    """An address with ``{key}`` where a key stood, and that key ("" when there was none)."""
    found = _SECRET.search(template)
    if found is None:
        return template, ""
    return template[: found.start(2)] + KEY + template[found.end(2) :], found[2]


def host_of(template: str) -> str:
    """The service's name without the number of its server: t{s}.tianditu.gov.cn -> tianditu.gov.cn."""
    host = urlsplit(template.replace("{", "%7B").replace("}", "%7D")).netloc.rpartition("@")[2].lower()
    first, _, rest = host.partition(".")
    numbered = "%7b" in first or _NUMBERED_HOST.match(first)
    return rest if numbered and "." in rest else host


def _servers(template: str, servers: str) -> tuple[str, str]:
    """The servers to take in turn; ``{a-c}`` in an address is a list of its own."""
    found = _RANGE.search(template)
    if found is None:
        return servers or ("abc" if "{s}" in template else ""), template
    first, last = ord(found[1]), ord(found[2])
    listed = "".join(chr(code) for code in range(first, last + 1))
    return listed or found[1], _RANGE.sub("{s}", template)


def _quadkey(zoom: int, column: int, row: int) -> str:
    return "".join(str((column >> bit & 1) | (row >> bit & 1) << 1) for bit in range(zoom - 1, -1, -1))
