"""Packages in sentences: what an act is called, and what a dry run or a receipt says."""

from __future__ import annotations

from collections.abc import Iterator

from layers.census.packages.back.examining import Examined
from layers.census.packages.out.earlier import Earlier
from layers.census.packages.receipt import Arrival, Refused
from layers.census.packages.scope import Contents
from layers.model.fields import local_time
from layers.text import Message

_NAMED = 5


def checked_out(contents: Contents) -> Message:
    """What handing a package out is called in the history."""
    return Message("packages.act_out", {"title": contents.title, "count": contents.count})


def checked_in(examined: Examined) -> Message:
    """What a check-in is called in the history."""
    return Message("packages.act_in", {"code": examined.code, "file": examined.file_name})


def told(examined: Examined, arrival: Arrival | None = None, decided: int = 0) -> Iterator[Message]:
    """Line by line what a file would do (or, with its arrival, has done), what of it stays out and why.

    ``decided``: how many disputes were decided with it.
    """
    merge = examined.merge
    counts = {"n": examined.records, "of": examined.receipt.records}
    yield Message("packages.received", {"code": examined.code, **counts})
    if arrival is None:
        if examined.is_again:
            yield Message("packages.again")
        yield Message(
            "packages.would", {"of": merge.of, "new": len(merge.inserts), "changed": len(merge.writes)}
        )
        conflicts, refused = len(merge.clashes), (*examined.barred, *merge.refused)
    else:
        done = {"taken": arrival.taken, "of": arrival.of}
        yield Message(
            "packages.taken",
            {**done, "new": arrival.inserted, "changed": arrival.updated, "gone": arrival.deleted},
        )
        conflicts, refused = arrival.conflicts, arrival.refused
    if decided:
        yield Message("packages.settled", {"count": decided})
    if conflicts:
        yield Message("packages.conflicts", {"count": conflicts})
    if arrival is None and examined.disputes:
        yield Message("packages.still_open", {"count": len(examined.disputes)})
    yield from _trail(examined)
    yield from _refusals(refused)
    yield from _photos(examined, arrival)
    if examined.clock_days:
        yield Message("packages.clock", {"days": abs(examined.clock_days)})
    yield from examined.notes


def _trail(examined: Examined) -> Iterator[Message]:
    """Who changed how much, and when, as the trail in the file tells."""
    if examined.edited is None:
        return
    first, last = map(local_time, examined.edited)
    counts = sorted(examined.by_whom.items(), key=lambda each: (-each[1], each[0]))
    who = tuple(
        Message(
            "packages.by" if name else "packages.by_others",
            {"name": name, "count": count} if name else {"count": count},
        )
        for name, count in counts[:_NAMED]
    )
    yield Message("packages.edited", {"first": first, "last": last, "who": who})


def _refusals(refused: tuple[Refused, ...]) -> Iterator[Message]:
    if refused:
        names = _few(tuple(each.name for each in refused))
        yield Message("packages.refused", {"count": len(refused), "names": names})


def _photos(examined: Examined, arrival: Arrival | None) -> Iterator[Message]:
    photos = examined.photos
    count = len(photos.found) if arrival is None else arrival.photos
    if count:
        yield Message("packages.photos", {"count": count})
    if photos.unshown:
        yield Message("packages.photos_unshown", {"count": photos.unshown})
    if photos.broken:
        yield Message("packages.photos_broken", {"count": len(photos.broken), "names": _few(photos.broken)})
    if photos.missing:
        yield Message(
            "packages.photos_missing", {"count": len(photos.missing), "names": _few(photos.missing)}
        )
    if photos.loose:
        yield Message("packages.photos_loose", {"count": len(photos.loose)})


def _few(names: tuple[str, ...]) -> tuple[str, ...]:
    return (*names[:_NAMED], *(["\u2026"] if len(names) > _NAMED else []))


def took_photos(earlier: Earlier) -> Message:
    """How many photos of earlier visits go along, and whether all of them do."""
    said = {"count": len(earlier.rows), "size": f"{max(earlier.bytes / 1e6, 0.1):.1f}"}
    if earlier.left_out:
        return Message("packages.took_photos_but", {**said, "left": earlier.left_out})
    return Message("packages.took_photos", said)
