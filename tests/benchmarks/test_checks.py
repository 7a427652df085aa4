"""The checks of a network of 300,000 pipes, against one pass of shapely over the same lines: who touches whom."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely

from layers.analysis.network import derive_network
from layers.geometry.packed import PackedLines

ROUNDS = 3


@pytest.mark.benchmark
@pytest.mark.timeout(1800)
def test_connectivity_against_shapely(fixtures: Path, tmp_path: Path) -> None:
    city = tmp_path / "city.gpkg"
    maker = fixtures.parent / "bench" / "make_city.py"
    subprocess.run(
        [sys.executable, str(maker), str(city), "--meters", "2000000"], check=True, capture_output=True
    )
    name = next(n for n, kind in pyogrio.list_layers(city) if kind and "LineString" in kind)
    shapes = pyogrio.read_dataframe(city, layer=name, columns=[]).geometry.to_numpy()
    xy, line = shapely.get_coordinates(shapes, return_index=True)
    offsets = np.concatenate([[0], np.cumsum(np.bincount(line))]).astype(np.int64)
    packed = PackedLines(xy, offsets, np.arange(len(shapes)))
    ratios = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        shapely.STRtree(shapes).query(shapes, predicate="intersects")
        middle = time.perf_counter()
        network = derive_network(packed, 0.01)
        parts = int(network.line_component.max()) + 1
        end = time.perf_counter()
        ratios.append((end - middle) / (middle - start))
        print(f"\n{len(shapes):,} lines: shapely {middle - start:.2f} s, connectivity {end - middle:.2f} s")
    print(f"ratio {statistics.median(ratios):.2f}; {parts} parts")
    assert parts < len(shapes)
