"""Photos of earlier visits that go out with a package: the last ones of each asset, small, as many as have room."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from layers.census.packages.scope import Contents
from layers.census.words import DEFECT, RECORD
from layers.errors import UserError
from layers.feedback import Feedback
from layers.later import Later
from layers.model.asset import Asset
from layers.model.proof import ATTACHMENT
from layers.model.query import Compare, Query
from layers.register import Register
from layers.store import content_type

if TYPE_CHECKING:
    from layers.census.packages.out import thumbnails
else:
    # The library of pictures is loaded when photos go out.
    thumbnails = Later("layers.census.packages.out.thumbnails")

OF_EACH = 2
"""So many photos of an asset go out."""
MOST_BYTES = 100_000_000
_AT_ONCE = 500
_PICTURE = "image/"
_TOLD = 16


@dataclass(frozen=True)
class Earlier:
    """``rows``: the attachments, each under its id in the book, on what the package has; ``blobs``: the small pictures
    by their fingerprints. ``left_out``: photos that had no room, or cannot be read."""

    rows: tuple[Asset, ...] = ()
    blobs: Mapping[str, bytes] = field(default_factory=dict)
    left_out: int = 0

    @property
    def bytes(self) -> int:
        return sum(map(len, self.blobs.values()))


def read_earlier(
    register: Register, contents: Contents, feedback: Feedback, most_bytes: int = MOST_BYTES
) -> Earlier:
    """The photos to take along; the newest of every asset come before the second ones. May be long: a task."""
    wanted = _wanted(register, contents, feedback)
    rows: list[Asset] = []
    blobs: dict[str, bytes] = {}
    left_out = used = 0
    for number, (photo, home) in enumerate(wanted):
        feedback.check()
        feedback.progress(number / len(wanted))
        small = _small(register, str(photo["sha256"]))
        digest = "" if small is None else hashlib.sha256(small).hexdigest()
        if small is None or (digest not in blobs and used + len(small) > most_bytes):
            left_out += 1
            continue
        used += 0 if digest in blobs else len(small)
        blobs[digest] = small
        # Who took it stays in the house.
        of = {"sha256": digest, "size_bytes": len(small), "media_type": content_type.of(small)}
        rows.append(replace(photo, values={**photo.values, **of, "target": home, "taken_by": None}))
    return Earlier(tuple(rows), blobs, left_out)


def _small(register: Register, digest: str) -> bytes | None:
    """The small picture of a photo; None where its content is gone, damaged or cannot be read."""
    try:
        data = register.attachment_data(digest)
    except UserError:
        return None
    return None if data is None else thumbnails.small_picture(data)


def with_earlier(contents: Contents, earlier: Earlier) -> Contents:
    """The contents with the photos among them."""
    return replace(contents, rows={**contents.rows, ATTACHMENT: {photo.id: photo for photo in earlier.rows}})


def told(contents: Contents) -> tuple[str, ...]:
    """By what the receipt knows the photos again that went along."""
    return tuple(
        sorted({str(photo["sha256"])[:_TOLD] for photo in contents.rows.get(ATTACHMENT, {}).values()})
    )


def sent(rows: Mapping[int, Mapping[str, Any]], known: Collection[str]) -> set[int]:
    """The attachments of a file that came back which went out with it, whatever the file lost or numbered anew."""
    digests = frozenset(known)
    return {id for id, row in rows.items() if str(row.get("sha256") or "")[:_TOLD] in digests}


def _wanted(register: Register, contents: Contents, feedback: Feedback) -> list[tuple[Asset, str]]:
    """Photos in the order of their worth, each with what it hangs on in the package."""
    assets = [f"{name}:{id}" for name, ids in contents.mine.items() for id in sorted(ids)]
    #: What photos hang on: by link the asset, and where the package has them.
    homes = {link: (link, link) for link in assets}
    for name in (RECORD, DEFECT):
        there = contents.rows.get(name, {})
        for row in _with(register, name, assets, ("target",), feedback):
            link, asset = f"{name}:{row.id}", str(row["target"])
            homes[link] = asset, link if row.id in there else asset
    of_asset: dict[str, list[tuple[Asset, str]]] = defaultdict(list)
    for photo in _with(register, ATTACHMENT, list(homes), None, feedback):
        asset, home = homes[str(photo["target"])]
        if str(photo["media_type"] or "").startswith(_PICTURE):
            of_asset[asset].append((photo, home))
    newest = {link: sorted(some, key=_age, reverse=True)[:OF_EACH] for link, some in of_asset.items()}
    return [some[turn] for turn in range(OF_EACH) for some in newest.values() if turn < len(some)]


def _age(photo: tuple[Asset, str]) -> tuple[str, int]:
    return str(photo[0]["taken_at"] or ""), photo[0].id


def _with(
    register: Register,
    type_name: str,
    links: Sequence[str],
    fields: Collection[str] | None,
    feedback: Feedback,
) -> Iterator[Asset]:
    """The assets of a type whose target is one of these."""
    names = None if fields is None else tuple(fields)
    for first in range(0, len(links), _AT_ONCE):
        feedback.check()
        where = Compare("target", "in", tuple(links[first : first + _AT_ONCE]))
        yield from register.find(Query(type_name, where, fields=names))
