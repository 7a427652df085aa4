"""What every Excel workbook of ours shares: how it is opened and closed, and its formats."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import xlsxwriter

from layers.reports.document import HEAD, INK, RULE, whole_content

FONT: Final = "微软雅黑"
A4: Final = 9
"""Excel's number of the paper."""
LONGEST_NAME: Final = 31
"""Excel takes no longer name of a sheet."""
LONGEST_FOOT: Final = 250
"""Excel takes no more in a header or footer, or a property."""

HEAD_LOOK: Final = {"bold": True, "bg_color": f"#{HEAD}", "bottom": 1, "bottom_color": f"#{RULE}"}
"""The cells that head a table."""

# Texts stay texts: a code that begins with "=" is no formula, a telephone number no number. Nothing of it lies in
# another folder meanwhile, which may be full.
_OPTIONS: Final = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "in_memory": True,
}


@contextmanager
def whole_workbook(path: Path) -> Iterator[Any]:
    """A new workbook that takes the place of ``path`` when all went well, else nothing of it stays.

    Raises ``UserError`` when the file cannot be written.
    """
    with whole_content(path) as content, xlsxwriter.Workbook(content, _OPTIONS) as book:
        yield book


def set_page(sheet: Any, *, landscape: bool, bottom: float) -> None:
    """Lay a sheet out for A4, as wide as the page; ``bottom``: the margin for its foot, in inches."""
    sheet.hide_gridlines(2)
    sheet.set_paper(A4)
    if landscape:
        sheet.set_landscape()
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=bottom)
    sheet.fit_to_pages(1, 0)
    sheet.set_default_row(18)


class Formats:
    """The formats of a workbook by their wishes, each made once: Excel takes some 64,000."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, Any], ...], Any] = {}

    def __call__(self, **wishes: Any) -> Any:
        key = tuple(sorted(wishes.items()))
        if key not in self._made:
            base = {"font_name": FONT, "font_size": 10, "font_color": f"#{INK}", "valign": "vcenter"}
            self._made[key] = self._book.add_format(base | wishes)
        return self._made[key]
