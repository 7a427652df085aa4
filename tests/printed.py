"""What was printed, read back."""

from __future__ import annotations

from pathlib import Path

import pypdfium2


def pages_of(path: Path) -> list[str]:
    """The text of every page of a PDF."""
    document = pypdfium2.PdfDocument(path)
    try:
        return [page.get_textpage().get_text_bounded() for page in document]
    finally:
        document.close()
