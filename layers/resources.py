"""Where the program's own data files lie: beside the packages in a checkout, inside ``layers`` in a wheel."""

from __future__ import annotations

from pathlib import Path


def resource_root() -> Path:
    """The folder with ``i18n``, ``icons``, ``styles``, ``themes`` and ``templates``."""
    package = Path(__file__).resolve().parent
    installed = package / "_resources"
    return installed if installed.is_dir() else package.parent / "resources"
