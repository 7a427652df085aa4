"""The map beside QGIS on the same city: alternating rounds, each side in a fresh process; medians, ranges, ratios."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
import pyogrio
import pyogrio.raw
import shapely
from PySide6.QtGui import QGuiApplication

from layers.model.catalogue_file import load_catalogue
from layers.model.query import Box
from layers.register import Register
from layers.scene.style_file import load_style
from tests.benchmarks.city_register import make_register
from tests.benchmarks.real_town import write_town
from tests.benchmarks.symbology import peer_views, view_boxes

ROOT = Path(__file__).resolve().parents[2]
PEER_PYTHON = "/usr/bin/python3"
SIZE = (1920, 1080)
FONT = "WenQuanYi Micro Hei"
STYLE = "diameter"
JOBS = ("parallel", "sequential")
VIEWS = ("city", "5 km", "1 km", "200 m")

Answer = dict[str, Any]


@dataclass(frozen=True)
class Town:
    """A city's file, a register of it that is only looked at, and one that is edited."""

    name: str
    data: Path
    register: Path
    edited: Path


@dataclass(frozen=True)
class Figure:
    """One row of the table: our figures of all rounds, the peer's, and what was promised and hoped for.

    ``best`` says which way is better for ``value``: "more" (peer / ours) or "less". ``alone``: ours is the value.
    """

    name: str
    unit: str
    ours: Sequence[float]
    peer: Sequence[float]
    floor: float
    ambition: float
    best: str = "more"
    alone: bool = False

    @property
    def value(self) -> float:
        """The ratio that is compared with the floor; ours itself where there is no peer."""
        mine = statistics.median(self.ours)
        if not self.peer:
            return mine
        theirs = statistics.median(self.peer)
        return theirs / mine if self.best == "more" else mine / theirs

    @property
    def holds(self) -> bool | None:
        """Whether the floor is reached; None where the peer was not asked."""
        if not (self.alone or self.peer):
            return None
        return self.value >= self.floor if self.best == "more" else self.value <= self.floor


def has_peer() -> bool:
    """Whether the distribution's Python knows QGIS."""
    if not Path(PEER_PYTHON).exists():
        return False
    return (
        subprocess.run([PEER_PYTHON, "-c", "import qgis.core"], capture_output=True, check=False).returncode
        == 0
    )


# ---- the cities


def prepare(name: str, meters: int, fixtures: Path, folder: Path) -> Town:
    """The city called ``generated`` or ``real`` in ``folder``, made unless it is there."""
    stem = folder / f"{name}-{meters}"
    town = Town(name, stem.with_suffix(".gpkg"), Path(f"{stem}-register.gpkg"), Path(f"{stem}-edited.gpkg"))
    if not town.data.exists():
        part = folder / "part.gpkg"
        part.unlink(missing_ok=True)
        if name == "real":
            write_town(fixtures, part, meters)
        else:
            maker = fixtures.parent / "bench" / "make_city.py"
            command = [sys.executable, str(maker), str(part), "--meters", str(meters)]
            subprocess.run(command, check=True, capture_output=True)
        part.replace(town.data)
    if not town.register.exists():
        part = folder / "part-register.gpkg"
        part.unlink(missing_ok=True)
        make_register(town.data, part)
        part.replace(town.register)
    shutil.copy(town.register, town.edited)
    for path in (town.register, town.edited):
        # The copy of the day is made beforehand, or it would be made while something is measured.
        with Register.open(path, actor="bench") as register:
            register.daily_copy()
    return town


def request_of(town: Town, folder: Path, repeat: int) -> Answer:
    """What both sides are asked; symbols for the peer are written to ``folder``."""
    application = QGuiApplication.instance() or QGuiApplication([])
    catalogue = load_catalogue()
    style = load_style(STYLE, catalogue.settings["dn_classes"].default)
    extent = Box(*pyogrio.read_info(town.data, layer="pipe")["total_bounds"])
    boxes = view_boxes(extent, _busy_place(town.data, extent), SIZE)
    (folder / "symbols").mkdir(exist_ok=True)
    tables = {name for name, _ in pyogrio.list_layers(town.data)}
    chance = np.random.default_rng(5)
    near = boxes["5 km"]
    x, y = (near.x0 + near.x1) / 2, (near.y0 + near.y1) / 2
    del application
    return {
        "data": str(town.data),
        "size": SIZE,
        "font": FONT,
        "repeat": repeat,
        "ask": True,
        "views": peer_views(style, boxes, SIZE, tables, folder / "symbols"),
        "points": chance.uniform(0.1, 0.9, (50, 2)).tolist(),
        "select_box": [x - 5000, y - 5000, x + 5000, y + 5000],
        "layers": [layer.id for layer in style.layers if layer.type in catalogue],
        "settings": str(folder / "settings"),
    }


def _busy_place(data: Path, extent: Box) -> tuple[float, float]:
    """Where most meters of the middle of the city are together: an easy view flatters both sides."""
    x0, y0 = extent.x0 + extent.width * 0.3, extent.y0 + extent.height * 0.3
    x1, y1 = extent.x1 - extent.width * 0.3, extent.y1 - extent.height * 0.3
    _, _, wkb, _ = pyogrio.raw.read(data, layer="meter", columns=[], bbox=(x0, y0, x1, y1))
    xy = shapely.get_coordinates(shapely.from_wkb(wkb))
    if not len(xy):
        return (x0 + x1) / 2, (y0 + y1) / 2
    cells = np.floor(xy / 250.0).astype(np.int64)
    places, counts = np.unique(cells, axis=0, return_counts=True)
    x, y = ((places[counts.argmax()] + 0.5) * 250.0).tolist()
    return x, y


# ---- the rounds


def run_rounds(
    town: Town, folder: Path, rounds: int, *, repeat: int, peer: bool, say: Callable[[str], None]
) -> dict[str, list[Answer]]:
    """The answers of every process, by what it was: ``figures``, ``cached``, ``uncached``, ``memory`` and the jobs."""
    home = folder / "home"
    request = request_of(town, folder, repeat)
    look, edit = folder / "look.json", folder / "edit.json"
    look.write_text(json.dumps(request | {"register": str(town.register)}), encoding="utf-8")
    edit.write_text(json.dumps(request | {"register": str(town.edited)}), encoding="utf-8")
    answers: dict[str, list[Answer]] = {}

    def take(what: str, answer: Answer) -> None:
        answers.setdefault(what, []).append(answer)
        # What took long is not lost when a later process fails.
        kept = json.dumps(answers, indent=1, ensure_ascii=False)
        (folder / f"answers-{town.name}.json").write_text(kept, encoding="utf-8")
        say(f"{town.name} {len(answers[what])}/{rounds} {what}")

    for number in range(rounds):
        shutil.rmtree(home, ignore_errors=True)
        if peer:
            take(JOBS[number % 2], _peer(look, JOBS[number % 2]))
        take("uncached", _started(look, home))
        # What it found out goes into the cache of the second start, as for any user.
        take("cached", _started(look, home))
        if peer:
            take(JOBS[1 - number % 2], _peer(look, JOBS[1 - number % 2]))
        take("figures", _ours(edit, "figures", home))
        take("memory", _ours(look, "memory", home))
        if number == 0:
            take("exact", _ours(look, "exact", home))
    return answers


def _ours(request: Path, what: str, home: Path) -> Answer:
    return _at_home(home, "tests.benchmarks.map_process", str(request), what)


def _started(request: Path, home: Path) -> Answer:
    return _at_home(home, "tests.benchmarks.start_process", str(request))


def _at_home(home: Path, module: str, *arguments: str) -> Answer:
    """What a module of ours answers, all that it keeps being kept in ``home``."""
    places = {f"XDG_{name}_HOME": str(home / name.lower()) for name in ("CONFIG", "CACHE", "DATA", "STATE")}
    command = [sys.executable, "-m", module, *arguments]
    return _answer(command, {**places, "HOME": str(home), "PYTHONPATH": str(ROOT)})


def _peer(request: Path, job: str) -> Answer:
    return _answer([PEER_PYTHON, str(ROOT / "tests" / "benchmarks" / "qgis_peer.py"), str(request), job], {})


def _answer(command: Sequence[str], variables: Mapping[str, str]) -> Answer:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", **variables}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=ROOT)
    lines = [line for line in done.stdout.splitlines() if line.startswith("ANSWER ")]
    if not lines:
        raise RuntimeError(
            f"{' '.join(command)} gave no answer:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
        )
    answer: Answer = json.loads(lines[-1].removeprefix("ANSWER "))
    return answer


# ---- the table


def figures_of(answers: Mapping[str, list[Answer]]) -> Iterator[Figure]:
    """The rows of the table, with the floors and ambitions of the design (section 8)."""
    ours = answers["figures"]
    jobs = {job: answers[job] for job in JOBS if job in answers}

    def faster(read: Callable[[Answer], float]) -> list[float]:
        """The rounds of the job that was the faster one in the median."""
        found = [[read(answer) for answer in rounds] for rounds in jobs.values()]
        return min(found, key=statistics.median) if found else []

    floors = {"city": (40.0, 80.0), "5 km": (10.0, 20.0), "1 km": (5.0, 8.0), "200 m": (2.0, 4.0)}
    for view in VIEWS:
        drawn = [answer["views"][view] for answer in ours]
        yield Figure(f"draw {view}", "ms", drawn, faster(lambda a, v=view: a["views"][v]), *floors[view])
    # The same without what only we draw.
    alike = [answer["alike_ms"] for answer in ours]
    city = faster(lambda a: a["views"][VIEWS[0]])
    yield Figure("draw city, the peer's layers", "ms", alike, city, *floors[VIEWS[0]])
    # The picture that was kept is the city, crisp and true; the map that can be moved follows it.
    kept = [answer.get("kept_s", answer["start_s"]) for answer in answers["cached"]]
    yield Figure("start to the city as left, cached", "s", kept, faster(lambda a: a["start_s"]), 4.0, 8.0)
    for name, floor, ambition in (("cached", 1.0, 4.0), ("uncached", 1.0, 1.5)):
        started = [answer["start_s"] for answer in answers[name]]
        yield Figure(
            f"start to the living map, {name}", "s", started, faster(lambda a: a["start_s"]), floor, ambition
        )
    mains = [answer["first_s"] for answer in answers["uncached"]]
    yield Figure("start to the first of it, uncached", "s", mains, faster(lambda a: a["start_s"]), 1.0, 1.5)
    blit = [answer["blit_ms"] for answer in ours]
    yield Figure("pan frame / raw blit", "ms", [a["pan_ms"] for a in ours], blit, 2.0, 1.0, "less")
    for share in ("p50", "p95"):
        crisp = [answer[f"crisp_{share}_ms"] for answer in ours]
        yield Figure(f"crisp again, {share}", "ms", crisp, (), 100.0, 60.0, "less", alone=True)
    selected = [answer["select_ms"] for answer in ours]
    yield Figure("select within 5 km", "ms", selected, faster(lambda a: a["select_ms"]), 15.0, 28.0)
    picked = [answer["identify_ms"] for answer in ours]
    yield Figure("identify", "ms", picked, faster(lambda a: a["identify_ms"]), 0.0, 1.0)
    for kind in ("pipe", "meter"):
        key = f"edit_{kind}_ms"
        if all(key in answer for answer in ours):
            yield Figure(
                f"edit a {kind}, repainted", "ms", [a[key] for a in ours], (), 30.0, 15.0, "less", alone=True
            )
    for view in VIEWS:
        off = [100 * answer["off"][view] for answer in answers["exact"]]
        yield Figure(f"ink off the exact drawing, {view}", "%", off, (), 2.0, 1.5, "less", alone=True)
    held = [answer["memory_mib"] for answer in answers["memory"]]
    yield Figure("memory, map only", "MiB", held, faster(lambda a: a["peak_mib"]), 1.5, 1.0, "less")


def table(town: str, figures: Sequence[Figure]) -> str:
    """The figures as text."""
    head = (
        f"{town:30}{'ours':>10} {'range':>17}{'QGIS':>10} {'range':>17}{'ratio':>8}{'floor':>7}{'hoped':>7}"
    )
    lines = [head, "-" * len(head)]
    for figure in figures:
        ratio = f"{figure.value:8.2f}" if figure.peer else " " * 8
        verdict = "   missed" if figure.holds is False else ""
        lines.append(
            f"{f'{figure.name} [{figure.unit}]':30}{_side(figure.ours)}{_side(figure.peer)}{ratio}"
            f"{figure.floor:7g}{figure.ambition:7g}{verdict}"
        )
    return "\n".join(lines)


def _side(values: Sequence[float]) -> str:
    if not values:
        return " " * 28
    extent = f"[{min(values):.4g}..{max(values):.4g}]"
    return f"{statistics.median(values):10.4g} {extent:>17}"
