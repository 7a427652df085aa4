"""WMTS 1.0.0 (OGC 07-057r7): what a service says it has, and one layer of it as a pyramid of tiles."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from xml.etree import ElementTree

from pyproj import CRS
from pyproj.exceptions import CRSError

from layers.basemap.answer import kind_of
from layers.basemap.grid import Affine, TileGrid, TileLevel
from layers.basemap.service import KEY, ServiceTiles
from layers.errors import UserError
from layers.geometry.crs import Crs
from layers.text import Message

_WMTS = "{http://www.opengis.net/wmts/1.0}"
_OWS = "{http://www.opengis.net/ows/1.1}"
_XLINK = "{http://www.w3.org/1999/xlink}href"
#: Metres of a pixel by the standard, so that a scale denominator means a size.
_PIXEL = 0.00028
_METRES_PER_DEGREE = 111319.49079327358
_FORMATS = ("image/png", "image/jpeg", "image/webp", "image/jpg", "tiles")
_LONGEST = 20_000_000


@dataclass(frozen=True)
class WmtsLayer:
    """One layer: its matrix sets, and the template of the tiles' addresses."""

    name: str
    title: str
    matrix_sets: tuple[str, ...]
    template: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class WmtsService:
    """A service as its capabilities describe it."""

    title: str
    provider: str
    layers: tuple[WmtsLayer, ...]
    grids: Mapping[str, TileGrid]

    def definition(self, layer: str, matrix_set: str, address: str = "") -> str:
        """What the register keeps of one layer, as JSON; ``service_of`` reads it.

        Where ``address`` has the place of a key, the addresses of tiles get it too.
        """
        chosen = next(each for each in self.layers if each.name == layer)
        grid = self.grids[matrix_set]
        levels = [
            [each.name, *each.affine, each.tile_width, each.tile_height, each.columns, each.rows]
            for each in grid.levels
        ]
        values = {**chosen.values, "tilematrixset": matrix_set, "layer": layer}
        template = with_key_of(chosen.template, address)
        whole = {"template": template, "values": values, "crs": str(grid.crs), "levels": levels}
        return json.dumps(whole, ensure_ascii=False)


def capabilities_address(address: str) -> str:
    """The address to ask for capabilities: as given when it names a document or asks already."""
    parts = urlsplit(address.strip())
    query = [(n, v) for n, v in parse_qsl(parts.query, keep_blank_values=True)]
    names = {name.lower(): value.lower() for name, value in query}
    if parts.path.lower().endswith(".xml") or names.get("request") == "getcapabilities":
        return address.strip()
    kept = [(n, v) for n, v in query if n.lower() not in ("request", "service", "version")]
    asked = [*kept, ("SERVICE", "WMTS"), ("REQUEST", "GetCapabilities"), ("VERSION", "1.0.0")]
    return urlunsplit(parts._replace(query=urlencode(asked, safe="{}")))


def with_key_of(template: str, address: str) -> str:
    """``template`` with the parameter that carries ``{key}`` in ``address``, if it lacks it."""
    carrier = next((part for part in urlsplit(address).query.split("&") if part.endswith(f"={KEY}")), "")
    if not carrier or KEY in template:
        return template
    joint = "" if template.endswith(("?", "&")) else "&" if "?" in template else "?"
    return f"{template}{joint}{carrier}"


def read_capabilities(data: bytes, address: str) -> WmtsService:
    """Read the answer of a service. Raises ``UserError`` when it is none, or has no layer that can be drawn."""
    host = urlsplit(address).netloc
    try:
        if len(data) > _LONGEST or b"<!ENTITY" in data[:4096]:
            raise ElementTree.ParseError("not a capabilities document")
        root = ElementTree.fromstring(data)
    except ElementTree.ParseError as error:
        raise _no_capabilities(host, data) from error
    if root.tag != f"{_WMTS}Capabilities":
        raise _no_capabilities(host, data)
    grids = _grids(root.iterfind(f"{_WMTS}Contents/{_WMTS}TileMatrixSet"))
    asked = _get_tile(root)
    layers = [
        layer
        for element in root.iterfind(f"{_WMTS}Contents/{_WMTS}Layer")
        if (layer := _layer(element, grids, asked)) is not None
    ]
    if not layers:
        raise UserError(Message("basemap.wmts_no_layers", {"host": host}), Message("basemap.service_hint"))
    return WmtsService(
        root.findtext(f"{_OWS}ServiceIdentification/{_OWS}Title", ""),
        root.findtext(f"{_OWS}ServiceProvider/{_OWS}ProviderName", ""),
        tuple(layers),
        grids,
    )


def service_of(definition: str, *, shifted: bool = False) -> ServiceTiles:
    """The service that ``WmtsService.definition`` wrote. Raises ``UserError`` when it cannot be read."""
    try:
        whole = json.loads(definition)
        levels = tuple(
            TileLevel(
                str(name), Affine(*map(float, affine)), int(width), int(height), int(columns), int(rows)
            )
            for name, *affine, width, height, columns, rows in whole["levels"]
        )
        grid = TileGrid(Crs.parse(whole["crs"]), levels, shifted)
        values = {str(name): str(value) for name, value in whole["values"].items()}
        return ServiceTiles(grid, str(whole["template"]), names=values)
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(Message("basemap.bad_definition"), Message("basemap.bad_definition_hint")) from error


def _no_capabilities(host: str, data: bytes) -> UserError:
    said = " ".join(data[:600].decode("utf-8", "replace").split())[:160]
    detail = Message("basemap.service_said", {"text": said}) if kind_of(data) != "empty" else None
    return UserError(
        Message("basemap.wmts_no_capabilities", {"host": host}),
        Message("basemap.wmts_no_capabilities_hint"),
        detail,
    )


def _grids(elements: Iterable[ElementTree.Element]) -> dict[str, TileGrid]:
    grids = {}
    for element in elements:
        name = element.findtext(f"{_OWS}Identifier", "")
        try:
            grids[name] = _grid(element)
        except (UserError, CRSError, ValueError):
            continue  # a system that we cannot compute with: the layer may have another
    return grids


def _grid(element: ElementTree.Element) -> TileGrid:
    said = element.findtext(f"{_OWS}SupportedCRS", "").strip()
    crs = Crs.parse(said.replace("EPSG:6.18:3:", "EPSG::").replace("OGC:1.3:CRS84", "EPSG::4326"))
    turned = "CRS84" not in said and CRS.from_wkt(crs.wkt).axis_info[0].direction == "north"
    metres = _METRES_PER_DEGREE if crs.is_geographic else crs.metres_per_unit
    levels = [_level(each, metres, turned, crs) for each in element.iterfind(f"{_WMTS}TileMatrix")]
    levels.sort(key=lambda level: -level.affine.a)
    if not levels:
        raise ValueError("a matrix set without matrices")
    return TileGrid(crs, tuple(levels))


def _level(element: ElementTree.Element, metres: float, turned: bool, crs: Crs) -> TileLevel:
    def number(name: str) -> float:
        return float(element.findtext(f"{_WMTS}{name}", ""))

    first, second = map(float, element.findtext(f"{_WMTS}TopLeftCorner", "").split())
    x, y = (second, first) if turned else (first, second)
    if crs.is_geographic and abs(y) > 90:
        # Many services write longitude first whatever the system says.
        x, y = y, x
    pixel = number("ScaleDenominator") * _PIXEL / metres
    return TileLevel(
        element.findtext(f"{_OWS}Identifier", ""),
        Affine(pixel, 0.0, x, 0.0, -pixel, y),
        int(number("TileWidth")),
        int(number("TileHeight")),
        int(number("MatrixWidth")),
        int(number("MatrixHeight")),
    )


def _get_tile(root: ElementTree.Element) -> str:
    """The address that takes questions in its query, "" when there is none."""
    for operation in root.iterfind(f"{_OWS}OperationsMetadata/{_OWS}Operation"):
        if operation.get("name") == "GetTile":
            for get in operation.iterfind(f"{_OWS}DCP/{_OWS}HTTP/{_OWS}Get"):
                return get.get(_XLINK, "")
    return ""


def _layer(element: ElementTree.Element, grids: Mapping[str, TileGrid], asked: str) -> WmtsLayer | None:
    name = element.findtext(f"{_OWS}Identifier", "")
    linked = [
        link.findtext(f"{_WMTS}TileMatrixSet", "") for link in element.iterfind(f"{_WMTS}TileMatrixSetLink")
    ]
    sets = tuple(each for each in linked if each in grids)
    formats = [each.text or "" for each in element.iterfind(f"{_WMTS}Format")]
    form = next((each for each in _FORMATS if each in formats), formats[0] if formats else "image/png")
    values = {"style": _style(element)}
    for dimension in element.iterfind(f"{_WMTS}Dimension"):
        values[dimension.findtext(f"{_OWS}Identifier", "").lower()] = dimension.findtext(
            f"{_WMTS}Default", ""
        )
    templates = {
        link.get("format", ""): link.get("template", "")
        for link in element.iterfind(f"{_WMTS}ResourceURL")
        if link.get("resourceType") == "tile"
    }
    template = templates.get(form) or next(iter(templates.values()), "") or _question(asked, form)
    if not name or not sets or not template:
        return None
    return WmtsLayer(name, element.findtext(f"{_OWS}Title", "") or name, sets, template, values)


def _style(element: ElementTree.Element) -> str:
    styles = list(element.iterfind(f"{_WMTS}Style"))
    chosen = next((each for each in styles if each.get("isDefault") == "true"), styles[0] if styles else None)
    return "default" if chosen is None else chosen.findtext(f"{_OWS}Identifier", "default")


def _question(asked: str, form: str) -> str:
    if not asked:
        return ""
    joint = "" if asked.endswith(("?", "&")) else "&" if "?" in asked else "?"
    return (
        f"{asked}{joint}SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER={{Layer}}&STYLE={{Style}}"
        f"&TILEMATRIXSET={{TileMatrixSet}}&FORMAT={form}"
        "&TILEMATRIX={TileMatrix}&TILEROW={TileRow}&TILECOL={TileCol}"
    )
