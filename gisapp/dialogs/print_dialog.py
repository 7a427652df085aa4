"""Print or export the map: the sheet as it will be, the form beside it, and the printing itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from gisapp.dialogs.frame import Dialog
from gisapp.dialogs.print_choice import Extents, PrintChoice
from gisapp.dialogs.print_form import Area, PrintForm
from gisapp.dialogs.print_preview import SheetPreview
from gisapp.file_ending import with_ending
from gisapp.forms.words import Button, IconButton, Label
from gisapp.language import Language
from gisapp.map.picture_file import picture_ending
from gisapp.map.sheet.job import printing_steps
from gisapp.map.sheet.layout import PX_PER_MM, SheetLayout
from gisapp.map.sheet.output import DOTS_PER_INCH, ImageOutput, Output, PdfOutput, PngOutput, SvgOutput
from gisapp.map.sheet.plan import SheetPlan, moved, plan_one, plan_series, something_in, too_large
from gisapp.map.sheet.press import Press
from gisapp.map.sheet.printer_output import PrinterOutput, has_printers, printer_for
from gisapp.map.sheet.sheet import SheetDress
from gisapp.plain_tip import plain_tip
from gisapp.tasks import Debounce, Tasks
from gisapp.theme import Theme
from layers.errors import UserError
from layers.feedback import Feedback
from layers.geometry.scale_text import scale_text
from layers.scene.paper import LARGEST_SCALE, LEAST_SCALE, SCALES
from layers.scene.scene import Scene
from layers.text import Message

_QUIET = 150
_WIDTH, _HEIGHT = 1240, 780
#: Between the round scales of ``SCALES`` the wheel goes by this.
_STEP = 2.0

DressOf = Callable[[PrintChoice, SheetPlan, bool], SheetDress]
"""The dress of sheets for a choice; the flag tells that text must come out of a PDF as it went in."""


@dataclass(frozen=True)
class PrintSubject:
    """What is printed: frozen, so that the map may go on."""

    scene: Scene
    hidden: frozenset[str]
    extents: Extents
    dress_of: DressOf
    has_ground: bool = False


class PrintDialog(Dialog):
    """``written`` tells the file, ``printed`` that it went to a printer; ``left`` the choice to be remembered."""

    written = Signal(object)
    printed = Signal()
    left = Signal(object)

    def __init__(
        self,
        language: Language,
        theme: Theme,
        tasks: Tasks,
        subject: PrintSubject,
        choice: PrintChoice,
        folder: Path,
        parent: QWidget,
    ) -> None:
        super().__init__(language, theme, Message("printing.dialog"), parent, 960)
        self._tasks, self._subject, self._folder = tasks, subject, folder
        self._aside = (0.0, 0.0)
        self._plan: SheetPlan | None = None
        self._page = 0
        self._image: ImageOutput | None = None
        self._planned = choice
        self._out: Path | None = None
        self.preview = SheetPreview(theme)
        self.form = PrintForm(
            language, theme, choice, selected=subject.extents.selection is not None, ground=subject.has_ground
        )
        self.facts = Label(language, theme, size="small", tone="quiet")
        self.back = IconButton(language, theme, "caret-left", Message("printing.page.back"))
        self.forth = IconButton(language, theme, "caret-right", Message("printing.page.forth"))
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setRange(0, 1000)
        self.progress.setFixedWidth(180)
        self.press = Press(tasks, self)
        self.sketch = Press(tasks, self)
        self._wait = Debounce(_QUIET, self._ask_plan, self)
        self._place()
        room = parent.window().size()
        self.resize(min(_WIDTH, room.width() - 40), min(_HEIGHT, room.height() - 40))
        self._tie()
        self._show_busy(False)
        self._ask_plan()

    def _place(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(6)
        left.addWidget(self.preview, 1)
        under = QHBoxLayout()
        under.setSpacing(4)
        under.addWidget(self.facts, 1)
        under.addWidget(self.back)
        under.addWidget(self.forth)
        left.addLayout(under)
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addLayout(left, 1)
        row.addWidget(self.form)
        self.body.addLayout(row, 1)
        self.to_printer = Button(self.language, Message("printing.to_printer"))
        self.foot.insertWidget(0, self.to_printer)
        self.foot.insertWidget(1, self.progress)
        self.stop = Button(self.language, Message("printing.stop"))
        self.foot.addWidget(self.stop)
        self.save = self.add_buttons(Message("printing.save"), Message("settings.close"))

    def _tie(self) -> None:
        self.form.changed.connect(self._on_form)
        self.preview.moved.connect(self._on_moved)
        self.preview.turned.connect(self._on_turned)
        self.preview.resized.connect(self._wait.touch)
        self.back.clicked.connect(lambda: self.show_page(self._page - 1))
        self.forth.clicked.connect(lambda: self.show_page(self._page + 1))
        self.to_printer.clicked.connect(self._ask_printer)
        self.stop.clicked.connect(self._cancel)
        self.sketch.done.connect(self._show_sketch)
        self.sketch.failed.connect(self._on_failed)
        self.press.progressed.connect(lambda share: self.progress.setValue(round(share * 1000)))
        self.press.done.connect(self._on_pressed)
        self.press.failed.connect(self._on_failed)

    @property
    def plan(self) -> SheetPlan | None:
        """The sheets as they are planned now; None while that is being worked out."""
        return self._plan

    def show_areas(self, areas: Sequence[Area]) -> None:
        """The areas that can be printed by name."""
        self.form.show_areas(areas)

    # ---- planning and preview

    def _on_form(self) -> None:
        choice, problem = self.form.choice, self.form.problem
        self.say_wrong(problem)
        self.save.setEnabled(problem is None)
        if problem is None:
            if self._plan is not None and choice.extent != self._planned.extent:
                self._aside = (0.0, 0.0)
            self._wait.touch()

    def _ask_plan(self) -> None:
        choice, area, aside, scene = self.form.choice, self.form.area, self._aside, self._subject.scene
        extent = self._subject.extents.of(choice.extent, area)
        if extent is None or self.form.problem is not None or self.press.is_busy:
            return
        hidden = self._subject.hidden

        def work(_: Feedback) -> tuple[SheetPlan, bool]:
            shifted, has = moved(extent, *aside), something_in(scene, hidden)
            if choice.series and choice.scale is not None:
                return plan_series(choice.paper, shifted, choice.scale, legend=choice.legend, has=has), False
            layout = SheetLayout.of_paper(choice.paper, legend=choice.legend)
            plan = plan_one(layout, shifted, choice.scale)
            return plan, not has(plan.pages[0].viewport.box)

        def show(planned: tuple[SheetPlan, bool]) -> None:
            plan, is_empty = planned
            self._planned = choice
            self._plan = plan
            count = too_large(plan.layout, extent, plan.denominator) if len(plan.pages) == 1 else 1
            self._tell_doubts(choice, count, is_empty)
            self.show_page(min(self._page, len(plan.pages) - 1))

        self._tasks.run(
            Message("printing.planning"), work, show, failed=self._on_failed, owner=self, key="print-plan",
            shown=False,
        )  # fmt: skip

    def _tell_doubts(self, choice: PrintChoice, count: int, is_empty: bool) -> None:
        """Say when the extent chosen has no room on the sheet, or nothing is there to be drawn."""
        cut = count > 1 and choice.scale is not None and choice.extent != "view"
        said = Message("printing.cut", {"count": count}) if cut else None
        if is_empty:
            said = Message("printing.empty_sheet")
        self.say_wrong(self.form.problem or said)

    def show_page(self, number: int) -> None:
        """Show a page of the plan, from 0."""
        plan = self._plan
        if plan is None or not 0 <= number < len(plan.pages):
            return
        self._page = number
        several = len(plan.pages) > 1
        self.back.setVisible(several)
        self.forth.setVisible(several)
        self.back.setEnabled(number > 0)
        self.forth.setEnabled(number + 1 < len(plan.pages))
        self._tell_facts(plan)
        ratio = self.devicePixelRatioF()
        self._image = ImageOutput(
            plan.layout.page.width(), plan.layout.page.height(), self.preview.share(plan.layout) * ratio
        )
        dress = self._subject.dress_of(self._planned, plan, False)
        steps = printing_steps(
            self._subject.scene, plan.layout, plan.pages[number : number + 1], dress, self._image
        )
        self.sketch.start(steps, self._subject.scene)

    def _tell_facts(self, plan: SheetPlan) -> None:
        box, page = plan.pages[self._page].viewport.box, plan.layout.page
        self.facts.show_words(
            Message(
                "printing.facts",
                {
                    "width": f"{page.width() / PX_PER_MM:.0f}", "height": f"{page.height() / PX_PER_MM:.0f}",
                    "scale": scale_text(plan.pages[self._page].viewport.denominator),
                    "east": f"{box.width:,.0f}", "north": f"{box.height:,.0f}",
                    "page": self._page + 1, "count": len(plan.pages),
                },
            )
        )  # fmt: skip

    def _show_sketch(self) -> None:
        if self._image is not None and self._plan is not None:
            self.preview.show_sheet(self._image.image, self._plan.layout)

    def _on_moved(self, dx: float, dy: float) -> None:
        if self._plan is None:
            return
        metres = self._plan.pages[self._page].viewport.metres_per_pixel
        self._aside = (self._aside[0] - dx * metres, self._aside[1] + dy * metres)
        self._ask_plan()

    def _on_turned(self, notches: int) -> None:
        if self._plan is not None:
            self.form.show_scale(next_scale(self._plan.denominator, -notches))

    # ---- printing

    def accept(self) -> None:
        """Ask where to, then write."""
        if self._plan is None or self.form.problem is not None:
            return
        render = self.language.render
        kinds = ";;".join(f"{kind.upper()} (*.{kind})" for kind in self._kinds())
        name = "".join(c for c in self.form.choice.title or "map" if c not in '\\/:*?"<>|').strip() or "map"
        chosen, kind = QFileDialog.getSaveFileName(
            self, render(Message("printing.save")), str(self._folder / f"{name}.pdf"), kinds
        )
        if chosen:
            path = Path(chosen)
            known = {f".{each}" for each in self._kinds()}
            self.save_to(path if path.suffix.lower() in known else with_ending(path, f".{kind[:3].lower()}"))

    def _kinds(self) -> tuple[str, ...]:
        several = self._plan is not None and len(self._plan.pages) > 1
        return ("pdf",) if several else ("pdf", "png", "svg")

    def save_to(self, out: Path) -> None:
        """Write the sheets to ``out``; its ending says how."""
        plan = self._plan
        if plan is None:
            return
        try:
            ending = picture_ending(out)
            if len(plan.pages) > 1 and ending != "pdf":
                raise UserError(Message("printing.series.pdf"))
            output = self._output(ending, out, plan)
        except UserError as error:
            self._on_failed(error)
            return
        self._out = out
        self._press(output, plan, to_pdf=ending == "pdf")

    def _output(self, ending: str, out: Path, plan: SheetPlan) -> Output:
        page, choice = plan.layout.page, self._planned
        if ending == "pdf":
            return PdfOutput(out, page.width(), page.height(), choice.title, choice.drawn_by or choice.unit)
        if ending == "svg":
            return SvgOutput(out, page.width(), page.height(), 1.0, choice.title)
        ratio = choice.dpi / DOTS_PER_INCH
        return PngOutput(out, round(page.width() * ratio), round(page.height() * ratio), ratio, choice.title)

    def _ask_printer(self) -> None:
        plan = self._plan
        if plan is None:
            return
        if not has_printers():
            self.say_wrong(Message("printing.no_printer"))
            return
        printer = printer_for(plan.layout, self._planned.title)
        asking = QPrintDialog(printer, self)
        if asking.exec() == QDialog.DialogCode.Accepted:
            self.print_on(printer)

    def print_on(self, printer: QPrinter) -> None:
        """Send the sheets to a printer."""
        if self._plan is not None:
            self._out = None
            self._press(PrinterOutput(printer), self._plan, to_pdf=False)

    def _press(self, output: Output, plan: SheetPlan, *, to_pdf: bool) -> None:
        self.sketch.cancel()
        self.say_wrong(None)
        self._show_busy(True)
        dress = self._subject.dress_of(self._planned, plan, to_pdf)
        self.press.start(
            printing_steps(self._subject.scene, plan.layout, plan.pages, dress, output), self._subject.scene
        )

    def _on_pressed(self) -> None:
        self._show_busy(False)
        self.left.emit(self._planned)
        if self._out is None:
            self.printed.emit()
        else:
            self.written.emit(self._out)
        super().accept()

    def _on_failed(self, error: UserError) -> None:
        self._show_busy(False)
        render = self.language.render
        self.say_wrong(Message("printing.failed", {"what": error.title, "hint": error.hint or ""}))
        self.wrong.setToolTip(plain_tip(render(error.detail)) if error.detail else "")

    def _cancel(self) -> None:
        self.press.cancel()
        self._show_busy(False)
        self.say_wrong(Message("printing.stopped"))

    def _show_busy(self, busy: bool) -> None:
        self.progress.setValue(0)
        self.progress.setVisible(busy)
        self.stop.setVisible(busy)
        for widget in (self.form, self.preview, self.save, self.to_printer):
            widget.setEnabled(not busy)

    def reject(self) -> None:
        self._let_go()
        self.left.emit(self.form.choice)
        super().reject()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Enter after a scale shows that scale; only on a button does it save.
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_enter and self.form.isAncestorOf(self.focusWidget()):
            event.accept()
            return
        super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._let_go()
        super().closeEvent(event)

    def _let_go(self) -> None:
        self._wait.stop()
        self.sketch.cancel()
        self.press.cancel()


def next_scale(denominator: float, steps: int) -> float:
    """The round scale so many steps smaller (positive) or larger."""
    scale = denominator
    for _ in range(abs(steps)):
        if steps > 0:
            scale = next((s for s in SCALES if s > scale * 1.001), scale * _STEP)
        else:
            scale = next((s for s in reversed(SCALES) if s < scale * 0.999), scale / _STEP)
    return min(max(scale, LEAST_SCALE), LARGEST_SCALE)
