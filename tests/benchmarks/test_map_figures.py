"""The map's benchmark runs, small and without its peer, so that it cannot rot; figures are never judged."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.benchmarks.map_bench import Figure, figures_of, has_peer, prepare, request_of, run_rounds, table

# Drawing symbols makes an application that could have no windows, for all tests after it in this process.
pytestmark = pytest.mark.usefixtures("qapp")


@pytest.mark.parametrize("name", ["real", pytest.param("generated", marks=pytest.mark.benchmark)])
@pytest.mark.timeout(300)
def test_every_figure_of_a_small_town(name: str, fixtures: Path, tmp_path: Path) -> None:
    if name == "generated" and not (fixtures.parent / "bench" / "make_city.py").exists():
        pytest.skip("make_city.py is not beside the fixtures")
    town = prepare(name, 2000, fixtures, tmp_path)
    answers = run_rounds(town, tmp_path, 1, repeat=1, peer=False, say=lambda line: None)
    assert "kept_s" in answers["cached"][0], "the second start shows what the first one left"
    figures = list(figures_of(answers))
    assert len({figure.name for figure in figures}) == len(figures) == 21
    assert all(figure.value > 0 for figure in figures if not figure.name.startswith(("crisp", "ink")))
    json.dumps([figure.name for figure in figures])
    text = table(name, figures)
    assert "draw 200 m [ms]" in text
    assert len(text.splitlines()) == 23
    sys.stdout.write(text + "\n")


def test_the_peer_is_asked_for_the_same_classes_and_symbols(fixtures: Path, tmp_path: Path) -> None:
    request = request_of(prepare("real", 2000, fixtures, tmp_path), tmp_path, 1)
    city, _, near, street = request["views"]
    assert [look["table"] for look in city["layers"]] == ["pipe"]
    mains = city["layers"][0]
    assert [line["lower"] for line in mains["lines"]] == sorted(
        (line["lower"] for line in mains["lines"]), reverse=True
    )
    assert len(mains["lines"]) == 5
    assert mains["labels"] is None
    assert {look["table"] for look in near["layers"]} >= {"pipe", "hydrant", "valve", "meter_well"}
    assert {look["table"] for look in street["layers"]} >= {"meter"}
    hydrants = next(look for look in near["layers"] if look["table"] == "hydrant")
    assert {symbol["value"] for symbol in hydrants["symbols"]} == {"地上", "地下"}
    for look in street["layers"]:
        for symbol in look.get("symbols", ()):
            drawing = Path(symbol["svg"]).read_text()
            assert "currentColor" not in drawing
            assert "var(" not in drawing
    pipes = next(look for look in street["layers"] if look["table"] == "pipe")
    assert '"dn"' in pipes["labels"]["text"]


@pytest.mark.benchmark
@pytest.mark.timeout(600)
def test_the_peer_draws(fixtures: Path, tmp_path: Path) -> None:
    if not has_peer():
        pytest.skip("QGIS is not installed (Debian: python3-qgis)")
    town = prepare("real", 2000, fixtures, tmp_path)
    answers = run_rounds(town, tmp_path, 1, repeat=1, peer=True, say=lambda line: None)
    assert all(figure.peer for figure in figures_of(answers) if figure.name.startswith("draw"))


def test_a_figure_is_held_against_its_floor() -> None:
    faster = Figure("draw", "ms", [10.0, 11.0, 12.0], [110.0, 120.0, 100.0], 10.0, 20.0)
    assert faster.value == 10.0
    assert faster.holds
    assert not Figure("draw", "ms", [12.0], [110.0], 10.0, 20.0).holds
    assert Figure("edit", "ms", [29.0], [], 30.0, 15.0, "less", alone=True).holds
    assert Figure("draw", "ms", [29.0], [], 10.0, 20.0).holds is None
    assert not Figure("memory", "MiB", [400.0], [200.0], 1.5, 1.0, "less").holds
