"""What belongs to the user and not to a register: language, theme, name, recent files, views."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from layers.model.roles import MANAGER, ROLES
from layers.text import LANGUAGES

RECENT_KEPT = 12
VIEWS_KEPT = 50
THEMES = ("system", "light", "dark")
_LARGEST_PIXEL = 1 << 16
_LARGEST_COORDINATE = 1e9
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
    """How a user left a register: box seen, desk, style, types not drawn, widths of the panels, filters, table.

    ``filters`` holds conditions by type (``layers.model.condition_data``), ``table`` what the table drawer showed.
    """

    box: tuple[float, float, float, float] | None = None
    desk: str = "map"
    style: str = ""
    hidden: tuple[str, ...] = ()
    widths: tuple[int, ...] = ()
    filters: Mapping[str, Any] = field(default_factory=dict)
    table: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Preferences:
    """All that is remembered for one user. Frozen: a change makes a new one and is written at once."""

    name: str = ""
    language: str = ""
    theme: str = "system"
    role: str = MANAGER
    last_folder: str = ""
    recent: tuple[Recent, ...] = ()
    views: Mapping[str, View] = field(default_factory=dict)
    window: tuple[int, int, int, int] | None = None
    maximised: bool = False
    #: What was last chosen for printing (``gisapp.dialogs.print_choice``).
    printing: Mapping[str, Any] = field(default_factory=dict)
    overview: bool = True
    #: How the user draws (``gisapp.panels.drafting.habits``).
    drafting: Mapping[str, Any] = field(default_factory=dict)
    coordinates: str = "register"
    #: Foreign layers shown with a register, by its address (``gisapp.panels.references.feed``).
    references: Mapping[str, Any] = field(default_factory=dict)


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
        except (OSError, ValueError, TypeError, AttributeError, RecursionError):
            # A damaged file costs the user habits, not the program; it is kept for whoever wants to look.
            with suppress(OSError):
                self._path.replace(self._path.with_suffix(".damaged"))
            return Preferences()

    def _write(self) -> None:
        text = json.dumps(asdict(self.preferences), ensure_ascii=False, indent=1)
        part = self._path.with_suffix(".part")
        # On a full disk or in a folder of somebody else's, habits last until the program ends: no work is lost.
        with suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            part.write_text(text, encoding="utf-8")
            part.replace(self._path)


Kept = TypeVar("Kept", Recent, View, Preferences)


def _preferences(data: Mapping[str, Any]) -> Preferences:
    known = {f.name for f in fields(Preferences)}
    values = {name: value for name, value in data.items() if name in known}
    values["recent"] = tuple(
        _checked(Recent(**entry), Recent("", "", "")) for entry in values.get("recent", ())
    )
    values["views"] = {name: _view(view) for name, view in values.get("views", {}).items()}
    if values.get("window"):
        values["window"] = _numbers(values["window"], 4, whole=True)
    read = _checked(Preferences(**values), Preferences())
    if read.language not in ("", *LANGUAGES) or read.theme not in THEMES or read.role not in ROLES:
        raise ValueError("another program's")
    return read


def _view(data: Mapping[str, Any]) -> View:
    values: dict[str, Any] = {n: tuple(v) if isinstance(v, list) else v for n, v in data.items()}
    view = _checked(View(**values), View())
    if not all(isinstance(name, str) for name in view.hidden):
        raise ValueError("hidden types are names")
    box = None if view.box is None else _numbers(view.box, 4)
    return replace(view, box=box, widths=_numbers(view.widths, len(view.widths), whole=True))


def _checked(read: Kept, usual: Kept) -> Kept:
    """What was read, each value being of the kind that it usually is. Raises ``ValueError``."""
    for each in fields(read):
        value, kind = getattr(read, each.name), type(getattr(usual, each.name))
        if kind is not type(None) and not isinstance(value, kind):
            raise ValueError(f"{each.name} is {value!r:.80}")
    return read


def _numbers(values: Any, count: int, *, whole: bool = False) -> tuple[Any, ...]:
    """So many numbers that a screen or a map can have. Raises ``ValueError``."""
    kinds = (int,) if whole else (int, float)
    largest = _LARGEST_PIXEL if whole else _LARGEST_COORDINATE
    if len(values) != count or not all(type(each) in kinds and abs(each) <= largest for each in values):
        raise ValueError(f"not {count} numbers: {values!r:.80}")
    return tuple(values)


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
