"""Sheets on a printer of this system."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QMarginsF, QSizeF
from PySide6.QtGui import QPageLayout, QPageSize, QPainter
from PySide6.QtPrintSupport import QPrinter, QPrinterInfo

from gisapp.map.sheet.layout import PX_PER_MM, SheetLayout
from gisapp.map.sheet.output import DOTS_PER_INCH
from layers.errors import UserError
from layers.text import Message


def has_printers() -> bool:
    """Whether this system has a printer at all."""
    return bool(QPrinterInfo.availablePrinterNames())


def printer_for(layout: SheetLayout, title: str) -> QPrinter:
    """A printer set to the sheet's paper, the whole of it."""
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setDocName(title)
    printer.setCreator("gisapp")
    size = QSizeF(layout.page.width() / PX_PER_MM, layout.page.height() / PX_PER_MM)
    page = QPageSize(size, QPageSize.Unit.Millimeter, "", QPageSize.SizeMatchPolicy.FuzzyMatch)
    upright = QPageLayout.Orientation.Portrait
    turned = size.width() > size.height() and page.size(QPageSize.Unit.Millimeter).width() < size.width() - 2
    orientation = QPageLayout.Orientation.Landscape if turned else upright
    printer.setPageLayout(QPageLayout(page, orientation, QMarginsF()))
    printer.setFullPage(True)
    return printer


class PrinterOutput:
    """Pages of a printer, at true size from the corner of the paper."""

    is_vector = True
    ratio = 1.0
    bands = 1

    def __init__(self, printer: QPrinter) -> None:
        self._printer = printer
        self._painter: QPainter | None = None

    def page(self) -> Iterator[QPainter]:
        if self._painter is None:
            self._painter = QPainter()
            if not self._painter.begin(self._printer):
                self._painter = None
                raise UserError(Message("printing.printer.refused"), Message("printing.printer.refused.hint"))
        else:
            self._printer.newPage()
        share = self._printer.resolution() / DOTS_PER_INCH
        self._painter.resetTransform()
        self._painter.scale(share, share)
        yield self._painter

    def finish(self) -> None:
        if self._painter is not None:
            self._painter.end()
            self._painter = None

    def drop(self) -> None:
        if self._painter is not None:
            self._printer.abort()
        self.finish()
