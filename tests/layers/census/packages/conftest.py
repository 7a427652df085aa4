"""Registers with one grid and a campaign of ten hydrants in one lot, for packages that go out and come back."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path

import pytest
import shapely

from layers.census.lots.cutting import by_size
from layers.census.lots.making import make_lots
from layers.census.lots.targets import read_targets
from layers.census.packages.back.checkin import check_in
from layers.census.packages.back.disputing import Decided
from layers.census.packages.back.examining import Examined, examine
from layers.census.packages.out.checkout import CheckedOut, check_out, prepare
from layers.census.packages.out.earlier import read_earlier
from layers.census.packages.receipt import Arrival
from layers.census.packages.scope import of_grid, of_lot
from layers.feedback import Feedback
from layers.model.asset import Asset
from layers.register import Register
from layers.store.engine import GEOMETRY_FUNCTIONS
from layers.text import Message
from tests.layers.store.conftest import (
    NewPlace,
    Place,
    empty_register,
    new_place,
    running_server,
    server,
    worker,
)

__all__ = ["empty_register", "new_place", "running_server", "server", "worker"]

ACT = Message("store.created")


@dataclass
class Town:
    """A register, where its packages are kept, and where the team's files lie."""

    place: Place
    register: Register
    folder: Path
    field: Path
    lot: int
    campaign: int

    def out(
        self, name: str = "lot.gpkg", *, grid: bool = False, photo_bytes: int | None = None
    ) -> CheckedOut:
        """Check the lot (or the grid) out, with so much of earlier photos at most."""
        contents = of_grid(self.register, 1) if grid else of_lot(self.register, self.lot)
        earlier = None
        if photo_bytes is not None:
            earlier = read_earlier(self.register, contents, Feedback(), photo_bytes)
        prepared = prepare(self.register, contents, self.field / name, self.folder, earlier)
        with self.register.edit(ACT) as edit:
            done = check_out(edit, prepared, "一组")
        prepared.discard()
        return done

    def look(self, path: Path, package: str | None = None) -> Examined:
        """The dry run."""
        return examine(self.register, path, package=package, folder=self.folder)

    def back(self, path: Path, package: str | None = None, decided: Decided | None = None) -> Arrival:
        """Check a file in."""
        examined = self.look(path, package)
        with self.register.edit(ACT, "checkin") as edit:
            return check_in(edit, examined, self.register.actor, decided)

    def get(self, type_name: str, id: int) -> Asset:
        found = self.register.get(type_name, id)
        assert found is not None
        return found

    def set(self, type_name: str, id: int, **values: object) -> None:
        """An edit in the office."""
        asset = self.get(type_name, id)
        with self.register.edit(ACT) as edit:
            edit.update(type_name, id, asset.version, values)


def by_hand(path: Path, *statements: str) -> None:
    """Edit a package by plain SQL."""
    raw = sqlite3.connect(path)
    for name, function in GEOMETRY_FUNCTIONS.items():
        raw.create_function(name, 1, function)
    for statement in statements:
        raw.execute(statement)
    raw.commit()
    raw.close()


@pytest.fixture
def town(new_place: NewPlace, tmp_path: Path):  # type: ignore[no-untyped-def]
    place = new_place()
    with place.open() as register:
        with register.edit(ACT) as edit:
            area = shapely.box(0, -50, 300, 50)
            edit.insert("grid", {"code": "G1", "name": "东网格", "geom": area})
            edit.insert(
                "road", {"code": "R1", "name": "西湖路", "geom": shapely.LineString([(0, 0), (200, 0)])}
            )
            for number in range(13):
                place_ = shapely.Point(10 + 18 * number, (-1) ** number * 4)
                edit.insert(
                    "hydrant",
                    {
                        "code": f"H{number}",
                        "status": "planned" if number > 9 else "in_service",
                        "geom": place_,
                    },
                )
            campaign = edit.insert(
                "campaign", {"name": "消火栓普查", "types": "hydrant", "state": "open", "form_version": 1}
            )
        found = register.get("campaign", campaign)
        assert found is not None
        with register.edit(ACT) as edit:
            cuts = by_size(read_targets(register, found), 20)
            made = make_lots(edit, campaign, cuts, lambda message: message.id)
        yield Town(place, register, tmp_path / "shelf", tmp_path / "field", made.lots[0], campaign)
