"""Drawings read: names whole in every code page, arcs within a centimetre, blocks, labels, and all that is damaged."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import ezdxf
import numpy as np
import pytest
import shapely
from ezdxf.document import Drawing
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.errors import Cancelled, UserError
from layers.exchange.cad import collecting
from layers.exchange.cad import drawing as cad
from layers.exchange.cad.labels import read_label
from layers.exchange.cad.shapes import bulged
from layers.exchange.foreign import ForeignFile, ForeignTable
from layers.exchange.formats import describe, describe_in_worker, read_layer
from layers.feedback import Feedback
from layers.model.catalogue_file import load_catalogue
from layers.store.worker import Worker
from layers.text import Texts
from tests.layers.exchange.drawings import EAST, NORTH, STREET, draw, street

# One worker serves all tests of the module.
pytestmark = pytest.mark.keeps_running

COUNTS = {
    # As ezdxf's own recovery counts them, or 0 where nothing of a drawing is in them.
    "AC1003_LINE_Example": 22, "ASCII_R12": 3, "Leica_Disto_S910": 32, "Minimal_DXF_AC1006": 1,
    "R12_with_trash_beyond_EOF": 1, "bin_dxf_r2000": 1, "caret_encoding": 61, "cc_dxflib": 1, "circle_radius_le_0": 0,
    "custom_blocks": 5, "dxf_unicode": 0, "edgeminer_1_polylines": 83, "empty_handles": 8, "hatches_1": 32,
    "houses_of_parliament_georeferenced": 1, "layout_broken_links": 0, "mtext_columns_R2007": 9,
    "multi_insert_with_attribs": 25, "no_layouts": 2, "r12_blocks_with_no_names": 0, "recover01": 1504,
    "text_alignments": 58,
}  # fmt: skip


def counts(found: ForeignFile) -> dict[str, int | None]:
    return {layer.name: layer.count for layer in found.layers}


def rules(found: ForeignFile) -> list[str]:
    return [remark.rule for remark in found.remarks]


def column(path: Path, layer: str, name: str) -> list[Any]:
    values: list[Any] = read_layer(path, layer).table.column(name).to_pylist()
    return values


def shapes(table: ForeignTable) -> np.ndarray:
    assert table.geometry is not None
    return shapely.from_wkb(table.geometry.to_numpy(zero_copy_only=False))


# ---- names and texts


@pytest.mark.parametrize(
    ("release", "fmt", "encoding"),
    [
        ("R12", "asc", "gb18030"), ("R2000", "asc", "gb18030"), ("R2004", "asc", "gb18030"),
        ("R2010", "asc", "utf-8"), ("R2018", "asc", "utf-8"), ("R2000", "bin", ""),
    ],
)  # fmt: skip
def test_a_street_is_the_same_in_every_release(tmp_path: Path, release: str, fmt: str, encoding: str) -> None:
    path = street(tmp_path / "街道.dxf", release, fmt=fmt)
    found = describe(path)
    assert (counts(found), found.format, found.encoding) == (STREET, "dxf", encoding)
    assert [layer.shape for layer in found.layers if layer.name == "房屋/area"] == ["polygon"]
    assert column(path, "给水-阀门/point", "编号") == ["FM-1", "FM-2", "FM-3", "FM-4"]
    assert column(path, "管径标注/text", "text")[2:] == ["铸铁 DN300", "球墨铸铁管 DN400", "Ø150"]
    mains = read_layer(path, "给水管线/line").table
    assert mains.column("DN (label)").to_pylist() == [200, 110, 300, 400, 150, None]
    assert mains.column("material (label)").to_pylist() == [None, "PE", "铸铁", "球墨铸铁管", None, None]
    assert set(mains.column("colour").to_pylist()) == {"5"}
    assert None not in mains.column("handle").to_pylist()
    # What is not read is named with its layer and kind.
    assert "cad_unread" in rules(found)
    told = Texts("zh").render(next(r.message for r in found.remarks if r.rule == "cad_unread"))
    assert "房屋" in told
    assert "3DFACE × 1" in told


def test_a_code_page_that_is_not_the_one_stated(tmp_path: Path) -> None:
    path = street(tmp_path / "a.dxf", "R2000")
    path.write_bytes(path.read_bytes().replace(b"ANSI_936", b"ANSI_1252"))
    found = describe(path)
    assert counts(found) == STREET
    assert "encoding_detected" in rules(found)
    utf8 = street(tmp_path / "b.dxf", "R2010")
    utf8.write_bytes(utf8.read_bytes().decode("utf-8").encode("gb18030"))
    assert counts(describe(utf8)) == STREET
    # And what somebody says overrides.
    assert "给水管线/line" not in counts(describe(path, "cp1252"))


def test_characters_written_as_escapes(tmp_path: Path) -> None:
    path = draw(tmp_path / "a.dxf", lambda d, s: s.add_text("WATER", dxfattribs={"layer": "PIPES"}), "R2000")
    content = path.read_bytes().replace(b"WATER", rb"\U+7ED9\U+6C34").replace(b"PIPES", rb"\M+5B8F8\M+5CBAE")
    path.write_bytes(content)
    assert counts(describe(path)) == {"给水/text": 1}
    assert column(path, "给水/text", "text") == ["给水"]


def test_rare_characters_written_as_two_halves(tmp_path: Path) -> None:
    def content(document: Drawing, space: Any) -> None:
        document.blocks.new("VALVE").add_circle((0, 0), 1.0)
        space.add_blockref("VALVE", (EAST, NORTH), dxfattribs={"layer": "PIPES"})
        space.add_text("HALF", dxfattribs={"layer": "PIPES"})

    path = draw(tmp_path / "a.dxf", content, "R2000")
    rare = rb"\U+D842\U+DFB7"
    written = path.read_bytes().replace(b"PIPES", rare).replace(b"VALVE", rare).replace(b"HALF", rb"\U+D842")
    path.write_bytes(written)
    assert counts(describe(path)) == {"𠮷/point": 1, "𠮷/text": 1}
    assert column(path, "𠮷/point", "block") == ["𠮷"]
    assert column(path, "𠮷/text", "text") == ["\N{REPLACEMENT CHARACTER}"]


@pytest.mark.parametrize("code", ["40", "50"])
@pytest.mark.parametrize("number", ["inf", "nan", "-1e999"])
def test_a_text_whose_numbers_are_none_is_told_and_the_rest_is_read(
    tmp_path: Path, code: str, number: str
) -> None:
    def content(document: Drawing, space: Any) -> None:
        space.add_text("DN200", height=7.125, rotation=9.125)
        space.add_line((EAST, NORTH), (EAST + 5, NORTH))

    path = draw(tmp_path / "a.dxf", content)
    was = {"40": "7.125", "50": "9.125"}[code]
    path.write_bytes(path.read_bytes().replace(was.encode(), number.encode()))
    found = describe(path)
    assert counts(found) == {"0/line": 1}
    assert rules(found) == ["cad_broken"]


# ---- shapes


@given(
    bulge=st.floats(-5.0, 5.0).filter(lambda value: abs(value) > 1e-3),
    chord=st.floats(0.1, 500.0),
    angle=st.floats(0.0, 6.3),
    tolerance=st.sampled_from([0.001, 0.01, 0.1]),
)
@settings(max_examples=40, deadline=None)
def test_an_arc_stays_within_the_tolerance(
    bulge: float, chord: float, angle: float, tolerance: float
) -> None:
    end = (EAST + chord * math.cos(angle), NORTH + chord * math.sin(angle))
    path = bulged(np.array([[EAST, NORTH, bulge], [*end, 0.0]]), False, tolerance)
    assert tuple(path[0]) == (EAST, NORTH)
    assert tuple(path[-1]) == end
    # Every point sees the chord under the same angle: it is on the arc; the middle of no piece is farther off.
    radius = chord * (1 + bulge**2) / (4 * abs(bulge))
    aside = (1 - bulge**2) / (4 * bulge)
    centre = np.array([EAST, NORTH]) + (np.array(end) - (EAST, NORTH)) / 2
    centre += np.array([-(end[1] - NORTH), end[0] - EAST]) * aside
    assert np.hypot(*(path - centre).T) == pytest.approx(radius, abs=1e-6 * max(radius, 1.0))
    middles = (path[1:] + path[:-1]) / 2
    assert (radius - np.hypot(*(middles - centre).T)).max() <= tolerance * 1.001 + 1e-6
    # And it turns to the side that its sign says, by the angle that it says.
    (x0, y0), (x1, y1) = path[0] - centre, path[1] - centre
    assert np.sign(x0 * y1 - y0 * x1) == np.sign(bulge)


def test_the_kinds_of_entities(tmp_path: Path) -> None:
    def content(document: Drawing, space: Any) -> None:
        here = {"layer": "L"}
        space.add_arc((0, 0), 10, 0, 90, dxfattribs=here)
        space.add_circle((0, 0), 2, dxfattribs=here)
        space.add_ellipse((0, 0), (5, 0), 0.5, dxfattribs=here)
        space.add_spline([(0, 0), (1, 2), (3, 1)], dxfattribs=here)
        space.add_polyline3d([(0, 0, 1), (5, 0, 2)], dxfattribs=here)
        space.add_solid([(0, 0), (1, 0), (0, 1), (1, 1)], dxfattribs=here)
        hatch = space.add_hatch(dxfattribs=here)
        hatch.paths.add_polyline_path([(0, 0), (10, 0), (10, 10), (0, 10)], is_closed=True)
        hatch.paths.add_polyline_path([(2, 2), (4, 2), (4, 4), (2, 4)], is_closed=True)
        # Seen from below: what is drawn at x lies at -x.
        space.add_lwpolyline([(20, 0), (30, 0)], dxfattribs={**here, "extrusion": (0, 0, -1)})
        space.add_mtext("两行\\P文字", dxfattribs={**here, "insert": (1, 1)})
        space.add_mline([(0, 0), (1, 1)], dxfattribs=here)
        space.add_circle((0, 0), 0, dxfattribs=here)

    path = draw(tmp_path / "a.dxf", content)
    found = describe(path)
    assert counts(found) == {"L/line": 4, "L/area": 4, "L/text": 1}
    assert sorted(rules(found)) == ["cad_broken", "cad_unread"]
    lines = shapes(read_layer(path, "L/line"))
    assert shapely.length(lines[0]) == pytest.approx(5 * math.pi, rel=1e-3)
    assert column(path, "L/line", "elevation") == [None, None, 1.0, None]
    assert lines[2].has_z
    assert [point[0] for point in lines[3].coords] == [-20.0, -30.0]
    areas = dict(
        zip(column(path, "L/area", "entity"), shapely.area(shapes(read_layer(path, "L/area"))), strict=True)
    )
    assert areas["HATCH"] == pytest.approx(96.0)
    assert areas["SOLID"] == pytest.approx(1.0)
    assert areas["CIRCLE"] == pytest.approx(4 * math.pi, rel=0.01)
    assert column(path, "L/text", "text") == ["两行\n文字"]
    curved = [p.row for p in read_layer(path, "L/line").problems if p.problem.rule == "geometry_curve"]
    assert len(curved) == 2


def test_pieces_of_the_drawing_are_taken_apart_and_symbols_are_not(tmp_path: Path) -> None:
    def content(document: Drawing, space: Any) -> None:
        valve = document.blocks.new("蝶阀")
        valve.add_circle((0, 0), 1)
        district = document.blocks.new("片区")
        district.add_line((0, 0), (200, 0))
        district.add_line((0, 5), (200, 5), dxfattribs={"layer": "给水管线"})
        district.add_blockref("蝶阀", (100, 0))
        space.add_blockref("片区", (1000, 0), dxfattribs={"layer": "供水管", "color": 3})
        several = space.add_blockref("蝶阀", (0, 0), dxfattribs={"layer": "阀门"})
        several.grid((1, 3), (0, 10))
        space.add_blockref("蝶阀", (50, 50), dxfattribs={"layer": "阀门"}).add_attrib("编号", "1")

    path = draw(tmp_path / "a.dxf", content)
    found = describe(path)
    assert counts(found) == {"供水管/line": 1, "供水管/point": 1, "给水管线/line": 1, "阀门/point": 4}
    assert rules(found) == ["cad_apart"]
    (handle,) = column(path, "供水管/line", "handle")
    assert handle.endswith("/1")
    assert shapes(read_layer(path, "供水管/line"))[0].coords[0] == (1000.0, 0.0)
    handles = column(path, "阀门/point", "handle")
    assert len(set(handles)) == 4
    assert set(column(path, "阀门/point", "block")) == {"蝶阀"}


def test_references_to_other_files_and_layouts_are_counted(tmp_path: Path) -> None:
    def content(document: Drawing, space: Any) -> None:
        document.add_xref_def("..\\地形.dwg", "地形")
        space.add_blockref("地形", (0, 0))
        space.add_line((0, 0), (1, 1))
        document.layout("Layout1").add_line((0, 0), (5, 5))

    found = describe(draw(tmp_path / "a.dxf", content))
    assert counts(found) == {"0/line": 1}
    (outside,) = [remark for remark in found.remarks if remark.rule == "cad_outside"]
    assert "地形.dwg" in Texts("en").render(outside.message)


# ---- labels


@pytest.mark.parametrize(
    ("words", "size", "material"),
    [
        ("DN200", 200, None), ("PE-DN110", 110, "PE"), ("铸铁 DN300", 300, "铸铁"), ("De110 PE管", 110, "PE管"),
        ("球墨铸铁管DN400 L=35m", 400, "球墨铸铁管"), ("φ600", 600, None), ("dn=150", 150, None),
        ("GS DN200", 200, None), ("DN300×200", 300, None), ("PVC-U DN160", 160, "PVC-U"),
    ],
)  # fmt: skip
def test_what_a_text_says_of_a_main(words: str, size: int, material: str | None) -> None:
    label = read_label(words, load_catalogue().code_lists["material"])
    assert label is not None
    assert (label.size, label.material) == (size, material)


@pytest.mark.parametrize("words", ["给水管", "200", "K0+200", "建设路", "ADN", "DN1.5", "3#楼"])
def test_texts_that_say_no_size(words: str) -> None:
    assert read_label(words, load_catalogue().code_lists["material"]) is None


def test_a_text_counts_for_the_line_that_it_stands_by(tmp_path: Path) -> None:
    def content(document: Drawing, space: Any) -> None:
        for name, y in (("给水", 0.0), ("燃气", 6.0), ("远", 40.0)):
            space.add_line((0, y), (100, y), dxfattribs={"layer": name})
        space.add_line((200, -50), (200, 50), dxfattribs={"layer": "给水"})
        for words, place in (
            ("DN200", (20, 0.5)),
            ("DN300", (60, 0.5)),
            ("DN100", (20, 6.5)),
            ("DN80", (205, 0)),
        ):
            space.add_text(words, height=2, dxfattribs={"layer": "标注", "insert": place})
        space.add_text("DN150", height=2, rotation=90, dxfattribs={"layer": "标注", "insert": (199, 10)})

    path = draw(tmp_path / "a.dxf", content)
    # Two texts that disagree give no size; one across its line must be nearer than one along it.
    assert column(path, "给水/line", "DN (label)") == [None, 150]
    assert column(path, "燃气/line", "DN (label)") == [100]
    assert column(path, "远/line", "DN (label)") == [None]
    found = {remark.rule for remark in describe(path).layers[2].remarks}
    assert found == {"cad_labelled", "cad_labels_differ"}


# ---- damage


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"AC1015\0\0\0\0" + bytes(100), "cad.dwg"),
        (b"AC1032" + bytes(100), "cad.dwg"),
        (b"  0\r\nSECTION\r\n  2\r\nHEADER\r\n  9\r\n$ACADVER\r\n  1\r\nAC10", "cad.unreadable"),
        (b"  0\nSECTION\n  2\nENTITIES\n  0\nENDSEC\n  0\nEOF\n", "cad.empty"),
        (b"  0\nSECTION\n  2\nENTITIES\n  0\n3DFACE\n  8\n0\n 10\n0\n 20\n0\n 11\n1\n 21\n0\n 12\n1\n 22\n1\n 13\n0\n"
         b" 23\n1\n  0\nENDSEC\n  0\nEOF\n", "cad.only_other"),
        (b"AutoCAD Binary DXF\r\n\x1a\x00" + b"\x00rubbish" * 9, "cad.unreadable"),
        (b"no drawing at all", "format.unknown"),
    ],
)  # fmt: skip
def test_what_is_no_drawing_is_refused_with_what_to_do(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "图.dxf"
    path.write_bytes(content)
    with pytest.raises(UserError) as refused:
        describe(path)
    assert refused.value.title.id == reason
    assert refused.value.hint is not None


@pytest.mark.parametrize("fmt", ["asc", "bin"])
def test_a_drawing_cut_anywhere_is_read_up_to_there(tmp_path: Path, fmt: str) -> None:
    content = street(tmp_path / "a.dxf", "R2000", fmt=fmt).read_bytes()
    whole = describe(tmp_path / "a.dxf")
    handles = {
        handle for layer in whole.layers for handle in column(tmp_path / "a.dxf", layer.name, "handle")
    }
    read, refused = set(), set()
    for part in range(1, 24):
        path = tmp_path / f"{part}.dxf"
        path.write_bytes(content[: len(content) * part // 24])
        try:
            found = describe(path)
        except UserError as error:
            refused.add(error.title.id)
            continue
        rest = {handle for layer in found.layers for handle in column(path, layer.name, "handle")}
        assert rest <= handles
        if rest < handles:
            assert {"file_breaks_off", "cad_repaired"} & set(rules(found))
        read.add(len(rest))
    assert refused <= {"cad.unreadable", "cad.empty", "format.unknown"}
    assert max(read) == len(handles)
    assert len(read) > 3 or fmt == "bin"


def test_a_drawing_with_rubbish_inside_is_repaired(tmp_path: Path) -> None:
    path = street(tmp_path / "a.dxf", "R2000")
    content = path.read_bytes()
    at = content.index(b"INSERT", content.index(b"ENTITIES")) - 3
    path.write_bytes(content[:at] + b"some rubbish\n" + content[at:])
    found = describe(path)
    assert counts(found) == STREET
    assert "cad_repaired" in rules(found)


@pytest.mark.parametrize("name", sorted(COUNTS))
def test_real_and_damaged_drawings(fixtures: Path, name: str) -> None:
    path = fixtures / "torture-dxf" / f"{name}.dxf"
    if not COUNTS[name]:
        with pytest.raises(UserError):
            describe(path)
        return
    found = describe(path)
    assert sum(layer.count or 0 for layer in found.layers) == COUNTS[name]


# ---- long work


def test_a_drawing_is_read_once_for_all_its_layers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    times: list[Mapping[str, Any]] = []
    opened = cad.opened
    monkeypatch.setattr(cad, "opened", lambda *a, **k: (times.append(k), opened(*a, **k))[1])
    path = street(tmp_path / "a.dxf")
    for layer in describe(path).layers:
        read_layer(path, layer.name)
    assert len(times) == 1
    # Another drawing of the same name is another one.
    street(path, moved=5.0)
    assert read_layer(path, "给水管线/line").geometry is not None
    assert len(times) == 2


def test_reading_stops_on_wish(tmp_path: Path, worker: Worker) -> None:
    path = tmp_path / "large.dxf"
    line = b"0\nLINE\n8\n0\n10\n0.0\n20\n0.0\n11\n9.0\n21\n9.0\n"
    path.write_bytes(b"0\nSECTION\n2\nENTITIES\n" + line * 100_000 + b"0\nENDSEC\n0\nEOF\n")
    small = street(tmp_path / "a.dxf")
    assert counts(worker.run(describe_in_worker, str(small))) == STREET
    process = worker.process_ids
    told: list[float | None] = []

    def stop(fraction: float | None, what: object) -> None:
        told.append(fraction)
        feedback.cancel()

    feedback = Feedback(stop)
    with pytest.raises(Cancelled):
        worker.run(describe_in_worker, str(path), feedback=feedback)
    # It told how far it was, stopped by itself, and the same process goes on with the next.
    assert 0.0 < (told[0] or 0.0) < 0.5
    assert counts(worker.run(describe_in_worker, str(small))) == STREET
    assert worker.process_ids == process


def test_reading_stops_in_the_middle_of_a_block(tmp_path: Path) -> None:
    """Half a block is never taken for all of it: the reading of a drawing is kept for its other layers."""

    def content(document: Drawing, space: Any) -> None:
        block = document.blocks.new("street")
        for number in range(60):
            block.add_line((number * 100, 0), (number * 100, 50))
        space.add_blockref("street", (0, 0))

    class Stopped(Feedback):
        """Cancelled at the tenth entity."""

        checks = 0

        def check(self) -> None:
            self.checks += 1
            if self.checks == 10:
                self.cancel()
            super().check()

    path = draw(tmp_path / "a.dxf", content)
    document = ezdxf.readfile(path)
    with pytest.raises(Cancelled):
        collecting.Collector(document, 1.0, 0.01, Stopped()).collect(document.modelspace())
    assert counts(describe(path))["0/line"] == 60


def test_drawings_made_to_hang_are_read_in_no_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collecting, "_MOST_COPIES", 500)

    def content(document: Drawing, space: Any) -> None:
        inner = "0"
        for depth in range(1, 7):
            block = document.blocks.new(str(depth))
            for number in range(10):
                block.add_line((number * 100, 0), (number * 100, 50))
                if depth > 1:
                    block.add_blockref(inner, (number * 100, 0))
            inner = str(depth)
        space.add_blockref(inner, (0, 0))
        document.blocks.new("itself").add_blockref("itself", (90, 0))
        space.add_blockref("itself", (0, 0))
        space.add_blockref("1", (0, 0)).grid((30_000, 30_000), (1, 1))
        space.add_ellipse((0, 0), (1e12, 0), 0.5)
        space.add_text("DN200", height=1e9)
        space.add_lwpolyline([(0, 0)])
        space.add_line((0, 0), (1, 1), dxfattribs={"layer": "给水"})

    found = describe(draw(tmp_path / "a.dxf", content))
    assert counts(found)["给水/line"] == 1
    assert (counts(found)["0/line"] or 0) < 6_000
    told = {remark.rule: Texts("zh").render(remark.message) for remark in found.remarks}
    assert "INSERT × " in told["cad_unread"]
    assert "LWPOLYLINE × 1" in told["cad_broken"]


def test_few_blocks_are_taken_apart_that_stand_deep_in_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collecting, "_MOST_DEEP", 50)

    def content(document: Drawing, space: Any) -> None:
        inner = "0"
        for depth in range(1, 7):
            block = document.blocks.new(str(depth))
            for number in range(5):
                block.add_line((number * 100, 0), (number * 100, 50))
                if depth > 1:
                    block.add_blockref(inner, (number * 100, 0))
            inner = str(depth)
        space.add_blockref(inner, (0, 0))

    found = describe(draw(tmp_path / "a.dxf", content))
    assert (counts(found)["0/line"] or 0) < 1_000, "of 5 ** 6"
    assert "cad_unread" in rules(found)
