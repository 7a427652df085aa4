"""Projects as a web map, on every store: whole in one file, generalised unless there is a reason, and noted."""

from __future__ import annotations

import datetime
import html
import json
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import shapely

from layers.errors import UserError
from layers.geometry.crs import Crs, transformer
from layers.model.query import Query
from layers.register import Register
from layers.reports.share.features import SharedMap, SharedProject
from layers.reports.share.page import project_words, write_page
from layers.reports.share.sharing import ShareWish, share
from layers.text import Message, Texts
from tests.layers.store.conftest import NewPlace

pytestmark = pytest.mark.keeps_running

X, Y = 538_000.0, 3_016_000.0
COURSE = [(X, Y), (X + 137.3, Y + 41.7), (X + 433.1, Y + 55.5)]
NAME = "西湖路</script><b>改造"


def build(register: Register, x: float = 0.0) -> int:
    """One project with a new and an old main; returns its id."""
    with register.edit(Message("store.created")) as edit:
        project = edit.insert("project", {"code": "XM-1", "name": NAME, "kind": "renewal", "state": "open"})
        edit.insert("project", {"code": "XM-2", "name": "没有位置", "kind": "renewal", "state": "open"})
        for name, link, north in (("NEW", "project_in", 0.0), ("OLD", "project_out", 3.0)):
            line = shapely.LineString([(px + x, py + north) for px, py in COURSE])
            status = "planned" if link == "project_in" else "in_service"
            edit.insert("pipe", {"code": name, "dn": 300, "status": status, link: project, "geom": line})
        edit.insert(
            "road", {"name": "大塘路", "geom": shapely.LineString([(X + x, Y - 20), (X + x + 500, Y - 20)])}
        )
    return project


def data_of(path: Path) -> dict[str, object]:
    found = re.search(r"window\.shared=(\{.*?\});function", path.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    read: dict[str, object] = json.loads(found[1].replace("<\\/", "</"))
    return read


def test_a_shared_map_is_whole_and_says_only_what_it_may(new_place: NewPlace, tmp_path: Path) -> None:
    place, texts = new_place(), Texts("zh")
    out, exact_out = tmp_path / "a.html", tmp_path / "b.html"
    with place.open() as register:
        project = build(register)
        made = share(register, out, ShareWish(title="项目 <1>"), texts)
        assert (made.projects, made.mains) == (1, 2)
        with pytest.raises(UserError, match="reason_needed"):
            share(register, exact_out, ShareWish(exact=True, reason=" "), texts)
        assert not exact_out.exists()
        share(register, exact_out, ShareWish((project,), exact=True, reason="道路开挖交底"), texts)
        notes = register.find(Query("export_record"))
        assert [(n["target"], n["exact_places"], n.get("reason")) for n in notes] == [
            ("a.html", False, None), ("b.html", True, "道路开挖交底"),
        ]  # fmt: skip
    page = out.read_text(encoding="utf-8")
    # Nothing is asked of another machine or file, and no name can break out of its place.
    asked = re.findall(r"""(?:src|href)\s*=\s*["']([^"'#][^"']*)|url\(([^)]*)\)|@import""", page)
    assert [
        a for pair in asked for a in pair if a and not a.startswith(("data:", "https://leafletjs.com", "#"))
    ] == []
    assert page.count("</script>") == page.count("<script>")
    assert "项目 &lt;1&gt;" in page
    (general,), (exact,) = (data_of(path)["projects"] for path in (out, exact_out))  # type: ignore[misc]
    assert general["name"] == f"XM-1 {NAME}"
    assert [len(exact["new"][0]), len(exact["old"][0])] == [3, 3]
    # In degrees, to the decimetre; in general no corner lies nearer than it may to the true one.
    to_degrees = transformer(Crs.parse("EPSG:4546"), Crs.parse("EPSG:4326"))
    lon, lat = to_degrees(np.array(COURSE[1:2]))[0]
    assert exact["new"][0][1] == pytest.approx([lat, lon], abs=1e-6)
    true = {tuple(round(value, 4) for value in place) for line in exact["new"] for place in line}
    rough = {tuple(round(value, 4) for value in place) for line in general["new"] for place in line}
    assert not true & rough
    assert general["areas"] == []


def test_local_and_read_only_registers(tmp_path: Path) -> None:
    path, out = tmp_path / "local.gpkg", tmp_path / "l.html"
    with Register.create(path, Crs.parse("local"), actor="test", name="模型") as register:
        build(register, -X)
        share(register, out, ShareWish(), Texts("en"))
    assert "L.CRS.Simple" in out.read_text(encoding="utf-8")
    with Register.open(path, actor="test", read_only=True) as register:
        share(register, out, ShareWish(), Texts("en"))
        with pytest.raises(UserError, match="not_noted"):
            share(register, out, ShareWish(exact=True, reason="inspection"), Texts("en"))
        with pytest.raises(UserError, match="own_register"):
            share(register, path, ShareWish(), Texts("en"))


def test_nothing_to_share(register: Register, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="nothing"):
        share(register, tmp_path / "n.html", ShareWish(), Texts("zh"))
    assert list(tmp_path.glob("*.html")) == []


@pytest.mark.on_demand
def test_a_browser_draws_it_without_a_network(register: Register, tmp_path: Path) -> None:
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        pytest.skip("no Chromium (Debian: chromium)")
    out = tmp_path / "a.html"
    build(register)
    share(register, out, ShareWish(), Texts("zh"))
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND"]
    asked = [browser, *options, "--virtual-time-budget=4000", "--dump-dom", out.as_uri()]
    done = subprocess.run(asked, capture_output=True, text=True, timeout=120, check=True)
    assert 'data-shown="1"' in done.stdout
    assert done.stdout.count('class="main leaflet-interactive"') == 1
    assert "XM-1 西湖路&lt;/script&gt;&lt;b&gt;改造" in done.stdout


def test_no_name_runs_as_a_template() -> None:
    lines = ([[28.0, 112.0], [28.1, 112.1]],)
    name = "{%endraw%}{{6*7}}{%raw%} {% end{% endraw %}raw %}{{ 6*7 }} </script><!--<script>"
    project = SharedProject(1, name, ((name, name),), "late", lines, (), ())
    found = SharedMap((project,), {"road": ((name, lines[0]),)}, is_local=False, is_exact=True, mains=1)
    words = project_words(found, datetime.date(2026, 11, 1), Texts("zh"), is_sample=False)
    page = write_page(found, name, words, "zh")
    data = re.search(r"window\.shared=(\{.*?\});function", page, re.DOTALL)
    assert data is not None
    assert "</script" not in data[1]
    assert "<!--" not in data[1]
    read = json.loads(data[1].replace("<\\/", "</").replace("<\\!--", "<!--"))
    assert read["projects"][0]["name"] == name
    assert html.escape(name) in page
