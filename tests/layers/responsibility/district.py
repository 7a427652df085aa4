"""Eight grids in two areas and the nine people who look after them; 122 enterprises and their 74 contacts."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

import shapely

from layers.model.asset import AssetKey
from layers.register import Edit, Register
from layers.responsibility.book import Book, read_book
from layers.text import Message

SIDE = 1000.0
STEWARDS = ("周海燕", "陈立国", "吴志强", "梁小敏", "何文博", "孙丽", "谢春梅", "高远", "罗敏")
SINCE = "2021-11-01"
Day = datetime.date


def day(text: str) -> Day:
    return Day.fromisoformat(text)


def square(column: int, row: int, columns: int = 1, rows: int = 1) -> Any:
    """A rectangle of the chessboard of grids."""
    return shapely.box(column * SIDE, row * SIDE, (column + columns) * SIDE, (row + rows) * SIDE)


def middle(grid: int) -> tuple[float, float]:
    """A place in the middle of grid 1 to 8: four to a row."""
    return ((grid - 1) % 4 + 0.5) * SIDE, ((grid - 1) // 4 + 0.5) * SIDE


def build_district(register: Register) -> None:
    """Areas A1, A2 and grids G01-G08 as ids 1 to 10; stewards 1-9: the first eight are primaries of one grid each and
    backups of the next, the ninth a co-steward of G05."""
    with register.edit(Message("store.created")) as edit:
        areas = [
            edit.insert(
                "grid", {"code": f"A{n}", "name": name, "level": "area", "geom": square(2 * (n - 1), 0, 2, 2)}
            )
            for n, name in ((1, "城西片区"), (2, "城东片区"))
        ]
        team = edit.insert("team", {"code": "B1", "name": "管家一班"})
        for number in range(8):
            column, row = number % 4, number // 4
            edit.insert("grid", {
                "code": f"G{number + 1:02d}", "name": f"第{number + 1}网格", "level": "grid",
                "parent": areas[column // 2], "valid_from": SINCE, "geom": square(column, row),
            })  # fmt: skip
        people = [
            edit.insert("person", {
                "code": f"P{number + 1}", "name": name, "main_role": "steward", "team": team, "active": True,
                "phone": f"1390000{number + 1:04d}",
            })
            for number, name in enumerate(STEWARDS)
        ]  # fmt: skip
        leader = edit.insert(
            "person", {"code": "P20", "name": "林队长", "active": True, "phone": "13900002000"}
        )
        edit.update("team", team, 1, {"leader": leader})
        for number in range(8):
            give(edit, people[number], grid(number + 1))
            give(edit, people[(number + 1) % 8], grid(number + 1), rank="backup")
        give(edit, people[8], grid(5), rank="co")
        give(edit, leader, AssetKey("grid", areas[0]))


def grid(number: int) -> AssetKey:
    """G01 to G08."""
    return AssetKey("grid", number + 2)


def give(edit: Edit, person: int, target: AssetKey, **values: Any) -> int:
    """An assignment as steward and primary from the beginning, unless ``values`` say otherwise."""
    given = {"role": "steward", "rank": "primary", "from_date": SINCE, "document": "供水网〔2021〕12 号"}
    return edit.insert(
        "assignment", {"person": person, "target": f"{target.type}:{target.id}", **given, **values}
    )


def build_accounts(
    register: Register, enterprises: int = 122, staff: int = 74
) -> tuple[list[int], list[int]]:
    """Enterprises, each with one contact of the staff; the ids of both."""
    with register.edit(Message("store.created")) as edit:
        people = [
            edit.insert(
                "person", {"code": f"K{n}", "name": f"经理{n}", "main_role": "account", "active": True}
            )
            for n in range(staff)
        ]
        accounts = [
            edit.insert("customer", {"code": f"QY{n}", "name": f"园区企业{n}", "key_account": True})
            for n in range(enterprises)
        ]
        for n, account in enumerate(accounts):
            target = AssetKey("customer", account)
            give(edit, people[n % staff], target, role="account", from_date="2022-03-01")
    return accounts, people


def days_between(first: Day, last: Day, step: int = 1) -> Sequence[Day]:
    return [first + datetime.timedelta(n) for n in range(0, (last - first).days + 1, step)]


def book_of(register: Register, today: str = "2026-11-23") -> Book:
    return read_book(register, day(today))
