"""Drawings for the tests: a small street with mains, valves, hydrants, labels and what is not the water company's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ezdxf.document import Drawing

EAST, NORTH = 538_200.0, 3_016_100.0
LABELS = ("DN200", "PE-DN110", "铸铁 DN300", "球墨铸铁管 DN400", "%%c150")
#: What the street holds by layer and kind.
STREET = {
    "JS_FM/point": 1, "房屋/area": 1, "污水管线/line": 1, "消火栓/point": 3, "管径标注/text": 5, "给水-阀门/point": 4,
    "给水管线/line": 6,
}  # fmt: skip


def new_drawing(release: str, unit: int = 6) -> tuple[Drawing, Any]:
    """An empty drawing and its model space; before R2007 its texts are GBK."""
    document = Drawing.new(release)
    if release in ("R12", "R2000", "R2004"):
        document.encoding = "gbk"
        document.header["$DWGCODEPAGE"] = "ANSI_936"
    if release != "R12":
        document.header["$INSUNITS"] = unit
    return document, document.modelspace()


def draw(path: Path, content: Callable[[Drawing, Any], None], release: str = "R2010", unit: int = 6) -> Path:
    """A drawing of what ``content`` puts into it."""
    document, space = new_drawing(release, unit)
    content(document, space)
    document.saveas(path)
    return path


def street(
    path: Path,
    release: str = "R2010",
    unit: int = 6,
    scale: float = 1.0,
    fmt: str = "asc",
    moved: float = 0.0,
) -> Path:
    """Five mains with labels, one with an arc, valves with attributes, hydrants, a sewer, a house, a 3DFACE.

    ``moved``: so far (metres) the last main lies from where it lay.
    """
    document, space = new_drawing(release, unit)
    for name, colour in (("给水管线", 5), ("给水-阀门", 3), ("消火栓", 1), ("污水管线", 6), ("管径标注", 2)):
        document.layers.add(name, color=colour)

    def at(x: float, y: float) -> tuple[float, float]:
        return (EAST + x) * scale, (NORTH + y) * scale

    path_of = space.add_polyline2d if release == "R12" else space.add_lwpolyline
    height = 2.0 * scale
    for number, words in enumerate(LABELS):
        y = 40.0 * number
        space.add_line(at(0, y), at(100, y), dxfattribs={"layer": "给水管线"})
        text = space.add_text(words, height=height, dxfattribs={"layer": "管径标注"})
        text.set_placement(at(45, y + 1))
    corners = [(*at(100, 0), 0.0), (*at(120, 0), 0.4142), (*at(140, 20), 0.0), (*at(140, 60 + moved), 0.0)]
    path_of(corners, format="xyb", dxfattribs={"layer": "给水管线"})
    gate = document.blocks.new("闸阀")
    gate.add_circle((0, 0), scale)
    for number, tag in enumerate(("编号", "口径")):
        gate.add_attdef(tag, (0, -number * height), height=height)
    for number in range(4):
        reference = space.add_blockref("闸阀", at(20, 40 * number), dxfattribs={"layer": "给水-阀门"})
        reference.add_auto_attribs({"编号": f"FM-{number + 1}", "口径": "DN200"})
    document.blocks.new("消火栓符号").add_circle((0, 0), scale)
    for number in range(3):
        space.add_blockref("消火栓符号", at(60, 40 * number + 3), dxfattribs={"layer": "消火栓"})
    space.add_line(at(0, 10), at(100, 10), dxfattribs={"layer": "污水管线"})
    house = [at(10, 15), at(30, 15), at(30, 30), at(10, 30)]
    path_of(house, close=True, dxfattribs={"layer": "房屋"})
    space.add_point(at(70, 0), dxfattribs={"layer": "JS_FM"})
    space.add_3dface([at(0, 0), at(1, 0), at(1, 1)], dxfattribs={"layer": "房屋"})
    document.saveas(path, fmt=fmt)
    return path
