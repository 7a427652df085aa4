"""Addresses of services, their keys, WMTS capabilities, and the services that are offered by name."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from layers.basemap.entry import BasemapEntry
from layers.basemap.grid import TileKey, mercator_grid
from layers.basemap.keys import ServiceKeys
from layers.basemap.opening import Place, open_basemap
from layers.basemap.presets import presets
from layers.basemap.service import ServiceTiles, check_template, host_of, without_secret
from layers.basemap.wmts import capabilities_address, read_capabilities, service_of
from layers.errors import UserError
from layers.feedback import Feedback
from layers.geometry.crs import Crs
from layers.store.worker import Worker

GRID = mercator_grid(range(20))
KEY = TileKey(3, 6, 2)


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("https://a.org/{z}/{x}/{y}.png", "https://a.org/3/6/2.png"),
        ("https://a.org/{z}/{x}/{-y}.png", "https://a.org/3/6/5.png"),
        ("https://{s}.a.org/{z}/{x}/{y}", "https://c.a.org/3/6/2"),
        ("https://t{0-7}.a.org/{z}/{x}/{y}", "https://t0.a.org/3/6/2"),
        ("https://a.org/{q}.jpg", "https://a.org/130.jpg"),
        ("https://a.org/?l={z}&c={x}&r={y}&tk={key}", "https://a.org/?l=3&c=6&r=2&tk=a%2Fb"),
    ],
)
def test_addresses_are_filled_in(template: str, expected: str) -> None:
    check_template(template)
    assert ServiceTiles(GRID, template).address(KEY, "a/b") == expected


def test_rows_from_below() -> None:
    tiles = ServiceTiles(GRID, "https://a.org/{z}/{x}/{y}", from_below=True)
    assert tiles.address(KEY) == "https://a.org/3/6/5"


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("ftp://a.org/{z}/{x}/{y}", "basemap.not_address"),
        ("tiles", "basemap.not_address"),
        ("https://a.org/tile.png", "basemap.no_places"),
        ("https://a.org/{z}/{x}/{y}/{when}", "basemap.unknown_places"),
    ],
)
def test_wrong_addresses_are_told(template: str, expected: str) -> None:
    with pytest.raises(UserError) as caught:
        check_template(template)
    assert caught.value.title.id == expected
    assert caught.value.hint is not None


def test_a_key_in_an_address_is_taken_out() -> None:
    assert without_secret("https://a.org/{z}/{x}/{y}?tk=0123456789") == (
        "https://a.org/{z}/{x}/{y}?tk={key}", "0123456789",
    )  # fmt: skip
    assert without_secret("https://a.org/{z}?access_token=abc.def&v=1")[1] == "abc.def"
    plain = "https://a.org/{z}/{x}/{y}?key={key}"
    assert without_secret(plain) == (plain, "")


def test_a_service_is_named_without_the_number_of_its_server() -> None:
    for template in (
        "https://t{s}.tianditu.gov.cn/x",
        "https://t3.tianditu.gov.cn",
        "https://t{0-7}.tianditu.gov.cn",
    ):
        assert host_of(template) == "tianditu.gov.cn"
    assert host_of("http://127.0.0.1:8080/{z}") == "127.0.0.1:8080"
    assert host_of("https://user:word@maps.org/{z}") == "maps.org"


def test_the_key_is_no_part_of_what_the_disk_knows() -> None:
    first = ServiceTiles(GRID, "https://a.org/{z}/{x}/{y}?tk={key}")
    assert "secret" not in first.identity
    assert first.identity != ServiceTiles(GRID, "https://b.org/{z}/{x}/{y}?tk={key}").identity


def test_keys_are_kept_for_their_owner_only(tmp_path: Path) -> None:
    keys = ServiceKeys(tmp_path)
    assert keys.get("a.org") == ""
    keys.keep("a.org", "secret")
    assert ServiceKeys(tmp_path).get("a.org") == "secret"
    for path in tmp_path.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        path.write_text("damaged")
    assert ServiceKeys(tmp_path).get("a.org") == ""


@pytest.mark.parametrize("preset", presets(), ids=lambda preset: preset.id)
def test_every_service_offered_opens_and_holds_no_key(preset: object) -> None:
    entry = preset.entry("x")  # type: ignore[attr-defined]
    check_template(entry.address)
    with Worker() as worker:
        opened = open_basemap(entry, Place(Crs.parse("EPSG:4546"), "r.gpkg"), worker, Feedback())
    assert opened.service is not None
    address = opened.service.address(TileKey(2, 3, 1), "geheim")
    assert "{" not in address
    assert ("geheim" in address) == opened.service.needs_key == ("tianditu" in address)
    assert opened.grid.shifted == ("autonavi" in address)
    assert entry.attribution


def test_a_wmts_address_asks_for_capabilities() -> None:
    asked = capabilities_address("https://a.org/wmts?map=3&request=GetTile&tk={key}")
    assert asked == "https://a.org/wmts?map=3&tk={key}&SERVICE=WMTS&REQUEST=GetCapabilities&VERSION=1.0.0"
    assert capabilities_address("https://a.org/1.0.0/WMTSCapabilities.xml").endswith("WMTSCapabilities.xml")


def capabilities(crs: str, corner: str, resource: str = "") -> bytes:
    return f"""<Capabilities xmlns="http://www.opengis.net/wmts/1.0" xmlns:ows="http://www.opengis.net/ows/1.1"
      xmlns:xlink="http://www.w3.org/1999/xlink">
      <ows:OperationsMetadata><ows:Operation name="GetTile"><ows:DCP><ows:HTTP>
        <ows:Get xlink:href="https://a.org/wmts"/></ows:HTTP></ows:DCP></ows:Operation></ows:OperationsMetadata>
      <Contents><Layer><ows:Title>航片</ows:Title><ows:Identifier>ortho</ows:Identifier>
        <Style isDefault="true"><ows:Identifier>normal</ows:Identifier></Style><Format>image/jpeg</Format>
        <TileMatrixSetLink><TileMatrixSet>m</TileMatrixSet></TileMatrixSetLink>{resource}</Layer>
      <TileMatrixSet><ows:Identifier>m</ows:Identifier><ows:SupportedCRS>{crs}</ows:SupportedCRS>
        <TileMatrix><ows:Identifier>L1</ows:Identifier><ScaleDenominator>1000</ScaleDenominator>
        <TopLeftCorner>{corner}</TopLeftCorner><TileWidth>256</TileWidth><TileHeight>256</TileHeight>
        <MatrixWidth>9</MatrixWidth><MatrixHeight>8</MatrixHeight></TileMatrix>
        <TileMatrix><ows:Identifier>L0</ows:Identifier><ScaleDenominator>2000</ScaleDenominator>
        <TopLeftCorner>{corner}</TopLeftCorner><TileWidth>256</TileWidth><TileHeight>256</TileHeight>
        <MatrixWidth>5</MatrixWidth><MatrixHeight>4</MatrixHeight></TileMatrix></TileMatrixSet></Contents>
      </Capabilities>""".encode()


@pytest.mark.parametrize(
    ("crs", "corner", "place"),
    [
        # Chinese grids name north first, and so does the standard's corner.
        ("urn:ogc:def:crs:EPSG::4546", "3020000 540000", (540000.0, 3020000.0)),
        ("urn:ogc:def:crs:EPSG::3857", "540000 3020000", (540000.0, 3020000.0)),
        ("urn:ogc:def:crs:EPSG::4490", "90 -180", (-180.0, 90.0)),
        ("urn:ogc:def:crs:EPSG::4490", "-180 90", (-180.0, 90.0)),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", "-180 90", (-180.0, 90.0)),
    ],
)
def test_corners_are_read_in_the_order_of_their_system(
    crs: str, corner: str, place: tuple[float, float]
) -> None:
    service = read_capabilities(capabilities(crs, corner), "https://a.org/wmts")
    levels = service.grids["m"].levels
    assert [level.name for level in levels] == ["L0", "L1"]
    assert (levels[0].affine.c, levels[0].affine.f) == place
    metres = 111319.49079327358 if place[0] == -180 else 1.0
    assert levels[1].affine.a == pytest.approx(0.28 / metres)


def test_a_layer_is_kept_whole_and_read_again() -> None:
    service = read_capabilities(capabilities("EPSG:4546", "3020000 540000"), "https://a.org/wmts")
    tiles = service_of(service.definition("ortho", "m", "https://a.org/wmts?tk={key}"))
    assert tiles.grid == service.grids["m"]
    assert tiles.needs_key
    address = tiles.address(TileKey(1, 3, 2), "k")
    for part in ("LAYER=ortho", "STYLE=normal", "TILEMATRIXSET=m", "FORMAT=image/jpeg", "TILEMATRIX=L1",
                 "TILEROW=2", "TILECOL=3", "tk=k"):  # fmt: skip
        assert part in address


def test_a_template_of_the_service_is_preferred() -> None:
    resource = (
        '<ResourceURL format="image/jpeg" resourceType="tile" '
        'template="https://a.org/{Style}/{TileMatrixSet}/{TileMatrix}/{TileRow}/{TileCol}.jpg"/>'
    )
    service = read_capabilities(capabilities("EPSG:3857", "0 0", resource), "https://a.org/wmts")
    tiles = service_of(service.definition("ortho", "m"))
    assert tiles.address(TileKey(0, 3, 2)) == "https://a.org/normal/m/L0/2/3.jpg"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "basemap.wmts_no_capabilities"),
        (b"<html><body>login</body></html>", "basemap.wmts_no_capabilities"),
        (b"<Capabilities>", "basemap.wmts_no_capabilities"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "basemap.wmts_no_capabilities"),
        (capabilities("EPSG:999999", "0 0"), "basemap.wmts_no_layers"),
    ],
)
def test_what_is_no_wmts_service_is_told(data: bytes, expected: str) -> None:
    with pytest.raises(UserError) as caught:
        read_capabilities(data, "https://a.org/wmts")
    assert caught.value.title.id == expected


@pytest.mark.parametrize("definition", ["", "{}", "[1]", '{"levels": [["a"]], "crs": "EPSG:3857"}'])
def test_a_damaged_definition_is_told(definition: str) -> None:
    with pytest.raises(UserError) as caught:
        service_of(definition)
    assert caught.value.title.id == "basemap.bad_definition"


def test_an_entry_is_the_same_after_the_register() -> None:
    entry = BasemapEntry("a", "xyz", "https://a.org/{z}/{x}/{y}", gcj02=True, min_zoom=3, opacity=70)
    values = entry.values()
    assert values["layer"] is None
    assert "id" not in values
    assert (
        BasemapEntry(
            **{name: "" if value is None and name != "max_zoom" else value for name, value in values.items()}
        )
        == entry
    )
