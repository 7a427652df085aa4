"""A city of 2.73 million features imported with indexes and field rules, against ogr2ogr of the same file."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from layers.exchange.importer import plan_import, run_import
from layers.register import Register
from layers.store.worker import Worker

pytestmark = [pytest.mark.benchmark, pytest.mark.keeps_running, pytest.mark.timeout(3600)]

METERS = 2_000_000


@pytest.fixture(scope="module")
def city(fixtures: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    maker = fixtures.parent / "bench" / "make_city.py"
    if not maker.exists():
        pytest.skip("the maker of the synthetic city lies beside the shared fixtures")
    path = tmp_path_factory.mktemp("city") / "city.gpkg"
    subprocess.run([sys.executable, str(maker), str(path), "--meters", str(METERS)], check=True)
    yield path
    path.unlink()


def test_import_against_ogr2ogr(city: Path, tmp_path: Path) -> None:
    ogr2ogr = shutil.which("ogr2ogr")
    if ogr2ogr is None:
        pytest.skip("ogr2ogr (Debian: gdal-bin) is not installed")
    start = time.perf_counter()
    subprocess.run([ogr2ogr, str(tmp_path / "copy.gpkg"), str(city)], check=True)
    peer = time.perf_counter() - start
    (tmp_path / "copy.gpkg").unlink()
    start = time.perf_counter()
    with Worker() as worker:
        plan = plan_import(None, [city], worker=worker)
    with Register.create(tmp_path / "r.gpkg", plan.register_crs, actor="bench") as register:
        report = run_import(register, plan)
        ours = time.perf_counter() - start
        start = time.perf_counter()
        again = run_import(register, plan_import(register, [city]))
        known = time.perf_counter() - start
    print(f"\nogr2ogr {peer:.1f} s, import {ours:.1f} s: {ours / peer:.2f} x; the same again {known:.1f} s")
    assert report.counts.accepted == report.counts.read > METERS
    assert again.counts.unchanged == report.counts.accepted
