"""Photos and documents: bytes kept once by their SHA-256, an ``attachment`` row for every asset they belong to.

A blob is never removed: the undo of a removal needs it, and one that nobody refers to does no harm.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import Any

import sqlalchemy as sa

from layers.errors import UserError
from layers.model.asset import Asset
from layers.model.proof import ATTACHMENT
from layers.model.query import Compare, Order, Query
from layers.store import content_type, read
from layers.store.base import Store
from layers.store.edit import Edit
from layers.text import Message

GREATEST_BYTES = 50_000_000
GREATEST_PIXELS = 120_000_000
_NAME_LENGTH = 120
PICTURE_ENDINGS = frozenset({"jpg", "jpeg", "png", "gif", "bmp", "webp", "tif", "tiff", "heic"})


def attach(
    edit: Edit, type: str, id: int, name: str, data: bytes, values: dict[str, Any] | None = None
) -> int:
    """Attach a file's content to an asset within an edit; the id of the ``attachment`` row.

    ``values`` are further fields of the row (kind, taken_at, taken_by). Raises ``UserError`` for an empty, too
    large or executable file, for one that only is called a picture, and for a picture of too many pixels.
    """
    shown = safe_name(name)
    kind = check_content(shown, data)
    digest = hashlib.sha256(data).hexdigest()
    blobs = edit.store.schema.attachment_blob
    present = sa.select(sa.literal(1)).where(blobs.c.sha256 == digest)
    if edit.connection.execute(present).first() is None:
        edit.connection.execute(blobs.insert().values(sha256=digest, data=data))
    row = {
        "target": f"{type}:{id}",
        "file_name": shown,
        "media_type": kind,
        "size_bytes": len(data),
        "sha256": digest,
    }
    return edit.insert(ATTACHMENT, {**(values or {}), **row})


def attachments(store: Store, connection: sa.Connection, type: str, id: int) -> list[Asset]:
    """The attachments of an asset, oldest first."""
    belongs = Compare("target", "=", f"{type}:{id}")
    return read.find(store, connection, Query(ATTACHMENT, where=belongs, order=(Order("fid"),)))


def attachment_data(store: Store, connection: sa.Connection, sha256: str) -> bytes | None:
    """The content kept under a hash; None when there is none. Raises ``UserError`` when it is damaged."""
    blobs = store.schema.attachment_blob
    data = connection.execute(sa.select(blobs.c.data).where(blobs.c.sha256 == sha256)).scalar()
    if data is None:
        return None
    content = bytes(data)
    if hashlib.sha256(content).hexdigest() != sha256:
        raise UserError(Message("attach.damaged"), Message("attach.damaged_hint"))
    return content


def safe_name(name: str) -> str:
    """A name safe for display and files: the base name alone, no leading dot, at most 120 characters."""
    name = unicodedata.normalize("NFC", name)
    name = re.split(r"[/\\]", name)[-1]
    name = "".join(ch for ch in name if unicodedata.category(ch)[0] != "C" and ch not in '<>:"|?*')
    name = name.strip(" .")
    stem, dot, ending = name.rpartition(".")
    if dot and len(name) > _NAME_LENGTH and len(ending) <= 10:
        name = f"{stem[: _NAME_LENGTH - len(ending) - 1]}.{ending}"
    return name[:_NAME_LENGTH] or "attachment"


def check_size(name: str, size: int) -> None:
    """Refuse by its size what cannot be attached: a large file need not be read for that."""
    if not size:
        raise UserError(Message("attach.empty", {"name": name}), Message("attach.empty_hint"))
    if size > GREATEST_BYTES:
        limits = {"name": name, "megabytes": size // 1_000_000, "limit": GREATEST_BYTES // 1_000_000}
        raise UserError(Message("attach.too_large", limits), Message("attach.too_large_hint"))


def check_content(name: str, data: bytes) -> str:
    """The media type of a file's content. Raises ``UserError`` for what cannot be attached."""
    check_size(name, len(data))
    kind = content_type.of(data, name)
    if kind == content_type.EXECUTABLE:
        raise UserError(Message("attach.executable", {"name": name}), Message("attach.executable_hint"))
    if name.rpartition(".")[2].lower() in PICTURE_ENDINGS and not kind.startswith("image/"):
        raise UserError(Message("attach.not_a_picture", {"name": name}), Message("attach.not_a_picture_hint"))
    size = content_type.picture_size(data)
    if size is not None and size[0] * size[1] > GREATEST_PIXELS:
        limits = {"name": name, "width": size[0], "height": size[1]}
        raise UserError(Message("attach.too_many_pixels", limits), Message("attach.too_large_hint"))
    return kind
