"""The benchmark of packages runs on a small lot; figures are printed, never judged."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks.packages_bench import run


@pytest.mark.benchmark
def test_packages_figures(tmp_path: Path) -> None:
    assert set(run(tmp_path, 300)) == {"checkout", "check-in, records", "check-in, assets"}
