"""Teams, staff, leave, and who looks after what: eight grids, nine stewards, a manager for each key account."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from layers.sample.draft import GRIDS, Draft
from layers.sample.places import AREAS
from layers.sample.streets import Ints
from layers.sample.tables import codes, make_table, repeated
from layers.sample.words import Texts, person_names, phone_numbers, words

_TEAM_KINDS = ("service", "service", "repair", "repair", "detection", "survey", "supervision")
_TEAM_ROLES = ("grid_worker", "grid_worker", "repair", "mains", "mains", "reader", "supervisor")
_STEWARDS = 9
_MANAGERS = 4
_CREW = 26
_GONE = 2
"""Of the crews: left long ago."""
_START, _HANDED_OVER = "2021-11-01", "2023-07-01"
_CREW_TASKS = ("repair", "mains", "reader")
_COLUMNS = ("role", "target", "rank", "from_date", "to_date", "reason", "document")


Duty = tuple[int, str, str, str, str, str | None, str | None, str | None]


def team_table(draft: Draft) -> pa.Table:
    """The teams; the leader of each is its first member."""
    names = words()["works"]["teams"]
    count = len(names)
    first_crew = _STEWARDS + _MANAGERS + 1
    leaders = np.array([1, 2, *(first_crew + k for k in range(count - 2))])
    return make_table(
        "team",
        {
            "code": codes("team", count),
            "remark": repeated(words()["city"]["remark"], count),
            "name": np.array(names, dtype=object),
            "kind": np.array(_TEAM_KINDS, dtype=object),
            "leader": leaders,
            "phone": phone_numbers(count, draft.random("team phones")),
        },
    )


def person_table(draft: Draft) -> pa.Table:
    """Nine stewards, account managers, the crews, and whoever answers for each area."""
    random = draft.random("people")
    stewards = words()["people"]["stewards"]
    count = _STEWARDS + _MANAGERS + _CREW
    teams = len(_TEAM_KINDS)
    crew_team = np.arange(_CREW) % (teams - 2) + 2
    team = np.concatenate([np.arange(_STEWARDS) % 2, np.zeros(_MANAGERS, dtype=np.int64), crew_team]) + 1
    role = np.array(["steward"] * _STEWARDS + ["account"] * _MANAGERS, dtype=object)
    # Drawn after all that was there before.
    names = person_names(count - _STEWARDS, random)
    phones = phone_numbers(count, random)
    later = draft.random("area leaders")
    names = np.concatenate([np.array(stewards, dtype=object), names, person_names(AREAS, later)])
    phones = np.concatenate([phones, phone_numbers(AREAS, later)])
    joined, left = _years_of_service(count + AREAS, draft.random("years of service"))
    main_role = np.concatenate([role, np.array(_TEAM_ROLES, dtype=object)[crew_team], ["supervisor"] * AREAS])
    return make_table(
        "person",
        {
            "code": codes("person", count + AREAS),
            "name": names,
            "remark": repeated(words()["city"]["remark"], count + AREAS),
            "main_role": main_role,
            "team": np.concatenate([team, np.arange(AREAS) + 1]),
            "phone": phones,
            "active": np.array([day is None for day in left], dtype=bool),
            "joined_date": joined,
            "left_date": left,
        },
    )


def _years_of_service(count: int, random: np.random.Generator) -> tuple[Texts, Texts]:
    """When everybody came, and when two of the crews left."""
    years = random.integers(2005, 2021, count)
    joined = np.array(
        [f"{year}-{month:02d}" for year, month in zip(years, random.integers(1, 13, count), strict=True)],
        dtype=object,
    )
    left = repeated(None, count)
    left[count - AREAS - _GONE : count - AREAS] = ("2023-12-31", "2025-06-30")
    return joined, left


def absence_table() -> pa.Table:
    """Leave of stewards, past, present and to come, and of an account manager; who stands in is from beside."""
    rows = [
        (3, "leave", "2024-02-05", "2024-02-18", 4),
        (5, "training", "2025-09-08", "2025-09-12", 6),
        (7, "sick", "2026-03-02", "2026-03-20", 8),
        (4, "leave", "2026-10-26", "2026-12-06", 5),
        (6, "leave", "2026-12-21", "2026-12-31", 7),
        (_STEWARDS + 2, "business", "2026-11-09", "2026-12-04", _STEWARDS + 3),
    ]
    person, kind, first, last, stand_in = zip(*rows, strict=True)
    return make_table(
        "absence",
        {
            "person": np.array(person),
            "kind": np.array(kind, dtype=object),
            "from_date": np.array(first, dtype=object),
            "to_date": np.array(last, dtype=object),
            "stand_in": np.array(stand_in),
            "remark": repeated(words()["city"]["remark"], len(rows)),
        },
    )


def assignment_table(draft: Draft, key_accounts: Ints) -> pa.Table:
    """Every grid has one primary steward and a backup from the grid beside it; one grid has two stewards.

    Two grids changed hands once. Crews have their grids, areas whoever answers for them. ``key_accounts`` are ids of
    customers.
    """
    rows: list[Duty] = []
    given = words()["works"]["reason"], words()["works"]["document"]
    for grid in range(GRIDS):
        target = f"grid:{grid + 1}"
        since = _START
        if grid in (2, 5):
            rows.append((_STEWARDS, "steward", target, "primary", _START, "2023-06-30", *given))
            since = _HANDED_OVER
        rows.append((grid + 1, "steward", target, "primary", since, None, None, None))
        rows.append(((grid + 1) % GRIDS + 1, "steward", target, "backup", _START, None, None, None))
    load = np.bincount(draft.estates.block, draft.estates.meters(), len(draft.grids.of_block))
    busiest = int(np.bincount(draft.grids.of_block, load, GRIDS).argmax()) + 1
    rows.append((_STEWARDS, "steward", f"grid:{busiest}", "co", _HANDED_OVER, None, None, None))
    for number, customer in enumerate(key_accounts.tolist()):
        manager = _STEWARDS + 1 + number % _MANAGERS
        rows.append((manager, "account", f"customer:{customer}", "primary", "2022-03-01", None, None, None))
    rows += _crew_duties()
    first_leader = _STEWARDS + _MANAGERS + _CREW + 1
    for area in range(AREAS):
        target = f"grid:{GRIDS + 1 + area}"
        rows.append((first_leader + area, "supervisor", target, "primary", _START, None, None, None))
    columns = [np.array(column, dtype=object) for column in zip(*rows, strict=True)]
    return make_table(
        "assignment",
        {
            "code": codes("assignment", len(rows)),
            "person": columns[0].astype(np.int64),
            **dict(zip(_COLUMNS, columns[1:], strict=True)),
        },
    )


def _crew_duties() -> list[Duty]:
    """One of the crews for repairs, mains and reading in every grid; nobody of those who left."""
    roles = np.array(_TEAM_ROLES, dtype=object)[np.arange(_CREW) % (len(_TEAM_KINDS) - 2) + 2]
    first = _STEWARDS + _MANAGERS + 1
    rows: list[Duty] = []
    for role in _CREW_TASKS:
        members = np.flatnonzero(roles[: _CREW - _GONE] == role)
        for grid in range(GRIDS):
            person = first + int(members[grid % len(members)])
            rows.append((person, role, f"grid:{grid + 1}", "primary", _START, None, None, None))
    return rows


def contacts(assignments: pa.Table, key_accounts: Ints) -> Ints:
    """Who answers for each of these customers."""
    of = dict(zip(assignments["target"].to_pylist(), assignments["person"].to_pylist(), strict=True))
    return np.array([of[f"customer:{customer}"] for customer in key_accounts.tolist()], dtype=np.int64)
