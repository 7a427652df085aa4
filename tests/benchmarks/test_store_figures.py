"""The store's benchmark runs on a small town; figures are printed, never judged."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.store_bench import run, show


@pytest.mark.benchmark
@pytest.mark.timeout(1200)
def test_store_figures(fixtures: Path, tmp_path: Path) -> None:
    city = tmp_path / "city.gpkg"
    maker = fixtures.parent / "bench" / "make_city.py"
    subprocess.run(
        [sys.executable, str(maker), str(city), "--meters", "100000"], check=True, capture_output=True
    )
    figures = run(city, 3, with_server=True)
    show(figures)
    assert figures["GeoPackage"]["bulk load"] > 0
