"""The page of a shared map: folium's map with Leaflet laid into the file, so that it opens without a network."""

from __future__ import annotations

import base64
import datetime
import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import folium
from branca.element import Element, Figure, MacroElement
from folium.template import Template
from xstatic.pkg import leaflet

from layers.reports.share.features import SharedMap, SharedProject
from layers.resources import resource_root
from layers.text import Texts

#: How a state is drawn: colour and dashes; the word stands beside it in the legend.
STATES: dict[str, tuple[str, str]] = {
    "ahead": ("#5B6B7A", "2 6"),
    "under_way": ("#A3157A", "8 4"),
    "late": ("#B3261E", "8 4"),
    "completed": ("#0B69A3", ""),
    "suspended": ("#7A5200", "2 6"),
    "cancelled": ("#9AA5AF", "1 6"),
}
_URL = re.compile(r"url\((images/[\w.-]+)\)")
_MAP_COMMENT = re.compile(r"//# sourceMappingURL=.*")


@dataclass(frozen=True)
class PageWords:
    """What one kind of map says and how it draws its states: by name colour and dashes; ``legend`` in order, with a
    count each. ``fill``: how strongly areas are filled."""

    said: str
    search: str
    none: str
    list: str
    notes: tuple[str, ...]
    states: Mapping[str, tuple[str, str]]
    legend: tuple[tuple[str, str, int], ...]
    fill: float = 0.12


class _Projects(MacroElement):
    """Our own layer, list and search: a script that takes the data from ``window.shared``."""

    _template = Template(
        "{% macro script(this, kwargs) %}showProjects({{ this._parent.get_name() }}, window.shared);{% endmacro %}"
    )


def project_words(found: SharedMap, day: datetime.date, texts: Texts, *, is_sample: bool) -> PageWords:
    """What a map of projects says."""
    counts = {name: sum(each.state == name for each in found.projects) for name in STATES}
    notes = [texts.get("sharing.page.exact" if found.is_exact else "sharing.page.general")]
    if is_sample:
        notes.append(texts.get("report.is_sample"))
    return PageWords(
        texts.get("sharing.page.day", day=day.isoformat(), count=len(found.projects)),
        texts.get("sharing.page.search"),
        texts.get("sharing.page.none"),
        texts.get("sharing.page.list"),
        tuple(notes),
        STATES,
        tuple((name, texts.get(f"sharing.state.{name}"), count) for name, count in counts.items() if count),
    )


def write_page(found: SharedMap, title: str, words: PageWords, language: str) -> str:
    """The whole page as text; nothing in it asks for another file."""
    box = _box(found)
    page = folium.Map(
        location=[(box[0][0] + box[1][0]) / 2, (box[0][1] + box[1][1]) / 2],
        tiles=None,
        crs="Simple" if found.is_local else "EPSG3857",
        prefer_canvas=found.mains > 3000,
        attribution_control=False,
        zoom_snap=0.25,
        min_zoom=-10 if found.is_local else 5,
        max_zoom=19,
    )
    page.default_js, page.default_css = [], []
    figure = page.get_root()
    assert isinstance(figure, Figure)
    folder = Path(leaflet.BASE_DIR)
    head = figure.header
    head.add_child(_raw(f"<title>{html.escape(title)}</title>"), name="title")
    head.add_child(_raw(f"<style>{_styles(folder)}{_own('share.css')}</style>"), name="styles")
    script = _MAP_COMMENT.sub("", (folder / "leaflet.js").read_text(encoding="utf-8"))
    head.add_child(_raw(f"<script>{script}</script>"), name="leaflet")
    data = json.dumps(_data(found, box, words), ensure_ascii=False, separators=(",", ":"))
    # Inside a script, "</" could end it.
    safe = data.replace("</", "<\\/").replace("<!--", "<\\!--")
    head.add_child(_raw(f"<script>window.shared={safe};{_own('share.js')}</script>"), name="data")
    figure.html.add_child(_raw(_panel(title, words, language)), name="panel")
    page.add_child(_Projects())  # type: ignore[no-untyped-call]
    return str(figure.render())


class _Raw(Element):
    """Text that no template looks into: what people called their projects must never run as one."""

    _template = Template("{{ this.text }}")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


def _raw(text: str) -> Element:
    return _Raw(text)


def _own(name: str) -> str:
    return (resource_root() / "templates" / "share" / name).read_text(encoding="utf-8")


def _styles(folder: Path) -> str:
    """Leaflet's styles with their pictures in them."""
    text = (folder / "leaflet.css").read_text(encoding="utf-8")

    def inline(match: re.Match[str]) -> str:
        picture = base64.b64encode((folder / match[1]).read_bytes()).decode("ascii")
        return f"url(data:image/png;base64,{picture})"

    return _URL.sub(inline, text)


def _box(found: SharedMap) -> list[list[float]]:
    """The south-west and north-east corner of all projects."""
    places = [
        place for each in found.projects for line in (*each.new, *each.old, *each.areas) for place in line
    ]
    lats, lons = zip(*places, strict=True)
    return [[min(lats), min(lons)], [max(lats), max(lons)]]


def _data(found: SharedMap, box: list[list[float]], words: PageWords) -> dict[str, Any]:
    return {
        "box": box,
        "states": {name: {"color": colour, "dash": dash} for name, (colour, dash) in words.states.items()},
        "fill": words.fill,
        "projects": [_project(each) for each in found.projects],
        "ground": {name: [[each, line] for each, line in lines] for name, lines in found.ground.items()},
        "words": {"search": words.search, "none": words.none, "list": words.list},
    }


def _project(project: SharedProject) -> dict[str, Any]:
    return {
        "id": project.id,
        "name": project.name,
        "facts": [list(pair) for pair in project.facts],
        "state": project.state,
        "new": project.new,
        "old": project.old,
        "areas": project.areas,
        "label": project.label,
        "labelAt": project.label_at,
    }


def _panel(title: str, words: PageWords, language: str) -> str:
    """Head, search box, list and legend beside the map."""
    rows = []
    for name, said, count in words.legend:
        colour, dash = words.states[name]
        line = f'<line x1="1" y1="6" x2="27" y2="6" stroke="{colour}" stroke-width="4" stroke-dasharray="{dash}"/>'
        rows.append(f'<li><svg width="28" height="12">{line}</svg> {html.escape(said)} <b>{count}</b></li>')
    notes = "".join(f"<p>{html.escape(note)}</p>" for note in words.notes)
    return (
        f'<aside id="panel" lang="{language}"><h1>{html.escape(title)}</h1><p>{html.escape(words.said)}</p>'
        f'<input id="search" type="search"><ul id="list"></ul>'
        f'<ul id="legend">{"".join(rows)}</ul><footer>{notes}</footer></aside>'
    )
