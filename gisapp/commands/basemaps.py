"""What lies beneath the map: add files, folders and services, find lost files, hide everything for a moment; layers to
be looked at (``commands.references``)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from gisapp.actions import Action
from gisapp.commands.folders import home_folder
from gisapp.window import Window
from layers.basemap.entry import BasemapEntry, found_path
from layers.later import Later
from layers.text import Message

if TYPE_CHECKING:
    from gisapp.commands import references
    from gisapp.dialogs import basemap_dialogs
    from gisapp.panels.basemap.view import BasemapView
    from layers.basemap import opening
else:
    references = Later("gisapp.commands.references")
    basemap_dialogs = Later("gisapp.dialogs.basemap_dialogs")
    opening = Later("layers.basemap.opening")

_IMAGES = (".mbtiles", ".tif", ".tiff")
_GEOPACKAGE = ".gpkg"


def basemap_actions(window: Window) -> list[Action]:
    """The part of the view menu about basemaps."""
    parts = window.parts

    def is_open() -> bool:
        return parts.session.is_open

    def has_entries() -> bool:
        made = window.basemap_room.made
        return made is not None and bool(made.feed.entries)

    def is_writable() -> bool:
        return parts.session.is_writable

    return [
        Action(
            id="view.basemaps",
            title=Message("basemap.action.list"),
            key="Ctrl+Shift+B",
            icon="map-trifold",
            menu="view",
            group=3,
            handler=lambda: window.basemaps.open_rows(),
            enabled=is_open,
            words="底图 影像 天地图 瓦片 basemap tiles wmts",
        ),
        Action(
            id="view.hide_basemaps",
            title=Message("basemap.action.hide"),
            key="B",
            icon="eye-slash",
            menu="view",
            group=3,
            handler=lambda: window.basemaps.feed.hide_all(not window.basemaps.feed.is_hidden),
            enabled=lambda: is_open() and has_entries(),
        ),
        Action(
            id="view.basemap_file",
            title=Message("basemap.action.add_file"),
            icon="image",
            menu="view",
            group=3,
            handler=lambda: ask_file(window),
            enabled=is_writable,
            words="mbtiles geotiff tif gpkg",
        ),
        Action(
            id="view.basemap_folder",
            title=Message("basemap.action.add_folder"),
            icon="folder-simple",
            menu="view",
            group=3,
            handler=lambda: ask_folder(window),
            enabled=is_writable,
            words="xyz tms",
        ),
        Action(
            id="view.basemap_service",
            title=Message("basemap.action.add_service"),
            icon="globe",
            menu="view",
            group=3,
            handler=lambda: ask_service(window),
            enabled=is_writable,
            words="天地图 高德 wmts xyz openstreetmap tianditu amap",
        ),
        Action(
            id="view.reference_file",
            title=Message("reference.add"),
            icon="stack",
            menu="view",
            group=3,
            handler=lambda: references.ask_files(window),
            enabled=is_open,
            words="参考图层 对照 叠加 shp geojson kml gpkg dxf cad 图纸 reference overlay",
        ),
        Action(
            id=references.SHOW,
            title=Message("reference.fit_latest"),
            icon="frame-corners",
            menu="view",
            group=3,
            handler=lambda: references.fit_latest(window),
            enabled=lambda: is_open() and bool(window.reference_room.made and window.references.shown),
            words="参考图层 缩放 reference zoom",
        ),
    ]


def tie_basemaps(window: Window) -> None:
    """Let the list ask for what needs a dialog."""
    trigger = window.parts.actions.trigger
    window.reference_room.tie(lambda feed: references.tie(window, feed))

    def tie(basemaps: BasemapView) -> None:
        rows = basemaps.rows
        rows.add_file_asked.connect(lambda: trigger("view.basemap_file"))
        rows.add_folder_asked.connect(lambda: trigger("view.basemap_folder"))
        rows.add_service_asked.connect(lambda: trigger("view.basemap_service"))
        rows.change_asked.connect(lambda entry: change(window, entry))
        rows.locate_asked.connect(lambda entry: locate(window, entry))
        rows.overviews_asked.connect(lambda entry: build_overviews(window, entry))

    window.basemap_room.tie(tie)


def is_basemap(path: str) -> bool:
    """Whether something dropped on the window lies beneath the map rather than in the register."""
    ending = Path(path).suffix.lower()
    return ending in _IMAGES or opening.is_tile_folder(Path(path))


def holds_basemap(path: str) -> bool:
    """Whether a GeoPackage that is no register has tiles in it."""
    return Path(path).suffix.lower() == _GEOPACKAGE and opening.holds_tiles(Path(path))


def add_paths(window: Window, paths: Sequence[str]) -> None:
    """Put files and folders beneath the map."""
    parts = window.parts
    if not parts.session.is_writable:
        parts.notifier.warn(Message("basemap.no_register"), Message("basemap.no_register_hint"))
        return
    parts.settings.change(last_folder=str(Path(paths[0]).parent))
    found = [Path(path) for path in paths]
    window.basemaps.feed.add_paths(found, window.map.bounds, parts.notifier.error, parts.notifier.done)


def ask_file(window: Window) -> None:
    """Ask which files."""
    render = window.parts.language.render
    patterns = " ".join(f"*{ending}" for ending in opening.FILE_ENDINGS)
    kinds = ";;".join(
        (f"{render(Message('basemap.files'))} ({patterns})", render(Message("window.files.all")))
    )
    title = render(Message("basemap.action.add_file"))
    chosen, _ = QFileDialog.getOpenFileNames(window, title, str(home_folder(window)), kinds)
    if chosen:
        add_paths(window, chosen)


def ask_folder(window: Window) -> None:
    """Ask which folder of tiles."""
    title = window.parts.language.render(Message("basemap.action.add_folder"))
    chosen = QFileDialog.getExistingDirectory(window, title, str(home_folder(window)))
    if chosen:
        add_paths(window, [chosen])


def ask_service(window: Window) -> None:
    """Ask which service."""
    parts = window.parts
    feed = window.basemaps.feed
    dialog = basemap_dialogs.ServiceDialog(parts.language, parts.theme, feed, parts.tasks, window)
    dialog.chosen.connect(lambda entry: feed.add([entry], parts.notifier.error, parts.notifier.done))
    dialog.open()


def change(window: Window, entry: BasemapEntry) -> None:
    """Show what is known of a basemap, to be changed."""
    parts = window.parts
    feed = window.basemaps.feed

    def keep(wanted: BasemapEntry) -> None:
        names = [each.name for each in fields(BasemapEntry) if each.name not in ("id", "version")]
        values = {n: getattr(wanted, n) for n in names if getattr(wanted, n) != getattr(entry, n)}
        if values:
            feed.change(entry, **{name: None if value == "" else value for name, value in values.items()})

    dialog = basemap_dialogs.ChangeDialog(parts.language, parts.theme, feed, entry, window)
    dialog.changed.connect(keep)
    dialog.open()


def locate(window: Window, entry: BasemapEntry) -> None:
    """Ask where the file of a basemap is now."""
    title = window.parts.language.render(Message("basemap.locate.title", {"name": entry.name}))
    folder = str(home_folder(window))
    if entry.kind == "folder":
        chosen = QFileDialog.getExistingDirectory(window, title, folder)
    else:
        chosen, _ = QFileDialog.getOpenFileName(window, title, folder)
    if chosen:
        window.basemaps.feed.locate(entry, Path(chosen))


def build_overviews(window: Window, entry: BasemapEntry) -> None:
    """Write the reductions that a large image lacks."""
    register = window.parts.session.register
    if register is None:
        return
    path = found_path(entry.address, register.target)
    done = Message("basemap.overviews_built", {"file": path.name})
    window.basemaps.feed.build_overviews(entry, path, lambda: window.parts.notifier.done(done))
