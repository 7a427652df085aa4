"""Photos that came back: those cut off on their way are named and not taken, what cannot be shown is kept."""

from __future__ import annotations

import io
import struct

import pytest
from PIL import Image

from layers.census.packages.receipt import Receipt
from layers.census.packages.words import told
from tests.layers.census.packages.conftest import Town, by_hand
from tests.layers.census.packages.test_faults import new_place

__all__ = ["new_place"]

pytestmark = pytest.mark.keeps_running


def picture(kind: str) -> bytes:
    """A picture that cannot be made small."""
    out = io.BytesIO()
    Image.effect_noise((320, 240), 90).save(out, kind)
    return out.getvalue()


def heic(width: int, height: int) -> bytes:
    """As much of a HEIC as its boxes tell: nothing of what it shows."""

    def box(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", 8 + len(content)) + name + content

    size = box(b"ispe", struct.pack(">III", 0, width, height))
    tile = box(b"ispe", struct.pack(">III", 0, 512, 512))
    inner = box(b"iprp", box(b"ipco", tile + size))
    head = box(b"ftyp", b"heic" + bytes(4) + b"mif1heic")
    return head + box(b"meta", bytes(4) + inner) + box(b"mdat", bytes(400))


def test_cut_off_or_not_to_be_shown(town: Town) -> None:
    out = town.out()
    folder = out.path.parent / "photos"
    jpeg, png = picture("JPEG"), picture("PNG")
    files = {
        "whole.jpg": jpeg, "whole.png": png, "phone.heic": heic(4032, 3024),
        # What stands behind the picture (a film that some telephones append) is no matter.
        "more.jpg": jpeg + bytes(100),
        "cut.jpg": jpeg[: len(jpeg) // 2], "cut.png": png[: len(png) // 2], "cut.heic": heic(4032, 3024)[:-1],
        "vast.heic": heic(30_000, 20_000),
    }  # fmt: skip
    for name, data in files.items():
        (folder / name).write_bytes(data)
    rows = ", ".join(f"('hydrant', 1, 'photos/{name}')" for name in files)
    by_hand(out.path, f"INSERT INTO field_photo (target_type, target_id, path) VALUES {rows}")
    looked = town.look(out.path)
    assert looked.photos.broken == ("cut.heic", "cut.jpg", "cut.png")
    assert (len(looked.photos.found), looked.photos.unshown) == (5, 2)
    said = {words.id: words.parameters for words in told(looked)}
    assert said["packages.photos_broken"] == {"count": 3, "names": looked.photos.broken}
    assert said["packages.photos_unshown"] == {"count": 2}
    arrival = town.back(out.path)
    assert (arrival.photos, arrival.photos_broken) == (4, looked.photos.broken)
    # The size of a HEIC is looked at like that of any picture.
    assert [(each.name, each.reasons) for each in arrival.refused] == [
        ("vast.heic", ("attach.too_many_pixels",))
    ]
    kinds = {each["file_name"]: each["media_type"] for each in town.register.attachments("hydrant", 1)}
    assert kinds == {
        "whole.jpg": "image/jpeg", "whole.png": "image/png", "phone.heic": "image/heic", "more.jpg": "image/jpeg",
    }  # fmt: skip
    receipt = Receipt.of(town.get("field_package", 1)["receipt"])
    assert receipt.arrivals[-1].photos_broken == looked.photos.broken

    # Copied once more from the telephone it comes in.
    (folder / "cut.jpg").write_bytes(picture("JPEG"))
    assert town.back(out.path).photos == 1
