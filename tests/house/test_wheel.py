"""The wheel that a user installs: built, put into an empty environment elsewhere, and used."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = [pytest.mark.on_demand, pytest.mark.timeout(1800)]


def run(*command: str | Path, folder: Path, **variables: str) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | variables
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(out)]
    run(*pip, str(ROOT), folder=out)
    (built,) = out.glob("*.whl")
    return built


def test_wheel_holds_the_packages_their_resources_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names if ".dist-info/" not in name}
    assert tops == {"gisapp", "layers"}
    for needed in ("layers/_resources/i18n/zh/cli.po", "layers/catalogue/pipe.toml", "gisapp/__main__.py"):
        assert needed in names
    assert [name for name in names if name.endswith((".pyc", ".gpkg", ".part"))] == []


def test_installed_elsewhere_it_speaks_makes_a_city_and_draws_it(wheel: Path, tmp_path: Path) -> None:
    home = tmp_path / "environment"
    venv.create(home, with_pip=True)
    lock = ROOT / "requirements.lock"
    run(home / "bin/python", "-m", "pip", "install", "--quiet", "-c", str(lock), str(wheel), folder=tmp_path)
    gisapp = home / "bin/gisapp"
    assert "用法" in run(gisapp, "--help", folder=tmp_path)
    assert "Usage" in run(gisapp, "--help", "--lang", "en", folder=tmp_path)
    run(gisapp, "sample", "city.gpkg", folder=tmp_path)
    information = json.loads(run(gisapp, "info", "city.gpkg", "--json", folder=tmp_path))
    assert information["types"]["pipe"]["count"] > 1000
    run(gisapp, "render", "city.gpkg", "city.png", "--size", "800x600", folder=tmp_path)
    assert (tmp_path / "city.png").read_bytes().startswith(b"\x89PNG")
