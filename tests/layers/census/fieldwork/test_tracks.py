"""Positions of GPX and NMEA files become metres of the register; what is no track is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from layers.census.fieldwork.tracks import nearest_fix, read_fixes
from layers.errors import UserError
from layers.geometry.crs import Crs

CITY = Crs.parse("EPSG:4546")
GGA = "$GPGGA,023000.00,2714.4000,N,11122.2000,E,4,18,0.8,210.0,M,-15.0,M,1.0,0000"


def _signed(sentence: str) -> str:
    total = 0
    for character in sentence.lstrip("$"):
        total ^= ord(character)
    return f"{sentence}*{total:02X}"


def test_way_points_of_gpx(tmp_path: Path) -> None:
    path = tmp_path / "wells.gpx"
    path.write_text(
        '<?xml version="1.0"?><gpx xmlns="http://www.topografix.com/GPX/1/1" version="1.1">'
        '<wpt lat="27.24" lon="111.37"><name>J1</name></wpt><wpt lat="27.25" lon="111.38"/></gpx>'
    )
    fixes = read_fixes(path, CITY)
    assert [fix.name for fix in fixes] == ["J1", ""]
    assert abs(fixes[1].y - fixes[0].y) == pytest.approx(1108, abs=20)
    assert nearest_fix(fixes, (fixes[1].x + 5, fixes[1].y)) == fixes[1]
    assert nearest_fix(fixes, None) == fixes[-1]


def test_fixes_of_nmea(tmp_path: Path) -> None:
    path = tmp_path / "rover.nmea"
    path.write_text(
        f"{_signed(GGA)}\n$GPRMC,x\n{_signed(GGA)[:-2]}00\n{_signed(GGA.replace('E,4,', 'E,0,'))}\n"
    )
    (fix,) = read_fixes(path, CITY)
    assert fix.accuracy_m == pytest.approx(0.016)
    gpx = tmp_path / "same.gpx"
    gpx.write_text('<gpx><wpt lat="27.24" lon="111.37"/></gpx>')
    (same,) = read_fixes(gpx, CITY)
    assert (fix.x, fix.y) == pytest.approx((same.x, same.y), abs=0.01)


@pytest.mark.parametrize(
    "text", ["", "x,y\n1,2", "<gpx/>", '<!DOCTYPE a><gpx><wpt lat="1" lon="2"/></gpx>', "<gpx"]
)
def test_what_is_no_track_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "no.txt"
    path.write_text(text)
    with pytest.raises(UserError):
        read_fixes(path, CITY)
