"""Files dropped on the window: registers opened, packages taken back, pictures put beneath the map, others imported."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gisapp.commands import packages
from gisapp.commands.basemaps import add_paths, holds_basemap, is_basemap
from gisapp.commands.opening import is_open_register, name_of, open_target
from gisapp.window import Window
from layers.basemap.tile_geopackage import holds_features
from layers.later import Later
from layers.text import Message

if TYPE_CHECKING:
    from gisapp.commands import importing
else:
    importing = Later("gisapp.commands.importing")

REGISTER_ENDING = ".gpkg"
PACKAGE_ENDINGS = (REGISTER_ENDING, ".xlsx", ".csv")


def take_dropped(window: Window, paths: Sequence[str]) -> None:
    """Open the one register dropped, put pictures beneath the map, import the rest; the open register is refused."""
    refused = [path for path in paths if is_open_register(window, path)]
    if refused:
        names = tuple(name_of(path) for path in refused)
        window.parts.notifier.warn(
            Message("notify.dropped_open", {"names": names}), Message("notify.dropped_open.hint")
        )
        return
    pictures = [path for path in paths if is_basemap(path)]
    if pictures:
        add_paths(window, pictures)
    rest = [path for path in paths if path not in pictures]
    if len(rest) == 1 and rest[0].lower().endswith(PACKAGE_ENDINGS) and packages.is_package(window, rest[0]):
        packages.take_back(window, Path(rest[0]))
    elif len(rest) == 1 and rest[0].lower().endswith(REGISTER_ENDING):
        open_target(window, rest[0], lambda path: _take_geopackage(window, path))
    elif rest:
        importing.import_files(window, rest)


def _take_geopackage(window: Window, path: str) -> None:
    """One that is no register: tiles go beneath the map, other layers are imported."""
    has_tiles = holds_basemap(path) and window.parts.session.is_writable
    if has_tiles:
        add_paths(window, [path])
    if not has_tiles or holds_features(Path(path)):
        importing.import_files(window, [path])
