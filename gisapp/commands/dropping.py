"""Files dropped on the window: registers are opened, other files imported."""

from __future__ import annotations

from collections.abc import Sequence

from gisapp.commands.importing import import_files
from gisapp.commands.opening import is_open_register, name_of, open_target
from gisapp.window import Window
from layers.text import Message

REGISTER_ENDING = ".gpkg"


def take_dropped(window: Window, paths: Sequence[str]) -> None:
    """Open the one register dropped, or import the files; the open register itself is refused."""
    refused = [path for path in paths if is_open_register(window, path)]
    if refused:
        names = tuple(name_of(path) for path in refused)
        window.parts.notifier.warn(
            Message("notify.dropped_open", {"names": names}), Message("notify.dropped_open.hint")
        )
        return
    if len(paths) == 1 and paths[0].lower().endswith(REGISTER_ENDING):
        open_target(window, paths[0], lambda path: import_files(window, [path]))
        return
    import_files(window, paths)
