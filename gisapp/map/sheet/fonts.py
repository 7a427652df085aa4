"""Fonts for print: text taken out of a PDF must be the text that went in."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtGui import QFont, QFontDatabase, QRawFont

from gisapp.map.sheet.words import FontOf
from gisapp.theme import font_families

#: The family whose text is known to come out of a PDF as it went in.
PDF_FAMILY = "WenQuanYi Micro Hei"
#: Characters of the trade and their doubles among the Kangxi radicals (U+2F00..). A font that draws both with one
#: glyph cannot say in a PDF which was meant.
_DOUBLES = ("\u6c34\u2f54", "\u706b\u2f55", "\u91d1\u2fa6", "\u571f\u2f1f")


def sheet_font(*, to_pdf: bool) -> FontOf:
    """``font(size in px, strong)`` for a sheet."""
    families = pdf_families() if to_pdf else font_families()

    def make(size: float, strong: bool) -> QFont:
        font = QFont(families)
        font.setPixelSize(max(round(size), 1))
        if strong:
            font.setWeight(QFont.Weight.Bold)
        return font

    return make


@lru_cache(maxsize=1)
def pdf_families() -> list[str]:
    """The families to print with, those first whose text can be taken out again."""
    known = QFontDatabase.families()
    names = [*([PDF_FAMILY] if PDF_FAMILY in known else []), *font_families()]
    return sorted(dict.fromkeys(names), key=lambda name: not keeps_text(QFont(name)))


def keeps_text(font: QFont) -> bool:
    """Whether a character has a glyph of its own, so that a PDF in this font can be searched and copied from."""
    raw = QRawFont.fromFont(font)
    for pair in _DOUBLES:
        glyphs = raw.glyphIndexesForString(pair)
        if len(glyphs) == 2 and glyphs[0] and glyphs[0] == glyphs[1]:
            return False
    return True
