"""Whether a picture that came back is all there: one that was cut off on its way proves nothing."""

from __future__ import annotations

import io
import warnings

from PIL import Image, UnidentifiedImageError

from layers.store import content_type

_FORMATS = ("JPEG", "PNG", "GIF")
_DECODED = ("image/jpeg", "image/png", "image/gif")
#: To know that all of a JPEG is there it is read in this size, an eighth of a camera's.
_GLANCE = (500, 500)


def is_whole(data: bytes, kind: str) -> bool:
    """Whether a picture (``kind`` as ``content_type.of`` has it) is read to its end; anything else is.

    What HEIC shows is not known here: it is whole when its boxes are (ISO/IEC 14496-12, 4.2).
    """
    if kind == content_type.HEIC:
        return content_type.boxes_are_whole(data)
    return kind not in _DECODED or _decodes(data)


def _decodes(data: bytes) -> bool:
    try:
        with warnings.catch_warnings():
            # How large a picture may be is the store's to say.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=_FORMATS) as picture:
                picture.draft("L", _GLANCE)
                picture.load()
    except Image.DecompressionBombError:
        return True
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, IndexError):
        return False
    return True
