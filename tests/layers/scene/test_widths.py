"""Widths by size under classes of something else: the same assets in the same classes, the great ones wider."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from itertools import product

import pyarrow as pa
import pytest
from shapely.geometry import LineString

from layers.feedback import Feedback
from layers.model.catalogue_file import load_catalogue
from layers.model.query import Box
from layers.scene.classes import class_indexes
from layers.scene.line_source import LineSource
from layers.scene.request import DrawRequest
from layers.scene.restyling import layer_of
from layers.scene.style import LayerStyle
from layers.scene.style_file import load_style, style_names
from layers.scene.widths import widened

DN_CLASSES = load_catalogue().settings["dn_classes"].default
DNS = (50, 99, 100, 200, 249, 250, 449, 450, 899, 900, 1400, None)
MATERIALS = ("DI", "CI", "PE", "UNK", None)


def mains(name: str) -> LayerStyle:
    return layer_of(load_style(name, DN_CLASSES), "pipe")


@pytest.fixture
def town(table: Callable[..., pa.Table]) -> pa.Table:
    rows = list(product(DNS, MATERIALS, ("in_service", "planned")))
    return table(
        [LineString([(number, 0), (number, 10)]) for number in range(len(rows))],
        dn=[row[0] for row in rows],
        material=[row[1] for row in rows],
        status=[row[2] for row in rows],
        laid_date=["1985"] * len(rows),
        condition=["1"] * len(rows),
    )


@pytest.mark.parametrize("name", [name for name in style_names() if name != "diameter"])
def test_every_asset_stays_in_its_class(name: str, town: pa.Table) -> None:
    plain = mains(name)
    wide = widened(plain)
    before = [plain.classes[index].id for index in class_indexes(town, plain)]
    after = [wide.classes[index].id for index in class_indexes(town, wide)]
    assert before == after


def test_the_greater_the_wider_and_drawn_above(town: pa.Table) -> None:
    wide = widened(mains("material"))
    plain = mains("material")
    found: dict[object, float] = {}
    ranks: dict[object, int] = {}
    for index, row in zip(class_indexes(town, wide), town.to_pylist(), strict=True):
        if row["material"] == "DI" and row["status"] == "in_service":
            found[row["dn"]] = wide.classes[index].look.width
            ranks[row["dn"]] = int(index)
    sizes = [dn for dn in DNS if dn is not None]
    widths = [found[dn] for dn in sizes]
    assert widths == sorted(widths)
    assert len(set(widths)) == 5
    # The first class is drawn last: on top.
    assert [ranks[dn] for dn in sizes] == sorted((ranks[dn] for dn in sizes), reverse=True)
    usual = next(each for each in plain.classes if each.id == "ductile_iron")
    assert found[None] == usual.look.width


def test_states_sizes_and_widths_that_mean_something_stay_as_they_are() -> None:
    assert widened(mains("diameter")) == mains("diameter")
    layer = mains("material")
    thick = replace(layer.classes[4], look=replace(layer.classes[4].look, width=9.0))
    ranked = replace(layer, classes=(*layer.classes[:4], thick, *layer.classes[5:]))
    assert widened(ranked) == ranked
    wide = widened(layer)
    assert [each for each in wide.classes if each.is_state] == [
        each for each in layer.classes if each.is_state
    ]


def test_a_class_in_several_widths_is_counted_and_switched_off_as_one(town: pa.Table) -> None:
    source = LineSource.of(widened(mains("material")), town, Feedback())
    plain = LineSource.of(mains("material"), town, Feedback())
    assert source.counts() == plain.counts()
    box = Box(0.0, 0.0, 30.5, 5.0)
    assert source.counts(box) == plain.counts(box)
    everything = Box(-10.0, -10.0, 500.0, 20.0)
    shown = source.draw(DrawRequest(1, everything, 1.0))
    hidden = source.draw(DrawRequest(1, everything, 1.0, frozenset({"pipe/ductile_iron"})))
    colours = Counter(part.look.colour for part in shown.classes)
    assert colours["material1"] == 6
    assert Counter(part.look.colour for part in hidden.classes) == colours - Counter({"material1": 6})
