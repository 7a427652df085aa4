"""Pictures made small, for those who look at what a place was like before on the screen of a telephone."""

from __future__ import annotations

import io

from PIL import Image, ImageOps, UnidentifiedImageError

from layers.store import content_type

LONGEST = 800
"""Pixels of the longer side."""
_QUALITY = 72
_FORMATS = ("JPEG", "PNG", "GIF")
#: Larger ones take too long, and too much memory.
_MOST_PIXELS = 60_000_000


def small_picture(data: bytes) -> bytes | None:
    """A JPEG of a picture, no larger than need be and turned upright; the data itself where that is smaller.

    None for what cannot be read as a picture.
    """
    size = content_type.picture_size(data)
    if size is None or size[0] * size[1] > _MOST_PIXELS:
        return None
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as picture:
            picture.draft("RGB", (LONGEST, LONGEST))
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        return None
    upright.thumbnail((LONGEST, LONGEST))
    out = io.BytesIO()
    upright.save(out, "JPEG", quality=_QUALITY)
    made = out.getvalue()
    return made if len(made) < len(data) else data
