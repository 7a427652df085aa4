"""A statement on paper: its pages and the sheet with the map, printed beside the window's own work."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import cast

from PySide6.QtCore import QObject
from PySide6.QtGui import QFont, QPainter
from shapely.geometry.base import BaseGeometry

from gisapp.map.label_words import label_writer
from gisapp.map.sheet.fonts import sheet_font
from gisapp.map.sheet.job import Cut, CutOut, Steps, symbols_for, whole
from gisapp.map.sheet.layout import SheetLayout
from gisapp.map.sheet.output import ImageOutput, Output, PdfOutput
from gisapp.map.sheet.plan import SheetPlan, convergence_of, plan_one
from gisapp.map.sheet.press import Press
from gisapp.map.sheet.sheet import Page, Sheet, SheetDress
from gisapp.map.sheet.words import BlockWords, SheetWords
from gisapp.panels.map_view import MapView
from gisapp.panels.statement.bars import png_of
from gisapp.panels.statement.paper_marks import Group, paint_key, paint_marks
from gisapp.panels.statement.paper_pages import HEIGHT, WIDTH, StatementPages
from gisapp.panels.statement.work import Opened
from gisapp.session import Session
from gisapp.tasks import Tasks
from gisapp.theme import PRINT, theme_colours
from layers.errors import UserError
from layers.feedback import Feedback
from layers.model.query import Box, Query
from layers.register import Register
from layers.reports.document import Picture
from layers.scene.paper import LANDSCAPE, PORTRAIT, Paper
from layers.scene.request import DrawRequest
from layers.scene.scene import Scene
from layers.text import Message, Texts

#: The mains of these figures are marked on the map sheet.
MARKED = ("laid", "renewed")
MOST_MARKED = 20_000
_SHARP = 2.0


class StatementPaper(QObject):
    """Prints one statement; deletes itself when it is done."""

    def __init__(self, session: Session, tasks: Tasks, view: MapView, texts: Texts, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._tasks, self._view, self._texts = session, tasks, view, texts
        self._press = Press(tasks, self)
        # A window that closes in the middle must leave no painter open.
        session.closing.connect(self._give_up)

    def write(self, opened: Opened, path: Path, done: Callable[[object], None]) -> None:
        """Write a PDF: the pages, then the map of what was laid and renewed."""

        def go(groups: tuple[Group, ...]) -> None:
            job = self._job(opened, groups, to_pdf=True)
            report = opened.report
            font = sheet_font(to_pdf=True)
            pages = StatementPages(report, self._texts, font, 0 if job is None else 1)
            output = PdfOutput(path, WIDTH, HEIGHT, report.title, report.unit)
            self._run(whole(output, _pdf_steps(pages, job, output)), lambda: done(path))

        self._gather(opened, go)

    def picture(self, opened: Opened, done: Callable[[Picture | None], None]) -> None:
        """The map sheet alone as a picture; None where nothing of it can be drawn."""

        def go(groups: tuple[Group, ...]) -> None:
            job = self._job(opened, groups, to_pdf=False)
            if job is None:
                self.deleteLater()
                done(None)
                return
            page = job.plan.layout.page
            output = ImageOutput(page.width(), page.height(), _SHARP)

            def finish() -> None:
                size = job.paper
                done(Picture(png_of(output.image), size.width, size.height))

            self._run(whole(output, _map_steps(job, output)), finish)

        self._gather(opened, go)

    def _give_up(self) -> None:
        self._press.cancel()
        self.deleteLater()

    def _gather(self, opened: Opened, go: Callable[[tuple[Group, ...]], None]) -> None:
        register = self._session.register
        assert register is not None
        self._tasks.run(
            Message("reporting.finding"),
            lambda feedback: _groups(register, opened, feedback),
            go,
            owner=self,
            shown=False,
        )

    def _run(self, steps: Steps, done: Callable[[], None]) -> None:
        def end() -> None:
            self.deleteLater()
            done()

        def fail(error: UserError) -> None:
            self.deleteLater()
            self._tasks.failed.emit(error)

        self._press.done.connect(end)
        self._press.failed.connect(fail)
        scene = self._view.canvas.scene
        # Pages alone ask nothing of a scene.
        self._press.start(steps, cast(Scene, scene))

    def _job(self, opened: Opened, groups: tuple[Group, ...], *, to_pdf: bool) -> _MapJob | None:
        scene, register = self._view.canvas.scene, self._session.register
        if scene is None or register is None or scene.box is None:
            return None
        extent = _extent([shape for group in groups for shape in group.shapes]) or scene.box
        paper = Paper.of("A4", PORTRAIT if to_pdf else LANDSCAPE)
        plan = plan_one(SheetLayout.of_paper(paper), extent, None)
        font = sheet_font(to_pdf=to_pdf)
        report = opened.report
        words = SheetWords(
            self._texts,
            font,
            self._texts.get("report.map.title", title=report.title),
            scene.style.title,
            register.crs.title,
            datetime.datetime.now(tz=datetime.UTC).astimezone().date(),
            register.is_sample,
            register.crs.is_local,
            BlockWords(unit=report.unit),
            scene.data_version,
            past=self._session.past,
        )
        writer = label_writer(register.catalogue, scene.style.short_names, self._texts.render, font)
        dress = SheetDress(
            theme_colours(PRINT),
            writer,
            words,
            self._view.canvas.hidden,
            True,
            convergence_of(plan, register.crs),
        )
        return _MapJob(scene, paper, plan, dress, groups)


class _MapJob:
    """The one sheet with the map."""

    def __init__(
        self, scene: Scene, paper: Paper, plan: SheetPlan, dress: SheetDress, groups: tuple[Group, ...]
    ) -> None:
        self.scene, self.paper, self.plan, self.dress, self.groups = scene, paper, plan, dress, groups

    @property
    def page(self) -> Page:
        return self.plan.pages[0]

    def wish(self) -> Cut:
        """What lies on the sheet."""
        drawn = self.page.drawn_at(self.plan.layout.fineness)
        return Cut(DrawRequest(0, drawn.box, drawn.metres_per_pixel, self.dress.hidden), drawn.box)

    def mark(self, painter: QPainter) -> None:
        """Mark what was laid and renewed on the map, each in its colour, and say which is which."""
        layout = self.plan.layout
        painter.save()
        painter.setClipRect(layout.map)
        painter.translate(layout.map.topLeft())
        paint_marks(painter, self.page.viewport, self.groups)
        painter.restore()
        paint_key(painter, layout.map, self.groups, self.dress.words)


def _map_steps(job: _MapJob, output: Output) -> Steps:
    cut_out = yield job.wish()
    assert isinstance(cut_out, CutOut)
    layout = job.plan.layout
    symbols_of = symbols_for(job.dress.colours, output, layout.fineness)
    for painter in output.page():
        steps = Sheet(painter, layout, job.page, job.dress, symbols_of).steps(
            cut_out.batches, job.scene.style, cut_out.counts, None
        )
        with closing(steps):
            for _ in steps:
                yield 0.7
        job.mark(painter)


def _pdf_steps(pages: StatementPages, job: _MapJob | None, output: PdfOutput) -> Steps:
    for number in range(pages.count):
        for painter in output.page():
            painter.setFont(QFont())
            pages.paint(number, painter)
            yield 0.5 * (number + 1) / pages.count
    if job is not None:
        yield from _map_steps(job, output)


def _extent(shapes: Sequence[BaseGeometry]) -> Box | None:
    if not shapes:
        return None
    x0, y0, x1, y1 = zip(*(shape.bounds for shape in shapes), strict=True)
    return Box(min(x0), min(y0), max(x1), max(y1))


def _groups(register: Register, opened: Opened, feedback: Feedback) -> tuple[Group, ...]:
    """The mains laid and renewed, with the figures that they make."""
    titles = {tile.name: tile.title for tile in opened.report.tiles}
    groups = []
    for name in MARKED:
        figure = opened.statement.headline[name]
        feedback.check()
        if figure.ids:
            query = Query(figure.type, ids=figure.ids[:MOST_MARKED], located=True, fields=("geom",))
            shapes = [row.geometry for row in register.find(query)]
            located = tuple(shape for shape in shapes if shape is not None and not shape.is_empty)
            groups.append(Group(name, titles[name], figure, located))
    return tuple(groups)
