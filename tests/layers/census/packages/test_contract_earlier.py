"""Photos of earlier visits go out small, no more than has room, and come back as nothing new."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from layers.census.packages.out.earlier import MOST_BYTES, read_earlier
from layers.census.packages.out.thumbnails import LONGEST, small_picture
from layers.census.packages.scope import of_lot
from layers.feedback import Feedback
from layers.model.query import Query
from layers.register import Register
from layers.store.worker import Worker
from tests.layers.census.packages.conftest import ACT, Town, by_hand
from tests.layers.census.packages.test_contract_packages import edit_copy

pytestmark = pytest.mark.keeps_running


def picture(tone: int, size: tuple[int, int] = (1600, 1200)) -> bytes:
    """A noisy photo, as large as one."""
    out = io.BytesIO()
    Image.effect_noise(size, 60).point(lambda value: (value + tone) % 256).save(out, "JPEG", quality=95)
    return out.getvalue()


def test_small_pictures() -> None:
    made = small_picture(picture(1))
    assert made is not None
    assert len(made) < 200_000
    with Image.open(io.BytesIO(made)) as read:
        assert (read.format, read.size) == ("JPEG", (LONGEST, LONGEST * 3 // 4))
    out = io.BytesIO()
    Image.new("RGB", (40, 30)).save(out, "PNG")
    little = out.getvalue()
    assert small_picture(little) == little, "it is smaller than any JPEG"
    for nothing in (b"no picture", little[:30], picture(2)[:300]):
        assert small_picture(nothing) is None


def test_earlier_photos_go_out_and_do_not_come_back(town: Town, worker: Worker) -> None:
    register = town.register
    with register.edit(ACT) as edit:
        campaign = edit.insert("campaign", {"name": "去年", "types": "hydrant", "state": "closed"})
        last = edit.insert(
            "census_record",
            {"campaign": campaign, "target_type": "hydrant", "target": "hydrant:2", "state": "accepted"},
        )
        own = [
            register.attach(
                edit, "hydrant", 1, f"{n}.jpg", picture(n), {"taken_at": f"202{n}-05-01T08:00:00.000Z"}
            )
            for n in (1, 3, 2)
        ]
        register.attach(edit, "hydrant", 1, "说明.txt", b"kein Bild")
        there = {"taken_at": "2025-05-01T08:00:00.000Z", "taken_by": "周大江", "kind": "photo"}
        of_record = register.attach(edit, "census_record", last, "去年.jpg", picture(9), there)
    out = town.out(photo_bytes=MOST_BYTES)
    with Register.open(out.path, actor="team") as copy:
        copy.worker = worker
        # The last two of the asset, newest first, and what hung on a record that did not go out hangs on its asset.
        assert {a.id for a in copy.attachments("hydrant", 1)} == {own[1], own[2]}
        [seen] = copy.attachments("hydrant", 2)
        assert (seen.id, seen["file_name"], seen["taken_by"]) == (of_record, "去年.jpg", None)
        data = copy.attachment_data(seen["sha256"])
        assert data is not None
        with Image.open(io.BytesIO(data)) as read:
            assert max(read.size) == LONGEST

    def work(copy: Register, edit) -> None:  # type: ignore[no-untyped-def]
        copy.attach(edit, "hydrant", 2, "今年.jpg", picture(5, (60, 40)))

    edit_copy(out.path, worker, work)
    before = {a.id: a.values for a in register.find(Query("attachment"))}
    arrival = town.back(out.path)
    assert (arrival.photos, arrival.refused, arrival.photos_missing) == (1, (), ())
    after = {a.id: a.values for a in register.find(Query("attachment"))}
    assert {id: after[id] for id in before} == before
    assert len(after) == len(before) + 1
    # What the team throws away of them stays in the book, even when the base is lost and others numbered them anew.
    by_hand(
        out.path,
        f"DELETE FROM attachment WHERE fid = {own[1]}",
        "CREATE TEMP TABLE others AS SELECT * FROM attachment",
        "UPDATE others SET fid = fid + 70",
        "DELETE FROM attachment",
        "INSERT INTO attachment SELECT * FROM others",
    )
    out.base.path.unlink()
    again = town.back(out.path)
    assert (again.of, again.photos, again.refused) == (0, 0, ())
    assert {a.id: a.values for a in register.find(Query("attachment"))} == after

    # No more than has room: the newest of every asset before the second ones.
    contents = of_lot(register, town.lot)
    whole = read_earlier(register, contents, Feedback())
    assert (len(whole.rows), whole.left_out) == (4, 0)
    some = read_earlier(register, contents, Feedback(), whole.bytes // 2)
    assert (some.left_out, some.bytes <= whole.bytes // 2) == (4 - len(some.rows), True)
    assert {str(a["target"]) for a in some.rows} == {"hydrant:1", "hydrant:2"}
