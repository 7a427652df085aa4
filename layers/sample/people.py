"""Teams, staff, and who looks after what: eight grids, nine stewards, an account manager for each key account."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from layers.sample.draft import GRIDS, Draft
from layers.sample.streets import Ints
from layers.sample.tables import codes, make_table, repeated
from layers.sample.words import person_names, phone_numbers, words

_TEAM_KINDS = ("service", "service", "repair", "repair", "detection", "survey", "supervision")
_TEAM_ROLES = ("grid_worker", "grid_worker", "repair", "mains", "mains", "reader", "supervisor")
_STEWARDS = 9
_MANAGERS = 4
_CREW = 26
_START, _HANDED_OVER = "2021-11-01", "2023-07-01"
_COLUMNS = ("role", "target", "rank", "from_date", "to_date", "reason", "document")


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
    """Nine stewards, account managers, and the crews."""
    random = draft.random("people")
    stewards = words()["people"]["stewards"]
    count = _STEWARDS + _MANAGERS + _CREW
    teams = len(_TEAM_KINDS)
    crew_team = np.arange(_CREW) % (teams - 2) + 2
    team = np.concatenate([np.arange(_STEWARDS) % 2, np.zeros(_MANAGERS, dtype=np.int64), crew_team]) + 1
    role = np.array(["steward"] * _STEWARDS + ["account"] * _MANAGERS, dtype=object)
    return make_table(
        "person",
        {
            "code": codes("person", count),
            "name": np.concatenate(
                [np.array(stewards, dtype=object), person_names(count - _STEWARDS, random)]
            ),
            "remark": repeated(words()["city"]["remark"], count),
            "main_role": np.concatenate([role, np.array(_TEAM_ROLES, dtype=object)[crew_team]]),
            "team": team,
            "phone": phone_numbers(count, random),
            "active": np.ones(count, dtype=bool),
        },
    )


def assignment_table(draft: Draft, key_accounts: Ints) -> pa.Table:
    """Every grid has one primary steward and a backup from the grid beside it; one grid has two stewards.

    Two grids changed hands once. ``key_accounts`` are ids of customers.
    """
    rows: list[tuple[int, str, str, str, str, str | None, str | None, str | None]] = []
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
    columns = [np.array(column, dtype=object) for column in zip(*rows, strict=True)]
    return make_table(
        "assignment",
        {
            "code": codes("assignment", len(rows)),
            "person": columns[0].astype(np.int64),
            **dict(zip(_COLUMNS, columns[1:], strict=True)),
        },
    )
