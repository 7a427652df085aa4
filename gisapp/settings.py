"""What belongs to the user and not to a register: language, theme, name, recent files, views."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

RECENT_KEPT = 12
VIEWS_KEPT = 50
_SECRET = re.compile(r"(?i)(?:^|(?<=\s))(password|passwd|pwd|passfile)\s*=\s*('[^']*'|\S+)\s*")


@dataclass(frozen=True)
class Recent:
    """A register opened before: where it is (never with a password), its name, and when it was last open."""

    target: str
    name: str
    opened_at: str
    sample: bool = False


@dataclass(frozen=True)
class View:
    """How a user left a register: box seen, desk, style, types not drawn, widths of the panels, filters.

    ``filters`` holds conditions by type (``layers.model.condition_data``).
    """

    box: tuple[float, float, float, float] | None = None
    desk: str = "map"
    style: str = ""
    hidden: tuple[str, ...] = ()
    widths: tuple[int, ...] = ()
    filters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Preferences:
    """All that is remembered for one user. Frozen: a change makes a new one and is written at once."""

    name: str = ""
    language: str = ""
    theme: str = "system"
    last_folder: str = ""
    recent: tuple[Recent, ...] = ()
    views: Mapping[str, View] = field(default_factory=dict)
    window: tuple[int, int, int, int] | None = None
    maximised: bool = False
    #: What was last chosen for printing (``gisapp.dialogs.print_choice``).
    printing: Mapping[str, Any] = field(default_factory=dict)
    overview: bool = True
    coordinates: str = "register"


class Settings:
    """The preferences and the file they live in, ``preferences.json`` in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._path = folder / "preferences.json"
        self.preferences = self._read()

    def change(self, **values: Any) -> None:
        """Set preferences by name and write them."""
        self.preferences = replace(self.preferences, **values)
        self._write()

    def remember_open(self, target: str, name: str, opened_at: str, *, sample: bool) -> None:
        """Put a register at the head of the recent list."""
        entry = Recent(without_password(target), name, opened_at, sample)
        others = [recent for recent in self.preferences.recent if recent.target != entry.target]
        self.change(recent=(entry, *others[: RECENT_KEPT - 1]))

    def forget(self, target: str) -> None:
        """Take a register off the recent list."""
        self.change(recent=tuple(r for r in self.preferences.recent if r.target != without_password(target)))

    def view(self, target: str) -> View:
        """How ``target`` was left, or the view of a register never seen."""
        return self.preferences.views.get(without_password(target), View())

    def remember_view(self, target: str, view: View) -> None:
        """Keep how ``target`` is left; the oldest views are forgotten."""
        views = {
            name: old for name, old in self.preferences.views.items() if name != without_password(target)
        }
        views[without_password(target)] = view
        self.change(views=dict(list(views.items())[-VIEWS_KEPT:]))

    def _read(self) -> Preferences:
        try:
            return _preferences(json.loads(self._path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return Preferences()
        except (OSError, ValueError, TypeError, AttributeError):
            # A damaged file costs the user habits, not the program; it is kept for whoever wants to look.
            self._path.replace(self._path.with_suffix(".damaged"))
            return Preferences()

    def _write(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        part = self._path.with_suffix(".part")
        part.write_text(json.dumps(asdict(self.preferences), ensure_ascii=False, indent=1), encoding="utf-8")
        part.replace(self._path)


def _preferences(data: Mapping[str, Any]) -> Preferences:
    known = {f.name for f in fields(Preferences)}
    values = {name: value for name, value in data.items() if name in known}
    values["recent"] = tuple(Recent(**entry) for entry in values.get("recent", ()))
    values["views"] = {name: _view(view) for name, view in values.get("views", {}).items()}
    if values.get("window"):
        values["window"] = tuple(values["window"])
    return Preferences(**values)


def _view(data: Mapping[str, Any]) -> View:
    values: dict[str, Any] = {n: tuple(v) if isinstance(v, list) else v for n, v in data.items()}
    return View(**values)


def without_password(target: str) -> str:
    """A path unchanged; a server's address or connection text without any password in it.

    >>> without_password("postgresql://li:secret@db:5432/water?sslmode=require&password=x")
    'postgresql://li@db:5432/water?sslmode=require'
    """
    if "://" not in target:
        return _SECRET.sub("", target).strip() if _SECRET.search(target) else target
    parts = urlsplit(target)
    user, at, host = parts.netloc.rpartition("@")
    query = [(name, value) for name, value in parse_qsl(parts.query) if not _SECRET.match(f"{name}=x")]
    netloc = user.split(":", 1)[0] + at + host
    return urlunsplit(parts._replace(netloc=netloc, query=urlencode(query)))
