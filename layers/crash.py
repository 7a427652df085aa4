"""A bug's report: what happened, in which version, on what system, in a file that a user can send."""

from __future__ import annotations

import platform
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from platformdirs import user_log_path

_KEPT = 20


def crash_folder() -> Path:
    """Where reports lie: the user's log folder of the program."""
    return user_log_path("gisapp", appauthor=False) / "crashes"


def program_version() -> str:
    """The version installed, or ``checkout`` where nothing is installed."""
    try:
        return metadata.version("gisapp")
    except metadata.PackageNotFoundError:
        return "checkout"


def write_crash_report(error: BaseException, folder: Path, facts: Mapping[str, str] | None = None) -> Path:
    """Write the report on ``error`` with ``facts`` (what the program was doing) and return its file.

    The newest twenty reports are kept. Raises OSError when the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    now = datetime.now(UTC)
    path = folder / f"crash-{now:%Y%m%dT%H%M%S}-{now.microsecond:06d}.txt"
    about = {
        "time": now.isoformat(timespec="seconds"),
        "gisapp": program_version(),
        "python": platform.python_version(),
        "system": platform.platform(),
    }
    head = "".join(f"{name}: {value}\n" for name, value in {**about, **(facts or {})}.items())
    trace = "".join(traceback.format_exception(error))
    path.write_text(f"{head}\n{trace}", encoding="utf-8", errors="backslashreplace")
    for old in sorted(folder.glob("crash-*.txt"))[:-_KEPT]:
        old.unlink(missing_ok=True)
    return path
