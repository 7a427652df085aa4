"""Printing as a run of short steps: who drives it decides when, and what is cut from the scene beside the window."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial

from gisapp.map.painter import SymbolsOf
from gisapp.map.pens import Colours
from gisapp.map.sheet.ground import FINEST, PaintedGround
from gisapp.map.sheet.layout import SheetLayout
from gisapp.map.sheet.output import Output
from gisapp.map.sheet.sheet import Page, Sheet, SheetDress
from gisapp.map.symbols import SymbolAtlas, Symbols, VectorSymbols
from layers.feedback import Feedback
from layers.model.query import Box
from layers.scene.request import Counts, DrawBatch, DrawRequest
from layers.scene.scene import Scene


@dataclass(frozen=True)
class Cut:
    """A wish: what the scene shows here, and how many of each class there are in the ``box`` of the map."""

    request: DrawRequest
    box: Box
    ground: Callable[[Feedback], PaintedGround] | None = None

    def of(self, scene: Scene, feedback: Feedback) -> CutOut:
        """What was wished for; may run beside the window."""
        ground = None if self.ground is None else self.ground(feedback)
        return CutOut(scene.draw(self.request, feedback), scene.counts(self.box), ground)


@dataclass(frozen=True)
class CutOut:
    """The answer to a ``Cut``."""

    batches: list[DrawBatch]
    counts: dict[str, Counts]
    ground: PaintedGround | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing lies there."""
        return not any(each.count for layer in self.counts.values() for each in layer.values())


#: Yields a ``Cut`` and is sent its answer, or yields the share done (0..1) as a pause.
Steps = Generator[Cut | float, CutOut | None, None]


def whole(output: Output, steps: Steps) -> Steps:
    """Steps after which ``output`` is kept; closing the run early, or any trouble, keeps nothing."""
    try:
        yield from steps
        output.finish()
    except BaseException:
        output.drop()
        raise


def printing_steps(
    scene: Scene,
    layout: SheetLayout,
    pages: Sequence[Page],
    dress: SheetDress,
    output: Output,
    seen: Callable[[CutOut], None] | None = None,
) -> Steps:
    """Paint ``pages`` on ``output`` and keep them; closing the run early, or any trouble, keeps nothing.

    ``seen`` is told what lies on every page.
    """
    yield from whole(output, _painted(scene, layout, pages, dress, output, seen))


def _painted(
    scene: Scene,
    layout: SheetLayout,
    pages: Sequence[Page],
    dress: SheetDress,
    output: Output,
    seen: Callable[[CutOut], None] | None,
) -> Steps:
    symbols_of = symbols_for(dress.colours, output, layout.fineness)
    for number, page in enumerate(pages):
        drawn = page.drawn_at(layout.fineness)
        request = DrawRequest(0, drawn.box, drawn.metres_per_pixel, dress.hidden)
        ratio = FINEST if output.is_vector else output.ratio
        below = None if dress.ground is None else partial(dress.ground.painted, page.viewport, ratio)
        cut_out = yield Cut(request, drawn.box, below)
        assert cut_out is not None
        if seen is not None:
            seen(cut_out)
        expected = _expected_steps(cut_out.batches) * output.bands
        done = 0
        for painter in output.page():
            sheet = Sheet(painter, layout, page, dress, symbols_of)
            steps = sheet.steps(cut_out.batches, scene.style, cut_out.counts, cut_out.ground)
            with closing(steps):
                for _ in steps:
                    done += 1
                    yield (number + min(done / expected, 1.0)) / len(pages)


def run_through(steps: Steps, scene: Scene, feedback: Feedback) -> None:
    """Print to the end, here and now."""
    answer: CutOut | None = None
    try:
        while True:
            wish = steps.send(answer)
            answer = None
            if isinstance(wish, Cut):
                answer = wish.of(scene, feedback)
            else:
                feedback.progress(wish)
    except StopIteration:
        return
    finally:
        steps.close()


def symbols_for(colours: Colours, output: Output, fineness: float) -> SymbolsOf:
    """Symbols as ``output`` draws them best, each size made once."""
    made: dict[int, Symbols] = {}

    def of(size: int) -> Symbols:
        if size not in made:
            made[size] = (
                VectorSymbols(colours, size)
                if output.is_vector
                else SymbolAtlas(colours, size, output.ratio * fineness)
            )
        return made[size]

    return of


def _expected_steps(batches: Sequence[DrawBatch]) -> int:
    """About how often the painter will pause (see ``MapPainter``)."""
    count = 4
    for batch in batches:
        for part in batch.classes:
            pieces = 0 if part.pieces is None else len(part.pieces)
            lines = 0 if part.lines is None else len(part.lines)
            points = 0 if part.points is None else len(part.points)
            count += 1 + pieces // 4000 + lines // 64 + points // 4000
        count += sum(len(label.xy) // 12 + 1 for label in batch.labels)
    return count
