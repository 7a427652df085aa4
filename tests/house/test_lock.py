"""The lock files: complete, exact, within what pyproject.toml allows, and without an address."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]


def _locked(name: str) -> dict[str, str]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    pins = [re.fullmatch(r"([A-Za-z0-9._-]+)==([A-Za-z0-9.+!]+)", line) for line in lines if line[:1] != "#"]
    assert all(pins), f"{name} holds something other than name==version"
    return {canonicalize_name(pin[1]): pin[2] for pin in pins if pin}


def _asked() -> tuple[list[Requirement], list[Requirement]]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = project["dependency-groups"]
    run = [*project["project"]["dependencies"], *groups["build"]]
    return [Requirement(text) for text in run], [Requirement(text) for text in groups["dev"]]


def test_every_dependency_is_pinned_within_its_bounds() -> None:
    run, development = _asked()
    run_lock = _locked("requirements.lock")
    every_lock = run_lock | _locked("requirements-dev.lock")
    for requirements, lock in ((run, run_lock), (development, every_lock)):
        for requirement in requirements:
            version = lock.get(canonicalize_name(requirement.name))
            assert version is not None, f"{requirement.name} is not locked: python3 dev.py lock"
            assert requirement.specifier.contains(version), f"{requirement} but locked {version}"


def test_what_the_dependencies_need_is_pinned_too() -> None:
    lock = _locked("requirements.lock")
    missing = []
    for name in lock:
        for text in metadata.requires(name) or []:
            requirement = Requirement(text)
            wanted = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
            if wanted and canonicalize_name(requirement.name) not in lock:
                missing.append(f"{name} needs {requirement.name}")
    assert missing == []


def test_the_two_locks_do_not_overlap() -> None:
    assert not set(_locked("requirements.lock")) & set(_locked("requirements-dev.lock"))
